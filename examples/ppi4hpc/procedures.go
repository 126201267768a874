package ppi4hpc

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

// AsItWas is the name of the procedure that the case really was.
const AsItWas = "dialogue"

// A Procedure is one by which the case can be played. Only one of them is what it was; all dates after its deadline for
// requests are assumed.
type Procedure struct {
	Name    string               `json:"name"`
	Code    models.ProcedureCode `json:"code"`
	Ground  models.GroundCode    `json:"ground"`
	Reasons string               `json:"reasons"`

	Route       string `json:"route"`
	RouteReason string `json:"route_reason"`
	// Conclusion is that of the report on the state of the art; StateOfTheArt is its text, if not that of the needs.
	Conclusion    string `json:"conclusion"`
	StateOfTheArt string `json:"state_of_the_art"`

	// Dates are those that this procedure has otherwise, or more, than an open one.
	Dates map[string]Date `json:"dates"`
}

// Selection is how candidates are selected.
type Selection struct {
	Criteria []struct {
		ID          string `json:"id"`
		Title       string `json:"title"`
		Requirement string `json:"requirement"`
		Met         string `json:"met"`
		NotMet      string `json:"not_met"`
	} `json:"criteria"`
}

// Talks are how dialogue and negotiation are conducted, and what was said.
type Talks struct {
	Method   string   `json:"method"`
	Payments string   `json:"payments"`
	Remain   int      `json:"remain"`
	Minutes  int      `json:"minutes"`
	Buyers   int      `json:"buyers"`
	People   int      `json:"people"`
	Place    string   `json:"place"`
	Subjects []string `json:"subjects"`
	Record   string   `json:"record"`
	// Told is what all are told that one of them had learned.
	Told string `json:"told"`
}

// Partnership is how an innovation partnership goes on after its award.
type Partnership struct {
	Partners    int    `json:"partners"`
	Conditions  string `json:"conditions"`
	Performance string `json:"performance"`
	MaximumCost string `json:"maximum_cost"`
	// PaymentPercent is the part of the price that a partner gets for each phase.
	PaymentPercent int `json:"payment_percent"`
	Phases         []struct {
		ID      string `json:"id"`
		Title   string `json:"title"`
		Targets string `json:"targets"`
		Months  int    `json:"months"`
		Payment string `json:"payment"`
	} `json:"phases"`
	Attained string `json:"attained"`
	Missed   string `json:"missed"`
	Evidence string `json:"evidence"`
}

// ProcedureOf finds the procedure of that name, and returns the facts on its dates. An error names the known ones.
func (f Facts) ProcedureOf(name string) (Facts, Procedure, error) {
	procedure, known := f.Procedures[name]
	if !known {
		return f, procedure, fmt.Errorf("the case cannot be played as %q, but as one of %s", name,
			strings.Join(slices.Sorted(maps.Keys(f.Procedures)), ", "))
	}
	f.Dates = maps.Clone(f.Dates)
	maps.Copy(f.Dates, procedure.Dates)
	return f, procedure, nil
}
