package models

// Codes of publication, opening, evaluation and award.
const (
	CodeSecretKey          Code = "secret_key_refused" //nolint:gosec // names a refusal
	CodeFrozen             Code = "frozen_by_publication"
	CodeCapacityOpen       Code = "capacity_not_closed"
	CodeEngagementStale    Code = "engagement_not_current"
	CodeSpecificationOpen  Code = "specification_not_closed"
	CodeCriteriaMissing    Code = "award_criteria_missing"
	CodeOpeningKeyMissing  Code = "opening_key_missing"
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
	CodeRankingChanged     Code = "ranking_changed"
	CodeNoWinner           Code = "no_winner"
	CodeNotAwarded         Code = "lot_not_awarded"
	CodeAlreadyAwarded     Code = "lot_awarded"
	CodeLettersSent        Code = "letters_sent"
	CodeOpeningKeyUsed     Code = "opening_key_used"
	CodeStandstill         Code = "standstill_running"
	CodeReviewPending      Code = "review_pending"
	CodeContractSigned     Code = "contract_signed"
	CodeEntryFinal         Code = "entry_final"
)
