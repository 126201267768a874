package rig

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

// examples find something of the procurement $1 for a parameter of a path of the API: always the same, the oldest.
var examples = map[string]string{
	"procurement":  "SELECT $1",
	"organisation": "SELECT organisation_id FROM consortium_members WHERE procurement_id = $1 AND lead",
	"person":       "SELECT person_id FROM " + leads,
	"key":          "SELECT k.id FROM api_keys k JOIN " + leads + " ON k.person_id = r.person_id",
	"endpoint":     "SELECT e.id FROM endpoints e JOIN " + leads + " ON e.owner_id = r.person_id",
	"recovery": `SELECT c.id FROM recoveries c JOIN consortium_members m ON m.organisation_id = c.organisation_id
		WHERE m.procurement_id = $1 AND m.lead`,
	"lot": "SELECT id FROM lots WHERE procurement_id = $1",
	"tender": `SELECT t.id FROM tenders t JOIN lots l ON l.id = t.lot_id
		WHERE l.procurement_id = $1 AND t.ended_at IS NULL`,
	"box":          "SELECT id FROM boxes WHERE procurement_id = $1",
	"test":         "SELECT id FROM opener_tests WHERE procurement_id = $1",
	"n":            "SELECT '1' WHERE $1 <> ''",
	"document":     "SELECT id FROM documents WHERE procurement_id = $1",
	"upload":       "SELECT upload_id FROM documents WHERE procurement_id = $1 AND rendering = ''",
	"question":     "SELECT id FROM questions WHERE procurement_id = $1",
	"file":         "SELECT 'tender-pack.json' WHERE $1 <> ''",
	"role":         "SELECT id FROM role_assignments WHERE procurement_id = $1",
	"offer":        "SELECT id FROM role_offers WHERE procurement_id = $1",
	"phase":        "SELECT 'tender' WHERE $1 <> ''",
	"type":         "SELECT 'tender.received' WHERE $1 <> ''",
	"law":          "SELECT 'FR' WHERE $1 <> ''",
	"call":         "SELECT 'COS-PPI-2020-2-04' WHERE $1 <> ''",
	"announcement": "SELECT announcement_id FROM consultations WHERE procurement_id = $1",
	"response":     "SELECT id FROM consultation_responses WHERE procurement_id = $1",
}

// queries are what some operations cannot do without.
var queries = map[string]string{
	"/v1/calendar/holidays":  "?place=DE-NW&year=2026",
	"/v1/calendar/period":    "?law=ES&place=FR-75&rule=standstill&from=2026-03-02",
	"/v1/calendar/timetable": "?law=FR&notice=2026-03-02",

	"/v1/procurements/{procurement}/boxes/{box}/headers": "?kind=quality",
}

const leads = `(SELECT person_id FROM role_assignments WHERE procurement_id = $1 AND role = 'lead_procurer'
	ORDER BY id LIMIT 1) r`

var parameter = regexp.MustCompile(`\{(\w+)\}`)

// Fill puts examples in the place of the parameters of a path that the API describes. find answers a query for the
// procurement, which it passes as $1; "": there is nothing. Parameters without an example stay, and are missing.
func Fill(path string, find func(query string) (string, error)) (filled string, missing []string, err error) {
	filled = path + queries[path]
	for _, found := range parameter.FindAllStringSubmatch(path, -1) {
		query, err := exampleOf(path, found[1])
		if err != nil {
			return "", nil, err
		}
		value, err := find(query + " ORDER BY 1 LIMIT 1")
		switch {
		case err != nil:
			return "", nil, fmt.Errorf("find an example for %s: %w", path, err)
		case value == "":
			missing = append(missing, found[1])
		default:
			filled = strings.Replace(filled, found[0], value, 1)
		}
	}
	return filled, missing, nil
}

func exampleOf(path, name string) (string, error) {
	if name == "entry" {
		for _, rule := range models.EntryRules() {
			if strings.Contains(path, "/"+rule.Path+"/{entry}") {
				return "SELECT id FROM entries WHERE procurement_id = $1 AND kind = '" + string(rule.Kind) + "'", nil
			}
		}
	}
	query, known := examples[name]
	if !known {
		return "", fmt.Errorf("there is no example of {%s} in %s", name, path)
	}
	return query, nil
}
