// Package feed measures the way of an event from its commit to the feed: how many a second, how late,
// and whether every one arrives exactly once and in order.
package feed

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// Options says what to measure.
type Options struct {
	// Store has a connection for each writer and one for the reader. A sequencer must be at work on it.
	Store *store.Store
	// Events are written in all, by so many Writers at once.
	Events, Writers int
	// Procurements are those the events belong to, in turn; without any they belong to the platform.
	Procurements []models.ID
}

// Figures are what was measured. The lag of an event is the time from its commit's answer until a
// reader that asks every few milliseconds has it.
type Figures struct {
	Events           int
	Lost             int
	Repeated         int
	OutOfOrder       int
	Writing          time.Duration
	P50, P99, Max    time.Duration
	EventsPerSecond  float64
	Writers          int
	ProcurementCount int
}

// Print writes the figures for a reader.
func (f Figures) Print(out io.Writer) {
	fmt.Fprintf(out, "feed: %d events by %d writers in %s: %.0f events/s; %d lost, %d repeated, %d out of order; lag "+
		"p50 %s, p99 %s, max %s\n",
		f.Events, f.Writers, f.Writing.Round(time.Millisecond), f.EventsPerSecond, f.Lost, f.Repeated, f.OutOfOrder,
		f.P50.Round(time.Millisecond), f.P99.Round(time.Millisecond), f.Max.Round(time.Millisecond))
}

const (
	pollEvery = 5 * time.Millisecond
	pageSize  = 5000
	// patience is how long the reader waits for the next event before it counts the rest as lost.
	patience = 10 * time.Second
)

// Run writes the events, reads the feed meanwhile and compares the two.
func Run(ctx context.Context, o Options) (Figures, error) {
	head, err := o.Store.Log().Head(ctx)
	if err != nil {
		return Figures{}, err
	}
	commits := make([][]commit, o.Writers)
	begin := time.Now()
	var wrote time.Duration
	var writing atomic.Bool
	writing.Store(true)
	writers, writerCtx := errgroup.WithContext(ctx)
	for w := range o.Writers {
		share := o.Events / o.Writers
		if w < o.Events%o.Writers {
			share++
		}
		writers.Go(func() (err error) {
			commits[w], err = write(writerCtx, o, w, share)
			return err
		})
	}
	reader := errgroup.Group{}
	var seen []arrival
	reader.Go(func() (err error) {
		seen, err = read(ctx, o.Store, head, o.Events, &writing)
		return err
	})
	err = writers.Wait()
	wrote = time.Since(begin)
	writing.Store(false)
	if err := firstError(err, reader.Wait()); err != nil {
		return Figures{}, err
	}
	figures := compare(slices.Concat(commits...), seen)
	figures.Writing, figures.Writers, figures.ProcurementCount = wrote, o.Writers, len(o.Procurements)
	figures.EventsPerSecond = float64(o.Events) / wrote.Seconds()
	return figures, nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// A commit is an event whose transaction the database has confirmed.
type commit struct {
	id models.ID
	// began and confirmed bound the instant of the commit.
	began, confirmed time.Time
}

func write(ctx context.Context, o Options, writer, share int) ([]commit, error) {
	commits := make([]commit, 0, share)
	for i := range share {
		written := event.Event{Payload: event.ProcurementChanged{Version: int64(i)}}
		if len(o.Procurements) > 0 {
			written.ProcurementID = o.Procurements[(writer+i)%len(o.Procurements)]
		}
		c := commit{began: time.Now()}
		err := o.Store.InTx(ctx, func(tx *store.Tx) (err error) {
			c.id, err = tx.Append(written)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("write event: %w", err)
		}
		c.confirmed = time.Now()
		commits = append(commits, c)
	}
	return commits, nil
}

// An arrival is an event that the reader got.
type arrival struct {
	id       models.ID
	position int64
	at       time.Time
}

func read(ctx context.Context, s *store.Store, after int64, events int, writing *atomic.Bool) ([]arrival, error) {
	seen := make([]arrival, 0, events)
	last := time.Now()
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for len(seen) < events && (writing.Load() || time.Since(last) < patience) {
		page, err := s.Log().Read(ctx, after, pageSize)
		if err != nil {
			return nil, err
		}
		now := time.Now()
		for _, entry := range page {
			seen = append(seen, arrival{id: entry.EventID, position: entry.Position, at: now})
			after, last = entry.Position, now
		}
		if len(page) == pageSize {
			continue
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("read feed: %w", ctx.Err())
		case <-ticker.C:
		}
	}
	return seen, nil
}

func compare(commits []commit, seen []arrival) Figures {
	figures := Figures{Events: len(commits)}
	arrivals := make(map[models.ID]arrival, len(seen))
	for i, a := range seen {
		if _, twice := arrivals[a.id]; twice {
			figures.Repeated++
		}
		arrivals[a.id] = a
		if i > 0 && a.position != seen[i-1].position+1 {
			figures.OutOfOrder++
		}
	}
	lags := make([]time.Duration, 0, len(commits))
	for _, c := range commits {
		a, ok := arrivals[c.id]
		if !ok {
			figures.Lost++
			continue
		}
		lags = append(lags, max(0, a.at.Sub(c.confirmed)))
	}
	figures.OutOfOrder += overtakings(commits, arrivals)
	slices.Sort(lags)
	if n := len(lags); n > 0 {
		figures.P50, figures.P99, figures.Max = lags[n/2], lags[n*99/100], lags[n-1]
	}
	return figures
}

// overtakings counts the events that stand in the feed before one that was confirmed before they began.
func overtakings(commits []commit, arrivals map[models.ID]arrival) int {
	byBegin := slices.SortedFunc(slices.Values(commits), func(a, b commit) int { return a.began.Compare(b.began) })
	byConfirmation := slices.SortedFunc(slices.Values(commits),
		func(a, b commit) int { return a.confirmed.Compare(b.confirmed) })
	count, next, highest := 0, 0, int64(0)
	for _, c := range byBegin {
		for ; next < len(byConfirmation) && byConfirmation[next].confirmed.Before(c.began); next++ {
			highest = max(highest, arrivals[byConfirmation[next].id].position)
		}
		if a, ok := arrivals[c.id]; ok && a.position < highest {
			count++
		}
	}
	return count
}
