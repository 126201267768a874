package e2e

import (
	"encoding/json"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// engageMarket fills the engagement phase so that its gate is met.
func (b *bundle) engageMarket(t *testing.T) {
	t.Helper()
	b.plan(t, "P60D")
	b.inform(t, object{"covers": models.Topics()})
}

func (b *bundle) plan(t *testing.T, interval string) {
	t.Helper()
	b.release(t, b.post(t, b.Lead, "/engagement-plans",
		object{"interval": interval, "channels": []object{{"title": "Website", "address": "https://example.eu"}}}))
}

// inform releases a bulletin.
func (b *bundle) inform(t *testing.T, in object) entry {
	t.Helper()
	e := b.post(t, b.Drafter, "/bulletins", bulletin(in))
	b.release(t, e)
	return e
}

func bulletin(in object) object {
	out := object{
		"title": models.Text{"en": "Where we stand"},
		"text":  models.Text{"en": "Budget, timing and needs are as follows."},
	}
	maps.Copy(out, in)
	return out
}

// rewriteNeed changes the common need and has it confirmed and estimated by all buyers.
func (b *bundle) rewriteNeed(t *testing.T) {
	t.Helper()
	var needs struct {
		Items []entry `json:"items"`
	}
	b.get(t, b.Lead, "/common-need", &needs)
	content := object{}
	require.NoError(t, json.Unmarshal(needs.Items[0].Content, &content))
	content["target"] = "25"
	rewritten := b.put(t, b.Drafter, "/common-need/"+string(needs.Items[0].ID), content)
	for _, buyer := range b.Buyers {
		b.post(t, buyer.Officer, "/need-confirmations", named(rewritten))
	}
}

func (b *bundle) put(t *testing.T, who *apiclient.Client, path string, in any) entry {
	t.Helper()
	var out entry
	_, err := who.Do(t.Context(), apiclient.Request{Method: "PUT", Path: b.Path(path), In: in, Out: &out, IfMatch: "*"})
	require.NoError(t, err, "PUT %s", path)
	return out
}

type task struct {
	Kind       string     `json:"kind"`
	Status     string     `json:"status"`
	RaisedAt   time.Time  `json:"raised_at"`
	RemindedAt *time.Time `json:"reminded_at"`
}

func (b *bundle) tasks(t *testing.T) []task {
	t.Helper()
	var list struct {
		Items []task `json:"items"`
	}
	b.get(t, b.Lead, "/tasks", &list)
	return list.Items
}

// engaged is a rehearsal whose engagement phase is open.
func engaged(t *testing.T) *bundle {
	t.Helper()
	clock := time.Date(2026, 1, 15, 9, 0, 0, 0, time.UTC)
	b := setup(t, options{draft: rig.Draft{Mode: models.ModeRehearsal, Clock: &clock}})
	b.reach(t, models.PhaseEngagement)
	return b
}

func TestAMarketThatIsNotInformedRaisesATask(t *testing.T) {
	t.Parallel()
	b := engaged(t)
	b.engageMarket(t)
	told := b.now(t)
	require.True(t, b.gate(t, models.PhaseEngagement).Met)

	overdue := b.noonAt(t, told.In(paris(t)).AddDate(0, 0, 61).Format(time.DateOnly)+"T00:00")
	b.advance(t, overdue.Add(-time.Second))
	require.Empty(t, b.tasks(t))
	b.advance(t, overdue)
	tasks := b.tasks(t)
	require.Len(t, tasks, 1)
	require.Equal(t, []string{models.TaskBulletin, "open"}, []string{tasks[0].Kind, tasks[0].Status})
	require.True(t, overdue.Equal(tasks[0].RaisedAt), "the day after the 60th in Paris, whatever the clocks did: %s",
		tasks[0].RaisedAt)
	require.Contains(t, b.gate(t, models.PhaseEngagement).open(), "informed_of_timing")

	again := overdue.In(paris(t)).AddDate(0, 0, 60)
	b.advance(t, again.AddDate(0, 0, 10))
	tasks = b.tasks(t)
	require.Len(t, tasks, 1)
	require.NotNil(t, tasks[0].RemindedAt)
	require.True(t, again.Equal(*tasks[0].RemindedAt))

	b.inform(t, object{"covers": []string{models.TopicBudget}})
	require.Equal(t, "open", b.tasks(t)[0].Status, "timing and needs are still to be told")
	b.inform(t, object{"covers": []string{models.TopicTiming, models.TopicNeeds}})
	require.Equal(t, "done", b.tasks(t)[0].Status)
	require.True(t, b.gate(t, models.PhaseEngagement).Met, b.gate(t, models.PhaseEngagement).open())
	b.requireDue(t, process.DueBulletin, b.noonAt(t,
		b.now(t).In(paris(t)).AddDate(0, 0, 61).Format(time.DateOnly)+"T00:00"))
}

// requireDue looks at what the run itself waits for.
func (b *bundle) requireDue(t *testing.T, kind process.DueKind, at time.Time) {
	t.Helper()
	state, err := b.State(t.Context(), process.WorkflowID(models.ID(b.Procurement)))
	require.NoError(t, err)
	for _, due := range state.Due {
		if due.Kind == kind {
			require.True(t, at.Equal(due.At), "%s, not %s", due.At, at)
			return
		}
	}
	require.Fail(t, "nothing of the kind falls due")
}

func TestEveryChangeIsAnnounced(t *testing.T) {
	t.Parallel()
	b := engaged(t)
	b.refusedPost(t, models.CodeInvalidValue, b.Lead, "/engagement-plans",
		object{"interval": "P2M", "channels": []object{{"title": "Website"}}})
	b.refusedPost(t, models.CodeProductNamed, b.Drafter, "/bulletins", bulletin(object{
		"covers": []string{"needs"}, "text": models.Text{"en": "We want an NVIDIA A100."},
	}))
	b.plan(t, "60")
	first := b.inform(t, object{"covers": models.Topics()})

	moved := b.post(t, b.Buyers[1].Officer, "/market-changes",
		object{"topic": "timing", "change": models.Text{"en": "From June to August"}, "reason": "budget vote"})
	require.Equal(t, "changes_announced", b.gate(t, models.PhaseEngagement).open())
	b.refusedPost(t, models.CodeInvalidValue, b.Drafter, "/bulletins",
		bulletin(object{"covers": []string{"budget"}, "announces": []models.ID{moved.ID}}))
	correction := b.inform(t, object{
		"covers": models.Topics(), "announces": []models.ID{moved.ID},
		"replaces": first.ID,
	})
	require.True(t, b.gate(t, models.PhaseEngagement).Met, b.gate(t, models.PhaseEngagement).open())
	b.refusedPost(t, models.CodeInvalidValue, b.Drafter, "/bulletins",
		bulletin(object{"covers": []string{"budget"}, "replaces": first.ID}))
	b.post(t, b.Drafter, "/bulletins", bulletin(object{"covers": []string{"budget"}, "replaces": correction.ID}))

	b.move(t, models.VerbReturn, object{"to": "needs", "reason": "the target is too low"})
	b.refused(t, models.CodePhaseNotOpen, b.Lead, models.VerbRelease, named(correction))
	b.rewriteNeed(t)
	b.approve(t, models.PhaseNeeds)
	require.Equal(t, "changes_announced", b.gate(t, models.PhaseEngagement).open(),
		"the need is another than the market was told")
	b.inform(t, object{"covers": []string{models.TopicNeeds}})
	b.approve(t, models.PhaseEngagement)
	b.requirePhase(t, models.PhaseEngagement, "closed")
}

func TestAPlanningNoticeShortensOnlyInItsWindow(t *testing.T) {
	t.Parallel()
	b := engaged(t)
	b.release(t, b.post(t, b.Lead, "/engagement-plans", object{
		"interval": "P90D", "channels": []object{{"title": "Website"}}, "shortens_time_limits": true,
		"contract_notice": "2026-04-15",
	}))
	b.inform(t, object{"covers": models.Topics()})
	b.refusedPost(t, models.CodeInvalidValue, b.Lead, "/planning-notices",
		object{"sent_on": "2027-01-01", "reference": "1", "place": "TED", "complete": true})
	require.Equal(t, "planning_notice_in_window", b.gate(t, models.PhaseEngagement).open())
	b.post(t, b.Lead, "/planning-notices", object{
		"sent_on": b.day(t), "reference": "2026/S 000-000000", "place": "TED",
		"complete": true,
	})
	require.True(t, b.gate(t, models.PhaseEngagement).Met, b.gate(t, models.PhaseEngagement).open())
}
