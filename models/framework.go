package models

import "slices"

// What is written about a framework agreement.
const (
	// EntryFramework says that a lot is awarded as a framework agreement; it is announced.
	EntryFramework EntryKind = "framework_terms"
	// EntryCallOff is what a buyer orders under a framework agreement.
	EntryCallOff EntryKind = "call_off"
)

// How call-offs are awarded (Directive 2014/24/EU, Article 33(3) and (4)).
const (
	// CallOffTerms: on the terms of the framework agreement.
	CallOffTerms = "terms"
	// CallOffCompetition: the operators compete anew.
	CallOffCompetition = "competition"
	// CallOffBoth: on the terms, or by competition, as the documents say.
	CallOffBoth = "both"
)

// FrameworkTerms are those of a lot that is awarded as a framework agreement: with how many operators, for how long, up
// to what sum, and who may call off. They are announced in the contract notice and bind from then on (Directive
// 2014/24/EU, Article 33; Directive 2014/25/EU, Article 51; Court of Justice, C-216/17 and C-23/20).
type FrameworkTerms struct {
	Lot       ID     `json:"lot"`
	Operators int    `json:"operators" minimum:"1" maximum:"20" doc:"With how many operators at most"`
	Months    int    `json:"months" minimum:"1" maximum:"240" doc:"How long call-offs are made, from the signature"`
	Longer    Text   `json:"longer,omitempty" doc:"Why longer than four years (utilities: eight), in its subject"`
	Estimate  Money  `json:"estimate" doc:"The value that is expected to be called off, without VAT"`
	Maximum   Money  `json:"maximum" doc:"The most that all buyers together call off, without VAT"`
	Quantity  string `json:"maximum_quantity,omitempty" doc:"The most units that all buyers together call off"`
	Unit      string `json:"unit,omitempty" maxLength:"100" doc:"Of the quantity; required with it"`
	Buyers    []ID   `json:"buyers" minItems:"1" maxItems:"200" doc:"The buyers that may call off; nobody else may"`
	CallOffs  string `json:"call_offs" enum:"terms,competition,both" doc:"How call-offs are awarded"`
	How       Text   `json:"how" doc:"How a buyer calls off, and among several operators with whom"`
}

// Check refuses malformed amounts, an estimate above the maximum, and competition with a single operator.
func (f FrameworkTerms) Check() error {
	faults := append(checkID("/lot", f.Lot, PrefixLot),
		compact(f.Estimate.Check("/estimate"), f.Maximum.Check("/maximum"), CheckText("/how", f.How, 8000))...)
	if !AddsUpTo(f.Maximum, f.Estimate) {
		faults = append(faults, Refuse(CodeInvalidValue, "/estimate", "more is expected than %s %s, which is the most",
			f.Maximum.Amount, f.Maximum.Currency).Accepting("an estimate up to the maximum, in its currency"))
	}
	if len(f.Longer) > 0 {
		faults = append(faults, compact(CheckText("/longer", f.Longer, 8000))...)
	}
	if f.Quantity != "" || f.Unit != "" {
		faults = append(faults, compact(checkUnits("/maximum_quantity", f.Quantity),
			checkWord("/unit", f.Unit, 100))...)
	}
	for i, id := range f.Buyers {
		faults = append(faults, checkID("/buyers", id, PrefixOrganisation)...)
		if slices.Contains(f.Buyers[:i], id) {
			faults = append(faults, Refuse(CodeInvalidValue, "/buyers", "%s is named twice", id).
				Accepting("each buyer once"))
		}
	}
	if len(f.Buyers) == 0 {
		faults = append(faults, Refuse(CodeInvalidValue, "/buyers", "nobody may call off").
			Accepting("at least one buyer"))
	}
	faults = append(faults, checkOneOf("/call_offs", f.CallOffs, CallOffTerms, CallOffCompetition, CallOffBoth)...)
	if f.Operators < 2 && f.CallOffs != CallOffTerms {
		faults = append(faults, Refuse(CodeInvalidValue, "/call_offs", "a single operator does not compete").
			Accepting("%s, or several operators (Article 33(3))", CallOffTerms))
	}
	return Refusals(faults)
}

// checkUnits refuses what is not a number of units.
func checkUnits(field, s string) *Refusal {
	if ValidDecimal(s) && s[0] != '-' {
		return nil
	}
	return Refuse(CodeInvalidValue, field, "%q is not a quantity", s).
		Accepting(`a number of units as text, such as "48"`)
}

// Subject is the lot.
func (f FrameworkTerms) Subject() string { return string(f.Lot) }

// Wording lists what tenderers read.
func (f FrameworkTerms) Wording() []Wording { return []Wording{{"/longer", f.Longer}, {"/how", f.How}} }

// FrameworkOf returns the terms of a lot's framework agreement, with the entry that holds them; false: the lot is no
// framework agreement.
func (d Dossier) FrameworkOf(lot ID) (FrameworkTerms, Entry, bool) {
	return about[FrameworkTerms](d, EntryFramework, lot)
}

// fitsFramework refuses a framework agreement about more than was announced, and one that binds a buyer that was not
// named (C-216/17).
func (c Contract) fitsFramework(d Dossier) error {
	terms, _, ok := d.FrameworkOf(c.Lot)
	if !ok {
		return nil
	}
	if !AddsUpTo(terms.Maximum, c.Value) {
		return Refuse(CodeFrameworkExhausted, "/value", "the notice names a maximum of %s %s", terms.Maximum.Amount,
			terms.Maximum.Currency).Accepting("a value up to that sum, in %s", terms.Maximum.Currency)
	}
	for _, buyer := range c.Buyers {
		if !slices.Contains(terms.Buyers, buyer) {
			return Refuse(CodeNotNamedInNotice, "/buyers", "the notice does not name %s among those who may call off",
				d.NameOf(buyer)).Accepting("%s", d.namesWithIDs(terms.Buyers))
		}
	}
	return nil
}

// A CallOff is what one buyer orders under a framework agreement, also once the procurement is complete.
type CallOff struct {
	Contract  ID     `json:"contract" doc:"The entry of the framework agreement"`
	OrderedOn string `json:"ordered_on" format:"date"`
	Value     Money  `json:"value" doc:"Without VAT"`
	Quantity  string `json:"quantity,omitempty" doc:"Units; required if the notice names a maximum quantity"`
	Document  string `json:"document,omitempty" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of the order"`
}

// Check refuses a malformed ID, date, amount or quantity.
func (c CallOff) Check() error {
	faults := append(checkID("/contract", c.Contract, PrefixEntry),
		compact(checkDate("/ordered_on", c.OrderedOn), c.Value.Check("/value"))...)
	if c.Quantity != "" {
		faults = append(faults, compact(checkUnits("/quantity", c.Quantity))...)
	}
	if c.Document != "" {
		faults = append(faults, checkDigest("/document", c.Document)...)
	}
	return Refusals(faults)
}

// A CalledOff is a call-off with its entry.
type CalledOff struct {
	CallOff

	Entry Entry
}

// CallOffsOf lists what was called off under the framework agreements on a lot.
func (d Dossier) CallOffsOf(lot ID) []CalledOff {
	var all []CalledOff
	for _, e := range d.Of(EntryCallOff) {
		if c, ok := BodyOf[CallOff](e); ok && d.lotOfContract(c.Contract) == lot {
			all = append(all, CalledOff{c, e})
		}
	}
	return all
}
