package acts_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A box takes tenders for a published lot of a draft: receipt asks for no more of the process.
type box struct {
	*bench

	lot     models.ID
	openers []pgtest.Opener
}

func openBox(t testing.TB) *box {
	t.Helper()
	b := &box{bench: setUp(t).opened(models.PhaseTender)}
	var err error
	b.acts.Receipts, err = seal.NewSigner("test/receipts", bytes.Repeat([]byte{7}, ed25519.SeedSize))
	require.NoError(t, err)
	made, err := b.acts.CreateLot(t.Context(), b.asLead(), lot("Nodes"))
	require.NoError(t, err)
	b.lot = made.Result.ID
	b.exec(pgtest.OpenBox("clock_timestamp() + interval '1 hour'"), b.lot)
	for range 3 {
		who := b.person(models.OrganisationContractingAuthority)
		b.openers = append(b.openers, pgtest.Opener{Person: who.PersonID, Buyer: who.OrganisationID})
	}
	pgtest.SealFor(t, b.exec, b.draft, models.ModeRehearsal, 2, b.openers)
	b.exec(pgtest.SealBoxes, b.draft)
	return b
}

// exec writes past the acts, as time does.
func (b *bench) exec(sql string, arguments ...any) {
	b.Helper()
	_, err := b.db.SQL.Exec(b.Context(), sql, arguments...)
	require.NoError(b, err)
}

func (b *bench) count(sql string, arguments ...any) (n int) {
	b.Helper()
	require.NoError(b, b.db.SQL.QueryRow(b.Context(), sql, arguments...).Scan(&n))
	return n
}

// pass lets the deadline of the lot pass.
func (b *box) pass() {
	b.Helper()
	b.exec("UPDATE boxes SET deadline = clock_timestamp() - interval '1 microsecond' WHERE lot_id = $1", b.lot)
}

// supplier registers a person of a new economic operator.
func (b *box) supplier() models.Actor {
	b.Helper()
	actor := b.person(models.OrganisationEconomicOperator)
	_, err := b.acts.Register(b.Context(), b.new(acts.By{Actor: actor}), b.draft, "")
	require.NoError(b, err)
	return actor
}

func (b *box) asSupplier(actor models.Actor) acts.By {
	b.Helper()
	return b.by(actor, models.RoleSupplier)
}

// sealed is an envelope that was uploaded: for the lot of the box, or another one.
func (b *box) sealed(actor models.Actor, lot ...models.ID) []models.Envelope {
	b.Helper()
	return b.sealedAs(actor, models.EnvelopeQuality, append(lot, b.lot)[0])
}

// sealedAs is a complete upload as it would be of an envelope of a kind for a lot.
func (b *box) sealedAs(actor models.Actor, kind models.EnvelopeKind, lot models.ID) []models.Envelope {
	b.Helper()
	now := time.Now()
	var openers string
	of := b.db.SQL.QueryRow(b.Context(), "SELECT fingerprint FROM boxes WHERE id = $1", pgtest.BoxOf(lot))
	require.NoError(b, of.Scan(&openers))
	u := models.Upload{
		ProcurementID: b.draft, OrganisationID: actor.OrganisationID, PersonID: actor.PersonID,
		Purpose: models.PurposeEnvelope, Filename: "offer.age", MediaType: models.MediaTypeBytes, Size: 6,
		Digest: models.Digest([]byte("sealed")), CompletedAt: &now, BoxID: pgtest.BoxOf(lot), Kind: kind,
		Header: models.Digest([]byte("header")), Fingerprint: openers,
	}
	require.NoError(b, b.acts.Store.InTx(b.Context(), func(tx *store.Tx) error { return tx.CreateUpload(&u) }))
	return []models.Envelope{{N: 1, Kind: kind, UploadID: u.ID, Digest: u.Digest}}
}

func (b *box) handedIn(actor models.Actor) seal.Issued {
	b.Helper()
	done, err := b.acts.HandIn(b.Context(), b.asSupplier(actor), b.lot, b.sealed(actor))
	require.NoError(b, err)
	require.False(b, done.Again)
	return done.Result
}

func TestATenderInTimeGetsASignedReceipt(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	supplier := b.supplier()
	issued := b.handedIn(supplier)
	signed, err := seal.Verify(issued.Note, b.acts.Receipts.PublicKey())
	require.NoError(t, err)
	require.Equal(t, issued.Text(), signed.Text())
	require.Equal(t, b.lot, signed.LotID)
	require.Equal(t, supplier.OrganisationID, signed.OrganisationID)
	require.Equal(t, int64(6), signed.Envelopes[0].Size)
	require.Equal(t, 1, b.count("SELECT count(*) FROM tenders WHERE id = $1 AND receipt = $2", issued.TenderID,
		issued.Note))
	require.Equal(t, 1, b.count("SELECT count(*) FROM events WHERE type = 'tender.received' AND procurement_id IS "+
		"NULL AND actor_id IS NULL"),
		"the event belongs to no procurement and names nobody")
}

