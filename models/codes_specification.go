package models

// Codes of the specification.
const (
	// CodeNotFrozen says that no version lists the specification as it stands.
	CodeNotFrozen Code = "specification_not_frozen"
	// CodeOwnWork refuses to judge or excuse one's own work.
	CodeOwnWork Code = "own_work"
	// CodeLotsNotAsDecided refuses to publish other lots than the buyers decided on.
	CodeLotsNotAsDecided Code = "lots_not_as_decided"
	// CodeDocumentUnknown says that no document with the digest was uploaded to the procurement.
	CodeDocumentUnknown Code = "document_unknown"
)
