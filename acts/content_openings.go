package acts

import (
	"context"
	"fmt"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// An EnvelopeFound is what an opener found in an envelope.
type EnvelopeFound struct {
	// N is the number of the envelope within its tender.
	N          int
	Unreadable bool
	// PlaintextDigest and Size are those of what was in it.
	PlaintextDigest string
	Size            int64
	// Upload is what was in it, for the evaluators; empty: not uploaded.
	Upload models.ID
	Price  *models.Money
}

// An OpeningRecorded is the record of one opener, and what all openers have found so far.
type OpeningRecorded struct {
	models.Opening

	Found models.Found
}

// RecordOpening takes down what an opener found in an envelope.
func (a *Acts) RecordOpening(
	ctx context.Context, by By, tender models.ID, in EnvelopeFound,
) (Done[OpeningRecorded], error) {
	return once(ctx, a, by, func(d *deed) (OpeningRecorded, error) {
		if err := d.enterContent(share); err != nil {
			return OpeningRecorded{}, err
		}
		// One record of a person after the other: they are counted in the order of their events.
		if _, err := d.tx.LockPerson(d.Actor.PersonID); err != nil {
			return OpeningRecorded{}, err
		}
		dossier, err := d.dossier()
		if err != nil {
			return OpeningRecorded{}, err
		}
		if _, ok := dossier.Tendering.Tender(tender); !ok {
			return OpeningRecorded{}, models.NoSuchResource()
		}
		o, err := d.opening(dossier, tender, in)
		if err != nil {
			return OpeningRecorded{}, err
		}
		if err := d.tx.RecordOpening(o); err != nil {
			return OpeningRecorded{}, err
		}
		dossier.Tendering.Openings = append(dossier.Tendering.Openings, o)
		_, found := dossier.FoundIn(tender, o.N)
		return OpeningRecorded{o, found}, d.recordOpened(o, found)
	})
}

// opening makes the record and judges it.
func (d *deed) opening(dossier models.Dossier, tender models.ID, in EnvelopeFound) (models.Opening, error) {
	o := models.Opening{
		TenderID: tender, N: in.N, PersonID: d.Actor.PersonID, OrganisationID: d.Actor.OrganisationID,
		Readable: !in.Unreadable, PlaintextDigest: in.PlaintextDigest, Size: in.Size, UploadID: in.Upload,
		Price: in.Price, RecordedAt: dossier.Now,
	}
	for _, opener := range dossier.Tendering.Openers {
		if opener.PersonID == o.PersonID {
			o.OrganisationID = opener.OrganisationID
		}
	}
	if err := evaluation.CheckOpening(dossier, o); err != nil || o.UploadID == "" {
		return o, err
	}
	u, err := d.documentUpload(o.UploadID)
	switch {
	case err != nil:
		return o, err
	case u.Digest != o.PlaintextDigest || u.Size != o.Size:
		return o, models.Refuse(models.CodeDigestMismatch, "/upload", "the upload is not what was in the envelope").
			Accepting("an upload with the SHA-256 %s", o.PlaintextDigest)
	}
	return o, nil
}

func (d *deed) recordOpened(o models.Opening, found models.Found) error {
	what := event.EnvelopeOpened{
		TenderID: o.TenderID, Envelope: o.N, Readable: o.Readable, Digest: o.PlaintextDigest, Found: found,
	}
	var err error
	if what.Content, err = event.NewPart(o.Content()); err != nil {
		return err
	}
	err = d.record(what)
	if err != nil || found != models.FoundDisputed {
		return err
	}
	return d.record(event.OpeningDisputed{TenderID: o.TenderID, Envelope: o.N})
}

// RecordTooEarly records that somebody asked for an envelope before it may be opened, and why it was refused
// (Directive 2014/24/EU, Annex IV (g): attempts are clearly detectable).
func (a *Acts) RecordTooEarly(ctx context.Context, by By, tender models.ID, envelope int, why models.Code) error {
	_, err := change(ctx, a, by, func(d *deed) (models.Code, error) {
		e := d.event(event.OpeningRefused{TenderID: tender, Envelope: envelope, Code: why})
		return why, recordAttempt(d.tx, e, fmt.Sprintf("%s/%d", tender, envelope), "")
	})
	return err
}
