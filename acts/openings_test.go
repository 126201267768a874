package acts_test

import (
	"bytes"
	"encoding/hex"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/opening"
	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// described is the box as suppliers and openers know it.
func (b *box) described() envelope.Box {
	b.Helper()
	sealed, err := b.acts.Store.SealedBox(b.Context(), b.draft, pgtest.BoxOf(b.lot))
	require.NoError(b, err)
	box, err := opening.Describe(sealed, sealed.Fingerprint)
	require.NoError(b, err)
	return box
}

// sent uploads an envelope of a supplier, and hands nothing in.
func (b *box) sent(actor models.Actor, file []byte) (models.Upload, error) {
	b.Helper()
	u := b.announced(b.asSupplier(actor), file, models.PurposeEnvelope)
	if _, err := b.acts.PutChunk(b.Context(), b.asSupplier(actor), u.ID, 0, file); err != nil {
		return u, err
	}
	done, err := b.acts.CompleteUpload(b.Context(), b.asSupplier(actor), u.ID)
	return done.Result, err
}

// closedFor is an envelope with a content.
func (b *box) closedFor(c envelope.Context, content string) []byte {
	b.Helper()
	var file bytes.Buffer
	_, err := envelope.Seal(&file, bytes.NewReader([]byte(content)), c)
	require.NoError(b, err)
	return file.Bytes()
}

// offered is a tender with an offer and a price.
func (b *box) offered(actor models.Actor, offer, amount string) models.ID {
	b.Helper()
	price, err := envelope.PriceLine(models.Money{Amount: amount, Currency: "EUR"})
	require.NoError(b, err)
	var envelopes []models.Envelope
	for kind, content := range map[models.EnvelopeKind]string{
		models.EnvelopeQuality: offer, models.EnvelopePrice: string(price),
	} {
		u, err := b.sent(actor, b.closedFor(b.described().For(actor.OrganisationID, kind), content))
		require.NoError(b, err)
		envelopes = append(envelopes, models.Envelope{
			N: len(envelopes) + 1, Kind: kind, UploadID: u.ID, Digest: u.Digest,
		})
	}
	done, err := b.acts.HandIn(b.Context(), b.asSupplier(actor), b.lot, envelopes)
	require.NoError(b, err)
	return done.Result.TenderID
}

// shut lets the deadline pass and closes the box.
func (b *box) shut() {
	b.Helper()
	b.pass()
	b.exec("UPDATE boxes SET closed_at = clock_timestamp() WHERE lot_id = $1", b.lot)
}

// opens has the box be opened, with what openers have released put on the list of what is to be read.
func (b *box) opens() {
	b.Helper()
	b.exec("UPDATE boxes SET unsealed_at = clock_timestamp() WHERE lot_id = $1", b.lot)
	b.exec("INSERT INTO unread_boxes (box_id, kind) VALUES ($1, 'quality')", pgtest.BoxOf(b.lot))
}

// made is what the program of an opener makes of all envelopes of a kind in the box.
func (b *box) made(o pgtest.Opener, kind models.EnvelopeKind) envelope.Release {
	b.Helper()
	all, err := b.acts.Store.EnvelopesIn(b.Context(), pgtest.BoxOf(b.lot), kind)
	require.NoError(b, err)
	var headers []envelope.Header
	for _, e := range all {
		h, err := envelope.ParseHeader([]byte(e.HeaderLine))
		require.NoError(b, err)
		headers = append(headers, h)
	}
	box := b.described()
	o2, err := envelope.NewOpening(box, kind, headers)
	require.NoError(b, err)
	fingerprint, err := box.Set.Fingerprint()
	require.NoError(b, err)
	r, err := o2.Release(o.Key, envelope.Confirmation{
		Fingerprint: fingerprint, Deadline: box.Deadline.Time, Now: time.Now().Add(24 * time.Hour),
	})
	require.NoError(b, err)
	return r
}

func (b *box) asOpener(o pgtest.Opener) acts.By {
	b.Helper()
	return b.by(models.Actor{PersonID: o.Person, OrganisationID: o.Buyer}, models.RoleOpener)
}

func (b *box) release(o pgtest.Opener, r envelope.Release) (acts.Released, error) {
	b.Helper()
	text, err := envelope.Render(r)
	require.NoError(b, err)
	done, err := b.acts.Release(b.Context(), b.asOpener(o), pgtest.BoxOf(b.lot), text)
	return done.Result, err
}

// read reads what there is to read.
func (b *box) read() {
	b.Helper()
	for {
		unread, err := b.acts.Store.ClaimUnread(b.Context(), time.Minute)
		require.NoError(b, err)
		if unread == nil {
			return
		}
		require.NoError(b, b.acts.ReadEnvelopes(b.Context(), *unread, func() error { return nil }))
		require.NoError(b, b.acts.Store.WasRead(b.Context(), *unread))
	}
}

func TestADossierNamesNoTendererBeforeTheBoxIsClosed(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	supplier := b.supplier()
	b.handedIn(supplier)
	named := func() (names map[models.ID]models.Organisation) {
		require.NoError(t, b.acts.Store.InTx(t.Context(), func(tx *store.Tx) error {
			d, err := tx.Dossier(models.Procurement{ID: b.draft}, time.Now())
			names = d.Tendering.Tenderers
			return err
		}))
		return names
	}
	require.Empty(t, named())
	b.shut()
	require.Contains(t, named(), supplier.OrganisationID)
}

func TestAnEnvelopeOfAnotherPlaceIsRefusedWhenItIsUploaded(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	supplier, rival := b.supplier(), b.supplier()
	right := b.described().For(supplier.OrganisationID, models.EnvelopeQuality)
	u, err := b.sent(supplier, b.closedFor(right, "offer"))
	require.NoError(t, err)
	require.Equal(t, pgtest.BoxOf(b.lot), u.BoxID)
	require.Equal(t, models.EnvelopeQuality, u.Kind)

	for name, spoil := range map[string]func(*envelope.Context){
		"box":       func(c *envelope.Context) { c.Box = models.NewID(models.PrefixBox) },
		"round":     func(c *envelope.Context) { c.Round++ },
		"supplier":  func(c *envelope.Context) { c.Supplier = rival.OrganisationID },
		"mode":      func(c *envelope.Context) { c.Mode = models.ModeLive },
		"kind":      func(c *envelope.Context) { c.Kind = envelope.KindTest },
		"openers":   func(c *envelope.Context) { c.Openers = b.four()[:3] },
		"threshold": func(c *envelope.Context) { c.Threshold, c.Openers = 3, b.four() },
	} {
		c := right
		spoil(&c)
		_, err := b.sent(supplier, b.closedFor(c, "offer"))
		refused(t, err, models.CodeEnvelopeElsewhere)
		require.Zero(t, b.count("SELECT count(*) FROM uploads WHERE header IS NOT NULL AND id <> $1", u.ID), name)
	}
	wrong := b.closedFor(right, "offer")
	_, err = b.sent(supplier, bytes.Replace(wrong, []byte(`"commitments":["`), []byte(`"commitments":["A`), 1))
	refused(t, err, models.CodeNotSealed)

	_, err = b.acts.HandIn(t.Context(), b.asSupplier(supplier), b.lot, []models.Envelope{
		{N: 1, Kind: models.EnvelopePrice, UploadID: u.ID, Digest: u.Digest},
	})
	refusedAt(t, err, models.CodeEnvelopeElsewhere, "/envelopes/0/upload")
}

// four are openers of four buyers.
func (b *box) four() []envelope.Opener {
	b.Helper()
	all := make([]envelope.Opener, 4)
	for i := range all {
		owner := envelope.Owner{
			Mode: models.ModeRehearsal, Procurement: b.draft, Buyer: models.NewID(models.PrefixOrganisation),
			Person: models.NewID(models.PrefixPerson),
		}
		key, err := envelope.NewKey(owner)
		require.NoError(b, err)
		a, err := key.Announce()
		require.NoError(b, err)
		all[i] = envelope.Opener{Buyer: owner.Buyer, Person: owner.Person, Key: a.Key}
	}
	return all
}

func TestABoxIsReadOnceEnoughOpenersHaveReleasedIt(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	first, second := b.supplier(), b.supplier()
	tender := b.offered(first, "an offer", "100.00")
	b.offered(second, "another offer", "120.00")
	b.shut()
	one, err := b.release(b.openers[0], b.made(b.openers[0], models.EnvelopeQuality))
	require.NoError(t, err)
	require.Equal(t, 1, one.Have)
	require.Equal(t, 2, one.Needed)
	_, err = b.release(b.openers[0], b.made(b.openers[0], models.EnvelopeQuality))
	refused(t, err, models.CodeReleaseTwice)
	_, err = b.release(b.openers[2], b.made(b.openers[1], models.EnvelopeQuality))
	refused(t, err, models.CodeNotAnOpener)
	two, err := b.release(b.openers[1], b.made(b.openers[1], models.EnvelopeQuality))
	require.NoError(t, err)
	require.Equal(t, 2, two.Have)
	b.read()
	require.Zero(t, b.count("SELECT count(*) FROM openings"), "nothing is read before the lot is opened")

	b.opens()
	b.read()
	b.read()
	require.Equal(t, 2, b.count("SELECT count(*) FROM openings"))
	require.Equal(t, 2, b.happened(event.EnvelopeOpened{}))
	require.Equal(t, 1, b.count("SELECT count(*) FROM openings WHERE tender_id = $1 AND plaintext_digest = $2",
		tender, models.Digest([]byte("an offer"))))

	_, err = b.release(b.openers[0], b.made(b.openers[0], models.EnvelopePrice))
	refused(t, err, models.CodeQualityOpen)
	b.exec("UPDATE boxes SET quality_locked_at = clock_timestamp() WHERE lot_id = $1", b.lot)
	for _, o := range b.openers[1:] {
		_, err = b.release(o, b.made(o, models.EnvelopePrice))
		require.NoError(t, err)
	}
	b.read()
	require.Equal(t, 1, b.count(`SELECT count(*) FROM openings WHERE tender_id = $1
		AND price = '{"amount": "100.00", "currency": "EUR"}'`, tender))
}

// No opener can leave out a rival.
func TestAReleaseThatLeavesOutATenderIsRefused(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	b.offered(b.supplier(), "an offer", "100.00")
	b.offered(b.supplier(), "another offer", "120.00")
	b.shut()
	r := b.made(b.openers[0], models.EnvelopeQuality)
	r.Envelopes = r.Envelopes[1:]
	_, err := b.release(b.openers[0], r)
	refused(t, err, models.CodeReleaseIncomplete)
	require.Zero(t, b.count("SELECT count(*) FROM box_releases"))
	forged := b.made(b.openers[0], models.EnvelopeQuality)
	forged.Envelopes[0].Opened = b.made(b.openers[1], models.EnvelopeQuality).Envelopes[0].Opened
	_, err = b.release(b.openers[0], forged)
	refused(t, err, models.CodeReleaseForged)
	require.Zero(t, b.happened(event.BoxReleased{}))
}

func TestAnEnvelopeThatItsOwnSecretDoesNotOpenIsUnreadableAndHarmsNoOther(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	supplier := b.supplier()
	right := b.described().For(supplier.OrganisationID, models.EnvelopeQuality)
	header, _, _ := bytes.Cut(b.closedFor(right, "one"), []byte("\n"))
	_, content, _ := bytes.Cut(b.closedFor(right, "two"), []byte("\n"))
	u, err := b.sent(supplier, append(append(header, '\n'), content...))
	require.NoError(t, err, "nobody can see it without a key")
	_, err = b.acts.HandIn(t.Context(), b.asSupplier(supplier), b.lot, []models.Envelope{
		{N: 1, Kind: models.EnvelopeQuality, UploadID: u.ID, Digest: u.Digest},
	})
	require.NoError(t, err)
	b.offered(b.supplier(), "an offer", "100.00")
	b.shut()
	for _, o := range b.openers[:2] {
		_, err := b.release(o, b.made(o, models.EnvelopeQuality))
		require.NoError(t, err)
	}
	b.opens()
	b.read()
	require.Equal(t, 1, b.count("SELECT count(*) FROM openings WHERE NOT readable AND plaintext_digest = ''"))
	require.Equal(t, 1, b.count("SELECT count(*) FROM openings WHERE readable"))
}

func TestAnAttemptToOpenTooEarlyIsRecorded(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	b.offered(b.supplier(), "an offer", "100.00")
	_, err := b.release(b.openers[0], b.made(b.openers[0], models.EnvelopeQuality))
	refused(t, err, models.CodeDeadlineNotOver)
	require.Equal(t, 1, b.happened(event.ReleaseRefused{}))
	tender := models.NewID(models.PrefixTender)
	require.NoError(t, b.acts.RecordTooEarly(t.Context(), b.asOpener(b.openers[0]), tender, 2, models.CodeNotUnsealed))
	require.Equal(t, 1, b.count(`SELECT count(*) FROM events WHERE type = $1 AND procurement_id = $2 AND actor_id = $3
		AND data = jsonb_build_object('tender_id', $4::text, 'envelope', 2, 'code', $5::text)`,
		event.TypeOf(event.OpeningRefused{}), b.draft, b.openers[0].Person, tender, models.CodeNotUnsealed))
}

// Whoever has a copy of the database has the contents of no tender: not before it is opened, and not afterwards without
// what openers have released.
func TestNothingOfAHundredTendersIsInTheDatabase(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	const canary = "a canary that sings at no dawn"
	for range 100 {
		b.offered(b.supplier(), canary, "123456789.01")
	}
	require.Empty(t, b.holding(canary))
	require.Empty(t, b.holding("123456789.01"))
	b.shut()
	for _, o := range b.openers[:2] {
		_, err := b.release(o, b.made(o, models.EnvelopeQuality))
		require.NoError(t, err)
	}
	b.opens()
	b.read()
	require.Equal(t, 100, b.count("SELECT count(*) FROM openings WHERE plaintext_digest = $1",
		models.Digest([]byte(canary))))
	require.Empty(t, b.holding(canary), "plaintext is not kept")
	require.Empty(t, b.holding("123456789.01"), "prices are still sealed")
}

// holding lists the tables with a row in which a text stands, as text or as bytes.
func (b *box) holding(text string) []string {
	b.Helper()
	rows, err := b.db.SQL.Query(b.Context(), `SELECT quote_ident(table_name) FROM information_schema.tables
		WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1`)
	require.NoError(b, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(b, err)
	require.Greater(b, len(tables), 50)
	var found []string
	for _, table := range tables {
		if b.count("SELECT count(*) FROM "+table+" x WHERE position($1 IN x::text) > 0 OR position($2 IN x::text) > 0",
			text, hex.EncodeToString([]byte(text))) > 0 {
			found = append(found, table)
		}
	}
	return found
}

// A release that was checked before another opener handed over does not count for the shares that are gone.
func TestOpenersWhoActAtOnceKeepTheBoxOpenable(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	for range 3 {
		b.offered(b.supplier(), "an offer", "100.00")
	}
	b.shut()
	var all sync.WaitGroup
	errs := make([]error, len(b.openers))
	for i, o := range b.openers {
		r := b.made(o, models.EnvelopeQuality)
		all.Go(func() { _, errs[i] = b.release(o, r) })
	}
	all.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Equal(t, 3, b.happened(event.BoxReleased{}))
	b.opens()
	b.read()
	require.Equal(t, 3, b.count("SELECT count(*) FROM openings WHERE readable"))
}

// What the platform has lost is never the supplier's fault.
func TestAnEnvelopeWhoseBytesWereAlteredIsNotUnreadable(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	altered := b.offered(b.supplier(), "an offer", "100.00")
	b.offered(b.supplier(), "another offer", "120.00")
	b.shut()
	for _, o := range b.openers[:2] {
		_, err := b.release(o, b.made(o, models.EnvelopeQuality))
		require.NoError(t, err)
	}
	b.opens()
	b.exec("SET session_replication_role = replica")
	b.exec(`UPDATE upload_chunks
		SET content = set_byte(content, length(content) - 1, 255 - get_byte(content, length(content) - 1))
		WHERE upload_id = (SELECT upload_id FROM tender_envelopes WHERE tender_id = $1 AND kind = 'quality')`, altered)
	unread, err := b.acts.Store.ClaimUnread(t.Context(), time.Minute)
	require.NoError(t, err)
	err = b.acts.ReadEnvelopes(t.Context(), *unread, func() error { return nil })
	require.ErrorContains(t, err, "not those that its receipt confirms")
	require.Equal(t, 1, b.count("SELECT count(*) FROM openings"), "the other one is read")
	require.Zero(t, b.count("SELECT count(*) FROM openings WHERE tender_id = $1", altered))
}

func TestAKindThatThereIsNotIsRefusedAndRecordedNowhere(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	b.offered(b.supplier(), "an offer", "100.00")
	r := b.made(b.openers[0], models.EnvelopeQuality)
	r.Kind = "whatever I want the log to say"
	_, err := b.release(b.openers[0], r)
	refused(t, err, models.CodeReleaseMalformed)
	require.Zero(t, b.happened(event.ReleaseRefused{}))
}
