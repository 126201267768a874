// Package consolidation finds what stands in the way of one common need: needs of several buyers that contradict or
// repeat each other, and needs that the common need takes up wrongly or leaves out (COS-PPI-2020-2-04, mandatory
// activity I: the common need). It compares words and numbers, and decides nothing: each finding names the texts it is
// on, and is resolved by a person.
package consolidation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

// A Code says what was found.
type Code string

// The codes.
const (
	// CodeContradiction: no value reaches the targets of both.
	CodeContradiction Code = "contradiction"
	// CodeUnitsDiffer: whether they contradict each other cannot be told, because their units cannot be compared.
	CodeUnitsDiffer Code = "units_differ"
	// CodeDuplicate: they say the same, and the common need does not unite them.
	CodeDuplicate Code = "duplicate"
	// CodeBaselinesDiffer: they start so far apart that one baseline cannot stand for both.
	CodeBaselinesDiffer Code = "baselines_differ"
	// CodeWontTakenUp: the common need rests on what a buyer will not have.
	CodeWontTakenUp Code = "wont_taken_up"
	// CodeMustLeftOut: the common need leaves out what a buyer must have.
	CodeMustLeftOut Code = "must_left_out"
	// CodeTargetMissed: the common need does not reach the target of what a buyer must have.
	CodeTargetMissed Code = "target_missed"
	// CodeNotShared: the common need takes up nothing of a buyer.
	CodeNotShared Code = "not_shared"
	// CodeWishAsMust: what is called a must is worded as a wish.
	CodeWishAsMust Code = "wish_as_must"
)

// Codes lists the codes.
func Codes() []Code {
	return []Code{
		CodeContradiction, CodeUnitsDiffer, CodeDuplicate, CodeBaselinesDiffer, CodeWontTakenUp, CodeMustLeftOut,
		CodeTargetMissed, CodeNotShared, CodeWishAsMust,
	}
}

// OfPriority tells whether the finding is on what is needed and what is only wanted.
func (c Code) OfPriority() bool {
	return slices.Contains([]Code{CodeWontTakenUp, CodeMustLeftOut, CodeWishAsMust}, c)
}

// A Finding is something that stands in the way of one common need.
type Finding struct {
	// Key names the finding: its code and the entries it is on. It stays the same as long as they are found.
	Key  string
	Code Code
	// Digest is over the texts that it is on: another one means that they were changed.
	Digest string
	Detail string
	// Entries are the needs it is on; Organisations are the buyers whose needs they are.
	Entries       []models.ID
	Organisations []models.ID
	// Resolution says what is done about it; nil: it is open.
	Resolution *models.Entry
}

// Open tells whether nobody has said what is done about it.
func (f Finding) Open() bool { return f.Resolution == nil }

// A statement is a buyer's need, read.
type statement struct {
	models.NeedsStatement

	entry models.Entry
	// name is the buyer's.
	name string
	// taken tells whether the common need rests on it.
	taken bool
}

// A reading is what is compared.
type reading struct {
	knowledge

	dossier    models.Dossier
	statements []statement
	need       models.CommonNeed
	common     models.Entry
	// stated tells whether there is a common need.
	stated bool
	found  []Finding
}

// Findings compares the standing needs of all buyers with each other and with the common need. An error means that the
// program was built with broken data.
func Findings(d models.Dossier) ([]Finding, error) {
	k, err := load()
	if err != nil {
		return nil, err
	}
	r := reading{knowledge: k, dossier: d}
	r.common, r.stated = d.Latest(models.EntryCommonNeed)
	r.need, _ = models.BodyOf[models.CommonNeed](r.common)
	for _, e := range d.Of(models.EntryNeedsStatement) {
		s, ok := models.BodyOf[models.NeedsStatement](e)
		if ok && d.IsBuyer(e.OrganisationID) {
			taken := r.stated && slices.Contains(r.need.Statements, e.ID)
			r.statements = append(r.statements, statement{s, e, d.NameOf(e.OrganisationID), taken})
		}
	}
	for i, a := range r.statements {
		for _, b := range r.statements[:i] {
			r.compare(b, a)
		}
	}
	r.consolidated()
	return r.found, nil
}

