package pvss

import (
	"crypto"
	_ "crypto/sha512" // the hash of proofs

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/zk/dleq"
)

// A Tag is the SHA-256 of all that a proof belongs to. A proof holds under its own tag only.
type Tag [32]byte

// A Proof shows that two points have the same discrete logarithm to two bases (Chaum and Pedersen), without a word
// from the verifier (Fiat and Shamir). Its challenge is a hash of both bases, both points, both commitments, the use
// and the tag.
type Proof struct{ p *dleq.Proof }

// A use says what a proof is for, so that one made for one use is worthless for another.
type use string

const (
	useShare    use = "ppi-engine.org/pvss/1/share"
	useOpening  use = "ppi-engine.org/pvss/1/opening"
	useHolding  use = "ppi-engine.org/pvss/1/holding"
	useBlinding use = "ppi-engine.org/pvss/1/blinding"
	useReissue  use = "ppi-engine.org/pvss/1/reissue"
)

func newProof() *dleq.Proof { return new(dleq.Proof) }

// params puts use and tag where circl's proof hashes them into everything it derives: into the domain separation tag
// of its hashes to scalars, both of the weight of the second equation and of the challenge (RFC 9380 §5.3.1 hashes it
// with its length). circl's Verify, unlike its variant for RFC 9497, hashes the first base as well; so nothing of the
// statement is left out.
func (u use) params(tag Tag) dleq.Params {
	return dleq.Params{G: curve, H: crypto.SHA512, DST: append([]byte(u+" "), tag[:]...)}
}

// prove shows that a2 = a·x and b2 = b·x. nonce must be random, secret and used once.
func (u use) prove(tag Tag, x group.Scalar, a, a2, b, b2 group.Element, nonce group.Scalar) Proof {
	p, err := dleq.Prover{Params: u.params(tag)}.ProveWithRandomness(x, a, a2, b, b2, nonce)
	if err != nil {
		panic(err) // an element could not be encoded: it always can
	}
	return Proof{p}
}

// holds checks what prove shows.
func (u use) holds(tag Tag, a, a2, b, b2 group.Element, p Proof) bool {
	return p.p != nil && dleq.Verifier{Params: u.params(tag)}.Verify(a, a2, b, b2, p.p)
}
