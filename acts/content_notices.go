package acts

import (
	"context"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// SendAwardNotice dispatches the award notice, composed from the record (Directive 2014/24/EU, Article 50).
func (a *Acts) SendAwardNotice(ctx context.Context, by By) (Done[models.Notice], error) {
	return once(ctx, a, by, func(d *deed) (models.Notice, error) {
		if err := d.enterContent(share); err != nil {
			return models.Notice{}, err
		}
		dossier, err := d.dossier()
		if err != nil {
			return models.Notice{}, err
		}
		content, err := evaluation.ComposeAwardNotice(dossier)
		if err != nil {
			return models.Notice{}, err
		}
		return d.dispatchNotice(models.NoticeAward, content)
	})
}

// dispatchNotice stores a notice as it is sent.
func (d *deed) dispatchNotice(kind models.NoticeKind, content any) (models.Notice, error) {
	n := models.Notice{
		ID: models.NewID(models.PrefixNotice), ProcurementID: d.procurement(), Kind: kind, DispatchedAt: d.Seat.Now,
		PersonID: d.Actor.PersonID,
	}
	var err error
	if n.Content, n.Digest, err = models.Canonical(content); err != nil {
		return n, err
	}
	if err := d.tx.WriteNotice(n); err != nil {
		return n, err
	}
	return n, d.record(event.NoticeDispatched{NoticeID: n.ID, Kind: n.Kind, Digest: n.Digest})
}
