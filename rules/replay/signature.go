package replay

import (
	"encoding/json"
	"fmt"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// signingKinds are the kinds of entries, besides those by which tenders are ranked, that say whether an award is
// signed: who has declared an interest signs nothing.
func signingKinds() []models.EntryKind {
	return []models.EntryKind{models.EntryAwardSignature, models.EntryInterestDeclaration}
}

// judgeAwardSignature asks of a signature under an award what is asked when it is given: that an awarder signs the
// decision as it stands. What cannot be read signs nothing: letters that rest on it are named.
func (f fold) judgeAwardSignature(p event.EntryWritten) string {
	var s models.AwardSignature
	body := f.said(p.EntryID, p.Version, Cell{p.Digest, f.ID})
	switch {
	case p.Kind != models.EntryAwardSignature || body == nil || json.Unmarshal(body, &s) != nil:
		return ""
	case !f.holds(f.ActorID, p.OrganisationID, models.RoleAwarder):
		return fmt.Sprintf("%s signed an award, and was no awarder for %s", f.ActorID, p.OrganisationID)
	}
	signature := models.Entry{ID: p.EntryID, AuthorID: f.ActorID}
	if err := s.CheckAgainst(f.evidence().Dossier, signature); err != nil {
		return "what was signed is no award as it stood: " + err.Error()
	}
	return ""
}

// judgeLetters asks for the signature of an awarder under the award of which tenderers are told, by the rule by which
// letters are sent.
func (f fold) judgeLetters(p event.LettersSent) string {
	if f.Unsigned || p.Code != "" { // where nothing is awarded, nobody signs
		return ""
	}
	d := f.evidence().Dossier
	lot, _ := d.Tendering.Lot(p.LotID)
	if err := d.AwardSigned(lot); err != nil {
		return "tenderers were told of an award: " + err.Error()
	}
	return ""
}