func TestALateTenderIsRefusedAndTheAttemptKept(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	early, late := b.supplier(), b.supplier()
	standing, envelopes := b.handedIn(early), b.sealed(late)
	b.pass()
	_, err := b.acts.HandIn(t.Context(), b.asSupplier(late), b.lot, envelopes)
	refused(t, err, models.CodeDeadlinePassed)
	_, err = b.acts.WithdrawTender(t.Context(), b.asSupplier(early), standing.TenderID)
	refused(t, err, models.CodeDeadlinePassed)
	require.Equal(t, 1, b.count("SELECT count(*) FROM tenders WHERE ended_at IS NULL"))
	require.Equal(t, 2, b.happened(event.TenderRefused{}))
}

func TestARepeatGetsTheFirstReceiptAlsoAfterTheDeadline(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	supplier := b.supplier()
	by, envelopes := b.asSupplier(supplier), b.sealed(supplier)
	first, err := b.acts.HandIn(t.Context(), by, b.lot, envelopes)
	require.NoError(t, err)
	withdrawing := b.asSupplier(supplier)
	withdrawn, err := b.acts.WithdrawTender(t.Context(), withdrawing, first.Result.TenderID)
	require.NoError(t, err)
	require.Equal(t, seal.ActWithdrawn, withdrawn.Result.Act)
	b.pass()

	again, err := b.acts.HandIn(t.Context(), by, b.lot, envelopes)
	require.NoError(t, err)
	require.True(t, again.Again)
	require.Equal(t, first.Result.Note, again.Result.Note)
	again, err = b.acts.WithdrawTender(t.Context(), withdrawing, first.Result.TenderID)
	require.NoError(t, err)
	require.True(t, again.Again)
	require.Equal(t, withdrawn.Result.Note, again.Result.Note)
	by.Request.Fingerprint = sha256.Sum256([]byte("another body"))
	_, err = b.acts.HandIn(t.Context(), by, b.lot, envelopes)
	refusedAt(t, err, models.CodeKeyReused, models.FieldRequest)
	require.Zero(t, b.happened(event.TenderRefused{}), "a repeat is no attempt")
}

func TestAnOrganisationHasOneTenderForALot(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	supplier, rival := b.supplier(), b.supplier()
	first := b.handedIn(supplier)
	_, err := b.acts.HandIn(t.Context(), b.asSupplier(supplier), b.lot, b.sealed(supplier))
	refused(t, err, models.CodeTenderExists)
	by := b.asSupplier(supplier)
	by.On = acts.Versions{Of: []int64{2}}
	_, err = b.acts.ReplaceTender(t.Context(), by, first.TenderID, b.sealed(supplier))
	refused(t, err, models.CodeStale)
	_, err = b.acts.ReplaceTender(t.Context(), b.asSupplier(rival), first.TenderID, b.sealed(rival))
	refused(t, err, models.CodeNotFound)
	second, err := b.acts.ReplaceTender(t.Context(), b.asSupplier(supplier), first.TenderID, b.sealed(supplier))
	require.NoError(t, err)
	require.Equal(t, first.TenderID, second.Result.SupersedesID)
	_, err = b.acts.WithdrawTender(t.Context(), b.asSupplier(supplier), first.TenderID)
	refused(t, err, models.CodeTenderReplaced)
}

func TestABoxTakesOnlyWhatASupplierUploadedAndSealed(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	supplier, rival := b.supplier(), b.supplier()
	of := b.sealed(rival)
	_, err := b.acts.HandIn(t.Context(), b.asSupplier(supplier), b.lot, of)
	refusedAt(t, err, models.CodeInvalidValue, "/envelopes/0/upload")
	_, err = b.acts.HandIn(t.Context(), b.asSupplier(supplier), b.lot, nil)
	refused(t, err, models.CodeInvalidValue)
	changed := b.sealed(supplier)
	changed[0].Digest = models.Digest([]byte("something else"))
	_, err = b.acts.HandIn(t.Context(), b.asSupplier(supplier), b.lot, changed)
	refused(t, err, models.CodeDigestMismatch)
	by := b.asSupplier(supplier)
	by.Actor.Roles = []models.Role{models.RoleObserver}
	_, err = b.acts.HandIn(t.Context(), by, b.lot, b.sealed(supplier))
	refused(t, err, models.CodeForbidden)
	require.Zero(t, b.count("SELECT count(*) FROM tenders"))
}

func TestARegistrationIsDatedByOneReadingOfTheClock(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	supplier := b.supplier()
	var same bool
	require.NoError(t, b.db.SQL.QueryRow(t.Context(), `
		SELECT bool_and(e.at = r.created_at AND e.recorded_at = r.created_at
			AND (e.data->>'valid_from')::timestamptz = r.valid_from)
		FROM role_assignments r JOIN events e ON e.data->>'role_id' = r.id WHERE r.person_id = $1`,
		supplier.PersonID).Scan(&same))
	require.True(t, same)
}

func TestAReceiptKeptByAnEarlierReleaseIsRefusedInWords(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	actor := b.supplier()
	by, envelopes := b.asSupplier(actor), b.sealed(actor)
	_, err := b.acts.HandIn(t.Context(), by, b.lot, envelopes)
	require.NoError(t, err)
	b.keptEarlier(by)
	_, err = b.acts.HandIn(t.Context(), by, b.lot, envelopes)
	refused(t, err, models.CodeAnswerLost)
}
