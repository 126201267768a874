package views_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/views"
)

// supplier makes somebody of an economic operator who reads as a supplier.
func (r *record) supplier() views.Reader {
	r.Helper()
	s := r.as(models.RoleSupplier)
	r.tx(func(tx *store.Tx) error {
		o := models.Organisation{
			LegalName: "Operator " + uuid.NewString(), Country: "FR",
			Kind: models.OrganisationEconomicOperator,
		}
		require.NoError(r, tx.CreateOrganisation(&o))
		p := models.Person{OrganisationID: o.ID, Name: "S"}
		require.NoError(r, tx.CreatePerson(&p))
		s.Actor.PersonID, s.Actor.OrganisationID = p.ID, o.ID
		return nil
	})
	r.give(s, models.RoleSupplier)
	return s
}

// ofBuyers makes somebody of the buyers' side who holds the role.
func (r *record) ofBuyers(role models.Role) views.Reader {
	r.Helper()
	reader := r.as(role)
	r.tx(func(tx *store.Tx) error {
		creator, err := tx.LockPerson(r.procurement.CreatedBy)
		require.NoError(r, err)
		p := models.Person{OrganisationID: creator.OrganisationID, Name: "B"}
		require.NoError(r, tx.CreatePerson(&p))
		reader.Actor.PersonID, reader.Actor.OrganisationID = p.ID, p.OrganisationID
		return nil
	})
	r.give(reader, role)
	return reader
}

func (r *record) give(to views.Reader, role models.Role) {
	r.Helper()
	r.tx(func(tx *store.Tx) error {
		return tx.GiveRole(&models.RoleAssignment{
			ID: models.NewID(models.PrefixRole), ProcurementID: r.procurement.ID, PersonID: to.Actor.PersonID,
			OrganisationID: to.Actor.OrganisationID, Role: role, ValidFrom: time.Now().Add(-time.Hour),
		})
	})
}

// tendering opens the tender phase: from then on boxes are part of the dossier.
func (r *record) tendering() *record {
	r.Helper()
	r.tx(func(tx *store.Tx) error {
		_, err := tx.OpenRounds(r.procurement.ID, r.procurement.CreatedAt, models.PhaseTender)
		return err
	})
	return r
}

// handsIn brings a tender with one envelope into the box of the published lot.
func (r *record) handsIn(s views.Reader) models.ID {
	r.Helper()
	now := time.Now()
	u := models.Upload{
		ProcurementID: r.procurement.ID, OrganisationID: s.Actor.OrganisationID, PersonID: s.Actor.PersonID,
		Purpose: models.PurposeEnvelope, Filename: "offer.age", MediaType: models.MediaTypeBytes, Size: 6,
		Digest: models.Digest([]byte("sealed")), CompletedAt: &now,
	}
	r.tx(func(tx *store.Tx) error { return tx.CreateUpload(&u) })
	signer, err := seal.NewSigner("test/receipts", bytes.Repeat([]byte{7}, ed25519.SeedSize))
	require.NoError(r, err)
	id := models.NewID(models.PrefixTender)
	approach := store.Approach{
		ProcurementID: r.procurement.ID, LotID: r.published.ID,
		OrganisationID: s.Actor.OrganisationID,
	}
	require.NoError(r, r.views.Store.AtBox(r.Context(), approach, func(b store.Counter) (store.Deposit, error) {
		envelopes := []models.Envelope{{
			N: 1, Kind: models.EnvelopePrice, UploadID: u.ID, Digest: u.Digest,
			Size: u.Size,
		}}
		issued, err := signer.Issue(seal.Receipt{
			Act: seal.ActReceived, TenderID: id, ProcurementID: r.procurement.ID, LotID: r.published.ID,
			BoxID: b.Lot.Box().ID, HandsIn: models.HandedTender, Envelopes: envelopes,
			OrganisationID: s.Actor.OrganisationID, Mode: r.procurement.Mode, ProcedureTime: b.Now(), RealTime: b.Clock,
			Manifest: seal.Manifest(envelopes),
		})
		return store.Deposit{
			Tender: &models.Tender{
				ID: id, LotID: r.published.ID, BoxID: b.Lot.Box().
					ID, OrganisationID: s.Actor.OrganisationID, PersonID: s.Actor.PersonID, Manifest: issued.Manifest,
				ReceivedAt: b.Now(), RecordedAt: b.Clock, Receipt: issued.Note, Envelopes: envelopes,
			},
			Event: event.Event{
				ID: models.NewID(models.PrefixEvent), At: b.Clock, RecordedAt: b.Clock,
				Payload: event.TenderReceived{TenderID: id},
			},
			Request: store.Request{
				ID:          models.CommandID(s.Actor.PersonID, "test", "", uuid.NewString()),
				Fingerprint: make([]byte, 32), Body: []byte("{}"),
			},
		}, err
	}))
	return id
}

