package models

// Codes of publication, opening, evaluation and award.
const (
	CodeSecretKey          Code = "secret_key_refused" //nolint:gosec // names a refusal
	CodeFrozen             Code = "frozen_by_publication"
	CodeCapacityOpen       Code = "capacity_not_closed"
	CodeEngagementStale    Code = "engagement_not_current"
	CodeSpecificationOpen  Code = "specification_not_closed"
	CodeCriteriaMissing    Code = "award_criteria_missing"
	CodeOpenersMissing     Code = "openers_missing"
	CodeOpenersUntested    Code = "openers_untested"
	CodeNotUnsealed        Code = "lot_not_unsealed"
	CodeAlreadyOpened      Code = "already_opened"
	CodeDeclarationMissing Code = "conflict_declaration_missing"
	CodeConflictDeclared   Code = "conflict_of_interest"
	CodeAdmissionMissing   Code = "admission_missing"
	CodeNotAdmitted        Code = "tender_not_admitted"
	CodeScoresMissing      Code = "scores_missing"
	CodeScoresFinal        Code = "scores_final"
	CodeQualityLocked      Code = "quality_locked"
	CodeQualityOpen        Code = "quality_not_locked"
	CodePriceMissing       Code = "price_missing"
	CodePriceUnexplained   Code = "price_unexplained"
	CodeCompletionRunning  Code = "completion_running"
	CodeSessionMissing     Code = "session_missing"
	CodePriceSealed        Code = "price_stays_sealed"
	CodeValuesMissing      Code = "cost_values_missing"
	CodeNoDraw             Code = "draw_not_announced"
	CodeRankingChanged     Code = "ranking_changed"
	CodeNoWinner           Code = "no_winner"
	CodeNotAwarded         Code = "lot_not_awarded"
	CodeAlreadyAwarded     Code = "lot_awarded"
	CodeAwardUnsigned      Code = "award_unsigned"
	CodeLettersSent        Code = "letters_sent"
	CodeStandstill         Code = "standstill_running"
	CodeReviewPending      Code = "review_pending"
	CodeContractSigned     Code = "contract_signed"
	CodePartnershipMissing Code = "partnership_plan_missing"
	CodePartnershipRuns    Code = "partnership_runs"
	CodePartnershipCost    Code = "partnership_cost_exceeded"
	CodePhaseUnreported    Code = "phase_unreported"
	CodeModificationLimit  Code = "modification_limit_exceeded"
	CodeFrameworkExhausted Code = "framework_exhausted"
	CodeFrameworkOver      Code = "framework_term_over"
	CodeFrameworkTooLong   Code = "framework_too_long"
	CodeNotNamedInNotice   Code = "buyer_not_named_in_notice"
	CodeReviewNotUpheld    Code = "review_not_upheld"
	CodeFlawBeforeTenders  Code = "flaw_before_tenders"
)

