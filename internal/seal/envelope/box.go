package envelope

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/ppi-engine/ppi/internal/seal/pvss"
	"github.com/ppi-engine/ppi/models"
)

// A Kind says what an envelope holds: a [models.EnvelopeKind], or [KindTest].
type Kind = models.EnvelopeKind

// KindTest is an envelope without a tender, by which openers show that their keys work.
const KindTest Kind = "test"

// A Box is what suppliers and openers must know of a box, as the platform gives it to them.
type Box struct {
	Format string    `json:"format"`
	Box    models.ID `json:"box"`
	Round  int       `json:"round"`
	// Deadline is until when the box receives. Live openers do not open before.
	Deadline Instant `json:"deadline"`
	Set      Set     `json:"set"`
}

// An Instant is written in UTC with microseconds, in one way only; see [models.InstantLayout].
type Instant struct{ time.Time }

// MarshalJSON renders the instant as text.
func (i Instant) MarshalJSON() ([]byte, error) {
	return []byte(`"` + models.Instant(i.Time) + `"`), nil
}

// UnmarshalJSON reads what [Instant.MarshalJSON] renders.
func (i *Instant) UnmarshalJSON(text []byte) error {
	read, err := time.Parse(`"`+models.InstantLayout+`"`, string(text))
	if err != nil {
		return fmt.Errorf("read an instant: %w", err)
	}
	i.Time = read
	return nil
}

// NewBox describes a box.
func NewBox(id models.ID, round int, deadline time.Time, set Set) (Box, error) {
	b := Box{formatBox, id, round, Instant{deadline.UTC()}, set}
	return b, b.Check()
}

// Check refuses a box for whose openers nobody should seal.
func (b Box) Check() error {
	if b.Format != formatBox || b.Round < 1 || b.Deadline.IsZero() {
		return malformed(models.CodeBoxRefused, "the description of the box",
			"has no known format, no round or no deadline")
	}
	if fault := checkID("/box", b.Box, models.PrefixBox); fault != nil {
		return fault
	}
	return b.Set.Check()
}

// ReadBox reads and checks the description of a box, or the platform's answer in which it stands as box.
func ReadBox(text []byte) (Box, error) {
	var b Box
	var answer struct {
		Box json.RawMessage `json:"box"`
	}
	if unmarshal(text, &answer) == nil && bytes.HasPrefix(answer.Box, []byte("{")) {
		text = answer.Box
	}
	if err := readOpen(text, &b, models.CodeBoxRefused, "the description of the box"); err != nil {
		return b, err
	}
	return b, b.Check()
}

// For is the context of an envelope of a supplier in this box. The supplier of a test envelope is whoever made it.
func (b Box) For(supplier models.ID, kind Kind) Context {
	return Context{
		Format: formatEnvelope, Mode: b.Set.Mode, Procurement: b.Set.Procurement, Box: b.Box, Round: b.Round,
		Kind: kind, Supplier: supplier, Threshold: b.Set.Threshold, Openers: b.Set.openers(),
	}
}

// A Context says what an envelope belongs to. Every proof in it holds in this context only.
type Context struct {
	Format      string      `json:"format"`
	Mode        models.Mode `json:"mode"`
	Procurement models.ID   `json:"procurement"`
	Box         models.ID   `json:"box"`
	Round       int         `json:"round"`
	Kind        Kind        `json:"kind"`
	Supplier    models.ID   `json:"supplier"`
	Threshold   int         `json:"threshold"`
	Openers     []Opener    `json:"openers"`
}

func (c Context) check() error {
	if c.Format != formatEnvelope {
		return models.Refuse(models.CodeNotSealed, "/context/format", "%q is not known here", c.Format).
			Accepting("%s", formatEnvelope)
	}
	faults := []*models.Refusal{
		checkID("/context/procurement", c.Procurement, models.PrefixProcurement),
		checkID("/context/box", c.Box, models.PrefixBox),
		checkID("/context/supplier", c.Supplier, models.PrefixOrganisation),
	}
	if c.Mode != models.ModeLive && c.Mode != models.ModeRehearsal {
		faults = append(faults, models.Refuse(models.CodeNotSealed, "/context/mode", "%q is not a mode", c.Mode))
	}
	if c.Round < 1 {
		faults = append(faults, models.Refuse(models.CodeNotSealed, "/context/round", "rounds are counted from 1"))
	}
	if !knownKind(c.Kind) {
		faults = append(faults, models.Refuse(models.CodeNotSealed, "/context/kind", "%q is no kind", c.Kind))
	}
	for _, o := range c.Openers {
		faults = append(faults,
			checkID("/context/openers", o.Buyer, models.PrefixOrganisation),
			checkID("/context/openers", o.Person, models.PrefixPerson))
	}
	if err := models.Refusals(faults); err != nil {
		return err
	}
	return CheckOpeners(c.Openers, c.Threshold)
}

func knownKind(kind Kind) bool {
	return kind == KindTest || slices.Contains(models.EnvelopeKinds(), kind)
}

func (c Context) keys() []pvss.Point {
	keys := make([]pvss.Point, len(c.Openers))
	for i, o := range c.Openers {
		keys[i] = o.Key
	}
	return keys
}

// Differs refuses an envelope in whose place another was expected ([models.CodeEnvelopeElsewhere]); the field says in
// what they differ.
func (c Context) Differs(expected Context) error {
	differ := func(field string, got, want any) error {
		return models.Refuse(models.CodeEnvelopeElsewhere, "/context/"+field,
			"the envelope was sealed for %v, and not for %v", got, want).
			Accepting("an envelope sealed for this place: for its box, round, kind, supplier and openers")
	}
	for _, f := range []struct {
		field     string
		got, want any
	}{
		{"mode", c.Mode, expected.Mode},
		{"procurement", c.Procurement, expected.Procurement},
		{"box", c.Box, expected.Box},
		{"round", c.Round, expected.Round},
		{"kind", c.Kind, expected.Kind},
		{"supplier", c.Supplier, expected.Supplier},
	} {
		if f.got != f.want {
			return differ(f.field, f.got, f.want)
		}
	}
	got, err := tagOf(c)
	if err != nil {
		return err
	}
	want, err := tagOf(expected)
	if err != nil {
		return err
	}
	if got != want {
		return differ("openers", "other openers or another threshold", "those of the box")
	}
	return nil
}
