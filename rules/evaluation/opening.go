package evaluation

import (
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

// ToOpen lists the envelopes of a kind in a box that openers with a fingerprint release together, and where they may do
// so. Where only the prices of the best are opened, these are the prices of tenders that are not out. No fingerprint
// needs to be given where all envelopes are sealed for the same openers.
func ToOpen(
	d models.Dossier, lot models.Lot, box models.Box, kind models.EnvelopeKind, openers string,
) (models.Turn, error) {
	if err := mayRelease(lot, box, kind); err != nil {
		return models.Turn{}, err
	}
	turns := slices.DeleteFunc(turnsOf(d, box, kind), func(t models.Turn) bool { return len(t.Envelopes) == 0 })
	if len(turns) == 0 {
		return models.Turn{}, models.Refuse(models.CodeReleaseIncomplete, "/kind",
			"there is no envelope of the kind %s to open in lot %d", kind, lot.Number).
			Accepting("one of the kinds %v", d.Tendering.KindsIn(box.ID))
	}
	if openers == "" && len(turns) == 1 {
		return turns[0], nil
	}
	fingerprints := make([]string, len(turns))
	for i, t := range turns {
		if fingerprints[i] = t.Openers.Fingerprint; models.SameFingerprint(fingerprints[i], openers) {
			return t, nil
		}
	}
	reason := "the envelopes of the kind %s in lot %d are sealed for different openers: say for which"
	if openers != "" {
		reason = "no envelope of the kind %s to open in lot %d is sealed for these openers"
	}
	return models.Turn{}, models.Refuse(models.CodeReleaseIncomplete, "/openers", reason, kind, lot.Number).
		Accepting("one of the fingerprints %s", strings.Join(fingerprints, ", "))
}

// turnsOf are the turns in which openers release envelopes of a kind in a box now, one for each set of openers for whom
// such are sealed. The prices of tenders that have come among the best since those of a sitting were opened are
// released in a further one: after a conflict that was declared late, or scores that were given anew because a review
// was upheld.
func turnsOf(d models.Dossier, box models.Box, kind models.EnvelopeKind) []models.Turn {
	out := outBeforePrices(d, box.LotID, kind)
	waiting := toRelease(d, box, kind, out)
	sitting := box.SittingOf(d.Tendering.LastTurn(box.ID, kind))
	turns := turnsIn(box, sitting, waiting)
	if kind != models.EnvelopePrice {
		return turns
	}
	left := 0
	for openers, all := range waiting {
		waiting[openers] = unread(d, all)
		left += len(waiting[openers])
	}
	void := false
	for i, t := range turns {
		if !acted(d, box, kind, t.N) {
			turns[i].Envelopes = waiting[t.Openers.Fingerprint] // the others were read after an earlier sitting
			continue
		}
		for _, id := range d.Tendering.PricedIn(box.ID, t.N) {
			void = void || out[id]
		}
	}
	enough := !slices.ContainsFunc(turns, func(t models.Turn) bool { return !enoughIn(d, box, kind, t) })
	read := !slices.Contains(d.Tendering.Unread, models.UnreadBox{BoxID: box.ID, Kind: kind})
	// A price of a tender that is out stays sealed, so what was begun for it is void.
	if enough && read && left > 0 || !enough && void {
		return turnsIn(box, sitting+1, waiting)
	}
	return turns
}

// unread are the envelopes of which it is not known what is in them.
func unread(d models.Dossier, envelopes []models.Envelope) []models.Envelope {
	return slices.DeleteFunc(slices.Clone(envelopes), func(e models.Envelope) bool {
		_, found := d.FoundIn(e.TenderID, e.N)
		return found
	})
}

// toRelease are the envelopes of a kind in a box that are released, by the fingerprint of the openers for whom they are
// sealed. Where these have none that is released there is an empty list.
func toRelease(
	d models.Dossier, box models.Box, kind models.EnvelopeKind, out map[models.ID]bool,
) map[string][]models.Envelope {
	waiting := map[string][]models.Envelope{}
	for _, t := range d.Tendering.In(box.ID) {
		for _, e := range t.Envelopes {
			switch own := waiting[e.Fingerprint]; {
			case e.Kind != kind:
			case out[t.ID]:
				waiting[e.Fingerprint] = own
			default:
				waiting[e.Fingerprint] = append(own, e)
			}
		}
	}
	return waiting
}

// turnsIn are the turns of a sitting, one for each openers of a box for whom there are envelopes.
func turnsIn(box models.Box, sitting int, envelopes map[string][]models.Envelope) []models.Turn {
	var turns []models.Turn
	for i, openers := range box.SealedFor() {
		if own, ok := envelopes[openers.Fingerprint]; ok {
			turns = append(turns, models.Turn{N: box.TurnIn(sitting, i), Openers: openers, Envelopes: own})
		}
	}
	return turns
}

// acted tells whether somebody has released or handed over in a turn.
func acted(d models.Dossier, box models.Box, kind models.EnvelopeKind, turn int) bool {
	return len(d.Tendering.ReleasedBy(box.ID, kind, turn))+len(d.Tendering.HandedOver(box.ID, kind, turn)) > 0
}

// enoughIn tells whether as many openers as are needed have released in a turn, or there is nothing to release.
func enoughIn(d models.Dossier, box models.Box, kind models.EnvelopeKind, t models.Turn) bool {
	set, _ := d.OpenersOf(t.Openers)
	return len(d.Tendering.ReleasedBy(box.ID, kind, t.N)) >= set.Threshold ||
		len(t.Envelopes) == 0 && !acted(d, box, kind, t.N)
}

// mayRelease refuses to open a box before it is closed, whatever the clock says, and prices before quality is locked.
func mayRelease(lot models.Lot, box models.Box, kind models.EnvelopeKind) error {
	switch {
	case lot.EndedAt != nil:
		return lot.RefuseEnded("")
	case box.Open():
		return models.Refuse(models.CodeDeadlineNotOver, "",
			"the box of lot %d is not closed; its deadline is %s", lot.Number, models.Instant(box.Deadline)).
			Accepting("opening after the deadline")
	case box.Fingerprint == "":
		return models.Refuse(models.CodeOpenersMissing, "", "what is in the box is sealed for no set of openers")
	case kind == models.EnvelopePrice && box.QualityLockedAt == nil:
		return qualityOpen()
	}
	return nil
}

func qualityOpen() *models.Refusal {
	return models.Refuse(models.CodeQualityOpen, "", "prices are opened after quality is locked").
		Accepting("the other envelopes")
}

// MayUnseal refuses to open a lot before its box is closed, twice, and before as many openers as are needed have
// released every envelope that holds no price.
func MayUnseal(d models.Dossier, lot models.Lot) error {
	if !lot.Published() {
		return models.Refuse(models.CodeLotNotOpen, "/lot", "lot %d has not been published", lot.Number).
			Accepting("a lot that was published and whose deadline is over")
	}
	box := lot.Box()
	if err := mayRelease(lot, box, models.EnvelopeOther); err != nil {
		return models.At("/lot", err)
	}
	if box.UnsealedAt != nil {
		return models.Refuse(models.CodeAlreadyOpened, "/lot", "lot %d was opened at %s", lot.Number,
			models.Instant(*box.UnsealedAt))
	}
	for _, kind := range d.Tendering.KindsIn(box.ID) {
		if kind == models.EnvelopePrice {
			continue
		}
		for _, p := range ProgressOf(d, box, kind) {
			if p.missing() > 0 {
				return models.Refuse(models.CodeReleasesMissing, "/lot",
					"%d of %d openers have released the envelopes of the kind %s in lot %d%s", len(p.Released),
					p.Needed, kind, lot.Number, sealedForWhom(box, p.Openers)).
					Accepting("%d more of: %s", p.missing(), namesOf(d, p.Able))
			}
		}
	}
	return nil
}

func namesOf(d models.Dossier, people []models.ID) string {
	names := make([]string, len(people))
	for i, person := range people {
		names[i] = d.PersonOf(person)
	}
	return strings.Join(names, "; ")
}

// Progress is how far the opening of the envelopes of a kind in a box that are sealed for some openers has come, in the
// turn that is under way.
type Progress struct {
	models.Turn

	Needed int
	// Released are who have released, Able who can and have not, Lost who cannot any more: they are no openers of their
	// buyer by now, or their key is recorded as lost.
	Released, Able, Lost []models.ID
}

// ProgressOf tells how far the opening of the envelopes of a kind in a box has come, by the openers for whom they are
// sealed.
func ProgressOf(d models.Dossier, box models.Box, kind models.EnvelopeKind) []Progress {
	var all []Progress
	for _, turn := range turnsOf(d, box, kind) {
		all = append(all, progressIn(d, box, kind, turn))
	}
	return all
}

func progressIn(d models.Dossier, box models.Box, kind models.EnvelopeKind, turn models.Turn) Progress {
	set, _ := d.OpenersOf(turn.Openers)
	p := Progress{Turn: turn, Needed: set.Threshold, Released: d.Tendering.ReleasedBy(box.ID, kind, turn.N)}
	for _, person := range d.Tendering.Holders(box.ID, kind, turn.N, set.Openers) {
		switch {
		case slices.Contains(p.Released, person):
		case lost(d, turn.Openers.Fingerprint, person):
			p.Lost = append(p.Lost, person)
		default:
			p.Able = append(p.Able, person)
		}
	}
	return p
}

// missing is how many openers have still to release.
func (p Progress) missing() int {
	if len(p.Envelopes) == 0 {
		return 0
	}
	return max(p.Needed-len(p.Released), 0)
}

// Completes tells whether nobody else has to release envelopes of a kind in a box once somebody has released in a turn.
func Completes(d models.Dossier, box models.Box, kind models.EnvelopeKind, turn int) bool {
	return !slices.ContainsFunc(ProgressOf(d, box, kind), func(p Progress) bool {
		missing := p.missing()
		return p.N == turn && missing > 1 || p.N != turn && missing > 0
	})
}

// lost tells whether somebody who holds shares of what is sealed for openers with a fingerprint cannot release any
// more.
func lost(d models.Dossier, fingerprint string, person models.ID) bool {
	buyer, _ := d.BuyerOfOpener(fingerprint, person)
	_, recorded := d.LossOf(fingerprint, person)
	return recorded || !opensFor(d, person, buyer)
}

// MayFetch refuses the ciphertext of an envelope to openers before the lot was opened, and for prices before quality is
// locked; where only the prices of the best are opened, for those of the others.
func MayFetch(d models.Dossier, tender models.ID, e models.Envelope) error {
	t, ok := d.Tendering.Tender(tender)
	if !ok {
		return models.Refuse(models.CodeNotUnsealed, "", "the tender does not stand in a closed box")
	}
	if err := d.Unsealed(t); err != nil {
		return err
	}
	if e.Kind != models.EnvelopePrice {
		return nil
	}
	if d.Tendering.BoxOf(t).QualityLockedAt == nil {
		return qualityOpen()
	}
	return mayPrice(d, t)
}

// mayPrice refuses the price of a tender that is out before prices are opened, where only those of the best are.
func mayPrice(d models.Dossier, t models.Tender) error {
	criteria, _, _ := d.CriteriaFor(t.LotID)
	if criteria.Best == 0 {
		return nil
	}
	standing, err := QualityOf(d, t.LotID)
	if err != nil {
		return err
	}
	for _, s := range standing.Tenders {
		if s.Tender == t.ID && s.Out != "" {
			return models.Refuse(models.CodePriceSealed, "", "the price of %s is not opened: %s", s.Tenderer, s.Out).
				Accepting("the prices of the other tenders")
		}
	}
	return nil
}

// outBeforePrices are the tenders for a lot whose envelopes of a kind are not opened: where only the prices of the best
// are, those of the others. Where nobody can say which these are, none is opened.
func outBeforePrices(d models.Dossier, lot models.ID, kind models.EnvelopeKind) map[models.ID]bool {
	out := map[models.ID]bool{}
	criteria, _, _ := d.CriteriaFor(lot)
	if kind != models.EnvelopePrice || criteria.Best == 0 {
		return out
	}
	standing, err := QualityOf(d, lot)
	for _, s := range standing.Tenders {
		out[s.Tender] = s.Out != ""
	}
	for _, t := range d.Tendering.Received {
		out[t.ID] = out[t.ID] || err != nil && t.LotID == lot
	}
	return out
}

// MayReleaseAs refuses a release by somebody who holds no shares of these envelopes, has released them, or is no opener
// of that buyer any more: a buyer's keys are counted for it.
func MayReleaseAs(d models.Dossier, r models.BoxRelease) error {
	lot, box, _ := d.Tendering.Box(r.BoxID)
	set, _ := d.OpenersOf(box.ActingIn(r.Turn))
	holders := d.Tendering.Holders(r.BoxID, r.Kind, r.Turn, set.Openers)
	switch {
	case !slices.Contains(holders, r.PersonID):
		return models.Refuse(models.CodeNotAnOpener, "/release", "%s opens nothing of the kind %s in lot %d",
			d.PersonOf(r.PersonID), r.Kind, lot.Number).
			Accepting("one of its openers, or somebody to whom one has handed over")
	case slices.Contains(d.Tendering.ReleasedBy(r.BoxID, r.Kind, r.Turn), r.PersonID):
		return models.Refuse(models.CodeReleaseTwice, "/release",
			"you have released the envelopes of the kind %s%s already", r.Kind,
			sealedForWhom(box, box.ActingIn(r.Turn)))
	case r.OrganisationID != "" && !opensFor(d, r.PersonID, r.OrganisationID):
		return models.Refuse(models.CodeNotAnOpener, "/release", "%s is no opener of %s any more",
			d.PersonOf(r.PersonID), d.NameOf(r.OrganisationID)).Accepting("another opener of the box")
	}
	return waitsForOthers(d, box, r)
}

// sealedForWhom says of which openers a refusal speaks, where a box has several sets of them.
func sealedForWhom(box models.Box, openers models.SealedFor) string {
	if len(box.Former) == 0 {
		return ""
	}
	return " that are sealed for " + openers.Fingerprint
}

// waitsForOthers refuses the release by which what is sealed for one set of openers could be read, as long as more than
// one release is missing of what is sealed for another: nobody shall be able to read some tenders, and then withhold
// what opens the others.
func waitsForOthers(d models.Dossier, box models.Box, r models.BoxRelease) error {
	progress := ProgressOf(d, box, r.Kind)
	if slices.ContainsFunc(progress, func(p Progress) bool { return p.N == r.Turn && p.missing() != 1 }) {
		return nil
	}
	for _, p := range progress {
		if p.N != r.Turn && p.missing() > 1 {
			return models.Refuse(models.CodeReleasesMissing, "/release",
				"by this release all of the kind %s that is sealed for %s could be read, and of what is sealed for %s "+
					"%d releases are missing", r.Kind, box.ActingIn(r.Turn).Fingerprint, p.Openers.Fingerprint,
				p.missing()).
				Accepting("first the releases of that by others, until one is missing: %s", namesOf(d, p.Able))
		}
	}
	return nil
}

// opensFor tells whether a person is an opener of a buyer now.
func opensFor(d models.Dossier, person, buyer models.ID) bool {
	return slices.ContainsFunc(d.Roles, func(a models.RoleAssignment) bool {
		return a.PersonID == person && a.OrganisationID == buyer && a.Role == models.RoleOpener && a.Holds(d.Now)
	})
}

// MayHandOver refuses a handover that another than who gets the shares sends, one by somebody who holds no shares any
// more or has released them, and one to somebody who is no opener of the buyer or opens in the box already.
func MayHandOver(d models.Dossier, h models.BoxHandover, sender models.ID) error {
	refused := func(format string, args ...any) error {
		return models.Refuse(models.CodeHandoverRefused, "/handover", format, args...).
			Accepting("the shares of an opener who has not released yet, for another opener of the same buyer")
	}
	_, box, _ := d.Tendering.Box(h.BoxID)
	set, _ := d.OpenersOf(box.ActingIn(h.Turn))
	holders := d.Tendering.Holders(h.BoxID, h.Kind, h.Turn, set.Openers)
	switch {
	case sender != h.ToPersonID:
		return models.Refuse(models.CodeForbidden, "/handover", "the shares are for %s", d.PersonOf(h.ToPersonID)).
			Accepting("a handover that is sent by who gets the shares")
	case !slices.Contains(holders, h.PersonID):
		return refused("%s holds no shares of these envelopes", d.PersonOf(h.PersonID))
	case slices.Contains(holders, h.ToPersonID):
		return refused("%s opens envelopes in this box already", d.PersonOf(h.ToPersonID))
	case slices.Contains(d.Tendering.ReleasedBy(h.BoxID, h.Kind, h.Turn), h.PersonID):
		return refused("%s has released already", d.PersonOf(h.PersonID))
	case !opensFor(d, h.ToPersonID, h.OrganisationID):
		return refused("%s is no opener of %s", d.PersonOf(h.ToPersonID), d.NameOf(h.OrganisationID))
	}
	return nil
}
