package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

func TestTheFeedShowsWhatOneHasARoleInNow(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ada, ben, eve := p.person(), p.person(), p.person()
	one, other := p.procurement(models.ModeLive, ada), p.procurement(models.ModeRehearsal, ada)
	p.give(other, ben, models.RoleObserver)
	p.give(one, eve, models.RoleSupplier)

	started := p.event(one, event.ProcurementStarted{})
	voted := p.event(other, event.VoteCast{})
	made := p.happens(event.Event{Payload: event.PersonCreated{}})
	published := p.event(one, event.ProcurementPublished{})
	p.tender()

	all, page := p.read(ada, store.FeedQuery{})
	require.Equal(t, []models.ID{started, voted, published}, all)
	require.EqualValues(t, 5, page.Reached)
	all, _ = p.read(ben, store.FeedQuery{})
	require.Equal(t, []models.ID{voted}, all)
	all, _ = p.read(eve, store.FeedQuery{})
	require.Equal(t, []models.ID{published}, all, "a supplier reads what everybody may know")
	all, _ = p.read(p.person(), store.FeedQuery{Platform: true})
	require.Equal(t, []models.ID{made}, all)
	all, _ = p.read(p.person(), store.FeedQuery{})
	require.Empty(t, all)

	p.endRoles(other, ada)
	all, _ = p.read(ada, store.FeedQuery{})
	require.Equal(t, []models.ID{started, published}, all)
}

func TestTheFeedIsReadPageByPageAndByType(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ada := p.person()
	one, other := p.procurement(models.ModeLive, ada), p.procurement(models.ModeLive, ada)
	var want []models.ID
	for range 5 {
		want = append(want, p.event(one, event.EntryWritten{}), p.event(other, event.VoteCast{}), p.event(one, event.LotCreated{}))
	}
	var got []models.ID
	for after := int64(0); ; {
		ids, page := p.read(ada, store.FeedQuery{After: after, Limit: 4})
		require.LessOrEqual(t, len(ids), 4)
		require.Greater(t, page.Reached, after)
		got, after = append(got, ids...), page.Reached
		if after == page.Head {
			break
		}
	}
	require.Equal(t, want, got)

	ids, _ := p.read(ada, store.FeedQuery{Types: []string{"vote"}})
	require.Len(t, ids, 5)
	ids, _ = p.read(ada, store.FeedQuery{Types: []string{"vote.cast", "lot"}, After: 2})
	require.Len(t, ids, 9)
	ids, _ = p.read(ada, store.FeedQuery{Types: []string{"lo"}})
	require.Empty(t, ids, "a type is matched part by part")
	ids, page := p.read(ada, store.FeedQuery{Types: []string{"vote"}, Limit: 5, After: 14})
	require.Empty(t, ids)
	require.EqualValues(t, 15, page.Reached, "what does not match is passed")
}

func TestTheFeedOfALateTenderWaitsForTheBoxToClose(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ada := p.person()
	one, other := p.procurement(models.ModeLive, ada), p.procurement(models.ModeLive, ada)
	lot := p.publish(one)
	before, page := p.read(ada, store.FeedQuery{})
	require.Len(t, before, 1)
	refused := p.happens(event.Event{ProcurementID: one, Payload: event.TenderRefused{LotID: lot}})
	behind := p.event(other, event.VoteCast{})

	ids, held := p.read(ada, store.FeedQuery{After: page.Reached})
	require.Empty(t, ids)
	require.Equal(t, page.Reached, held.Reached, "the next page begins with it")
	p.close(lot)
	ids, _ = p.read(ada, store.FeedQuery{After: held.Reached})
	require.Equal(t, []models.ID{refused, behind}, ids)

	p.publish(one)
	ids, _ = p.read(ada, store.FeedQuery{After: held.Reached})
	require.Equal(t, refused, ids[0], "another lot's box does not hold it")
	sealed := p.event(one, event.TenderRefused{})
	ids, _ = p.read(ada, store.FeedQuery{After: held.Reached})
	require.NotContains(t, ids, sealed, "what names no lot waits for all boxes")
}

func TestTheTailNamesWhereSomethingHappened(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	one := p.procurement(models.ModeLive, p.person())
	p.event(one, event.ProcurementStarted{})
	p.tender()
	p.happens(event.Event{Payload: event.PersonCreated{}})
	head, entries, err := p.Tail(t.Context(), 0, 10)
	require.NoError(t, err)
	require.EqualValues(t, 3, head)
	require.Equal(t, []store.TailEntry{{1, one}, {3, ""}}, entries, "a tender is in nobody's feed")
	head, entries, err = p.Tail(t.Context(), 3, 10)
	require.NoError(t, err)
	require.EqualValues(t, 3, head)
	require.Empty(t, entries)
}

// The roles that decide are those in force in procedure time, which a rehearsal sets.
func TestRolesInTheFeedAreDatedInProcedureTime(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ada := p.person()
	one := p.procurement(models.ModeRehearsal, ada)
	p.event(one, event.ProcurementStarted{})
	p.exec("UPDATE procurements SET clock_offset = $2 WHERE id = $1", one, (-10 * 365 * 24 * time.Hour).Microseconds())
	ids, _ := p.read(ada, store.FeedQuery{})
	require.Empty(t, ids, "the role begins ten years later")
	p.exec("UPDATE role_assignments SET valid_from = valid_from - interval '11 years' WHERE procurement_id = $1", one)
	ids, _ = p.read(ada, store.FeedQuery{})
	require.Len(t, ids, 1)
}
