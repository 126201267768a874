package models

// A Code names a refusal for programs. Codes never change; texts may.
type Code string

// Codes of requests that are not well formed.
const (
	CodeInvalidRequest       Code = "invalid_request"
	CodeInvalidID            Code = "invalid_id"
	CodeInvalidText          Code = "invalid_text"
	CodeInvalidValue         Code = "invalid_value"
	CodeMissingTranslation   Code = "missing_translation"
	CodeInvalidCursor        Code = "invalid_cursor"
	CodeBodyTooLarge         Code = "body_too_large"
	CodeUnsupportedMediaType Code = "unsupported_media_type"
	CodeMissingKey           Code = "idempotency_key_missing"
	CodeInvalidKey           Code = "idempotency_key_invalid"
	CodeKeyReused            Code = "idempotency_key_reused"
	CodeMissingIfMatch       Code = "if_match_missing"
	CodeStale                Code = "version_stale"
)

// Codes of who is asking.
const (
	CodeUnauthenticated   Code = "unauthenticated"
	CodeForbidden         Code = "forbidden"
	CodeNotFound          Code = "not_found"
	CodeRoleIncompatible  Code = "role_incompatible"
	CodeAuthorMayNotVote  Code = "author_may_not_vote"
	CodeRateLimited       Code = "rate_limited"
	CodeMethodNotAllowed  Code = "method_not_allowed"
	CodeUnavailable       Code = "engine_unavailable"
	CodePending           Code = "command_pending"
	CodeExpired           Code = "command_expired"
	CodeInternal          Code = "internal_error"
	CodeAlreadyExists     Code = "already_exists"
	CodeStillReferred     Code = "still_referred_to"
	CodeLastAdministrator Code = "last_administrator"
)

// Codes of the state a procurement is in.
const (
	CodeNotDraft             Code = "not_a_draft"
	CodeNotRunning           Code = "not_running"
	CodeSuspended            Code = "suspended"
	CodeNotSuspended         Code = "not_suspended"
	CodeEnded                Code = "procurement_ended"
	CodeWrongPhase           Code = "wrong_phase"
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
	CodeNotAMember           Code = "not_a_member"
	CodeLastMember           Code = "last_member"
	CodeIneligible           Code = "consortium_ineligible"
	CodeReturnNotEarlier     Code = "return_not_earlier"
	CodeLotsOpen             Code = "lots_not_ended"
	CodeLeadMissing          Code = "lead_missing"
	CodeUnknownProfile       Code = "profile_unknown"
	CodeIncompatibleDocument Code = "document_mismatch"
)

// Codes of lots and tenders.
const (
	CodeInvalidLocalTime Code = "local_time_invalid"
	CodeDeadlinePassed   Code = "deadline_passed"
	CodeDeadlineMissing  Code = "deadline_missing"
	CodeDeadlineEarlier  Code = "deadline_moved_earlier"
	CodeDeadlineInPast   Code = "deadline_in_past"
	CodeLotNotOpen       Code = "lot_not_open"
	CodeLotClosed        Code = "lot_closed"
	CodeDeadlineNotOver  Code = "deadline_not_over"
	CodeNotSealed        Code = "envelope_not_sealed"
	CodeUploadIncomplete Code = "upload_incomplete"
	CodeDigestMismatch   Code = "digest_mismatch"
	CodeUploadGone       Code = "upload_gone"
	CodeTenderExists     Code = "tender_exists"
	CodeTenderWithdrawn  Code = "tender_withdrawn"
)
