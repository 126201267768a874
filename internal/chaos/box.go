package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
)

const (
	suppliers = 2
	// handsOfSupplier are the people of one supplier who hand in and withdraw at the same time.
	handsOfSupplier = 2
	// leadsSteps is how many things the lead procurer does before the deadline passes.
	leadsSteps = 12
	// deadlineIn is how many days of procedure time are left at first.
	deadlineIn = 40
	day        = 24 * time.Hour
)

// A boxStory is a lot that takes tenders. Suppliers hand in, replace and withdraw; the lead procurer moves the deadline
// and the clock of the rehearsal, at last until just before the deadline, which then passes by itself.
type boxStory struct {
	*rig.Consortium

	history  history
	random   *rand.Rand
	lot      models.ID
	supplier [suppliers]*tenderer
	// deadline and clock are what the lead procurer knows; only the lead moves them.
	deadline, clock time.Time
	steps           int
	// ending tells that the deadline passes or has passed.
	ending bool
	began  boxState
}

// A tenderer knows of its own tenders what it was told last.
type tenderer struct {
	*apiclient.Client

	envelopes []map[string]any

	mu       sync.Mutex
	standing models.ID
}

func (s *tenderer) knows() models.ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.standing
}

func (s *tenderer) learns(standing models.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.standing = standing
}

// What is done to a box.
const (
	handIn       = "hand in"
	replace      = "replace"
	withdraw     = "withdraw"
	readTenders  = "read own tenders"
	readLot      = "read the lot"
	deadlineOver = "the deadline passes"
	moveDeadline = "move the deadline"
	moveClock    = "move the clock"
)

// A boxInput is what was asked for.
type boxInput struct {
	Act      string
	Supplier int
	// Tender is the one to be replaced or withdrawn.
	Tender models.ID
	// To is the new deadline, or where the clock is moved.
	To time.Time
	// Last tells that the box must be closed by now.
	Last bool
}

// A boxOutput is what was answered.
type boxOutput struct {
	// Code is that of a refusal.
	Code models.Code
	// Tender is the one that was received.
	Tender models.ID
	// Standing are the tenders that stand, of those that were listed.
	Standing []models.ID
	Deadline time.Time
	Closed   bool
}

// A boxState is what a box without faults holds.
type boxState struct {
	deadline, clock int64
	standing        [suppliers]models.ID
}

func (s boxState) over() bool { return s.clock > s.deadline }

func (b *boxStory) players() []player {
	all := []player{b.lead}
	for n := range suppliers {
		for hand := range handsOfSupplier {
			client := 1 + n*handsOfSupplier + hand
			random := rand.New(rand.NewPCG(b.random.Uint64(), b.random.Uint64())) //nolint:gosec // repeatable
			all = append(all, func(ctx context.Context) error { return b.supply(ctx, client, n, random) })
		}
	}
	return all
}

// supply has a person of a supplier do something that fits what it knows, which may be out of date.
func (b *boxStory) supply(ctx context.Context, client, n int, random *rand.Rand) error {
	standing := b.supplier[n].knows()
	in := boxInput{Act: handIn, Supplier: n, Tender: standing}
	switch dice := random.IntN(10); { //nolint:mnd // in tenths
	case dice < 2:
		in = boxInput{Act: readTenders, Supplier: n}
	case standing != "" && dice < 7:
		in.Act = replace
	case standing != "":
		in.Act = withdraw
	}
	return b.visit(ctx, client, in)
}

func (b *boxStory) visit(ctx context.Context, client int, in boxInput) error {
	s := b.supplier[in.Supplier]
	out, err := record(&b.history, client, in, func() (boxOutput, error) { return b.atBox(ctx, s, in) })
	if err != nil || in.Act == readTenders || out.Code != "" {
		return err
	}
	if in.Act == withdraw {
		s.learns("")
		return nil
	}
	s.learns(out.Tender)
	b.history.run.done(0, 1, 0)
	return nil
}

