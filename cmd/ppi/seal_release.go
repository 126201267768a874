package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"filippo.io/age"

	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/internal/seal/pvss"
	"github.com/ppi-engine/ppi/models"
)

// openedBox is the envelopes of one kind in a box.
type openedBox struct {
	Box      string              `required:"" help:"The description of the box, as the platform gives it."`
	Kind     models.EnvelopeKind `required:"" help:"What is opened: quality, price, qualification, other or test."`
	Handover []string            `placeholder:"FILE" help:"A handover to a new opener; repeatable, oldest first."`
	Input    []string            `arg:"" help:"Every envelope of the kind in the box, or a file with their headers."`
}

// opening reads all headers and checks their proofs.
func (c openedBox) opening() (*envelope.Opening, error) {
	box, err := fromFile(c.Box, envelope.ReadBox)
	if err != nil {
		return nil, err
	}
	var headers []envelope.Header
	for _, name := range c.Input {
		read, err := headersIn(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		headers = append(headers, read...)
	}
	o, err := envelope.NewOpening(box, c.Kind, headers)
	if err != nil {
		return nil, err
	}
	for _, name := range c.Handover {
		handed, err := fromFile(name, envelope.ReadHandover)
		if err != nil {
			return nil, err
		}
		if err := o.Apply(handed); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return o, nil
}

// headersIn reads envelopes, their headers, or a test envelope as the platform answers it.
func headersIn(name string) ([]envelope.Header, error) {
	in, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	start, err := io.ReadAll(io.LimitReader(in, 2*envelope.MostHeader+1))
	if err != nil {
		return nil, err //nolint:wrapcheck // it names the file
	}
	var test struct {
		Header string `json:"header"`
	}
	if len(start) <= 2*envelope.MostHeader && json.Unmarshal(start, &test) == nil && test.Header != "" {
		return envelope.ReadHeaders(strings.NewReader(test.Header + "\n"))
	}
	return envelope.ReadHeaders(io.MultiReader(bytes.NewReader(start), in))
}

// byOpener is what an opener's program is given besides the envelopes.
type byOpener struct {
	openedBox

	Key         string    `required:"" help:"The file with the secret half of your key."`
	Fingerprint string    `required:"" help:"The fingerprint of the openers, as the published notice says it."`
	Deadline    time.Time `placeholder:"INSTANT" help:"The deadline that the last notice says; needed for a live box."`
	Output      string    `required:"" short:"o" help:"The file to hand in; it must not exist."`
}

func (c byOpener) read() (*envelope.Opening, envelope.Key, envelope.Confirmation, error) {
	said := envelope.Confirmation{Fingerprint: c.Fingerprint, Deadline: c.Deadline, Now: time.Now()}
	key, err := fromFile(c.Key, envelope.ReadKey)
	if err != nil {
		return nil, key, said, err
	}
	o, err := c.opening()
	return o, key, said, err
}

// write renders what the opener hands in.
func (c byOpener) write(v any) error {
	return writeNew(c.Output, func(w io.Writer) error {
		text, err := envelope.Render(v)
		if err != nil {
			return err
		}
		return all(text)(w)
	})
}

type sealReleaseCommand struct{ byOpener }

// Run makes the release of an opener.
func (c *sealReleaseCommand) Run(*invocation) error {
	o, key, said, err := c.read()
	if err != nil {
		return err
	}
	release, err := o.Release(key, said)
	if err != nil {
		return err
	}
	return c.write(release)
}

// sealHandoverCommand gives the shares of one opener to a colleague, in two steps.
type sealHandoverCommand struct {
	Ask  sealAskCommand  `cmd:"" help:"The colleague: ask an opener of your buyer for its shares."`
	Give sealGiveCommand `cmd:"" help:"The opener: answer the request of a colleague."`
}

type sealAskCommand struct {
	byOpener

	From pvss.Point `required:"" placeholder:"KEY" help:"The public key of the opener who is asked."`
}

// Run asks for the shares of an opener.
func (c *sealAskCommand) Run(*invocation) error {
	o, key, said, err := c.read()
	if err != nil {
		return err
	}
	request, err := o.Request(key, c.From, said)
	if err != nil {
		return err
	}
	return c.write(request)
}

type sealGiveCommand struct {
	byOpener

	Request string     `required:"" help:"The request of the colleague."`
	To      pvss.Point `required:"" placeholder:"KEY" help:"The colleague's public key, as the colleague told it."`
}

// Run hands the shares of an opener over.
func (c *sealGiveCommand) Run(*invocation) error {
	request, err := fromFile(c.Request, envelope.ReadRequest)
	if err != nil {
		return err
	}
	o, key, said, err := c.read()
	if err != nil {
		return err
	}
	handed, err := o.HandOver(key, request, c.To, said)
	if err != nil {
		return err
	}
	return c.write(handed)
}

type sealCombineCommand struct {
	openedBox

	Release    []string `required:"" placeholder:"FILE" help:"A release of an opener; repeatable."`
	Identities string   `placeholder:"FILE" help:"Write the age identities; age -d opens by them."`
	Output     string   `short:"o" placeholder:"DIR" help:"The directory for the contents; absent: they are not kept."`
}

// Run opens envelopes by the releases of enough openers. It reports one that is unreadable and goes on.
func (c *sealCombineCommand) Run(inv *invocation) error {
	// age leaves 64 KiB behind for every 64 KiB that it reads. They are collected early, so that memory stays small.
	defer debug.SetGCPercent(debug.SetGCPercent(25))
	o, err := c.opening()
	if err != nil {
		return err
	}
	for _, name := range c.Release {
		release, err := fromFile(name, envelope.ReadRelease)
		if err != nil {
			return err
		}
		if err := o.Accept(release); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	identities, err := o.Identities()
	if err != nil {
		return err
	}
	if err := c.keep(identities); err != nil {
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
		return fmt.Errorf("%d of %d envelopes are unreadable", unreadable, len(c.Input))
	}
	return nil
}

// keep writes the identities, a line each after the header that it belongs to.
func (c *sealCombineCommand) keep(identities map[string]*age.X25519Identity) error {
	if c.Identities == "" {
		return nil
	}
	return writeNew(c.Identities, func(w io.Writer) error {
		for header, identity := range identities {
			if _, err := fmt.Fprintf(w, "# header: %s\n%s\n", header, identity); err != nil {
				return err
			}
		}
		return nil
	})
}

// open reads one envelope. The content appears under its name only after it was read completely and found unaltered.
func (c *sealCombineCommand) open(name string, identities map[string]*age.X25519Identity) (openedFile, error) {
	out := openedFile{File: name}
	in, err := os.Open(name)
	if err != nil {
		return out, err
	}
	defer in.Close()
	sum, keep := newSum(), func(read func(io.Writer) error) error { return read(io.Discard) }
	if c.Output != "" {
		out.Plaintext = filepath.Join(c.Output, strings.TrimSuffix(filepath.Base(name), ".sealed"))
		keep = func(read func(io.Writer) error) error { return writeNew(out.Plaintext, read) }
	}
	err = keep(func(w io.Writer) error { return envelope.Open(io.MultiWriter(w, sum), in, identities) })
	if refusal, is := models.RefusalOf(err); is && refusal.Code == models.CodeUnreadable {
		return openedFile{File: name, Cause: refusal.Detail}, nil
	}
	out.Readable, out.PlaintextDigest, out.Size = err == nil, sum.digest(), sum.size
	return out, err
}
