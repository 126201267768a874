package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/models"
)

type sealKeyCommand struct {
	Mode        models.Mode `required:"" enum:"live,rehearsal" help:"Mode of the procurement: ${enum}."`
	Procurement models.ID   `required:"" placeholder:"ID" help:"The procurement for which you open."`
	Buyer       models.ID   `required:"" placeholder:"ID" help:"The buyer for which you open."`
	Person      models.ID   `required:"" placeholder:"ID" help:"You."`
	Output      string      `arg:"" help:"The file for the secret half; it must not exist."`
}

// Run makes an opener's key. The secret half goes into the file only; what is announced goes to stdout.
func (c *sealKeyCommand) Run(inv *invocation) error {
	key, err := envelope.NewKey(envelope.Owner{
		Mode: c.Mode, Procurement: c.Procurement, Buyer: c.Buyer, Person: c.Person,
	})
	if err != nil {
		return err
	}
	kept, err := key.Keep()
	if err != nil {
		return err
	}
	announced, err := key.Announce()
	if err != nil {
		return err
	}
	if err := writeNew(c.Output, all(kept)); err != nil {
		return err
	}
	fmt.Fprintf(inv.stderr, "ppi: %s is the secret half of your key. Keep it where only you can read it, and keep a "+
		"copy: nobody can make it again.\n", c.Output)
	return render(inv.stdout, announced)
}

type sealSetCommand struct {
	Threshold int      `required:"" short:"k" help:"How many openers are needed."`
	Announced []string `arg:"" help:"What ppi seal key printed for each opener."`
}

// Run makes a set of openers.
func (c *sealSetCommand) Run(inv *invocation) error {
	announced := make([]envelope.Announcement, len(c.Announced))
	for i, name := range c.Announced {
		a, err := fromFile(name, envelope.ReadAnnouncement)
		if err != nil {
			return err
		}
		announced[i] = a
	}
	set, err := envelope.NewSet(c.Threshold, announced)
	if err != nil {
		return err
	}
	if err := tellOpeners(inv.stderr, set); err != nil {
		return err
	}
	return render(inv.stdout, set)
}

type sealBoxCommand struct {
	Set      string    `required:"" help:"The openers: what ppi seal set printed."`
	Box      models.ID `required:"" placeholder:"ID" help:"The box."`
	Round    int       `default:"1" help:"The round of its stage."`
	Deadline time.Time `required:"" placeholder:"INSTANT" help:"Its deadline, such as 2026-12-01T12:00:00+01:00."`
}

// Run describes a box as the platform does.
func (c *sealBoxCommand) Run(inv *invocation) error {
	set, err := fromFile(c.Set, envelope.ReadSet)
	if err != nil {
		return err
	}
	box, err := envelope.NewBox(c.Box, c.Round, c.Deadline, set)
	if err != nil {
		return err
	}
	return render(inv.stdout, box)
}

type sealOpenersCommand struct {
	Box string `arg:"" help:"The description of the box, as the platform gives it."`
}

// Run shows who opens a box, for comparison with the notice.
func (c *sealOpenersCommand) Run(inv *invocation) error {
	box, err := fromFile(c.Box, envelope.ReadBox)
	if err != nil {
		return err
	}
	return tellOpeners(inv.stdout, box.Set)
}

// tellOpeners says what those who agree on a set must know.
func tellOpeners(w io.Writer, set envelope.Set) error {
	fingerprint, err := set.Fingerprint()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "fingerprint %s\n", fingerprint)
	fmt.Fprintf(w, "any %d of these %d open together:\n", set.Threshold, len(set.Openers))
	for _, o := range set.Openers {
		fmt.Fprintf(w, "  %s of %s with the key %s\n", o.Person, o.Buyer, o.Key)
	}
	for _, buyer := range set.CanBlock() {
		fmt.Fprintf(w, "warning: without the openers of %s the box stays closed\n", buyer)
	}
	return nil
}

// fromFile reads a file by one of the readers of package envelope.
func fromFile[T any](name string, read func([]byte) (T, error)) (T, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		var none T
		return none, err
	}
	v, err := read(text)
	if err != nil {
		return v, fmt.Errorf("%s: %w", name, err)
	}
	return v, nil
}

// render prints a file of package envelope.
func render(w io.Writer, v any) error {
	text, err := envelope.Render(v)
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

// all writes the text.
func all(text []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	}
}
