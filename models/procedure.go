package models

import "slices"

// A ProcedureCode names a procedure as the eForms code list procurement-procedure-type does.
type ProcedureCode string

// ProcedureOpen is the procedure in which everyone may tender. It applies unless another was decided on.
const ProcedureOpen ProcedureCode = "open"

// EntryProcedureChoice says by which procedure the tenderers are to be found.
const EntryProcedureChoice EntryKind = "procedure_choice"

// A GroundCode names why a procedure may be chosen that is not free to choose.
type GroundCode string

// A ProcedureChoice decides on a procedure. Without a choice, the open procedure applies.
type ProcedureChoice struct {
	Procedure ProcedureCode `json:"procedure" maxLength:"40" doc:"eForms procurement-procedure-type" example:"open"`

	Ground  GroundCode `json:"ground,omitempty" maxLength:"40" doc:"Which of the grounds that the law names holds"`
	Reasons Text       `json:"reasons" doc:"Why this one; where a ground is needed, why it holds"`
}

// Check refuses a choice without reasons.
func (c ProcedureChoice) Check() error {
	return Refusals(compact(CheckText("/reasons", c.Reasons, 4000)))
}

// Wording lists the texts that the market reads.
func (c ProcedureChoice) Wording() []Wording { return []Wording{{"/reasons", c.Reasons}} }

// A Procedure is the way by which tenderers are found (Directive 2014/24/EU, Articles 26 to 31): stages, one
// after the other, at each of which something is handed in.
type Procedure struct {
	Code ProcedureCode `yaml:"code"`
	// Name is what people call it, Source the article that rules it.
	Name   string `yaml:"name"`
	Source string `yaml:"source"`
	// ValidFrom is the first day, in ISO 8601, on which a procedure of this description may begin.
	ValidFrom string  `yaml:"valid_from"`
	Stages    []Stage `yaml:"stages"`
	// Notice lists what the contract notice has to say besides what every contract notice says.
	Notice []NoticeItem `yaml:"notice"`
	// Grounds are those of which one must hold; none: the procedure is free to choose.
	Grounds []Ground `yaml:"grounds"`
	// BestRatio tells that the award is on the best price-quality ratio alone, so quality must count.
	BestRatio bool `yaml:"best_ratio"`
}

// A Ground is a reason that the law accepts for a procedure.
type Ground struct {
	Code GroundCode `yaml:"code"`
	// Says is the ground in words, Source its article.
	Says   string `yaml:"says"`
	Source string `yaml:"source"`
}

// A StageCode names a stage within its procedure.
type StageCode string

// A Stage is a part of a procedure with a box of its own for every lot.
type Stage struct {
	Code StageCode `yaml:"code"`
	// HandsIn is what its box takes.
	HandsIn Handed `yaml:"hands_in"`
	// Invited tells that only those who were invited may hand in; otherwise everyone may.
	Invited bool `yaml:"invited"`
	// Rounds tells that it may repeat, each time with a box of its own.
	Rounds bool `yaml:"rounds"`
	// Limit is the rule of the calendar for the shortest time to hand in, in the first round; empty: the law sets none.
	// For later rounds, as for final tenders, it sets no number, only adequate time (Article 47(1)).
	Limit string `yaml:"limit"`
	// WhereStated tells that the limit holds only where the law that is agreed on has it: the Directive sets none.
	WhereStated bool `yaml:"where_stated"`
	// Least is the smallest number to invite, if that many qualify; 0 where everyone may hand in.
	Least int `yaml:"least"`
	// Talks tells that what was handed in is discussed with those who handed it in, each by itself; see [Talks].
	Talks Talks `yaml:"talks"`
	// Reservable tells that a tender of the stage may be awarded without talks, if the notice reserves that.
	Reservable bool `yaml:"reservable"`
	// Source is the article that rules the stage.
	Source string `yaml:"source"`
}

// Talks are what contracting authorities hold with each participant of a stage.
type Talks string

// The talks there are.
const (
	// TalksNegotiation improves the content of tenders (Directive 2014/24/EU, Article 29(3)).
	TalksNegotiation Talks = "negotiation"
	// TalksDialogue finds the means that satisfy the needs best (Article 30(3)).
	TalksDialogue Talks = "dialogue"
)

// A NoticeItem is something that a contract notice has to say in some procedures.
type NoticeItem string

// NoticeSelection are the criteria by which candidates are selected, and how many are invited (Directive
// 2014/24/EU, Articles 58 and 65(2)).
const NoticeSelection NoticeItem = "selection"

// NoticeConduct is how talks are conducted: whether the number of participants is reduced on the way (Article 29(6) and
// 30(4); eForms BT-52), and whether a tender may be awarded without negotiation (Article 29(4); BT-120).
const NoticeConduct NoticeItem = "conduct"

// NoticePartnership is in which phases an innovation partnership goes (Article 31(2)).
const NoticePartnership NoticeItem = "partnership"

// First is the stage with which the procedure begins.
func (p Procedure) First() Stage { return p.Stages[0] }

// After is the stage that follows one; false after the last.
func (p Procedure) After(code StageCode) (Stage, bool) {
	for i, s := range p.Stages[:len(p.Stages)-1] {
		if s.Code == code {
			return p.Stages[i+1], true
		}
	}
	return Stage{}, false
}

// Stage finds a stage by its code.
func (p Procedure) Stage(code StageCode) (Stage, bool) {
	return find(p.Stages, func(s Stage) bool { return s.Code == code })
}

// Onward lists the stages to which a lot may go on from one: the same again if it repeats, and the next.
func (p Procedure) Onward(code StageCode) []Stage {
	var onward []Stage
	if s, ok := p.Stage(code); ok && s.Rounds {
		onward = append(onward, s)
	}
	if next, ok := p.After(code); ok {
		onward = append(onward, next)
	}
	return onward
}

// Last tells whether nothing follows the stage: its tenders are final.
func (p Procedure) Last(code StageCode) bool { return p.Stages[len(p.Stages)-1].Code == code }

// GroundOf finds a ground by its code.
func (p Procedure) GroundOf(code GroundCode) (Ground, bool) {
	return find(p.Grounds, func(g Ground) bool { return g.Code == code })
}

// Asks tells whether the contract notice has to contain the item.
func (p Procedure) Asks(item NoticeItem) bool { return slices.Contains(p.Notice, item) }
