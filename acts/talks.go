package acts

import (
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// tellParticipants writes the same letter to everyone who takes part in the talks on a lot, at once: whoever writes
// down what all are told tells them (Directive 2014/24/EU, Articles 29(5), 30(3) and 31(4)).
func (d *deed) tellParticipants(before models.Dossier, e models.Entry) error {
	told, ok := models.BodyOf[models.SharedInformation](e)
	if !ok {
		return nil
	}
	lot, _ := before.Tendering.Lot(told.Lot)
	letters := evaluation.ComposeInformation(before, lot, told.Text)
	kept, digests, err := lettersOf(models.LetterInformation, letters, sending{
		at: d.Seat.Now, by: d.Actor.PersonID, electronic: true,
	})
	if err != nil {
		return err
	}
	if err := d.tx.SendLetters(kept...); err != nil {
		return err
	}
	return d.record(event.CandidatesTold{LotID: lot.ID, BoxID: lot.Box().ID, Letters: digests, EntryID: e.ID})
}
