package api

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
)

// PublicKey verifies what this installation signs for one use.
type PublicKey struct {
	Use       string `json:"use" enum:"receipts,checkpoints" doc:"Receipts of tenders, or checkpoints and exports"`
	Name      string `json:"name" doc:"The name of the key on signed notes"`
	Algorithm string `json:"algorithm" enum:"Ed25519"`
	Verifier  string `json:"verifier" doc:"The key as a C2SP signed note has it, for ppi audit verify --key"`
	PublicKey string `json:"public_key" doc:"The 32 bytes of the key in base64"`
}

type keysOutput struct {
	Body struct {
		Items []PublicKey `json:"items"`
	}
}

// listKeys lists the public keys that verify what we sign. Webhooks need none: each endpoint has a secret of its own,
// which its owner got when the endpoint was registered.
func (s *server) listKeys(context.Context, *struct{}) (*keysOutput, error) {
	out := &keysOutput{}
	for _, k := range []PublicKey{
		{Use: "receipts", Verifier: s.acts.Receipts.PublicKey()},
		{Use: "checkpoints", Verifier: s.views.Checkpoints.Verifier()},
	} {
		if err := k.read(); err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, k)
	}
	return out, nil
}

// read splits a verifier into its name, its hash, and algorithm and key in base64; base64 may itself contain a plus.
func (k *PublicKey) read() error {
	name, rest, _ := strings.Cut(k.Verifier, "+")
	_, encoded, _ := strings.Cut(rest, "+")
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(raw) < 2 {
		return fmt.Errorf("read verifier of %s: not a note's", k.Use)
	}
	k.Name, k.Algorithm, k.PublicKey = name, "Ed25519", base64.StdEncoding.EncodeToString(raw[1:])
	return nil
}
