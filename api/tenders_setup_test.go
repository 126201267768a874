package api

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/ppi-engine/ppi/internal/opening"
	"github.com/ppi-engine/ppi/internal/seal/envelope"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

func receiptSigner(t testing.TB) *seal.Signer {
	t.Helper()
	s, err := seal.NewSigner("test/receipts", bytes.Repeat([]byte{7}, ed25519.SeedSize))
	require.NoError(t, err)
	return s
}

// direct carries commands out at once, by the act that the workflow would call for.
type direct struct {
	acts *acts.Acts
}

func (direct) Start(context.Context, models.ID, string, []string) error { return nil }

func (d direct) Anew(ctx context.Context, cmd models.Command) (process.Outcome, error) {
	return d.Command(ctx, cmd)
}

func (d direct) Command(ctx context.Context, cmd models.Command) (process.Outcome, error) {
	for step := 0; ; step++ {
		out, err := d.acts.Execute(ctx, process.Execute{
			ProcurementID: cmd.ProcurementID, CommandID: cmd.ID,
			Step: step,
		})
		if err != nil || !out.More {
			return out, err
		}
	}
}

// A tendering is a procurement in its tender phase.
type tendering struct {
	*world
	procurement

	lead caller
}

// inTender makes a procurement whose tender phase is open, as a rehearsal, with a lead procurer.
func inTender(t testing.TB) *tendering {
	t.Helper()
	return inTenderOf(setup(t))
}

// inTenderOf makes it in a world that is there.
func inTenderOf(w *world) *tendering {
	w.Helper()
	d := &tendering{world: w, lead: w.buyer()}
	w.server.engine = direct{w.acts}
	d.procurement = d.draftIn(models.ModeRehearsal)
	return d
}

// draftIn makes a procurement of a mode, with one buyer whose board is its lead procurer, and lets its tender
// phase begin behind the API's back.
func (d *tendering) draftIn(mode models.Mode) procurement {
	d.Helper()
	body := draft()
	body["mode"] = mode
	var p procurement
	d.do(d.lead, POST, "/v1/procurements", body).is(http.StatusCreated).into(&p)
	d.exec("UPDATE procurements SET status = 'running', started_at = clock_timestamp() WHERE id = $1", p.ID)
	d.exec("INSERT INTO phase_rounds (procurement_id, phase, round, status, opened_at) VALUES ($1, 'tender', 1, "+
		"'open', clock_timestamp())", p.ID)
	for _, before := range []models.Phase{models.PhaseCapacity, models.PhaseEngagement, models.PhaseSpecification} {
		d.exec(`INSERT INTO phase_rounds (procurement_id, phase, round, status, opened_at, closed_at)
			VALUES ($1, $2, 1, 'closed', clock_timestamp(), clock_timestamp())`, p.ID, before)
	}
	d.exec("UPDATE phase_rounds SET status = 'open', closed_at = NULL WHERE procurement_id = $1 AND "+
		"phase = 'specification'", p.ID)
	d.do(d.lead, POST, p.Self()+"/requirements", requirement()).is(http.StatusCreated)
	d.exec("UPDATE phase_rounds SET status = 'closed', closed_at = clock_timestamp() WHERE procurement_id = $1 AND "+
		"phase = 'specification'", p.ID)
	d.exec(`INSERT INTO phase_rounds (procurement_id, phase, round, status, opened_at, closed_at)
		VALUES ($1, 'needs', 1, 'closed', clock_timestamp(), clock_timestamp())`, p.ID)
	d.approveBudget(p, d.lead.organisation)
	d.sealFor(p)
	d.give(d.lead, p, d.lead.person, models.RoleBoard)
	return p
}

// approveBudget has a buyer approve its budget, without which nothing is published.
func (d *tendering) approveBudget(p procurement, buyer models.ID) {
	d.Helper()
	officer := d.personOf(buyer)
	d.give(d.lead, p, officer.person, models.RoleBuyer)
	d.do(officer, POST, p.Self()+"/budget-approvals", map[string]any{
		"stage": models.BudgetForNotice, "organ": "City council", "approved_on": "2020-01-10", "reference": "2020/7",
		"amount": models.Money{Amount: "1000000.00", Currency: "EUR"},
	}).is(http.StatusCreated)
}

// requirement is the one without which no lot is published.
func requirement() map[string]any {
	return map[string]any{
		"code": "R-001", "statement": models.Text{"en": "The system computes."}, "type": "functional",
		"priority": "must", "use": models.UseMinimum, "minimum": models.Text{"en": "Fast."},
	}
}

