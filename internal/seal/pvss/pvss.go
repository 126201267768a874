// Package pvss shares a secret among several holders of keys so that any k of them recover it, fewer learn nothing, and
// anybody can check without a key that each got a right share: publicly verifiable secret sharing (B. Schoenmakers, A
// simple publicly verifiable secret sharing scheme, CRYPTO '99, section 3), over ristretto255.
//
// The dealer draws a polynomial p of degree k-1. The secret is G·p(0). It publishes H·a for each coefficient a, and for
// holder i, whose key is Y = G·x, the share Y·p(i), with a proof that both have the same p(i). A holder opens its share
// to G·p(i), with a proof that it used x; any k opened shares give the secret by interpolation.
//
// The package knows points and tags; what they are for is said in package envelope. All proofs carry a [Tag]. Scalars
// that are secret are only used in operations of constant time.
package pvss

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"slices"

	"github.com/cloudflare/circl/group"
)

var (
	curve = group.Ristretto255
	// base is G, the generator of RFC 9496. The secret and the keys are multiples of it.
	base = curve.Generator()
	// second is H. Nobody knows its logarithm to G, because it is hashed to the group (RFC 9380,
	// ristretto255_XMD:SHA-512_R255MAP_RO_) from a text that leaves no choice.
	second = curve.HashToElement([]byte("second generator"), []byte("ppi-engine.org/pvss/1"))
)

// SecondGenerator is H, for the vectors of the description.
func SecondGenerator() Point { return Point{second.Copy()} }

// A Share is what one holder of a key gets: Y·p(i), with the proof that it is right.
type Share struct {
	Point Point `json:"point"`
	Proof Proof `json:"proof"`
}

// A Sharing is a secret, shared. Nothing in it is secret.
type Sharing struct {
	// Commitments are H·a for the coefficients of the polynomial, the constant one first: k of them.
	Commitments []Point `json:"commitments"`
	// Shares stand in the order of the keys.
	Shares []Share `json:"shares"`
}

// Deal draws a secret and shares it so that any k of the holders of keys recover it.
func Deal(keys []Point, k int, tag Tag) (Secret, Sharing, error) {
	if k < 1 || k > len(keys) {
		return Secret{}, Sharing{}, fmt.Errorf("share a secret: %d of %d keys cannot be asked for", k, len(keys))
	}
	d := dealing{coefficients: random(k, tag[:]), nonces: random(len(keys), tag[:])}
	secret, sharing := d.deal(keys, tag)
	return secret, sharing, nil
}

// A dealing is the chance in a sharing.
type dealing struct{ coefficients, nonces []group.Scalar }

// random draws n scalars other than zero. They are hashed from randomness and from what they are used for: a machine
// that was copied while it ran may draw the same randomness again, and a nonce that served two statements gives away
// the secret.
func random(n int, usedFor ...[]byte) []group.Scalar {
	all := make([]group.Scalar, n)
	for i := range all {
		for all[i] == nil || all[i].IsZero() {
			seed := make([]byte, 64)
			_, _ = rand.Read(seed) // never fails
			bound := slices.Concat(seed, bytes.Join(usedFor, nil))
			all[i] = curve.HashToScalar(bound, []byte("ppi-engine.org/pvss/1/random"))
		}
	}
	return all
}

func (d dealing) deal(keys []Point, tag Tag) (Secret, Sharing) {
	out := Sharing{Shares: make([]Share, len(keys))}
	for _, a := range d.coefficients {
		out.Commitments = append(out.Commitments, Point{curve.NewElement().Mul(second, a)})
	}
	for i, key := range keys {
		p := d.at(i)
		share := curve.NewElement().Mul(key.e, p)
		committed := curve.NewElement().Mul(second, p)
		out.Shares[i] = Share{Point{share}, useShare.prove(tag, p, second, committed, key.e, share, d.nonces[i])}
	}
	return Secret{curve.NewElement().MulGen(d.coefficients[0])}, out
}

// abscissa is where the polynomial is taken for the holder with index i, counted from 0. At 0 is the secret.
func abscissa(i int) group.Scalar {
	return curve.NewScalar().SetUint64(uint64(i) + 1) //nolint:gosec // an index is never negative
}

// at is the value of the polynomial for holder i.
func (d dealing) at(i int) group.Scalar {
	x, sum := abscissa(i), curve.NewScalar()
	for _, a := range slices.Backward(d.coefficients) {
		sum.Mul(sum, x)
		sum.Add(sum, a)
	}
	return sum
}

// Check tells whether each holder of a key got a right share under this tag. It returns the index of the first share
// that is wrong, counted from 0, and false; a sharing that is not for these keys and k of them is wrong at once.
func (s Sharing) Check(keys []Point, k int, tag Tag) (int, bool) {
	if k < 1 || len(s.Commitments) != k || slices.ContainsFunc(s.Commitments, Point.IsZero) ||
		len(s.Shares) != len(keys) {
		return 0, false
	}
	for i, key := range keys {
		share := s.Shares[i]
		if share.Point.IsZero() || key.IsZero() ||
			!useShare.holds(tag, second, s.committed(i), key.e, share.Point.e, share.Proof) {
			return i, false
		}
	}
	return 0, true
}

// committed is H times the value of the polynomial for holder i, from the commitments.
func (s Sharing) committed(i int) group.Element {
	x, sum := abscissa(i), curve.Identity()
	for _, c := range slices.Backward(s.Commitments) {
		sum.Mul(sum, x)
		sum.Add(sum, c.e)
	}
	return sum
}
