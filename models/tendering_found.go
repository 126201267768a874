package models

import (
	"slices"
	"time"
)

// FoundIn returns what was found in an envelope; false: it was not opened and read yet.
func (d Dossier) FoundIn(tender ID, n int) (Opening, bool) {
	for _, o := range slices.Backward(d.Tendering.Openings) {
		if o.TenderID == tender && o.N == n {
			return o, true
		}
	}
	return Opening{}, false
}

// Unopened lists the envelopes of a tender, those with prices aside, that were not read, or cannot be.
func (d Dossier) Unopened(t Tender) []int {
	var unopened []int
	for _, e := range t.Envelopes {
		o, found := d.FoundIn(t.ID, e.N)
		if e.Kind != EnvelopePrice && (!found || !o.Readable) {
			unopened = append(unopened, e.N)
		}
	}
	return unopened
}

// Unreadable tells whether the secret of an envelope of a tender does not open it, or a price envelope that was opened
// holds no price.
func (d Dossier) Unreadable(t Tender) bool {
	return slices.ContainsFunc(t.Envelopes, func(e Envelope) bool {
		o, found := d.FoundIn(t.ID, e.N)
		return found && (!o.Readable || e.Kind == EnvelopePrice && o.Price == nil)
	})
}

// Price returns what was found in the tender's price envelope; false before that, when there is none, and when it is
// not in the currency of the award criteria.
func (d Dossier) Price(t Tender) (Money, bool) {
	i := slices.IndexFunc(t.Envelopes, func(e Envelope) bool { return e.Kind == EnvelopePrice })
	if i < 0 {
		return Money{}, false
	}
	o, found := d.FoundIn(t.ID, t.Envelopes[i].N)
	criteria, _, _ := d.CriteriaFor(t.LotID)
	if !found || o.Price == nil || o.Price.Currency != criteria.Currency {
		return Money{}, false
	}
	return *o.Price, true
}

// PriceOpened tells whether the tender's price envelope was opened, whatever was found in it.
func (d Dossier) PriceOpened(t Tender) bool {
	return slices.ContainsFunc(t.Envelopes, func(e Envelope) bool {
		_, found := d.FoundIn(t.ID, e.N)
		return found && e.Kind == EnvelopePrice
	})
}

// Unsealed refuses before the tender's box was opened ([CodeNotUnsealed]).
func (d Dossier) Unsealed(t Tender) error {
	if d.Tendering.BoxOf(t).UnsealedAt == nil {
		return notUnsealed()
	}
	return nil
}

// Later tells whether the lot has gone on to a later box than that of the tender.
func (d Dossier) Later(t Tender) bool {
	lot, _ := d.Tendering.Lot(t.LotID)
	return lot.Box().ID != t.BoxID
}

func notUnsealed() *Refusal {
	return Refuse(CodeNotUnsealed, "/lot", "the envelopes of the lot are not opened yet").
		Accepting("this after its openers have opened the lot")
}

// Evaluating refuses unless the tender's box is opened and was not followed by another, the award of its lot is not
// decided, and the person who judges is impartial. It returns the box.
func (d Dossier) Evaluating(tender, person ID) (Box, error) {
	t, ok := d.Tendering.Tender(tender)
	if !ok || !t.HandsIn.Evaluated() {
		return Box{}, Refuse(CodeInvalidValue, "/tender",
			"there is no such tender in a closed box of this procurement").
			Accepting("the ID of a tender in a closed box")
	}
	if err := d.Unsealed(t); err != nil {
		return Box{}, err
	}
	lot, _ := d.Tendering.Lot(t.LotID)
	switch {
	case lot.EndedAt != nil:
		return Box{}, lot.RefuseEnded("/tender")
	case d.Tendering.Awards[t.LotID].Awarded():
		return Box{}, Refuse(CodeAlreadyAwarded, "/tender", "the award of lot %d is decided", lot.Number)
	case d.Later(t):
		return Box{}, RoundOver(lot, t)
	}
	return d.Tendering.BoxOf(t), d.Impartial(person, t.LotID)
}

// RoundOver refuses a judgement of what was handed in before the last invitation.
func RoundOver(lot Lot, t Tender) *Refusal {
	return Refuse(CodeFrozen, "/tender", "lot %d has gone on to its next round: these %s are judged no more",
		lot.Number, t.HandsIn.Called()).
		Accepting("what is handed in at the present round")
}

// MayEvaluate refuses a person who is not impartial, and one who has not declared, naming all tenderers, to have no
// interest in any of them.
func (d Dossier) MayEvaluate(person, lot ID) error {
	if err := d.Impartial(person, lot); err != nil {
		return err
	}
	if free, _ := d.declared(person, lot); free == nil {
		return Refuse(CodeDeclarationMissing, "",
			"you have not declared whether you have an interest in the tenderers of this lot").
			Accepting("this after a conflict declaration that names them all")
	}
	return nil
}

