package acts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// opener makes an opener of a new buyer, who takes part in opening the lot.
func (b *box) opener() models.Actor {
	b.Helper()
	actor := b.bystander()
	require.NoError(b, b.acts.Store.InTx(b.Context(), func(tx *store.Tx) error {
		_, err := tx.Opener(models.BoxOpener{
			BoxID: pgtest.BoxOf(b.lot), PersonID: actor.PersonID, OrganisationID: actor.OrganisationID,
			OpenedAt: time.Now(),
		})
		return err
	}))
	return actor
}

// bystander makes an opener of a new buyer, who takes no part in opening the lot.
func (b *box) bystander() models.Actor {
	b.Helper()
	actor := b.person(models.OrganisationContractingAuthority)
	before := time.Now().Add(-time.Hour)
	require.NoError(b, b.acts.Store.InTx(b.Context(), func(tx *store.Tx) error {
		if err := tx.PutMember(models.Member{
			ProcurementID: b.draft, OrganisationID: actor.OrganisationID,
			JoinedAt: before,
		}); err != nil {
			return err
		}
		return tx.GiveRole(&models.RoleAssignment{
			ID: models.NewID(models.PrefixRole), ProcurementID: b.draft, PersonID: actor.PersonID,
			OrganisationID: actor.OrganisationID, Role: models.RoleOpener, ValidFrom: before,
		})
	}))
	return actor
}

// unsealed closes the box and opens its envelopes.
func (b *box) unsealed() {
	b.Helper()
	b.pass()
	b.exec("UPDATE boxes SET closed_at = clock_timestamp(), unsealed_at = clock_timestamp() WHERE lot_id = $1", b.lot)
	b.exec("INSERT INTO lot_awards (lot_id) VALUES ($1)", b.lot)
}

func (b *box) record(opener models.Actor, tender models.ID, plain string) (acts.Done[acts.OpeningRecorded], error) {
	b.Helper()
	return b.acts.RecordOpening(b.Context(), b.by(opener, models.RoleOpener), tender, acts.EnvelopeFound{
		N: 1, PlaintextDigest: models.Digest([]byte(plain)), Size: int64(len(plain)),
	})
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
	b.unsealed()
	require.Contains(t, named(), supplier.OrganisationID)
}

func TestOneOpenerAloneHasFoundNothingYet(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	tender := b.handedIn(b.supplier()).TenderID
	one, other := b.opener(), b.opener()
	_, err := b.record(one, tender, "offer")
	refused(t, err, models.CodeNotFound)
	b.unsealed()
	alone, err := b.record(one, tender, "offer")
	require.NoError(t, err)
	require.Equal(t, models.FoundMissing, alone.Result.Found)
	again, err := b.record(one, tender, "offer")
	require.NoError(t, err)
	require.Equal(t, models.FoundMissing, again.Result.Found, "one person is not two")
	both, err := b.record(other, tender, "offer")
	require.NoError(t, err)
	require.Equal(t, models.FoundAgreed, both.Result.Found)
	require.Equal(t, other.OrganisationID, both.Result.OrganisationID)
	require.Equal(t, 3, b.happened(event.EnvelopeOpened{}))
	require.Zero(t, b.happened(event.OpeningDisputed{}))
}

func TestOpenersWhoFindDifferentThingsDispute(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	tender := b.handedIn(b.supplier()).TenderID
	one, other := b.opener(), b.opener()
	b.unsealed()
	_, err := b.record(one, tender, "offer")
	require.NoError(t, err)
	disputed, err := b.record(other, tender, "another offer")
	require.NoError(t, err)
	require.Equal(t, models.FoundDisputed, disputed.Result.Found)
	require.Equal(t, 1, b.happened(event.OpeningDisputed{}))
}

func TestWhoDidNotOpenTheLotRecordsNothing(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	tender := b.handedIn(b.supplier()).TenderID
	opener := b.bystander()
	b.unsealed()
	_, err := b.record(opener, tender, "offer")
	refused(t, err, models.CodeForbidden)
	require.Zero(t, b.happened(event.EnvelopeOpened{}))
}

func TestAnAttemptToOpenTooEarlyIsRecorded(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	opener := b.opener()
	tender := models.NewID(models.PrefixTender)
	require.NoError(t, b.acts.RecordTooEarly(t.Context(), b.by(opener, models.RoleOpener), tender, 2,
		models.CodeNotUnsealed))
	require.Equal(t, 1, b.count(`SELECT count(*) FROM events WHERE type = $1 AND procurement_id = $2 AND actor_id = $3
		AND data = jsonb_build_object('tender_id', $4::text, 'envelope', 2, 'code', $5::text)`,
		event.TypeOf(event.OpeningRefused{}), b.draft, opener.PersonID, tender, models.CodeNotUnsealed))
}
