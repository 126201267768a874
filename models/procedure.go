package models

import "slices"

// A ProcedureCode names a procedure as the eForms code list procurement-procedure-type does.
type ProcedureCode string

// ProcedureOpen is the procedure in which everyone may tender. It applies unless another was decided on.
const ProcedureOpen ProcedureCode = "open"

// EntryProcedureChoice says by which procedure the tenderers are to be found.
const EntryProcedureChoice EntryKind = "procedure_choice"

// A ProcedureChoice decides on a procedure. Without a choice, the open procedure applies.
type ProcedureChoice struct {
	Procedure ProcedureCode `json:"procedure" maxLength:"40" doc:"eForms procurement-procedure-type" example:"open"`
	Reasons   Text          `json:"reasons" doc:"Why this one"`
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
	// Limit is the rule of the calendar for the shortest time to hand in; empty: the law sets none.
	Limit string `yaml:"limit"`
	// Least is the smallest number to invite, if that many qualify; 0 where everyone may hand in.
	Least int `yaml:"least"`
	// Source is the article that rules the stage.
	Source string `yaml:"source"`
}

// A NoticeItem is something that a contract notice has to say in some procedures.
type NoticeItem string

// NoticeSelection are the criteria by which candidates are selected, and how many are invited (Directive
// 2014/24/EU, Articles 58 and 65(2)).
const NoticeSelection NoticeItem = "selection"

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

// Asks tells whether the contract notice has to contain the item.
func (p Procedure) Asks(item NoticeItem) bool { return slices.Contains(p.Notice, item) }
