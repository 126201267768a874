package pvss

import (
	"errors"

	"github.com/cloudflare/circl/group"
)

// A Secret is G·p(0).
type Secret struct{ e group.Element }

// Bytes is its canonical encoding, from which keys are derived.
func (s Secret) Bytes() []byte { return Point(s).Bytes() }

// An Opened share is G·p(i), with the proof that the key of its holder opened it.
type Opened struct {
	Point Point `json:"point"`
	Proof Proof `json:"proof"`
}

// Open opens a share.
func (k Key) Open(share Point, tag Tag) Opened {
	opened := curve.NewElement().Mul(share.e, curve.NewScalar().Inv(k.x))
	proof := useOpening.prove(tag, k.x, base, k.public(), opened, share.e, k.nonce(tag, share))
	return Opened{Point{opened}, proof}
}

// Holds tells whether o is what the holder of key had to make of its share.
func (o Opened) Holds(key, share Point, tag Tag) bool {
	return !o.Point.IsZero() && useOpening.holds(tag, base, key.e, o.Point.e, share.e, o.Proof)
}

// Recover interpolates the secret from opened shares, by the index of their holders, counted from 0. There must be as
// many as were asked for when it was shared, and each must have been found to hold: a wrong one gives a wrong secret.
func Recover(opened map[int]Point) (Secret, error) {
	if len(opened) == 0 {
		return Secret{}, errors.New("recover a secret: no share was opened")
	}
	sum := curve.Identity()
	for i, point := range opened {
		weight := curve.NewScalar().SetUint64(1)
		for j := range opened {
			if j != i {
				weight.Mul(weight, ratio(i, j))
			}
		}
		sum.Add(sum, curve.NewElement().Mul(point.e, weight))
	}
	return Secret{sum}, nil
}

// ratio is x/(x-y) with the abscissas x and y of two holders.
func ratio(i, j int) group.Scalar {
	x := abscissa(j)
	difference := curve.NewScalar().Sub(x, abscissa(i))
	return x.Mul(x, difference.Inv(difference))
}

// A Blinded share is asked of the holder of a share by a new holder: the share, multiplied by the new key.
type Blinded struct {
	Point Point `json:"point"`
	Proof Proof `json:"proof"`
}

// Blind asks for a share of somebody else.
func (k Key) Blind(share Point, tag Tag) Blinded {
	blinded := curve.NewElement().Mul(share.e, k.x)
	proof := useBlinding.prove(tag, k.x, base, k.public(), share.e, blinded, k.nonce(tag, share))
	return Blinded{Point{blinded}, proof}
}

// Holds tells whether b is share, multiplied by key.
func (b Blinded) Holds(key, share Point, tag Tag) bool {
	return !b.Point.IsZero() && useBlinding.holds(tag, base, key.e, share.e, b.Point.e, b.Proof)
}

// Reissue makes of a blinded share the new holder's own: k's share of p(i) becomes the new key times p(i). Nobody else
// can open it, and k learns nothing of the new key.
func (k Key) Reissue(blinded Blinded, tag Tag) Share {
	reissued := curve.NewElement().Mul(blinded.Point.e, curve.NewScalar().Inv(k.x))
	nonce := k.nonce(tag, blinded.Point)
	return Share{Point{reissued}, useReissue.prove(tag, k.x, base, k.public(), reissued, blinded.Point.e, nonce)}
}

// Reissued tells whether s is what the holder of key had to make of a blinded share.
func (s Share) Reissued(key Point, blinded Blinded, tag Tag) bool {
	return !s.Point.IsZero() && useReissue.holds(tag, base, key.e, s.Point.e, blinded.Point.e, s.Proof)
}
