package contract

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

// A Retention is for how long the record of a procurement is kept, and why. Before that nothing of it is erased.
type Retention struct {
	Until *time.Time `json:"until,omitempty" doc:"Absent: the procurement has not ended"`
	For   []KeptFor  `json:"for" doc:"The longest of them counts"`
}

// A KeptFor is one reason to keep a record.
type KeptFor struct {
	Why    string `json:"why"`
	Source string `json:"source"`
	Until  string `json:"until,omitempty" format:"date" doc:"Absent: not known yet"`
}

// RetentionOf explains until when a record is kept: documentation, contracts as long as they are performed, what a
// grant asks for, and the years that are set for the installation.
func RetentionOf(d models.Dossier, years int, until *time.Time) (Retention, error) {
	all, err := LimitsOf(d)
	if err != nil {
		return Retention{}, err
	}
	r := Retention{Until: until, For: []KeptFor{{
		Why:    fmt.Sprintf("%d years after the last event of the ended procurement", years),
		Source: "setting of the installation (table retention)",
	}}}
	documented := documentation(d, all)
	for _, award := range d.Tendering.Awards {
		if award.Awarded() {
			r.For = append(r.For, KeptFor{
				Why:    fmt.Sprintf("documentation, %d years from the award", documented.Years),
				Source: documented.Article,
				Until:  award.AwardedAt.AddDate(documented.Years, 0, 0).Format(time.DateOnly),
			})
		}
	}
	for _, e := range d.Of(models.EntryContract) {
		if c, ok := models.BodyOf[models.Contract](e); ok {
			r.For = append(r.For, keptForContract(d, e.ID, c, all))
		}
	}
	for _, e := range d.Of(models.EntryGrantAction) {
		if g, ok := models.BodyOf[models.GrantAction](e); ok && g.RecordsUntil != "" {
			r.For = append(r.For, KeptFor{Why: "the grant", Source: g.RecordsSource, Until: g.RecordsUntil})
		}
	}
	slices.SortStableFunc(r.For, func(a, b KeptFor) int { return strings.Compare(a.Why+a.Until, b.Why+b.Until) })
	return r, nil
}

// documentation is for how many years the law that governs keeps documents: never less than the directive.
func documentation(d models.Dossier, all Limits) Keeping {
	frame, known := timelimit.Governing(d)
	if !known {
		return all.Documentation
	}
	rule, err := frame.Pack.Rule("retention")
	if err != nil || rule.Length.Unit != calendar.Months {
		return all.Documentation // it is not known, so it is as in the directive at least
	}
	const year = 12
	if years := (rule.Length.N + year - 1) / year; years > all.Documentation.Years {
		return Keeping{Article: rule.Cited(), Years: years}
	}
	return all.Documentation
}

// keptForContract says for how long a contract is performed, as far as that is recorded.
func keptForContract(d models.Dossier, id models.ID, c models.Contract, all Limits) KeptFor {
	lot, _ := d.Tendering.Lot(c.Lot)
	kept := KeptFor{
		Why:    fmt.Sprintf("the contract on lot %d, signed on %s, as long as it is performed", lot.Number, c.SignedOn),
		Source: all.Contracts.Article, Until: c.EndsOn,
	}
	if terms, _, ok := d.FrameworkOf(c.Lot); ok {
		kept.Until = max(kept.Until, monthsAfter(c.SignedOn, terms.Months))
	}
	for _, m := range d.ModificationsOf(id) {
		kept.Until = max(kept.Until, m.EndsOn)
	}
	if kept.Until == "" {
		kept.Why += "; its last day is not recorded"
	}
	return kept
}
