package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// sealCommand works on files on this machine. It uses no database and no network, so that the key that opens tenders
// never leaves the machine.
type sealCommand struct {
	Key      sealKeyCommand      `cmd:"" help:"An opener: make a key; print what is announced of it."`
	Set      sealSetCommand      `cmd:"" help:"The lead buyer: make a set of openers; tell its fingerprint."`
	Box      sealBoxCommand      `cmd:"" help:"Describe a box as the platform does."`
	Openers  sealOpenersCommand  `cmd:"" help:"Show the openers of a box and their fingerprint."`
	Price    sealPriceCommand    `cmd:"" help:"A supplier: write the file that a price envelope holds."`
	Tender   sealTenderCommand   `cmd:"" help:"A supplier: seal a file of a tender for the openers of the notice."`
	Test     sealTestCommand     `cmd:"" help:"Seal a test, by which openers show that their keys work."`
	Check    sealCheckCommand    `cmd:"" help:"Check envelopes without any key."`
	Release  sealReleaseCommand  `cmd:"" help:"An opener: release every envelope of a kind in a box, as one file."`
	Handover sealHandoverCommand `cmd:"" help:"Two openers of one buyer: hand shares over, after the deadline."`
	Combine  sealCombineCommand  `cmd:"" help:"Open envelopes by the releases of enough openers; print what was found."`
}

// openedFile describes what was in an envelope.
type openedFile struct {
	File            string `json:"file"`
	Readable        bool   `json:"readable"`
	PlaintextDigest string `json:"plaintext_digest,omitempty"`
	Size            int64  `json:"size"`
	Plaintext       string `json:"plaintext,omitempty"`
	Cause           string `json:"cause,omitempty"`
}

// writeNew writes a new file, readable only for its owner; after a failure there is no file.
func writeNew(name string, write func(io.Writer) error) error {
	if _, err := os.Lstat(name); err == nil {
		return fmt.Errorf("%s exists: choose another name", name)
	}
	part, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(part.Name())
	if err := write(part); err != nil {
		return errors.Join(err, part.Close())
	}
	if err := errors.Join(part.Sync(), part.Close()); err != nil {
		return err
	}
	return os.Link(part.Name(), name) // refuses to replace a file made meanwhile
}

// A sum is the SHA-256 and the size of what is written to it.
type sum struct {
	hash interface {
		io.Writer
		Sum(b []byte) []byte
	}
	size int64
}

func newSum() *sum { return &sum{hash: sha256.New()} }

// Write never fails.
func (s *sum) Write(p []byte) (int, error) {
	s.size += int64(len(p))
	return s.hash.Write(p)
}

func (s *sum) digest() string { return hex.EncodeToString(s.hash.Sum(nil)) }

func printJSON(w io.Writer, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("render result: %w", err)
	}
	_, err = fmt.Fprintf(w, "%s\n", text)
	return err
}
