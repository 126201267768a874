package api

// expectedFeedAccess continues [expectedAccess] with the feed and webhook endpoints. An endpoint is looked at
// by its handler: it is its owner's, and in part an administrator's.
func expectedFeedAccess(procurement string) map[string]string {
	expected := map[string]string{
		"GET /v1/events":                 known,
		"GET " + procurement + "/events": buyers,
		"GET /v1/checkpoints/latest":     everyone,
		"GET /v1/public-log":             everyone,
		"GET /v1/keys":                   everyone,
		"GET /v1/event-types":            everyone,
		"GET /v1/event-types/{type}":     everyone,
		"POST /v1/endpoints":             known,
		"GET /v1/endpoints":              known,
	}
	for _, route := range []string{"GET ", "PATCH ", "DELETE "} {
		expected[route+"/v1/endpoints/{endpoint}"] = known
	}
	for _, route := range []string{
		"GET /v1/endpoints/{endpoint}/backlog", "GET /v1/endpoints/{endpoint}/deliveries",
		"POST /v1/endpoints/{endpoint}/actions/rotate", "POST /v1/endpoints/{endpoint}/actions/ping",
		"POST /v1/endpoints/{endpoint}/actions/replay", "POST /v1/endpoints/{endpoint}/actions/pass",
		"POST /v1/endpoints/{endpoint}/actions/pause", "POST /v1/endpoints/{endpoint}/actions/resume",
	} {
		expected[route] = known
	}
	return expected
}