func (r *record) close() {
	r.Helper()
	r.tx(func(tx *store.Tx) error {
		now, err := tx.Now()
		require.NoError(r, err)
		lot, err := tx.Lot(r.procurement.ID, r.published.ID)
		require.NoError(r, err)
		return errors.Join(tx.LockBoxes(lot.Box().ID), tx.CloseBox(lot.Box(), now))
	})
}

// happens appends an event of the procurement.
func (r *record) happens(what event.Payload) {
	r.Helper()
	r.tx(func(tx *store.Tx) error {
		now, err := tx.Now()
		require.NoError(r, err)
		_, err = tx.Append(event.Event{ProcurementID: r.procurement.ID, At: now, RecordedAt: now, Payload: what})
		return err
	})
}

// sequenced gives what was recorded its place in the log.
func (r *record) sequenced() {
	r.Helper()
	q, err := r.views.Store.Log().OpenSequencer(r.Context())
	require.NoError(r, err)
	defer q.Close()
	for more := true; more; {
		_, more, err = q.Pass(r.Context())
		require.NoError(r, err)
	}
}

func (r *record) feed(reader views.Reader) []models.EventType {
	r.Helper()
	page, err := r.views.Feed(r.Context(), reader, views.FeedQuery{Limit: 100})
	require.NoError(r, err)
	types := []models.EventType{}
	for _, e := range page.Items {
		require.Equal(r, r.procurement.Mode, e.Mode)
		types = append(types, e.Type)
	}
	return types
}

func TestTheBuyersLearnNothingOfTendersBeforeTheBoxIsClosed(t *testing.T) {
	t.Parallel()
	r := setUp(t).tendering()
	supplier, rival := r.supplier(), r.supplier()
	r.happens(event.ProcurementPublished{})
	tender := r.handsIn(supplier)
	r.happens(event.TenderRefused{})
	r.sequenced()
	readers := []views.Reader{rival}
	for _, role := range models.BuyerSide() {
		readers = append(readers, r.ofBuyers(role))
	}
	published := []models.EventType{event.TypeOf(event.ProcurementPublished{})}
	hidden := func(reader views.Reader, of views.Subject, err error) {
		t.Helper()
		if reader.Actor.HasAny(views.Readers(of)...) {
			refused(t, err, models.CodeNotFound)
		} else {
			refused(t, err, models.CodeForbidden)
		}
	}
	for _, reader := range readers {
		all, err := r.views.Tenders(t.Context(), reader, "", "", 10)
		require.Empty(t, all, "not even how many there are")
		if reader.Actor.HasAny(views.Readers(views.OfTenders)...) {
			require.NoError(t, err)
		}
		_, err = r.views.Tender(t.Context(), reader, tender)
		hidden(reader, views.OfTenders, err)
		_, err = r.views.Receipt(t.Context(), reader, tender)
		hidden(reader, views.OfTenders, err)
		_, err = r.views.Envelope(t.Context(), reader, tender, 1)
		hidden(reader, views.OfEnvelopes, err)
		_, err = r.views.Openings(t.Context(), reader, tender)
		hidden(reader, views.OfOwnOpenings, err)
		_, err = r.views.Plaintext(t.Context(), reader, tender, 1)
		hidden(reader, views.OfOpenings, err)
		_, err = r.views.Tenderers(t.Context(), reader, r.published.ID)
		require.Error(t, err)
		require.Equal(t, published, r.feed(reader), "%v", reader.Actor.Roles)
	}
	own, err := r.views.Tenders(t.Context(), supplier, "", "", 10)
	require.NoError(t, err)
	require.Len(t, own, 1)
	receipt, err := r.views.Receipt(t.Context(), supplier, tender)
	require.NoError(t, err)
	require.Equal(t, tender, receipt.TenderID)
	_, err = r.views.Envelope(t.Context(), supplier, tender, 1)
	require.NoError(t, err)

	r.close()
	lead := r.ofBuyers(models.RoleLeadProcurer)
	seen, err := r.views.Tenders(t.Context(), lead, r.published.ID, "", 10)
	require.NoError(t, err)
	require.Len(t, seen, 1)
	require.Equal(t, append(published, event.TypeOf(event.TenderRefused{})), r.feed(lead))
	require.Equal(t, published, r.feed(rival), "a supplier reads what everybody may know")
}

