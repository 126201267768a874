package acts_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// hourPasses lets the hour of all attempts so far pass, and has them counted.
func (b *box) hourPasses() {
	b.Helper()
	b.exec("UPDATE attempts SET hour = hour - interval '1 hour'")
	for {
		taken, err := b.acts.CountAttempts(b.Context(), 2)
		require.NoError(b, err)
		if taken == 0 {
			return
		}
	}
}

// counted is how many attempts the events of a type count, whether or not its hour is that of the first.
func (b *box) counted(what event.Payload) int {
	b.Helper()
	return b.count(`SELECT coalesce(sum((c.data->>'attempts')::int), 0) FROM events c JOIN events first
		ON first.id = c.data->>'event_id' AND first.actor_id = c.actor_id AND first.procurement_id = c.procurement_id
		WHERE c.type = $1`, event.TypeOf(what))
}

// Whoever repeats a late tender a thousand times does not fill the record, and every attempt is counted.
func TestAThousandLateTendersAreTwoEvents(t *testing.T) {
	t.Parallel()
	const callers, each = 4, 250
	b := openBox(t)
	late := b.supplier()
	envelopes := b.sealed(late)
	b.pass()
	before := b.count("SELECT count(*) FROM events")
	var together sync.WaitGroup
	codes := make(chan models.Code, callers*each)
	for range callers {
		together.Go(func() {
			for range each {
				_, err := b.acts.HandIn(t.Context(), b.asSupplier(late), b.lot, envelopes)
				if refusal, ok := models.RefusalOf(err); ok {
					codes <- refusal.Code
				}
			}
		})
	}
	together.Wait()
	close(codes)
	refused := 0
	for code := range codes {
		require.Equal(t, models.CodeDeadlinePassed, code)
		refused++
	}
	require.Equal(t, callers*each, refused)
	hours := b.count("SELECT count(*) FROM attempts")
	require.LessOrEqual(t, hours, 2, "the hour may turn meanwhile")
	require.Equal(t, hours, b.happened(event.TenderRefused{}))
	b.hourPasses()
	require.Equal(t, callers*each, b.counted(event.TenderRefusalsCounted{}))
	require.LessOrEqual(t, b.count("SELECT count(*) FROM events")-before, 2*hours)
	require.Zero(t, b.count("SELECT count(*) FROM attempts"))
}

func TestOneAttemptInAnHourIsOneEvent(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	late, other := b.supplier(), b.supplier()
	envelopes, others := b.sealed(late), b.sealed(other)
	b.pass()
	for hour := 1; hour <= 2; hour++ {
		_, err := b.acts.HandIn(t.Context(), b.asSupplier(late), b.lot, envelopes)
		refused(t, err, models.CodeDeadlinePassed)
		_, err = b.acts.HandIn(t.Context(), b.asSupplier(other), b.lot, others)
		refused(t, err, models.CodeDeadlinePassed)
		require.Equal(t, 2*hour, b.happened(event.TenderRefused{}), "each is the first of its person and hour")
		b.hourPasses()
		require.Zero(t, b.happened(event.TenderRefusalsCounted{}))
	}
}

func TestLooksIntoAnEnvelopeAreCounted(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	opener := models.Actor{PersonID: b.openers[0].Person, OrganisationID: b.openers[0].Buyer}
	tender := models.NewID(models.PrefixTender)
	for range 3 {
		for envelope := 1; envelope <= 2; envelope++ {
			require.NoError(t, b.acts.RecordTooEarly(t.Context(), b.by(opener, models.RoleOpener), tender, envelope,
				models.CodeNotUnsealed))
		}
	}
	require.LessOrEqual(t, b.happened(event.OpeningRefused{}), 4, "two, unless the hour turned meanwhile")
	counting := b.count("SELECT count(*) FROM attempts WHERE n > 1")
	alone := b.count("SELECT count(*) FROM attempts WHERE n = 1")
	b.hourPasses()
	require.Equal(t, 6-alone, b.counted(event.OpeningRefusalsCounted{}))
	require.Equal(t, counting, b.happened(event.OpeningRefusalsCounted{}))
}

// The number of late attempts is dated as the last one was, and is kept back while the box of the lot is open.
func TestACountIsDatedAsTheLastAttempt(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	late := b.supplier()
	envelopes := b.sealed(late)
	b.pass()
	for range 2 {
		_, err := b.acts.HandIn(t.Context(), b.asSupplier(late), b.lot, envelopes)
		refused(t, err, models.CodeDeadlinePassed)
	}
	b.exec("UPDATE attempts SET n = 2, last_at = '2031-05-06T07:08:09Z'")
	b.hourPasses()
	require.Positive(t, b.count(`SELECT count(*) FROM events WHERE type = $1 AND at = '2031-05-06T07:08:09Z'
		AND data->>'lot_id' = $2`, event.TypeOf(event.TenderRefusalsCounted{}), b.lot))
}

// What is counted until its hour has passed is as safe as an event: whoever writes with the application's role cannot
// make it less.
func TestACountOfAttemptsOnlyGrows(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	late := b.supplier()
	envelopes := b.sealed(late)
	b.pass()
	try := func() {
		_, err := b.acts.HandIn(t.Context(), b.asSupplier(late), b.lot, envelopes)
		refused(t, err, models.CodeDeadlinePassed)
	}
	try()
	b.exec("UPDATE attempts SET n = 5")
	application := pgtest.Connect(t, b.db.Application)
	resisted := func(reason string, statements ...string) {
		t.Helper()
		for _, statement := range statements {
			_, err := application.Exec(t.Context(), statement+" WHERE person_id = $1", late.PersonID)
			require.ErrorContains(t, err, reason, statement)
		}
	}
	resisted("grows by 1", "UPDATE attempts SET n = 1", "UPDATE attempts SET n = n", "UPDATE attempts SET n = n + 2")
	resisted("counts the same", "UPDATE attempts SET hour = hour - interval '2 hours', n = n + 1",
		"UPDATE attempts SET event_id = 'evt_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e11', n = n + 1")
	resisted("the last one", "UPDATE attempts SET last_at = last_at - interval '1 day', n = n + 1")
	resisted("until its hour has passed", "DELETE FROM attempts")
	resisted("begins with 1", `INSERT INTO attempts
			(person_id, type, subject, hour, event_id, procurement_id, n, last_at)
		SELECT person_id, type, 'another', hour, event_id, procurement_id, 2, last_at FROM attempts`)
	b.exec("UPDATE attempts SET hour = hour - interval '1 hour'")
	resisted("no event tells of 5 attempts", "DELETE FROM attempts")
	b.hourPasses()
	require.Equal(t, 5, b.counted(event.TenderRefusalsCounted{}))
	require.Zero(t, b.count("SELECT count(*) FROM attempts"))
}