// findf notes a finding on statements, and on the common need if that is part of it.
func (r *reading) findf(code Code, withCommon bool, on []statement, format string, args ...any) {
	f := Finding{Code: code, Detail: models.Sentence(format, args...)}
	type text struct {
		Entry  models.ID `json:"entry"`
		Digest string    `json:"digest"`
	}
	texts := []text{}
	for _, s := range on {
		f.Entries, texts = append(f.Entries, s.entry.ID), append(texts, text{s.entry.ID, s.entry.Digest})
		if !slices.Contains(f.Organisations, s.entry.OrganisationID) {
			f.Organisations = append(f.Organisations, s.entry.OrganisationID)
		}
	}
	if withCommon {
		f.Entries = append(f.Entries, r.common.ID)
		texts = append(texts, text{r.common.ID, r.common.Digest})
	}
	slices.SortFunc(texts, func(a, b text) int { return strings.Compare(string(a.Entry), string(b.Entry)) })
	f.Key = string(code)
	if code == CodeNotShared { // whatever the buyer states
		f.Key += ":" + string(f.Organisations[0])
	} else {
		for _, t := range texts {
			f.Key += ":" + string(t.Entry)
		}
	}
	_, digest, err := models.Canonical(map[string]any{"finding": f.Key, "texts": texts})
	if err != nil {
		panic(fmt.Sprintf("strings do not marshal: %v", err))
	}
	f.Digest = digest
	f.Resolution = resolved(r.dossier, f)
	r.found = append(r.found, f)
}

// compare finds what two needs contradict each other in, or both say.
func (r *reading) compare(a, b statement) {
	if a.Priority == models.PriorityWont || b.Priority == models.PriorityWont {
		return
	}
	pair, united := []statement{a, b}, a.taken && b.taken
	if !r.sameIndicator(a.Indicator, b.Indicator) {
		if !united && r.nearlySame(a.Outcome.Outcome, b.Outcome.Outcome) {
			r.findf(CodeDuplicate, false, pair, "%s say the same in nearly the same words", both(a, b))
		}
		return
	}
	x, ok := r.measured(a.Outcome)
	y, well := r.measured(b.Outcome)
	if !ok || !well {
		return // it was checked when it was written
	}
	switch {
	case x.quantity != y.quantity:
		r.findf(CodeUnitsDiffer, false, pair, "%s have the same indicator, in %s and in %s, which cannot be compared",
			both(a, b), a.Unit, b.Unit)
		return
	case x.excludes(y):
		r.findf(CodeContradiction, false, pair,
			"%s have the same indicator, and no value reaches both targets: from %s to %s %s, and from %s to %s %s",
			both(a, b), a.Baseline, a.Target, a.Unit, b.Baseline, b.Target, b.Unit)
	case !united && x.target.Cmp(y.target) == 0:
		r.findf(CodeDuplicate, false, pair, "%s have the same indicator and the same target, %s %s", both(a, b),
			a.Target, a.Unit)
	}
	if farApart(x.baseline, y.baseline) {
		r.findf(CodeBaselinesDiffer, false, pair, "%s have the same indicator, and start at %s %s and at %s %s: one "+
			"is more than twice the other", both(a, b), a.Baseline, a.Unit, b.Baseline, b.Unit)
	}
}

func both(a, b statement) string {
	if a.name == b.name {
		return "two needs of " + a.name
	}
	return "the needs of " + a.name + " and of " + b.name
}

// consolidated finds what the common need takes up wrongly or leaves out, and musts that are wishes.
func (r *reading) consolidated() {
	shared := map[models.ID]bool{}
	for _, s := range r.statements {
		shared[s.entry.OrganisationID] = shared[s.entry.OrganisationID] || s.taken
	}
	for _, s := range r.statements {
		if words, language := r.wish(s.Outcome.Outcome); words != "" && s.Priority == models.PriorityMust {
			r.findf(CodeWishAsMust, false, []statement{s}, "%s states as a must what %q (%s) calls a wish", s.name,
				words, language)
		}
		if r.stated && shared[s.entry.OrganisationID] {
			r.taken(s)
		}
	}
	for _, m := range r.dossier.Buyers() {
		own := slices.DeleteFunc(slices.Clone(r.statements),
			func(s statement) bool { return s.entry.OrganisationID != m.OrganisationID })
		if r.stated && len(own) > 0 && !shared[m.OrganisationID] {
			r.findf(CodeNotShared, true, own, "the common need takes up no need of %s", own[0].name)
		}
	}
}

// taken finds what is wrong with how the common need takes up a need of a buyer that shares it.
func (r *reading) taken(s statement) {
	one := []statement{s}
	switch {
	case s.Priority == models.PriorityWont && s.taken:
		r.findf(CodeWontTakenUp, false, one, "the common need rests on what %s will not have this time", s.name)
	case s.Priority != models.PriorityMust:
	case !s.taken:
		r.findf(CodeMustLeftOut, false, one, "the common need leaves out what %s must have: %s", s.name,
			s.Indicator.In("", r.dossier.Procurement.Languages...))
	case r.sameIndicator(s.Indicator, r.need.Indicator):
		x, ok := r.measured(s.Outcome)
		y, well := r.measured(r.need.Outcome)
		if ok && well && x.quantity == y.quantity && !y.reaches(x) {
			r.findf(CodeTargetMissed, true, one, "%s must have %s %s, and the target of the common need is %s %s",
				s.name, s.Target, s.Unit, r.need.Target, r.need.Unit)
		}
	}
}
