package supervise_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/supervise"
)

// diary notes what happens to the parts, in order.
type diary struct {
	mu      sync.Mutex
	entries []string
}

func (d *diary) note(entry string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.entries = append(d.entries, entry)
}

func (d *diary) read() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.entries)
}

func (d *diary) count(entry string) int {
	n := 0
	for _, e := range d.read() {
		if e == entry {
			n++
		}
	}
	return n
}

// fake is a part whose life the test directs.
type fake struct {
	name  string
	diary *diary
	slow  time.Duration // to start
	fail  func() error  // asked at each start

	mu   sync.Mutex
	life *fakeLife
}

type fakeLife struct {
	*fake
	once sync.Once
	done chan struct{}
	err  error
}

func (f *fake) part(needs ...string) supervise.Part {
	return supervise.Part{Name: f.name, Needs: needs, Start: f.start}
}

func (f *fake) start(ctx context.Context) (supervise.Started, error) {
	f.diary.note("start " + f.name)
	select {
	case <-time.After(f.slow):
	case <-ctx.Done():
		f.diary.note("give up " + f.name)
		return nil, ctx.Err()
	}
	if f.fail != nil {
		if err := f.fail(); err != nil {
			return nil, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.life = &fakeLife{fake: f, done: make(chan struct{})}
	f.diary.note("up " + f.name)
	return f.life, nil
}

func (f *fake) die() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.life.end(errors.New("killed"))
}

func (l *fakeLife) end(err error)         { l.once.Do(func() { l.err = err; close(l.done) }) }
func (l *fakeLife) Done() <-chan struct{} { return l.done }
func (l *fakeLife) Err() error            { return l.err }
func (l *fakeLife) Stop(context.Context) error {
	l.diary.note("stop " + l.name)
	l.end(nil)
	return nil
}

// runs starts Run in the background and returns the function that ends it.
func runs(t *testing.T, parts []supervise.Part, o supervise.Options) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() { result <- supervise.Run(ctx, parts, o) }()
	return func() error {
		cancel()
		return <-result
	}
}

// pass lets time pass on the clock of a synctest bubble.
func pass(d time.Duration) { <-time.After(d) }

func TestPartsStartAfterWhatTheyNeedAndStopBeforeIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{}
		database := &fake{name: "database", diary: d, slow: time.Second}
		engine := &fake{name: "engine", diary: d, slow: 3 * time.Second}
		api := &fake{name: "api", diary: d}
		schema := supervise.Part{
			Name: "schema", Needs: []string{"database"},
			Start: supervise.Once(func(context.Context) error {
				d.note("migrate")
				return nil
			}),
		}
		worker := &fake{name: "worker", diary: d}
		stop := runs(t, []supervise.Part{
			database.part(), engine.part("database"), schema, api.part("schema"), worker.part("schema", "engine"),
		}, supervise.Options{Ready: func() { d.note("ready") }})

		pass(2 * time.Second)
		require.ElementsMatch(t, []string{
			"start database", "up database", "start engine", "migrate", "start api",
			"up api",
		}, d.read(),
			"the API does not wait for the engine")
		pass(3 * time.Second)
		require.Equal(t, []string{"up engine", "start worker", "up worker", "ready"}, d.read()[6:])

		require.NoError(t, stop())
		stops := d.read()[10:]
		require.Len(t, stops, 4)
		require.Equal(t, "stop database", stops[3])
		require.Less(t, slices.Index(stops, "stop worker"), slices.Index(stops, "stop engine"))
	})
}

func TestAPartThatDiesIsRestartedAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{}
		database, api := &fake{name: "database", diary: d}, &fake{name: "api", diary: d}
		stop := runs(t, []supervise.Part{database.part(), api.part("database")}, supervise.Options{})
		synctest.Wait()
		database.die()
		pass(200 * time.Millisecond)
		require.Equal(t, 2, d.count("up database"))
		require.Equal(t, 1, d.count("up api"))
		require.NoError(t, stop())
		require.Equal(t, []string{"stop api", "stop database"}, d.read()[len(d.read())-2:])
	})
}

func TestRestartsPauseLongerAndLongerUpToFiveSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{}
		var broken atomic.Bool
		p := &fake{name: "p", diary: d, fail: func() error {
			if broken.Load() {
				return errors.New("no")
			}
			return nil
		}}
		stop := runs(t, []supervise.Part{p.part()}, supervise.Options{})
		synctest.Wait()
		broken.Store(true)
		p.die()
		pass(time.Minute)
		// 0.1 + 0.2 + … + 3.2 s are six attempts in 6.3 s, then one every 5 s.
		require.Equal(t, 1+6+10, d.count("start p"))
		broken.Store(false)
		pass(5 * time.Second)
		require.Equal(t, 2, d.count("up p"))

		pass(time.Minute)
		p.die()
		pass(150 * time.Millisecond)
		require.Equal(t, 3, d.count("up p"), "after a quiet minute a restart is prompt again")
		require.NoError(t, stop())
	})
}