// criteria are award criteria for a lot.
func criteria(lot models.ID) map[string]any {
	return map[string]any{
		"lot": lot, "method": "relative_to_lowest", "currency": "EUR", "price_weight": "40", "digits": 2,
		"rounding":  "half_up",
		"tie_break": []string{"price"}, "consensus": "chair", "criteria": []map[string]any{{
			"id": "energy", "title": models.Text{"en": "Energy"}, "link": models.Text{"en": "Energy the system uses"},
			"weight": "60", "max": "10",
		}},
	}
}

// deadlineIn is a deadline as people set it, that far from now in procedure time.
func (d *tendering) deadlineIn(after time.Duration) process.LocalTime {
	d.Helper()
	var p procurement
	d.do(d.lead, GET, d.Self(), nil).is(http.StatusOK).into(&p)
	return process.LocalTime{Local: p.Now.Add(after).UTC().Format("2006-01-02T15:04:05"), Zone: "UTC"}
}

// describe describes a lot with award criteria and a deadline in two months.
func (d *tendering) describe() LotView {
	d.Helper()
	var l LotView
	d.do(d.lead, POST, d.Self()+"/lots", map[string]any{
		"title":    models.Text{"en": "Nodes"},
		"deadline": d.deadlineIn(60 * 24 * time.Hour),
	}).
		is(http.StatusCreated).into(&l)
	d.do(d.lead, POST, d.Self()+"/award-criteria", criteria(l.ID)).is(http.StatusCreated)
	return l
}

// publish publishes what is described.
func (d *tendering) publish() process.PublishResult {
	d.Helper()
	var view acts.CommandView[process.PublishResult]
	d.do(d.lead, POST, d.Self()+"/actions/publish", map[string]any{}).is(http.StatusOK).into(&view)
	return *view.Result
}

// openLot describes and publishes one lot.
func (d *tendering) openLot() LotView {
	d.Helper()
	l := d.describe()
	d.publish()
	return d.lot(l.ID)
}

func (d *tendering) lot(id models.ID) LotView {
	d.Helper()
	var l LotView
	d.do(d.lead, GET, d.Self()+"/lots/"+string(id), nil).is(http.StatusOK).into(&l)
	return l
}

// setDeadline sets an exact deadline behind the API's back.
func (d *tendering) setDeadline(lot models.ID, at time.Time) {
	d.Helper()
	d.exec("UPDATE boxes SET deadline = $1 WHERE lot_id = $2", at, lot)
}

// read reads one row from the database.
func (d *tendering) read(query string, args []any, into ...any) {
	d.Helper()
	require.NoError(d, d.db.SQL.QueryRow(d.Context(), query, args...).Scan(into...))
}

// clock is the database's.
func (d *tendering) clock() (now time.Time) {
	d.Helper()
	d.read("SELECT clock_timestamp()", nil, &now)
	return now.UTC()
}

// close has the box of a lot closed, as the timer does.
func (d *tendering) close(lot models.ID) process.DueOutcome {
	d.Helper()
	out, err := d.acts.RunDue(d.Context(), process.RunDue{ProcurementID: d.ID, Due: d.due(lot)})
	require.NoError(d, err)
	return out
}

func (d *tendering) due(lot models.ID) process.Due {
	l := d.lot(lot)
	return process.Due{
		Kind: process.DueCloseBox, Phase: models.PhaseTender, Subject: l.Boxes[len(l.Boxes)-1].ID,
		At: utc(l.Deadline.At),
	}
}

// supplier makes a registered person of a new economic operator.
func (d *tendering) supplier() caller {
	d.Helper()
	c := d.organisation(models.OrganisationEconomicOperator)
	d.do(c, POST, d.Self()+"/registrations", nil).is(http.StatusCreated)
	return c
}

// sealFor has two of three openers of different buyers open together, and has them pass their test, behind the API's
// back: the buyers are no members of the procurement.
func (d *tendering) sealFor(p procurement) {
	d.Helper()
	openers := make([]pgtest.Opener, 3)
	for i := range openers {
		who := d.buyer()
		openers[i] = pgtest.Opener{Person: who.person, Buyer: who.organisation}
	}
	pgtest.SealFor(d, d.exec, p.ID, p.Mode, 2, openers)
}

