package gate

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// withPartner adds a university that does not buy.
func withPartner(f *file) models.ID {
	id := models.NewID(models.PrefixOrganisation)
	f.Members = append(f.Members, models.Member{OrganisationID: id, Kind: models.MemberPartner})
	f.Organisations[id] = models.Organisation{ID: id, LegalName: "University", Country: "SE"}
	return id
}

func TestAGateAsksNothingOfAPartner(t *testing.T) {
	t.Parallel()
	for _, phase := range models.Phases() {
		f := newFile(t)
		before := Judge(phase, f.Dossier)
		withPartner(f)
		require.Equal(t, before, Judge(phase, f.Dossier), phase)
	}
}

func TestTheVotesOfBuyersCarryWithoutAPartner(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	partner := withPartner(f)
	b := Ballot{Subject: "gate/needs", Digest: "d"}
	count, err := Count(f.Dossier, b, nil)
	require.NoError(t, err)
	require.Len(t, count.Buyers, 3)
	require.NotContains(t, count.Missing(), partner)
}
