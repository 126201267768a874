package acts_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// version is a version of a document of which nothing else is said.
func version(upload models.ID, audience models.Audience) acts.DocumentChange {
	return acts.DocumentChange{DocumentText: acts.DocumentText{
		Title: models.Text{"en": "Specification"}, Audience: audience, Upload: upload,
	}}
}

// changing is a version for tenderers that changes the tender pack.
func changing(upload models.ID, significant bool) acts.DocumentChange {
	in := version(upload, models.AudienceTenderers)
	in.Significant, in.Reason = &significant, "The interface was described wrongly."
	return in
}

// publish opens the box of a new lot.
func (b *bench) publish() models.Lot {
	b.Helper()
	made, err := b.acts.CreateLot(b.Context(), b.asLead(), lot("Cryostat"))
	require.NoError(b, err)
	b.exec(pgtest.OpenBox("clock_timestamp() + interval '1 hour'"), made.Result.ID)
	return made.Result
}

func TestADocumentIsWrittenOfACompleteUploadOfTheAuthorsOwn(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	write := func(by acts.By, upload models.ID) (acts.Done[models.Document], error) {
		return b.acts.WriteDocument(t.Context(), by, version(upload, models.AudienceBuyers))
	}
	by, upload := b.asLead(), b.uploaded(b.asLead(), "text")
	first, err := write(by, upload)
	require.NoError(t, err)
	require.Equal(t, int64(1), first.Result.Version)
	again, err := write(by, upload)
	require.NoError(t, err)
	require.True(t, again.Again)
	require.Equal(t, first.Result.ID, again.Result.ID)
	require.Equal(t, 1, b.happened(event.DocumentWritten{}))

	_, err = write(b.asLead(), "upl_unknown")
	refused(t, err, models.CodeInvalidID)
	_, err = write(b.asLead(), models.NewID(models.PrefixUpload))
	refused(t, err, models.CodeIncompatibleDocument)
	_, err = write(b.asLead(), b.announced(b.asLead(), []byte("t"), models.PurposeDocument).ID)
	refused(t, err, models.CodeUploadIncomplete)
	others := b.uploaded(b.by(b.person(models.OrganisationContractingAuthority), models.RoleBuyer), "theirs")
	_, err = write(b.asLead(), others)
	refused(t, err, models.CodeIncompatibleDocument)
}

func TestTheNextVersionIsWrittenOnThePresentOne(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	text := version(b.uploaded(b.asLead(), "one"), models.AudienceBuyers)
	first, err := b.acts.WriteDocument(t.Context(), b.asLead(), text)
	require.NoError(t, err)
	by := b.asLead()
	by.On = acts.Versions{Of: []int64{1}}
	change := version(b.uploaded(b.asLead(), "two"), models.AudienceBuyers)
	second, err := b.acts.RewriteDocument(t.Context(), by, first.Result.ID, change)
	require.NoError(t, err)
	require.Equal(t, int64(2), second.Version)
	require.NotEqual(t, first.Result.Digest, second.Digest)
	_, err = b.acts.RewriteDocument(t.Context(), by, first.Result.ID, change)
	refused(t, err, models.CodeStale)
}

func TestWhatTenderersWereGivenIsNotTakenFromThem(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	upload := b.uploaded(b.asLead(), "for tenderers")
	given := b.document(version(upload, models.AudienceTenderers))
	rewrite := func(in acts.DocumentChange) error {
		_, err := b.acts.RewriteDocument(t.Context(), b.asLead(), given.ID, in)
		return err
	}
	inner := version(upload, models.AudienceBuyers)
	require.NoError(t, rewrite(inner), "nothing is published: it was given to nobody")
	require.NoError(t, rewrite(version(upload, models.AudienceTenderers)))
	published := b.publish()
	refusedAt(t, rewrite(inner), models.CodeFrozen, "/audience")
	require.NoError(t, rewrite(changing(upload, false)))
	b.close(published)
	refused(t, rewrite(changing(upload, false)), models.CodeFrozen)
}

// document writes a document.
func (b *bench) document(in acts.DocumentChange) models.Document {
	b.Helper()
	done, err := b.acts.WriteDocument(b.Context(), b.asLead(), in)
	require.NoError(b, err)
	return done.Result
}

