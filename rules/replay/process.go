package replay

import (
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// Tables of the process.
const (
	Rounds    = "phase_rounds"
	Votes     = "votes"
	Motions   = "motions"
	Decisions = "decisions"
	Tasks     = "tasks"
)

func (f fold) process(payload event.Payload) bool {
	switch p := payload.(type) {
	case event.ProcurementStarted:
		f.status(models.StatusRunning)
		f.put(Procurements, string(f.ProcurementID), told{"started_at": f.At})
	case event.ProcurementSuspended:
		f.status(models.StatusSuspended)
	case event.ProcurementResumed:
		f.status(models.StatusRunning)
	case event.ProcurementCompleted:
		f.status(models.StatusCompleted)
		f.put(Procurements, string(f.ProcurementID), told{"ended_at": f.At})
	case event.ProcurementCancelled:
		f.supersede(models.Phases()...)
		f.put(Procurements, string(f.ProcurementID), told{
			"status": string(models.StatusCancelled), "end_reason": p.Code, "ended_at": f.At,
		})
	case event.ProcurementReturned:
		f.returned(p.To)
	case event.PhaseOpened:
		f.put(Rounds, Key(p.Phase, p.Round), told{
			"status": string(models.PhaseOpen), "opened_at": f.At, "closed_at": "",
		})
	case event.PhaseClosed:
		f.put(Rounds, Key(p.Phase, p.Round), told{
			"status": string(models.PhaseClosed), "closed_at": f.At,
		})
		f.decision(models.GateSubject(p.Phase), p.Round, p.Digest, p.Count)
	case event.GateRejected:
		f.decision(models.GateSubject(p.Phase), p.Round, p.Digest, p.Count)
	case event.ClockAdvanced:
		f.put(Procurements, string(f.ProcurementID), told{"clock_offset": f.offset()})
	default:
		return false
	}
	return true
}

func (f fold) voting(payload event.Payload) bool {
	switch p := payload.(type) {
	case event.VoteCast:
		f.put(Votes, string(p.VoteID), told{
			"subject": p.Subject, "round": p.Round, "digest": p.Digest, "organisation_id": string(p.OrganisationID),
			"person_id": given(string(p.PersonID)), "choice": string(p.Choice), "reason": f.lately(p.Reason),
			"cast_at": f.At, "voided_at": "",
		})
	case event.VoteVoided:
		f.put(Votes, string(p.VoteID), told{"voided_at": f.At})
	case event.MotionMoved:
		f.put(Motions, string(p.MotionID), told{
			"verb": string(p.Verb), "digest": p.Digest, "content": p.Digest, "status": string(models.MotionOpen),
			"mover_id": string(f.ActorID), "moved_at": f.At, "decided_at": "",
		})
	case event.MotionDecided:
		f.put(Motions, string(p.MotionID), told{"status": string(p.Status), "decided_at": f.At})
		subject := models.MotionSubject(p.MotionID)
		f.decision(subject, 1, f.value(Motions, string(p.MotionID), "digest"), p.Count)
	default:
		return false
	}
	return true
}

func (f fold) tasks(payload event.Payload) bool {
	switch p := payload.(type) {
	case event.TaskRaised:
		f.task(p.TaskID, p.Kind, p.SubjectID)
	case event.TaskDone:
		f.put(Tasks, string(p.TaskID), told{"kind": p.Kind, "done_at": f.At})
	case event.EndpointParked:
		f.task(p.TaskID, models.TaskFeedParked, p.EndpointID)
	case event.EndpointDisabled:
		f.task(p.TaskID, models.TaskEndpointDisabled, p.EndpointID)
	case event.EndpointGone:
		f.task(p.TaskID, models.TaskEndpointGone, p.EndpointID)
	case event.EndpointUnparked:
		f.unparked(p)
	default:
		return false
	}
	return true
}

// task raises a task; without an ID an open one was left as it was.
func (f fold) task(id models.ID, kind string, subject models.ID) {
	if id == "" {
		return
	}
	f.put(Tasks, string(id), told{"kind": kind, "subject_id": string(subject), "raised_at": f.At, "done_at": ""})
}

// unparked ends the tasks to look after an endpoint: those that are named or, by events of earlier releases, all.
func (f fold) unparked(p event.EndpointUnparked) {
	for _, id := range p.Tasks {
		f.put(Tasks, string(id), told{"done_at": f.At})
	}
	if !f.early() {
		return
	}
	for id, row := range f.rows[Tasks] {
		if row["subject_id"].Value == string(p.EndpointID) && row["done_at"].Value == "" &&
			slices.Contains(models.EndpointTasks(), row["kind"].Value) {
			f.put(Tasks, id, told{"done_at": f.At})
		}
	}
}

// offset is by how many microseconds procedure time is ahead of real time.
func (f fold) offset() int64 { return f.At.Sub(f.RecordedAt).Microseconds() }

func (f fold) status(status models.Status) {
	f.put(Procurements, string(f.ProcurementID), told{"status": string(status)})
}

// returned supersedes the phases from the given one on. The market is informed of an adopted need only, so engagement
// goes back with needs.
func (f fold) returned(to models.Phase) {
	main := models.MainPhases()
	from := slices.Index(main, to)
	if from < 0 {
		return
	}
	f.supersede(main[from:]...)
	if to == models.PhaseNeeds {
		f.supersede(models.PhaseEngagement)
	}
}

func (f fold) supersede(phases ...models.Phase) {
	for key, row := range f.rows[Rounds] {
		phase, _, _ := strings.Cut(key, " ")
		if slices.Contains(phases, models.Phase(phase)) && row["status"].Value != string(models.PhaseSuperseded) {
			ended := told{"status": string(models.PhaseSuperseded)}
			if row["closed_at"].Value == "" {
				ended["closed_at"] = f.At
			}
			f.put(Rounds, key, ended)
		}
	}
}

// decision tells the count that a decision of the board rests on.
func (f fold) decision(subject string, round int, on string, count *models.VoteCount) {
	if count == nil {
		return
	}
	_, counted, err := models.Canonical(count)
	if err != nil {
		return // what was read from JSON can be rendered
	}
	f.put(Decisions, Key(subject, round, on, counted), told{})
}
