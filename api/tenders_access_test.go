package api

// expectedTenderAccess continues [expectedAccess] with documents, lots and tenders.
func expectedTenderAccess(procurement string) map[string]string {
	const (
		writers   = "lead_procurer buyer board drafter opener evaluator chair awarder legal"
		describes = "lead_procurer drafter"
		sealed    = "supplier lead_procurer opener"
	)
	return map[string]string{
		"POST " + procurement + "/uploads":                           writers + " supplier",
		"GET " + procurement + "/uploads/{upload}":                   writers + " supplier",
		"PUT " + procurement + "/uploads/{upload}/chunks/{n}":        writers + " supplier",
		"POST " + procurement + "/uploads/{upload}/actions/complete": writers + " supplier",
		"GET " + procurement + "/uploads/{upload}/content":           writers + " supplier",

		"POST " + procurement + "/documents":                    writers,
		"GET " + procurement + "/documents":                     involved,
		"GET " + procurement + "/documents/{document}":          involved,
		"PUT " + procurement + "/documents/{document}":          writers,
		"GET " + procurement + "/documents/{document}/versions": involved,
		"GET " + procurement + "/documents/{document}/content":  involved,

		"POST " + procurement + "/lots":                  describes,
		"GET " + procurement + "/lots":                   involved,
		"GET " + procurement + "/lots/{lot}":             involved,
		"PATCH " + procurement + "/lots/{lot}":           describes,
		"POST " + procurement + "/actions/publish":       lead,
		"POST " + procurement + "/actions/move_deadline": lead,
		"POST " + procurement + "/actions/end_lot":       lead + " board",

		"POST " + procurement + "/registrations":                         known,
		"POST " + procurement + "/lots/{lot}/tenders":                    "signatory",
		"POST " + procurement + "/tenders/{tender}/actions/replace":      "signatory",
		"POST " + procurement + "/tenders/{tender}/actions/withdraw":     "signatory",
		"GET " + procurement + "/tenders":                                sealed,
		"GET " + procurement + "/tenders/{tender}":                       sealed,
		"GET " + procurement + "/tenders/{tender}/receipt":               sealed,
		"GET " + procurement + "/tenders/{tender}/withdrawal":            sealed,
		"GET " + procurement + "/tenders/{tender}/envelopes/{n}/content": "supplier opener",
	}
}

// expectedAwardAccess continues [expectedAccess] with opening, evaluation and award.
func expectedAwardAccess(procurement string) map[string]string {
	const studying = "lead_procurer board opener evaluator chair awarder legal observer"
	expected := map[string]string{
		"POST " + procurement + "/actions/open":                            "opener",
		"POST " + procurement + "/tenders/{tender}/openings":               "opener",
		"GET " + procurement + "/tenders/{tender}/openings":                studying,
		"GET " + procurement + "/tenders/{tender}/envelopes/{n}/plaintext": studying,
		"GET " + procurement + "/lots/{lot}/tenderers":                     buyers,
		"POST " + procurement + "/tenders/{tender}/score-sheets":           "evaluator",
		"GET " + procurement + "/lots/{lot}/score-sheets":                  studying,
		"POST " + procurement + "/actions/lock_quality":                    "chair",
		"GET " + procurement + "/lots/{lot}/ranking":                       buyers,
		"GET " + procurement + "/lots/{lot}/shortlist":                     buyers,
		"POST " + procurement + "/actions/invite":                          board,
		"POST " + procurement + "/actions/award":                           board,
		"POST " + procurement + "/actions/send_letters":                    lead,
		"GET " + procurement + "/tenders/{tender}/letter":                  studying + " supplier",
		"POST " + procurement + "/notices":                                 lead,
		"GET " + procurement + "/notices":                                  involved,
		"GET " + procurement + "/report-record":                            buyers,
	}
	for entries, writers := range map[string]string{
		"award-criteria": "lead_procurer drafter", "opening-key": lead, "time-limits": "lead_procurer legal",
		"opener-keys": "opener", "opener-set": lead,
		"standstill-facts":      "lead_procurer legal",
		"conflict-declarations": "evaluator chair board awarder",
		"selection-criteria":    "lead_procurer drafter", "selections": "chair",
		"admissions": "lead_procurer chair legal", "consensus-scores": "chair",
		"price-inquiries":     "lead_procurer chair",
		"review-applications": "lead_procurer legal", "contracts": "lead_procurer awarder buyer", "purchases": "buyer",
		"non-purchases": "buyer", "individual-report": "lead_procurer legal",
	} {
		expected["GET "+procurement+"/"+entries] = buyers
		expected["POST "+procurement+"/"+entries] = writers
		expected["GET "+procurement+"/"+entries+"/{entry}"] = buyers
		if entries != "conflict-declarations" && entries != "opener-keys" {
			expected["PUT "+procurement+"/"+entries+"/{entry}"] = writers
			expected["DELETE "+procurement+"/"+entries+"/{entry}"] = writers
		}
	}
	return expected
}
