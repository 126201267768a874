package models

import (
	"strconv"
	"strings"
)

// EntryLotLimits says for how many lots one tenderer may tender, and how many it may be awarded.
const EntryLotLimits EntryKind = "lot_limits"

// A LotRule says in which order the lots are given where one tenderer would be awarded more lots than it may. It is
// objective and stands in the documents (Directive 2014/24/EU, Article 46(2)).
type LotRule string

// The rules. Each lot, when its turn comes, goes to the best tenderer who may still be awarded one; lots of equal turn
// come in the order of their numbers.
const (
	// LotsInOrder: lots are given in the order of their numbers.
	LotsInOrder LotRule = "lot_order"
	// LotsByTotal: the lot whose best tender has the most points is given first.
	LotsByTotal LotRule = "highest_total"
	// LotsByAdvantage: the lot whose best tender is the most points ahead of the next is given first.
	LotsByAdvantage LotRule = "largest_advantage"
)

// LotRules lists the rules.
func LotRules() []LotRule { return []LotRule{LotsInOrder, LotsByTotal, LotsByAdvantage} }

// Called says in words which lot comes first.
func (r LotRule) Called() string {
	switch r {
	case LotsByTotal:
		return "the lot whose best tender has the most points comes first"
	case LotsByAdvantage:
		return "the lot whose best tender is furthest ahead of the next comes first"
	case LotsInOrder:
	}
	return "the lots come in the order of their numbers"
}

// LotLimits say what one tenderer may do with the lots (Directive 2014/24/EU, Article 46(2); eForms BT-31, BT-33 and
// BT-763). A limit that is absent is none.
type LotLimits struct {
	MostTendered int  `json:"max_lots_tendered,omitempty" minimum:"1" maximum:"1000" doc:"eForms BT-31"`
	MostAwarded  int  `json:"max_lots_awarded,omitempty" minimum:"1" maximum:"1000" doc:"eForms BT-33"`
	AllLots      bool `json:"all_lots_required,omitempty" doc:"eForms BT-763: one tenders for every lot or none"`

	// Rule is required with MostAwarded.
	Rule LotRule `json:"rule,omitempty" enum:"lot_order,highest_total,largest_advantage" doc:"Which lot is given first"`
}

// Check refuses limits that say nothing or contradict each other, and a limit of awards without its rule.
func (l LotLimits) Check() error {
	var faults []*Refusal
	for _, limit := range l.limits() {
		if limit.most < 0 || limit.most > 1000 {
			faults = append(faults, Refuse(CodeInvalidValue, limit.field, "%d is no number of lots", limit.most).
				Accepting("a number from 1 to 1000, or none"))
		}
	}
	switch {
	case l.MostTendered == 0 && l.MostAwarded == 0 && !l.AllLots:
		faults = append(faults, Refuse(CodeInvalidValue, "", "nothing is limited").
			Accepting("max_lots_tendered, max_lots_awarded or all_lots_required; no entry if nothing is limited"))
	case l.AllLots && l.MostTendered > 0:
		faults = append(faults, Refuse(CodeInvalidValue, "/max_lots_tendered",
			"one cannot tender for every lot and for %d at most", l.MostTendered).
			Accepting("one of the two"))
	case l.MostTendered > 0 && l.MostAwarded > l.MostTendered:
		faults = append(faults, Refuse(CodeInvalidValue, "/max_lots_awarded",
			"nobody is awarded %d lots who tenders for %d", l.MostAwarded, l.MostTendered).
			Accepting("at most %d", l.MostTendered))
	}
	switch {
	case l.MostAwarded > 0:
		faults = append(faults, checkOneOf("/rule", l.Rule, LotRules()...)...)
	case l.Rule != "":
		faults = append(faults, Refuse(CodeInvalidValue, "/rule", "the rule %s limits nothing by itself", l.Rule).
			Accepting("max_lots_awarded, or no rule"))
	}
	return Refusals(faults)
}

// A lotLimit is one limit, with the field in which it stands; 0: none.
type lotLimit struct {
	field string
	most  int
}

func (l LotLimits) limits() []lotLimit {
	return []lotLimit{{"/max_lots_tendered", l.MostTendered}, {"/max_lots_awarded", l.MostAwarded}}
}

// Exceed tells which limit is no limit among so many lots; nil: each is one.
func (l LotLimits) Exceed(lots int) *Refusal {
	for _, limit := range l.limits() {
		if limit.most >= lots && limit.most > 0 {
			return Refuse(CodeLotLimitsUnfit, "/lot_limits"+limit.field, "%d lots at most are no limit among %d",
				limit.most, lots).
				Accepting("a smaller number, more lots, or no limit")
		}
	}
	if l.AllLots && lots < 2 {
		return Refuse(CodeLotLimitsUnfit, "/lot_limits/all_lots_required", "there are no several lots to tender for").
			Accepting("two lots at least, or no limit")
	}
	return nil
}

// LotLimits returns the limits that were decided; false: none were.
func (d Dossier) LotLimits() (LotLimits, bool) {
	e, ok := d.Latest(EntryLotLimits)
	if !ok {
		return LotLimits{}, false
	}
	return BodyOf[LotLimits](e)
}

// LotNumbers writes the numbers of lots as a reader says them: lot 1, lots 1 and 2, lots 1, 2 and 5.
func LotNumbers(numbers []int) string {
	words := make([]string, len(numbers))
	for i, n := range numbers {
		words[i] = strconv.Itoa(n)
	}
	if len(words) < 2 {
		return "lot " + strings.Join(words, "")
	}
	last := len(words) - 1
	return "lots " + strings.Join(words[:last], ", ") + " and " + words[last]
}
