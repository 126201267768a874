package acts

import (
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/rules/market"
)

// announce invites the market to a consultation: from its opening until its closing, everyone may respond.
func announce(c *call, in process.Announce) (*process.AnnounceResult, error) {
	dossier, err := c.dossier()
	if err != nil {
		return nil, err
	}
	announced, err := market.Announce(dossier,
		models.Reference{
			Entry: in.Announcement.Entry, Kind: models.EntryAnnouncement, Digest: in.Announcement.Digest,
		},
		models.Reference{
			Entry: in.Questionnaire.Entry, Kind: models.EntryQuestionnaire, Digest: in.Questionnaire.Digest,
		})
	if err != nil {
		return nil, err
	}
	for _, r := range announced.Releases {
		if err := c.release(r); err != nil {
			return nil, err
		}
	}
	x := announced.Consultation
	if err := c.tx.Announce(x); err != nil {
		return nil, err
	}
	return &process.AnnounceResult{Announcement: x.AnnouncementID, OpensAt: x.OpensAt.UTC(), ClosesAt: x.ClosesAt},
		c.record(event.ConsultationAnnounced{
			AnnouncementID: x.AnnouncementID, QuestionnaireID: x.QuestionnaireID,
			OpensAt: utc(x.OpensAt), ClosesAt: utc(x.ClosesAt), Zone: x.ClosesZone,
		})
}

// extendConsultation gives the market more time. Nobody responds meanwhile: a response shares the
// procurement's row, which is locked here.
func extendConsultation(c *call, in process.ExtendConsultation) (*process.ExtendConsultationResult, error) {
	dossier, err := c.dossier()
	if err != nil {
		return nil, err
	}
	to, err := market.Extend(dossier, in.Announcement, in.Closes)
	if err != nil {
		return nil, err
	}
	before, _ := dossier.Market.Consultation(in.Announcement)
	c.tx.ExtendConsultation(in.Announcement, to, in.Closes)
	return &process.ExtendConsultationResult{Announcement: in.Announcement, From: before.ClosesAt.UTC(), To: to},
		c.record(event.ConsultationExtended{
			AnnouncementID: in.Announcement, From: utc(before.ClosesAt), To: utc(to), Zone: in.Closes.Zone,
		})
}

// closeConsultation ends the time for responses and says how many came, with their digests.
func closeConsultation(c *call, due process.Due) error {
	all := models.ConsultationResponse{ProcurementID: c.p.ID, AnnouncementID: due.Subject}
	responses, err := c.tx.Responses(all, "", 0)
	if err != nil {
		return err
	}
	digests := make([]string, len(responses))
	for i, r := range responses {
		digests[i] = r.Digest
	}
	_, digest, err := models.Canonical(digests)
	if err != nil {
		return err
	}
	c.tx.CloseConsultation(due.Subject, c.now)
	return c.record(event.ConsultationClosed{
		AnnouncementID: due.Subject, Responses: len(responses), Digest: digest,
	})
}

// releaseEntry tells the market what an entry says, in the version that was read. A report is compared with
// what operators said in confidence; a bulletin may end the task to write one.
func releaseEntry(c *call, in process.Release) (*process.ReleaseResult, error) {
	dossier, err := c.dossier()
	if err != nil {
		return nil, err
	}
	released, err := market.Release(dossier, in.Entry, in.Digest)
	if err != nil {
		return nil, err
	}
	if released.Kind == models.EntryConsultationReport {
		if err := c.checkDisclosure(dossier, in.Entry); err != nil {
			return nil, err
		}
	}
	if err := c.release(released); err != nil {
		return nil, err
	}
	return &process.ReleaseResult{Entry: released.EntryID, Kind: released.Kind, ReleasedAt: c.now.UTC()}, c.informed()
}

func (c *call) checkDisclosure(d models.Dossier, entry models.ID) error {
	responses, err := c.tx.Responses(models.ConsultationResponse{ProcurementID: c.p.ID}, "", 0)
	if err != nil {
		return err
	}
	report, _ := d.Standing(entry, models.EntryConsultationReport)
	return market.CheckDisclosure(report, responses)
}

func (c *call) release(r models.Release) error {
	r.PersonID = c.cmd.ActorID
	if err := c.tx.Release(r); err != nil {
		return err
	}
	return c.record(event.EntryReleased{EntryID: r.EntryID, Kind: r.Kind, Digest: r.Digest})
}

// informed ends the task to inform the market once it is informed.
func (c *call) informed() error {
	r, err := c.reading(false)
	if err != nil {
		return err
	}
	overdue, planned, err := firstOverdue(r.Dossier, time.Time{})
	if err != nil || (planned && !overdue.After(c.now)) {
		return err
	}
	return c.finish(models.TaskBulletin, string(c.p.ID))
}

// bulletinOverdue asks for a bulletin, and again after each further interval without one.
func bulletinOverdue(c *call, _ process.Due) error {
	_, open, err := c.openTask(models.TaskBulletin, string(c.p.ID))
	if err != nil {
		return err
	}
	if !open {
		return c.raise(models.TaskBulletin, string(c.p.ID), map[string]any{"since": rfc3339(c.now)})
	}
	task, err := c.tx.RemindOfTask(c.p.ID, models.TaskBulletin, string(c.p.ID), c.now)
	if err != nil {
		return err
	}
	return c.record(event.TaskReminded{TaskID: task.ID, Kind: task.Kind})
}

func firstOverdue(d models.Dossier, after time.Time) (time.Time, bool, error) {
	window, planned, err := market.WindowOf(d)
	if err != nil || !planned {
		return time.Time{}, false, err
	}
	due, err := window.Overdue(after)
	return due, true, err
}

// marketDues lists when the open consultation closes, and when the market will have been without a bulletin for longer
// than planned. If people were already asked for a bulletin, the second is one more interval after that.
func (c *call) marketDues(r store.Reading) ([]process.Due, error) {
	d := r.Dossier
	if d.Round(models.PhaseEngagement).Round == 0 {
		return nil, nil
	}
	dues := consultationDue(d)
	if d.Round(models.PhaseEngagement).Status != models.PhaseOpen {
		return dues, nil
	}
	var asked time.Time
	if task, open := taskIn(r, models.TaskBulletin, string(c.p.ID)); open {
		asked = task.LastRaised()
	}
	at, planned, err := firstOverdue(d, asked)
	if err != nil {
		return nil, fmt.Errorf("count interval of bulletins: %w", err)
	}
	if planned {
		dues = append(dues, process.Due{
			Kind: process.DueBulletin, Phase: models.PhaseEngagement,
			Subject: c.p.ID, At: at.UTC(),
		})
	}
	return dues, nil
}

// consultationDue says when the open consultation closes. The main phase that is open waits for it: an announcement
// stands even after a return to the needs.
func consultationDue(d models.Dossier) []process.Due {
	x, open := d.Market.OpenConsultation()
	if !open {
		return nil
	}
	waits := models.PhaseConsultation
	for _, phase := range models.MainPhases() {
		if d.Round(phase).Status == models.PhaseOpen {
			waits = phase
		}
	}
	return []process.Due{{
		Kind: process.DueCloseConsultation, Phase: waits,
		Subject: x.AnnouncementID, At: x.ClosesAt.UTC(),
	}}
}
