package acts

import (
	"fmt"
	"slices"
	"strings"

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
	lots := dossier.Tendering.Lots
	if err := mayPublish(dossier, lots); err != nil {
		return nil, err
	}
	way, err := procedure.Of(dossier)
	if err != nil {
		return nil, err
	}
	ready := unpublished(lots)
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

func unpublished(lots []models.Lot) []models.Lot {
	return slices.DeleteFunc(slices.Clone(lots), func(l models.Lot) bool { return l.Published() || l.EndedAt != nil })
}

// mayPublish refuses a publication out of its phase, and a second one while published lots have not ended. It refuses
// unmet preconditions and incomplete lots together, with all that is missing.
func mayPublish(d models.Dossier, lots []models.Lot) error {
	if round := d.Round(models.PhaseTender); round.Status != models.PhaseOpen {
		return models.Refuse(models.CodePhaseNotOpen, "", "the phase tender is %s", round.Status).
			Accepting("publishing while the phase tender is open")
	}
	if slices.ContainsFunc(lots, models.Lot.Running) {
		return models.Refuse(models.CodeAlreadyPublished, "", "lots are already published").
			Accepting("moving a deadline, or ending each lot with a reason before publishing others")
	}
	ready := unpublished(lots)
	if len(ready) == 0 {
		return models.Refuse(models.CodeLotsMissing, "", "there is no lot to publish").
			Accepting("at least one lot with a deadline")
	}
	if refusal := gate.LotsAsDecided(d); refusal != nil {
		return refusal
	}
	return models.Refusals(slices.Concat(
		publicationPreconditions(d), publication.Missing(d, ready), evaluation.Unready(d, ready)))
}

// publicationPreconditions lists what must be settled outside of the lots before anything is published.
func publicationPreconditions(d models.Dossier) []*models.Refusal {
	faults := notClosed(d, models.PhaseCapacity, models.CodeCapacityOpen)
	faults = append(faults, notClosed(d, models.PhaseSpecification, models.CodeSpecificationOpen)...)
	if open := notEngaged(d); len(open) > 0 {
		faults = append(faults, models.Refuse(models.CodeEngagementStale, "",
			"the market is not informed as planned: %s", strings.Join(open, "; ")).
			Accepting("publication once the market is informed as planned"))
	}
	return faults
}

func notClosed(d models.Dossier, phase models.Phase, code models.Code) []*models.Refusal {
	status := d.Round(phase).Status
	if status == models.PhaseClosed {
		return nil
	}
	return []*models.Refusal{models.Refuse(code, "", "the phase %s is %s", phase, status).
		Accepting("publication once that phase is closed")}
}

// notEngaged lists what is still missing to inform the market; nothing after that phase was closed by vote.
func notEngaged(d models.Dossier) []string {
	switch d.Round(models.PhaseEngagement).Status {
	case models.PhaseClosed:
		return nil
	case models.PhaseOpen:
	default:
		return []string{"it has not begun"}
	}
	var open []string
	for _, criterion := range gate.EngagementCurrent(d) {
		if criterion.Finding == models.FindingMet {
			continue
		}
		open = append(open, criterion.Code+" ("+criterion.Detail+")")
	}
	return open
}
