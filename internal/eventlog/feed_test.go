package eventlog_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/eventlog"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

func TestTheFeedShowsWhatOneHasARoleInNow(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ada, ben, eve := p.Person(), p.Person(), p.Person()
	one, other := p.Procurement(models.ModeLive, ada), p.Procurement(models.ModeRehearsal, ada)
	p.Give(other, ben, models.RoleObserver)
	p.Give(one, eve, models.RoleSupplier)

	started := p.Event(one, event.ProcurementStarted{})
	voted := p.Event(other, event.VoteCast{})
	made := p.Happens(event.Event{Payload: event.PersonCreated{}})
	published := p.Event(one, event.ProcurementPublished{})
	p.Tender()

	all, page := p.read(ada, eventlog.FeedQuery{})
	require.Equal(t, []models.ID{started, voted, published}, all)
	require.EqualValues(t, 5, page.Reached.Position)
	all, _ = p.read(ben, eventlog.FeedQuery{})
	require.Equal(t, []models.ID{voted}, all)
	all, _ = p.read(eve, eventlog.FeedQuery{})
	require.Equal(t, []models.ID{published}, all, "a supplier reads what everybody may know")
	all, _ = p.read(p.Person(), eventlog.FeedQuery{Platform: true})
	require.Equal(t, []models.ID{made}, all)
	all, _ = p.read(p.Person(), eventlog.FeedQuery{})
	require.Empty(t, all)

	p.EndRoles(other, ada)
	all, _ = p.read(ada, eventlog.FeedQuery{})
	require.Equal(t, []models.ID{started, published}, all)
}

func TestTheFeedIsReadPageByPageAndByType(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ada := p.Person()
	one, other := p.Procurement(models.ModeLive, ada), p.Procurement(models.ModeLive, ada)
	var want []models.ID
	for range 5 {
		want = append(want, p.Event(one, event.EntryWritten{}), p.Event(other, event.VoteCast{}),
			p.Event(one, event.LotCreated{}))
	}
	var got []models.ID
	for after := (eventlog.Place{}); ; {
		ids, page := p.read(ada, eventlog.FeedQuery{After: after, Limit: 4})
		require.LessOrEqual(t, len(ids), 4)
		require.Greater(t, page.Reached.Position, after.Position)
		got, after = append(got, ids...), page.Reached
		if after.Position == page.Head {
			break
		}
	}
	require.Equal(t, want, got)

	ids, _ := p.read(ada, eventlog.FeedQuery{Types: []string{"vote"}})
	require.Len(t, ids, 5)
	ids, _ = p.read(ada, eventlog.FeedQuery{Types: []string{"vote.cast", "lot"}, After: eventlog.Place{Position: 2}})
	require.Len(t, ids, 9)
	ids, _ = p.read(ada, eventlog.FeedQuery{Types: []string{"lo"}})
	require.Empty(t, ids, "a type is matched part by part")
	ids, page := p.read(ada, eventlog.FeedQuery{
		Types: []string{"vote"}, Limit: 5, After: eventlog.Place{Position: 14},
	})
	require.Empty(t, ids)
	require.EqualValues(t, 15, page.Reached.Position, "what does not match is passed")
}

func TestTheFeedOfALateTenderWaitsForTheBoxToClose(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ada := p.Person()
	one, other := p.Procurement(models.ModeLive, ada), p.Procurement(models.ModeLive, ada)
	lot := p.Publish(one)
	before, page := p.read(ada, eventlog.FeedQuery{})
	require.Len(t, before, 1)
	refused := p.Happens(event.Event{ProcurementID: one, Payload: event.TenderRefused{LotID: lot}})
	behind := p.Event(other, event.VoteCast{})

	ids, held := p.read(ada, eventlog.FeedQuery{After: page.Reached})
	require.Empty(t, ids)
	require.Equal(t, page.Reached, held.Reached, "the next page begins with it")
	p.CloseBox(lot)
	ids, _ = p.read(ada, eventlog.FeedQuery{After: held.Reached})
	require.Equal(t, []models.ID{refused, behind}, ids)

	p.Exec(pgtest.OpenNextBox, lot, models.NewID(models.PrefixBox))
	ids, _ = p.read(ada, eventlog.FeedQuery{After: held.Reached})
	require.Equal(t, []models.ID{refused, behind}, ids, "nor does the next box of the lot")
	p.Publish(one)
	ids, _ = p.read(ada, eventlog.FeedQuery{After: held.Reached})
	require.Equal(t, refused, ids[0], "another lot's box does not hold it")
	sealed := p.Event(one, event.TenderRefused{})
	ids, _ = p.read(ada, eventlog.FeedQuery{After: held.Reached})
	require.NotContains(t, ids, sealed, "what names no lot waits for all boxes")
}

func TestTheTailNamesWhereSomethingHappened(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	one := p.Procurement(models.ModeLive, p.Person())
	p.Event(one, event.ProcurementStarted{})
	p.Tender()
	p.Happens(event.Event{Payload: event.PersonCreated{}})
	head, entries, err := p.Log().Tail(t.Context(), 0, 10)
	require.NoError(t, err)
	require.EqualValues(t, 3, head)
	require.Equal(t, []eventlog.TailEntry{{1, one}, {3, ""}}, entries, "a tender is in nobody's feed")
	head, entries, err = p.Log().Tail(t.Context(), 3, 10)
	require.NoError(t, err)
	require.EqualValues(t, 3, head)
	require.Empty(t, entries)
}

// The roles that decide are those in force in procedure time, which a rehearsal sets.
func TestRolesInTheFeedAreDatedInProcedureTime(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ada := p.Person()
	one := p.Procurement(models.ModeRehearsal, ada)
	p.Event(one, event.ProcurementStarted{})
	p.Exec("UPDATE procurements SET clock_offset = $2 WHERE id = $1", one, (-10 * 365 * 24 * time.Hour).Microseconds())
	ids, _ := p.read(ada, eventlog.FeedQuery{})
	require.Empty(t, ids, "the role begins ten years later")
	p.Exec("UPDATE role_assignments SET valid_from = valid_from - interval '11 years' WHERE procurement_id = $1", one)
	ids, _ = p.read(ada, eventlog.FeedQuery{})
	require.Len(t, ids, 1)
}
