package acts_test

import (
	"encoding/json"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
)

// openLots opens boxes for several lots, of which one may tender for so many at most.
func openLots(t testing.TB, lots, most int) (*box, []models.ID) {
	t.Helper()
	b := openBox(t)
	all := []models.ID{b.lot}
	for range lots - 1 {
		made, err := b.acts.CreateLot(t.Context(), b.asLead(), lot("Racks"))
		require.NoError(t, err)
		b.exec(pgtest.OpenBox("clock_timestamp() + interval '1 hour'"), made.Result.ID)
		all = append(all, made.Result.ID)
	}
	b.exec(pgtest.SealBoxes, b.draft)
	body, err := json.Marshal(models.LotLimits{MostTendered: most})
	require.NoError(t, err)
	b.exec(`INSERT INTO entries (id, procurement_id, kind, phase, round, version, author_id, body, digest, written_at,
			single)
		VALUES ($1, $2, 'lot_limits', 'specification', 1, 1, $3, $4, $5, clock_timestamp(), true)`,
		models.NewID(models.PrefixEntry), b.draft, b.lead.PersonID, body, models.Digest(body))
	return b, all
}

// handIn hands in a tender for one of the lots.
func (b *box) handIn(actor models.Actor, by acts.By, to models.ID) (models.ID, error) {
	b.Helper()
	done, err := b.acts.HandIn(b.Context(), by, to, b.sealed(actor, to))
	return done.Result.TenderID, err
}

func TestATenderForOneLotTooManyIsRefused(t *testing.T) {
	t.Parallel()
	b, lots := openLots(t, 4, 2)
	supplier, rival := b.supplier(), b.supplier()
	try := func(actor models.Actor, to models.ID) (models.ID, error) {
		return b.handIn(actor, b.asSupplier(actor), to)
	}
	first, err := try(supplier, lots[0])
	require.NoError(t, err)
	_, err = try(supplier, lots[1])
	require.NoError(t, err)
	_, err = try(supplier, lots[2])
	refused(t, err, models.CodeLotLimit)
	r, _ := models.RefusalOf(err)
	require.Contains(t, r.Detail, "lots 1 and 2", "it is told which tenders stand")
	_, err = try(rival, lots[2])
	require.NoError(t, err, "the tenders of others do not count")

	_, err = b.acts.ReplaceTender(t.Context(), b.asSupplier(supplier), first, b.sealed(supplier))
	require.NoError(t, err, "another tender for the same lot is not one lot more")
	b.exec("UPDATE lots SET ended_at = clock_timestamp(), end_reason = 'chan-need' WHERE id = $1", lots[1])
	_, err = try(supplier, lots[2])
	require.NoError(t, err, "a lot that has ended does not count")
	_, err = try(supplier, lots[3])
	refused(t, err, models.CodeLotLimit)
}

func TestAWithdrawnTenderMakesRoomForAnotherLot(t *testing.T) {
	t.Parallel()
	b, lots := openLots(t, 2, 1)
	supplier := b.supplier()
	first, err := b.handIn(supplier, b.asSupplier(supplier), lots[0])
	require.NoError(t, err)
	_, err = b.acts.WithdrawTender(t.Context(), b.asSupplier(supplier), first)
	require.NoError(t, err)
	_, err = b.handIn(supplier, b.asSupplier(supplier), lots[1])
	require.NoError(t, err)
	_, err = b.handIn(supplier, b.asSupplier(supplier), lots[0])
	refused(t, err, models.CodeLotLimit)
}

// A request to participate is no tender: whoever is invited for several lots chooses then.
func TestARequestToParticipateIsNotLimited(t *testing.T) {
	t.Parallel()
	b, lots := openLots(t, 2, 1)
	b.exec("UPDATE boxes SET hands_in = 'request', stage = 'request' WHERE procurement_id = $1", b.draft)
	supplier := b.supplier()
	for _, to := range lots {
		envelopes := b.sealedAs(supplier, models.EnvelopeQualification, to)
		_, err := b.acts.HandIn(t.Context(), b.asSupplier(supplier), to, envelopes)
		require.NoError(t, err)
	}
}

// Each tender is for a lot of its own and shares no box with the others: only the supplier's own lock keeps them apart.
func TestTendersForSeveralLotsAtOnceAreAsManyAsAllowed(t *testing.T) {
	t.Parallel()
	const lots, most, rounds = 5, 2, 6
	b, all := openLots(t, lots, most)
	for range rounds {
		supplier := b.supplier()
		errs := make([]error, lots)
		visits := make([]acts.By, lots)
		sealed := make([][]models.Envelope, lots)
		for i := range lots {
			visits[i], sealed[i] = b.asSupplier(supplier), b.sealed(supplier, all[i])
		}
		start := make(chan struct{})
		var done sync.WaitGroup
		for i := range lots {
			done.Go(func() {
				<-start
				_, errs[i] = b.acts.HandIn(t.Context(), visits[i], all[i], sealed[i])
			})
		}
		close(start)
		done.Wait()
		received := 0
		for _, err := range errs {
			if err == nil {
				received++
				continue
			}
			refused(t, err, models.CodeLotLimit)
		}
		require.Equal(t, most, received)
		require.Equal(t, most, b.count("SELECT count(*) FROM tenders WHERE organisation_id = $1 AND ended_at IS NULL",
			supplier.OrganisationID))
	}
}
