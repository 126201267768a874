package acts

import (
	"context"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A DocumentText is what the author gives for one version of a document.
type DocumentText struct {
	Title    models.Text
	Audience models.Audience
	// Upload is a complete upload of the actor's organisation for the purpose document.
	Upload models.ID
}

// A DocumentChange is a version of a document, the first or the next. What follows tells of a change of the tender
// pack, and is required for a document to tenderers while a box is open.
type DocumentChange struct {
	DocumentText

	// Significant says whether tenderers need more time because of the change; nil: not stated.
	Significant *bool
	// Reason is why the change is made. It is published.
	Reason string
	// Effect is what a significant change does; it is required under laws that give time by it.
	Effect models.ChangeEffect
}

// significant tells whether tenderers need more time.
func (c DocumentChange) significant() bool { return c.Significant != nil && *c.Significant }

// WriteDocument makes a document of an upload.
func (a *Acts) WriteDocument(ctx context.Context, by By, in DocumentChange) (Done[models.Document], error) {
	return once(ctx, a, by, func(d *deed) (models.Document, error) {
		return d.writeVersion(in, func() (models.Document, error) {
			return models.Document{ID: models.NewID(models.PrefixDocument), ProcurementID: d.procurement()}, nil
		})
	})
}

// RewriteDocument writes the next version of a document.
func (a *Acts) RewriteDocument(ctx context.Context, by By, id models.ID, in DocumentChange) (models.Document, error) {
	return change(ctx, a, by, func(d *deed) (models.Document, error) {
		return d.writeVersion(in, func() (models.Document, error) {
			present, err := d.tx.LockDocument(d.procurement(), id)
			if err != nil {
				return present, err
			}
			return present, d.On.check(present.Version)
		})
	})
}

// writeVersion writes the version of a document after the present one, of which there may be none yet. One that changes
// what tenders rest on is judged as a change, and the public is told of it.
func (d *deed) writeVersion(
	in DocumentChange, present func() (models.Document, error),
) (models.Document, error) {
	if err := d.lockOpenBoxes(in.Audience); err != nil {
		return models.Document{}, err
	}
	if err := d.enterContent(share); err != nil {
		return models.Document{}, err
	}
	before, err := present()
	if err != nil {
		return before, err
	}
	change, err := d.packChange(before, in)
	if err != nil {
		return before, err
	}
	if err := change.may(); err != nil {
		return before, err
	}
	after, err := d.writeDocument(before, in.DocumentText)
	if err != nil {
		return after, err
	}
	return after, change.tell(after)
}

// lockOpenBoxes locks the boxes that are open before a document for tenderers is written: each tender rests on the
// documents as they were, or as they are from now on.
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
