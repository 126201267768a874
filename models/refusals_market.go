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

var refusedMarket = []RefusalType{
	{CodeNotAnnounced, RefusalConflict, "The consultation was not announced", "First announce it to everyone."},
	{
		CodeConsultationNotOpen, RefusalConflict, "The consultation is not open yet",
		"Responses are received from the announced instant on.",
	},
	{
		CodeConsultationClosed, RefusalConflict, "The consultation has closed",
		"It was over when the request arrived, by the clock of the database. No more responses are received.",
	},
	{
		CodeResponseLimit, RefusalConflict, "There are too many responses",
		"The detail names how many responses an operator may give to one consultation. " +
			"All responses received until now count.",
	},
	{
		CodeConsultationRunning, RefusalConflict, "A consultation is open",
		"Extend it, or wait until it has closed.",
	},
	{
		CodeAlreadyReleased, RefusalConflict, "The entry was released before",
		"Everyone has the same text. Write a new entry to say something else.",
	},
	{
		CodeNotReleasable, RefusalUnacceptable, "Entries of this kind are not released",
		"Only bulletins, engagement plans and consultation reports are released. " +
			"An announcement goes out with its consultation.",
	},
	{
		CodeEntryChanged, RefusalConflict, "The entry has changed",
		"Somebody changed it after you read it. Read it again and name its digest.",
	},
	{
		CodeInputsMissing, RefusalConflict, "The report leaves inputs out",
		"The report must say of each response and event whether it was used, and why.",
	},
	{
		CodeConfidential, RefusalConflict, "The report discloses what is confidential",
		"The report repeats, word for word, what an operator marked as confidential with a reason.",
	},
	{
		CodeRouteInconsistent, RefusalConflict, "The route does not follow from the state of the art",
		"Choose a route to which the conclusion of that report points, or say why you take another.",
	},
	{
		CodeProductNamed, RefusalUnacceptable, "A product is named",
		"What goes out to the market must favour nobody. Describe what is needed.",
	},
}
