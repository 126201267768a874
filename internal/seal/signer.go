package seal

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"
)

// algorithmEd25519 precedes an Ed25519 key in the notation of notes.
const algorithmEd25519 = 1

// A Signer issues receipts. It is safe for concurrent use.
type Signer struct {
	signer note.Signer
	public string
}

// NewSigner makes a signer whose Ed25519 key is derived from seed (32 bytes, secret). name is the name of the key: it
// says who issues the receipts, without spaces or plus signs, such as ppi.example.eu/receipts.
func NewSigner(name string, seed []byte) (*Signer, error) {
	if len(seed) != ed25519.SeedSize {
		return nil, errors.New("make signer of receipts: the seed does not have 32 bytes")
	}
	key := ed25519.NewKeyFromSeed(seed)
	//nolint:forcetypeassert // an Ed25519 key has no other public key
	public, err := note.NewEd25519VerifierKey(name, key.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, fmt.Errorf("make signer of receipts: %w", err)
	}
	secret := base64.StdEncoding.EncodeToString(append([]byte{algorithmEd25519}, seed...))
	signer, err := note.NewSigner("PRIVATE+KEY+" + public[:len(name)+len("+01234567+")] + secret)
	if err != nil {
		return nil, fmt.Errorf("make signer of receipts: %w", err)
	}
	return &Signer{signer: signer, public: public}, nil
}

// PublicKey is what [Verify] needs: name, hash and key in the notation of golang.org/x/mod/sumdb/note.
func (s *Signer) PublicKey() string { return s.public }

// Sign renders and signs a receipt as a note (C2SP signed-note): the text of [Receipt.Text], an empty
// line, and a line with the key's name and its Ed25519 signature.
func (s *Signer) Sign(r Receipt) (string, error) {
	signed, err := note.Sign(&note.Note{Text: r.Text()}, s.signer)
	if err != nil {
		return "", fmt.Errorf("sign receipt: %w", err)
	}
	return string(signed), nil
}

// An Issued is a receipt with the note that proves it to anyone who has the public key.
type Issued struct {
	Receipt

	Note string
}

// Issue signs a receipt.
func (s *Signer) Issue(r Receipt) (Issued, error) {
	signed, err := s.Sign(r)
	return Issued{r, signed}, err
}

// ReadIssued reads a receipt that is stored in the record, without checking its signature; see [Read].
func ReadIssued(signed string) (Issued, error) {
	r, err := Read(signed)
	return Issued{r, signed}, err
}
