// Package seal proves by signed receipts when a tender came in, and refuses secret keys. How tenders are sealed is in
// internal/seal/envelope.
package seal

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/ppi-engine/ppi/models"
)

// receiptType is the first line of every receipt: what kind of text was signed, and its version. Before release 0.2 it
// was earlierType, and no receipt named the openers.
const (
	receiptType = "ppi-engine.org/tender-receipt/3"
	earlierType = "ppi-engine.org/tender-receipt/2"
)

// An Act is what a receipt confirms.
type Act string

// The acts.
const (
	ActReceived  Act = "received"
	ActWithdrawn Act = "withdrawn"
	// ActConfirmed is that of a tender that its tenderer confirmed after a notice of change.
	ActConfirmed Act = "confirmed"
)

// A Receipt proves to a supplier that its tender was received, withdrawn or confirmed, and when (Directive
// 2014/24/EU, Annex IV (a): the exact time and date of receipt can be determined precisely).
type Receipt struct {
	Act           Act
	TenderID      models.ID
	ProcurementID models.ID
	LotID         models.ID
	// BoxID is the box of the lot, and HandsIn what it receives: the receipt of a request to participate is not the
	// receipt of a tender.
	BoxID   models.ID
	HandsIn models.Handed
	// Openers is the fingerprint of those for whom the box is sealed.
	Openers        string
	OrganisationID models.ID
	Mode           models.Mode
	// ProcedureTime is the instant of the act; RealTime is the same instant by the database's own clock. They differ
	// only in rehearsals.
	ProcedureTime time.Time
	RealTime      time.Time
	// Manifest is the SHA-256 of the list of envelopes; see [Manifest].
	Manifest  string
	Envelopes []models.Envelope
	// SupersedesID is the tender that this one replaced; empty: none.
	SupersedesID models.ID
	// NoticeID is the last notice of change before a confirmation; empty: none was confirmed.
	NoticeID models.ID
}

// Manifest returns the SHA-256, in hexadecimal, of the list of envelopes: for each, in order, a line with the word
// envelope, its kind, the SHA-256 of its bytes and their number, separated by spaces.
func Manifest(envelopes []models.Envelope) string {
	var b strings.Builder
	writeEnvelopes(&b, envelopes)
	return models.Digest([]byte(b.String()))
}

func writeEnvelopes(b *strings.Builder, envelopes []models.Envelope) {
	for _, e := range envelopes {
		b.WriteString("envelope " + string(e.Kind) + " " + e.Digest + " " + strconv.FormatInt(e.Size, 10) + "\n")
	}
}

// Text is the text that is signed: the type of the text, then lines of a name and a value each.
func (r Receipt) Text() string {
	var b strings.Builder
	form, openers := receiptType, "openers "+r.Openers+"\n"
	if r.Openers == "" {
		form, openers = earlierType, ""
	}
	fmt.Fprintf(&b, "%s\nact %s\ntender %s\nprocurement %s\nlot %s\nbox %s\n", form, r.Act, r.TenderID, r.ProcurementID,
		r.LotID, r.BoxID)
	fmt.Fprintf(&b, "%shands_in %s\norganisation %s\nmode %s\n", openers, r.HandsIn, r.OrganisationID, r.Mode)
	fmt.Fprintf(&b, "procedure_time %s\nreal_time %s\nmanifest %s\n",
		models.Instant(r.ProcedureTime), models.Instant(r.RealTime), r.Manifest)
	if r.SupersedesID != "" {
		b.WriteString("supersedes " + string(r.SupersedesID) + "\n")
	}
	if r.NoticeID != "" {
		b.WriteString("notice " + string(r.NoticeID) + "\n")
	}
	writeEnvelopes(&b, r.Envelopes)
	return b.String()
}

// Verify checks a signed receipt against the public key of its issuer (see [Signer.PublicKey]) and reads it. It needs
// nothing else. It fails when the signature is not by this key over exactly this text, or when the manifest is not that
// of the list of envelopes.
func Verify(signed, publicKey string) (Receipt, error) {
	verifier, err := note.NewVerifier(publicKey)
	if err != nil {
		return Receipt{}, fmt.Errorf("read public key: %w", err)
	}
	opened, err := note.Open([]byte(signed), note.VerifierList(verifier))
	if err != nil {
		return Receipt{}, fmt.Errorf("verify receipt: %w", err)
	}
	return parse(opened.Text)
}

// Read reads a receipt that is stored in the record. It does not check the signature.
func Read(signed string) (Receipt, error) {
	text, _, found := strings.Cut(signed, "\n\n")
	if !found {
		return Receipt{}, errNoReceipt
	}
	return parse(text + "\n")
}

var errNoReceipt = errors.New("read receipt: not the text of a receipt")

// parse reads what [Receipt.Text] rendered, and refuses everything that Text would render in another way.
func parse(text string) (Receipt, error) {
	var r Receipt
	form, rest, _ := strings.Cut(text, "\n")
	if form != receiptType && form != earlierType {
		return r, errNoReceipt
	}
	values := map[string]string{}
	for l := range strings.Lines(rest) {
		name, value, _ := strings.Cut(strings.TrimSuffix(l, "\n"), " ")
		if name == "envelope" {
			e, err := parseEnvelope(value)
			if err != nil {
				return r, err
			}
			e.N = len(r.Envelopes) + 1
			r.Envelopes = append(r.Envelopes, e)
			continue
		}
		values[name] = value
	}
	if err := r.fill(values); err != nil {
		return r, err
	}
	if r.Text() != text {
		return r, errNoReceipt
	}
	if Manifest(r.Envelopes) != r.Manifest {
		return r, errors.New("read receipt: the manifest is not that of the envelopes")
	}
	return r, nil
}

func (r *Receipt) fill(values map[string]string) error {
	r.Act, r.TenderID = Act(values["act"]), models.ID(values["tender"])
	r.ProcurementID, r.LotID = models.ID(values["procurement"]), models.ID(values["lot"])
	r.BoxID, r.HandsIn = models.ID(values["box"]), models.Handed(values["hands_in"])
	r.Openers = values["openers"]
	r.OrganisationID, r.Mode = models.ID(values["organisation"]), models.Mode(values["mode"])
	r.Manifest, r.SupersedesID = values["manifest"], models.ID(values["supersedes"])
	r.NoticeID = models.ID(values["notice"])
	var procedure, clock error
	r.ProcedureTime, procedure = time.Parse(models.InstantLayout, values["procedure_time"])
	r.RealTime, clock = time.Parse(models.InstantLayout, values["real_time"])
	if err := errors.Join(procedure, clock); err != nil {
		return fmt.Errorf("read receipt: %w", err)
	}
	return nil
}

func parseEnvelope(value string) (models.Envelope, error) {
	parts := strings.Split(value, " ")
	if len(parts) != 3 {
		return models.Envelope{}, errNoReceipt
	}
	size, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil {
		return models.Envelope{}, errNoReceipt
	}
	return models.Envelope{Kind: models.EnvelopeKind(parts[0]), Digest: parts[1], Size: size}, nil
}
