package acts

import (
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// mayEndPartnershipPhase judges the motion to end a phase of an innovation partnership.
func (c *call) mayEndPartnershipPhase(in process.EndPartnershipPhase) error {
	_, _, err := c.phaseToEnd(in)
	return err
}

// endPartnershipPhase ends the phase, and informs all partners at once.
func (c *call) endPartnershipPhase(in process.EndPartnershipPhase) error {
	d, lot, err := c.phaseToEnd(in)
	if err != nil {
		return err
	}
	letters, err := c.keepLetters(models.LetterPartnership,
		evaluation.ComposePhaseLetters(d, lot, endingOf(in), in.Reason), true)
	if err != nil {
		return err
	}
	c.tx.EndPhase(models.EndedPhase{
		LotID: lot.ID, Phase: in.Phase, Outcome: in.Outcome, Partners: models.JoinIDs(in.Partners), EndedAt: c.now,
	})
	partners := in.Partners
	if partners == nil {
		partners = []models.ID{}
	}
	return c.record(event.PartnershipPhaseEnded{
		LotID: lot.ID, Phase: in.Phase, Outcome: in.Outcome, Partners: partners, Letters: letters,
	})
}

func (c *call) phaseToEnd(in process.EndPartnershipPhase) (models.Dossier, models.Lot, error) {
	d, err := c.dossier()
	if err != nil {
		return d, models.Lot{}, err
	}
	lot, ok := d.Tendering.Lot(in.Lot)
	if !ok {
		return d, lot, models.NoSuchResource()
	}
	return d, lot, evaluation.MayEndPhase(d, lot, endingOf(in))
}

func endingOf(in process.EndPartnershipPhase) evaluation.Ending {
	return evaluation.Ending{Phase: in.Phase, Outcome: in.Outcome, Partners: in.Partners}
}
