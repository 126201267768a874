package pvss

import (
	"errors"

	"github.com/cloudflare/circl/group"
)

// A Key is the secret half of a holder's key. It never shows itself in a log: its methods give the secret only to
// [Key.Secret].
type Key struct{ x group.Scalar }

// NewKey makes a key.
func NewKey() Key { return Key{random(1)[0]} }

// nonce draws the nonce of a proof about a point.
func (k Key) nonce(tag Tag, about Point) group.Scalar {
	return random(1, k.Secret(), tag[:], about.Bytes())[0]
}

// ParseKey reads what [Key.Secret] gives. It refuses zero and what is not reduced.
func ParseKey(b []byte) (Key, error) {
	x := curve.NewScalar()
	if x.UnmarshalBinary(b) != nil || x.IsZero() {
		return Key{}, errors.New("not a secret key: a scalar other than zero, reduced")
	}
	return Key{x}, nil
}

// Secret is the 32 bytes that must be kept secret.
func (k Key) Secret() []byte {
	b, err := k.x.MarshalBinary()
	if err != nil {
		panic(err) // circl says why it could not: it always can
	}
	return b
}

// Public is Y = G·x.
func (k Key) Public() Point { return Point{k.public()} }

func (k Key) public() group.Element { return curve.NewElement().MulGen(k.x) }

// String hides the key, also in %v.
func (Key) String() string { return "a secret key" }

// GoString hides the key in %#v.
func (Key) GoString() string { return "a secret key" }

// Prove shows that whoever made the proof has the key (Schnorr's proof, as the equality of two equal logarithms).
// Without it an opener could choose its key by those of others.
func (k Key) Prove(tag Tag) Proof {
	y := k.public()
	return useHolding.prove(tag, k.x, base, y, base, y, k.nonce(tag, Point{y}))
}

// Held tells whether the proof shows that somebody has the key whose public half is p.
func (p Point) Held(proof Proof, tag Tag) bool {
	return !p.IsZero() && useHolding.holds(tag, base, p.e, base, p.e, proof)
}
