package acts

import (
	"context"
	"slices"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/rules/evaluation"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

// A DocumentText is what the author gives for one version of a document.
type DocumentText struct {
	Title    models.Text
	Audience models.Audience
	// Upload is a complete upload of the actor's organisation for the purpose document.
	Upload models.ID
}

// WriteDocument makes a document of an upload.
func (a *Acts) WriteDocument(ctx context.Context, by By, in DocumentText) (Done[models.Document], error) {
	return once(ctx, a, by, func(d *deed) (models.Document, error) {
		if err := d.enterContent(share); err != nil {
			return models.Document{}, err
		}
		if err := d.mayInform(in.Audience); err != nil {
			return models.Document{}, err
		}
		written := models.Document{ID: models.NewID(models.PrefixDocument), ProcurementID: d.procurement()}
		return d.writeDocument(written, in)
	})
}

// A DocumentChange is the next version of a document.
type DocumentChange struct {
	DocumentText

	// Significant says whether tenderers need more time because of the change. It is required for a document to
	// tenderers while a box is open; nil: not stated.
	Significant *bool
	// Effect is what a significant change does; it is required under laws that give time by it.
	Effect models.ChangeEffect
}

// RewriteDocument writes the next version of a document.
func (a *Acts) RewriteDocument(ctx context.Context, by By, id models.ID, in DocumentChange) (models.Document, error) {
	return change(ctx, a, by, func(d *deed) (models.Document, error) {
		if err := d.lockOpenBoxes(in.Audience); err != nil {
			return models.Document{}, err
		}
		if err := d.enterContent(share); err != nil {
			return models.Document{}, err
		}
		present, err := d.tx.LockDocument(d.procurement(), id)
		if err != nil {
			return present, err
		}
		if err := d.On.check(present.Version); err != nil {
			return present, err
		}
		if err := d.mayRewrite(present, in); err != nil {
			return present, err
		}
		if in.Significant == nil || *in.Significant {
			if err := d.mayInform(in.Audience); err != nil {
				return present, err
			}
		}
		written, err := d.writeDocument(present, in.DocumentText)
		if err != nil {
			return written, err
		}
		return written, d.tellOfChange(present, written, in.Significant != nil && *in.Significant)
	})
}

// lockOpenBoxes locks the boxes that are open before a document for tenderers is changed: each tender rests on it as it
// was, or as it is from now on.
func (d *deed) lockOpenBoxes(audience models.Audience) error {
	if audience != models.AudienceTenderers || d.Seat == nil {
		return nil
	}
	lots, err := d.tx.Lots(d.procurement())
	if err != nil {
		return err
	}
	var open []models.ID
	for _, l := range lots {
		if l.Open() {
			open = append(open, l.Box().ID)
		}
	}
	if len(open) == 0 {
		return nil
	}
	return d.tx.LockBoxes(open...)
}

// tellOfChange dispatches the notice that a document of a published tender pack was changed.
func (d *deed) tellOfChange(before, after models.Document, significant bool) error {
	if before.Audience != models.AudienceTenderers {
		return nil
	}
	lots, err := d.tx.Lots(before.ProcurementID)
	if err != nil || !slices.ContainsFunc(lots, models.Lot.Open) {
		return err
	}
	for _, l := range lots {
		if l.Open() && d.tx.HasLocked(l.Box().ID) != nil {
			return models.Refuse(models.CodeUnavailable, "", "lot %d was opened just now; send the request again",
				l.Number)
		}
	}
	p := d.Seat.Procurement
	notice, err := d.dispatchNotice(models.NoticeChange, evaluation.DocumentNotice{
		Procurement: p.ID, Mode: p.Mode, Title: p.Title, Before: before.InPack(""), After: after.InPack(""),
		Significant: significant, AsksTenderers: true, DispatchedAt: d.Seat.Now.UTC(),
	})
	if err != nil {
		return err
	}
	return d.record(event.DocumentChanged{
		DocumentID: after.ID, Version: after.Version, Before: before.Digest, After: after.Digest,
		Significant: significant, NoticeID: notice.ID,
	})
}

// mayInform refuses further information to tenderers when the deadline of an open lot is too near for it (Directive
// 2014/24/EU, Articles 47(3)(a) and 53(2)).
func (d *deed) mayInform(audience models.Audience) error {
	if audience != models.AudienceTenderers {
		return nil
	}
	lots, err := d.tx.Lots(d.procurement())
	if err != nil || !slices.ContainsFunc(lots, models.Lot.Open) {
		return err
	}
	dossier, err := d.dossier()
	if err != nil {
		return err
	}
	return timelimit.CheckAnswers(dossier, "/audience")
}

// mayRewrite refuses to take a document away from tenderers, and to change it after every box is closed: the tenders
// rest on it (Directive 2014/24/EU, Articles 18(1) and 53(1)). While a box is open, a significant change needs a later
// deadline for tenders (Article 47(3)).
func (d *deed) mayRewrite(present models.Document, in DocumentChange) error {
	if present.Rendering != "" {
		return models.Refuse(models.CodeFrozen, "", "the document renders the record as it was published").
			Accepting("a document that was uploaded")
	}
	if present.Audience != models.AudienceTenderers {
		return nil
	}
	lots, err := d.tx.Lots(present.ProcurementID)
	if err != nil {
		return err
	}
	lots = slices.DeleteFunc(lots, func(l models.Lot) bool { return !l.Running() })
	switch {
	case len(lots) == 0:
		return nil
	case in.Audience != models.AudienceTenderers:
		return models.Refuse(models.CodeFrozen, "/audience",
			"lots are published, so this document stays open to tenderers").
			Accepting("tenderers")
	case !slices.ContainsFunc(lots, models.Lot.Open):
		return models.Refuse(models.CodeFrozen, "",
			"every box is closed, and the tenders rest on this document").
			Accepting("a change while a box is open, or another document")
	case in.Significant == nil:
		return models.Refuse(models.CodeInvalidValue, "/significant",
			"a box is open: say whether the change is significant").
			Accepting("true after the deadlines were moved, or false")
	case !*in.Significant:
		return nil
	}
	return d.extended(present, lots, in.Effect)
}

// extended refuses a significant change unless the deadline of every open lot was moved after the version that
// tenderers have, and as far as the law asks for.
func (d *deed) extended(present models.Document, lots []models.Lot, effect models.ChangeEffect) error {
	dossier, err := d.dossier()
	if err != nil {
		return err
	}
	for _, lot := range lots {
		if !lot.Open() {
			continue
		}
		since := later(present.WrittenAt, lot.Box().OpenedAt)
		if !evaluation.MovedSince(dossier.Tendering, lot.ID, since) {
			return models.Refuse(models.CodeDeadlineNotMoved, "/significant",
				"the deadline of lot %d was not moved since version %d was written", lot.Number, present.Version).
				Accepting("a significant change after the action move_deadline on every open lot")
		}
		if err := evaluation.CheckChange(dossier, lot, effect, since); err != nil {
			return err
		}
	}
	return nil
}

// writeDocument writes the version after the present one.
func (d *deed) writeDocument(doc models.Document, in DocumentText) (models.Document, error) {
	if refusal := models.CheckText("/title", in.Title, longestTitle); refusal != nil {
		return doc, refusal
	}
	u, err := d.documentUpload(in.Upload)
	if err != nil {
		return doc, err
	}
	doc.Version, doc.AuthorID, doc.WrittenAt = doc.Version+1, d.Actor.PersonID, d.Seat.Now
	doc.Title, doc.Audience, doc.UploadID = in.Title, in.Audience, u.ID
	doc.Digest, doc.Size, doc.Filename, doc.MediaType = u.Digest, u.Size, u.Filename, u.MediaType
	if err := d.tx.WriteDocument(doc); err != nil {
		return doc, err
	}
	title, err := event.NewPart(doc.Title)
	if err != nil {
		return doc, err
	}
	return doc, d.record(event.DocumentWritten{
		DocumentID: doc.ID, Version: doc.Version, Digest: doc.Digest, Audience: doc.Audience, Title: title,
	})
}

// documentUpload returns an upload that can become a document: complete, for that purpose, and of the actor's
// organisation.
func (d *deed) documentUpload(id models.ID) (models.Upload, error) {
	const field = "/upload"
	if _, err := models.ParseID(models.PrefixUpload, field, string(id)); err != nil {
		return models.Upload{}, err
	}
	u, err := d.tx.Upload(d.procurement(), id)
	refusal, refused := models.RefusalOf(err)
	switch {
	case refused && refusal.Code == models.CodeNotFound, err == nil && !u.BelongsTo(d.Actor):
		return u, models.Refuse(models.CodeIncompatibleDocument, field,
			"your organisation has no such upload for this procurement").
			Accepting("an upload of your organisation with the purpose document")
	case err != nil:
		return u, err
	case u.Purpose != models.PurposeDocument:
		return u, models.Refuse(models.CodeIncompatibleDocument, field, "the upload has the purpose %s", u.Purpose).
			Accepting("an upload with the purpose document")
	case !u.Complete():
		return u, models.Refuse(models.CodeUploadIncomplete, field, "the upload is not complete").
			Accepting("an upload with all of its chunks")
	}
	return u, nil
}

// later is the later of two instants. A deadline that was moved at an earlier stage gives no time at this one.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