// close closes the box of a lot.
func (b *bench) close(l models.Lot) {
	b.Helper()
	require.NoError(b, b.acts.Store.InTx(b.Context(), func(tx *store.Tx) error {
		now, err := tx.Now()
		if err != nil {
			return err
		}
		lot, err := tx.Lot(l.ProcurementID, l.ID)
		if err != nil {
			return err
		}
		return errors.Join(tx.LockBoxes(lot.Box().ID), tx.CloseBox(lot.Box(), now))
	}))
}

// moved tells the public that the deadline of a lot was moved.
func (b *bench) moved(lot models.Lot) {
	b.Helper()
	b.exec(`INSERT INTO notices (id, procurement_id, kind, content, digest, dispatched_at, person_id)
		VALUES ($1, $2, 'change', json_build_object('lot', $3::text), repeat('0', 64), clock_timestamp(), $4)`,
		models.NewID(models.PrefixNotice), lot.ProcurementID, lot.ID, b.lead.PersonID)
	b.exec("UPDATE boxes SET deadline = clock_timestamp() + interval '30 days' WHERE closed_at IS NULL")
}

// changes are the ways in which a version of a document changes what tenderers have: it replaces one, it is new, or it
// was the buyers' until then.
func (b *bench) changes() map[string]func(acts.DocumentChange) error {
	b.Helper()
	upload := b.uploaded(b.asLead(), "as it was")
	rewrite := func(id models.ID) func(acts.DocumentChange) error {
		return func(in acts.DocumentChange) error {
			_, err := b.acts.RewriteDocument(b.Context(), b.asLead(), id, in)
			return err
		}
	}
	return map[string]func(acts.DocumentChange) error{
		"one is replaced": rewrite(b.document(version(upload, models.AudienceTenderers)).ID),
		"one is given":    rewrite(b.document(version(upload, models.AudienceBuyers)).ID),
		"one is new": func(in acts.DocumentChange) error {
			_, err := b.acts.WriteDocument(b.Context(), b.asLead(), in)
			return err
		},
	}
}

// Directive 2014/24/EU, Articles 18(1) and 47(3): whatever changes the documents on which tenders rest is published
// with its reason, and a significant change takes more time.
func TestEveryChangeOfThePackWhileABoxIsOpenIsANoticeOfChange(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"one is replaced", "one is given", "one is new"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setUp(t)
			write, upload := b.changes()[name], b.uploaded(b.asLead(), "as it is now")
			lot := b.publish()
			bare := version(upload, models.AudienceTenderers)
			err := write(bare)
			refusedAt(t, err, models.CodeInvalidValue, "/significant")
			missing, _ := models.RefusalOf(err)
			require.Len(t, missing.Others, 1, "all that is missing is said at once")
			require.Equal(t, "/reason", missing.Others[0].Field)
			silent := changing(upload, false)
			silent.Reason = " \n"
			refusedAt(t, write(silent), models.CodeInvalidValue, "/reason")
			refusedAt(t, write(changing(upload, true)), models.CodeDeadlineNotMoved, "/significant")
			require.Zero(t, b.happened(event.DocumentChanged{}))

			require.NoError(t, write(changing(upload, false)))
			require.Equal(t, 1, b.happened(event.DocumentChanged{}))
			had := 0
			if name == "one is replaced" {
				had = 1
			}
			require.Equal(t, 1, b.count(`SELECT count(*) FROM notices n JOIN events e ON e.data->>'notice_id' = n.id
				WHERE n.kind = 'change' AND n.content->>'reason' = 'The interface was described wrongly.'
					AND (n.content->>'asks_tenderers_to_confirm')::boolean AND e.type = 'document.changed'
					AND n.content#>>'{document_after,sha256}' = e.data->>'after'
					AND (n.content->'document_before' IS NOT NULL) = ($1 = 1)
					AND (e.data->'before' IS NOT NULL) = ($1 = 1)`, had))
			b.moved(lot)
			require.NoError(t, write(changing(upload, true)))
			b.close(lot)
			if name == "one is new" {
				require.NoError(t, write(bare), "no tender rests on a document that came after all boxes were closed")
			} else {
				refused(t, write(changing(upload, false)), models.CodeFrozen)
			}
			require.Equal(t, 2, b.happened(event.DocumentChanged{}))
		})
	}
}

