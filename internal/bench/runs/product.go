package runs

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/demo"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// playTogether plays the procurement of the demonstration several times at once, and returns how long the
// commands took and what one run asked of Temporal.
func playTogether(ctx context.Context, r *rig.Rig, together int) (time.Duration, Work, error) {
	admin, err := r.Administrator(ctx)
	if err != nil {
		return 0, Work{}, err
	}
	var mu sync.Mutex
	var work Work
	var last string
	timed, err := throughTurnstile(together, func(p *pace) error {
		paced := &apiclient.Client{
			Base: admin.Base, Key: admin.Key,
			HTTP: &http.Client{Transport: &pacedTransport{pace: p, below: admin.HTTP.Transport}},
		}
		var screen bytes.Buffer
		result, err := demo.Play(ctx, demo.Options{
			Admin: paced, Screen: &screen, Began: time.Now(), Seed: 1,
			ProcedureOnly: true, Procedure: "open",
		})
		if err != nil {
			return fmt.Errorf("play the procurement: %w\n%s", err, &screen)
		}
		mu.Lock()
		defer mu.Unlock()
		work.Segments, last = p.segments, result.Procurement
		return nil
	})
	if err != nil {
		return 0, Work{}, err
	}
	for _, n := range work.Segments {
		work.Updates += n
	}
	return timed, work, work.count(ctx, r.Temporal, models.ID(last))
}

// pacedTransport waits with a request until it is its side's turn.
type pacedTransport struct {
	*pace

	below http.RoundTripper
}

func (t *pacedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	t.to(sideOf(r.URL.Path))
	response, err := t.below.RoundTrip(r)
	if err != nil {
		return nil, fmt.Errorf("call the API: %w", err)
	}
	return response, nil
}

// sideOf tells commands, such as /v1/procurements/{id}/actions/vote, from everything else.
func sideOf(path string) side {
	parts := strings.Split(path, "/")
	if len(parts) == 6 && parts[2] == "procurements" && parts[4] == "actions" {
		return commands
	}
	return contents
}

// localActivity is the name of the marker that a local activity leaves.
const localActivity = "LocalActivity"

// count reads the procurement's histories: how many acts there were, in how many runs, and that every
// Update was a command that was timed.
func (w *Work) count(ctx context.Context, temporal client.Client, procurement models.ID) error {
	updates, run := 0, ""
	for {
		events := temporal.GetWorkflowHistory(ctx, process.WorkflowID(procurement), run, false,
			enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		w.Runs++
		for events.HasNext() {
			event, err := events.Next()
			if err != nil {
				return fmt.Errorf("read history: %w", err)
			}
			switch event.GetEventType() {
			case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
				run = event.GetWorkflowExecutionStartedEventAttributes().GetContinuedExecutionRunId()
			case enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
				w.Acts++
			case enumspb.EVENT_TYPE_MARKER_RECORDED:
				if event.GetMarkerRecordedEventAttributes().GetMarkerName() == localActivity {
					w.Acts++
				}
			case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
				updates++
			default:
			}
		}
		if run == "" {
			break
		}
	}
	if updates != w.Updates {
		return fmt.Errorf("the procurement was sent %d commands, its histories hold %d Updates", w.Updates, updates)
	}
	return nil
}
