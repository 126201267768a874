package models

// Codes of requests that cannot be taken as they are.
const (
	CodeInvalidRequest       Code = "invalid_request"
	CodeInvalidID            Code = "invalid_id"
	CodeInvalidText          Code = "invalid_text"
	CodeInvalidValue         Code = "invalid_value"
	CodeMissingTranslation   Code = "missing_translation"
	CodeInvalidCursor        Code = "invalid_cursor"
	CodePlaceLost            Code = "place_lost"
	CodeBodyTooLarge         Code = "body_too_large"
	CodeUnsupportedMediaType Code = "unsupported_media_type"
	CodeRequestTimeout       Code = "request_timeout"
	CodeMissingKey           Code = "idempotency_key_missing"
	CodeInvalidKey           Code = "idempotency_key_invalid"
	CodeKeyReused            Code = "idempotency_key_reused"
	CodeAnswerLost           Code = "idempotency_answer_lost"
	CodeMissingIfMatch       Code = "if_match_missing"
	CodeStale                Code = "version_stale"
	CodeMethodNotAllowed     Code = "method_not_allowed"
	CodeRateLimited          Code = "rate_limited"
	CodeUnavailable          Code = "engine_unavailable"
	CodeExpired              Code = "command_expired"
	CodeInternal             Code = "internal_error"
	CodeNotPrintable         Code = "not_printable"
)

var refusedRequests = []RefusalType{
	{
		CodeInvalidRequest, RefusalMalformed, "The request is not well formed",
		"The URL, a header or the JSON cannot be read. Correct what `errors` names.",
	},
	{
		CodeInvalidID, RefusalUnacceptable, "An ID is not well formed",
		"An ID is a prefix that names its type, an underscore and a UUID version 7.",
	},
	{
		CodeInvalidText, RefusalUnacceptable, "A text cannot be accepted",
		"A text is a map from BCP 47 language tags to strings that are not empty. It must not contain U+0000, " +
			"nor U+202A to U+202E and U+2066 to U+2069, which reverse the order of reading.",
	},
	{
		CodeInvalidValue, RefusalUnacceptable, "A value cannot be accepted",
		"The JSON is well formed, but a field is missing, is unknown or has a value that is not allowed. " +
			"`errors` says what would be accepted.",
	},
	{
		CodeMissingTranslation, RefusalUnacceptable, "A translation is missing",
		"What is published must exist in every language of the procurement.",
	},
	{
		CodeInvalidCursor, RefusalMalformed, "The cursor cannot be used",
		"Take the cursor from `next_cursor` of the same list, and keep the same filters.",
	},
	{
		CodePlaceLost, RefusalConflict, "The log does not go on from there any more",
		"The record was restored from a backup. Read from an earlier place, or from the beginning, and ignore what " +
			"you have. What you have and do not find again was lost.",
	},
	{
		CodeBodyTooLarge, RefusalTooLarge, "The body is too large",
		"Send less, or upload the bytes as a document.",
	},
	{
		CodeUnsupportedMediaType, RefusalOtherMedia, "The media type is not supported",
		"The body must be application/json, unless the operation says otherwise.",
	},
	{
		CodeNotPrintable, RefusalConflict, "There is no PDF of this",
		"The text has characters that the fonts of the PDF lack, or is written from right to left. Read the web page.",
	},
	{CodeRequestTimeout, RefusalTooSlow, "The body did not arrive in time", "Send the request again."},
	{
		CodeMissingKey, RefusalMalformed, "The Idempotency-Key is missing",
		"Every POST needs an Idempotency-Key that the caller makes, such as a UUID. " +
			"When the request is repeated, the key is the same.",
	},
	{
		CodeInvalidKey, RefusalMalformed, "The Idempotency-Key cannot be used",
		"A key has 1 to 255 visible ASCII characters. It may stand in double quotes.",
	},
	{
		CodeKeyReused, RefusalUnacceptable, "The Idempotency-Key belongs to another request",
		"The same key came before with another body. Use a new key for a new request.",
	},
	{
		CodeAnswerLost, RefusalConflict, "The answer cannot be shown again",
		"The request was carried out, once. An upgrade has changed how answers are kept. Read what it has made.",
	},
	{
		CodeMissingIfMatch, RefusalUnversioned, "The If-Match header is missing",
		"A change names the version that it was made on: the ETag of the last answer, or * for any version.",
	},
	{
		CodeStale, RefusalStale, "The resource has changed",
		"Somebody changed it after you read it. Read it again, decide again, and send the new ETag.",
	},
	{
		CodeMethodNotAllowed, RefusalNotOffered, "The method is not allowed here",
		"The Allow header lists the methods of this path.",
	},
	{CodeRateLimited, RefusalTooMany, "There are too many requests", "Wait as long as Retry-After says."},
	{
		CodeUnavailable, RefusalUnavailable, "The engine cannot answer now",
		"The database or the workflow engine did not answer in time. " +
			"Repeat the same request with the same Idempotency-Key.",
	},
	{
		CodeExpired, RefusalConflict, "The command was never carried out",
		"The process did not take it up in time and never will. Send it again with a new Idempotency-Key.",
	},
	{
		CodeInternal, RefusalFault, "The engine met a fault",
		"Nothing was changed. Report `error_id` to the people who run the platform: they find the cause in the log.",
	},
}
