package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// What is read of all tables in one statement is what is read of each.
func TestAReadingIsWhatTheTablesHold(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	lead := p.Person()
	procurement := p.Procurement(models.ModeLive, lead)
	p.Give(procurement, lead, models.RoleBoard)
	p.Publish(procurement)
	p.Exec(`INSERT INTO consortium_members (procurement_id, organisation_id, lead, budget_share, joined_at)
		VALUES ($1, $2, true, 33.3, '2026-03-29T01:30:00.123456+05:30')`, procurement, p.Organisation)
	p.Exec(`INSERT INTO votes (id, procurement_id, subject, round, digest, organisation_id, person_id, choice,
			cast_at, asked_at, voided_at)
		SELECT $1, $2, 'gate/needs', 1, repeat('0', 64), $3, $4, 'approve', c.now, c.asked, c.now
		FROM (SELECT now() AS now, now() AS asked) c`,
		models.NewID(models.PrefixVote), procurement, p.Organisation, lead)
	require.NoError(t, p.InTx(t.Context(), func(tx *store.Tx) error {
		shared, err := tx.ShareProcurement(procurement)
		require.NoError(t, err)
		opened, err := tx.OpenRounds(procurement, time.Now(), models.PhaseTender, models.PhaseCapacity)
		require.NoError(t, err)
		require.Equal(t, []models.Phase{models.PhaseTender, models.PhaseCapacity},
			[]models.Phase{opened[0].Phase, opened[1].Phase})
		read, err := tx.Read(shared, time.Now(), true)
		require.NoError(t, err)

		rounds, err := tx.Rounds(procurement)
		require.NoError(t, err)
		require.Equal(t, rounds, read.Dossier.Rounds)
		members, organisations, err := tx.Members(procurement)
		require.NoError(t, err)
		require.Equal(t, members, read.Dossier.Members)
		require.Equal(t, "33.3", read.Dossier.Members[0].BudgetShare)
		require.Equal(t, organisations, read.Dossier.Organisations)
		lots, err := tx.Lots(procurement)
		require.NoError(t, err)
		require.Equal(t, lots, read.Dossier.Tendering.Lots)
		roles, err := tx.Roles(procurement)
		require.NoError(t, err)
		require.Equal(t, roles, read.Dossier.Roles)
		require.Empty(t, read.Votes, "a voided vote does not stand")

		brief, err := tx.Read(shared, read.Dossier.Now, false)
		require.NoError(t, err)
		require.Equal(t, read.Dossier.Tendering.Lots, brief.Dossier.Tendering.Lots)
		require.Empty(t, brief.Dossier.Roles)
		return nil
	}))
}

// Whoever wrote any part of what is decided does not decide on it, however many have changed it since.
func TestEveryoneWhoWroteAVersionOfAnEntryIsItsAuthor(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	lead := p.Person()
	procurement := p.Procurement(models.ModeLive, lead)
	e := models.Entry{
		ID: models.NewID(models.PrefixEntry), ProcurementID: procurement, Kind: models.EntryCommonNeed,
		Phase: models.PhaseNeeds, Round: 1, Body: []byte(`{}`), Digest: models.Digest([]byte(`{}`)),
		WrittenAt: time.Now(),
	}
	first, second := p.Person(), p.Person()
	require.NoError(t, p.InTx(t.Context(), func(tx *store.Tx) error {
		for _, author := range []models.ID{first, second, lead, first} {
			e.Version, e.AuthorID = e.Version+1, author
			written, err := tx.WriteEntry(&e, false)
			require.NoError(t, err)
			require.True(t, written)
		}
		d, err := tx.Dossier(models.Procurement{ID: procurement}, time.Now())
		require.NoError(t, err)
		require.ElementsMatch(t, []models.ID{first, second, lead}, d.Authors[e.ID])
		return nil
	}))
}

// One of the earlier versions of an agreement may be in force: by what it says of votes, not by its clauses.
func TestEarlierVersionsOfAnAgreementAreReadWithoutTheirClauses(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	lead := p.Person()
	procurement := p.Procurement(models.ModeLive, lead)
	agreement, glossary := models.NewID(models.PrefixEntry), models.NewID(models.PrefixEntry)
	require.NoError(t, p.InTx(t.Context(), func(tx *store.Tx) error {
		for version := int64(1); version <= 2; version++ {
			for id, kind := range map[models.ID]models.EntryKind{
				agreement: models.EntryAgreement, glossary: models.EntryGlossary,
			} {
				body := []byte(`{"decision_rule": "majority", "exit": {"en": "x"}, "dispute": {"en": "y"}}`)
				written, err := tx.WriteEntry(&models.Entry{
					ID: id, ProcurementID: procurement, Kind: kind, Phase: models.PhaseCapacity, Round: 1,
					Version: version, AuthorID: lead, Body: body, Digest: models.Digest(body), WrittenAt: time.Now(),
				}, true)
				require.NoError(t, err)
				require.True(t, written)
			}
		}
		shared, err := tx.ShareProcurement(procurement)
		require.NoError(t, err)
		d, err := tx.Dossier(shared, time.Now())
		require.NoError(t, err)
		require.Len(t, d.Earlier, 1)
		earlier := d.Earlier[0]
		require.Equal(t, agreement, earlier.ID)
		require.EqualValues(t, 1, earlier.Version)
		require.Equal(t, models.EntryAgreement, earlier.Kind)
		require.JSONEq(t, `{"decision_rule": "majority"}`, string(earlier.Body))
		require.Nil(t, earlier.WithdrawnAt)
		return nil
	}))
}

func TestTwoWhoLockSeveralBoxesInDifferentOrderDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	procurement := p.Procurement(models.ModeLive, p.Person())
	one, other := models.NewID(models.PrefixBox), models.NewID(models.PrefixBox)
	done := make(chan error, 2)
	for _, boxes := range [][]models.ID{{one, other}, {other, one, one}} {
		go func() {
			var err error
			for range 50 {
				err = p.InTx(t.Context(), func(tx *store.Tx) error {
					_, err := tx.Hold(procurement, boxes, models.Command{}, false)
					return err
				})
				if err != nil {
					break
				}
			}
			done <- err
		}()
	}
	require.NoError(t, <-done)
	require.NoError(t, <-done)
}
