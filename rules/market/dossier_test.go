package market_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/market"
)

// now is half past eleven at night on 2 March 2026 in UTC, and the next day already in Paris.
var now = time.Date(2026, time.March, 2, 23, 30, 0, 0, time.UTC)

// A file is the dossier of a procurement that addresses the market.
type file struct {
	*testing.T
	models.Dossier
}

// newFile is a dossier of buyers in France and Spain with a common need, while market and engagement phase are open.
func newFile(t *testing.T) *file {
	t.Helper()
	f := &file{t, models.Dossier{
		Procurement: models.Procurement{
			ID: models.NewID(models.PrefixProcurement), Languages: []string{"en"},
			Zone: "Europe/Paris",
		}, Members: []models.Member{
			{OrganisationID: "org_a", Lead: true},
			{OrganisationID: "org_b"},
		},
		Organisations: map[models.ID]models.Organisation{
			"org_a": {ID: "org_a", Country: "FR"}, "org_b": {ID: "org_b", Country: "ES"},
		},
		Rounds: []models.PhaseRound{
			{Phase: models.PhaseNeeds, Round: 1, Status: models.PhaseClosed},
			{Phase: models.PhaseConsultation, Round: 1, Status: models.PhaseOpen},
			{Phase: models.PhaseEngagement, Round: 1, Status: models.PhaseOpen, OpenedAt: now.AddDate(0, -2, 0)},
		},
		Now: now,
	}}
	f.write(models.EntryCommonNeed, models.CommonNeed{Outcome: models.Outcome{Outcome: said("Less energy")}})
	return f
}

func said(s string) models.Text { return models.Text{"en": s} }

func (f *file) write(kind models.EntryKind, content any) models.Entry {
	return f.writeFor("", kind, content)
}

func (f *file) writeFor(buyer models.ID, kind models.EntryKind, content any) models.Entry {
	f.Helper()
	text, digest, err := models.Canonical(content)
	require.NoError(f, err)
	rule, _ := models.EntryRuleOf(kind)
	e := models.Entry{
		ID: models.NewID(models.PrefixEntry), Kind: kind, Phase: rule.Phase, OrganisationID: buyer,
		Body: text, Digest: digest,
	}
	f.Entries = append(f.Entries, e)
	return e
}

// withdraw takes an entry out.
func (f *file) withdraw(id models.ID) {
	for i := range f.Entries {
		if f.Entries[i].ID == id {
			f.Entries[i].WithdrawnAt = &now
		}
	}
}

// tell has an entry released at an instant, about the dossier as it stands.
func (f *file) tell(e models.Entry, at time.Time, basis ...models.Reference) models.Entry {
	f.Market.Releases = append(f.Market.Releases, models.Release{
		EntryID: e.ID, Kind: e.Kind, Digest: e.Digest, ReleasedAt: at,
		Basis: append(market.Basis(f.Dossier, e), basis...),
	})
	return e
}

// plan has an engagement plan in force.
func (f *file) plan(p models.EngagementPlan) {
	f.tell(f.write(models.EntryEngagementPlan, p), now.AddDate(0, -2, 0))
}

// bulletin has one released that covers topics.
func (f *file) bulletin(at time.Time, topics ...string) models.ReleasedBulletin {
	f.Helper()
	f.tell(f.write(models.EntryBulletin, models.Bulletin{Covers: topics}), at)
	told, ok := f.LastOn(topics[0])
	require.True(f, ok)
	return told
}

// phase puts the phase of a kind of entries in a status.
func (f *file) phase(phase models.Phase, status models.PhaseStatus) {
	for i := range f.Rounds {
		if f.Rounds[i].Phase == phase {
			f.Rounds[i].Status = status
		}
	}
}

func reference(e models.Entry) models.Reference {
	return models.Reference{Entry: e.ID, Kind: e.Kind, Digest: e.Digest}
}

func requireRefused(t *testing.T, code models.Code, err error) models.Refusal {
	t.Helper()
	refusal, ok := models.RefusalOf(err)
	require.True(t, ok, "want the refusal %s, got %v", code, err)
	require.Equal(t, code, refusal.Code, refusal.Detail)
	return *refusal
}
