package evaluation

import (
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

// ToOpen lists the envelopes of a kind in a box that openers release together, and where an opener may do so. Where
// only the prices of the best are opened, these are the prices of tenders that are not out.
func ToOpen(d models.Dossier, lot models.Lot, box models.Box, kind models.EnvelopeKind) (models.Turn, error) {
	if err := mayRelease(lot, box, kind); err != nil {
		return models.Turn{}, err
	}
	turn := turnOf(d, box, kind)
	if len(turn.Envelopes) == 0 {
		return turn, models.Refuse(models.CodeReleaseIncomplete, "/kind",
			"there is no envelope of the kind %s to open in lot %d", kind, lot.Number).
			Accepting("one of the kinds %v", d.Tendering.KindsIn(box.ID))
	}
	return turn, nil
}

// turnOf is the turn in which openers release envelopes of a kind in a box now. The prices of tenders that have come
// among the best since those of a turn were opened are released in a further one: after a conflict that was declared
// late, or scores that were given anew because a review was upheld.
func turnOf(d models.Dossier, box models.Box, kind models.EnvelopeKind) models.Turn {
	var all, sealed []models.Envelope
	for _, t := range d.Tendering.In(box.ID) {
		for _, e := range t.Envelopes {
			if e.Kind != kind || kind == models.EnvelopePrice && mayPrice(d, t) != nil {
				continue
			}
			all = append(all, e)
			if _, found := d.FoundIn(t.ID, e.N); !found {
				sealed = append(sealed, e)
			}
		}
	}
	turn := models.Turn{N: d.Tendering.LastTurn(box.ID, kind), Envelopes: all}
	if kind != models.EnvelopePrice {
		return turn
	}
	enough := len(d.Tendering.ReleasedBy(box.ID, kind, turn.N)) >= openersOf(d, box).Threshold
	read := !slices.Contains(d.Tendering.Unread, models.UnreadBox{BoxID: box.ID, Kind: kind})
	if enough && read && len(sealed) > 0 || !enough && void(d, box, turn.N) {
		return models.Turn{N: turn.N + 1, Envelopes: sealed}
	}
	return turn
}

// void tells that a turn of prices is for a tender that is out by now: its price stays sealed.
func void(d models.Dossier, box models.Box, turn int) bool {
	return slices.ContainsFunc(d.Tendering.PricedIn(box.ID, turn), func(id models.ID) bool {
		t, ok := d.Tendering.Tender(id)
		return ok && mayPrice(d, t) != nil
	})
}

func openersOf(d models.Dossier, box models.Box) models.OpenerSet {
	set, _ := d.OpenersOf(box)
	return set
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
		if p := ProgressOf(d, box, kind); p.missing() > 0 {
			return models.Refuse(models.CodeReleasesMissing, "/lot",
				"%d of %d openers have released the envelopes of the kind %s in lot %d", len(p.Released), p.Needed,
				kind, lot.Number).
				Accepting("%d more of: %s", p.missing(), namesOf(d, p.Able))
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

// Progress is how far the opening of the envelopes of a kind in a box has come, in the turn that is under way.
type Progress struct {
	Turn, Needed int
	// Released are who have released, Able who can and have not, Lost who cannot any more: they are no openers of their
	// buyer by now, or their key is recorded as lost.
	Released, Able, Lost []models.ID
}

// ProgressOf tells how far the opening of the envelopes of a kind in a box has come.
func ProgressOf(d models.Dossier, box models.Box, kind models.EnvelopeKind) Progress {
	turn, set := turnOf(d, box, kind).N, openersOf(d, box)
	p := Progress{Turn: turn, Needed: set.Threshold, Released: d.Tendering.ReleasedBy(box.ID, kind, turn)}
	for _, person := range d.Tendering.Holders(box.ID, kind, turn, set.Openers) {
		switch {
		case slices.Contains(p.Released, person):
		case lost(d, box, person):
			p.Lost = append(p.Lost, person)
		default:
			p.Able = append(p.Able, person)
		}
	}
	return p
}

// missing is how many openers have still to release.
func (p Progress) missing() int { return max(p.Needed-len(p.Released), 0) }

// lost tells whether somebody who holds shares in a box cannot release any more.
func lost(d models.Dossier, box models.Box, person models.ID) bool {
	buyer, _ := d.BuyerOfOpener(box.Fingerprint, person)
	_, recorded := d.LossOf(box.Fingerprint, person)
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

// MayReleaseAs refuses a release by somebody who holds no shares of these envelopes, has released them, or is no opener
// of that buyer any more: a buyer's keys are counted for it.
func MayReleaseAs(d models.Dossier, r models.BoxRelease) error {
	lot, box, _ := d.Tendering.Box(r.BoxID)
	holders := d.Tendering.Holders(r.BoxID, r.Kind, r.Turn, openersOf(d, box).Openers)
	switch {
	case !slices.Contains(holders, r.PersonID):
		return models.Refuse(models.CodeNotAnOpener, "/release", "%s opens nothing of the kind %s in lot %d",
			d.PersonOf(r.PersonID), r.Kind, lot.Number).
			Accepting("one of its openers, or somebody to whom one has handed over")
	case slices.Contains(d.Tendering.ReleasedBy(r.BoxID, r.Kind, r.Turn), r.PersonID):
		return models.Refuse(models.CodeReleaseTwice, "/release",
			"you have released the envelopes of the kind %s already", r.Kind)
	case r.OrganisationID != "" && !opensFor(d, r.PersonID, r.OrganisationID):
		return models.Refuse(models.CodeNotAnOpener, "/release", "%s is no opener of %s any more",
			d.PersonOf(r.PersonID), d.NameOf(r.OrganisationID)).Accepting("another opener of the box")
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
	holders := d.Tendering.Holders(h.BoxID, h.Kind, h.Turn, openersOf(d, box).Openers)
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
