package views_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// A record is one procurement with a lot that is published and one that is not.
type record struct {
	testing.TB

	views *views.Views
	// buyer is the organisation that buys.
	buyer            models.ID
	procurement      models.Procurement
	published, draft models.Lot
}

func setUp(t testing.TB) *record {
	t.Helper()
	r := setUpDraft(t)
	r.publish(r.published)
	return r
}

// publish opens the box of a lot; it is the published one from now on.
func (r *record) publish(lot models.Lot) {
	r.Helper()
	at := r.procurement.CreatedAt
	r.tx(func(tx *store.Tx) error {
		tx.OpenBox(models.Box{
			ID: models.NewID(models.PrefixBox), ProcurementID: r.procurement.ID, LotID: lot.ID, Stage: "tender",
			Round: 1, HandsIn: models.HandedTender, OpenedAt: at, Deadline: at.Add(time.Hour),
			DeadlineLocal: "2100-01-01T12:00", DeadlineZone: "UTC",
		})
		return nil
	})
	r.published = lot
}

// box is that of the published lot, as it is now.
func (r *record) box() (box models.Box) {
	r.Helper()
	r.tx(func(tx *store.Tx) error {
		lot, err := tx.Lot(r.procurement.ID, r.published.ID)
		box = lot.Box()
		return err
	})
	return box
}

// setUpDraft is [setUp] before anything is published.
func setUpDraft(t testing.TB) *record {
	t.Helper()
	r := &record{TB: t, views: &views.Views{Store: pgtest.New(t)}}
	r.tx(func(tx *store.Tx) error {
		o := models.Organisation{
			LegalName: "Buyer " + uuid.NewString(), Country: "FR", Kind: models.OrganisationContractingAuthority,
		}
		require.NoError(t, tx.CreateOrganisation(&o))
		p := models.Person{OrganisationID: o.ID, Name: "P"}
		require.NoError(t, tx.CreatePerson(&p))
		r.procurement = models.Procurement{
			ID: models.NewID(models.PrefixProcurement), Title: models.Text{"en": "Quantum"}, Description: models.Text{},
			Languages: []string{"en"}, Mode: models.ModeRehearsal, Zone: "Europe/Paris", Status: models.StatusDraft,
			Version: 1, CreatedBy: p.ID, CreatedAt: o.CreatedAt,
		}
		require.NoError(t, tx.CreateProcurement(&r.procurement))
		r.buyer, r.published, r.draft = o.ID, r.lot(tx, 1), r.lot(tx, 2)
		return nil
	})
	return r
}

func (r *record) tx(do func(*store.Tx) error) {
	r.Helper()
	require.NoError(r, r.views.Store.InTx(r.Context(), do))
}

func (r *record) lot(tx *store.Tx, number int) models.Lot {
	r.Helper()
	l := models.Lot{
		ID: models.NewID(models.PrefixLot), ProcurementID: r.procurement.ID, Number: number,
		Title: models.Text{"en": "Lot"}, Description: models.Text{}, DeadlineLocal: "2027-03-01T12:00",
		DeadlineZone: "Europe/Paris", Version: 1, CreatedAt: r.procurement.CreatedAt,
	}
	require.NoError(r, tx.CreateLot(&l))
	return l
}

// as reads with a role.
func (r *record) as(role models.Role) views.Reader {
	return views.Reader{
		Actor: models.Actor{PersonID: r.procurement.CreatedBy, Roles: []models.Role{role}},
		Seat:  &models.Seat{Procurement: r.procurement, Now: r.procurement.CreatedAt, Roles: []models.Role{role}},
	}
}

// refused expects a refusal with a code.
func refused(t testing.TB, err error, code models.Code) {
	t.Helper()
	r, ok := models.RefusalOf(err)
	require.True(t, ok, "%v", err)
	require.Equal(t, code, r.Code, r.Detail)
}

func TestASupplierSeesPublishedLotsOnly(t *testing.T) {
	t.Parallel()
	r := setUp(t)
	all, err := r.views.Lots(t.Context(), r.as(models.RoleObserver), "", 10)
	require.NoError(t, err)
	require.Len(t, all, 2)
	seen, err := r.views.Lots(t.Context(), r.as(models.RoleSupplier), "", 10)
	require.NoError(t, err)
	require.Len(t, seen, 1)
	require.Equal(t, r.published.ID, seen[0].ID)
	_, err = r.views.Lot(t.Context(), r.as(models.RoleSupplier), r.draft.ID)
	refused(t, err, models.CodeNotFound)
	_, err = r.views.Lot(t.Context(), r.as(models.RoleObserver), r.draft.ID)
	require.NoError(t, err)
}

func TestAListGoesOnAfterItsLast(t *testing.T) {
	t.Parallel()
	r := setUp(t)
	page, err := r.views.Lots(t.Context(), r.as(models.RoleObserver), "", 1)
	require.NoError(t, err)
	require.Equal(t, r.published.ID, page[0].ID)
	page, err = r.views.Lots(t.Context(), r.as(models.RoleObserver), page[0].ID, 1)
	require.NoError(t, err)
	require.Equal(t, r.draft.ID, page[0].ID)
}

func TestADeadlineOfADraftMeansAnInstantByTheRulesOfToday(t *testing.T) {
	t.Parallel()
	l := models.Lot{DeadlineLocal: "2027-03-01T12:00", DeadlineZone: "Europe/Paris"}
	at, ok := views.DeadlineOf(l)
	require.True(t, ok)
	require.Equal(t, time.Date(2027, 3, 1, 11, 0, 0, 0, time.UTC), at.At.UTC())
	_, ok = views.DeadlineOf(models.Lot{})
	require.False(t, ok)
}

func TestNothingOfTheEvaluationIsSeenBeforeTheEnvelopesAreOpened(t *testing.T) {
	t.Parallel()
	r := setUp(t)
	_, err := r.views.Sheets(t.Context(), r.as(models.RoleChair), r.published.ID)
	refused(t, err, models.CodeNotUnsealed)
	_, err = r.views.Sheets(t.Context(), r.as(models.RoleChair), "lot_unknown")
	refused(t, err, models.CodeNotFound)
	_, err = r.views.Letter(t.Context(), r.as(models.RoleObserver), models.NewID(models.PrefixTender), "")
	refused(t, err, models.CodeNotFound)
}

func TestAGateIsJudgedAsItIsNow(t *testing.T) {
	t.Parallel()
	r := setUp(t)
	g, err := r.views.Gate(t.Context(), r.as(models.RoleObserver), models.PhaseNeeds)
	require.NoError(t, err)
	require.False(t, g.Met())
	require.Equal(t, models.PhasePending, g.Status)
	_, err = r.views.Gate(t.Context(), views.Reader{}, models.PhaseNeeds)
	refused(t, err, models.CodeNotFound)
}
