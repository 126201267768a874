package envelope

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"filippo.io/age"

	"github.com/ppi-engine/ppi/internal/seal/pvss"
)

// A Sealed is what an upload must say of an envelope, and by what it is called in releases.
type Sealed struct {
	// Header is the SHA-256 of the header, SHA256 that of the whole file, both in hexadecimal; Size is the file's.
	Header string `json:"header"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// Seal writes an envelope with what it reads from content. The supplier keeps nothing by which it could be opened.
func Seal(w io.Writer, content io.Reader, c Context) (Sealed, error) {
	if err := c.check(); err != nil {
		return Sealed{}, err
	}
	tag, err := tagOf(c)
	if err != nil {
		return Sealed{}, err
	}
	secret, sharing, err := pvss.Deal(c.keys(), c.Threshold, tag)
	if err != nil {
		return Sealed{}, fmt.Errorf("seal an envelope: %w", err)
	}
	header, err := Render(headerText{c, sharing})
	if err != nil {
		return Sealed{}, err
	}
	out := &counted{w: w, hash: sha256.New()}
	if _, err := out.Write(append(header, '\n')); err != nil {
		return Sealed{}, err
	}
	sum := sha256.Sum256(header)
	identity, err := identityOf(secret, sum)
	if err != nil {
		return Sealed{}, err
	}
	sealed, err := age.Encrypt(out, identity.Recipient())
	if err != nil {
		return Sealed{}, fmt.Errorf("seal an envelope: %w", err)
	}
	if _, err := io.Copy(sealed, content); err != nil {
		return Sealed{}, err
	}
	if err := sealed.Close(); err != nil {
		return Sealed{}, fmt.Errorf("seal an envelope: %w", err)
	}
	return Sealed{hex.EncodeToString(sum[:]), hex.EncodeToString(out.hash.Sum(nil)), out.size}, nil
}

// counted passes on what is written to it, with its digest and size.
type counted struct {
	w    io.Writer
	hash interface {
		io.Writer
		Sum(b []byte) []byte
	}
	size int64
}

// Write passes p on.
func (c *counted) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.size += int64(n)
	_, _ = c.hash.Write(p[:n])
	return n, err
}
