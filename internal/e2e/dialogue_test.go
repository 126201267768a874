package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
)

// Directive 2014/24/EU, Article 30: candidates, two rounds of dialogue of which the first takes one participant out,
// and one deadline for the final tenders.
func TestACompetitiveDialogueGoesInRoundsToFinalTenders(t *testing.T) {
	t.Parallel()
	p := toTalks(t, "comp-dial", "specifications", map[string]any{
		"reduction": true, "remain": 2, "payments": models.Text{"en": "20,000 EUR for each final tender."},
	})
	first, second, third := p.suppliers[0], p.suppliers[1], p.suppliers[2]
	p.goOn(t, "", 0, 20)
	require.Contains(t, p.waitingOn(t), "to hand in solutions for lot 1")
	p.refusedPost(t, models.CodeInvalidValue, p.Lead, "/talks", p.talkOn(t, first, false))
	for _, s := range []*supplier{first, second, third} {
		p.solve(t, s, "Our first idea, by "+s.amount)
	}
	p.opened(t)
	p.requireEveryoneHeard(t, first, second, third)
	p.requireReducedAsAnnounced(t, first, third)
	p.gone = []*supplier{third}

	for _, s := range []*supplier{first, second} {
		p.solve(t, s, "Our second idea, by "+s.amount)
	}
	refuseThird := p.sealed(t, third, "quality", []byte("We go on."))
	_, err := third.Post(t.Context(), p.Path("/lots/"+string(p.lot)+"/tenders"),
		map[string]any{"envelopes": []map[string]any{refuseThird}}, nil)
	requireRefused(t, models.CodeNotInvited, err)
	p.opened(t)
	p.admit(t)
	p.talk(t, first, false)
	p.talk(t, second, false)
	p.refused(t, models.CodeNotAnnouncedSo, p.Buyers[0].Board, models.VerbAward, map[string]any{
		"lot": p.lot, "tender": first.tender, "ranking": rig.Digest(nil),
	})
	p.goOn(t, "final", 0, 15)
	require.True(t, p.letter(t, first, models.LetterSelection).TalksOver, "Article 30(6): all are told that it is over")

	p.handIn(t, first)
	p.handIn(t, second)
	p.opened(t)
	p.refusedPost(t, models.CodeNoTalks, p.Lead, "/talks", p.talkOn(t, first, false))
	p.admit(t)
	p.score(t)
	p.openPrices(t)
	p.decided(t)
	p.requireRoundsInRecord(t)
	p.completes(t, "tender-dialogue")
}

// requireEveryoneHeard goes on only after every participant was heard and what one of them learned was told to all.
func (p *tenderPlay) requireEveryoneHeard(t *testing.T, first, second, third *supplier) {
	t.Helper()
	list := p.Path("/lots/" + string(p.lot) + "/shortlist?stage=dialogue")
	_, err := p.Lead.Get(t.Context(), list, nil)
	requireRefused(t, models.CodeAdmissionMissing, err)
	p.admit(t)
	p.talk(t, first, false)
	held := p.talk(t, second, true)
	_, err = p.Lead.Get(t.Context(), list, nil)
	requireRefused(t, models.CodeTalksMissing, err)
	p.talk(t, third, false)
	_, err = p.Lead.Get(t.Context(), list, nil)
	requireRefused(t, models.CodeNewsUntold, err)
	news := map[string]any{
		"lot": p.lot, "text": models.Text{"en": "Warm water may be used for cooling."},
		"talks": []models.ID{held.ID}, "confidential": true,
	}
	p.refusedPost(t, models.CodeConsentMissing, p.Lead, "/shared-information", news)
	delete(news, "confidential")
	p.post(t, p.Lead, "/shared-information", news)
	for _, s := range p.suppliers {
		require.Equal(t, "Warm water may be used for cooling.",
			p.letter(t, s, models.LetterInformation).Information["en"])
	}
	_, err = p.Lead.Get(t.Context(), list, nil)
	require.NoError(t, err)
}

// requireReducedAsAnnounced takes the last of three out, by the award criteria.
func (p *tenderPlay) requireReducedAsAnnounced(t *testing.T, first, third *supplier) {
	t.Helper()
	list := p.Path("/lots/" + string(p.lot) + "/shortlist?stage=dialogue")
	_, err := p.Lead.Get(t.Context(), list+"&keep=1", nil)
	requireRefused(t, models.CodeNotAnnouncedSo, err)
	_, err = p.Lead.Get(t.Context(), list+"&keep=2", nil)
	requireRefused(t, models.CodeQualityOpen, err)
	p.score(t)
	p.goOn(t, "dialogue", 2, 10)
	require.NotNil(t, p.letter(t, first, models.LetterSelection).Invitation)
	out := p.letter(t, third, models.LetterSelection)
	require.Nil(t, out.Invitation)
	require.Len(t, out.NotInvited, 1)
	require.Contains(t, out.NotInvited[0], "the last candidate who is invited has")
}

// requireRoundsInRecord finds in the record for the report who took part in each round, and who did not go on.
func (p *tenderPlay) requireRoundsInRecord(t *testing.T) {
	t.Helper()
	var record struct {
		Ground string `json:"ground"`
		Lots   []struct {
			Rounds []struct {
				Round        int `json:"round"`
				Participants []struct {
					Talks   int      `json:"talks"`
					WentOn  bool     `json:"went_on"`
					Reasons []string `json:"reasons"`
				} `json:"participants"`
			} `json:"rounds"`
			Tenders []any `json:"tenders"`
		} `json:"lots"`
	}
	p.get(t, p.Lead, "/report-record", &record)
	require.Equal(t, "specifications", record.Ground)
	rounds := record.Lots[0].Rounds
	require.Len(t, rounds, 2)
	require.Len(t, rounds[0].Participants, 3)
	require.Equal(t, 1, rounds[0].Participants[0].Talks)
	out := 0
	for _, participant := range rounds[0].Participants {
		if !participant.WentOn {
			out++
			require.NotEmpty(t, participant.Reasons)
		}
	}
	require.Equal(t, 1, out)
	require.Len(t, record.Lots[0].Tenders, 2)
}
