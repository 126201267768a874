// Package process holds what the API and the workflows must agree on: names, IDs, and the values that travel between
// them. Everything here ends up in Temporal's history, so it carries IDs, codes, instants and digests, and nothing
// secret or personal.
package process

import (
	"fmt"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

// Names under which workflows, their messages and their activities are registered. A name in a history cannot change
// any more.
const (
	WorkflowProcurement = "Procurement"
	WorkflowReconcile   = "Reconcile"
	WorkflowCheckpoint  = "Checkpoint"
	WorkflowCleanUp     = "CleanUp"

	// UpdateCommand carried every command before Updates were named by their verbs.
	UpdateCommand = "command"
	QueryState    = "state"

	ActivityLoad = "Load"
	// ActivityExecute and ActivityRunDue are the ordinary activities of acts; local ones are named by the verb and
	// by the kind of what is due, which is what the Temporal UI shows of them.
	ActivityExecute = "Execute"
	ActivityRunDue  = "RunDue"

	ActivityReconcile  = "Reconcile"
	ActivityCheckpoint = "SignCheckpoint"
	ActivityCleanUp    = "CleanUp"
)

// Types of the errors with which a run answers.
const (
	// ErrTypeMalformed turns away what is not the ID of a command.
	ErrTypeMalformed = "malformed_command"
	// ErrTypeUnknownVerb turns away a verb that only another release knows: a worker of that release takes it.
	ErrTypeUnknownVerb = "unknown_verb"
	// ErrTypeClosing turns a command away because the run is about to hand over or has ended: send it again.
	ErrTypeClosing = "run_closing"
	// ErrTypeRecordBehind is the error of an act that finds a record older than the run: it was restored from a backup.
	ErrTypeRecordBehind = "record_behind"
	// ErrTypeStartRefused ends the run of a procurement whose start was refused: it stays a draft, and a later start
	// makes a new run under the same ID.
	ErrTypeStartRefused = "start_refused"
)

// WorkflowID is the fixed ID of a procurement's workflow.
func WorkflowID(procurement models.ID) string { return "procurement/" + procurement.UUID() }

// ProcurementOf reverses [WorkflowID]; it is empty when the ID is another workflow's.
func ProcurementOf(workflowID string) models.ID {
	uuid, ok := strings.CutPrefix(workflowID, "procurement/")
	if !ok {
		return ""
	}
	return models.ID(string(models.PrefixProcurement) + "_" + uuid)
}

// UpdateID is the ID of the Update that carries a command: readable in the Temporal UI, the same for
// every repeat, and another one after an attempt that got no answer, because Temporal would repeat
// that attempt's answer.
func UpdateID(verb models.Verb, commandID string, attempt int) string {
	return fmt.Sprintf("%s/%s/%d", verb, commandID, attempt)
}

// VerbOfUpdate returns the verb in an [UpdateID].
func VerbOfUpdate(updateID string) string {
	verb, _, _ := strings.Cut(updateID, "/")
	return verb
}

// ScheduleID names the schedule that starts a workflow of maintenance. Installations that share a namespace have
// task queues of their own, and so schedules of their own.
func ScheduleID(taskQueue, workflow string) string { return "schedule/" + taskQueue + "/" + workflow }

// MaintenanceID begins the ID of every run of a workflow of maintenance; the schedule adds its time.
func MaintenanceID(taskQueue, workflow string) string {
	return "maintenance/" + taskQueue + "/" + workflow
}
