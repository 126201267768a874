package e2e

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/models"
)

func requireRefused(t *testing.T, code models.Code, err error) {
	t.Helper()
	problem, ok := apiclient.ProblemOf(err)
	require.True(t, ok, "it must be refused: %v", err)
	require.Equal(t, string(code), problem.Code, problem.Detail)
}

// nextVersion writes the next version of an entry.
func (b *bundle) nextVersion(t *testing.T, who *apiclient.Client, path string, e entry, in any) {
	t.Helper()
	_, err := who.Do(t.Context(), apiclient.Request{
		Method: http.MethodPut, Path: b.Path(path + "/" + string(e.ID)), In: in,
		IfMatch: `"` + strconv.FormatInt(e.Version, 10) + `"`,
	})
	require.NoError(t, err)
}

// exclude excludes a tender that was admitted.
func (b *bundle) exclude(t *testing.T, tender models.ID) {
	t.Helper()
	admission, ok := b.about(t, b.Lead, "/admissions")[tender]
	require.True(t, ok, "the tender was never admitted")
	b.nextVersion(t, b.Lead, "/admissions", admission, map[string]any{
		"tender": tender, "decision": "excluded", "code": "abnormally_low",
		"reason": models.Text{"en": "The price was not explained."},
	})
}

// about lists the entries of a kind that are about one tender each, by tender.
func (b *bundle) about(t *testing.T, who *apiclient.Client, path string) map[models.ID]entry {
	t.Helper()
	var found struct {
		Items []struct {
			entry

			Content struct {
				Tender models.ID `json:"tender"`
			} `json:"content"`
		} `json:"items"`
	}
	b.get(t, who, path, &found)
	all := map[models.ID]entry{}
	for _, item := range found.Items {
		all[item.Content.Tender] = item.entry
	}
	return all
}

// sheets counts the individual scores that somebody sees.
func (p *tenderPlay) sheets(t *testing.T, who *apiclient.Client) int {
	t.Helper()
	var view struct {
		Items []struct{} `json:"items"`
	}
	p.get(t, who, "/lots/"+string(p.lot)+"/score-sheets", &view)
	return len(view.Items)
}

// requireLetters reads each supplier's letter: its own, and nobody else's.
func (p *tenderPlay) requireLetters(t *testing.T) {
	t.Helper()
	for i, s := range p.suppliers {
		var letter struct {
			Won              bool   `json:"won"`
			Winner           string `json:"winner"`
			EarliestContract string `json:"earliest_contract"`
			Lines            []any  `json:"lines"`
		}
		p.get(t, s.Client, "/tenders/"+string(s.tender)+"/letter", &letter)
		require.Equal(t, s.tender == p.ranking.Ranking.Places[0].Tender, letter.Won)
		require.NotEmpty(t, letter.Winner)
		require.Equal(t, p.earliestContract, letter.EarliestContract)
		require.Len(t, letter.Lines, 3)
		other := p.suppliers[1-i]
		_, err := s.Get(t.Context(), p.Path("/tenders/"+string(other.tender)+"/letter"), nil)
		requireRefused(t, models.CodeNotFound, err)
	}
}

// requireContractStaysOnLot refuses to make the record of a contract one on another lot.
func (p *tenderPlay) requireContractStaysOnLot(t *testing.T) {
	t.Helper()
	var page struct {
		Items []entry `json:"items"`
	}
	p.get(t, p.Lead, "/contracts", &page)
	other := p.contract("480000.00")
	other["lot"] = models.NewID(models.PrefixLot)
	_, err := p.Lead.Do(t.Context(), apiclient.Request{
		Method: http.MethodPut, Path: p.Path("/contracts/" + string(page.Items[0].ID)), In: other, IfMatch: "*",
	})
	requireRefused(t, models.CodeInvalidValue, err)
}