func TestAnEnvelopeIsNotGivenToOpenersTooEarly(t *testing.T) {
	t.Parallel()
	r := setUp(t).tendering()
	opener := r.ofBuyers(models.RoleOpener)
	tender := r.handsIn(r.supplier())
	r.close()
	tooEarly := func(code models.Code) {
		t.Helper()
		_, err := r.views.Envelope(t.Context(), opener, tender, 1)
		refused(t, err, code)
		var early *views.TooEarly
		require.ErrorAs(t, err, &early, "whoever asks has it recorded")
		require.Equal(t, tender, early.Tender)
		require.Equal(t, 1, early.Envelope)
	}
	tooEarly(models.CodeNotUnsealed)
	r.tx(func(tx *store.Tx) error {
		tx.Unseal(r.box(), time.Now())
		return nil
	})
	tooEarly(models.CodeQualityOpen)
	r.tx(func(tx *store.Tx) error {
		tx.LockQuality(r.box(), time.Now())
		return nil
	})
	file, err := r.views.Envelope(t.Context(), opener, tender, 1)
	require.NoError(t, err)
	require.Equal(t, models.Digest([]byte("sealed")), file.Digest)
	_, err = r.views.Envelope(t.Context(), r.ofBuyers(models.RoleLeadProcurer), tender, 1)
	refused(t, err, models.CodeForbidden)
	opener.Seat.Procurement.Status = models.StatusSuspended
	_, err = r.views.Envelope(t.Context(), opener, tender, 1)
	refused(t, err, models.CodeSuspended)
}

func TestAnExportEndsBeforeABoxThatIsOpen(t *testing.T) {
	t.Parallel()
	r := setUp(t)
	var err error
	r.views.Checkpoints, err = audit.NewKey("test/log", make([]byte, ed25519.SeedSize))
	require.NoError(t, err)
	_, err = r.views.Export(t.Context(), r.as(models.RoleOpener))
	refused(t, err, models.CodeForbidden)
	_, err = r.views.Export(t.Context(), r.as(models.RoleSupplier))
	refused(t, err, models.CodeForbidden)
	_, err = r.views.Checkpoint(t.Context())
	refused(t, err, models.CodeNotFound)
	r.happens(event.ProcurementPublished{})
	r.sequenced()
	export, err := r.views.Export(t.Context(), r.as(models.RoleObserver))
	require.NoError(t, err)
	begun := 0
	begin := func(bool) io.Writer { begun++; return io.Discard }
	refused(t, export.Write(t.Context(), begin), models.CodeBoxOpen)
	require.Zero(t, begun)
	r.close()
	require.NoError(t, export.Write(t.Context(), begin))
	require.Equal(t, 1, begun)
}

func TestNobodyReadsEventsWithoutARole(t *testing.T) {
	t.Parallel()
	r := setUp(t)
	r.happens(event.ProcurementPublished{})
	r.sequenced()
	stranger := views.Reader{Actor: models.Actor{PersonID: r.procurement.CreatedBy}}
	require.Empty(t, r.feed(stranger))
	_, err := r.views.Feed(t.Context(), stranger, views.FeedQuery{Procurement: r.procurement.ID, Limit: 10})
	refused(t, err, models.CodeNotFound)
	page, err := r.views.Feed(t.Context(), r.ofBuyers(models.RoleObserver),
		views.FeedQuery{Procurement: r.procurement.ID, Limit: 10})
	require.NoError(t, err)
	require.True(t, page.Concerns(r.procurement.ID))
	require.False(t, page.Concerns(""))
	require.False(t, page.Concerns(models.NewID(models.PrefixProcurement)))
}

