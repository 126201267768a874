package api

// expectedPhaseAccess is who may read and write what capacity and specification consist of.
func expectedPhaseAccess(procurement string) map[string]string {
	const drafters = "lead_procurer drafter"
	expected := map[string]string{
		"GET " + procurement + "/neutrality-findings":          buyers,
		"GET " + procurement + "/need-findings":                buyers,
		"GET " + procurement + "/warnings":                     buyers,
		"POST " + procurement + "/requirements/actions/import": drafters,

		"POST " + procurement + "/requirements/actions/import_sheet": drafters,
		"GET " + procurement + "/requirements.xlsx":                  buyers,
		"GET " + procurement + "/traceability":                       buyers,
		"GET " + procurement + "/specification-comparison":           buyers,
	}
	for entries, writers := range map[string]string{
		"agreement": "lead_procurer legal drafter", "role-plan": lead, "activities": "lead_procurer buyer",
		"memberships": "buyer drafter", "grant-action": lead,
		"member-traits": "buyer drafter", "network-members": "lead_procurer buyer drafter",
		"certified-periods": "legal", "local-holidays": "lead_procurer legal buyer",

		"requirements": drafters, "glossary": drafters, "specification-clauses": "lead_procurer drafter legal",
		"lots-decision": drafters, "lot-limits": drafters, "conformance-plan": drafters, "pcp-plan": drafters,
		"procedure-choice": drafters, "business-case": drafters, "specification-versions": drafters,

		"specification-comments": buyers,

		"neutrality-answers": "lead_procurer drafter buyer legal",
	} {
		expected["GET "+procurement+"/"+entries] = buyers
		expected["POST "+procurement+"/"+entries] = writers
		expected["GET "+procurement+"/"+entries+"/{entry}"] = buyers
		expected["PUT "+procurement+"/"+entries+"/{entry}"] = writers
		expected["DELETE "+procurement+"/"+entries+"/{entry}"] = writers
	}
	return expected
}
