package replay

import (
	"fmt"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// judgeSetAside asks whether it was the last decision on the lot that was set aside, because of a tenderer only of one
// that had won, and quality unlocked only where a review has found the flaw in it.
func (f fold) judgeSetAside(p event.AwardSetAside) string {
	key := f.present(p.LotID)
	row := f.rows[LotAwards][key]
	won := models.LotAward{
		WinnerID: models.ID(row["winner_id"].Value), Partners: row["partners"].Value,
	}
	switch {
	case key != awardKey(p.LotID, p.Decision) || row["awarded_at"].Value == "":
		return fmt.Sprintf("decision %d on lot %s was set aside, and it was not the last", p.Decision, p.LotID)
	case p.Ground.FellAway() && !won.Won(p.TenderID):
		return fmt.Sprintf("an award was set aside because of tender %s, which had not won", p.TenderID)
	case p.Unlocked != "" && !p.Flaw.Unlocks():
		return "quality was unlocked, and no flaw was found in it"
	case p.Ground == models.SetAsideReview && f.rows[Entries][string(p.ReviewID)] == nil:
		return fmt.Sprintf("an award was set aside because of the review %s, which is not on record", p.ReviewID)
	}
	return ""
}
