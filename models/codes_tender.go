package models

// Codes of documents, publication and tenders.
const (
	CodeUploadTooLarge   Code = "upload_too_large"
	CodeUploadLimit      Code = "upload_limit_reached"
	CodeUploadComplete   Code = "upload_complete"
	CodeLotPublished     Code = "lot_published"
	CodeLotsMissing      Code = "lots_missing"
	CodeAlreadyPublished Code = "already_published"
	CodeDeadlineNotMoved Code = "deadline_not_moved"
	CodeLotEnded         Code = "lot_ended"
	CodeNotAnOperator    Code = "not_an_economic_operator"
	CodeTenderReplaced   Code = "tender_replaced"
	CodeNotInvited       Code = "not_invited"
)
