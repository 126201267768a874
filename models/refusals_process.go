package models

// Codes of the state that a procurement is in, of its phases, votes and motions.
const (
	CodeNotDraft             Code = "not_a_draft"
	CodeNotRunning           Code = "not_running"
	CodeSuspended            Code = "suspended"
	CodeNotSuspended         Code = "not_suspended"
	CodeEnded                Code = "procurement_ended"
	CodePhaseNotOpen         Code = "phase_not_open"
	CodeDraftIncomplete      Code = "draft_incomplete"
	CodeLiveClock            Code = "live_clock"
	CodeClockBackwards       Code = "clock_backwards"
	CodeDueBroken            Code = "due_broken"
	CodeStaleGate            Code = "gate_changed"
	CodeGateNotMet           Code = "gate_not_met"
	CodeAlreadyVoted         Code = "already_voted"
	CodeSuperseded           Code = "superseded"
	CodeAlreadyMoved         Code = "already_moved"
	CodeAlreadyDecided       Code = "already_decided"
	CodeIneligible           Code = "consortium_ineligible"
	CodeReturnNotEarlier     Code = "return_not_earlier"
	CodeLotsOpen             Code = "lots_not_ended"
	CodeIncompatibleDocument Code = "document_mismatch"
	CodeEntryFinal           Code = "entry_final"
	CodeRecordBehind         Code = "record_behind"
)

var refusedProcess = []RefusalType{
	{
		CodeNotDraft, RefusalConflict, "The procurement is no longer a draft",
		"The start has fixed what is decided before it.",
	},
	{CodeNotRunning, RefusalConflict, "The procurement is not running", "First start or resume it."},
	{CodeSuspended, RefusalConflict, "The procurement is suspended", "First resume it."},
	{CodeNotSuspended, RefusalConflict, "The procurement is not suspended", "There is nothing to resume."},
	{
		CodeEnded, RefusalConflict, "The procurement has ended",
		"Nothing more can happen to a procurement that is completed or cancelled.",
	},
	{
		CodePhaseNotOpen, RefusalConflict, "The phase is not open",
		"`phases` of the procurement shows which phases are open.",
	},
	{
		CodeDraftIncomplete, RefusalConflict, "The draft is not complete",
		"`errors` lists what is missing before the procurement can start.",
	},
	{
		CodeLiveClock, RefusalConflict, "The clock of a live procurement cannot be set",
		"A live procurement runs in real time. Only the clock of a rehearsal can be set.",
	},
	{
		CodeClockBackwards, RefusalUnacceptable, "Procedure time does not run backwards",
		"Name an instant after the present procedure time.",
	},
	{
		CodeDueBroken, RefusalConflict, "What is due cannot be done because of a fault",
		"The clock stays before that instant. Give the ID of the fault to the people who run the platform: " +
			"they find the cause in the log.",
	},
	{
		CodeStaleGate, RefusalConflict, "The subject of the vote has changed",
		"Read the gate or the motion again and vote on its present digest.",
	},
	{
		CodeGateNotMet, RefusalConflict, "The criteria of the gate are not met",
		"`errors` lists the criteria that are not met or unknown.",
	},
	{CodeAlreadyVoted, RefusalConflict, "The buyer has already voted", "Each buyer has one vote on each subject."},
	{
		CodeSuperseded, RefusalConflict, "A later command was carried out",
		"What was asked for later was done first. Ask again if you still want this.",
	},
	{
		CodeAlreadyMoved, RefusalConflict, "A motion of this kind is open",
		"Vote on the open motion. A rejection makes room for another.",
	},
	{CodeAlreadyDecided, RefusalConflict, "The motion is no longer open", "Move it again if you still want it."},
	{
		CodeIneligible, RefusalConflict, "The consortium is not eligible",
		"`errors` lists the conditions of the call profile that are not met.",
	},
	{
		CodeReturnNotEarlier, RefusalUnacceptable, "A return must lead to an earlier phase",
		"Name a main phase before the one that is open.",
	},
	{
		CodeLotsOpen, RefusalConflict, "Some lots have not ended",
		"After publication, every lot must end with a reason before a return.",
	},
	{
		CodeIncompatibleDocument, RefusalUnacceptable, "The document does not fit",
		"It belongs to another procurement or is of another kind.",
	},
	{
		CodeEntryFinal, RefusalConflict, "The entry stays on record",
		"It records what happened, so nobody can change it or take it back.",
	},
	{
		CodeRecordBehind, RefusalUnavailable, "The record was restored from a backup",
		"The record is older than what had been decided. Nothing is carried out until the people who run the " +
			"platform have run `ppi recover`. Ask them, then send the same request again.",
	},
}
