package models

// Codes of the rules: time limits, votes and award.
const (
	// CodeBelowStatutoryMinimum refuses a time limit shorter than the law allows.
	CodeBelowStatutoryMinimum Code = "below_statutory_minimum"
	// CodeShorteningNotAllowed refuses a shortened time limit whose conditions are not met.
	CodeShorteningNotAllowed Code = "shortening_not_allowed"
	// CodeHolidayUnknown says that the holidays of a place or year are not in our data.
	CodeHolidayUnknown Code = "holidays_unknown"
	// CodeRuleUnknown says that no rule of that name is in force on that day.
	CodeRuleUnknown Code = "rule_unknown"
	// CodeBudgetShareMissing says that votes cannot be weighted, since a member's share is not agreed.
	CodeBudgetShareMissing Code = "budget_share_missing"
	// CodeNobodyMayDecide says that no vote can carry: all whose votes count are recused.
	CodeNobodyMayDecide Code = "nobody_may_decide"
	// CodeInvalidCriteria refuses award criteria or a method that cannot rank tenders.
	CodeInvalidCriteria Code = "award_criteria_invalid"
	// CodeInvalidScore refuses a score outside the criterion's scale.
	CodeInvalidScore Code = "score_invalid"
	// CodeInvalidPrice refuses a price that cannot be scored.
	CodeInvalidPrice Code = "price_invalid"
	// CodeInvalidLocalTime refuses a local time that clocks in the zone never show, or show twice.
	CodeInvalidLocalTime Code = "local_time_invalid"
)

var refusedRules = []RefusalType{
	{
		CodeBelowStatutoryMinimum, RefusalUnacceptable, "The time limit is shorter than the law allows",
		"The detail names the rule and the earliest date.",
	},
	{
		CodeShorteningNotAllowed, RefusalUnacceptable, "The time limit may not be shortened",
		"A condition for the shorter limit is not met. The detail names it.",
	},
	{
		CodeHolidayUnknown, RefusalUnacceptable, "The holidays are not known",
		"The engine has no holidays for that country and year.",
	},
	{
		CodeRuleUnknown, RefusalUnacceptable, "The rule is not known",
		"The engine has no rule for that act, country and date.",
	},
	{
		CodeBudgetShareMissing, RefusalConflict, "A budget share is missing",
		"When votes are weighted, every member needs a share or a weight.",
	},
	{
		CodeNobodyMayDecide, RefusalConflict, "Nobody may decide",
		"All buyers whose votes count are recused. Give the role board to a person without a conflict of interest.",
	},
	{
		CodeInvalidCriteria, RefusalUnacceptable, "The award criteria cannot be used",
		"`errors` names what is wrong with them.",
	},
	{
		CodeInvalidScore, RefusalUnacceptable, "The score cannot be used",
		"A score must lie within the scale of its criterion.",
	},
	{CodeInvalidPrice, RefusalUnacceptable, "The price cannot be used", "A price is an exact decimal above zero."},
	{
		CodeInvalidLocalTime, RefusalUnacceptable, "There is no such local time",
		"A clock change skips or repeats that hour in the zone. Choose another hour.",
	},
}
