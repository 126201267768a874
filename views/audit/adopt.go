package audit

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// Adoption makes the events that take the rows that no event tells of as they stand, once: in a record that an earlier
// release made, whose events did not tell everything. Once they are appended, every row must follow. They name each of
// these rows; n is how many there are. There are no events where nothing is to be adopted.
func Adoption(ctx context.Context, record *store.Store) (events []event.Event, n int, err error) {
	due, err := record.AdoptionDue(ctx)
	if err != nil || !due {
		return nil, 0, err
	}
	adopted := adoption{}
	if _, err := follow(ctx, record, nil, adopted.take); err != nil {
		return nil, 0, err
	}
	for _, procurement := range append(adopted.procurements(), "") {
		rows := adopted.rows(procurement)
		n += len(rows)
		for chunk := range slices.Chunk(rows, rowsOfEvent) {
			e, err := adopt(procurement, chunk)
			if err != nil {
				return nil, 0, err
			}
			events = append(events, e)
		}
	}
	// An event of the platform comes last and always: it tells that this was done.
	done, err := adopt("", nil)
	return append(events, done), n, err
}

// rowsOfEvent is how many rows one event adopts at most.
const rowsOfEvent = 200

// An adoption holds what differs, by procurement and row.
type adoption map[models.ID]map[[2]string]*Difference

func (a adoption) take(d Difference) {
	if d.Table == "" {
		return // an event that does not follow stays what it is
	}
	of := a[d.ProcurementID]
	if of == nil {
		of = map[[2]string]*Difference{}
		a[d.ProcurementID] = of
	}
	row := [2]string{d.Table, d.Key}
	if before := of[row]; before != nil {
		before.holds = append(before.holds, d.holds...)
		return
	}
	of[row] = &d
}

func (a adoption) procurements() []models.ID {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(a)), func(id models.ID) bool { return id == "" })
}

func (a adoption) rows(procurement models.ID) []*Difference {
	found := slices.Collect(maps.Values(a[procurement]))
	slices.SortFunc(found, func(x, y *Difference) int {
		return slices.Compare([]string{x.Table, x.Key}, []string{y.Table, y.Key})
	})
	return found
}

func adopt(procurement models.ID, rows []*Difference) (event.Event, error) {
	what := event.RecordAdopted{Rows: []event.AdoptedRow{}}
	for _, d := range rows {
		row := event.AdoptedRow{Table: d.Table, Key: d.Key, Absent: d.holds == nil}
		for _, column := range d.holds {
			value := column.value
			if column.Form == store.Parted && value != "" {
				var err error
				if value, err = what.Withhold(json.RawMessage(value)); err != nil {
					return event.Event{}, err
				}
			}
			row.Columns = append(row.Columns, event.AdoptedColumn{
				Name: column.Name, Value: value, Contradicts: column.told,
			})
		}
		what.Rows = append(what.Rows, row)
	}
	return event.Event{ProcurementID: procurement, Payload: what}, nil
}
