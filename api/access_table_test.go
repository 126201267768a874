package api

import "maps"

// Who may call what, written down a second time and by hand: a change of access has to be made twice.
// The words are those of [rest.Access.Names]; buyers stands for every role but supplier.
const (
	everyone = "public"
	known    = "authenticated"
	platform = "administrator"
	own      = "self"
	voice    = "representative"
	lead     = "lead_procurer"
	board    = "board"
	buyers   = "lead_procurer buyer board drafter opener evaluator chair awarder legal observer"
	involved = buyers + " supplier signatory"
	studies  = "lead_procurer buyer board drafter opener evaluator chair awarder legal"
)

func expectedAccess() map[string]string {
	const procurement = "/v1/procurements/{procurement}"
	expected := map[string]string{
		"GET /livez": everyone, "GET /readyz": everyone, "GET /openapi.json": everyone,
		"GET /docs": everyone, "GET /docs/page.css": everyone, "GET /docs/page.js": everyone,
		"GET /docs/swagger-ui.css": everyone, "GET /docs/swagger-ui-bundle.js": everyone,

		"GET /v1/me":                             known,
		"POST /v1/organisations":                 platform,
		"GET /v1/organisations":                  known,
		"GET /v1/organisations/{organisation}":   known,
		"PATCH /v1/organisations/{organisation}": platform,
		"POST /v1/people":                        platform + " " + voice,
		"GET /v1/people":                         platform + " " + voice,
		"GET /v1/people/{person}":                platform + " " + voice + " " + own,
		"PATCH /v1/people/{person}":              platform + " " + voice,

		"POST /v1/people/{person}/enrolments":       platform + " " + voice,
		"POST /v1/enrolments/actions/redeem":        everyone,
		"POST /v1/people/{person}/api-keys":         own,
		"GET /v1/people/{person}/api-keys":          own + " " + voice,
		"GET /v1/people/{person}/api-keys/{key}":    own + " " + voice,
		"DELETE /v1/people/{person}/api-keys/{key}": own + " " + voice,

		"POST /v1/procurements": known,
		"GET /v1/procurements":  known,
		"GET " + procurement:    involved + " " + voice,
		"PATCH " + procurement:  lead,

		"GET " + procurement + "/links": buyers,

		"GET " + procurement + "/members":                   buyers + " " + voice,
		"GET " + procurement + "/members/{organisation}":    buyers + " " + voice,
		"PUT " + procurement + "/members/{organisation}":    lead,
		"DELETE " + procurement + "/members/{organisation}": lead,
		"GET " + procurement + "/roles":                     involved + " " + voice,
		"POST " + procurement + "/roles":                    "supplier " + voice,
		"GET " + procurement + "/roles/{role}":              involved + " " + voice,
		"DELETE " + procurement + "/roles/{role}":           involved + " " + voice,

		"GET /v1/calendar/places": everyone, "GET /v1/calendar/holidays": everyone,
		"POST /v1/neutrality-check": known, "POST /v1/neutrality-check/file": known,
		"GET /v1/calendar/laws/{law}": everyone, "GET /v1/calendar/period": everyone,
		"GET /v1/calendar/timetable": everyone, "GET " + procurement + "/timetable": buyers,

		"GET /v1/call-profiles": everyone, "GET /v1/call-profiles/{call}": everyone,
		"POST " + procurement + "/eligibility": buyers,

		"GET " + procurement + "/phases":              buyers,
		"GET " + procurement + "/phases/{phase}/gate": buyers,
		"GET " + procurement + "/motions":             buyers,
	}
	for verb, who := range map[string]string{
		"start": lead, "advance": lead, "suspend": board, "resume": board, "vote": board, "cancel": board,
		"return": board, "leave": "board representative",
		"count": "lead_procurer board", "end_partnership_phase": board, "set_aside": board,
	} {
		expected["POST "+procurement+"/actions/"+verb] = who
	}
	for entries, writers := range map[string]string{
		"needs-statements": "buyer drafter", "common-need": "lead_procurer drafter",
		"state-of-the-art": "lead_procurer drafter", "estimates": "buyer",
		"end-user-input": "buyer drafter", "as-is-figures": "buyer drafter",
		"prior-art-searches": "lead_procurer drafter", "standards-landscape": "lead_procurer drafter",
		"preliminary-cases": "lead_procurer drafter", "need-resolutions": "lead_procurer drafter buyer",
		"memorandum": "lead_procurer drafter legal", "budget-approvals": "buyer",
	} {
		expected["GET "+procurement+"/"+entries] = buyers
		expected["POST "+procurement+"/"+entries] = writers
		expected["GET "+procurement+"/"+entries+"/{entry}"] = buyers
		expected["PUT "+procurement+"/"+entries+"/{entry}"] = writers
		expected["DELETE "+procurement+"/"+entries+"/{entry}"] = writers
	}
	maps.Copy(expected, expectedRepresentation(procurement))
	maps.Copy(expected, expectedFinalAccess(procurement))
	maps.Copy(expected, expectedPhaseAccess(procurement))
	maps.Copy(expected, expectedTenderAccess(procurement))
	maps.Copy(expected, expectedFeedAccess(procurement))
	maps.Copy(expected, expectedAwardAccess(procurement))
	maps.Copy(expected, expectedMarketAccess(procurement))
	return expected
}

// expectedRepresentation continues [expectedAccess] with who speaks for whom.
func expectedRepresentation(procurement string) map[string]string {
	const organisation = "/v1/organisations/{organisation}"
	const member, offer = "/members/{organisation}", "/role-offers/{offer}"
	return map[string]string{
		"POST " + organisation + "/representatives":            platform,
		"GET " + organisation + "/representatives":             known,
		"PUT " + organisation + "/representatives/{person}":    voice,
		"DELETE " + organisation + "/representatives/{person}": voice,

		"POST " + organisation + "/recoveries":                             platform,
		"GET " + organisation + "/recoveries":                              known,
		"GET " + organisation + "/recoveries/{recovery}":                   known,
		"POST " + organisation + "/recoveries/{recovery}/actions/object":   known,
		"POST " + organisation + "/recoveries/{recovery}/actions/complete": platform,

		"GET /v1/role-offers":                          voice,
		"GET /v1/role-offers/{offer}":                  voice,
		"DELETE /v1/role-offers/{offer}":               voice,
		"POST /v1/role-offers/{offer}/actions/accept":  voice,
		"POST /v1/role-offers/{offer}/actions/decline": voice,

		"POST " + procurement + member + "/actions/accept":  voice,
		"POST " + procurement + member + "/actions/decline": voice,
		"POST " + procurement + "/role-offers":              voice,
		"GET " + procurement + "/role-offers":               voice,
		"GET " + procurement + offer:                        voice,
		"DELETE " + procurement + offer:                     voice,
	}
}

// expectedFinalAccess is who may write what is never changed and never taken back.
func expectedFinalAccess(procurement string) map[string]string {
	expected := map[string]string{}
	for entries, writers := range map[string]string{
		"need-confirmations": "buyer", "agreement-signatures": "buyer legal", "specification-approvals": "buyer",
		"legal-certifications": "legal", "interest-declarations": buyers,
		"comment-resolutions":   "lead_procurer drafter",
		"memorandum-signatures": "buyer legal",
		"consultation-events":   "lead_procurer drafter buyer", "market-contacts": "lead_procurer drafter buyer legal",
	} {
		expected["GET "+procurement+"/"+entries] = buyers
		expected["POST "+procurement+"/"+entries] = writers
		expected["GET "+procurement+"/"+entries+"/{entry}"] = buyers
	}
	return expected
}
