package models

import (
	"cmp"
	"math/big"
	"slices"
	"strings"
)

// What the specification phase writes into the dossier, beside the requirements.
const (
	// EntryGlossary says what words mean.
	EntryGlossary EntryKind = "glossary"
	// EntryClauses are the clauses on intellectual property and confidentiality.
	EntryClauses EntryKind = "specification_clauses"
	// EntryLotsDecision says whether the procurement is divided into lots.
	EntryLotsDecision EntryKind = "lots_decision"
	// EntryBusinessCase weighs what is wanted against what it may cost.
	EntryBusinessCase EntryKind = "business_case"
	// EntrySpecificationVersion freezes the specification.
	EntrySpecificationVersion EntryKind = "specification_version"
	// EntrySpecificationApproval is one buyer's approval of a frozen version.
	EntrySpecificationApproval EntryKind = "specification_approval"
	// EntryLegalCertification is a lawyer's statement that a frozen version is neutral and lawful.
	EntryLegalCertification EntryKind = "legal_certification"
)

// SpecificationKinds lists what a version of the specification consists of.
func SpecificationKinds() []EntryKind {
	return []EntryKind{
		EntryRequirement, EntryGlossary, EntryClauses,
		EntryPCPPlan, EntryConformancePlan, EntryLotsDecision, EntryLotLimits, EntryProcedureChoice, EntryBusinessCase,
	}
}

// A Glossary says what words of the specification mean.
type Glossary struct {
	Terms []Term `json:"terms" minItems:"1" maxItems:"500"`
}

// A Term is a word with its meaning.
type Term struct {
	Term    Text `json:"term"`
	Meaning Text `json:"meaning"`
}

// Check refuses a term without meaning.
func (g Glossary) Check() error {
	var faults []*Refusal
	if len(g.Terms) == 0 {
		faults = append(faults, Refuse(CodeInvalidValue, "/terms", "the glossary has no term").
			Accepting("at least one"))
	}
	for _, t := range g.Terms {
		faults = append(faults, compact(CheckText("/terms", t.Term, 400), CheckText("/terms", t.Meaning, 4000))...)
	}
	return Refusals(faults)
}

// Wording lists the terms and meanings.
func (g Glossary) Wording() []Wording {
	var all []Wording
	for _, t := range g.Terms {
		all = append(all, Wording{"/terms", t.Term}, Wording{"/terms", t.Meaning})
	}
	return all
}

// Clauses say who owns what results from the contract, and what stays confidential (Directive 2014/24/EU,
// Article 42(1), fourth subparagraph).
type Clauses struct {
	IntellectualProperty Text `json:"intellectual_property" doc:"Whether and which rights are transferred or licensed"`
	Confidentiality      Text `json:"confidentiality"`
}

// Check refuses an empty clause.
func (c Clauses) Check() error {
	return Refusals(compact(CheckText("/intellectual_property", c.IntellectualProperty, 20_000),
		CheckText("/confidentiality", c.Confidentiality, 20_000)))
}

// Wording lists the clauses.
func (c Clauses) Wording() []Wording {
	return []Wording{{"/intellectual_property", c.IntellectualProperty}, {"/confidentiality", c.Confidentiality}}
}

// A LotsDecision says whether the procurement is divided into lots, and if not, why (Directive 2014/24/EU,
// Article 46(1): the main reasons stand in the procurement documents or the individual report).
type LotsDecision struct {
	Divided bool `json:"divided" doc:"true: into the lots of this procurement, at least two"`
	Reasons Text `json:"reasons,omitempty" doc:"The main reasons not to divide; required if not divided"`
}

// Check refuses a decision not to divide without its reasons.
func (l LotsDecision) Check() error {
	if l.Divided && len(l.Reasons) == 0 {
		return nil
	}
	return Refusals(compact(CheckText("/reasons", l.Reasons, 20_000)))
}

// Wording lists the reasons.
func (l LotsDecision) Wording() []Wording { return []Wording{{"/reasons", l.Reasons}} }

