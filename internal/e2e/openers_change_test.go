package e2e

import (
	"bytes"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	followed "github.com/ppi-engine/ppi/views/audit"
)

// fingerprints are those of the openers of a box: present and former.
func (p *tenderPlay) fingerprints(t *testing.T) (present string, former []string) {
	t.Helper()
	var lot struct {
		Boxes []struct {
			Fingerprint string   `json:"fingerprint"`
			Former      []string `json:"former_openers"`
		} `json:"boxes"`
	}
	p.get(t, p.Lead, "/lots/"+string(p.lot), &lot)
	last := lot.Boxes[len(lot.Boxes)-1]
	return last.Fingerprint, last.Former
}

// While a box is open an opener loses its key. What is handed in from then on is sealed for its new one; what stands is
// opened by those who have kept theirs.
func TestTheOpenersOfAnOpenBoxAreChangedAndBothOpenIt(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.published(t)
	stays := p.supply(t, "480000.00", "8")
	replaces := p.supply(t, "400000.00", "5")
	leaves := p.supply(t, "470000.00", "6")
	late := p.newSupplier(t, "450000.00", "7")
	early := []map[string]any{
		p.sealed(t, late, "quality", []byte("sealed before")), p.sealed(t, late, "price", []byte("1")),
	}
	former, none := p.fingerprints(t)
	require.Empty(t, none)
	change := map[string]any{"reason": "An opener has lost its key."}
	b.refused(t, models.CodeOpenersRefused, b.Lead, models.VerbChangeOpeners, change)
	b.refused(t, models.CodeForbidden, p.openers[0].Client, models.VerbChangeOpeners, change)

	renewed, err := p.openers[2].WithNewKey(t.Context())
	require.NoError(t, err)
	openers := []*rig.Opener{p.openers[0], p.openers[1], renewed}
	set, err := rig.SetOf(2, openers...)
	require.NoError(t, err)
	var sets struct {
		Items []entry `json:"items"`
	}
	b.get(t, b.Lead, "/opener-set", &sets)
	b.put(t, b.Lead, "/opener-set/"+string(sets.Items[0].ID), set)
	b.refused(t, models.CodeOpenersUntested, b.Lead, models.VerbChangeOpeners, change)
	require.NoError(t, p.Test(t.Context(), openers...))
	b.refused(t, models.CodeInvalidValue, b.Lead, models.VerbChangeOpeners, map[string]any{"reason": " "})
	b.act(t, b.Lead, models.VerbChangeOpeners, change)
	present, before := p.fingerprints(t)
	require.Equal(t, []string{former}, before)
	require.NotEqual(t, former, present)
	require.Equal(t, 1, b.countEvents(t, event.OpenersChanged{}))
	p.requireToldOfOpeners(t, former, present)

	handIn := p.Path("/lots/" + string(p.lot) + "/tenders")
	_, err = late.Post(t.Context(), handIn, map[string]any{"envelopes": early}, nil)
	requireRefused(t, models.CodeOpenersChanged, err)
	p.handIn(t, late)
	p.replace(t, replaces)
	p.confirm(t, stays, p.lastNotice(t))
	p.withdraw(t, leaves)
	p.suppliers = slices.DeleteFunc(p.suppliers, func(s *supplier) bool { return s == leaves })
	p.requireTestedAgain(t, map[string][]*rig.Opener{former: p.openers[:2], present: openers})
	p.closeBox(t)
	require.Zero(t, p.openerTests(t), "it is too late for a test")

	box := p.box(t)
	quality, price := models.EnvelopeQuality, models.EnvelopePrice
	requireRefused(t, models.CodeReleaseIncomplete, openers[0].Release(t.Context(), box, quality))
	open := map[string]any{"lot": p.lot}
	require.NoError(t, openers[0].For(present).Release(t.Context(), box, quality))
	requireRefused(t, models.CodeReleasesMissing, renewed.For(present).Release(t.Context(), box, quality))
	require.NoError(t, p.openers[0].For(former).Release(t.Context(), box, quality))
	require.NoError(t, renewed.For(present).Release(t.Context(), box, quality), "of each set one release is missing")
	b.refused(t, models.CodeReleasesMissing, openers[0].Client, models.VerbOpen, open)
	refusal, own := models.RefusalOf(renewed.For(former).Release(t.Context(), box, quality))
	require.True(t, own, "its program finds that the new key opens nothing of what was sealed before")
	require.Equal(t, models.CodeNotAnOpener, refusal.Code)
	require.NoError(t, p.openers[1].For(former).Release(t.Context(), box, quality))
	b.act(t, openers[0].Client, models.VerbOpen, open)
	require.NoError(t, p.AwaitRead(t.Context(), box, quality))
	p.declare(t)
	p.admit(t)
	p.score(t)

	require.NoError(t, openers[1].For(present).Release(t.Context(), box, price))
	for _, o := range p.openers[:2] {
		require.NoError(t, o.For(former).Release(t.Context(), box, price))
	}
	states, err := p.OpeningStates(t.Context(), box)
	require.NoError(t, err)
	for _, s := range states {
		require.False(t, s.Kind == price && (s.Reading || s.Read > 0), "the others have not released")
		require.Equal(t, map[string]int{former: 1, present: 2}[s.Openers], s.Envelopes)
	}
	require.NoError(t, renewed.For(present).Release(t.Context(), box, price))
	require.NoError(t, p.AwaitRead(t.Context(), box, price))
	p.readRanking(t)
	places := map[models.ID]bool{}
	for _, place := range p.ranking.Ranking.Places {
		places[place.Tender] = true
	}
	require.Equal(t, map[models.ID]bool{stays.tender: true, replaces.tender: true, late.tender: true}, places)
	b.requireFollows(t)
	b.requireProven(t)
}

