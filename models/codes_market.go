package models

// Codes of market consultation and engagement.
const (
	CodeNotAnnounced        Code = "consultation_not_announced"
	CodeConsultationNotOpen Code = "consultation_not_open"
	CodeConsultationClosed  Code = "consultation_closed"
	CodeConsultationRunning Code = "consultation_running"
	CodeAlreadyReleased     Code = "already_released"
	CodeNotReleasable       Code = "not_releasable"
	CodeEntryChanged        Code = "entry_changed"
	CodeInputsMissing       Code = "inputs_missing"
	CodeConfidential        Code = "confidential_disclosed"
	CodeRouteInconsistent   Code = "route_inconsistent"
	CodeResponseLimit       Code = "response_limit_reached"
	CodeProductNamed        Code = "product_named"
)