// What was found about a tender is read by the buyers' side, but by nobody of an organisation that tendered for the
// lot.
func TestATenderersPeopleDoNotReadWhatWasFoundAboutTenders(t *testing.T) {
	t.Parallel()
	r := setUp(t).tendering()
	rival := r.supplier()
	kept := r.handsIn(r.supplier())
	r.handsIn(rival)
	r.close()
	r.publish(r.draft)
	shown := r.handsIn(r.supplier()) // for a lot for which the rival has not tendered
	r.close()
	everybody := r.as(models.RoleObserver)
	inside := everybody
	inside.Actor.OrganisationID = rival.Actor.OrganisationID
	early := r.enter(models.EntryConsensus, shown)
	_, err := r.views.Entry(t.Context(), everybody, models.EntryConsensus, early)
	refused(t, err, models.CodeQualityOpen)
	require.Empty(t, r.pages(everybody, models.EntryConsensus))
	_, err = r.views.Entry(t.Context(), r.as(models.RoleChair), models.EntryConsensus, early)
	refused(t, err, models.CodeDeclarationMissing)
	r.tx(func(tx *store.Tx) error {
		tx.Send("lock quality", `UPDATE boxes SET unsealed_at = coalesce(unsealed_at, clock_timestamp()),
			quality_locked_at = clock_timestamp() WHERE procurement_id = $1`, r.procurement.ID)
		return nil
	})

	for _, kind := range []models.EntryKind{
		models.EntryAdmission, models.EntrySelection, models.EntryConsensus, models.EntryPriceInquiry,
	} {
		var all, readable []models.ID
		if kind == models.EntryConsensus {
			all, readable = append(all, early), append(readable, early)
		}
		for _, about := range []models.ID{kept, shown, kept, "nobody knows", shown, shown} {
			all = append(all, r.enter(kind, about))
			if about == shown {
				readable = append(readable, all[len(all)-1])
			}
		}
		require.Equal(t, all, r.pages(everybody, kind), kind)
		require.Equal(t, readable, r.pages(inside, kind), "%s: pages are full while there is more", kind)
		for _, id := range all {
			_, err := r.views.Entry(t.Context(), everybody, kind, id)
			require.NoError(t, err, kind)
			_, err = r.views.Entry(t.Context(), inside, kind, id)
			if slices.Contains(readable, id) {
				require.NoError(t, err, kind)
			} else {
				refused(t, err, models.CodeConflictDeclared)
			}
		}
	}
	contract := r.enter(models.EntryContract, kept)
	_, err = r.views.Entry(t.Context(), inside, models.EntryContract, contract)
	require.NoError(t, err, "a contract is about no tender that lost")
}

// pages lists the entries of a kind, two by two; only the last page may hold less.
func (r *record) pages(reader views.Reader, kind models.EntryKind) (all []models.ID) {
	r.Helper()
	const most = 2
	for after := models.ID(""); ; {
		page, err := r.views.Entries(r.Context(), reader, kind, after, most)
		require.NoError(r, err)
		for _, e := range page {
			all = append(all, e.ID)
		}
		if len(page) < most {
			return all
		}
		require.Len(r, page, most)
		after = page[most-1].ID
	}
}

// Nor do they read the tenders of that lot, their receipts and envelopes, or the record of the procedure.
func TestATenderersPeopleReadNoTenderOfTheLot(t *testing.T) {
	t.Parallel()
	r := setUp(t).tendering()
	rival := r.supplier()
	tender := r.handsIn(r.supplier())
	r.handsIn(rival)
	r.close()
	for _, role := range []models.Role{models.RoleLeadProcurer, models.RoleOpener} {
		reader := r.ofBuyers(role)
		seen, err := r.views.Tenders(t.Context(), reader, "", "", 10)
		require.NoError(t, err)
		require.Len(t, seen, 2)
		record, err := r.views.Record(t.Context(), reader)
		require.NoError(t, err)
		require.Empty(t, record.Lots[0].Tenders, "nobody knows who tendered before the box is opened")

		reader.Actor.OrganisationID = rival.Actor.OrganisationID
		seen, err = r.views.Tenders(t.Context(), reader, "", "", 10)
		require.NoError(t, err)
		require.Empty(t, seen)
		_, err = r.views.Receipt(t.Context(), reader, tender)
		refused(t, err, models.CodeNotFound)
		_, err = r.views.Record(t.Context(), reader)
		refused(t, err, models.CodeConflictDeclared)
		if role == models.RoleOpener {
			_, err = r.views.Envelope(t.Context(), reader, tender, 1)
			refused(t, err, models.CodeNotFound)
		}
	}
	r.tx(func(tx *store.Tx) error {
		tx.Unseal(r.box(), time.Now())
		return nil
	})
	record, err := r.views.Record(t.Context(), r.ofBuyers(models.RoleLegal))
	require.NoError(t, err)
	require.Len(t, record.Lots[0].Tenders, 2)
}

// enter writes an entry about a subject.
func (r *record) enter(kind models.EntryKind, subject models.ID) models.ID {
	r.Helper()
	e := models.Entry{
		ID: models.NewID(models.PrefixEntry), ProcurementID: r.procurement.ID, Kind: kind, Phase: models.PhaseTender,
		Round: 1, Subject: string(subject), Version: 1, AuthorID: r.procurement.CreatedBy, Body: []byte("{}"),
		Digest: models.Digest([]byte("{}")), WrittenAt: time.Now(),
	}
	r.tx(func(tx *store.Tx) error {
		_, err := tx.WriteEntry(&e, false)
		return err
	})
	return e.ID
}
