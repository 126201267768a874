package models

// Codes of the rules: time limits, eligibility, votes and award.
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
	// CodeInvalidCriteria refuses award criteria or a method that cannot rank tenders.
	CodeInvalidCriteria Code = "award_criteria_invalid"
	// CodeInvalidScore refuses a score outside the criterion's scale.
	CodeInvalidScore Code = "score_invalid"
	// CodeInvalidPrice refuses a price that cannot be scored.
	CodeInvalidPrice Code = "price_invalid"
)
