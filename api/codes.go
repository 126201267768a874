package api

import (
	"maps"
	"net/http"

	"github.com/ppi-engine/ppi/models"
)

// A problemType is what a refusal's code means over HTTP (RFC 9457 §3.1: title and status belong to
// the type, the detail to the occurrence).
type problemType struct {
	status int
	title  string
	// doc says when it happens and what to do; it is part of the reference page.
	doc string
	// retryAfter is in seconds; 0: repeating the same request is of no use or needs no pause.
	retryAfter int
}

// problemTypes holds every code there is. A code without an entry fails the tests.
func problemTypes() map[models.Code]problemType {
	all := map[models.Code]problemType{}
	for _, some := range []map[models.Code]problemType{
		problemsOfRequests(), problemsOfCallers(), problemsOfConflicts(), problemsOfProcess(), problemsOfRules(), problemsOfTenders(), problemsOfWebhooks(), problemsOfAward(), problemsOfSpecification(), problemsOfMarket(),
	} {
		maps.Copy(all, some)
	}
	return all
}

func problemsOfRequests() map[models.Code]problemType {
	return map[models.Code]problemType{
		models.CodeInvalidRequest:       {http.StatusBadRequest, "The request is not well formed", "The URL, a header or the JSON cannot be read. Mend what `errors` names.", 0},
		models.CodeInvalidID:            {http.StatusUnprocessableEntity, "An ID is not well formed", "IDs are a typed prefix, an underscore and a UUID version 7.", 0},
		models.CodeInvalidText:          {http.StatusUnprocessableEntity, "A text cannot be accepted", "Texts are maps from BCP 47 language tags to non-empty strings without U+0000 and without U+202A to U+202E and U+2066 to U+2069, which reverse the order of reading.", 0},
		models.CodeInvalidValue:         {http.StatusUnprocessableEntity, "A value cannot be accepted", "The JSON is well formed, but a field is missing, unknown or outside what is accepted.", 0},
		models.CodeMissingTranslation:   {http.StatusUnprocessableEntity, "A translation is missing", "What is published must be complete in every language of the procurement.", 0},
		models.CodeInvalidCursor:        {http.StatusBadRequest, "The cursor cannot be used", "Cursors come from `next_cursor` of the same list with the same filters.", 0},
		models.CodeBodyTooLarge:         {http.StatusRequestEntityTooLarge, "The body is too large", "Send less, or upload the bytes as a document.", 0},
		models.CodeUnsupportedMediaType: {http.StatusUnsupportedMediaType, "The media type is not supported", "Bodies are application/json unless the operation says otherwise.", 0},
		models.CodeRequestTimeout:       {http.StatusRequestTimeout, "The body did not arrive in time", "Send the request again.", 0},
		models.CodeMissingKey:           {http.StatusBadRequest, "The Idempotency-Key is missing", "Every POST carries an Idempotency-Key of the caller's making, such as a UUID, and repeats it when the request is repeated.", 0},
		models.CodeInvalidKey:           {http.StatusBadRequest, "The Idempotency-Key cannot be used", "A key has 1 to 255 visible ASCII characters, bare or in double quotes.", 0},
		models.CodeKeyReused:            {http.StatusUnprocessableEntity, "The Idempotency-Key belongs to another request", "The same key came before with another body. Use a new key for a new request.", 0},
		models.CodeMissingIfMatch:       {http.StatusPreconditionRequired, "The If-Match header is missing", "A change names the version it was made on: the ETag of the last answer, or * for any.", 0},
		models.CodeStale:                {http.StatusPreconditionFailed, "The resource has changed since", "Read it again, decide again, and send the new ETag.", 0},
	}
}

func problemsOfCallers() map[models.Code]problemType {
	return map[models.Code]problemType{
		models.CodeUnauthenticated:  {http.StatusUnauthorized, "The caller is not known", "Send Authorization: Bearer with an API key that is neither expired nor revoked.", 0},
		models.CodeForbidden:        {http.StatusForbidden, "The caller may not do this", "The operation needs a role that the caller does not hold now.", 0},
		models.CodeNotFound:         {http.StatusNotFound, "There is no such resource", "It does not exist, or the caller holds no role by which to see it.", 0},
		models.CodeMethodNotAllowed: {http.StatusMethodNotAllowed, "The method is not allowed here", "The Allow header lists the methods of this path.", 0},
		models.CodeRateLimited:      {http.StatusTooManyRequests, "Too many requests", "Wait as long as Retry-After says.", 1},
		models.CodeUnavailable:      {http.StatusServiceUnavailable, "The engine cannot answer now", "The database or the workflow engine did not answer in time. Repeat the same request with the same Idempotency-Key.", 1},
		models.CodeInternal:         {http.StatusInternalServerError, "A fault of the engine", "Nothing was changed. Report `error_id` to the operator, whose log has the cause.", 0},
	}
}

