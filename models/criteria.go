package models

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// How the agreed scores of a tender come about.
const (
	// ConsensusChair: the evaluators discuss, the chair writes down what they agree on.
	ConsensusChair = "chair"
	// ConsensusMean: the exact mean of the individual scores.
	ConsensusMean = "mean"
)

// An AwardMethod says how prices become points, or quality becomes money.
type AwardMethod string

// AwardMethods lists the methods; rules/award computes with them.
func AwardMethods() []AwardMethod {
	return []AwardMethod{
		"relative_to_lowest", "linear_to_best", "min_max", "linear_to_ceiling", "absolute_linear", "logarithmic",
		"quality_in_money", "price_per_point", "fixed_price",
	}
}

// AwardCriteria say how tenders for a lot are ranked: what is published and never changes afterwards (Directive
// 2014/24/EU, Article 67; C-6/15 Dimarso). docs/evaluation.md has every method with its formula.
//
// Under a method that divides by prices, ZeroPrice says what a price of 0 gets: the full points, the others being
// compared with the lowest price above 0 (also if nothing is said), or it counts as ZeroCountsAs. With Best, only the
// prices of the best by quality are opened, and of those equal to the last of them. Rounds says what is rounded, once
// and nowhere else: the points of each criterion, or the total, as always under price_per_point.
type AwardCriteria struct {
	Lot         ID          `json:"lot"`
	Method      AwardMethod `json:"method" doc:"How prices become points"`
	Currency    string      `json:"currency" doc:"ISO 4217 code of all prices" example:"EUR"`
	PriceWeight string      `json:"price_weight" doc:"Points for the best price" example:"40"`
	TotalPoints string      `json:"total_points,omitempty" doc:"What all weights add up to; absent: 100"`

	Criteria []AwardCriterion `json:"criteria" maxItems:"100" doc:"Of quality; all weights add up to the total"`
	Groups   []CriterionGroup `json:"groups,omitempty" maxItems:"100" doc:"Groups of criteria, with their weights"`

	Factor string `json:"factor,omitempty" doc:"k of linear_to_best and logarithmic"`
	From   string `json:"from,omitempty" doc:"Lower bound of absolute_linear"`
	To     string `json:"to,omitempty" doc:"Upper bound of absolute_linear"`

	ZeroPrice    string `json:"zero_price,omitempty" enum:"full_points,counts_as" doc:"What a price of 0 gets"`
	ZeroCountsAs string `json:"zero_counts_as,omitempty" doc:"Lower prices count as this amount"`
	Ceiling      string `json:"ceiling,omitempty" doc:"Excludes tenders with a higher price; B of linear_to_ceiling"`

	Best int `json:"best,omitempty" minimum:"0" maximum:"1000" doc:"Only the prices of so many, the best, are opened"`

	Costs          *CostModel    `json:"costs,omitempty" doc:"What counts besides the price"`
	MinimumQuality string        `json:"minimum_quality,omitempty" doc:"Excludes tenders with less quality in total"`
	Digits         int           `json:"digits" minimum:"0" maximum:"6" doc:"Decimal places of what is rounded"`
	Rounding       string        `json:"rounding" enum:"half_up,half_even,down"`
	Rounds         string        `json:"rounds,omitempty" enum:"line,total" doc:"What is rounded, once"`
	TieBreak       []string      `json:"tie_break" maxItems:"100" doc:"price, quality or IDs of criteria; last: draw"`
	Low            *LowPriceMark `json:"low,omitempty" doc:"Which prices look abnormally low; absent: none"`

	Consensus string `json:"consensus" enum:"chair,mean" doc:"chair: what the panel agrees on; mean: of all scores"`
}

// An AwardCriterion is one quality criterion, scored from Lowest to Max.
type AwardCriterion struct {
	ID      string `json:"id" pattern:"^[a-z][a-z0-9_-]{0,59}$"`
	Group   string `json:"group,omitempty" maxLength:"60" doc:"ID of the group that it belongs to"`
	Title   Text   `json:"title"`
	Link    Text   `json:"link" doc:"How it is linked to the subject matter of the contract"`
	Weight  string `json:"weight" example:"20"`
	Max     string `json:"max" doc:"The highest score" example:"10"`
	Lowest  string `json:"lowest,omitempty" doc:"The lowest score; below 0: minus points; absent: 0" example:"-10"`
	Minimum string `json:"minimum,omitempty" doc:"Excludes a tender with a lower score"`

	Requirements []string `json:"requirements,omitempty" maxItems:"200" doc:"Codes of the requirements that it scores"`
}

