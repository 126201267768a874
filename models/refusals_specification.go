package models

// Codes of the specification.
const (
	// CodeNotFrozen says that no frozen version matches the specification as it is now.
	CodeNotFrozen Code = "specification_not_frozen"
	// CodeCommentsOpen refuses to freeze a specification while comments on it are open.
	CodeCommentsOpen Code = "comments_open"
	// CodeSheetUnreadable refuses a file that is no workbook, or one that is not read: too large, with macros or links.
	CodeSheetUnreadable Code = "sheet_unreadable"
	// CodeSheetLayout refuses a workbook without the sheet or the columns of requirements.
	CodeSheetLayout Code = "sheet_layout_unknown"
	// CodeCellInvalid refuses what stands in one cell.
	CodeCellInvalid Code = "cell_invalid"
	// CodeRowStale refuses a row that was exported from another version of its requirement than the one that stands.
	CodeRowStale Code = "row_stale"
	// CodeLotsNotAsDecided refuses to publish other lots than the buyers decided on.
	CodeLotsNotAsDecided Code = "lots_not_as_decided"
	// CodeRequirementsMissing refuses to publish a lot of which suppliers could read no requirement.
	CodeRequirementsMissing Code = "requirements_missing"
	// CodeBudgetNotApproved refuses a notice or a contract for which a buyer has not approved the money.
	CodeBudgetNotApproved Code = "budget_not_approved"
	// CodeDocumentUnknown says that no document with the digest was uploaded to the procurement.
	CodeDocumentUnknown Code = "document_unknown"
	// CodeProcedureUnfit refuses a procedure that the route of the procurement does not allow.
	CodeProcedureUnfit Code = "procedure_unfit_for_route"
	// CodeNoSuccessor refuses to follow what is no pre-commercial procurement, and to follow one by another.
	CodeNoSuccessor Code = "no_successor_of_pcp"
	// CodeNotPCP refuses what belongs to a pre-commercial procurement only.
	CodeNotPCP Code = "not_pre_commercial"
	// CodeConformanceUnfounded refuses a test of what is no minimum requirement.
	CodeConformanceUnfounded Code = "conformance_test_unfounded"
	// CodeConformanceUnannounced refuses results of tests that no notice announced.
	CodeConformanceUnannounced Code = "conformance_test_unannounced"
	// CodeConformanceMissing and CodeConformanceFailed refuse an award before the announced tests were passed.
	CodeConformanceMissing Code = "conformance_result_missing"
	CodeConformanceFailed  Code = "conformance_test_failed"
	// CodeLotLimitsUnfit refuses limits of lots that do not fit the lots or how they are ranked.
	CodeLotLimitsUnfit Code = "lot_limits_unfit"
	// CodeLotLimit refuses a tender for one lot more than one may tender for.
	CodeLotLimit Code = "lot_limit_reached"
	// CodeLotsTogether refuses an award that depends on other lots which are not that far.
	CodeLotsTogether Code = "lots_depend_on_each_other"
)

var refusedSpecification = []RefusalType{
	{
		CodeNotFrozen, RefusalConflict, "The specification is not frozen",
		"It was changed after the last version was frozen, or no version was frozen yet. " +
			"Freeze a version and name its digest.",
	},
	{
		CodeCommentsOpen, RefusalConflict, "Comments on the specification are open",
		"Resolve each comment, with its reason, or have its author withdraw it. Then freeze the specification.",
	},
	{
		CodeSheetUnreadable, RefusalUnacceptable, "The file cannot be read as a sheet of requirements",
		"Send an .xlsx file without macros and without links to other files, such as the one that the engine exports.",
	},
	{
		CodeSheetLayout, RefusalUnacceptable, "The sheet has other columns",
		"Export the requirements, and write into that sheet. Its head may be in any of the six languages.",
	},
	{
		CodeCellInvalid, RefusalUnacceptable, "What stands in a cell is not accepted",
		"The refusal names the cell and says what would be accepted. Nothing of the file was written.",
	},
	{
		CodeRowStale, RefusalConflict, "A requirement has changed since the sheet was exported",
		"Export the requirements again, and make the change in that sheet.",
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
		CodeBudgetNotApproved, RefusalConflict, "The money is not approved",
		"Each buyer records who of its own has approved the money, and when: before the notice, for its estimate; " +
			"and of the result, before a contract binds it.",
	},
	{
		CodeDocumentUnknown, RefusalConflict, "There is no such document",
		"First upload the document and add it to the procurement.",
	},
	{
		CodeProcedureUnfit, RefusalConflict, "The procedure does not fit the route",
		"The route that followed from the market consultation allows other procedures only.",
	},
	{
		CodeNoSuccessor, RefusalConflict, "The procurement does not follow that one",
		"A procurement follows a pre-commercial procurement of one of its buyers, and buys what was developed.",
	},
	{
		CodeNotPCP, RefusalConflict, "This is no pre-commercial procurement",
		"Phases of research and development are those of the route pcp.",
	},
	{
		CodeConformanceUnfounded, RefusalConflict, "A test needs a minimum requirement",
		"A tender that does not pass is excluded, so a test shows nothing but whether minimum requirements are met.",
	},
	{
		CodeConformanceUnannounced, RefusalConflict, "The tests were not announced",
		"Tenders are tested only if the specification and the notice said so.",
	},
	{
		CodeConformanceMissing, RefusalConflict, "The results of the announced tests are missing",
		"Record what the tests have shown before the lot is awarded.",
	},
	{
		CodeConformanceFailed, RefusalConflict, "A tender has not passed the announced tests",
		"Exclude it with its reason; the lot goes to the next.",
	},
	{
		CodeLotLimitsUnfit, RefusalConflict, "The limits of lots do not fit the lots",
		"Change the limits, the lots or how they are ranked, and have the specification approved anew.",
	},
	{
		CodeLotLimit, RefusalConflict, "One may not tender for so many lots",
		"The notice limits for how many lots one tenderer may tender. Withdraw the tender for another lot first.",
	},
	{
		CodeLotsTogether, RefusalConflict, "The award depends on other lots",
		"The notice limits how many lots one tenderer is awarded: rank, award or end other lots first.",
	},
}
