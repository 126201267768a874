package models

// Codes of the specification.
const (
	// CodeNotFrozen says that no frozen version matches the specification as it is now.
	CodeNotFrozen Code = "specification_not_frozen"
	// CodeLotsNotAsDecided refuses to publish other lots than the buyers decided on.
	CodeLotsNotAsDecided Code = "lots_not_as_decided"
	// CodeRequirementsMissing refuses to publish a lot of which suppliers could read no requirement.
	CodeRequirementsMissing Code = "requirements_missing"
	// CodeDocumentUnknown says that no document with the digest was uploaded to the procurement.
	CodeDocumentUnknown Code = "document_unknown"
)

var refusedSpecification = []RefusalType{
	{
		CodeNotFrozen, RefusalConflict, "The specification is not frozen",
		"It was changed after the last version was frozen, or no version was frozen yet. " +
			"Freeze a version and name its digest.",
	},
	{
		CodeLotsNotAsDecided, RefusalConflict, "The lots are not those that were decided",
		"Publish the lots that the buyers approved with the specification, or return to the specification.",
	},
	{
		CodeRequirementsMissing, RefusalConflict, "Suppliers could read no requirement",
		"The tender pack is complete from publication on. Write at least one requirement for each lot, as a minimum " +
			"or to be scored.",
	},
	{
		CodeDocumentUnknown, RefusalConflict, "There is no such document",
		"First upload the document and add it to the procurement.",
	},
}
