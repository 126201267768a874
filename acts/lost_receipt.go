package acts

import (
	"context"
	"errors"
	"strings"

	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// longestReceipt bounds the text of a receipt, in bytes: one of many envelopes has a few thousand.
const longestReceipt = 64 << 10

// An EnteredReceipt says what the record makes of a receipt that a supplier holds.
type EnteredReceipt struct {
	seal.Receipt

	// Digest is the SHA-256 of the signed text.
	Digest string
	// Known tells that the record has what the receipt confirms. Otherwise it is kept as evidence; Repeated tells that
	// it had been entered before.
	Known, Repeated bool
	// Contradicts tells that the record says otherwise: a tender that was received is missing, or one that was
	// withdrawn stands. It is false where a tender that the record does not know was withdrawn: then nothing is
	// missing.
	Contradicts bool
	// Closed tells that the box is closed. Then the buyers have a task of what contradicts; as long as it is open they
	// must not know.
	Closed bool
}

// EnterReceipt enters a receipt that a supplier holds, after the record was restored from a backup: the tender may have
// been handed in later. It is signed by a key of the installation, which the record knows or the operator names. What
// the record does not know is kept as evidence, with an event that tells nobody of it.
func (a *Acts) EnterReceipt(ctx context.Context, signed string, further ...string) (EnteredReceipt, error) {
	var entered EnteredReceipt
	err := a.guarded(ctx, func(tx *store.Tx) (err error) {
		if entered.Receipt, err = ownReceipt(tx, signed, further); err != nil {
			return err
		}
		entered.Digest = models.Digest([]byte(signed))
		if entered.Known, err = tx.GaveReceipt(entered.TenderID, signed); err != nil || entered.Known {
			return err
		}
		return entered.keep(tx, signed)
	})
	return entered, err
}

// ownReceipt verifies a receipt with the keys of the installation, and reads it.
func ownReceipt(tx *store.Tx, signed string, further []string) (seal.Receipt, error) {
	if len(signed) > longestReceipt {
		return seal.Receipt{}, notOurReceipt("it is longer than any receipt")
	}
	entries, err := tx.KeyEntries()
	if err != nil {
		return seal.Receipt{}, err
	}
	for _, key := range models.InstallationKeys(entries) {
		if key.Use != models.KeyReceipt {
			continue
		}
		for _, verifier := range key.Verifiers {
			r, err := seal.Verify(signed, verifier)
			if err == nil && key.RetiredAt != nil && r.RealTime.After(*key.RetiredAt) {
				return r, notOurReceipt("it is signed by a key that was retired before the time it names")
			}
			if err == nil {
				return r, nil
			}
		}
	}
	for _, verifier := range further {
		if r, err := seal.Verify(signed, strings.TrimSpace(verifier)); err == nil {
			return r, nil
		}
	}
	return seal.Receipt{}, notOurReceipt("no receipt key that the record knows has signed exactly this text")
}

func notOurReceipt(why string) *models.Refusal {
	return models.Refuse(models.CodeInvalidValue, "", "this is not a receipt of the installation: %s", why).
		Accepting("the file that the supplier got, unchanged, signed by a key of /v1/keys or by one that is named")
}

// keep keeps the receipt. Its event belongs to no procurement and names neither lot nor supplier, as that of a tender.
func (e *EnteredReceipt) keep(tx *store.Tx, signed string) error {
	clock, err := tx.Now()
	if err != nil {
		return err
	}
	fresh, err := tx.KeepLostReceipt(models.LostReceipt{
		Digest: e.Digest, Act: string(e.Act), TenderID: e.TenderID, ProcurementID: e.ProcurementID, LotID: e.LotID,
		BoxID: e.BoxID, OrganisationID: e.OrganisationID, ProcedureTime: e.ProcedureTime, Note: signed,
		EnteredAt: clock,
	})
	e.Repeated = !fresh
	if err != nil {
		return err
	}
	if fresh {
		_, err := tx.Append(event.Event{
			RecordedAt: clock, Payload: event.ReceiptEntered{TenderID: e.TenderID, Receipt: e.Digest},
		})
		if err != nil {
			return err
		}
	}
	return e.tell(tx)
}

// tell finds out what follows from the receipt, and raises the task of the buyers if the box is closed, or ends it if
// the tender that is missing turns out to have been withdrawn. The procurement is locked, so that the box is not closed
// meanwhile.
func (e *EnteredReceipt) tell(tx *store.Tx) error {
	c, err := enter(tx, e.ProcurementID, nil, models.Command{}, false)
	unknown := errors.Is(err, store.ErrNoProcurement)
	if err != nil && !unknown {
		return err
	}
	if e.Contradicts, e.Closed, err = tx.StandingOfReceipt(e.Digest); err != nil || unknown {
		return err
	}
	if e.Act == seal.ActWithdrawn && !e.Contradicts {
		return c.finish(models.TaskTenderMissing, string(e.TenderID))
	}
	return c.tellOfLost(e.LotID)
}

// tellOfLost tells the buyers, when a box of a lot is closed, of tenders that suppliers can prove and the record does
// not know, and of those that stand on record although suppliers can prove that they withdrew them.
func (c *call) tellOfLost(lot models.ID) error {
	lost, err := c.tx.Contradicted(lot)
	if err != nil {
		return err
	}
	for _, r := range lost {
		name, err := c.tx.NameOfOrganisation(r.OrganisationID)
		if err != nil {
			return err
		}
		err = c.raise(models.TaskTenderMissing, string(r.TenderID), map[string]any{
			"lot": r.LotID, "organisation": r.OrganisationID, "organisation_name": name,
			r.Act + "_at": utc(r.ProcedureTime), "receipt": r.Digest,
		})
		if err != nil {
			return err
		}
	}
	return nil
}
