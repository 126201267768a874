package replay

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A succession is a lot whose openers were changed while its box was open: anna, berta and a third for what came
// before, and anna, berta and a fourth for what came after. Two open together. One tender is sealed for each set.
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
	change := event.OpenersChanged{LotID: s.lot, BoxID: s.box, Former: s.former, SealedFor: s.present}
	s.tested("PRESENT", s.anna, s.berta, "per_fourth")
	s.good(s.anna, change)
	s.first, s.next = s.received(), s.received()
	for i, fingerprint := range []string{"FORMER", "PRESENT"} {
		s.contents.Received[i].Envelopes = []models.Envelope{
			{N: 1, Kind: models.EnvelopeQuality, Fingerprint: fingerprint},
		}
	}
	s.good("", event.LotClosed{LotID: s.lot, BoxID: s.box, Received: 2, Standing: 2})
	return s
}

// tested has openers release a test envelope.
func (s succession) tested(fingerprint string, people ...models.ID) {
	s.Helper()
	test := event.OpenersTested{
		TestID: models.NewID(models.PrefixBox), Fingerprint: fingerprint, Header: gate, Buyer: s.genci,
	}
	s.good(s.anna, test)
	for _, person := range people {
		s.good(person, event.OpenerPassed{TestID: test.TestID, Digest: gate})
	}
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
	for _, tender := range []models.ID{s.first, s.next} {
		found := event.EnvelopeOpened{TenderID: tender, Envelope: 1, Readable: true, Digest: gate}
		require.Contains(t, s.happens("", found), "before enough openers had released", "a box opens whole")
	}

	whole := succeeded(t)
	whole.releasedIn(1)
	whole.releasedIn(2)
	unsealed.LotID, unsealed.BoxID = whole.lot, whole.box
	whole.good(whole.berta, unsealed)
	whole.good("", event.EnvelopeOpened{TenderID: whole.first, Envelope: 1, Readable: true, Digest: gate})
	again := whole.release(3, models.EnvelopeQuality, whole.genci)
	require.Contains(t, whole.happens(whole.anna, again), "further turn",
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

func TestAForgedChangeOfOpenersIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tell func(s succession) event.OpenersChanged
		says string
	}{
		"after the box was closed": {func(s succession) event.OpenersChanged {
			s.rows[Boxes][string(s.box)]["closed_at"] = Cell{Value: models.Instant(s.at)}
			return s.change(s.present, s.sealedFor("THIRD", "per_fifth"))
		}, "that was not open"},
		"from others than it had": {func(s succession) event.OpenersChanged {
			return s.change(s.former, s.sealedFor("THIRD", "per_fifth"))
		}, "they had not been those"},
		"back to former ones": {func(s succession) event.OpenersChanged {
			return s.change(s.present, s.former)
		}, "that it had before"},
		"to some whom no entry names": {func(s succession) event.OpenersChanged {
			return s.change(s.present, event.SealedFor{Entry: s.present.Entry, Version: 7, Fingerprint: "THIRD"})
		}, "whom no entry names"},
		"to some who were not tested": {func(s succession) event.OpenersChanged {
			third := s.sealedFor("THIRD", "per_fifth")
			s.tested("THIRD", s.anna, s.berta)
			return s.change(s.present, third)
		}, "per_fifth had released no test"},
		"to some who were": {func(s succession) event.OpenersChanged {
			third := s.sealedFor("THIRD", "per_fifth")
			s.tested("THIRD", s.anna, s.berta, "per_fifth")
			return s.change(s.present, third)
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := succeeded(t)
			s.rows[Boxes][string(s.box)]["closed_at"] = Cell{}
			said := s.happens(s.anna, c.tell(s))
			require.Contains(t, said, c.says)
			require.Equal(t, c.says == "", said == "")
		})
	}
}

func (s succession) change(from, to event.SealedFor) event.OpenersChanged {
	return event.OpenersChanged{LotID: s.lot, BoxID: s.box, Former: from, SealedFor: to}
}
