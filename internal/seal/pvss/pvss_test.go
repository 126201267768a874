package pvss

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func tagged(text string) Tag { return sha256.Sum256([]byte(text)) }

// holders makes n keys.
func holders(n int) ([]Key, []Point) {
	keys, public := make([]Key, n), make([]Point, n)
	for i := range keys {
		keys[i] = NewKey()
		public[i] = keys[i].Public()
	}
	return keys, public
}

func TestAnyKHoldersRecoverTheSecretAndFewerRecoverAnother(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "n")
		k := rapid.IntRange(1, n).Draw(t, "k")
		keys, public := holders(n)
		tag := tagged("context")
		secret, sharing, err := Deal(public, k, tag)
		require.NoError(t, err)
		_, right := sharing.Check(public, k, tag)
		require.True(t, right)

		who := rapid.Permutation(indices(n)).Draw(t, "who")
		opened := make(map[int]Point)
		for _, i := range who[:k-1] {
			opened[i] = keys[i].Open(sharing.Shares[i].Point, tag).Point
		}
		if k > 1 {
			got, err := Recover(opened)
			require.NoError(t, err)
			require.NotEqual(t, secret.Bytes(), got.Bytes(), "k-1 shares must not open")
		}
		opened[who[k-1]] = keys[who[k-1]].Open(sharing.Shares[who[k-1]].Point, tag).Point
		got, err := Recover(opened)
		require.NoError(t, err)
		require.Equal(t, secret.Bytes(), got.Bytes())
	})
}

