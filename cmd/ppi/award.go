package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

type awardCommand struct {
	Recompute awardRecomputeCommand `cmd:"" help:"Rank the tenders of a lot again, and compare line by line."`
	Rank      awardRankCommand      `cmd:"" help:"Rank the tenders of a file that says no ranking."`
}

// errNotRecomputed makes the exit code of a ranking that does not come out again; the report names what does not.
var errNotRecomputed = errors.New("the ranking is not what comes out")

var errNotARanking = errors.New("this is not the ranking of a lot, as GET …/lots/{lot}/ranking answers it")

type awardRecomputeCommand struct {
	File string `arg:"" type:"existingfile" help:"A lot's ranking: the answer of GET …/lots/{lot}/ranking; - is stdin."`

	Export string   `type:"existingfile" placeholder:"FILE" help:"An audit export: was the lot awarded so?"`
	Key    []string `sep:"none" placeholder:"KEY" help:"Accept an export by this key only, see ppi audit key."`
	JSON   bool     `name:"json" help:"Write JSON."`
}

// A recomputedReport is what came out, and what the audit export says of it.
type recomputedReport struct {
	evaluation.Recomputed

	Lot  models.ID `json:"lot"`
	Same bool      `json:"equal"`
	// Awarded is absent without an audit export.
	Awarded *awardedOn `json:"awarded,omitempty"`
}

// awardedOn is on which ranking a lot was awarded, by an audit export.
type awardedOn struct {
	Event   models.ID `json:"event,omitempty"`
	Tender  models.ID `json:"tender,omitempty"`
	Ranking string    `json:"ranking,omitempty"`
	Fault   string    `json:"fault,omitempty"`
	// NotRecomputed says what of the award one ranking alone cannot show; empty: it shows all of it.
	NotRecomputed string `json:"not_recomputed,omitempty"`

	// among is to which tender the lot goes by the limits of lots, as the ranking says; empty: to the first.
	among models.ID
}

// Run asks no server and no database.
func (c awardRecomputeCommand) Run(inv *invocation) error {
	said, err := c.read()
	if err != nil {
		return err
	}
	recomputed, err := evaluation.Recompute(said)
	if err != nil {
		return err
	}
	report := recomputedReport{Recomputed: recomputed, Lot: said.Lot, Same: recomputed.Equal()}
	if c.Export != "" {
		if report.Awarded, err = c.awarded(said.Lot); err != nil {
			return err
		}
		report.Awarded.limited(said.Award)
		report.Same = report.Same && report.Awarded.on(recomputed)
	}
	if c.JSON {
		err = writeJSON(inv.stdout, report)
	} else {
		err = report.print(inv.stdout)
	}
	if err == nil && !report.Same {
		return errNotRecomputed
	}
	return err
}

func (c awardRecomputeCommand) read() (evaluation.Evaluation, error) {
	said, err := readRanking(c.File)
	if err == nil && said.Lot == "" {
		err = errNotARanking
	}
	return said, err
}

// readRanking reads the file of a ranking; - is stdin.
func readRanking(name string) (evaluation.Evaluation, error) {
	text, err := readFile(name)
	if err != nil {
		return evaluation.Evaluation{}, fmt.Errorf("read the ranking: %w", err)
	}
	return evaluation.ReadRanking(text)
}

// awarded looks in a verified audit export for the award of the lot.
func (c awardRecomputeCommand) awarded(lot models.ID) (*awardedOn, error) {
	file, err := os.Open(c.Export)
	if err != nil {
		return nil, fmt.Errorf("open the audit export: %w", err)
	}
	defer file.Close()
	found := &awardedOn{Fault: "the export knows of no award of the lot"}
	report, err := audit.VerifyExport(file, audit.Options{VerifierKeys: c.Key, Read: func(e audit.Entry) {
		if on, ok := awardIn(e, lot); ok {
			found = on
		}
	}})
	if err == nil && !report.Valid {
		found.Fault = "the export is not valid: see ppi audit verify --export"
	}
	return found, err
}

func awardIn(e audit.Entry, lot models.ID) (*awardedOn, bool) {
	recorded, err := audit.ParseEvent(e.Canonical)
	var p event.LotAwarded
	if err != nil || recorded.Type != event.TypeOf(p) || json.Unmarshal(recorded.Data, &p) != nil || p.LotID != lot {
		return nil, false
	}
	return &awardedOn{Event: recorded.ID, Tender: p.TenderID, Ranking: p.Ranking}, true
}

// limited takes note that the lot was one of several of which a tenderer is awarded so many at most, or that a former
// winner fell away: to which tender it goes depends then on the rankings and awards of all lots, which the file of one
// lot does not have.
func (a *awardedOn) limited(among *evaluation.AwardAmongLots) {
	if among == nil || a.Fault != "" {
		return
	}
	a.among = among.Tender
	a.NotRecomputed = "to which tender the lot goes depends on other lots and earlier awards, " +
		"which this file does not have"
	if among.Because != "" {
		a.NotRecomputed += "; the ranking says: " + among.Because
	}
}

// on tells whether the lot was awarded on what was recomputed: to who ranks first, or to whom the ranking says that it
// goes by the limits of lots.
func (a *awardedOn) on(r evaluation.Recomputed) bool {
	if a.Fault != "" || a.Ranking != r.Digest {
		return false
	}
	if a.among != "" {
		place, ranked := r.Ranking.Of(a.among)
		return ranked && place.Rank > 0 && a.Tender == a.among
	}
	winner, ok := r.Ranking.Winner()
	return ok && a.Tender == winner.Tender
}

func (r recomputedReport) print(out io.Writer) error {
	tender := models.ID("")
	write := func(format string, args ...any) (err error) {
		_, err = fmt.Fprintf(out, format+"\n", args...)
		return err
	}
	err := write("lot %s", r.Lot)
	for _, rule := range r.Applied {
		err = errors.Join(err, write("applied: %s", rule))
	}
	for _, l := range r.Lines {
		if l.Tender != tender {
			tender = l.Tender
			of := "tender " + string(tender)
			if tender == "" {
				of = "the whole ranking"
			}
			err = errors.Join(err, write("%s", of))
		}
		if l.Equal() {
			found := l.Found
			if l.What == "total" {
				found = totalSaid(found, l.How)
			}
			err = errors.Join(err, write("  equal    %s: %s", l.What, found))
		} else {
			err = errors.Join(err, write("  NOT SO   %s: %q is said, %q comes out", l.What, l.Said, l.Found))
		}
	}
	if r.Awarded != nil {
		err = errors.Join(err, r.Awarded.tell(write, r.Recomputed))
	}
	for _, unchecked := range r.NotChecked {
		err = errors.Join(err, write("not checked  %s", unchecked))
	}
	verdict := "all that the ranking says comes out again"
	if len(r.NotChecked) > 0 {
		verdict = "all that was recomputed comes out again; what was not checked is said above"
	}
	if !r.Same {
		verdict = "NOT all that is said comes out again"
	}
	return errors.Join(err, write("%s", verdict))
}

func (a *awardedOn) tell(write func(string, ...any) error, r evaluation.Recomputed) error {
	switch {
	case a.Fault != "":
		return write("NOT SO     award: %s", a.Fault)
	case !a.on(r):
		return write("NOT SO     award: event %s awarded %s on the ranking %s", a.Event, a.Tender, a.Ranking)
	case a.NotRecomputed != "":
		return write("said       award: event %s awarded %s on this ranking, as the ranking says; NOT recomputed: %s",
			a.Event, a.Tender, a.NotRecomputed)
	}
	return write("equal      award: event %s awarded %s on this ranking", a.Event, a.Tender)
}
