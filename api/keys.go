package api

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// PublicKey verifies what this installation signs, or signed, for one use.
type PublicKey struct {
	Use       string `json:"use" enum:"receipts,checkpoints" doc:"Receipts of tenders, or checkpoints and exports"`
	Name      string `json:"name" doc:"The name of the key on signed notes"`
	Algorithm string `json:"algorithm" enum:"Ed25519"`
	Verifier  string `json:"verifier" doc:"The key as a C2SP signed note has it, for ppi audit verify --key"`
	PublicKey string `json:"public_key" doc:"The 32 bytes of the key in base64"`
	Status    string `json:"status" enum:"in_use,retired" doc:"retired: it signs no more; what it signed stays valid"`

	Since     *time.Time    `json:"since,omitempty" doc:"When the installation began to use it"`
	RetiredAt *time.Time    `json:"retired_at,omitempty" doc:"It signed nothing from then on"`
	Because   models.KeyEnd `json:"retired_because,omitempty" enum:"rotated,exposed,lost" doc:"Why it was retired"`
}

type keysOutput struct {
	Body struct {
		Items []PublicKey `json:"items" doc:"Those in use first, then those that were used before, newest first"`
	}
}

// uses are the names of the uses in the API.
var uses = map[models.KeyUse]string{models.KeyReceipt: "receipts", models.KeyCheckpoint: "checkpoints"}

// listKeys lists the public keys that verify what we sign, and what we signed before a key was replaced. Webhooks need
// none: each endpoint has a secret of its own, which its owner got when the endpoint was registered.
func (s *server) listKeys(ctx context.Context, _ *struct{}) (*keysOutput, error) {
	all, err := s.views.SigningKeys(ctx, []views.SigningKey{
		{Use: models.KeyReceipt, Verifier: s.acts.Receipts.PublicKey()},
		{Use: models.KeyCheckpoint, Verifier: s.views.Checkpoints.Verifier()},
	})
	if err != nil {
		return nil, err
	}
	out := &keysOutput{}
	out.Body.Items = make([]PublicKey, len(all))
	for i, k := range all {
		if out.Body.Items[i], err = showKey(k); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// showKey splits a verifier into its name, its hash, and algorithm and key in base64; base64 may itself contain a plus.
func showKey(k views.SigningKey) (PublicKey, error) {
	name, rest, _ := strings.Cut(k.Verifier, "+")
	_, encoded, _ := strings.Cut(rest, "+")
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(raw) < 2 {
		return PublicKey{}, fmt.Errorf("read verifier of the %s key: not a note's", k.Use)
	}
	v := PublicKey{
		Use: uses[k.Use], Name: name, Algorithm: "Ed25519", Verifier: k.Verifier,
		PublicKey: base64.StdEncoding.EncodeToString(raw[1:]), Status: "in_use",
		Since: utcOrNil(k.Since), RetiredAt: utcOrNil(k.RetiredAt), Because: k.Because,
	}
	if k.RetiredAt != nil {
		v.Status = "retired"
	}
	return v, nil
}