// Impartial refuses a person whose organisation tendered for the lot, and one who has declared a conflict: such a
// declaration cannot be taken back (Directive 2014/24/EU, Article 24).
func (d Dossier) Impartial(person, lot ID) error {
	for _, a := range d.Roles {
		if a.PersonID == person && a.Holds(d.Now) && d.Tendered(a.OrganisationID, lot) {
			return ownTender()
		}
	}
	if _, conflict := d.declared(person, lot); conflict != nil {
		return Refuse(CodeConflictDeclared, "", "you have declared a conflict of interest in this lot").
			Accepting("another person")
	}
	return nil
}

// MayDecide refuses a person who has declared an interest in the procurement as a whole, and for a decision on a lot
// one who is not impartial: nobody with a conflict of interest votes. Without a lot the decision is on the procurement.
// A declared conflict stays on record and is not lifted by a later declaration.
func (d Dossier) MayDecide(person, lot ID) error {
	if lot != "" {
		if err := d.Impartial(person, lot); err != nil {
			return err
		}
	}
	if _, conflict := d.InterestOf(person); conflict {
		return Refuse(CodeConflictDeclared, "", "you have declared a conflict of interest in this procurement").
			Accepting("another person")
	}
	return nil
}

// MayStudy refuses somebody of an organisation that tendered for the lot, whatever the role: it would read
// what its competitors offer (Directive 2014/24/EU, Articles 21(1) and 24).
func (d Dossier) MayStudy(organisation, lot ID) error {
	if d.Tendered(organisation, lot) {
		return ownTender()
	}
	return nil
}

func ownTender() *Refusal {
	return Refuse(CodeConflictDeclared, "", "your organisation has tendered for this lot").
		Accepting("a person of another organisation")
}

// Tendered tells whether something of an organisation stands in a closed box of the lot, at whatever stage.
func (d Dossier) Tendered(organisation, lot ID) bool {
	return slices.ContainsFunc(d.Tendering.Received,
		func(t Tender) bool { return t.LotID == lot && t.OrganisationID == organisation })
}

// declared returns when a person first declared to have no interest in the tenderers of a lot, and when to have one;
// nil: never.
func (d Dossier) declared(person, lot ID) (free, conflict *time.Time) {
	for _, e := range d.Of(EntryConflictDeclaration) {
		if e.AuthorID != person {
			continue
		}
		c, ok := BodyOf[ConflictDeclaration](e)
		if !ok || c.Lot != lot {
			continue
		}
		first := &free
		if c.Conflict {
			first = &conflict
		}
		if *first == nil || e.WrittenAt.Before(**first) {
			*first = &e.WrittenAt
		}
	}
	return free, conflict
}

// Panel lists who evaluates a lot: the evaluators who declared to have no conflict; once quality is locked, as they
// were at that instant. An evaluator who joins later cannot score any more. A conflict that is declared later still
// takes its author out, until the award is decided; after that the panel is what it was.
func (d Dossier) Panel(lot ID) []ID {
	award := d.Tendering.Awards[lot]
	return slices.DeleteFunc(d.panelAtLock(lot), func(person ID) bool {
		_, conflict := d.declared(person, lot)
		return conflict != nil && (!award.Awarded() || !conflict.After(*award.AwardedAt))
	})
}

// LateConflicts lists who was on the panel when quality was locked and declared a conflict afterwards, before the award
// was decided: their scores are kept but no longer count, although prices may be known.
func (d Dossier) LateConflicts(lot ID) []ID {
	panel := d.Panel(lot)
	return slices.DeleteFunc(d.panelAtLock(lot), func(person ID) bool { return slices.Contains(panel, person) })
}

// panelAtLock lists the panel as it was when quality was locked, or as it is while it is not.
func (d Dossier) panelAtLock(lot ID) []ID {
	var panel []ID
	at := d.Now
	if locked := d.Tendering.QualityLockedAt(lot); locked != nil {
		at = *locked
	}
	for _, a := range d.Roles {
		if a.Role != RoleEvaluator || !a.Holds(at) || slices.Contains(panel, a.PersonID) ||
			d.Tendered(a.OrganisationID, lot) {
			continue
		}
		free, conflict := d.declared(a.PersonID, lot)
		if free != nil && !free.After(at) && (conflict == nil || conflict.After(at)) {
			panel = append(panel, a.PersonID)
		}
	}
	return panel
}

// AdmissionOf returns the outcome of a tender's formal check, with the entry that says so.
func (d Dossier) AdmissionOf(tender ID) (Admission, Entry, bool) {
	return about[Admission](d, EntryAdmission, tender)
}

// Admitted lists the tenders for a lot that were admitted.
func (d Dossier) Admitted(lot ID) []Tender {
	return slices.DeleteFunc(d.Tendering.TendersFor(lot), func(t Tender) bool {
		a, _, ok := d.AdmissionOf(t.ID)
		return !ok || a.Decision != AdmissionAdmitted
	})
}

// CriteriaFor returns the award criteria of a lot, with the entry that holds them.
func (d Dossier) CriteriaFor(lot ID) (AwardCriteria, Entry, bool) {
	return about[AwardCriteria](d, EntryAwardCriteria, lot)
}

// An OpenedContent is what was found in an envelope, besides its digest.
type OpenedContent struct {
	Size  int64  `json:"size"`
	Price *Money `json:"price"`
}

// Content is what was found, besides its digest.
func (o Opening) Content() OpenedContent { return OpenedContent{o.Size, o.Price} }