func (b *boxStory) atBox(ctx context.Context, s *tenderer, in boxInput) (out boxOutput, err error) {
	var receipt struct {
		Tender models.ID `json:"tender_id"`
	}
	r := apiclient.Request{
		Method: http.MethodPost, Path: b.Path("/lots/" + string(b.lot) + "/tenders"),
		In: map[string]any{"envelopes": s.envelopes}, Out: &receipt,
	}
	own := b.Path("/tenders/" + string(in.Tender))
	switch in.Act {
	case readTenders:
		return b.ownTenders(ctx, s)
	case replace:
		r.Path, r.IfMatch = own+"/actions/replace", "*"
	case withdraw:
		r.Path, r.IfMatch, r.In = own+"/actions/withdraw", "*", nil
	}
	out.Code, err = ask(ctx, s.Client, r)
	out.Tender = receipt.Tender
	return out, err
}

// ownTenders reads all that a supplier handed in, page by page; only one tender may stand.
func (b *boxStory) ownTenders(ctx context.Context, s *tenderer) (out boxOutput, err error) {
	var page struct {
		Items []struct {
			ID     models.ID `json:"id"`
			Status string    `json:"status"`
		} `json:"items"`
		Next string `json:"next_cursor"`
	}
	for first := true; first || page.Next != ""; first = false {
		path := b.Path("/tenders?limit=200&cursor=" + page.Next)
		page.Items, page.Next = nil, ""
		out.Code, err = ask(ctx, s.Client, apiclient.Request{Method: http.MethodGet, Path: path, Out: &page})
		if err != nil {
			return out, err
		}
		for _, t := range page.Items {
			if t.Status == "standing" {
				out.Standing = append(out.Standing, t.ID)
			}
		}
	}
	return out, nil
}

// lead has the lead procurer move the deadline or the clock, or look; after some steps the deadline passes.
func (b *boxStory) lead(ctx context.Context) error {
	b.steps++
	switch dice := b.random.IntN(10); { //nolint:mnd // in tenths
	case b.ending:
		return b.look(ctx, false)
	case b.steps == leadsSteps:
		return b.end(ctx)
	case dice < 3:
		return b.move(ctx, b.deadline.Add(day))
	case dice < 6:
		return b.advance(ctx, b.clock.Add(time.Hour))
	default:
		return b.look(ctx, false)
	}
}

// beforeEnd is how long before the deadline the lead procurer leaves the clock to itself.
const beforeEnd = 2 * time.Second

// end moves the clock until just before the deadline, which then passes by itself: by the clock of the database, at an
// instant that is known as exactly as that of the move.
func (b *boxStory) end(ctx context.Context) error {
	b.ending = true
	sent := time.Now()
	if err := b.advance(ctx, b.deadline.Add(-beforeEnd)); err != nil {
		return err
	}
	b.history.note(0, boxInput{Act: deadlineOver}, boxOutput{}, sent.Add(beforeEnd), time.Now().Add(beforeEnd))
	return nil
}

func (b *boxStory) move(ctx context.Context, to time.Time) error {
	in := boxInput{Act: moveDeadline, To: to}
	out, err := record(&b.history, 0, in, func() (out boxOutput, err error) {
		out.Code, err = ask(ctx, b.Lead, apiclient.Request{
			Method: http.MethodPost, Path: b.Path("/actions/move_deadline"), IfMatch: "*",
			In: map[string]any{
				"lot": b.lot, "reason": "More time to prepare",
				"deadline": localTime(to),
			},
		})
		return out, err
	})
	if err == nil && out.Code == "" {
		b.deadline = to
	}
	return err
}

// mostMoves is how many commands it takes at most to move the clock: one for each thing that falls due, and few do.
const mostMoves = 20

// advance moves the clock, in as many commands as it takes.
func (b *boxStory) advance(ctx context.Context, to time.Time) error {
	in := boxInput{Act: moveClock, To: to}
	_, err := record(&b.history, 0, in, func() (out boxOutput, err error) {
		reached := false
		for n := 0; !reached; n++ {
			if n == mostMoves {
				return out, fmt.Errorf("stuck: the clock does not reach %v", to)
			}
			var answer struct {
				Result struct {
					Reached bool `json:"reached"`
				} `json:"result"`
			}
			out.Code, err = ask(ctx, b.Lead, apiclient.Request{
				Method: http.MethodPost, Path: b.Path("/actions/advance"), IfMatch: "*",
				In: map[string]any{"to": to.UTC()}, Out: &answer,
			})
			reached = answer.Result.Reached || out.Code != "" || err != nil
		}
		return out, err
	})
	if err == nil && to.After(b.clock) {
		b.clock = to
	}
	return err
}

