package models

import "slices"

// EntryAsIs are the figures of a buyer's present service.
const EntryAsIs EntryKind = "as_is_figures"

// An AsIs measures what a buyer has today, so that a baseline is no guess.
type AsIs struct {
	Service Text     `json:"service" doc:"The present service or process"`
	Figures []Figure `json:"figures" minItems:"1" maxItems:"200"`
}

// A Figure is one thing that was measured.
type Figure struct {
	Measures string `json:"measures" enum:"cost,headcount,time,outcome" doc:"What kind of figure it is"`
	Name     Text   `json:"name" doc:"What is measured"`
	Value    string `json:"value" doc:"A decimal number as text" example:"48"`
	Unit     string `json:"unit" maxLength:"60" example:"hours"`
	From     string `json:"from" format:"date" doc:"The first day of the period in which it was measured"`
	Until    string `json:"until" format:"date" doc:"The last day"`
	Source   string `json:"source" minLength:"1" maxLength:"2000" doc:"Where the figure comes from" example:"Call log"`
	// Statement binds the figure to a need.
	Statement ID `json:"statement,omitempty" doc:"The needs statement whose baseline it is; absent: of none"`
}

// Check refuses figures without value, unit, period or source.
func (a AsIs) Check() error {
	faults := compact(CheckText("/service", a.Service, 8000))
	if len(a.Figures) == 0 {
		faults = append(faults, Refuse(CodeInvalidValue, "/figures", "nothing was measured").
			Accepting("at least one figure"))
	}
	for n, f := range a.Figures {
		at := item("/figures", n)
		faults = append(faults, slices.Concat(
			checkOneOf(at+"/measures", f.Measures, "cost", "headcount", "time", "outcome"),
			compact(CheckText(at+"/name", f.Name, 1000), CheckDecimal(at+"/value", f.Value),
				checkWord(at+"/unit", f.Unit, 60), checkWord(at+"/source", f.Source, 2000)),
			checkPeriod(at+"/from", f.From, at+"/until", f.Until))...)
		if f.Statement != "" {
			faults = append(faults, checkID(at+"/statement", f.Statement, PrefixEntry)...)
		}
	}
	return Refusals(faults)
}

// CheckAgainst refuses figures of a period that is not over, and the baseline of what is no need of this buyer.
func (a AsIs) CheckAgainst(d Dossier, e Entry) error {
	if e.WithdrawnAt != nil {
		return nil
	}
	for n, f := range a.Figures {
		if err := d.past(e, item("/figures", n)+"/until", f.Until); err != nil {
			return err
		}
		if f.Statement == "" {
			continue
		}
		statement, ok := d.Standing(f.Statement, EntryNeedsStatement)
		if !ok || statement.OrganisationID != e.OrganisationID {
			return Refuse(CodeInvalidValue, item("/figures", n)+"/statement", "this is no standing need of %s",
				d.NameOf(e.OrganisationID)).
				Accepting("the ID of a needs statement of your organisation, or none")
		}
	}
	return nil
}
