package acts

import (
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/notices/letter"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// tellOfEnd writes to everyone whose tender stands in one of the lots, which have just ended, on which grounds nothing
// is awarded (Directive 2014/24/EU, Article 55(1)). The letters leave with the decision, so that nobody can forget
// them.
func (c *call) tellOfEnd(d models.Dossier, reason string, lots ...models.ID) error {
	for _, id := range lots {
		lot, _ := d.Tendering.Lot(id)
		letters := evaluation.ComposeEndLetters(d, lot, reason)
		if len(letters) == 0 {
			continue
		}
		digests, err := c.keepLetters(models.LetterNonAward, letters, true)
		if err != nil {
			return err
		}
		err = c.record(event.LettersSent{LotID: lot.ID, Letters: digests, Code: lot.EndReason})
		if err != nil {
			return err
		}
	}
	return nil
}

// tellOfNoAward dispatches the award notice of a procurement that ends without award, unless the public was already
// informed of all its lots.
func (c *call) tellOfNoAward(d models.Dossier) error {
	if len(evaluation.Uninformed(d)) == 0 {
		return nil
	}
	notice, err := evaluation.ComposeAwardNotice(d)
	if err != nil {
		return err
	}
	_, err = c.dispatch(models.NoticeAward, notice)
	return err
}

// keepLetters stores letters as they are sent, and returns their digests.
func (c *call) keepLetters(kind models.LetterKind, letters []evaluation.Letter, electronic bool) ([]string, error) {
	kept, digests, err := lettersOf(kind, letters, sending{at: c.now, by: c.cmd.ActorID, electronic: electronic})
	if err != nil {
		return nil, err
	}
	return digests, c.tx.SendLetters(kept...)
}

// A sending is when and how letters are sent, and by whom.
type sending struct {
	at         time.Time
	by         models.ID
	electronic bool
}

// lettersOf puts letters into words and renders them as they are kept, with the digest of each.
func lettersOf(kind models.LetterKind, letters []evaluation.Letter, s sending) ([]models.Letter, []string, error) {
	kept, digests := make([]models.Letter, len(letters)), make([]string, len(letters))
	for i, told := range letters {
		text, err := letter.Text(told)
		if err != nil {
			return nil, nil, err
		}
		told.Text = &text
		content, digest, err := models.Canonical(told)
		if err != nil {
			return nil, nil, err
		}
		digests[i], kept[i] = digest, models.Letter{
			TenderID: told.Tender, LotID: told.Lot, Kind: kind, Content: content, Digest: digest,
			Electronic: s.electronic, SentAt: s.at, PersonID: s.by,
		}
	}
	return kept, digests, nil
}