// envelope is an envelope of a supplier with random content, sealed for the box of a lot, or for the last box of the
// procurement.
func (d *tendering) envelope(c caller, kind models.EnvelopeKind, size int, lot ...models.ID) []byte {
	d.Helper()
	var id models.ID
	query, args := "SELECT id FROM boxes WHERE procurement_id = $1", []any{d.ID}
	if len(lot) > 0 {
		query, args = query+" AND lot_id = $2", append(args, lot[0])
	}
	d.read(query+" ORDER BY opened_at DESC, id DESC LIMIT 1", args, &id)
	sealed, err := d.acts.Store.SealedBox(d.Context(), d.ID, id)
	require.NoError(d, err)
	box, err := opening.Describe(sealed, sealed.Fingerprint)
	require.NoError(d, err)
	var file bytes.Buffer
	_, err = envelope.Seal(&file, bytes.NewReader(bytes.Repeat([]byte(uuid.NewString()[:32]), size/32+1)),
		box.For(c.organisation, kind))
	require.NoError(d, err)
	return file.Bytes()
}

func sha(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// announce begins an upload.
func (d *tendering) announce(c caller, content []byte, purpose models.Purpose) UploadView {
	d.Helper()
	var u UploadView
	d.do(c, POST, d.Self()+"/uploads", announcement(content, purpose)).is(http.StatusCreated).into(&u)
	return u
}

func announcement(content []byte, purpose models.Purpose) map[string]any {
	return map[string]any{
		"size": len(content), "sha256": sha(content), "media_type": "application/pdf",
		"filename": "offer.pdf", "purpose": purpose,
	}
}

// send puts one chunk of an upload.
func (d *tendering) send(c caller, u UploadView, n int, chunk []byte) response {
	d.Helper()
	return d.do(c, PUT, u.Self()+"/chunks/"+strconv.Itoa(n), chunk, with("Content-Type", models.MediaTypeBytes))
}

func chunkOf(content []byte, n int) []byte {
	return content[n*models.ChunkSize : min((n+1)*models.ChunkSize, len(content))]
}

// upload uploads content and completes it.
func (d *tendering) upload(c caller, content []byte, purpose models.Purpose) UploadView {
	d.Helper()
	u := d.announce(c, content, purpose)
	for n := range u.Chunks {
		d.send(c, u, n, chunkOf(content, n)).is(http.StatusNoContent)
	}
	d.do(c, POST, u.Self()+"/actions/complete", nil).is(http.StatusOK).into(&u)
	return u
}

// tender is the body of a tender with two sealed envelopes that were uploaded: for a lot, or for the last box of the
// procurement.
func (d *tendering) tender(c caller, lot ...models.ID) TenderBody {
	d.Helper()
	var b TenderBody
	for _, kind := range []models.EnvelopeKind{models.EnvelopeQuality, models.EnvelopePrice} {
		u := d.upload(c, d.envelope(c, kind, 100, lot...), models.PurposeEnvelope)
		b.Envelopes = append(b.Envelopes, EnvelopeInput{Kind: kind, Upload: u.ID, Digest: u.SHA256})
	}
	return b
}

func (d *tendering) submit(c caller, lot models.ID, b TenderBody, headers ...header) response {
	d.Helper()
	return d.do(c, POST, d.Self()+"/lots/"+string(lot)+"/tenders", b, headers...)
}

// submitted hands in a tender and expects its receipt.
func (d *tendering) submitted(c caller, lot models.ID) ReceiptView {
	d.Helper()
	var r ReceiptView
	d.submit(c, lot, d.tender(c, lot)).is(http.StatusCreated).into(&r)
	return r
}

func (d *tendering) replace(c caller, tender models.ID, b TenderBody, headers ...header) response {
	d.Helper()
	return d.do(c, POST, tenderPath(d.ID, tender)+"/actions/replace", b, headers...)
}

func (d *tendering) withdraw(c caller, tender models.ID, headers ...header) response {
	d.Helper()
	return d.do(c, POST, tenderPath(d.ID, tender)+"/actions/withdraw", nil, headers...)
}

// verified checks a receipt offline and returns what was signed.
func (d *tendering) verified(r ReceiptView) seal.Receipt {
	d.Helper()
	signed, err := seal.Verify(r.Note, d.acts.Receipts.PublicKey())
	require.NoError(d, err)
	require.Equal(d, showReceipt(seal.Issued{Receipt: signed, Note: r.Note}), r)
	return signed
}

// asApplication connects with the rights of the product.
func asApplication(d *tendering) *pgx.Conn {
	d.Helper()
	return pgtest.Connect(d, d.db.Application)
}
