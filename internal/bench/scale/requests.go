package scale

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/auth"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// A request is a GET of the described API that succeeds for somebody.
type request struct {
	operation, path string
	as              *apiclient.Client
}

func (r request) do(ctx context.Context) error {
	answer, err := r.as.Do(ctx, apiclient.Request{Method: http.MethodGet, Path: r.path})
	if err == nil && answer.Status >= http.StatusBadRequest {
		err = fmt.Errorf("GET %s: %d", r.path, answer.Status)
	}
	return err
}

// requests are all GETs that the API describes, each on the procurement and asked by the first of the people who may.
// What nobody may, or what has no example in the procurement, is listed as left out.
func requests(
	ctx context.Context, r *rig.Rig, conn *pgx.Conn, procurement models.ID, people []*apiclient.Client,
) (all []request, left []string, err error) {
	var described struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if _, err := r.Anonymous.Get(ctx, "/openapi.json", &described); err != nil {
		return nil, nil, err
	}
	for path, methods := range described.Paths {
		if _, reads := methods["get"]; !reads || strings.HasSuffix(path, "/events/stream") {
			continue
		}
		filled, ok, err := fill(ctx, conn, path, procurement)
		if err != nil {
			return nil, nil, err
		}
		found := false
		for _, someone := range people {
			if !ok {
				break
			}
			one := request{path, filled, someone}
			if one.do(ctx) == nil {
				all, found = append(all, one), true
				break
			}
		}
		if !found {
			left = append(left, path)
		}
	}
	slices.SortFunc(all, func(a, b request) int { return strings.Compare(a.operation, b.operation) })
	slices.Sort(left)
	return all, left, nil
}

var parameter = regexp.MustCompile(`\{(\w+)\}`)

// examples find something of the procurement $1 for a parameter of a path.
var examples = map[string]string{
	"procurement":  "SELECT $1",
	"organisation": "SELECT organisation_id FROM consortium_members WHERE procurement_id = $1 AND lead",
	"person": `SELECT person_id FROM role_assignments
		WHERE procurement_id = $1 AND role = 'lead_procurer' LIMIT 1`,
	"lot": "SELECT id FROM lots WHERE procurement_id = $1 LIMIT 1",
	"tender": `SELECT t.id FROM tenders t JOIN lots l ON l.id = t.lot_id
		WHERE l.procurement_id = $1 AND t.ended_at IS NULL LIMIT 1`,
	"document":     "SELECT id FROM documents WHERE procurement_id = $1 LIMIT 1",
	"upload":       "SELECT upload_id FROM documents WHERE procurement_id = $1 LIMIT 1",
	"role":         "SELECT id FROM role_assignments WHERE procurement_id = $1 LIMIT 1",
	"notice":       "SELECT id FROM notices WHERE procurement_id = $1 LIMIT 1",
	"command":      "SELECT id FROM commands WHERE procurement_id = $1 LIMIT 1",
	"phase":        "SELECT 'tender'::text WHERE $1 <> ''",
	"envelope":     "SELECT '1'::text WHERE $1 <> ''",
	"version":      "SELECT '1'::text WHERE $1 <> ''",
	"type":         "SELECT 'lot.closed'::text WHERE $1 <> ''",
	"announcement": "SELECT announcement_id FROM consultations WHERE procurement_id = $1 LIMIT 1",
	"consultation": "SELECT announcement_id FROM consultations WHERE procurement_id = $1 LIMIT 1",
	"response":     "SELECT id FROM consultation_responses WHERE procurement_id = $1 LIMIT 1",
	"motion":       "SELECT id FROM motions WHERE procurement_id = $1 LIMIT 1",
	"task":         "SELECT id FROM tasks WHERE procurement_id = $1 LIMIT 1",
	"event":        "SELECT id FROM events WHERE procurement_id = $1 LIMIT 1",
}

// kindOf finds the kind of an entry by the path of its list.
func kindOf(path string) string {
	for _, rule := range models.EntryRules() {
		if strings.Contains(path, "/"+rule.Path+"/{entry}") {
			return string(rule.Kind)
		}
	}
	return ""
}

// fill puts examples in the place of the parameters; false: there is none for one of them.
func fill(ctx context.Context, conn *pgx.Conn, path string, procurement models.ID) (string, bool, error) {
	filled := path
	for _, found := range parameter.FindAllStringSubmatch(path, -1) {
		query := examples[found[1]]
		if found[1] == "entry" {
			query = "SELECT id FROM entries WHERE procurement_id = $1 AND kind = '" + kindOf(path) + "' LIMIT 1"
		}
		if query == "" {
			return "", false, nil
		}
		var value string
		err := conn.QueryRow(ctx, query, string(procurement)).Scan(&value)
		if errors.Is(err, pgx.ErrNoRows) {
			return "", false, nil
		}
		if err != nil {
			return "", false, fmt.Errorf("find an example for %s: %w", path, err)
		}
		filled = strings.Replace(filled, found[0], value, 1)
	}
	return filled, true, nil
}

// peopleOf makes keys for people of the procurement, one for each role, and for those who speak for its buyers.
func peopleOf(
	ctx context.Context, r *rig.Rig, conn *pgx.Conn, procurement models.ID,
) ([]*apiclient.Client, error) {
	rows, err := conn.Query(ctx, `SELECT DISTINCT ON (role) person_id FROM role_assignments
			WHERE procurement_id = $1 AND valid_until IS NULL ORDER BY role, id`, string(procurement))
	if err != nil {
		return nil, fmt.Errorf("find people: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[models.ID])
	if err != nil {
		return nil, fmt.Errorf("find people: %w", err)
	}
	clients := make([]*apiclient.Client, len(ids))
	for i, id := range ids {
		token := auth.NewToken()
		err := r.Store.InTx(ctx, func(tx *store.Tx) error {
			return tx.CreateAPIKey(&models.APIKey{ID: token.ID, PersonID: id, Label: "bench", Digest: token.Digest()})
		})
		if err != nil {
			return nil, err
		}
		clients[i] = r.Anonymous.As(token.Reveal())
	}
	return clients, nil
}
