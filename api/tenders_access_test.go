package api

import "slices"

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

		"GET " + procurement + "/tender-pack":                              everyone,
		"GET " + procurement + "/tender-pack/documents/{document}/content": everyone,
		"GET " + procurement + "/tender-pack/notices":                      everyone,
		"GET " + procurement + "/tender-pack/preview":                      buyers,
		"GET " + procurement + "/tender-pack/preview/{file}":               buyers,

		"POST " + procurement + "/questions":                              "supplier",
		"GET " + procurement + "/questions":                               buyers + " supplier",
		"GET " + procurement + "/questions/{question}":                    buyers + " supplier",
		"PUT " + procurement + "/questions/{question}/answer":             "lead_procurer legal drafter",
		"POST " + procurement + "/questions/{question}/actions/set_aside": "lead_procurer legal",
		"POST " + procurement + "/actions/publish_answers":                "lead_procurer legal",
		"POST " + procurement + "/actions/extend_for_outage":              lead,
		"POST " + procurement + "/actions/change_openers":                 lead,

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
		"POST " + procurement + "/tenders/{tender}/actions/confirm":      "signatory",
		"GET " + procurement + "/tenders/{tender}/changes":               sealed,
		"GET " + procurement + "/tenders/{tender}/confirmation":          sealed,
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
		"GET " + procurement + "/boxes/{box}/sealing":                      involved,
		"GET " + procurement + "/boxes/{box}/headers":                      "opener",
		"POST " + procurement + "/boxes/{box}/releases":                    "opener",
		"GET " + procurement + "/boxes/{box}/releases":                     buyers,
		"POST " + procurement + "/boxes/{box}/handovers":                   "opener",
		"POST " + procurement + "/opener-tests":                            "lead_procurer opener",
		"GET " + procurement + "/opener-tests":                             buyers,
		"GET " + procurement + "/opener-tests/{test}":                      buyers,
		"POST " + procurement + "/opener-tests/{test}/releases":            "opener",
		"POST " + procurement + "/actions/open":                            "opener",
		"GET " + procurement + "/tenders/{tender}/openings":                studying + " supplier",
		"GET " + procurement + "/tenders/{tender}/envelopes/{n}/plaintext": studying,
		"GET " + procurement + "/lots/{lot}/tenderers":                     buyers,
		"POST " + procurement + "/tenders/{tender}/score-sheets":           "evaluator",
		"GET " + procurement + "/lots/{lot}/score-sheets":                  studying,
		"POST " + procurement + "/actions/lock_quality":                    "chair",
		"GET " + procurement + "/lots/{lot}/ranking":                       buyers,
		"GET " + procurement + "/lots/{lot}/quality":                       buyers,
		"GET " + procurement + "/lots/{lot}/method":                        buyers,
		"GET " + procurement + "/lots/{lot}/shortlist":                     buyers,
		"POST " + procurement + "/actions/invite":                          board,
		"POST " + procurement + "/actions/award":                           board,
		"POST " + procurement + "/actions/send_letters":                    lead,
		"GET " + procurement + "/tenders/{tender}/letter":                  studying + " supplier",
		"GET " + procurement + "/tenders/{tender}/letter.html":             studying + " supplier",
		"GET " + procurement + "/tenders/{tender}/letter.pdf":              studying + " supplier",
		"POST " + procurement + "/notices":                                 lead,
		"GET " + procurement + "/notices":                                  involved,
		"GET " + procurement + "/report-record":                            buyers,
		"GET " + procurement + "/report-record.html":                       buyers,
		"GET " + procurement + "/report-record.pdf":                        buyers,
		"GET " + procurement + "/retention":                                buyers,
	}
	final := []string{
		"conflict-declarations", "tie-draws", "tender-sessions", "opener-keys", "talks", "shared-information",
		"partnership-reports", "contract-modifications", "acceptances", "award-signatures",
	}
	for entries, writers := range map[string]string{
		"award-criteria": "lead_procurer drafter", "pcp-phases": lead,
		"opener-keys": "opener", "opener-set": lead, "opener-losses": "opener board",
		"time-limits":           "lead_procurer legal",
		"standstill-facts":      "lead_procurer legal",
		"conflict-declarations": "evaluator chair board awarder",
		"selection-criteria":    "lead_procurer drafter", "selections": "chair",
		"admissions": "lead_procurer chair legal", "consensus-scores": "chair",
		"price-inquiries": "lead_procurer chair", "cost-values": "lead_procurer chair",
		"tie-draws": "lead_procurer chair", "conformance-results": "lead_procurer chair",
		"completion-requests": "lead_procurer chair legal", "tender-sessions": "lead_procurer chair",
		"conduct": "lead_procurer drafter", "talks": "lead_procurer chair", "shared-information": "lead_procurer",
		"partnership-plans": "lead_procurer drafter", "partnership-reports": "lead_procurer chair",
		"framework-terms": "lead_procurer drafter", "call-offs": "buyer", "acceptances": "buyer",
		"contract-modifications": "lead_procurer awarder legal buyer",
		"review-applications":    "lead_procurer legal",
		"award-signatures":       "awarder",
		"review-body":            "lead_procurer legal",
		"contracts":              "lead_procurer awarder buyer", "purchases": "buyer",
		"non-purchases": "buyer", "individual-report": "lead_procurer legal", "publication-proofs": lead,
	} {
		expected["GET "+procurement+"/"+entries] = buyers
		expected["POST "+procurement+"/"+entries] = writers
		expected["GET "+procurement+"/"+entries+"/{entry}"] = buyers
		if !slices.Contains(final, entries) {
			expected["PUT "+procurement+"/"+entries+"/{entry}"] = writers
			expected["DELETE "+procurement+"/"+entries+"/{entry}"] = writers
		}
	}
	return expected
}
