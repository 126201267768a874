package event

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

// SaltSize is how many bytes of salt a part has.
const SaltSize = 32

// A Part is content of an event that is withheld for a time or may have to be erased: scores before they are locked,
// prices, free text. The payload, and so the hash of the event, holds only SHA-256(salt ‖ content); salt and content
// are kept beside the event. Who has both can show that they belong to it; who has neither cannot guess the content,
// however few contents there could be.
type Part struct {
	digest        string
	salt, content []byte
}

// NewPart makes a part with a salt of its own. The content is kept in canonical form (RFC 8785).
func NewPart(content any) (Part, error) {
	canonical, _, err := models.Canonical(content)
	if err != nil {
		return Part{}, err
	}
	p := Part{salt: make([]byte, SaltSize), content: canonical}
	_, _ = rand.Read(p.salt) // never fails
	p.digest = PartDigest(p.salt, p.content)
	return p, nil
}

// PartDigest is what an event says of a part: SHA-256(salt ‖ content), in hexadecimal.
func PartDigest(salt, content []byte) string {
	h := sha256.New()
	h.Write(salt)
	h.Write(content)
	return hex.EncodeToString(h.Sum(nil))
}

// Digest is what the event says of the part; empty: the event has no such part.
func (p Part) Digest() string { return p.digest }

// IsZero tells that the event has no such part.
func (p Part) IsZero() bool { return p.digest == "" }

// MarshalText implements encoding.TextMarshaler: of a part the payload holds the digest only.
func (p Part) MarshalText() ([]byte, error) { return []byte(p.digest), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *Part) UnmarshalText(text []byte) error {
	if raw, err := hex.DecodeString(string(text)); err != nil || len(raw) != sha256.Size {
		return fmt.Errorf("read part: %q is not a SHA-256 in hexadecimal", text)
	}
	*p = Part{digest: string(text)}
	return nil
}

// A KeptPart is what is kept of a part beside its event.
type KeptPart struct {
	// Name is that of the part's field in the payload.
	Name          string
	Salt, Content []byte
}

// Kept lists what is to be kept of a payload's parts.
func Kept(payload Payload) []KeptPart {
	if adopted, ok := payload.(RecordAdopted); ok {
		return adopted.parts
	}
	var kept []KeptPart
	value := reflect.ValueOf(payload)
	for i := range value.NumField() {
		field := value.Type().Field(i)
		if field.Type != reflect.TypeFor[Part]() {
			continue
		}
		if p, _ := reflect.TypeAssert[Part](value.Field(i)); p.salt != nil {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			kept = append(kept, KeptPart{name, p.salt, p.content})
		}
	}
	return kept
}
