package acts_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// another drafts one more procurement, which takes a route.
func (b *bench) another(by models.Actor, mode models.Mode, route string) models.ID {
	b.Helper()
	made, err := b.acts.CreateProcurement(b.Context(), b.new(acts.By{Actor: by}), acts.NewProcurement{
		Title: models.Text{"en": "Research"}, Languages: []string{"en"}, Mode: mode, Zone: "Europe/Paris",
	})
	require.NoError(b, err)
	body, err := json.Marshal(models.Route{Route: route, Reason: "as consulted"})
	require.NoError(b, err)
	id := made.Result.Procurement.ID
	b.exec(`INSERT INTO entries (id, procurement_id, kind, phase, round, version, author_id, body, digest, written_at,
			single)
		VALUES ($1, $2, 'route', 'consultation', 1, 1, $3, $4, $5, clock_timestamp(), true)`,
		models.NewID(models.PrefixEntry), id, by.PersonID, body, models.Digest(body))
	b.exec("UPDATE consortium_members SET accepted_at = joined_at WHERE procurement_id = $1", id)
	return id
}

func TestAProcurementFollowsAPreCommercialOneOfItsBuyersOnly(t *testing.T) {
	t.Parallel()
	b := setUp(t).opened(models.PhaseConsultation)
	stranger := b.person(models.OrganisationContractingAuthority)
	row, _ := acts.EntryKindOf(models.EntryPrecedingPCP)
	write := func(of models.ID) error {
		_, err := row.Write(t.Context(), b.acts, b.asLead(), models.PrecedingPCP{
			Procurement: of, Reference: "Research", EndedOn: "2020-01-31", Results: models.Text{"en": "Prototypes"},
			Contractors: []models.PCPContractor{{Name: "Alpha", Country: "FR", Reached: models.PCPDevelopment}},
		})
		return err
	}
	for name, of := range map[string]models.ID{
		"an unknown one":     models.NewID(models.PrefixProcurement),
		"itself":             b.draft,
		"one of a stranger":  b.another(stranger, models.ModeRehearsal, models.RoutePCP),
		"a live one":         b.another(b.lead, models.ModeLive, models.RoutePCP),
		"one of other route": b.another(b.lead, models.ModeRehearsal, models.RoutePPI),
	} {
		err := write(of)
		require.Error(t, err, name)
		refusedAt(t, err, models.CodeNoSuccessor, "/procurement")
	}
	pcp := b.another(b.lead, models.ModeRehearsal, models.RoutePCP)
	phase := func(name string) {
		body, err := json.Marshal(models.PCPResult{
			Phase: models.PCPDesign, Contractors: []models.PCPOutcome{{Name: name, Country: "FR"}},
		})
		require.NoError(t, err)
		b.exec(`INSERT INTO entries (id, procurement_id, kind, phase, round, version, author_id, body, digest,
			written_at, single) VALUES ($1, $2, 'pcp_phase', 'tender', 1, 1, $3, $4, $5, clock_timestamp(), false)`,
			models.NewID(models.PrefixEntry), pcp, b.lead.PersonID, body, models.Digest(body))
	}
	phase("ALPHA")
	phase("Beta")
	refusedAt(t, write(pcp), models.CodeNoSuccessor, "/contractors")
	b.exec("UPDATE entries SET withdrawn_at = clock_timestamp() WHERE kind = 'pcp_phase' AND body::text LIKE '%Beta%'")
	require.NoError(t, write(pcp))
	refused(t, write(pcp), models.CodeAlreadyExists)
	require.NoError(t, write(""), "one that ran elsewhere")
	require.NoError(t, b.acts.Store.InTx(t.Context(), func(tx *store.Tx) error {
		found, err := tx.Successors(pcp)
		require.Len(t, found, 1)
		require.Equal(t, b.draft, found[0].ID)
		return err
	}))
}
