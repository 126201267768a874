// Package replay says what the tables of the record must hold, if they follow from the events: it folds the log of
// events, entry by entry, into rows. Whoever changes a table without an event, or an event without its table, is found
// by comparing the two. And it judges the events by each other: a vote by who held the board's role then, a decision by
// the votes that were cast on it, an agreement by its signatures, an award by scores and prices.
//
// A column of a row is told by the last event that said what it is. What no event has told is not known here: events of
// earlier releases said less (see [event.RecordAdopted]).
package replay

import (
	"fmt"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A Cell is what a column of a row must be, as text, and the event that told it last.
type Cell struct {
	Value string
	Event models.ID
}

// A Row holds the told columns of a row by their names.
type Row map[string]Cell

// A State is what the events up to some point tell of the tables.
type State struct {
	rows map[string]map[string]Row
	// adoption is the transaction in which the record of an earlier release was adopted; 0: none was. Adopted counts
	// the rows, Contradicted those of which events had told otherwise.
	adoption              uint64
	Adopted, Contradicted int
	// erased are the events of which parts were erased lawfully, and the event that tells so.
	erased map[models.ID]models.ID
	// voids are votes that were voided and not yet replaced.
	voids []void
	// Ranked counts the awards whose ranking was computed again; Unranked are the lots of the others.
	Ranked   int
	Unranked []models.ID
	contents Contents
}

// NewState is the state before the first event: of the platform, or of a procurement. adoption is the transaction in
// which the record of an earlier release was adopted; 0: none was.
func NewState(adoption uint64, contents Contents) *State {
	return &State{
		rows: map[string]map[string]Row{}, adoption: adoption, erased: map[models.ID]models.ID{}, contents: contents,
	}
}

// ErasedBy is the event that tells that a part of the given event was erased; empty: none was.
func (s *State) ErasedBy(e models.ID) models.ID { return s.erased[e] }

// hidden begins the names of what is kept beside the tables.
const hidden = "("

// Rows are the rows of a table by their keys.
func (s *State) Rows(table string) map[string]Row { return s.rows[table] }

// Key joins the columns of a key to text.
func Key(columns ...any) string {
	words := make([]string, len(columns))
	for i, c := range columns {
		words[i] = fmt.Sprint(c)
	}
	return strings.Join(words, " ")
}

// value is what a column of a row was told to be; empty: nothing was told.
func (s *State) value(table, key, column string) string { return s.rows[table][key][column].Value }

// A Placed event is an event with what the database alone knows of it.
type Placed struct {
	event.Recorded

	// Early tells that a release wrote it that did not tell everything.
	Early bool
	// Unsigned tells that a release wrote it in which nobody signed awards.
	Unsigned bool
	// Transaction is the number of the transaction that inserted it.
	Transaction uint64
}

// A fold carries one event into the state.
type fold struct {
	*State
	Placed
}

// told are columns with what they must be. A nil value is not told by this event.
type told map[string]any

func (f fold) put(table, key string, columns told) {
	rows := f.rows[table]
	if rows == nil {
		rows = map[string]Row{}
		f.rows[table] = rows
	}
	row := rows[key]
	if row == nil {
		row = Row{}
		rows[key] = row
	}
	for name, value := range columns {
		if text, ok := render(value); ok {
			row[name] = Cell{text, f.ID}
		}
	}
}

func (f fold) remove(table, key string) { delete(f.rows[table], key) }

// early tells that the event is of a release that did not tell everything.
func (f fold) early() bool { return f.Early }

// lately is a value that earlier releases did not tell.
func (f fold) lately(value any) any {
	if f.early() {
		return nil
	}
	return value
}

// render writes a value as the tables are read: instants in UTC with six decimals, what is not there as nothing.
func render(value any) (text string, ok bool) {
	switch v := value.(type) {
	case nil:
		return "", false
	case string:
		return v, true
	case time.Time:
		return models.Instant(v), true
	case *time.Time:
		if v == nil {
			return "", true
		}
		return models.Instant(*v), true
	case event.Part:
		return v.Digest(), true
	}
	return fmt.Sprint(value), true
}

// Apply carries the next event into the state, and returns what is wrong with it: empty, nothing. Events that only a
// later release knows tell nothing here. What only the events after it can justify, [State.Finish] says. It fails when
// the event's data cannot be read.
func (s *State) Apply(e Placed) (fault string, err error) {
	payload, err := e.Payload()
	if err != nil || payload == nil {
		return "", err
	}
	f := fold{s, e}
	if awarded, ok := payload.(event.LotAwarded); f.early() && ok {
		f.Unranked = append(f.Unranked, awarded.LotID)
	}
	if !f.early() {
		fault = f.judge(payload)
	}
	for _, carry := range []func(event.Payload) bool{
		f.record, f.platform, f.consortium, f.process, f.voting, f.tasks, f.content, f.tenders, f.openings,
		f.questions, f.award,
	} {
		if carry(payload) {
			break
		}
	}
	f.keep(payload)
	return fault, nil
}
