package models

// Codes of uploads.
const (
	CodeUploadIncomplete Code = "upload_incomplete"
	CodeUploadComplete   Code = "upload_complete"
	CodeUploadGone       Code = "upload_gone"
	CodeUploadTooLarge   Code = "upload_too_large"
	CodeUploadLimit      Code = "upload_limit_reached"
	CodeUploadInCheck    Code = "upload_in_check"
	CodeUploadChanged    Code = "upload_changed"
	CodeUploadSpent      Code = "upload_checks_spent"
	CodeDigestMismatch   Code = "digest_mismatch"
	CodeNotSealed        Code = "envelope_not_sealed"
	CodeTextUnreadable   Code = "text_unreadable"
)

var refusedUploads = []RefusalType{
	{CodeUploadIncomplete, RefusalConflict, "The upload is not complete", "Send the missing bytes."},
	{CodeUploadComplete, RefusalConflict, "The upload is complete", "Nothing can be added to it."},
	{CodeUploadGone, RefusalConflict, "The upload is gone", "Uploads that nobody completes are removed. Start again."},
	{CodeUploadTooLarge, RefusalTooLarge, "The upload is too large", "The detail names the limit."},
	{
		CodeUploadLimit, RefusalConflict, "There are too many uploads",
		"Complete the uploads that are not complete, or hand in what you uploaded before. The detail says which.",
	},
	{
		CodeUploadInCheck, RefusalConflict, "The upload is being checked",
		"Another request has the same bytes checked. Repeat this one as Retry-After says; it gets the result.",
	},
	{
		CodeUploadChanged, RefusalConflict, "The upload has changed",
		"A chunk was sent while the bytes were checked. When all chunks have arrived, complete the upload again.",
	},
	{
		CodeUploadSpent, RefusalConflict, "The upload has failed too many checks",
		"The bytes were others than announced, again and again. Begin a new upload.",
	},
	{
		CodeDigestMismatch, RefusalUnacceptable, "The digest does not match",
		"The bytes that arrived are not those that were announced. Send them again.",
	},
	{
		CodeNotSealed, RefusalUnacceptable, "The envelope is not sealed",
		"An envelope begins with a header for the openers of its box; a whole age file follows. " +
			"A passphrase is not accepted. Sealing is not post-quantum yet.",
	},
	{
		CodeTextUnreadable, RefusalUnacceptable, "The file has no text that can be read",
		"The file is of another kind, protected, damaged or a picture. The detail says which.",
	},
}
