package evaluation

import (
	"encoding/json"
	"slices"

	"github.com/ppi-engine/ppi/models"
)

// A RoundRecord is one round of negotiation or dialogue: who took part, how often each was heard, and who went on.
type RoundRecord struct {
	Stage        models.StageCode    `json:"stage"`
	Round        int                 `json:"round"`
	HandsIn      models.Handed       `json:"hands_in"`
	Participants []ParticipantRecord `json:"participants"`
}

// A ParticipantRecord says what became of a participant in a round.
type ParticipantRecord struct {
	Tender      models.ID `json:"tender"`
	Participant string    `json:"participant"`
	Talks       int       `json:"talks"`
	// Minutes is how long the talks lasted together.
	Minutes int  `json:"minutes"`
	WentOn  bool `json:"went_on"`
	// Excluded and Reasons say why it did not go on (Article 84(1)(b)).
	Excluded string   `json:"excluded,omitempty"`
	Reasons  []string `json:"reasons,omitempty"`
}

// roundRecords lists the rounds of talks on a lot that are over.
func roundRecords(d models.Dossier, lot models.Lot) []RoundRecord {
	var rounds []RoundRecord
	for i, box := range lot.Boxes {
		if box.Talks == "" || i == len(lot.Boxes)-1 {
			continue
		}
		r := RoundRecord{Stage: box.Stage, Round: box.Round, HandsIn: box.HandsIn, Participants: []ParticipantRecord{}}
		for _, t := range d.Tendering.In(box.ID) {
			r.Participants = append(r.Participants, participantRecord(d, t, lot.Boxes[i+1]))
		}
		rounds = append(rounds, r)
	}
	return rounds
}

func participantRecord(d models.Dossier, t models.Tender, next models.Box) ParticipantRecord {
	p := ParticipantRecord{Tender: t.ID, Participant: tenderer(d, t), WentOn: next.OpenTo(t.OrganisationID)}
	for _, e := range d.TalksOn(t.ID) {
		if s, ok := models.BodyOf[models.Talk](e); ok {
			p.Talks++
			p.Minutes += s.Minutes
		}
	}
	i := slices.IndexFunc(d.Tendering.Letters, func(l models.Letter) bool {
		return l.TenderID == t.ID && l.Kind == models.LetterSelection
	})
	var told Letter
	if i >= 0 && json.Unmarshal(d.Tendering.Letters[i].Content, &told) == nil {
		p.Excluded, p.Reasons = told.ExcludedFor, told.NotInvited
	}
	return p
}
