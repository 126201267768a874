package acts

import (
	"github.com/ppi-engine/ppi/models"
)

// askForProof raises the task that asks for the confirmation of a contract notice. A rehearsal is sent to nobody.
func (c *call) askForProof(n models.Notice) error {
	if c.p.Mode != models.ModeLive {
		return nil
	}
	return c.raise(models.TaskPublicationProof, string(n.ID), map[string]any{"notice": n.ID, "digest": n.Digest})
}

// provePublication ends the task that asks for the confirmation of a notice.
func (d *deed) provePublication(_ models.Dossier, e models.Entry) error {
	return d.finish(models.TaskPublicationProof, e.Subject)
}
