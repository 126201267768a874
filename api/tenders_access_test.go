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
		"POST " + procurement + "/actions/end_lot":       lead,

		"POST " + procurement + "/registrations":                         known,
		"POST " + procurement + "/lots/{lot}/tenders":                    "supplier",
		"POST " + procurement + "/tenders/{tender}/actions/replace":      "supplier",
		"POST " + procurement + "/tenders/{tender}/actions/withdraw":     "supplier",
		"GET " + procurement + "/tenders":                                sealed,
		"GET " + procurement + "/tenders/{tender}":                       sealed,
		"GET " + procurement + "/tenders/{tender}/receipt":               sealed,
		"GET " + procurement + "/tenders/{tender}/withdrawal":            sealed,
		"GET " + procurement + "/tenders/{tender}/envelopes/{n}/content": "supplier opener",
	}
}
