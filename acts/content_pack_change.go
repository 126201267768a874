package acts

import (
	"slices"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/rules/evaluation"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

// A packChange is what a version of a document changes of the tender pack: one that tenderers have is written anew, or
// one that they do not have is added.
type packChange struct {
	*deed
	DocumentChange

	before models.Document
	// running are the lots that were published and have not ended, open those of them whose boxes are open. There are
	// none if tenderers neither have the document nor get it.
	running, open []models.Lot
}

// packChange reads the lots once, under the locks.
func (d *deed) packChange(before models.Document, in DocumentChange) (packChange, error) {
	c := packChange{deed: d, DocumentChange: in, before: before}
	if !c.replaces() && in.Audience != models.AudienceTenderers {
		return c, nil
	}
	lots, err := d.tx.Lots(d.procurement())
	if err != nil {
		return c, err
	}
	c.running = models.Running(lots)
	c.open = slices.DeleteFunc(slices.Clone(c.running), func(l models.Lot) bool { return !l.Open() })
	for _, l := range c.open {
		if d.tx.HasLocked(l.Box().ID) != nil && in.Audience == models.AudienceTenderers {
			return c, models.Refuse(models.CodeUnavailable, "", "lot %d was opened just now; send the request again",
				l.Number)
		}
	}
	return c, nil
}

// replaces tells that tenderers have the document already.
func (c packChange) replaces() bool { return c.before.Audience == models.AudienceTenderers }

// may refuses to take a document away from tenderers, and to change one after every box is closed: the tenders rest on
// it (Directive 2014/24/EU, Articles 18(1) and 53(1)). While a box is open, whoever changes the pack says why and
// whether that is significant; a significant change needs a later deadline for tenders (Article 47(3)).
func (c packChange) may() error {
	switch {
	case c.before.Rendering != "":
		return models.Refuse(models.CodeFrozen, "", "the document renders the record as it was published").
			Accepting("a document that was uploaded")
	case c.replaces() && len(c.running) > 0 && c.Audience != models.AudienceTenderers:
		return models.Refuse(models.CodeFrozen, "/audience",
			"lots are published, so this document stays open to tenderers").
			Accepting("tenderers")
	case c.replaces() && len(c.running) > 0 && len(c.open) == 0:
		return models.Refuse(models.CodeFrozen, "",
			"every box is closed, and the tenders rest on this document").
			Accepting("a change while a box is open, or another document")
	case len(c.open) == 0:
		return nil
	}
	if err := c.said(); err != nil || !c.significant() {
		return err
	}
	return c.extended()
}

// said refuses a change of the pack of which the public could not be told why it is made and what it means.
func (c packChange) said() error {
	does := "adds a document to"
	if c.replaces() {
		does = "changes a document of"
	}
	var faults []*models.Refusal
	if c.Significant == nil {
		faults = append(faults, models.Refuse(models.CodeInvalidValue, "/significant",
			"a box is open, and this %s the tender pack: say whether that is significant", does).
			Accepting("true after the deadlines were moved, or false where tenderers need no more time"))
	}
	if strings.TrimSpace(c.Reason) == "" {
		faults = append(faults, models.Refuse(models.CodeInvalidValue, "/reason",
			"a box is open, and this %s the tender pack: say why, the notice of change tells it", does).
			Accepting("the reason, in words"))
	}
	return models.Refusals(faults)
}

// extended refuses a significant change when the deadline of an open lot is too near for further information (Articles
// 47(3)(a) and 53(2)), and unless that of every one was moved after tenderers got what they have, and as far as the law
// asks for.
func (c packChange) extended() error {
	dossier, err := c.dossier()
	if err != nil {
		return err
	}
	for _, lot := range c.open {
		since := later(c.since(lot), evaluation.TimeServed(dossier))
		if !evaluation.MovedSince(dossier.Tendering, lot.ID, since) {
			return models.Refuse(models.CodeDeadlineNotMoved, "/significant",
				"the deadline of lot %d was not moved since %s, when tenderers got what they have", lot.Number,
				models.Instant(since)).
				Accepting("a significant change after the action move_deadline on every open lot")
		}
		if err := evaluation.CheckChange(dossier, lot, c.Effect, since); err != nil {
			return err
		}
	}
	return timelimit.CheckAnswers(dossier, "/audience")
}

// since is when those who tender for a lot got what is changed: the version that they have, or the pack at the opening
// of the box. A deadline that was moved at an earlier stage gives no time at this one.
func (c packChange) since(lot models.Lot) time.Time {
	if c.replaces() {
		return later(c.before.WrittenAt, lot.Box().OpenedAt)
	}
	return lot.Box().OpenedAt
}

// tell dispatches the notice of the change, while a box is open.
func (c packChange) tell(after models.Document) error {
	if len(c.open) == 0 {
		return nil
	}
	p := c.Seat.Procurement
	content := evaluation.DocumentNotice{
		Procurement: p.ID, Mode: p.Mode, Title: p.Title, After: after.InPack(""), Reason: c.Reason,
		Significant: c.significant(), AsksTenderers: true, DispatchedAt: c.Seat.Now.UTC(),
	}
	told := event.DocumentChanged{
		DocumentID: after.ID, Version: after.Version, After: after.Digest, Significant: c.significant(),
	}
	if c.replaces() {
		content.Before, told.Before = new(c.before.InPack("")), c.before.Digest
	}
	notice, err := c.dispatchNotice(models.NoticeChange, content)
	if err != nil {
		return err
	}
	told.NoticeID = notice.ID
	return c.record(told)
}
