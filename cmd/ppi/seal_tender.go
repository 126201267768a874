package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/models"
)

// forBox is the box that somebody seals for, compared with the notice before anything else is done.
type forBox struct {
	Box         string `required:"" help:"The description of the box, as the platform gives it."`
	Fingerprint string `required:"" help:"The fingerprint of the openers, as the published notice says it."`
}

func (f forBox) read() (envelope.Box, error) {
	box, err := fromFile(f.Box, envelope.ReadBox)
	if err != nil {
		return box, err
	}
	return box, box.Set.Confirm(f.Fingerprint)
}

type sealPriceCommand struct {
	Amount   string `required:"" help:"The price that counts, such as 1250000.10."`
	Currency string `required:"" help:"Its currency, such as EUR."`
	With     string `placeholder:"FILE" help:"What follows on the price, such as a breakdown as PDF."`
	Output   string `arg:"" help:"The file; it must not exist."`
}

// Run writes a price, and what follows on it.
func (c *sealPriceCommand) Run(*invocation) error {
	line, err := envelope.PriceLine(models.Money{Amount: c.Amount, Currency: c.Currency})
	if err != nil {
		return err
	}
	after := io.Reader(strings.NewReader(""))
	if c.With != "" {
		file, err := os.Open(c.With)
		if err != nil {
			return err
		}
		defer file.Close()
		after = file
	}
	return writeNew(c.Output, func(w io.Writer) error {
		_, err := io.Copy(w, io.MultiReader(bytes.NewReader(line), after))
		return err
	})
}

type sealTenderCommand struct {
	forBox

	Supplier models.ID           `required:"" placeholder:"ID" help:"The organisation that tenders."`
	Kind     models.EnvelopeKind `required:"" help:"What the file is: quality, price, qualification or other."`
	Input    string              `arg:"" help:"The file to seal."`
	Output   string              `arg:"" help:"The envelope; it must not exist."`
}

// Run seals a file and prints what an upload must say of it. Nothing is kept by which it could be opened.
func (c *sealTenderCommand) Run(inv *invocation) error {
	if c.Kind == envelope.KindTest {
		return models.Refuse(models.CodeInvalidValue, "/kind", "a tender is no test").Accepting("ppi seal test")
	}
	in, err := os.Open(c.Input)
	if err != nil {
		return err
	}
	defer in.Close()
	if c.Kind == models.EnvelopePrice {
		if _, _, err := envelope.ReadPrice(in); err != nil {
			return fmt.Errorf("%s: %w", c.Input, err)
		}
		if _, err := in.Seek(0, io.SeekStart); err != nil {
			return err
		}
	}
	return c.seal(inv, c.Supplier, c.Kind, in, c.Output)
}

func (f forBox) seal(inv *invocation, by models.ID, kind envelope.Kind, from io.Reader, to string) error {
	box, err := f.read()
	if err != nil {
		return err
	}
	var sealed envelope.Sealed
	err = writeNew(to, func(w io.Writer) error {
		sealed, err = envelope.Seal(w, from, box.For(by, kind))
		return err
	})
	if err != nil {
		return err
	}
	return printJSON(inv.stdout, struct {
		File string `json:"file"`
		envelope.Sealed
	}{to, sealed})
}

type sealTestCommand struct {
	forBox

	By     models.ID `required:"" placeholder:"ID" help:"The organisation that makes the test."`
	Output string    `arg:"" help:"The test envelope; it must not exist."`
}

// Run seals a test envelope. An opener who releases it has shown that its key works.
func (c *sealTestCommand) Run(inv *invocation) error {
	return c.seal(inv, c.By, envelope.KindTest, strings.NewReader("A test: "+rand.Text()+"\n"), c.Output)
}

type sealCheckCommand struct {
	Input []string `arg:"" help:"Envelopes."`
}

// Run checks envelopes without any key, and prints for what they were sealed.
func (c *sealCheckCommand) Run(inv *invocation) error {
	for _, name := range c.Input {
		header, err := checkFile(name)
		if err != nil {
			return err
		}
		if err := printJSON(inv.stdout, struct {
			File    string           `json:"file"`
			Header  string           `json:"header"`
			Context envelope.Context `json:"context"`
		}{name, header.Digest(), header.Context()}); err != nil {
			return err
		}
	}
	return nil
}

func checkFile(name string) (envelope.Header, error) {
	in, err := os.Open(name)
	if err != nil {
		return envelope.Header{}, err
	}
	defer in.Close()
	return envelope.Check(in)
}
