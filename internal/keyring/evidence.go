package keyring

import (
	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/webhook"
	"github.com/ppi-engine/ppi/models"
)

// byEvidence finds the key of a record that does not know its fingerprint yet, because an earlier release made it: the
// key that signed or encrypted what is there. Where nothing is, any key may be the first.
func (l *ledger) byEvidence(s *suited, use models.KeyUse, found []config.FoundKey) (*Fault, error) {
	e, err := evidenceOf(l.tx, use)
	if err != nil {
		return nil, err
	}
	if !e.is {
		if len(found) > 0 {
			s.key = found[0]
		}
		return nil, nil //nolint:nilnil // no fault
	}
	for _, f := range found {
		name, fits, err := e.fits(f.Key)
		if err != nil {
			return nil, err
		}
		if fits {
			s.key, s.signedAs = f, name
			return nil, nil //nolint:nilnil // no fault
		}
	}
	return &Fault{Use: use, Found: sources(found)}, nil
}

// An evidence is something in the record that only one key can have made.
type evidence struct {
	is     bool
	signed string
	secret store.EndpointSecret
}

func evidenceOf(tx *store.Tx, use models.KeyUse) (e evidence, err error) {
	switch use {
	case models.KeyCheckpoint:
		e.signed, err = tx.LastCheckpoint()
	case models.KeyReceipt:
		e.signed, err = tx.LastReceipt()
	case models.KeyMaster:
		var is bool
		e.secret, is, err = tx.AnyEndpointSecret()
		e.is = is
	}
	e.is = e.is || e.signed != ""
	return e, err
}

func (e evidence) fits(key config.Key) (signedAs string, fits bool, err error) {
	if e.signed != "" {
		signedAs = signer(key, e.signed)
		return signedAs, signedAs != "", nil
	}
	fits, err = webhook.Readable(key.Bytes(), e.secret.ID, e.secret.Secret)
	return "", fits, err
}
