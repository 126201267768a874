package api

// expectedMarketAccess continues [expectedAccess] with market consultation and engagement.
func expectedMarketAccess(procurement string) map[string]string {
	expected := map[string]string{
		"POST " + procurement + "/actions/announce":                       lead,
		"POST " + procurement + "/actions/extend_consultation":            lead,
		"POST " + procurement + "/actions/release":                        lead,
		"GET " + procurement + "/releases":                                known,
		"GET " + procurement + "/consultations":                           known,
		"POST " + procurement + "/consultations/{announcement}/responses": known,
		"GET " + procurement + "/consultations/{announcement}/responses":  known,
		"GET " + procurement + "/consultation-responses":                  studies,
		"GET " + procurement + "/consultation-responses/{response}":       studies,
		"GET " + procurement + "/tasks":                                   buyers,
	}
	for entries, writers := range map[string]string{
		"consultation-announcements": "lead_procurer drafter", "questionnaires": "lead_procurer drafter",
		"consultation-reports": "lead_procurer drafter", "route": lead, "engagement-plans": lead,
		"bulletins": "lead_procurer drafter", "preceding-pcps": "lead_procurer drafter",
		"market-changes": "lead_procurer buyer", "planning-notices": lead,
	} {
		expected["GET "+procurement+"/"+entries] = buyers
		expected["POST "+procurement+"/"+entries] = writers
		expected["GET "+procurement+"/"+entries+"/{entry}"] = buyers
		expected["PUT "+procurement+"/"+entries+"/{entry}"] = writers
		expected["DELETE "+procurement+"/"+entries+"/{entry}"] = writers
	}
	return expected
}
