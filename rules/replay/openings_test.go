package replay

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A succession is a lot whose openers were changed while its box was open: anna, berta and a third for what came before,
// and anna, berta and a fourth for what came after. Two open together. One tender is sealed for each set.
type succession struct {
	tendering

	former, present event.SealedFor
}

func succeeded(t *testing.T) succession {
	t.Helper()
	s := succession{tendering: tendering{
		story: tell(t), lot: models.NewID(models.PrefixLot), box: models.NewID(models.PrefixBox),
	}}
	for person, buyer := range map[models.ID]models.ID{s.anna: s.genci, s.berta: s.bsc} {
		opener := s.board(person, buyer)
		opener.Role = models.RoleOpener
		s.good(person, opener)
	}
	s.former, s.present = s.sealedFor("FORMER", "per_third"), s.sealedFor("PRESENT", "per_fourth")
	s.good(s.anna, event.ProcurementPublished{Lots: []event.PublishedLot{{
		Lot: s.lot, Number: 1, Box: s.box, Deadline: s.at.AddDate(0, 0, 30), HandsIn: models.HandedTender,
		SealedFor: s.former,
	}}})
	s.good(s.anna, event.OpenersChanged{LotID: s.lot, BoxID: s.box, Former: s.former, SealedFor: s.present})
	s.first, s.next = s.received(), s.received()
	for i, fingerprint := range []string{"FORMER", "PRESENT"} {
		s.contents.Received[i].Envelopes = []models.Envelope{
			{N: 1, Kind: models.EnvelopeQuality, Fingerprint: fingerprint},
		}
	}
	s.good("", event.LotClosed{LotID: s.lot, BoxID: s.box, Received: 2, Standing: 2})
	return s
}

func (s succession) sealedFor(fingerprint string, third models.ID) event.SealedFor {
	s.Helper()
	e := s.written(models.EntryOpenerSet, models.OpenerSet{
		Threshold: 2, Fingerprint: fingerprint, Openers: []models.SetOpener{
			{Buyer: s.genci, Person: s.anna}, {Buyer: s.bsc, Person: s.berta}, {Buyer: s.genci, Person: third},
		},
	}, false)
	s.good(s.anna, e)
	return event.SealedFor{Entry: e.EntryID, Version: e.Version, Fingerprint: fingerprint}
}

// released has anna and berta release in a turn.
func (s succession) releasedIn(turn int) {
	s.Helper()
	for person, buyer := range map[models.ID]models.ID{s.anna: s.genci, s.berta: s.bsc} {
		s.good(person, s.release(turn, models.EnvelopeQuality, buyer))
	}
}

func (s succession) release(turn int, kind models.EnvelopeKind, buyer models.ID) event.BoxReleased {
	return event.BoxReleased{LotID: s.lot, BoxID: s.box, Kind: kind, Buyer: buyer, Digest: gate, Turn: turn}
}

func (s succession) leftSealed(openers string, people ...models.ID) event.LotLeftSealed {
	return event.LotLeftSealed{
		LotID: s.lot, BoxID: s.box, Kind: models.EnvelopeQuality, Ground: models.OpenersWithhold, Openers: openers,
		Needed: 2, Withheld: people,
	}
}

func TestABoxThatWasSealedForTwoSetsIsOpenedByBoth(t *testing.T) {
	t.Parallel()
	s := succeeded(t)
	require.Equal(t, "FORMER", s.rows[FormerOpeners][Key(s.box, 1)]["fingerprint"].Value)
	require.Equal(t, "PRESENT", s.rows[Boxes][string(s.box)]["fingerprint"].Value)
	unsealed := event.LotUnsealed{LotID: s.lot, BoxID: s.box, HandsIn: models.HandedTender, Tenders: 2}
	s.releasedIn(2)
	require.Contains(t, s.happens(s.berta, unsealed), "before enough openers had released", "the former ones have not")
	found := event.EnvelopeOpened{TenderID: s.next, Envelope: 1, Readable: true, Digest: gate}
	require.Empty(t, s.happens("", found))
	found.TenderID = s.first
	require.Contains(t, s.happens("", found), "before enough openers had released")

	whole := succeeded(t)
	whole.releasedIn(1)
	whole.releasedIn(2)
	unsealed.LotID, unsealed.BoxID = whole.lot, whole.box
	require.Empty(t, whole.happens(whole.berta, unsealed))
	require.Contains(t, whole.happens(whole.anna, whole.release(3, models.EnvelopeQuality, whole.genci)), "further turn",
		"a third turn is of a second sitting, and only prices have one")
}

func TestALotIsLeftSealedByThoseWhoCouldHaveOpenedIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tell func(s succession) event.LotLeftSealed
		says string
	}{
		"the former openers": {func(s succession) event.LotLeftSealed {
			return s.leftSealed("FORMER", s.anna, s.berta, "per_third")
		}, "no motion"},
		"the present openers": {func(s succession) event.LotLeftSealed {
			return s.leftSealed("PRESENT", s.anna, s.berta, "per_fourth")
		}, "no motion"},
		"one too few": {func(s succession) event.LotLeftSealed {
			return s.leftSealed("FORMER", s.anna, s.berta)
		}, "its openers were others"},
		"one of the other set": {func(s succession) event.LotLeftSealed {
			return s.leftSealed("FORMER", s.anna, s.berta, "per_fourth")
		}, "its openers were others"},
		"openers of another box": {func(s succession) event.LotLeftSealed {
			return s.leftSealed("STRANGERS", s.anna)
		}, "for whom nothing in its box is sealed"},
		"some who have released": {func(s succession) event.LotLeftSealed {
			s.good(s.anna, s.release(1, models.EnvelopeQuality, s.genci))
			return s.leftSealed("FORMER", s.anna, s.berta, "per_third")
		}, "others had released than it says"},
		"somebody to whom one has handed over": {func(s succession) event.LotLeftSealed {
			s.good(s.anna, event.BoxHandedOver{
				LotID: s.lot, BoxID: s.box, Kind: models.EnvelopeQuality, From: "per_third", To: "per_heir",
				Buyer: s.genci, Digest: gate,
			})
			return s.leftSealed("FORMER", s.anna, s.berta, "per_heir")
		}, "no motion"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := succeeded(t)
			require.Contains(t, s.happens("", c.tell(s)), c.says)
		})
	}
}

func TestTheOpenersOfABoxAreChangedWhileItIsOpen(t *testing.T) {
	t.Parallel()
	s := succeeded(t)
	change := event.OpenersChanged{LotID: s.lot, BoxID: s.box, Former: s.present, SealedFor: s.former}
	require.Contains(t, s.happens(s.anna, change), "that was not open")
	s.rows[Boxes][string(s.box)]["closed_at"] = Cell{}
	require.Contains(t, s.happens(s.anna, change), "they had not been those")
}
