package acts

import (
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/contract"
)

// tellOfModification dispatches the notice of a modification that was just recorded, if its ground asks for one, so
// that nobody can forget it.
func (d *deed) tellOfModification(before models.Dossier, e models.Entry) error {
	m, ok := models.BodyOf[models.Modification](e)
	if !ok {
		return nil
	}
	notice, due, err := contract.ComposeModificationNotice(before, m)
	if err != nil || !due {
		return err
	}
	_, err = d.dispatchNotice(models.NoticeModification, notice)
	return err
}
