package models

// Codes of the specification.
const (
	// CodeNotFrozen says that no frozen version matches the specification as it is now.
	CodeNotFrozen Code = "specification_not_frozen"
	// CodeLotsNotAsDecided refuses to publish other lots than the buyers decided on.
	CodeLotsNotAsDecided Code = "lots_not_as_decided"
	// CodeDocumentUnknown says that no document with the digest was uploaded to the procurement.
	CodeDocumentUnknown Code = "document_unknown"
	// CodeProcedureUnfit refuses a procedure that the route of the procurement does not allow.
	CodeProcedureUnfit Code = "procedure_unfit_for_route"
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
		CodeDocumentUnknown, RefusalConflict, "There is no such document",
		"First upload the document and add it to the procurement.",
	},
	{
		CodeProcedureUnfit, RefusalConflict, "The procedure does not fit the route",
		"The route that followed from the market consultation allows other procedures only.",
	},
}