// Nobody is told of what tenderers do not get, and before publication there is nothing to change.
func TestADocumentOfTheBuyersChangesNothingForTenderers(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	b.document(version(b.uploaded(b.asLead(), "before"), models.AudienceTenderers))
	b.publish()
	b.document(version(b.uploaded(b.asLead(), "inner"), models.AudienceBuyers))
	require.Zero(t, b.happened(event.DocumentChanged{}))
	require.Zero(t, b.count("SELECT count(*) FROM notices WHERE kind = 'change'"))
}

// Directive 2014/24/EU, Article 47(3): a significant change takes more time at the stage at which it is made.
func TestADeadlineMovedAtAnEarlierStageGivesNoTimeAtTheNext(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"one is replaced", "one is new"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setUp(t)
			write, upload := b.changes()[name], b.uploaded(b.asLead(), "as it is now")
			lot := b.publish()
			b.moved(lot)
			b.exec("UPDATE boxes SET closed_at = clock_timestamp() WHERE lot_id = $1", lot.ID)
			b.exec(pgtest.OpenNextBox, lot.ID, models.NewID(models.PrefixBox))
			refused(t, write(changing(upload, true)), models.CodeDeadlineNotMoved)
			b.moved(lot)
			require.NoError(t, write(changing(upload, true)))
		})
	}
}

// Directive 2014/24/EU, Articles 47(3)(a) and 53(2): six days before the deadline at the latest. What means little for
// tenders lengthens nothing: what proves an outage is given at the last moment, too.
func TestFurtherInformationComesInTimeOrTheDeadlineMovesFirst(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	lot := b.publish()
	upload := b.uploaded(b.asLead(), "more about the interface")
	write := func(in acts.DocumentChange) error {
		_, err := b.acts.WriteDocument(t.Context(), b.asLead(), in)
		return err
	}
	b.moved(lot)
	b.exec("UPDATE boxes SET deadline = clock_timestamp() + interval '5 days'")
	refusedAt(t, write(changing(upload, true)), models.CodeDeadlineNotMoved, "/audience")
	require.NoError(t, write(version(upload, models.AudienceBuyers)))
	require.NoError(t, write(changing(upload, false)))
	b.exec("UPDATE boxes SET deadline = clock_timestamp() + interval '8 days'")
	require.NoError(t, write(changing(upload, true)))
}

// A document is added under the lock of the boxes: each tender rests on the pack without it, or with it.
func TestNoTenderComesInWhileADocumentIsAdded(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	lot := b.publish()
	upload := b.uploaded(b.asLead(), "new")
	added := make(chan error)
	require.NoError(t, b.acts.Store.InTx(t.Context(), func(tx *store.Tx) error {
		if err := tx.LockBoxes(pgtest.BoxOf(lot.ID)); err != nil {
			return err
		}
		by := b.asLead()
		go func() {
			_, err := b.acts.WriteDocument(t.Context(), by, changing(upload, false))
			added <- err
		}()
		require.Eventually(t, func() bool {
			return b.count(`SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
				WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted`) == 1
		}, time.Minute, time.Millisecond, "it waits for the box")
		return nil
	}))
	require.NoError(t, <-added)
}

// Portals get the event whoever may read the document: a title has few words, and could be guessed.
func TestTheEventOfADocumentDoesNotLetItsTitleBeGuessed(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	text := version(b.uploaded(b.asLead(), "text"), models.AudienceBuyers)
	_, err := b.acts.WriteDocument(t.Context(), b.asLead(), text)
	require.NoError(t, err)
	canonical, guess, err := models.Canonical(text.Title)
	require.NoError(t, err)
	require.Zero(t, b.count("SELECT count(*) FROM events WHERE position($1::text::bytea in canonical) > 0", guess))
	require.Equal(t, 1, b.count(`SELECT count(*) FROM event_parts p JOIN events e ON e.id = p.event_id
		WHERE e.type = $1 AND p.name = 'title' AND p.content = $2
			AND e.data->>'title' = encode(sha256(p.salt || p.content), 'hex')`,
		event.TypeOf(event.DocumentWritten{}), canonical))
}
