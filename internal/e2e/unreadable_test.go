package e2e

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
)

// mismatched is an envelope whose header has a right proof for every share, and whose content was sealed for the secret
// of another header. Without a key nobody can tell.
func (p *tenderPlay) mismatched(t *testing.T, s *supplier, kind models.EnvelopeKind, plain string) map[string]any {
	t.Helper()
	cut := func() (header, content []byte) {
		file, err := p.Seal(t.Context(), s.Client, s.organisation, p.lot, kind, []byte(plain))
		require.NoError(t, err)
		header, content, _ = bytes.Cut(file, []byte("\n"))
		return header, content
	}
	header, _ := cut()
	_, content := cut()
	file := slices.Concat(header, []byte("\n"), content)
	upload := p.upload(t, s.Client, file, models.PurposeEnvelope)
	return map[string]any{"kind": kind, "upload": upload, "digest": rig.Digest(file)}
}

// supplyUnreadable has a supplier who reads French hand in a tender whose first envelope is unreadable.
func (p *tenderPlay) supplyUnreadable(t *testing.T) *supplier {
	t.Helper()
	s := p.newOperator(t, "400000.00", "9")
	_, err := s.Post(t.Context(), p.Path("/registrations"), map[string]any{"language": "fr"}, nil)
	require.NoError(t, err)
	p.sends(t, s, p.mismatched(t, s, models.EnvelopeQuality, "We offer more."),
		p.sealed(t, s, models.EnvelopePrice, []byte(s.amount)))
	return s
}

// requireUnreadable has the buyers see which envelope cannot be read, and what may be decided on its tender.
func (p *tenderPlay) requireUnreadable(t *testing.T, of, another *supplier) {
	t.Helper()
	states, err := p.OpeningStates(t.Context(), p.box(t))
	require.NoError(t, err)
	require.Equal(t, []int{2, 2, 1}, []int{states[0].Envelopes, states[0].Read, states[0].Unreadable})
	_, err = p.chair.Get(t.Context(), p.Path("/tenders/"+string(of.tender)+"/envelopes/1/plaintext"), nil)
	requireRefused(t, models.CodeNotFound, err)
	p.refusedPost(t, models.CodeNotUnsealed, p.Lead, "/admissions", map[string]any{
		"tender": of.tender, "decision": models.AdmissionAdmitted,
	})
	p.refusedPost(t, models.CodeInvalidValue, p.Lead, "/admissions", p.cannotBeRead(another))
}

// cannotBeRead is the exclusion of a tender because it cannot be read.
func (p *tenderPlay) cannotBeRead(s *supplier) map[string]any {
	return map[string]any{
		"tender": s.tender, "decision": models.AdmissionExcluded, "code": "unreadable",
		"reason": models.Text{"en": "The secret of the first envelope does not open it."},
	}
}

func TestATenderThatItsOwnSecretDoesNotOpenIsOutAndTheOtherWins(t *testing.T) {
	t.Parallel()
	b := inFrenchToo(t)
	p := b.published(t)
	winner := p.supply(t, "480000.00", "8")
	out := p.supplyUnreadable(t)
	p.opened(t)
	p.declare(t)
	p.requireUnreadable(t, out, winner)
	b.post(t, b.Lead, "/admissions", p.cannotBeRead(out))
	p.suppliers = []*supplier{winner}
	p.admit(t)
	p.score(t)
	p.openPrices(t)
	p.suppliers = append(p.suppliers, out)
	places := p.ranking.Ranking.Places
	require.Equal(t, winner.tender, places[0].Tender)
	require.Equal(t, "unreadable", places[1].Excluded)
	p.award(t)
	p.tell(t)

	page := p.rendered(t, out.Client, out, "html")
	for _, words := range []string{
		`<html lang="fr" dir="ltr">`, "a été attribué à Supplier of 480000.00", "Votre offre n’a pas été classée.",
		"Ce que vous avez remis ne peut pas être lu.", "<p>En français</p>", "Vous pouvez former un recours",
	} {
		require.Contains(t, page, words)
	}
	var report bytes.Buffer
	_, err := b.Lead.Get(t.Context(), b.Path("/report-record.html?language=en"), &report)
	require.NoError(t, err)
	for _, words := range []string{"Supplier of 400000.00", "cannot be read", "The secret of the first envelope does"} {
		require.Contains(t, report.String(), words)
	}
	b.requireFollows(t)
}
