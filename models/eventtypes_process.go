package models

// Types of events of the process.
const (
	EventProcurementStarted   EventType = "procurement.started"
	EventProcurementSuspended EventType = "procurement.suspended"
	EventProcurementResumed   EventType = "procurement.resumed"
	EventProcurementReturned  EventType = "procurement.returned"
	EventProcurementCancelled EventType = "procurement.cancelled"
	EventProcurementCompleted EventType = "procurement.completed"
	EventClockAdvanced        EventType = "clock.advanced"
	EventPhaseOpened          EventType = "phase.opened"
	EventPhaseClosed          EventType = "phase.closed"
	EventPhaseSuperseded      EventType = "phase.superseded"
	EventCommandRefused       EventType = "command.refused"
	EventCommandFailed        EventType = "command.failed"
	EventVoteCast             EventType = "vote.cast"
	EventVoteVoided           EventType = "vote.voided"
	EventGateRejected         EventType = "gate.rejected"
	EventMotionMoved          EventType = "motion.moved"
	EventMotionDecided        EventType = "motion.decided"
	EventMemberLeft           EventType = "member.left"
	EventEligibilityLost      EventType = "consortium.eligibility_lost"
	EventTaskRaised           EventType = "task.raised"
	EventTaskDone             EventType = "task.done"
	EventEntryWritten         EventType = "entry.written"
	EventEntryWithdrawn       EventType = "entry.withdrawn"
)
