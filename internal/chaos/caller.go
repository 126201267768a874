package chaos

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/google/uuid"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/models"
)

const (
	// callTimeout is more than the API takes for any answer.
	callTimeout = 40 * time.Second
	// stuckAfter is when a request that is repeated again and again counts as stuck.
	stuckAfter = 2 * time.Minute
	// againAfter is the pause before a request is repeated that got no answer.
	againAfter = 100 * time.Millisecond
)

// ask sends a request until it is answered, as an integrator does: with the same Idempotency-Key. It returns the code
// of a refusal, or none. What the API says about itself, such as that it is unavailable, is no answer; a fault of it
// (500) is an error.
func ask(ctx context.Context, who *apiclient.Client, r apiclient.Request) (models.Code, error) {
	if r.Key == "" {
		r.Key = uuid.NewString()
	}
	began := time.Now()
	for {
		attempt, cancel := context.WithTimeout(ctx, callTimeout)
		_, err := who.Do(attempt, r)
		cancel()
		problem, answered := apiclient.ProblemOf(err)
		switch {
		case err == nil:
			return "", nil
		case ctx.Err() != nil:
			return "", fmt.Errorf("%s %s: %w", r.Method, r.Path, ctx.Err())
		case answered && problem.Status == http.StatusInternalServerError:
			return "", err
		case answered && problem.Status < http.StatusInternalServerError &&
			problem.Status != http.StatusTooManyRequests:
			return models.Code(problem.Code), nil
		case time.Since(began) > stuckAfter:
			return "", fmt.Errorf("stuck: no answer in %v: %w", stuckAfter, err)
		case answered:
			pause(ctx, max(problem.RetryAfter, againAfter))
		default:
			pause(ctx, againAfter)
		}
	}
}

// A history is what was asked and answered in one procurement, and when.
type history struct {
	mu  sync.Mutex
	run *run
	all []porcupine.Operation
}

// record has something done by client number n and writes down what was asked, what was answered, and when.
func record[I, O any](h *history, n int, in I, do func() (O, error)) (O, error) {
	began := time.Now()
	out, err := do()
	ended := time.Now()
	if err != nil {
		return out, err
	}
	h.note(n, in, out, began, ended)
	h.run.done(ended.Sub(began), 0, 0)
	return out, nil
}

// note writes down what happened at some instant between two others.
func (h *history) note(n int, in, out any, began, ended time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, porcupine.Operation{
		ClientId: n, Input: in, Output: out, Call: int64(began.Sub(start)), Return: int64(ended.Sub(start)),
	})
}

// start is an instant from which monotonic time is counted.
var start = time.Now() //nolint:gochecknoglobals // any fixed instant will do

// judgePatience is how long the search for an order may take.
const judgePatience = 2 * time.Minute

// judgeBy searches an order of what was done, within the times that the clients saw, in which the model answers the
// same.
func (h *history) judgeBy(model porcupine.Model) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch porcupine.CheckOperationsTimeout(model, h.all, judgePatience) {
	case porcupine.Ok:
		return nil
	case porcupine.Unknown:
		return fmt.Errorf("in %v no order was found, nor that there is none", judgePatience)
	case porcupine.Illegal:
	}
	var text strings.Builder
	for _, op := range h.all {
		fmt.Fprintf(&text, "  %9.3f to %9.3f s, client %d: %s\n", time.Duration(op.Call).Seconds(),
			time.Duration(op.Return).Seconds(), op.ClientId, model.DescribeOperation(op.Input, op.Output))
	}
	return fmt.Errorf("no system without faults answers so:\n%s", &text)
}

// describe says what was asked and answered, without what is empty.
func describe(in, out any) string { return filled(in) + " → " + filled(out) }

// filled renders the fields of a struct that are not empty.
func filled(what any) string {
	var said []string
	for field, value := range reflect.ValueOf(what).Fields() {
		if !value.IsZero() {
			said = append(said, fmt.Sprintf("%s: %v", field.Name, value))
		}
	}
	return strings.Join(said, ", ")
}
