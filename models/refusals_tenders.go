package models

// Codes of lots, of their publication and of tenders.
const (
	CodeLotsMissing      Code = "lots_missing"
	CodeLotPublished     Code = "lot_published"
	CodeAlreadyPublished Code = "already_published"
	CodeLotNotOpen       Code = "lot_not_open"
	CodeLotClosed        Code = "lot_closed"
	CodeLotEnded         Code = "lot_ended"
	CodeDeadlinePassed   Code = "deadline_passed"
	CodeDeadlineMissing  Code = "deadline_missing"
	CodeDeadlineEarlier  Code = "deadline_moved_earlier"
	CodeDeadlineNotMoved Code = "deadline_not_moved"
	CodeDeadlineInPast   Code = "deadline_in_past"
	CodeDeadlineNotOver  Code = "deadline_not_over"
	CodeNotAnOperator    Code = "not_an_economic_operator"
	CodeTenderExists     Code = "tender_exists"
	CodeTenderReplaced   Code = "tender_replaced"
	CodeNotInvited       Code = "not_invited"
	CodeSelectionMissing Code = "selection_missing"
	CodeShortlistChanged Code = "shortlist_changed"
	CodeNobodyQualifies  Code = "nobody_qualifies"
	CodeNoFurtherStage   Code = "no_further_stage"
	CodeGroundMissing    Code = "ground_missing"
	CodeConductMissing   Code = "conduct_missing"
	CodeNoTalks          Code = "no_talks"
	CodeTalksMissing     Code = "talks_missing"
	CodeNewsUntold       Code = "news_untold"
	CodeConsentMissing   Code = "consent_missing"
	CodeNotAnnouncedSo   Code = "not_announced_so"
	CodeTenderWithdrawn  Code = "tender_withdrawn"
	// CodeNothingToConfirm refuses to confirm a tender after which nothing was changed.
	CodeNothingToConfirm Code = "nothing_to_confirm"
	// CodeBoxOpen refuses what would tell how many tenders are in a box that is not closed.
	CodeBoxOpen Code = "box_open"
)

var refusedTenders = []RefusalType{
	{CodeLotsMissing, RefusalConflict, "There are no lots", "The tender phase needs at least one lot."},
	{
		CodeLotPublished, RefusalConflict, "The lot is published",
		"Only a command of the process can change what is published.",
	},
	{CodeAlreadyPublished, RefusalConflict, "Everything is already published", "Each lot is published once."},
	{
		CodeLotNotOpen, RefusalConflict, "The lot does not take tenders",
		"A lot takes tenders from its publication until its deadline.",
	},
	{
		CodeLotClosed, RefusalConflict, "The lot is closed",
		"The box of the lot was closed, and nothing can be handed in any more.",
	},
	{CodeLotEnded, RefusalConflict, "The lot has ended", "Nothing more can happen to it."},
	{CodeDeadlinePassed, RefusalConflict, "The deadline has passed", "A late tender is never accepted."},
	{CodeDeadlineMissing, RefusalConflict, "The lot has no deadline", "First set the deadline."},
	{
		CodeDeadlineEarlier, RefusalUnacceptable, "A deadline can only be moved to a later instant",
		"Name an instant after the present deadline.",
	},
	{
		CodeDeadlineNotMoved, RefusalConflict, "The deadline was not moved",
		"After a significant change of the documents, suppliers need more time " +
			"(Directive 2014/24/EU, Article 47(3)). First move the deadlines.",
	},
	{
		CodeDeadlineInPast, RefusalUnacceptable, "The deadline lies in the past",
		"Name an instant after the present procedure time.",
	},
	{CodeDeadlineNotOver, RefusalConflict, "The deadline is not over", "Wait until the deadline is over."},
	{
		CodeNotAnOperator, RefusalConflict, "The organisation is not an economic operator",
		"Only economic operators hand in tenders.",
	},
	{CodeTenderExists, RefusalConflict, "There is already a tender", "Replace that tender instead."},
	{CodeTenderReplaced, RefusalConflict, "The tender was replaced", "Read the tender that replaced it."},
	{
		CodeNotInvited, RefusalForbidden, "The organisation was not invited",
		"At this stage of the procedure only the candidates who were invited may hand anything in.",
	},
	{
		CodeSelectionMissing, RefusalConflict, "The selection is not complete",
		"Selection criteria of the lot, or findings about a candidate, are missing. The detail says which.",
	},
	{
		CodeShortlistChanged, RefusalConflict, "The list of candidates has changed",
		"Findings were written since the list was read. Read it again and decide on it as it is now.",
	},
	{
		CodeNobodyQualifies, RefusalConflict, "No candidate qualifies",
		"Nobody can be invited. End the lot with a reason.",
	},
	{
		CodeNoFurtherStage, RefusalConflict, "There is no further stage",
		"This procedure has no stage by invitation, or the candidates were already invited.",
	},
	{
		CodeGroundMissing, RefusalUnacceptable, "The procedure needs a ground",
		"The law allows some procedures only on named grounds. Name the one that holds, and say why.",
	},
	{
		CodeConductMissing, RefusalConflict, "It is not said how talks are conducted",
		"The contract notice says how negotiations or the dialogue are conducted. Write that for the lot first.",
	},
	{
		CodeNoTalks, RefusalConflict, "There are no talks now",
		"Talks are held on what stands in the last box of a stage with negotiations or a dialogue, once it was opened.",
	},
	{
		CodeTalksMissing, RefusalConflict, "Not everyone was heard",
		"Every participant of a round is heard before the lot goes on. The detail names who was not.",
	},
	{
		CodeNewsUntold, RefusalConflict, "The other participants were not told",
		"What one participant learned in a talk and others need is told to all who remain, at once and in writing.",
	},
	{
		CodeConsentMissing, RefusalUnacceptable, "The consent is missing",
		"What a participant says in confidence is told to others only with its specific consent.",
	},
	{
		CodeNotAnnouncedSo, RefusalConflict, "This was not announced",
		"The contract notice binds: the number of participants is reduced, or a tender awarded without negotiation, " +
			"only if it said so.",
	},
	{CodeTenderWithdrawn, RefusalConflict, "The tender was withdrawn", "Hand in a new one."},
	{
		CodeNothingToConfirm, RefusalConflict, "There is nothing to confirm",
		"A tender is confirmed after a notice of change. Without one it stands as it was handed in.",
	},
	{
		CodeBoxOpen, RefusalConflict, "A box of tenders is open",
		"The answer would tell how many tenders arrived. Ask again when the box is closed.",
	},
}