func problemsOfConflicts() map[models.Code]problemType {
	return map[models.Code]problemType{
		models.CodeRoleIncompatible:  {http.StatusConflict, "The roles exclude each other", "One person may not hold both roles on one procurement.", 0},
		models.CodeAuthorMayNotVote:  {http.StatusForbidden, "Authors do not approve their own work", "Another board member of the same buyer casts the vote.", 0},
		models.CodePending:           {http.StatusConflict, "The command is still being carried out", "Repeat the same request with the same Idempotency-Key.", 1},
		models.CodeExpired:           {http.StatusConflict, "The command was never carried out", "It was not taken up in time and never will be. Use a new Idempotency-Key.", 0},
		models.CodeAlreadyExists:     {http.StatusConflict, "It exists already", "Change the one that exists instead.", 0},
		models.CodeStillReferred:     {http.StatusConflict, "Something still refers to it", "Remove what refers to it first.", 0},
		models.CodeLastAdministrator: {http.StatusConflict, "The platform needs an administrator", "Make another person administrator first.", 0},
		models.CodeNotAnAuthority:    {http.StatusConflict, "The organisation does not buy", "Only contracting authorities can be members of a consortium or create procurements.", 0},
		models.CodeKeyLimit:          {http.StatusConflict, "The person holds as many keys as allowed", "Two keys can be alive at once, to replace one by the other. Revoke one.", 0},
		models.CodeLastLeadProcurer:  {http.StatusConflict, "The procurement needs a lead procurer", "Give the role to another person first.", 0},
		models.CodeSharesExceeded:    {http.StatusConflict, "The budget shares exceed 100 percent", "Lower another member's share first.", 0},
		models.CodeLeadExists:        {http.StatusConflict, "The consortium has a lead buyer", "Take the lead from the member that has it first.", 0},
	}
}

func problemsOfProcess() map[models.Code]problemType {
	return map[models.Code]problemType{
		models.CodeNotDraft:             {http.StatusConflict, "The procurement is no longer a draft", "What is decided before the start is fixed by it.", 0},
		models.CodeNotRunning:           {http.StatusConflict, "The procurement is not running", "Start or resume it first.", 0},
		models.CodeSuspended:            {http.StatusConflict, "The procurement is suspended", "Resume it first.", 0},
		models.CodeNotSuspended:         {http.StatusConflict, "The procurement is not suspended", "There is nothing to resume.", 0},
		models.CodeEnded:                {http.StatusConflict, "The procurement has ended", "Nothing more can happen to a completed or cancelled procurement.", 0},
		models.CodeWrongPhase:           {http.StatusConflict, "This belongs to another phase", "See `phases` of the procurement for the one that is open.", 0},
		models.CodePhaseNotOpen:         {http.StatusConflict, "The phase is not open", "See `phases` of the procurement.", 0},
		models.CodeDraftIncomplete:      {http.StatusConflict, "The draft is not complete", "`errors` lists what is missing before the procurement can start.", 0},
		models.CodeLiveClock:            {http.StatusConflict, "The clock of a live procurement is real time", "Only rehearsals have a clock that can be set.", 0},
		models.CodeDueBroken:            {http.StatusConflict, "What falls due meets a fault", "The clock stays before what cannot be done; the platform's log says why, under the fault's ID.", 0},
		models.CodeClockBackwards:       {http.StatusUnprocessableEntity, "Procedure time does not run backwards", "Advance to an instant after the present procedure time.", 0},
		models.CodeStaleGate:            {http.StatusConflict, "What is voted on has changed", "Read the gate again and vote on its present digest.", 0},
		models.CodeGateNotMet:           {http.StatusConflict, "The gate's criteria are not met", "`errors` lists the criteria that are not met or unknown.", 0},
		models.CodeAlreadyVoted:         {http.StatusConflict, "The buyer has voted already", "One vote per buyer and gate.", 0},
		models.CodeSuperseded:           {http.StatusConflict, "A later command stands", "What was asked for later has been done; ask again if this is still meant.", 0},
		models.CodeAlreadyMoved:         {http.StatusConflict, "The same is moved already", "Vote on the open motion.", 0},
		models.CodeAlreadyDecided:       {http.StatusConflict, "The motion is decided", "Move anew if it is still wanted.", 0},
		models.CodeNotAMember:           {http.StatusConflict, "The organisation is not a member", "Only members of the consortium can do or be this.", 0},
		models.CodeLastMember:           {http.StatusConflict, "The last member cannot leave", "Cancel the procurement instead.", 0},
		models.CodeIneligible:           {http.StatusConflict, "The consortium is not eligible", "`errors` lists the conditions of the call profile that are not met.", 0},
		models.CodeReturnNotEarlier:     {http.StatusUnprocessableEntity, "A return leads to an earlier phase", "Name a main phase before the one that is open.", 0},
		models.CodeLotsOpen:             {http.StatusConflict, "Lots have not ended", "After publication a return needs every lot ended with a reason.", 0},
		models.CodeLeadMissing:          {http.StatusConflict, "The consortium has no lead buyer", "Mark one member as lead.", 0},
		models.CodeUnknownProfile:       {http.StatusUnprocessableEntity, "The call profile is not known", "Use one of the profiles of this installation.", 0},
		models.CodeIncompatibleDocument: {http.StatusUnprocessableEntity, "The document does not fit", "It belongs to another procurement or is of another kind.", 0},
	}
}

