package evaluation

import (
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
)

// A QualityStanding says, once quality is locked and before prices are opened, who goes on to prices, and who is out
// and why.
type QualityStanding struct {
	Lot     models.ID        `json:"lot"`
	Tenders []StandingTender `json:"tenders" doc:"Those who go on first, the best by quality first"`
}

// A StandingTender is one tender, by the name of its tenderer.
type StandingTender struct {
	Tender   models.ID    `json:"tender"`
	Tenderer string       `json:"tenderer"`
	Quality  string       `json:"quality,omitempty" doc:"Quality points; absent: it was excluded before it was scored"`
	Lines    []award.Line `json:"lines,omitempty" doc:"The points of each criterion, explained"`
	Out      string       `json:"out,omitempty" doc:"Why it is out; absent: it goes on"`
}

// QualityOf says who goes on to prices. It refuses while a tender was not checked or has no scores.
func QualityOf(d models.Dossier, lot models.ID) (QualityStanding, error) {
	q := QualityStanding{Lot: lot, Tenders: []StandingTender{}}
	s, err := scoresOf(d, lot, false)
	if err != nil {
		return q, err
	}
	ranking, err := award.Quality(s.scheme, s.tenders)
	if err != nil {
		return q, err
	}
	for _, p := range ranking.Places {
		t, _ := d.Tendering.Tender(p.Tender)
		standing := StandingTender{Tender: p.Tender, Tenderer: tenderer(d, t), Lines: p.Lines, Out: p.Excluded}
		if len(p.Lines) > 0 {
			standing.Quality = p.Quality.String()
		}
		q.Tenders = append(q.Tenders, standing)
	}
	return q, nil
}

// LockedQuality is the standing that is shown: once quality is locked.
func LockedQuality(d models.Dossier, lot models.ID) (QualityStanding, error) {
	if d.Tendering.QualityLockedAt(lot) == nil {
		return QualityStanding{}, models.Refuse(models.CodeQualityOpen, "/lot", "quality is not locked").
			Accepting("this after the chair has locked quality")
	}
	return QualityOf(d, lot)
}
