package pvss

import (
	"bytes"
	"encoding/base64"
	"errors"

	"github.com/cloudflare/circl/group"
)

// encoding is base64url without padding (RFC 4648 §5).
var encoding = base64.RawURLEncoding.Strict()

// The sizes of encoded points and proofs, in bytes.
const (
	pointSize = 32
	proofSize = 64
)

var (
	errPoint = errors.New("not the encoding of a point of ristretto255, or the identity")
	errProof = errors.New("not the encoding of a proof: two reduced scalars")
)

// A Point is an element of ristretto255 (RFC 9496), never the identity. The zero Point is none, and nothing that is
// read from outside gives one.
type Point struct{ e group.Element }

// ParsePoint reads the 32 bytes of a point. It refuses the identity and every encoding that is not the canonical one.
func ParsePoint(b []byte) (Point, error) {
	e := curve.NewElement()
	if len(b) != pointSize || e.UnmarshalBinary(b) != nil || e.IsIdentity() {
		return Point{}, errPoint
	}
	p := Point{e}
	if !bytes.Equal(p.Bytes(), b) {
		return Point{}, errPoint
	}
	return p, nil
}

// Bytes is the canonical encoding.
func (p Point) Bytes() []byte {
	b, err := p.e.MarshalBinary()
	if err != nil {
		panic(err) // circl says why it could not: it always can
	}
	return b
}

// Equal tells whether both are the same point.
func (p Point) Equal(other Point) bool { return p.e.IsEqual(other.e) }

// IsZero tells whether there is no point.
func (p Point) IsZero() bool { return p.e == nil }

// String is the encoding in base64url; nothing, if there is no point.
func (p Point) String() string {
	if p.IsZero() {
		return ""
	}
	return encoding.EncodeToString(p.Bytes())
}

// MarshalText renders the point in base64url.
func (p Point) MarshalText() ([]byte, error) {
	if p.IsZero() {
		return nil, errPoint
	}
	return []byte(p.String()), nil
}

// UnmarshalText reads what [Point.MarshalText] renders.
func (p *Point) UnmarshalText(text []byte) error {
	b, whole := decode(text, pointSize)
	if !whole {
		return errPoint
	}
	read, err := ParsePoint(b)
	*p = read
	return err
}

// MarshalText renders the proof in base64url: challenge, then response.
func (p Proof) MarshalText() ([]byte, error) {
	if p.p == nil {
		return nil, errProof
	}
	b, err := p.p.MarshalBinary()
	if err != nil {
		return nil, errProof
	}
	return []byte(encoding.EncodeToString(b)), nil
}

// UnmarshalText reads what [Proof.MarshalText] renders. It refuses scalars that are not reduced.
func (p *Proof) UnmarshalText(text []byte) error {
	b, whole := decode(text, proofSize)
	if !whole {
		return errProof
	}
	read := newProof()
	if read.UnmarshalBinary(curve, b) != nil {
		return errProof
	}
	p.p = read
	return nil
}

// decode reads the base64url of n bytes. Its length is compared, because Go's decoder skips line breaks.
func decode(text []byte, n int) ([]byte, bool) {
	if len(text) != encoding.EncodedLen(n) {
		return nil, false
	}
	b, err := encoding.DecodeString(string(text))
	return b, err == nil
}