func indices(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func TestWrongSharesAreSeenWithoutAKey(t *testing.T) {
	t.Parallel()
	_, public := holders(4)
	tag := tagged("context")
	_, good, err := Deal(public, 3, tag)
	require.NoError(t, err)
	_, other, err := Deal(public, 3, tag)
	require.NoError(t, err)
	two := curve.NewScalar().SetUint64(2)

	for name, change := range map[string]func(s *Sharing){
		"scaled share": func(s *Sharing) {
			s.Shares[2].Point = Point{curve.NewElement().Mul(s.Shares[2].Point.e, two)}
		},
		"shares of two exchanged":  func(s *Sharing) { s.Shares[1], s.Shares[2] = s.Shares[2], s.Shares[1] },
		"share of another sharing": func(s *Sharing) { s.Shares[2] = other.Shares[2] },
		"proof of another share":   func(s *Sharing) { s.Shares[2].Proof = s.Shares[1].Proof },
		"another commitment":       func(s *Sharing) { s.Commitments[1] = other.Commitments[1] },
		"scaled altogether": func(s *Sharing) {
			for i := range s.Commitments {
				s.Commitments[i] = Point{curve.NewElement().Mul(s.Commitments[i].e, two)}
			}
			for i := range s.Shares {
				s.Shares[i].Point = Point{curve.NewElement().Mul(s.Shares[i].Point.e, two)}
			}
		},
		"one commitment less": func(s *Sharing) { s.Commitments = s.Commitments[:2] },
		"one share less":      func(s *Sharing) { s.Shares = s.Shares[:3] },
		"no point":            func(s *Sharing) { s.Shares[2].Point = Point{} },
		"no commitment":       func(s *Sharing) { s.Commitments[0] = Point{} },
		"no proof":            func(s *Sharing) { s.Shares[2].Proof = Proof{} },
	} {
		wrong := Sharing{append([]Point{}, good.Commitments...), append([]Share{}, good.Shares...)}
		change(&wrong)
		_, right := wrong.Check(public, 3, tag)
		require.False(t, right, name)
	}
	_, right := good.Check(public, 3, tagged("another context"))
	require.False(t, right, "a proof holds under its own tag only")
	_, right = good.Check(public, 2, tag)
	require.False(t, right, "the threshold is what was shared for")
	exchanged := []Point{public[1], public[0], public[2], public[3]}
	i, right := good.Check(exchanged, 3, tag)
	require.False(t, right, "the order of the keys counts")
	require.Zero(t, i)
}

func TestOpenedSharesHoldForTheirKeyShareTagAndUseOnly(t *testing.T) {
	t.Parallel()
	keys, public := holders(3)
	tag := tagged("context")
	_, sharing, err := Deal(public, 2, tag)
	require.NoError(t, err)
	share := sharing.Shares[0].Point
	opened := keys[0].Open(share, tag)
	require.True(t, opened.Holds(public[0], share, tag))
	require.False(t, opened.Holds(public[1], share, tag))
	require.False(t, opened.Holds(public[0], sharing.Shares[1].Point, tag))
	require.False(t, opened.Holds(public[0], share, tagged("another")))
	require.False(t, Opened{}.Holds(public[0], share, tag))
	// Reissuing a share that was never blinded is the same arithmetic; the use keeps the proofs apart.
	same := keys[0].Reissue(Blinded{Point: share}, tag)
	require.True(t, same.Point.Equal(opened.Point))
	require.False(t, Opened(same).Holds(public[0], share, tag))
}

func TestAReissuedShareOpensWithTheNewKeyOnly(t *testing.T) {
	t.Parallel()
	keys, public := holders(3)
	tag, fresh := tagged("context"), NewKey()
	secret, sharing, err := Deal(public, 2, tag)
	require.NoError(t, err)
	old := sharing.Shares[0].Point

	blinded := fresh.Blind(old, tag)
	require.True(t, blinded.Holds(fresh.Public(), old, tag))
	require.False(t, blinded.Holds(public[1], old, tag))
	reissued := keys[0].Reissue(blinded, tag)
	require.True(t, reissued.Reissued(public[0], blinded, tag))
	require.False(t, reissued.Reissued(public[1], blinded, tag))
	require.False(t, keys[1].Reissue(blinded, tag).Reissued(public[0], blinded, tag))

	opened := fresh.Open(reissued.Point, tag)
	require.True(t, opened.Holds(fresh.Public(), reissued.Point, tag))
	got, err := Recover(map[int]Point{0: opened.Point, 2: keys[2].Open(sharing.Shares[2].Point, tag).Point})
	require.NoError(t, err)
	require.Equal(t, secret.Bytes(), got.Bytes())
}

func TestAKeyMadeFromAnothersCannotBeProven(t *testing.T) {
	t.Parallel()
	honest, mine := NewKey(), NewKey()
	tag := tagged("me")
	rogue := Point{curve.NewElement().Add(honest.Public().e, mine.Public().e)}
	require.True(t, mine.Public().Held(mine.Prove(tag), tag))
	require.False(t, rogue.Held(mine.Prove(tag), tag))
	require.False(t, honest.Public().Held(honest.Prove(tag), tagged("somebody else")), "a proof belongs to its owner")
	require.False(t, Point{}.Held(mine.Prove(tag), tag))
}

func TestPointsHaveOneEncodingAndTheIdentityNone(t *testing.T) {
	t.Parallel()
	identity := make([]byte, pointSize)
	for _, text := range []string{
		hex.EncodeToString(identity),
		// RFC 9496, Appendix A.2: not canonical, negative, not a square.
		"00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20",
		"c34c4e1826e5d403b78e246e88aa051c36ccf0aafebffe137d148a2bf9104562",
		"26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
		"4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f",
		"3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
		"a45fdc55c76448c049a1ab33f17023edfb2be3581e9c7aade8a6125215e04220",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	} {
		b, err := hex.DecodeString(text)
		require.NoError(t, err)
		_, err = ParsePoint(b)
		require.Error(t, err, text)
	}
	point := NewKey().Public()
	back, err := ParsePoint(point.Bytes())
	require.NoError(t, err)
	require.True(t, back.Equal(point))

	for _, text := range []string{
		`""`, `"` + point.String() + `="`, `"` + point.String() + `\n"`, `"` + point.String()[:42] + `"`, `1`, `"!"`,
	} {
		var p Point
		require.Error(t, json.Unmarshal([]byte(text), &p), text)
	}
	_, err = json.Marshal(Point{})
	require.Error(t, err)
	_, err = json.Marshal(Proof{})
	require.Error(t, err)
}

func TestProofsHaveReducedScalarsOnly(t *testing.T) {
	t.Parallel()
	order, err := hex.DecodeString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
	require.NoError(t, err)
	var p Proof
	require.Error(t, p.UnmarshalText([]byte(encoding.EncodeToString(append(make([]byte, 32), order...)))))
	require.Error(t, p.UnmarshalText([]byte(encoding.EncodeToString(append(order, make([]byte, 32)...)))))
	require.Error(t, p.UnmarshalText([]byte(encoding.EncodeToString(make([]byte, 63)))))
	require.Error(t, p.UnmarshalText([]byte("=")))
}

func TestASecretKeyIsNeitherZeroNorPrinted(t *testing.T) {
	t.Parallel()
	_, err := ParseKey(make([]byte, 32))
	require.Error(t, err)
	key := NewKey()
	back, err := ParseKey(key.Secret())
	require.NoError(t, err)
	require.True(t, back.Public().Equal(key.Public()))
	for _, printed := range []string{fmt.Sprintf("%v %+v %#v %s", key, key, key, key), fmt.Sprint(&key)} {
		require.NotContains(t, printed, hex.EncodeToString(key.Secret())[:8])
		require.Contains(t, printed, "secret key")
	}
}

func TestOnlyAThresholdThatCanBeMetIsShared(t *testing.T) {
	t.Parallel()
	_, public := holders(2)
	for _, k := range []int{-1, 0, 3} {
		_, _, err := Deal(public, k, Tag{})
		require.Error(t, err)
	}
	_, err := Recover(nil)
	require.Error(t, err)
}
