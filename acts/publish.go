package acts

import (
	"fmt"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/rules/calendar"
	"github.com/ppi-engine/ppi/rules/evaluation"
	"github.com/ppi-engine/ppi/rules/gate"
	"github.com/ppi-engine/ppi/rules/procedure"
	"github.com/ppi-engine/ppi/rules/publication"
)

// publish opens the boxes of all lots that are ready: from now until its deadline, each takes tenders. One transaction
// opens all of them, so that no lot is open before the others.
func publish(c *call, _ process.Publish) (*process.PublishResult, error) {
	dossier, err := c.dossier()
	if err != nil {
		return nil, err
	}
	responses, err := c.tx.Responses(models.ConsultationResponse{ProcurementID: c.p.ID}, "", 0)
	if err != nil {
		return nil, err
	}
	if err := models.Refusals(publication.Unready(dossier, responses)); err != nil {
		return nil, err
	}
	way, err := procedure.Of(dossier)
	if err != nil {
		return nil, err
	}
	ready := publication.Awaiting(dossier.Tendering.Lots)
	result := process.PublishResult{Lots: []process.PublishedLot{}}
	var to event.SealedFor // all boxes are opened by the same
	for i := range ready {
		box, err := c.open(&ready[i], way.First(),
			process.LocalTime{Local: ready[i].DeadlineLocal, Zone: ready[i].DeadlineZone})
		if err != nil {
			return nil, err
		}
		to = sealedFor(box)
		result.Lots = append(result.Lots, process.PublishedLot{
			Lot: box.LotID, Number: ready[i].Number, Box: box.ID,
			Deadline: box.Deadline,
		})
	}
	documents, err := c.publishPack(dossier, ready)
	if err != nil {
		return nil, err
	}
	content := evaluation.ComposeContractNotice(dossier, ready)
	content.Name(documents, c.address)
	notice, err := c.dispatch(models.NoticeContract, content)
	if err != nil {
		return nil, err
	}
	if err := c.askForProof(notice); err != nil {
		return nil, err
	}
	result.Notice, result.Digest = notice.ID, notice.Digest
	opened := make([]event.PublishedLot, len(result.Lots))
	for i, lot := range result.Lots {
		opened[i] = event.PublishedLot{
			Lot: lot.Lot, Number: lot.Number, Box: lot.Box, Deadline: utc(lot.Deadline), Stage: way.First().Code,
			HandsIn: way.First().HandsIn, SealedFor: to,
		}
	}
	err = c.record(event.ProcurementPublished{Lots: opened, NoticeID: notice.ID, Digest: notice.Digest})
	if err != nil {
		return nil, err
	}
	return &result, c.endEngagement(dossier)
}

// open opens a box for a stage of a lot, until the deadline: for everyone, or for those who are invited.
func (c *call) open(
	lot *models.Lot, stage models.Stage, until process.LocalTime, invited ...models.ID,
) (models.Box, error) {
	round := lot.NextRound(stage.Code)
	if round > 1 && !stage.Rounds {
		return models.Box{}, fmt.Errorf("open box of lot %d: the stage %s does not repeat", lot.Number, stage.Code)
	}
	box := models.Box{
		ID: models.NewID(models.PrefixBox), ProcurementID: lot.ProcurementID, LotID: lot.ID, Stage: stage.Code,
		Round: round, HandsIn: stage.HandsIn, Talks: stage.Talks, ByInvitation: stage.Invited, Invited: invited,
		OpenedAt:      c.now,
		DeadlineLocal: until.Local, DeadlineZone: until.Zone,
	}
	d, err := c.dossier()
	if err != nil {
		return box, err
	}
	if set, ok := d.Latest(models.EntryOpenerSet); ok {
		openers, _ := models.BodyOf[models.OpenerSet](set)
		box.OpenerSet, box.OpenerSetVersion, box.Fingerprint = set.ID, set.Version, openers.Fingerprint
	}
	if box.Deadline, err = calendar.InstantAhead("/deadline", until.Local, until.Zone, c.now); err != nil {
		return box, err
	}
	lot.Boxes = append(lot.Boxes, box)
	c.tx.OpenBox(box)
	return box, c.limitAnswers(box)
}

func sealedFor(b models.Box) event.SealedFor {
	return event.SealedFor{Entry: b.OpenerSet, Version: b.OpenerSetVersion, Fingerprint: b.Fingerprint}
}

// dispatch stores a notice as it is sent.
func (c *call) dispatch(kind models.NoticeKind, content any) (models.Notice, error) {
	n := models.Notice{
		ID: models.NewID(models.PrefixNotice), ProcurementID: c.p.ID, Kind: kind, DispatchedAt: c.now,
		PersonID: c.cmd.ActorID,
	}
	var err error
	if n.Content, n.Digest, err = models.Canonical(content); err != nil {
		return n, err
	}
	if err := c.tx.WriteNotice(n); err != nil {
		return n, err
	}
	return n, c.record(event.NoticeDispatched{NoticeID: n.ID, Kind: kind, Digest: n.Digest})
}

// endEngagement ends the informing of the market, which lasts until the contract notice.
func (c *call) endEngagement(d models.Dossier) error {
	round := d.Round(models.PhaseEngagement)
	if round.Status != models.PhaseOpen {
		return nil
	}
	return c.closePhase(models.PhaseEngagement, round.Round, gate.Judge(models.PhaseEngagement, d).Digest(), nil)
}
