package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
)

// A translator sends every text that is in English in French, too: letters for nodes, or whatever it says.
type translator struct{ http.RoundTripper }

func (t translator) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Header.Get("Content-Type") == "application/json" {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		body = bytes.ReplaceAll(body, []byte(`{"en":`), []byte(`{"fr":"En français","en":`))
		r = r.Clone(r.Context())
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
	return t.RoundTripper.RoundTrip(r)
}

// inFrenchToo is a procurement in English and French, about to tender.
func inFrenchToo(t *testing.T) *bundle {
	t.Helper()
	b := setup(t, options{draft: rig.Draft{Mode: models.ModeRehearsal, Countries: []string{"FR", "ES", "DE"}}})
	b.Lead.HTTP.Transport = translator{b.Lead.HTTP.Transport}
	_, err := b.Lead.Do(t.Context(), apiclient.Request{
		Method: http.MethodPatch, Path: b.Path(""), IfMatch: "*",
		In: map[string]any{"languages": []string{"en", "fr"}, "title": models.Text{"en": "Computing"}},
	})
	require.NoError(t, err)
	b.skipToTender(t)
	return b
}

// Directive 2014/24/EU, Article 55(2): a loser reads in its own language why it lost, and what the winner's tender has.
func TestALoserReadsInItsOwnLanguageWhyItLost(t *testing.T) {
	t.Parallel()
	b := inFrenchToo(t)
	p := b.published(t)
	p.supply(t, "480000.00", "8")
	loser := p.newOperator(t, "400000.00", "5")
	_, err := loser.Post(t.Context(), p.Path("/registrations"), map[string]any{"language": "de"}, nil)
	requireRefused(t, models.CodeInvalidValue, err)
	var registration struct {
		Language string `json:"language"`
	}
	_, err = loser.Post(t.Context(), p.Path("/registrations"), map[string]any{"language": "fr"}, &registration)
	require.NoError(t, err)
	require.Equal(t, "fr", registration.Language)
	p.handIn(t, loser)
	b.post(t, b.Lead, "/review-body", map[string]any{
		"name": "Tribunal administratif", "address": map[string]any{"street": "1, place du Droit", "town": "Nantes"},
		"deadlines": models.Text{"en": "Before the contract."},
	})
	p.rank(t)
	p.award(t)
	p.tell(t)

	page := p.rendered(t, loser.Client, loser, "html")
	for _, words := range []string{
		`<html lang="fr" dir="ltr">`, "Information sur la décision d’attribution",
		"a été attribué à Supplier of 480000.00", "Votre offre n’a pas été retenue.", "Motifs : En français",
		"L’offre retenue a plus de points que la vôtre pour",
		"Le contrat peut être conclu au plus tôt le " + p.earliestContract,
		"Vous pouvez former un recours",
		"L’instance de recours est Tribunal administratif : 1, place du Droit, Nantes.",
		"jours", "Ceci est une répétition.",
	} {
		require.Contains(t, page, words)
	}
	require.Contains(t, p.rendered(t, loser.Client, loser, "pdf"), "%PDF-")
	winner := p.suppliers[0]
	page = p.rendered(t, winner.Client, winner, "html")
	require.Contains(t, page, `<html lang="en" dir="ltr">`, "it did not ask for another language than the first")
	require.NotContains(t, page, "Supplier of 400000.00")
	for _, as := range []string{"html", "pdf"} {
		_, err := winner.Get(t.Context(), p.Path("/tenders/"+string(loser.tender)+"/letter."+as), nil)
		requireRefused(t, models.CodeNotFound, err)
	}
	p.rendered(t, b.Lead, loser, "html")
	p.requireReportRendered(t)
}

// requireReportRendered reads the individual report in a language of the procurement, and in no other.
func (p *tenderPlay) requireReportRendered(t *testing.T) {
	t.Helper()
	var page bytes.Buffer
	_, err := p.Lead.Get(t.Context(), p.Path("/report-record.html?language=fr"), &page)
	require.NoError(t, err)
	for _, words := range []string{
		`<html lang="fr" dir="ltr">`, "directive 2014/24/UE, article 84", "(article 84(1)(i))", "Supplier of 480000.00",
		"Aucun contrat n’est consigné.", "SHA-256", p.ranking.Digest,
	} {
		require.Contains(t, page.String(), words)
	}
	page.Reset()
	_, err = p.Lead.Get(t.Context(), p.Path("/report-record.pdf"), &page)
	require.NoError(t, err)
	require.Contains(t, page.String(), "%PDF-")
	_, err = p.Lead.Get(t.Context(), p.Path("/report-record.html?language=de"), nil)
	requireRefused(t, models.CodeInvalidValue, err)
	_, err = p.suppliers[0].Get(t.Context(), p.Path("/report-record.html"), nil)
	requireRefused(t, models.CodeForbidden, err)
}

// rendered reads the letter about a supplier's tender as somebody, and requires that it can run nothing.
func (p *tenderPlay) rendered(t *testing.T, who *apiclient.Client, s *supplier, as string) string {
	t.Helper()
	var page bytes.Buffer
	answer, err := who.Get(t.Context(), p.Path("/tenders/"+string(s.tender)+"/letter."+as), &page)
	require.NoError(t, err)
	require.Contains(t, answer.Header.Get("Content-Security-Policy"), "default-src 'none'")
	require.Contains(t, answer.Header.Get("Content-Disposition"), "letter."+as)
	sum := sha256.Sum256(page.Bytes())
	require.Contains(t, answer.Header.Get("Repr-Digest"), base64.StdEncoding.EncodeToString(sum[:]))
	return page.String()
}
