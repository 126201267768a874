package e2e

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/ppi-engine/ppi/internal/apiclient"
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
	b.completeSpecification(t)
}

// completeSpecification writes what the gate asks for besides requirements, freezes it, and has it judged.
func (b *bundle) completeSpecification(t *testing.T) {
	t.Helper()
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
	require.NoError(t, b.ApproveBudgets(t.Context()))
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

// Requirements live in sheets: people fill one in, the engine names what is wrong with it by cell, they mend it, and
// what came in is frozen, approved and certified like any other.
func TestASheetWithFaultsIsMendedImportedAndFrozen(t *testing.T) {
	t.Parallel()
	b := setup(t, options{draft: rig.Draft{Mode: models.ModeRehearsal}})
	b.reach(t, models.PhaseSpecification)
	need := string(b.all(t, "/common-need")[0])
	sheet := b.download(t, b.Drafter, "/requirements.xlsx?lang=de")
	importing := func(query string, cells map[string]string) (map[string]any, *apiclient.Problem) {
		f, err := excelize.OpenReader(bytes.NewReader(sheet))
		require.NoError(t, err)
		for cell, text := range cells {
			require.NoError(t, f.SetCellStr("Anforderungen", cell, text))
		}
		file, err := f.WriteToBuffer()
		require.NoError(t, err)
		var out map[string]any
		_, err = b.Drafter.Post(t.Context(), b.Path("/requirements/actions/import_sheet"+query), file, &out)
		problem, _ := apiclient.ProblemOf(err)
		if problem == nil {
			require.NoError(t, err)
		}
		return out, problem
	}
	cells := map[string]string{
		"B2": "R-001", "C2": "Leistung", "D2": "muss", "E2": "Mindestanforderung",
		"F2": "The reference job needs at most 30 kWh.", "G2": "30 kWh", "H2": "energy per job", "I2": "kWh",
		"K2": "30 kWh",
		"L2": "Test", "M2": "Run the reference job and read the meter.", "N2": need,
		"B3": "R-002", "C3": "Leistung", "D3": "dringend", "E3": "bewertet",
		"F3": "The reference job needs as few kWh as possible.", "G3": "30 kWh", "L3": "Test", "M3": "Read the meter.",
		"N3": need,
	}
	_, problem := importing("", cells)
	require.NotNil(t, problem)
	var at []string
	for _, fault := range problem.Errors {
		require.NotEmpty(t, fault.Accepted)
		at = append(at, fault.Parameter)
	}
	require.Equal(t, []string{"Anforderungen!K2", "Anforderungen!D3"}, at)
	require.Empty(t, b.all(t, "/requirements"), "all or none")

	cells["K2"], cells["D3"] = "30,0", "soll"
	checked, problem := importing("?check=true", cells)
	require.Nil(t, problem)
	require.InDelta(t, 2, checked["added"], 0)
	require.Empty(t, b.all(t, "/requirements"), "a check writes nothing")
	_, problem = importing("", cells)
	require.Nil(t, problem)
	require.Len(t, b.all(t, "/requirements"), 2)
	b.completeSpecification(t)
	met := b.gate(t, models.PhaseSpecification)
	require.True(t, met.Met, met.open())
	b.approve(t, models.PhaseSpecification)
	b.requirePhase(t, models.PhaseTender, "open")
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