// A CriterionGroup holds criteria, or groups, whose weights add up to its own.
type CriterionGroup struct {
	ID      string `json:"id" pattern:"^[a-z][a-z0-9_-]{0,59}$"`
	Group   string `json:"group,omitempty" maxLength:"60" doc:"ID of the group above"`
	Title   Text   `json:"title"`
	Weight  string `json:"weight" example:"40"`
	Minimum string `json:"minimum,omitempty" doc:"Excludes a tender with fewer points in the group"`
}

// A CostModel says what counts besides the price, computed from what tenderers state (Directive 2014/24/EU, Article
// 68).
type CostModel struct {
	Years    int        `json:"years,omitempty" minimum:"0" maximum:"100" doc:"For how many years yearly costs count"`
	Discount string     `json:"discount_percent,omitempty" doc:"By how many percent a year later costs count less"`
	Items    []CostItem `json:"items" minItems:"1" maxItems:"50"`
}

// What a cost is for. Those of a life cycle are listed in Article 68(1).
const (
	CostOfTime        = "time"
	CostOfAcquisition = "acquisition"
	CostOfUse         = "use"
	CostOfMaintenance = "maintenance"
	CostOfEndOfLife   = "end_of_life"
	CostExternal      = "externality"
)

// A CostItem turns a value that tenderers state, such as days or kilowatt-hours a year, into money. Method says by
// which method an externality becomes money, and where everyone can read it (Article 68(2)). A cost that is not yearly
// arises once, at the end of Year.
type CostItem struct {
	ID      string `json:"id" pattern:"^[a-z][a-z0-9_-]{0,59}$"`
	Title   Text   `json:"title"`
	For     string `json:"for" enum:"time,acquisition,use,maintenance,end_of_life,externality"`
	Data    Text   `json:"data" doc:"What tenderers state, in which unit, and how they prove it"`
	Method  Text   `json:"method,omitempty" doc:"How an externality becomes money; required for one"`
	Rate    string `json:"rate" doc:"Money for one unit" example:"0.25"`
	Yearly  bool   `json:"yearly,omitempty" doc:"It arises at the end of each year; else once"`
	Year    int    `json:"year,omitempty" minimum:"0" maximum:"100" doc:"When it arises once; 0: at once"`
	Highest string `json:"highest,omitempty" doc:"The highest value that is taken"`
}

// A LowPriceMark says which prices look abnormally low. The law sets no number.
type LowPriceMark struct {
	Against  string `json:"against" enum:"mean_of_others,next_price,estimate"`
	Percent  string `json:"percent" doc:"How many percent below the reference, at least" example:"30"`
	Estimate string `json:"estimate,omitempty" doc:"Required if against is estimate"`
}

