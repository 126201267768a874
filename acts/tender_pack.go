package acts

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/notices/pack"
	"github.com/ppi-engine/ppi/rules/publication"
)

// publishPack renders what everybody may read of the lots that are published, in every language of the procurement, and
// keeps it as documents. It returns them with the uploaded documents for tenderers: all of it stands in the notice.
func (c *call) publishPack(d models.Dossier, lots []models.Lot) ([]models.Document, error) {
	given, err := c.tx.Documents(c.p.ID, models.AudienceTenderers)
	if err != nil {
		return nil, err
	}
	uploaded := publication.Uploaded(given)
	files, err := pack.Files(publication.Pack(d, lots, uploaded, c.address))
	if err != nil {
		return nil, err
	}
	rendered, err := c.keepFiles(d, files)
	return append(rendered, uploaded...), err
}

// keepFiles keeps what was rendered as the next versions of documents for tenderers, which belong to the lead buyer.
func (c *call) keepFiles(d models.Dossier, files []pack.File) ([]models.Document, error) {
	before, err := c.tx.Renderings(c.p.ID)
	if err != nil {
		return nil, err
	}
	kept := make([]store.Rendering, len(files))
	for i, f := range files {
		kept[i] = store.Rendering{Document: c.versionAfter(before, f), Content: f.Content}
	}
	if err := c.tx.KeepRenderings(d.ActiveMembers()[0].OrganisationID, kept); err != nil {
		return nil, err
	}
	documents := make([]models.Document, len(kept))
	for i, r := range kept {
		documents[i] = r.Document
		title, err := event.NewPart(r.Title)
		if err != nil {
			return nil, err
		}
		if err := c.record(event.DocumentWritten{
			DocumentID: r.ID, Version: r.Version, Digest: r.Digest, Audience: r.Audience, Title: title,
			Rendering: r.Rendering,
		}); err != nil {
			return nil, err
		}
	}
	return documents, nil
}

// versionAfter is the version of a rendered document after those that were kept before.
func (c *call) versionAfter(before []models.Document, f pack.File) models.Document {
	sum := sha256.Sum256(f.Content)
	d := models.Document{ID: models.NewID(models.PrefixDocument), ProcurementID: c.p.ID, Rendering: f.Name}
	for _, earlier := range before {
		if earlier.Rendering == f.Name {
			d = earlier
		}
	}
	d.Version, d.Title, d.Audience, d.AuthorID = d.Version+1, f.Title, models.AudienceTenderers, c.cmd.ActorID
	d.WrittenAt, d.Filename, d.MediaType = c.now, f.Name, f.MediaType
	d.Digest, d.Size = hex.EncodeToString(sum[:]), int64(len(f.Content))
	return d
}