func (b *boxStory) look(ctx context.Context, last bool) error {
	_, err := record(&b.history, 0, boxInput{Act: readLot, Last: last}, func() (boxOutput, error) {
		return b.readLot(ctx)
	})
	return err
}

func (b *boxStory) readLot(ctx context.Context) (out boxOutput, err error) {
	var lot struct {
		Deadline struct {
			At time.Time `json:"at"`
		} `json:"deadline"`
		ClosedAt *time.Time `json:"closed_at"`
	}
	out.Code, err = ask(ctx, b.Lead, apiclient.Request{
		Method: http.MethodGet, Path: b.Path("/lots/" + string(b.lot)), Out: &lot,
	})
	out.Deadline, out.Closed = lot.Deadline.At, lot.ClosedAt != nil
	return out, err
}

func (b *boxStory) of() *rig.Consortium { return b.Consortium }

// last has the deadline pass, if it has not, waits until the box is closed, and has everybody read what is there.
func (b *boxStory) last(ctx context.Context) error {
	if !b.ending {
		if err := b.end(ctx); err != nil {
			return err
		}
	}
	for began := time.Now(); ; pause(ctx, againAfter) {
		out, err := b.readLot(ctx)
		if err != nil {
			return err
		}
		if out.Closed {
			break
		}
		if time.Since(began) > closesWithin {
			return fmt.Errorf("stuck: the box of %s is open %v after its deadline", b.Procurement, closesWithin)
		}
	}
	for n := range suppliers {
		if err := b.visit(ctx, 1+n*handsOfSupplier, boxInput{Act: readTenders, Supplier: n}); err != nil {
			return err
		}
	}
	return b.look(ctx, true)
}

// closesWithin is how long after its deadline a box may be open, whatever has been killed: beforeEnd is part of it.
const closesWithin = Bar + beforeEnd

func (b *boxStory) judge() error {
	if err := b.history.judgeBy(boxModel(b.began)); err != nil {
		return fmt.Errorf("box of %s: %w", b.Procurement, err)
	}
	return nil
}

// boxModel is a box without faults.
func boxModel(first boxState) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return first },
		Step: func(state, in, out any) (bool, any) {
			ok, next := state.(boxState).step(in.(boxInput), out.(boxOutput)) //nolint:forcetypeassert // ours
			return ok, next
		},
		DescribeOperation: describe,
	}
}

// step tells whether the box may answer so, and what it holds then.
func (s boxState) step(in boxInput, out boxOutput) (bool, boxState) {
	switch in.Act {
	case readTenders:
		want := []models.ID(nil)
		if s.standing[in.Supplier] != "" {
			want = []models.ID{s.standing[in.Supplier]}
		}
		return out.Code == "" && slices.Equal(out.Standing, want), s
	case readLot:
		fits := out.Closed && s.over() || !out.Closed && !in.Last // it is closed some time after the deadline
		return out.Code == "" && out.Deadline.Unix() == s.deadline && fits, s
	case deadlineOver:
		s.clock = s.deadline + 1
		return true, s
	case moveClock:
		s.clock = max(s.clock, in.To.Unix())
		return out.Code == "" || out.Code == models.CodeClockBackwards, s
	}
	if s.over() {
		return out.Code == models.CodeDeadlinePassed || out.Code == models.CodeLotClosed, s
	}
	if in.Act == moveDeadline {
		s.deadline = in.To.Unix()
		return out.Code == "", s
	}
	if s.standing[in.Supplier] != in.Tender {
		return out.Code != "" && out.Code != models.CodeDeadlinePassed && out.Code != models.CodeLotClosed, s
	}
	s.standing[in.Supplier] = out.Tender
	if in.Act == withdraw {
		s.standing[in.Supplier] = ""
	}
	return out.Code == "", s
}
