package acts_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

func specification(upload models.ID, audience models.Audience) acts.DocumentText {
	return acts.DocumentText{Title: models.Text{"en": "Specification"}, Audience: audience, Upload: upload}
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
		return b.acts.WriteDocument(t.Context(), by, specification(upload, models.AudienceBuyers))
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
	text := specification(b.uploaded(b.asLead(), "one"), models.AudienceBuyers)
	first, err := b.acts.WriteDocument(t.Context(), b.asLead(), text)
	require.NoError(t, err)
	by := b.asLead()
	by.On = acts.Versions{Of: []int64{1}}
	change := acts.DocumentChange{DocumentText: specification(b.uploaded(b.asLead(), "two"), models.AudienceBuyers)}
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
	given, err := b.acts.WriteDocument(t.Context(), b.asLead(), specification(upload, models.AudienceTenderers))
	require.NoError(t, err)
	rewrite := func(audience models.Audience, significant *bool) error {
		_, err := b.acts.RewriteDocument(t.Context(), b.asLead(), given.Result.ID,
			acts.DocumentChange{DocumentText: specification(upload, audience), Significant: significant})
		return err
	}
	require.NoError(t, rewrite(models.AudienceBuyers, nil), "nothing is published: it was given to nobody")
	require.NoError(t, rewrite(models.AudienceTenderers, nil))
	published := b.publish()
	yes, no := true, false
	refusedAt(t, rewrite(models.AudienceBuyers, &no), models.CodeFrozen, "/audience")
	refusedAt(t, rewrite(models.AudienceTenderers, nil), models.CodeInvalidValue, "/significant")
	refused(t, rewrite(models.AudienceTenderers, &yes), models.CodeDeadlineNotMoved)
	require.NoError(t, rewrite(models.AudienceTenderers, &no))
	require.NoError(t, b.acts.Store.InTx(t.Context(), func(tx *store.Tx) error {
		now, err := tx.Now()
		if err != nil {
			return err
		}
		lot, err := tx.Lot(published.ProcurementID, published.ID)
		if err != nil {
			return err
		}
		return errors.Join(tx.LockBoxes(lot.Box().ID), tx.CloseBox(lot.Box(), now))
	}))
	refused(t, rewrite(models.AudienceTenderers, &no), models.CodeFrozen)
}

// Directive 2014/24/EU, Article 47(3): a significant change takes more time at the stage at which it is made.
func TestADeadlineMovedAtAnEarlierStageGivesNoTimeAtTheNext(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	upload := b.uploaded(b.asLead(), "for tenderers")
	given, err := b.acts.WriteDocument(t.Context(), b.asLead(), specification(upload, models.AudienceTenderers))
	require.NoError(t, err)
	significant := func() error {
		yes := true
		_, err := b.acts.RewriteDocument(t.Context(), b.asLead(), given.Result.ID,
			acts.DocumentChange{DocumentText: specification(upload, models.AudienceTenderers), Significant: &yes})
		return err
	}
	moved := func(lot models.Lot) {
		b.exec(`INSERT INTO notices (id, procurement_id, kind, content, digest, dispatched_at, person_id)
			VALUES ($1, $2, 'change', json_build_object('lot', $3::text), repeat('0', 64), clock_timestamp(), $4)`,
			models.NewID(models.PrefixNotice), lot.ProcurementID, lot.ID, b.lead.PersonID)
	}
	lot := b.publish()
	moved(lot)
	b.exec("UPDATE boxes SET closed_at = clock_timestamp() WHERE lot_id = $1", lot.ID)
	b.exec(pgtest.OpenNextBox, lot.ID, models.NewID(models.PrefixBox))
	refused(t, significant(), models.CodeDeadlineNotMoved)
	moved(lot)
	b.exec("UPDATE boxes SET deadline = clock_timestamp() + interval '30 days' WHERE closed_at IS NULL")
	require.NoError(t, significant())
}

// Directive 2014/24/EU, Articles 47(3)(a) and 53(2): six days before the deadline at the latest.
func TestFurtherInformationComesInTimeOrTheDeadlineMovesFirst(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	b.publish()
	upload := b.uploaded(b.asLead(), "more about the interface")
	write := func(audience models.Audience) error {
		_, err := b.acts.WriteDocument(t.Context(), b.asLead(), specification(upload, audience))
		return err
	}
	b.exec("UPDATE boxes SET deadline = clock_timestamp() + interval '5 days'")
	refusedAt(t, write(models.AudienceTenderers), models.CodeDeadlineNotMoved, "/audience")
	require.NoError(t, write(models.AudienceBuyers))
	b.exec("UPDATE boxes SET deadline = clock_timestamp() + interval '8 days'")
	require.NoError(t, write(models.AudienceTenderers))
}

// Portals get the event whoever may read the document: a title has few words, and could be guessed.
func TestTheEventOfADocumentDoesNotLetItsTitleBeGuessed(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	text := specification(b.uploaded(b.asLead(), "text"), models.AudienceBuyers)
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