func problemsOfRules() map[models.Code]problemType {
	return map[models.Code]problemType{
		models.CodeBelowStatutoryMinimum: {http.StatusUnprocessableEntity, "The time limit is shorter than the law allows", "The detail names the rule and the earliest date.", 0},
		models.CodeShorteningNotAllowed:  {http.StatusUnprocessableEntity, "The time limit may not be shortened", "The condition of the shortening is not met; the detail names it.", 0},
		models.CodeHolidayUnknown:        {http.StatusUnprocessableEntity, "The holidays are not known", "There is no holiday calendar for that country and year.", 0},
		models.CodeRuleUnknown:           {http.StatusUnprocessableEntity, "The rule is not known", "There is no rule for that act, country and date.", 0},
		models.CodeBudgetShareMissing:    {http.StatusConflict, "A budget share is missing", "Votes weighted by budget share need the share of every member.", 0},
		models.CodeInvalidCriteria:       {http.StatusUnprocessableEntity, "The award criteria cannot be used", "`errors` names what is wrong with them.", 0},
		models.CodeInvalidScore:          {http.StatusUnprocessableEntity, "The score cannot be used", "Scores lie within the scale of their criterion.", 0},
		models.CodeInvalidPrice:          {http.StatusUnprocessableEntity, "The price cannot be used", "Prices are exact decimals above zero.", 0},
	}
}

func problemsOfTenders() map[models.Code]problemType {
	return map[models.Code]problemType{
		models.CodeInvalidLocalTime: {http.StatusUnprocessableEntity, "There is no such local time", "A clock change skips or repeats that hour in the zone. Choose another.", 0},
		models.CodeDeadlinePassed:   {http.StatusConflict, "The deadline has passed", "A late tender is never accepted.", 0},
		models.CodeDeadlineMissing:  {http.StatusConflict, "The lot has no deadline", "Set it first.", 0},
		models.CodeDeadlineEarlier:  {http.StatusUnprocessableEntity, "A deadline is only moved later", "Name an instant after the present deadline.", 0},
		models.CodeDeadlineNotMoved: {http.StatusConflict, "The deadline was not moved", "A significant change of the documents takes more time for tenders (Directive 2014/24/EU, Article 47(3)). Move the deadlines first.", 0},
		models.CodeDeadlineInPast:   {http.StatusUnprocessableEntity, "The deadline lies in the past", "Name an instant after the present procedure time.", 0},
		models.CodeLotNotOpen:       {http.StatusConflict, "The lot does not take tenders", "It takes them from publication until its deadline.", 0},
		models.CodeLotClosed:        {http.StatusConflict, "The lot is closed", "Its box was closed at the deadline.", 0},
		models.CodeDeadlineNotOver:  {http.StatusConflict, "The deadline is not over", "Wait for it.", 0},
		models.CodeNotSealed:        {http.StatusUnprocessableEntity, "The envelope is not sealed", "Envelopes are whole age files made for the procurement's opening key, an X25519 key: never with a passphrase. Sealing is not post-quantum yet.", 0},
		models.CodeUploadIncomplete: {http.StatusConflict, "The upload is not complete", "Send the missing bytes.", 0},
		models.CodeDigestMismatch:   {http.StatusUnprocessableEntity, "The digest does not match", "The bytes received are not those announced. Send them again.", 0},
		models.CodeUploadGone:       {http.StatusConflict, "The upload is gone", "Abandoned uploads are removed. Start again.", 0},
		models.CodeUploadTooLarge:   {http.StatusRequestEntityTooLarge, "The upload is too large", "The detail names the limit.", 0},
		models.CodeUploadLimit:      {http.StatusConflict, "Too many uploads", "Finish those that are not complete, or hand in what was uploaded before; the detail says which.", 0},
		models.CodeUploadComplete:   {http.StatusConflict, "The upload is complete", "Nothing can be added to it.", 0},
		models.CodeLotPublished:     {http.StatusConflict, "The lot is published", "What is published is changed by a command of the process.", 0},
		models.CodeLotsMissing:      {http.StatusConflict, "There are no lots", "A tender phase needs at least one lot.", 0},
		models.CodeAlreadyPublished: {http.StatusConflict, "It is published already", "Publishing happens once.", 0},
		models.CodeLotEnded:         {http.StatusConflict, "The lot has ended", "Nothing more can happen to it.", 0},
		models.CodeNotAnOperator:    {http.StatusConflict, "The organisation does not offer", "Only economic operators hand in tenders.", 0},
		models.CodeTenderReplaced:   {http.StatusConflict, "The tender was replaced", "Read the one that stands now.", 0},
		models.CodeNotInvited:       {http.StatusForbidden, "The organisation was not invited", "At this stage of the procedure only candidates who were invited hand anything in.", 0},
		models.CodeTenderExists:     {http.StatusConflict, "There is a tender already", "Replace it instead.", 0},
		models.CodeTenderWithdrawn:  {http.StatusConflict, "The tender was withdrawn", "Hand in a new one.", 0},
	}
}
