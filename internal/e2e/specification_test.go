package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
)

// all lists the standing entries of a kind.
func (b *bundle) all(t *testing.T, path string) []models.ID {
	t.Helper()
	var page struct {
		Items []struct {
			ID          models.ID `json:"id"`
			WithdrawnAt *string   `json:"withdrawn_at"`
		} `json:"items"`
	}
	b.get(t, b.Lead, path, &page)
	var ids []models.ID
	for _, item := range page.Items {
		if item.WithdrawnAt == nil {
			ids = append(ids, item.ID)
		}
	}
	return ids
}

// specify fills the dossier of the specification phase so that its gate is met.
func (b *bundle) specify(t *testing.T) {
	t.Helper()
	need := b.all(t, "/common-need")[0]
	requirement := func(code, use, priority, statement string) map[string]any {
		return map[string]any{
			"code": code, "statement": models.Text{"en": statement}, "type": "performance", "priority": priority,
			"use":     use,
			"minimum": models.Text{"en": "30 kWh"}, "traces": []models.ID{need},
			"verification": map[string]any{
				"method": "test",
				"how":    models.Text{"en": "Run the reference job and read the meter."},
			},
		}
	}
	b.post(t, b.Drafter, "/requirements/actions/import", map[string]any{"items": []any{
		requirement("R-001", "minimum", "must", "The reference job needs at most 30 kWh."),
		requirement("R-002", "award", "should", "The reference job needs as few kWh as possible."),
	}})
	b.post(t, b.Drafter, "/specification-clauses", map[string]any{
		"intellectual_property": models.Text{"en": "Rights in what exists already are licensed."},
		"confidentiality":       models.Text{"en": "What is marked stays secret."},
	})
	b.post(t, b.Drafter, "/lots-decision", map[string]any{
		"divided": false,
		"reasons": models.Text{"en": "One system serves all buyers."},
	})
	b.post(t, b.Drafter, "/business-case", map[string]any{
		"functionality": models.Text{"en": "The same results at less energy."},
		"reasoning":     models.Text{"en": "The energy saved pays for it."},
		"price":         models.Money{Amount: "2000000.00", Currency: "EUR"}, "estimates": b.all(t, "/estimates"),
	})
	b.judge(t, b.post(t, b.Lead, "/specification-versions", map[string]any{}))
}

// judge has every buyer approve a frozen version and a lawyer certify it.
func (b *bundle) judge(t *testing.T, version entry) {
	t.Helper()
	for _, buyer := range b.Buyers {
		b.post(t, buyer.Officer, "/specification-approvals",
			map[string]any{"entry": version.ID, "digest": version.Digest})
	}
	b.post(t, b.staff(t)[models.RoleLegal][0], "/legal-certifications", map[string]any{
		"entry": version.ID, "digest": version.Digest, "statement": "Read as a whole; nobody is favoured.",
	})
}

func TestAChangeOfTheSpecificationIsApprovedAnew(t *testing.T) {
	t.Parallel()
	b := setup(t, options{draft: rig.Draft{Mode: models.ModeRehearsal}})
	b.reach(t, models.PhaseSpecification)
	b.specify(t)
	met := b.gate(t, models.PhaseSpecification)
	require.True(t, met.Met, met.open())
	vote := map[string]any{"phase": "specification", "digest": met.Digest, "choice": "approve"}
	b.act(t, b.Buyers[0].Board, models.VerbVote, vote)

	first := b.all(t, "/requirements")[0]
	var written entry
	b.get(t, b.Lead, "/requirements/"+string(first), &written)
	b.rewrite(t, b.Drafter, "/requirements/"+string(first), map[string]any{
		"code": "R-001", "statement": models.Text{"en": "The reference job runs on NVIDIA processors."},
		"type": "constraint", "priority": "must", "use": "minimum",
		"minimum": models.Text{"en": "30 kWh"}, "traces": b.all(t, "/common-need"),
		"verification": map[string]any{"method": "test", "how": models.Text{"en": "Read the label."}},
	})
	changed := b.gate(t, models.PhaseSpecification)
	require.Equal(t, "neutral version_frozen version_approved legally_certified", changed.open())
	b.refused(t, models.CodeStaleGate, b.Buyers[1].Board, models.VerbVote, vote)

	b.rewrite(t, b.Drafter, "/requirements/"+string(first), written.Content)
	version := b.all(t, "/specification-versions")[0]
	require.True(t, b.gate(t, models.PhaseSpecification).Met, "the words that were approved stand again")
	b.judge(t, b.rewrite(t, b.Lead, "/specification-versions/"+string(version),
		map[string]any{"note": models.Text{"en": "as before"}}))
	b.approve(t, models.PhaseSpecification)
	b.requirePhase(t, models.PhaseTender, "open")
}
