package models

// Codes of the specification.
const (
	// CodeNotFrozen says that no version lists the specification as it stands.
	CodeNotFrozen Code = "specification_not_frozen"
	// CodeOwnWork refuses to judge or excuse one's own work.
	CodeOwnWork Code = "own_work"
	// CodeDocumentUnknown says that no document with the digest was uploaded to the procurement.
	CodeDocumentUnknown Code = "document_unknown"
)
