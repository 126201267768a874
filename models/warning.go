package models

import (
	"slices"
	"time"
)

// A WarningCode names a kind of warning; it never changes.
type WarningCode string

// The kinds of warnings.
const (
	// WarnHoliday points at a deadline on a day on which nobody is at work to help.
	WarnHoliday WarningCode = "deadline_on_holiday"
	// WarnStandstillWaits says that the contract waits for more than days.
	WarnStandstillWaits WarningCode = "standstill_waits"
	// WarnThresholdReached says that the Directive applies by the value of the procurement.
	WarnThresholdReached WarningCode = "threshold_reached"
	// WarnBelowThreshold says that the value of the procurement is below the threshold of the Directive.
	WarnBelowThreshold WarningCode = "below_threshold"
	// WarnThresholdUnknown says that the value cannot be compared with a threshold.
	WarnThresholdUnknown WarningCode = "threshold_not_compared"
	// WarnOutside says that buyers hold the procurement to be outside of the Directive.
	WarnOutside WarningCode = "outside_directive"
	// WarnOutsideContradicted says that the record contradicts them.
	WarnOutsideContradicted WarningCode = "outside_contradicted"
	// WarnReviewBody says that nobody is told to which body a review is applied for.
	WarnReviewBody WarningCode = "review_body_missing"
	// WarnMemorandum says that buyers have not signed the memorandum to cooperate.
	WarnMemorandum WarningCode = "memorandum_unsigned"
	// WarnTogether points at an earlier procurement of the same buyers that this one may belong to.
	WarnTogether WarningCode = "may_belong_together"
	// WarnNeedUnserved, WarnRequirementNeedless, WarnRequirementUnverified, WarnRequirementUnscored,
	// WarnCriterionUnfounded and WarnTestUnfounded name what in a specification leads nowhere or comes from nowhere.
	WarnNeedUnserved          WarningCode = "need_without_requirement"
	WarnRequirementNeedless   WarningCode = "requirement_without_need"
	WarnRequirementUnverified WarningCode = "requirement_without_verification"
	WarnRequirementUnscored   WarningCode = "requirement_without_criterion"
	WarnCriterionUnfounded    WarningCode = "criterion_without_requirement"
	WarnTestUnfounded         WarningCode = "test_without_requirement"
	// WarnLimitsClash points at requirements of which no tender can keep both.
	WarnLimitsClash WarningCode = "limits_contradict"
	// WarnNoLevel points at a performance without minimum level.
	WarnNoLevel WarningCode = "performance_without_level"
	// WarnOneBuyer points at what one buyer needs and all are bound by.
	WarnOneBuyer WarningCode = "needed_by_one_buyer"
	// WarnWeight points at a weight for the award in a requirement.
	WarnWeight WarningCode = "weight_in_requirement"
	// WarnEcho points at a requirement that repeats a response to the consultation.
	WarnEcho WarningCode = "copied_from_response"
	// WarnSameContent, WarnSamePrice and WarnMirroredPrices point at tenders that may have been agreed.
	WarnSameContent    WarningCode = "same_content"
	WarnSamePrice      WarningCode = "same_price"
	WarnMirroredPrices WarningCode = "mirrored_prices"
)

// warningSources are the articles by which one warns.
var warningSources = map[WarningCode]string{
	WarnHoliday:               "Regulation (EEC, Euratom) No 1182/71, Article 3",
	WarnStandstillWaits:       "Directive 89/665/EEC, Article 2a",
	WarnThresholdReached:      "Directive 2014/24/EU, Articles 4 and 5; Directive 2014/25/EU, Article 15",
	WarnBelowThreshold:        "Directive 2014/24/EU, Articles 4 and 5; Directive 2014/25/EU, Article 15",
	WarnThresholdUnknown:      "Directive 2014/24/EU, Articles 4 and 5; Directive 2014/25/EU, Article 15",
	WarnOutside:               "Directive 2014/24/EU, Articles 4, 5 and 7 to 12",
	WarnOutsideContradicted:   "Directive 2014/24/EU, Articles 4 and 5; Directive 2014/25/EU, Article 15",
	WarnReviewBody:            "Directive 2014/24/EU, Annex V, Part C, point 25",
	WarnMemorandum:            "Joint cross-border procurement as iProcureNet describes it (good practice)",
	WarnTogether:              "Directive 2014/24/EU, Article 5(3)",
	WarnNeedUnserved:          "COS-PPI-2020-2-04, mandatory activity V",
	WarnRequirementNeedless:   "COS-PPI-2020-2-04, mandatory activity V",
	WarnRequirementUnverified: "Directive 2014/24/EU, Article 42(3)(a)",
	WarnRequirementUnscored:   "Directive 2014/24/EU, Article 67",
	WarnCriterionUnfounded:    "Directive 2014/24/EU, Article 67",
	WarnTestUnfounded:         "Directive 2014/24/EU, Article 42",
	WarnLimitsClash:           "Directive 2014/24/EU, Article 42(3)(a)",
	WarnNoLevel:               "Directive 2014/24/EU, Article 42(3)(a)",
	WarnOneBuyer:              "COS-PPI-2020-2-04, mandatory activity V",
	WarnWeight:                "Directive 2014/24/EU, Article 67",
	WarnEcho:                  "Directive 2014/24/EU, Articles 21, 41 and 42(2)",
	WarnSameContent:           "Directive 2014/24/EU, Article 57(4)(d)",
	WarnSamePrice:             "Directive 2014/24/EU, Article 57(4)(d)",
	WarnMirroredPrices:        "Directive 2014/24/EU, Article 57(4)(d)",
}

// A Warning points at what is lawful, or may be, and needs a thought. It refuses nothing.
type Warning struct {
	Code WarningCode `json:"code" doc:"What kind of warning it is; never changes"`
	// Field is where, as a JSON pointer; empty: it is about the whole.
	Field  string `json:"field,omitempty" doc:"JSON pointer into the request or the record"`
	Detail string `json:"detail" doc:"In words"`
	// Source is the article or rule.
	Source string `json:"source,omitempty" doc:"Article or rule"`
	// About names what it is about, such as tenders.
	About []ID `json:"about,omitempty" doc:"Entries, tenders or procurements that it is about"`
}

// Warn makes a warning about a field.
func Warn(code WarningCode, field, format string, args ...any) Warning {
	return Warning{Code: code, Field: field, Detail: Sentence(format, args...), Source: warningSources[code]}
}

// On adds what the warning is about.
func (w Warning) On(about ...ID) Warning {
	w.About = append(slices.Clone(w.About), about...)
	return w
}

// A Published is a procurement that was published, with those of its buyers who also buy in another one.
type Published struct {
	ID     ID
	Title  Text `gorm:"serializer:json"`
	Buyers []ID `gorm:"serializer:json"`
	// At is when its first lot was published, in procedure time.
	At time.Time
}
