package envelope

import (
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"strings"

	"filippo.io/age"

	"github.com/ppi-engine/ppi/internal/seal/pvss"
)

// identityInfo separates the key of the content from whatever else may ever be derived from the secret.
const identityInfo = "ppi-engine.org/envelope/1"

// identityOf derives the age identity that opens the content. The salt is the SHA-256 of the header, without its
// newline, so the identity belongs to this header alone.
func identityOf(secret pvss.Secret, header [sha256.Size]byte) (*age.X25519Identity, error) {
	key, err := hkdf.Key(sha256.New, secret.Bytes(), header[:], identityInfo, 32)
	if err != nil {
		return nil, fmt.Errorf("derive the identity of an envelope: %w", err)
	}
	identity, err := age.ParseX25519Identity(strings.ToUpper(bech32("age-secret-key-", key)))
	if err != nil {
		return nil, fmt.Errorf("derive the identity of an envelope: %w", err)
	}
	return identity, nil
}

// bech32 encodes as BIP 173 does, the notation of age's keys.
func bech32(prefix string, content []byte) string {
	const letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	var high, low []byte
	for _, c := range []byte(prefix) {
		high, low = append(high, c>>5), append(low, c&31)
	}
	five := regroup(content)
	checked := append(append(append(append([]byte{}, high...), 0), low...), five...)
	sum := bech32Sum(append(checked, 0, 0, 0, 0, 0, 0)) ^ 1
	for i := range 6 {
		five = append(five, byte(sum>>(5*(5-i))&31))
	}
	out := []byte(prefix + "1")
	for _, v := range five {
		out = append(out, letters[v])
	}
	return string(out)
}

// regroup cuts bytes into groups of five bits, the last one filled up with zeros.
func regroup(content []byte) []byte {
	var out []byte
	var rest, bits uint32
	for _, b := range content {
		rest, bits = rest<<8|uint32(b), bits+8
		for bits >= 5 {
			bits -= 5
			out = append(out, byte(rest>>bits&31))
		}
	}
	if bits > 0 {
		out = append(out, byte(rest<<(5-bits)&31))
	}
	return out
}

func bech32Sum(values []byte) uint32 {
	sum := uint32(1)
	for _, v := range values {
		top := sum >> 25
		sum = (sum&0x1ffffff)<<5 ^ uint32(v)
		for i, g := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	return sum
}