// A BusinessCase weighs the functionality that is wanted against the price that the buyers can pay for it.
type BusinessCase struct {
	Functionality Text  `json:"functionality" doc:"What the solution must do to be worth its price"`
	Reasoning     Text  `json:"reasoning" doc:"Why that is worth the price"`
	Price         Money `json:"price" doc:"What the buyers can pay in all, without VAT"`
	Estimates     []ID  `json:"estimates" minItems:"1" maxItems:"200" doc:"The buyers' estimates it rests on"`
}

// Check refuses a business case without functionality, price or estimate.
func (b BusinessCase) Check() error {
	faults := compact(CheckText("/functionality", b.Functionality, 20_000),
		CheckText("/reasoning", b.Reasoning, 20_000), b.Price.Check("/price"))
	if len(b.Estimates) == 0 {
		faults = append(faults, Refuse(CodeInvalidValue, "/estimates", "the business case rests on no estimate").
			Accepting("at least one"))
	}
	for _, id := range b.Estimates {
		faults = append(faults, checkID("/estimates", id, PrefixEntry)...)
	}
	return Refusals(faults)
}

// Wording lists its texts.
func (b BusinessCase) Wording() []Wording {
	return []Wording{{"/functionality", b.Functionality}, {"/reasoning", b.Reasoning}}
}

// CheckAgainst refuses a business case that rests on anything but buyers' estimates.
func (b BusinessCase) CheckAgainst(d Dossier, e Entry) error {
	if e.WithdrawnAt != nil {
		return nil
	}
	var faults []*Refusal
	for _, id := range b.Estimates {
		if _, ok := d.Standing(id, EntryEstimate); !ok {
			faults = append(faults, Refuse(CodeInvalidValue, "/estimates", "%s is not a buyer's estimate", id).
				Accepting("IDs of estimates"))
		}
	}
	return Refusals(faults)
}

// SumOfEstimates adds up estimates in one currency; false when they are in several, or there is none.
func SumOfEstimates(estimates []Estimate) (*big.Rat, string, bool) {
	sum := new(big.Rat)
	for _, e := range estimates {
		part, ok := new(big.Rat).SetString(e.Value.Amount)
		if !ok || e.Value.Currency != estimates[0].Value.Currency {
			return nil, "", false
		}
		sum.Add(sum, part)
	}
	if len(estimates) == 0 {
		return nil, "", false
	}
	return sum, estimates[0].Value.Currency, true
}

// A SpecificationVersion freezes the specification: it lists every part of it by digest, so that the digest
// of this entry names them all. The list is the engine's, never the author's.
type SpecificationVersion struct {
	Note  Text        `json:"note,omitempty" doc:"What has changed since the version before"`
	Items []Reference `json:"items,omitempty" readOnly:"true" maxItems:"2000" doc:"Its parts, by digest"`
}

// Check refuses a malformed note.
func (v SpecificationVersion) Check() error {
	if len(v.Note) == 0 {
		return nil
	}
	return Refusals(compact(CheckText("/note", v.Note, 4000)))
}

// Drawn fills in the parts of the specification that stand.
func (v SpecificationVersion) Drawn(d Dossier) SpecificationVersion {
	v.Items = d.Specification()
	return v
}

// CheckAgainst refuses to freeze a specification without a requirement, and one with open comments.
func (v SpecificationVersion) CheckAgainst(d Dossier, e Entry) error {
	switch open := d.OpenComments(); {
	case e.WithdrawnAt != nil:
		return nil
	case len(d.Of(EntryRequirement)) == 0:
		return Refuse(CodeInvalidValue, "", "there is no requirement to freeze").
			Accepting("a version after requirements were written")
	case len(open) > 0:
		return Refuse(CodeCommentsOpen, "", "comments on the specification are open: %s", strings.Join(open, "; ")).
			Accepting("a version after each comment was resolved, or withdrawn by its author")
	}
	return nil
}

