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
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"
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

	Keygen sealKeygenCommand `cmd:"" help:"Make a key pair: the secret half into a file, the public half on stdout."`
	Close  sealCloseCommand  `cmd:"" help:"Seal a file for a public key."`
	Open   sealOpenCommand   `cmd:"" help:"Open sealed files with a secret key; print what was in each as JSON."`
}

type sealKeygenCommand struct {
	Output string `arg:"" help:"The file for the secret key; it must not exist."`
}

// Run makes a key pair.
func (c *sealKeygenCommand) Run(inv *invocation) error {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return fmt.Errorf("make key pair: %w", err)
	}
	text := "# public key: " + identity.Recipient().String() + "\n" + identity.String() + "\n"
	err = writeNew(c.Output, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(inv.stdout, identity.Recipient())
	return err
}

type sealCloseCommand struct {
	Recipient string `required:"" short:"r" help:"The public key: age1…"`
	Input     string `arg:"" help:"The file to seal."`
	Output    string `arg:"" help:"The sealed file; it must not exist."`
}

// Run seals a file and prints the digest and size of the sealed file, as an upload must state them.
func (c *sealCloseCommand) Run(inv *invocation) error {
	recipient, err := age.ParseX25519Recipient(c.Recipient)
	if err != nil {
		return fmt.Errorf("read public key: %w", err)
	}
	in, err := os.Open(c.Input)
	if err != nil {
		return err
	}
	defer in.Close()
	sum := newSum()
	err = writeNew(c.Output, func(w io.Writer) error {
		sealed, err := age.Encrypt(io.MultiWriter(w, sum), recipient)
		if err != nil {
			return fmt.Errorf("seal %s: %w", c.Input, err)
		}
		if _, err := io.Copy(sealed, in); err != nil {
			return fmt.Errorf("seal %s: %w", c.Input, err)
		}
		return sealed.Close()
	})
	if err != nil {
		return err
	}
	return printJSON(inv.stdout, sealedFile{File: c.Output, SHA256: sum.digest(), Size: sum.size})
}

type sealOpenCommand struct {
	Identity string   `required:"" short:"i" help:"The file with the secret key."`
	Output   string   `short:"o" help:"The directory for the opened files; absent: they are not kept."`
	Input    []string `arg:"" help:"Sealed files."`
}

// sealedFile is a file by digest and size.
type sealedFile struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// openedFile describes the content of a sealed file; an opener records plaintext_digest and size.
type openedFile struct {
	File            string `json:"file"`
	Readable        bool   `json:"readable"`
	PlaintextDigest string `json:"plaintext_digest,omitempty"`
	Size            int64  `json:"size"`
	Plaintext       string `json:"plaintext,omitempty"`
	Cause           string `json:"cause,omitempty"`
}

// Run opens each file. It reports a file that cannot be opened, and continues with the others.
func (c *sealOpenCommand) Run(inv *invocation) error {
	identities, err := c.identities()
	if err != nil {
		return err
	}
	unreadable := 0
	for _, name := range c.Input {
		opened, err := c.open(name, identities)
		if err != nil {
			return err
		}
		if !opened.Readable {
			unreadable++
		}
		if err := printJSON(inv.stdout, opened); err != nil {
			return err
		}
	}
	if unreadable > 0 {
		return fmt.Errorf("%d of %d files could not be opened with this key", unreadable, len(c.Input))
	}
	return nil
}

func (c *sealOpenCommand) identities() ([]age.Identity, error) {
	file, err := os.Open(c.Identity)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	identities, err := age.ParseIdentities(file)
	if err != nil {
		return nil, fmt.Errorf("read secret key: %w", err)
	}
	return identities, nil
}

// open reads one sealed file. The opened file appears under its name only after it was read completely and found
// unaltered.
func (c *sealOpenCommand) open(name string, identities []age.Identity) (openedFile, error) {
	out := openedFile{File: name}
	in, err := os.Open(name)
	if err != nil {
		return out, err
	}
	defer in.Close()
	sum, keep := newSum(), func(read func(io.Writer) error) error { return read(io.Discard) }
	if c.Output != "" {
		out.Plaintext = filepath.Join(c.Output, strings.TrimSuffix(filepath.Base(name), ".age"))
		keep = func(read func(io.Writer) error) error { return writeNew(out.Plaintext, read) }
	}
	err = keep(func(w io.Writer) error { return decrypt(io.MultiWriter(w, sum), in, identities) })
	if sealed, ok := errors.AsType[*unreadableError](err); ok {
		return openedFile{File: name, Cause: sealed.Error()}, nil
	}
	out.Readable, out.PlaintextDigest, out.Size = err == nil, sum.digest(), sum.size
	return out, err
}

// unreadableError says why a sealed file cannot be opened: it was sealed for another key, or altered.
type unreadableError struct{ cause error }

func (e *unreadableError) Error() string { return e.cause.Error() }

func decrypt(w io.Writer, in io.ReadSeeker, identities []age.Identity) error {
	start := make([]byte, len(armor.Header))
	n, err := io.ReadFull(in, start)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read sealed file: %w", err)
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read sealed file: %w", err)
	}
	sealed := io.Reader(in)
	if string(start[:n]) == armor.Header {
		sealed = armor.NewReader(in)
	}
	plain, err := age.Decrypt(sealed, identities...)
	if err != nil {
		return &unreadableError{err}
	}
	source := &readFailure{from: plain}
	if _, err = io.Copy(w, source); source.err != nil {
		return &unreadableError{source.err}
	}
	return err
}

// A readFailure distinguishes errors of reading from errors of writing.
type readFailure struct {
	from io.Reader
	err  error
}

// Read keeps the error of reading.
func (r *readFailure) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
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
