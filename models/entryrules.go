package models

import "slices"

// An EntryRule is the row of a kind of entry: where it is found, who writes it and when, how many stand at once, and
// what of it people read. The type of its content checks what it must say (see acts).
type EntryRule struct {
	Kind EntryKind
	// Path names the kind in a URL; What describes an entry of it to people.
	Path, What string
	// Phase is the phase that must be open.
	Phase Phase
	// Writers are the roles that may write it.
	Writers []Role
	// PerBuyer entries speak for the writer's organisation, others for the consortium.
	PerBuyer bool
	// ByPartners tells that partners write entries of the kind for themselves, too, which else only buyers do.
	ByPartners bool
	// Of single entries, one stands at a time: for each buyer or for the consortium, and for each subject.
	Single bool
	// Final entries record what was done, said or declared: they are never changed or withdrawn. A correction is a
	// further entry.
	Final bool
	// Alone entries of a procurement are written one after the other, because of two at once neither would see what
	// both together bring about.
	Alone bool
	// Lasting entries are written from the day their phase opens until the procurement ends, because what they are
	// about goes on: an amended agreement is signed anew, people are trained and declare, findings are answered,
	// suppliers are met, the market is informed.
	Lasting bool
	// Enduring entries are written also after the procurement was completed, for years: contracts are modified,
	// framework agreements are called off, and a grant says how long records are kept.
	Enduring bool
	// Importable entries are also written many at once.
	Importable bool
	// OfTender entries are about the tender, or request to participate, that is their subject. Nobody whose
	// organisation has tendered for the lot reads them: see [Dossier.MayStudy].
	OfTender bool
	// Scoring entries tell what a tender is worth: until quality is locked they are for those who score.
	Scoring bool
	// Confidential entries may hold what a supplier said in confidence: they are not for observers (Directive
	// 2014/24/EU, Article 21(1)).
	Confidential bool
	// Personal entries tell of a person or in a person's words, and are erased once their time is over (Regulation (EU)
	// 2016/679, Article 5(1)(e)).
	Personal bool
	// wording reads the texts that must exist in every language of the procurement; nil: there are none.
	wording func(Entry) (worded, bool)
}

// Salted tells whether an event names an entry by a salted digest: what few could have written could be guessed from
// any other, before it is disclosed or after it was erased.
func (r EntryRule) Salted() bool { return r.Personal || r.Scoring }

var entryRules = slices.Concat(
	needsEntries, capacityEntries, specificationEntries, consultationEntries, engagementEntries, neutralityEntries,
	tenderEntries,
)

// EntryRules lists the kinds of entries there are.
func EntryRules() []EntryRule { return slices.Clone(entryRules) }

// EntryRuleOf returns the row of a kind; false when there is no such kind.
func EntryRuleOf(kind EntryKind) (EntryRule, bool) {
	for _, rule := range entryRules {
		if rule.Kind == kind {
			return rule, true
		}
	}
	return EntryRule{}, false
}

// Worded tells whether entries of the kind hold texts that must exist in every language of the procurement.
func (r EntryRule) Worded() bool { return r.wording != nil }