// requireProven computes the proofs of all openings again: from the record, and from an export and its openings.
func (b *bundle) requireProven(t *testing.T) {
	t.Helper()
	b.settle(t)
	var report followed.Report
	require.NoError(t, report.CompareReleases(t.Context(), b.Store))
	require.True(t, report.Valid(), "%v", report.Differences)
	var export, openings bytes.Buffer
	_, err := b.Lead.Do(t.Context(), apiclient.Request{
		Method: http.MethodGet, Path: b.Path("/events?export=1"), Out: &export,
	})
	require.NoError(t, err)
	require.NoError(t, followed.WriteOpenings(t.Context(), b.Store, models.ID(b.Procurement), &openings))
	told := followed.NewToldOpenings()
	_, err = audit.VerifyExport(&export, audit.Options{Read: told.Read})
	require.NoError(t, err)
	found, err := told.Compare(&openings)
	require.NoError(t, err)
	require.True(t, found.Valid(), "%v", found.Faults)
	require.Equal(t, *report.Proofs, found.Proofs)
	require.Positive(t, found.Releases)
}

// lastNotice is the last one that everybody reads.
func (p *tenderPlay) lastNotice(t *testing.T) models.ID {
	t.Helper()
	var notices struct {
		Items []struct {
			ID models.ID `json:"id"`
		} `json:"items"`
	}
	p.get(t, p.Admin.As(""), "/tender-pack/notices", &notices)
	return notices.Items[len(notices.Items)-1].ID
}

// openerTests is how many tasks ask openers to release a test envelope.
func (p *tenderPlay) openerTests(t *testing.T) (n int) {
	t.Helper()
	for _, x := range p.tasks(t) {
		if x.Kind == string(models.TaskOpenerTest) && x.Status == "open" {
			n++
		}
	}
	return n
}

// requireTestedAgain has the deadline come near, and openers of each set release the test that the engine then makes.
// The task of a set ends once all of its openers have; one of the former ones has lost its key.
func (p *tenderPlay) requireTestedAgain(t *testing.T, sets map[string][]*rig.Opener) {
	t.Helper()
	require.Zero(t, p.openerTests(t))
	p.advance(t, p.now(t).AddDate(0, 0, 35))
	require.Equal(t, 2, p.openerTests(t))
	var tests struct {
		Items []struct {
			ID          models.ID   `json:"id"`
			Fingerprint string      `json:"fingerprint"`
			Passed      []models.ID `json:"passed"`
		} `json:"items"`
	}
	p.get(t, p.Lead, "/opener-tests", &tests)
	for _, test := range tests.Items[len(tests.Items)-2:] {
		require.Empty(t, test.Passed)
		require.NoError(t, p.PassTest(t.Context(), test.ID, sets[test.Fingerprint]...))
	}
	require.Equal(t, 1, p.openerTests(t), "not all of the former ones have")
}

// requireToldOfOpeners has everybody read in a notice of change who opens from now on, and that whoever has tendered is
// asked to seal anew.
func (p *tenderPlay) requireToldOfOpeners(t *testing.T, former, present string) {
	t.Helper()
	var notices struct {
		Items []struct {
			Content struct {
				Asks    bool                    `json:"asks_tenderers_to_confirm"`
				Reason  string                  `json:"reason"`
				Openers models.PublishedOpeners `json:"openers"`
				Lots    []struct {
					Former models.PublishedOpeners `json:"former_openers"`
				} `json:"lots"`
			} `json:"content"`
		} `json:"items"`
	}
	_, err := p.Admin.As("").Do(t.Context(), apiclient.Request{
		Method: http.MethodGet, Path: p.Path("/tender-pack/notices"), Out: &notices,
	})
	require.NoError(t, err)
	told := notices.Items[len(notices.Items)-1].Content
	require.True(t, told.Asks)
	require.NotEmpty(t, told.Reason)
	require.Equal(t, models.PublishedOpeners{Threshold: 2, Openers: 3, Fingerprint: present}, told.Openers)
	require.Equal(t, models.PublishedOpeners{Threshold: 2, Openers: 3, Fingerprint: former}, told.Lots[0].Former)
}
