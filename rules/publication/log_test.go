package publication

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

func (d *desk) question(published *time.Time, organisation models.ID) models.TenderQuestion {
	q := models.TenderQuestion{
		ID: models.NewID(models.PrefixQuestion), OrganisationID: organisation, PersonID: "per_asker", Number: 7,
		Text: "as it was asked", Asks: both("Water?"), Answer: both("Yes."), PublishedAt: published,
	}
	if published != nil {
		q.Reference = q.LogReference()
	}
	return q
}

func TestTheLogTellsNothingOfWhoAsked(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Tendering.Lots[0].Boxes = []models.Box{{OpenedAt: d.Now, Deadline: d.Now.Add(time.Hour)}}
	first, second := d.Now.Add(-time.Hour), d.Now
	all := []models.TenderQuestion{d.question(nil, "org_x"), d.question(&second, "org_x"), d.question(&first, "org_y")}
	log := Log(d.Dossier, all)
	require.Len(t, log.Questions, 2, "what is not answered is not in it")
	require.Equal(t, all[2].Reference, log.Questions[0].Reference, "the first answer first")
	require.Equal(t, []int{1}, log.Questions[0].Lots)
	written, err := json.Marshal(log)
	require.NoError(t, err)
	for _, secret := range []string{"org_x", "org_y", "per_asker", "as it was asked", string(all[1].ID)} {
		require.NotContains(t, string(written), secret)
	}
}

// Answers of one moment stand in the order of references that say nothing of who asked first.
func TestReferencesDoNotFollowEachOther(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 200 {
		reference := models.TenderQuestion{ID: models.NewID(models.PrefixQuestion)}.LogReference()
		require.Regexp(t, `^Q-[A-Z2-7]{10}$`, reference)
		require.False(t, seen[reference])
		seen[reference] = true
	}
}

func TestWhatWasSaidInConfidenceIsNotPublished(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const secret = "Our pumps have a new bearing made of glass"
	responses := []models.ConsultationResponse{{
		ID: "rsp_1", Content: models.ResponseContent{Answers: []models.ResponseAnswer{{
			Question: "q", Answer: secret + ".", Confidentiality: models.Confidentiality{Confidential: true},
		}}},
	}}
	require.Empty(t, Discloses(Told(d.Dossier), responses))
	d.write(models.EntryRequirement, models.Requirement{
		Code: "R-009", Statement: both("As a supplier told us: our pumps have a NEW bearing, made of glass."),
		Use: models.UseAward,
	})
	faults := Discloses(Told(d.Dossier), responses)
	require.NotEmpty(t, faults)
	require.Equal(t, models.CodeConfidential, faults[0].Code)
	require.Equal(t, "/requirements/R-009/statement/en", faults[0].Field)

	criterion := models.AwardCriterion{ID: "bearing", Title: both("A new bearing"), Link: both(secret + ".")}
	d = newDesk(t)
	d.write(models.EntryAwardCriteria, models.AwardCriteria{Lot: "lot_1", Criteria: []models.AwardCriterion{criterion}})
	faults = Discloses(Told(d.Dossier), responses)
	require.NotEmpty(t, faults, "criteria are in the pack, too")
}