func TestAFirstStartThatFailsStopsWhatIsUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{}
		refusal := errors.New("port 7233 is taken")
		database := &fake{name: "database", diary: d}
		engine := &fake{name: "engine", diary: d, slow: time.Second, fail: func() error { return refusal }}
		slow := &fake{name: "slow", diary: d, slow: time.Hour}
		err := supervise.Run(t.Context(), []supervise.Part{database.part(), engine.part("database"), slow.part()},
			supervise.Options{Ready: func() { d.note("ready") }})
		require.ErrorIs(t, err, refusal)
		require.ErrorContains(t, err, "start engine")
		require.Equal(t, 1, d.count("stop database"))
		require.Equal(t, 1, d.count("give up slow"))
		require.Zero(t, d.count("ready"))
	})
}

func TestAStopWhileAPartRestartsGivesTheRestartUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{}
		p := &fake{name: "p", diary: d}
		stop := runs(t, []supervise.Part{p.part()}, supervise.Options{})
		synctest.Wait()
		p.slow = time.Hour
		p.die()
		pass(time.Second)
		require.NoError(t, stop())
		require.Equal(t, 1, d.count("give up p"))
	})
}

func TestAPartThatDoesNotStopIsLeftAfterItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		stubborn := supervise.Part{
			Name:  "stubborn",
			Start: supervise.Task(func(_ context.Context, ready func()) error { ready(); <-release; return nil }),
		}
		var log bytes.Buffer
		stop := runs(t, []supervise.Part{stubborn}, supervise.Options{
			StopTimeout: 3 * time.Second, Logger: slog.New(slog.NewTextHandler(&log, nil)),
		})
		synctest.Wait()
		before := time.Now()
		require.NoError(t, stop())
		require.Equal(t, 3*time.Second, time.Since(before))
		require.Contains(t, log.String(), "part did not stop cleanly")
		close(release)
	})
}

func TestTheSystemIsReadyOnlyWhenItsTasksAre(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{}
		able := make(chan struct{})
		slow := supervise.Part{Name: "slow", Start: supervise.Task(func(ctx context.Context, ready func()) error {
			<-able
			ready()
			<-ctx.Done()
			return nil
		})}
		stop := runs(t, []supervise.Part{slow}, supervise.Options{Ready: func() { d.note("ready") }})
		pass(time.Minute)
		require.Zero(t, d.count("ready"))
		close(able)
		synctest.Wait()
		require.Equal(t, 1, d.count("ready"))
		require.NoError(t, stop())
	})
}

func TestATaskThatFailsBeforeItIsReadyEndsTheStart(t *testing.T) {
	t.Parallel()
	wrong := errors.New("wrong key")
	err := supervise.Run(t.Context(), []supervise.Part{{
		Name: "task", Start: supervise.Task(func(context.Context, func()) error { return wrong }),
	}}, supervise.Options{})
	require.ErrorIs(t, err, wrong)
}

func TestATaskIsStoppedThoughItNeverGotReady(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{}
		task := supervise.Part{Name: "task", Start: supervise.Task(func(ctx context.Context, _ func()) error {
			<-ctx.Done()
			d.note("ended")
			return nil
		})}
		stop := runs(t, []supervise.Part{task}, supervise.Options{})
		synctest.Wait()
		require.NoError(t, stop())
		require.Equal(t, 1, d.count("ended"))
	})
}

func TestATaskThatReturnsIsRunAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{}
		task := supervise.Part{Name: "task", Start: supervise.Task(func(ctx context.Context, ready func()) error {
			d.note("run")
			ready()
			if d.count("run") == 1 {
				return errors.New("database is away")
			}
			<-ctx.Done()
			return nil
		})}
		stop := runs(t, []supervise.Part{task}, supervise.Options{})
		pass(time.Second)
		require.Equal(t, 2, d.count("run"))
		require.NoError(t, stop())
	})
}

func TestPartsMustBeDeclaredInOrder(t *testing.T) {
	t.Parallel()
	d := &diary{}
	a, b := &fake{name: "a", diary: d}, &fake{name: "b", diary: d}
	require.ErrorContains(t, supervise.Run(t.Context(), []supervise.Part{a.part("b"), b.part()}, supervise.Options{}),
		`needs "b"`)
	require.ErrorContains(t, supervise.Run(t.Context(), []supervise.Part{a.part(), a.part()}, supervise.Options{}),
		"two parts")
	require.Empty(t, d.read())
}
