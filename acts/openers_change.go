package acts

import (
	"strings"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// changeOpeners has what is handed in from now on sealed for the present openers, and asks those who have handed
// something in, without knowing whether anybody has, to seal it anew. Every open box is locked, so that each envelope
// is judged by the former openers or by these.
func changeOpeners(c *call, in process.ChangeOpeners) (*process.ChangeOpenersResult, error) {
	if strings.TrimSpace(in.Reason) == "" {
		return nil, models.Refuse(models.CodeInvalidValue, "/reason", "the reason is missing").
			Accepting("the reason, which is published")
	}
	d, err := c.dossier()
	if err != nil {
		return nil, err
	}
	lots, err := evaluation.MayChangeOpeners(d)
	if err != nil {
		return nil, err
	}
	notice, err := c.dispatch(models.NoticeChange, evaluation.ComposeOpenersNotice(d, lots, in.Reason))
	if err != nil {
		return nil, err
	}
	set, _ := d.Latest(models.EntryOpenerSet)
	openers, _ := d.Openers()
	to := models.SealedFor{OpenerSet: set.ID, OpenerSetVersion: set.Version, Fingerprint: openers.Fingerprint}
	result := &process.ChangeOpenersResult{Notice: notice.ID}
	for _, lot := range lots {
		box := lot.Box()
		if err := c.tx.ChangeOpeners(box, to, c.now); err != nil {
			return nil, err
		}
		result.Lots = append(result.Lots, process.ChangedOpeners{
			Lot: lot.ID, Box: box.ID, Former: box.Fingerprint, Fingerprint: to.Fingerprint,
		})
		if err := c.record(event.OpenersChanged{
			LotID: lot.ID, BoxID: box.ID, Former: sealedFor(box), NoticeID: notice.ID,
			SealedFor: event.SealedFor{Entry: to.OpenerSet, Version: to.OpenerSetVersion, Fingerprint: to.Fingerprint},
		}); err != nil {
			return nil, err
		}
	}
	return result, nil
}
