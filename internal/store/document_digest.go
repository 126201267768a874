package store

import (
	"fmt"

	"github.com/ppi-engine/ppi/models"
)

// DocumentWritten refuses a digest that no version of a document of the procurement has, with
// [models.CodeDocumentUnknown].
func (tx *Tx) DocumentWritten(procurement models.ID, digest string) error {
	var found bool
	err := tx.db().Raw(`SELECT EXISTS (SELECT 1 FROM documents d JOIN document_versions v ON v.document_id = d.id
		JOIN uploads u ON u.id = v.upload_id WHERE d.procurement_id = ? AND u.digest = ?)`, procurement, digest).
		Scan(&found).Error
	switch {
	case err != nil:
		return fmt.Errorf("look for document: %w", err)
	case !found:
		return models.Refuse(models.CodeDocumentUnknown, "",
			"the procurement has no document with the digest %s", digest).
			Accepting("the digest of a file that was uploaded and written as a document before")
	}
	return nil
}
