package evaluation

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

func (d *desk) terms(operators int) models.FrameworkTerms {
	return models.FrameworkTerms{
		Lot: d.lot, Operators: operators, Months: 48, Maximum: models.Money{Amount: "1000.00", Currency: "EUR"},
		Estimate: models.Money{Amount: "900.00", Currency: "EUR"}, Buyers: []models.ID{"org_a", "org_b"},
		CallOffs: models.CallOffTerms, How: models.Text{"en": "By an order."},
	}
}

func TestAFrameworkAgreementIsAwardedToAsManyAsWasAnnounced(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair, offer{"100", "9"}, offer{"90", "6"}, offer{"60", "2"})
	e, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	first, second, third := e.Ranking.Places[0].Tender, e.Ranking.Places[1].Tender, e.Ranking.Places[2].Tender
	requireRefused(t, models.CodeNotAnnouncedSo, MayAward(d.Dossier, d.lot, first, e.Digest, second))
	d.write(models.EntryFramework, string(d.lot), "", d.terms(2))
	require.NoError(t, MayAward(d.Dossier, d.lot, first, e.Digest))
	require.NoError(t, MayAward(d.Dossier, d.lot, first, e.Digest, second))
	requireRefused(t, models.CodeNoWinner, MayAward(d.Dossier, d.lot, first, e.Digest, third))
	requireRefused(t, models.CodeNoWinner, MayAward(d.Dossier, d.lot, first, e.Digest, first))
	requireRefused(t, models.CodeNotAnnouncedSo, MayAward(d.Dossier, d.lot, first, e.Digest, second, third))

	d.change(func(a *models.LotAward) { a.N = 1 })
	d.award(first)
	d.setAside(Setting{Ground: models.SetAsideRefused, Tender: first})
	require.NoError(t, MayAward(d.Dossier, d.lot, second, e.Digest, third), "who fell away is passed over")
}

func TestTermsOfAFrameworkAgreementAreFrozenByPublicationAndOfTheConsortium(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair)
	requireRefused(t, models.CodeFrozen, FrameworkTerms{d.terms(1)}.CheckAgainst(d.Dossier, models.Entry{}))
	d.Tendering.Lots[0].Boxes = nil
	require.NoError(t, FrameworkTerms{d.terms(1)}.CheckAgainst(d.Dossier, models.Entry{}))
	long := d.terms(1)
	long.Months = 49
	requireRefused(t, models.CodeFrameworkTooLong, FrameworkTerms{long}.CheckAgainst(d.Dossier, models.Entry{}))
	other := d.terms(1)
	other.Buyers = []models.ID{"org_x"}
	requireRefused(t, models.CodeNotAMember, FrameworkTerms{other}.CheckAgainst(d.Dossier, models.Entry{}))
}

func TestAFrameworkAgreementIsAnnouncedWhole(t *testing.T) {
	t.Parallel()
	for field, spoil := range map[string]func(*desk, *models.FrameworkTerms){
		"": func(*desk, *models.FrameworkTerms) {},
		"/how": func(d *desk, _ *models.FrameworkTerms) {
			d.Procurement.Languages = []string{"fr"}
		},
		"/longer":           func(_ *desk, f *models.FrameworkTerms) { f.Longer = models.Text{"fr": "Oui."} },
		"/maximum/currency": func(_ *desk, f *models.FrameworkTerms) { f.Maximum.Currency = "SEK" },
		"/buyers":           func(_ *desk, f *models.FrameworkTerms) { f.Buyers = []models.ID{"org_x"} },
		"/operators": func(d *desk, _ *models.FrameworkTerms) {
			d.write(models.EntryLotLimits, "", "", models.LotLimits{MostAwarded: 1, Rule: models.LotsInOrder})
		},
	} {
		d := newDesk(t, models.ConsensusChair)
		terms := d.terms(2)
		spoil(d, &terms)
		d.write(models.EntryFramework, string(d.lot), "", terms)
		faults := frameworkFaults(d.Dossier, models.Procedure{}, d.Tendering.Lots[0])
		if field == "" {
			require.Empty(t, faults)
			continue
		}
		require.Equal(t, "/lots/1/framework_terms"+field, faults[0].Field)
	}
	d := newDesk(t, models.ConsensusChair)
	require.Empty(t, frameworkFaults(d.Dossier, models.Procedure{}, d.Tendering.Lots[0]), "there is none")
}
