package acts

import (
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/rules/evaluation"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

// mayAward refuses to award a lot to any but the winner of its ranking.
func (c *call) mayAward(in process.Award) error {
	dossier, err := c.dossier()
	if err != nil {
		return err
	}
	lot, err := c.lot(in.Lot)
	if err != nil {
		return err
	}
	if err := evaluation.Final(dossier, lot); err != nil {
		return err
	}
	return evaluation.MayAward(dossier, in.Lot, in.Tender, in.Ranking, in.Partners...)
}

// award takes the decision on a lot.
func (c *call) award(in process.Award) error {
	c.tx.Award(models.LotAward{
		LotID: in.Lot, AwardedAt: &c.now, WinnerID: in.Tender, Ranking: in.Ranking,
		Partners: models.JoinIDs(in.Partners),
	})
	return c.record(event.LotAwarded{
		LotID: in.Lot, TenderID: in.Tender, Ranking: in.Ranking, Partners: in.Partners,
	})
}

// sendLetters informs all tenderers of the award of a lot, and starts the standstill. It composes one letter for each
// tenderer, so that nobody is left out and all letters name the same day.
func sendLetters(c *call, in process.SendLetters) (*process.LettersResult, error) {
	dossier, err := c.dossier()
	if err != nil {
		return nil, err
	}
	lot, err := c.lot(in.Lot)
	if err != nil {
		return nil, err
	}
	if err := maySend(dossier, lot); err != nil {
		return nil, err
	}
	standstill, err := timelimit.CountStandstill(dossier, c.now, in.Means == process.MeansElectronic)
	if err != nil {
		return nil, err
	}
	letters, err := evaluation.ComposeLetters(dossier, lot, c.now, standstill)
	if err != nil {
		return nil, err
	}
	return c.send(lot, in, letters, standstill)
}

// maySend refuses letters on a lot before its award is decided and signed, and a second time.
func maySend(d models.Dossier, lot models.Lot) error {
	award := d.Tendering.Awards[lot.ID]
	switch {
	case !award.Awarded():
		return models.Refuse(models.CodeNotAwarded, "/lot", "the award of lot %d is not decided", lot.Number).
			Accepting("letters after the board has awarded the lot")
	case lot.EndedAt != nil:
		return lot.RefuseEnded("/lot")
	case award.LettersAt != nil:
		return models.Refuse(models.CodeLettersSent, "/lot",
			"the letters on lot %d were sent at %s", lot.Number, rfc3339(*award.LettersAt))
	}
	return d.AwardSigned(lot)
}

func (c *call) send(
	lot models.Lot, in process.SendLetters, letters []evaluation.Letter, s timelimit.Standstill,
) (*process.LettersResult, error) {
	digests, err := c.keepLetters(models.LetterAward, letters, in.Means == process.MeansElectronic)
	if err != nil {
		return nil, err
	}
	text, earliest := s.Told("")
	c.tx.StartStandstill(lot.ID, c.now, s.Until, text)
	return &process.LettersResult{
			Letters: len(letters), StandstillUntil: s.Until.UTC(), EarliestContract: earliest, Because: text,
			Awaits: s.Awaits,
		},
		c.record(event.LettersSent{LotID: lot.ID, Letters: digests, StandstillUntil: utcOrNil(&s.Until)})
}

// endStandstill records that the standstill of a lot is over. Whether a contract may be concluded is judged when one is
// recorded.
func endStandstill(c *call, due process.Due) error {
	c.tx.EndStandstill(due.Subject, c.now)
	return c.record(event.StandstillOver{LotID: due.Subject})
}

// notContracted refuses to end a lot under which a contract was signed. Without a lot it refuses to cancel a
// procurement under which any contract was signed.
func (c *call) notContracted(lot models.ID) error {
	d, err := c.dossier()
	if err != nil {
		return err
	}
	for _, e := range d.Of(models.EntryContract) {
		if contract, ok := models.BodyOf[models.Contract](e); ok && (contract.Lot == lot || lot == "") {
			return models.Refuse(models.CodeContractSigned, "/lot", "a contract was signed on %s", contract.SignedOn).
				Accepting("ending lots without a contract, and completing the procurement")
		}
	}
	return nil
}