var criterionID = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,59}$`)

// Check refuses what is not well formed; whether it can rank tenders is for the rules to say.
func (c AwardCriteria) Check() error {
	faults := checkID("/lot", c.Lot, PrefixLot)
	faults = append(faults, compact(
		CheckDecimal("/price_weight", c.PriceWeight), optionalDecimal("/total_points", c.TotalPoints),
		optionalDecimal("/factor", c.Factor), optionalDecimal("/from", c.From), optionalDecimal("/to", c.To),
		optionalDecimal("/zero_counts_as", c.ZeroCountsAs), optionalDecimal("/ceiling", c.Ceiling),
		notZero("/ceiling", c.Ceiling),
		optionalDecimal("/minimum_quality", c.MinimumQuality))...)
	faults = append(faults, checkOneOf("/consensus", c.Consensus, ConsensusChair, ConsensusMean)...)
	for _, k := range c.Criteria {
		faults = append(faults, compact(checkCriterionID("/criteria", k.ID), CheckText("/criteria", k.Title, 400),
			CheckText("/criteria", k.Link, 4000), CheckDecimal("/criteria", k.Weight), CheckDecimal("/criteria", k.Max),
			optionalDecimal("/criteria", k.Lowest), optionalDecimal("/criteria", k.Minimum))...)
	}
	for _, g := range c.Groups {
		faults = append(faults, compact(checkCriterionID("/groups", g.ID), CheckText("/groups", g.Title, 400),
			CheckDecimal("/groups", g.Weight), optionalDecimal("/groups", g.Minimum))...)
	}
	if c.Costs != nil {
		faults = append(faults, c.Costs.check()...)
	}
	if c.Low != nil {
		faults = append(faults, compact(CheckDecimal("/low/percent", c.Low.Percent),
			optionalDecimal("/low/estimate", c.Low.Estimate))...)
	}
	return Refusals(faults)
}

// check refuses items that do not say what tenderers state, and externalities without a method.
func (m CostModel) check() []*Refusal {
	const at = "/costs/items"
	faults := compact(optionalDecimal("/costs/discount_percent", m.Discount))
	for _, i := range m.Items {
		faults = append(faults, compact(checkCriterionID(at, i.ID), CheckText(at, i.Title, 400),
			CheckText(at, i.Data, 4000), CheckDecimal(at, i.Rate), optionalDecimal(at, i.Highest))...)
		faults = append(faults, checkOneOf(at, i.For, CostOfTime, CostOfAcquisition, CostOfUse, CostOfMaintenance,
			CostOfEndOfLife, CostExternal)...)
		if i.For == CostExternal || len(i.Method) > 0 {
			faults = append(faults, compact(CheckText(at, i.Method, 4000))...)
		}
	}
	return faults
}

func checkCriterionID(field, id string) *Refusal {
	if criterionID.MatchString(id) {
		return nil
	}
	return Refuse(CodeInvalidValue, field, "%q is not an ID of a criterion", id).
		Accepting("a lower-case letter and up to 59 lower-case letters, digits, - or _")
}

// Wording lists what tenderers read of it.
func (c AwardCriteria) Wording() []Wording {
	var all []Wording
	for i, k := range c.Criteria {
		at := fmt.Sprintf("/criteria/%d", i)
		all = append(all, Wording{at + "/title", k.Title}, Wording{at + "/link", k.Link})
	}
	for i, g := range c.Groups {
		all = append(all, Wording{fmt.Sprintf("/groups/%d/title", i), g.Title})
	}
	if c.Costs == nil {
		return all
	}
	for i, k := range c.Costs.Items {
		at := fmt.Sprintf("/costs/items/%d", i)
		all = append(all, Wording{at + "/title", k.Title}, Wording{at + "/data", k.Data},
			Wording{at + "/method", k.Method})
	}
	return all
}

// Unfounded refuses a criterion that names something else than requirements to be scored that apply to the lot. It is
// nil if there is none.
func (c AwardCriteria) Unfounded(d Dossier) *Refusal {
	var scored []string
	for _, r := range d.Requirements() {
		if r.Use == UseAward && r.AppliesTo(c.Lot) {
			scored = append(scored, r.Code)
		}
	}
	for i, k := range c.Criteria {
		for _, code := range k.Requirements {
			if !slices.Contains(scored, code) {
				return Refuse(CodeInvalidValue, fmt.Sprintf("/criteria/%d/requirements", i),
					"%s is not a requirement that is scored in this lot", code).
					Accepting("codes of requirements of use %s: %v", UseAward, scored)
			}
		}
	}
	return nil
}

// Subject is the lot.
func (c AwardCriteria) Subject() string { return string(c.Lot) }

func optionalDecimal(field, s string) *Refusal {
	if s == "" {
		return nil
	}
	return CheckDecimal(field, s)
}

// notZero refuses an option that is given as 0: whoever reads the notice would take it at its word.
func notZero(field, s string) *Refusal {
	if s == "" || strings.Trim(s, "-0.") != "" {
		return nil
	}
	return Refuse(CodeInvalidValue, field, "%q is given, and means nothing", s).Accepting("more than 0, or nothing")
}