// Specification lists the standing parts of the specification by digest.
func (d Dossier) Specification() []Reference {
	refs := []Reference{}
	for _, e := range d.Entries {
		if e.WithdrawnAt == nil && slices.Contains(SpecificationKinds(), e.Kind) {
			refs = append(refs, Reference{e.ID, e.Kind, e.Digest})
		}
	}
	slices.SortFunc(refs, func(a, b Reference) int { return cmp.Compare(a.Entry, b.Entry) })
	return refs
}

// FrozenSpecification returns the version that lists the specification exactly as it stands; false when
// there is none, or something was changed since.
func (d Dossier) FrozenSpecification() (Entry, bool) {
	e, ok := d.Latest(EntrySpecificationVersion)
	if !ok {
		return e, false
	}
	v, ok := BodyOf[SpecificationVersion](e)
	return e, ok && slices.Equal(v.Items, d.Specification())
}

// SpecificationAuthors lists who wrote any version of a part of the specification, or froze it.
func (d Dossier) SpecificationAuthors() []ID {
	var all []ID
	for _, e := range d.Entries {
		if e.WithdrawnAt == nil && (e.Kind == EntrySpecificationVersion ||
			slices.Contains(SpecificationKinds(), e.Kind)) {
			all = append(all, d.Authors[e.ID]...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// An Approval is one buyer's approval of a frozen version of the specification.
type Approval struct {
	Confirmation
}

// Drawn fills in the version that is approved.
func (a Approval) Drawn(d Dossier) Approval {
	a.Confirmation = a.ofFrozen(d)
	return a
}

// CheckAgainst refuses to approve anything but the frozen version that stands, one's own work, and the same version
// twice.
func (a Approval) CheckAgainst(d Dossier, e Entry) error { return a.judged(d, e) }

// ofFrozen fills in the version of the frozen specification.
func (c Confirmation) ofFrozen(d Dossier) Confirmation {
	standing, _ := d.Latest(EntrySpecificationVersion)
	return c.of(standing)
}

// judged refuses a judgement on anything but the frozen version of the specification as it stands, and one by anyone
// who wrote a part of it.
func (c Confirmation) judged(d Dossier, e Entry) error {
	frozen, ok := d.FrozenSpecification()
	switch {
	case !ok:
		return Refuse(CodeNotFrozen, "/entry", "no frozen version matches the specification as it is now").
			Accepting("a version frozen after the last change")
	case slices.Contains(d.SpecificationAuthors(), e.AuthorID):
		return Refuse(CodeOwnWork, "", "you wrote a part of the specification, so you may not judge it").
			Accepting("another person")
	}
	if err := c.mustBe(frozen, "the frozen version of the specification", "/entry"); err != nil {
		return err
	}
	return d.once(e, func(other Entry) bool { return judges(other, frozen) })
}

// judges tells whether an entry is a judgement on the frozen version of the specification.
func judges(e, frozen Entry) bool {
	c, ok := BodyOf[Confirmation](e)
	return ok && c.Confirms(frozen, e.WrittenAt)
}

// Judged tells whether an entry approves or certifies the frozen version of the specification, by somebody who wrote no
// part of it.
func (d Dossier) Judged(frozen, e Entry) bool {
	return judges(e, frozen) && !slices.Contains(d.SpecificationAuthors(), e.AuthorID)
}

// A LegalCertification is a lawyer's statement that a frozen version gives equal access and names no product, origin or
// standard that it must not name (Directive 2014/24/EU, Article 42).
type LegalCertification struct {
	Confirmation

	Statement string `json:"statement" minLength:"1" maxLength:"8000" doc:"What was examined and found"`
}

// Check refuses a malformed reference and a certification without words.
func (l LegalCertification) Check() error {
	return Refusals(slices.Concat(checkID("/entry", l.Entry, PrefixEntry), checkDigest("/digest", l.Digest),
		compact(checkWord("/statement", l.Statement, 8000))))
}

// Drawn fills in the version that is certified.
func (l LegalCertification) Drawn(d Dossier) LegalCertification {
	l.Confirmation = l.ofFrozen(d)
	return l
}

// CheckAgainst refuses to certify anything but the frozen version that stands, and one's own work.
func (l LegalCertification) CheckAgainst(d Dossier, e Entry) error { return l.judged(d, e) }