var refusedAward = []RefusalType{
	{
		CodeModificationLimit, RefusalUnacceptable, "The modification is too large for its ground",
		"Article 72 of Directive 2014/24/EU (89 of 2014/25/EU) limits by how much a contract may be modified.",
	},
	{
		CodeFrameworkExhausted, RefusalUnacceptable, "The framework agreement is exhausted",
		"All call-offs together keep within the maximum value and quantity that the notice names.",
	},
	{
		CodeFrameworkOver, RefusalUnacceptable, "The term of the framework agreement is over",
		"Call-offs are made from the signature of the framework agreement until its last day.",
	},
	{
		CodeFrameworkTooLong, RefusalUnacceptable, "The framework agreement lasts too long",
		"A framework agreement lasts four years at most, unless a longer term is justified by its subject.",
	},
	{
		CodeNotNamedInNotice, RefusalForbidden, "The notice does not name the buyer",
		"Only the buyers that the contract notice names may call off under a framework agreement.",
	},
	{
		CodeReviewNotUpheld, RefusalConflict, "The review was not upheld",
		"An award is set aside because of a review of the same lot that the review body has upheld, once.",
	},
	{
		CodeFlawBeforeTenders, RefusalConflict, "The flaw lies before the tenders",
		"What is wrong with the specification or the procedure is not mended by evaluating the same tenders again: " +
			"the lot ends, with the reason code rev-body.",
	},
	{
		CodePartnershipMissing, RefusalConflict, "The phases of the partnership are missing",
		"The notice of an innovation partnership says in which phases it goes, with their targets and payments.",
	},
	{
		CodePartnershipRuns, RefusalConflict, "The partnership has not ended so",
		"What was developed is purchased after the board has ended the last phase with a purchase.",
	},
	{
		CodePartnershipCost, RefusalUnacceptable, "It costs more than was announced",
		"All purchases under an innovation partnership keep within the maximum cost that the notice names.",
	},
	{
		CodePhaseUnreported, RefusalConflict, "A report on the phase is missing",
		"A phase ends once there is a report on each partner that says whether its targets are attained.",
	},
	{
		CodeSecretKey, RefusalUnacceptable, "A secret key does not belong here",
		"The platform never holds a key that opens tenders. Others may have seen the key that was sent: make another.",
	},
	{
		CodeFrozen, RefusalConflict, "The publication has frozen this",
		"What was published or released does not change.",
	},
	{
		CodeCapacityOpen, RefusalConflict, "Capacity building is not closed",
		"Nothing is published before capacity building is closed.",
	},
	{
		CodeEngagementStale, RefusalConflict, "The market is not informed as planned",
		"Write and release the bulletins that are missing.",
	},
	{
		CodeSpecificationOpen, RefusalConflict, "The specification is not closed",
		"Nothing is published before the specification is closed.",
	},
	{
		CodeCriteriaMissing, RefusalConflict, "Award criteria are missing",
		"Each lot needs criteria, weights, a method, a rounding and a rule for ties.",
	},
	{
		CodeOpenersMissing, RefusalConflict, "The openers are missing",
		"Suppliers seal their tenders for a set of openers. Write it before you publish.",
	},
	{
		CodeOpenersUntested, RefusalConflict, "Openers have not shown that they can open",
		"Each opener releases a test envelope before anything is published, so that no key is found lost afterwards.",
	},
	{
		CodeNotUnsealed, RefusalConflict, "The envelopes are not opened",
		"After the deadline, as many openers as are needed release the envelopes, and one of them opens the lot.",
	},
	{
		CodeAlreadyOpened, RefusalConflict, "This was already opened",
		"Read what was opened.",
	},
	{
		CodeDeclarationMissing, RefusalForbidden, "A conflict declaration is missing",
		"First declare whether you have an interest in one of the tenderers. Name all of them.",
	},
	{
		CodeConflictDeclared, RefusalForbidden, "There is a conflict of interest",
		"A person with an interest in a tenderer takes no part in the evaluation or the decision.",
	},
	{
		CodeAdmissionMissing, RefusalConflict, "A tender was not checked",
		"First admit or exclude each tender.",
	},
	{CodeNotAdmitted, RefusalConflict, "The tender is not admitted", "Only admitted tenders are scored."},
	{
		CodeScoresMissing, RefusalConflict, "Scores are missing",
		"Each evaluator scores each admitted tender. Then the panel agrees on the scores.",
	},
	{
		CodeScoresFinal, RefusalConflict, "The scores are final",
		"When an evaluator has given all scores, the evaluator sees those of the others " +
			"and can no longer change their own.",
	},
	{
		CodeQualityLocked, RefusalConflict, "The quality scores are locked",
		"Prices may be known now, so quality scores can no longer change.",
	},
	{
		CodeQualityOpen, RefusalConflict, "The quality scores are not locked",
		"Prices are opened after the chair has locked the quality scores.",
	},
	{
		CodePriceMissing, RefusalConflict, "A price is missing",
		"Openers release the prices once quality is locked. A tender without a price that can be read is excluded.",
	},
	{
		CodePriceUnexplained, RefusalConflict, "A price is not explained",
		"If a price looks abnormally low, the tenderer must be asked before the award.",
	},
	{
		CodeCompletionRunning, RefusalConflict, "The tenderer still has time",
		"Whoever was asked to complete a tender has the time that was given for it.",
	},
	{
		CodeSessionMissing, RefusalConflict, "Tenderers were not treated alike",
		"A presentation or demonstration is offered to every admitted tenderer, or to none.",
	},
	{
		CodePriceSealed, RefusalConflict, "The price stays sealed",
		"By the criteria only the prices of the best tenders by quality are opened.",
	},
	{
		CodeValuesMissing, RefusalConflict, "The values for costs are missing",
		"Tenders are ranked by costs: enter what each tender states for them.",
	},
	{
		CodeNoDraw, RefusalConflict, "A draw of lots was not announced",
		"Lots decide a tie only if the published criteria say so. Without that, end the lot with a reason.",
	},
	{
		CodeRankingChanged, RefusalConflict, "The ranking has changed",
		"Read the ranking again and name its digest.",
	},
	{
		CodeNoWinner, RefusalConflict, "The tender does not rank first",
		"A lot is awarded to the one tender that ranks first, or it ends with a reason.",
	},
	{CodeNotAwarded, RefusalConflict, "The award is not decided", "The board decides on the award first."},
	{
		CodeAlreadyAwarded, RefusalConflict, "The award is decided",
		"What the award rests on can no longer change.",
	},
	{
		CodeAwardUnsigned, RefusalConflict, "The award is not signed",
		"An awarder signs the decision of the board before the tenderers are told of it.",
	},
	{CodeLettersSent, RefusalConflict, "The letters were sent", "All tenderers were informed of the decision."},
	{
		CodeStandstill, RefusalConflict, "The standstill is not over",
		"No contract is concluded before the standstill is over.",
	},
	{
		CodeReviewPending, RefusalConflict, "A review of the award is pending",
		"Wait for the decision. If the review is upheld, end the lot.",
	},
	{
		CodeContractSigned, RefusalConflict, "A contract was signed",
		"The lot can no longer end without award.",
	},
}
