package scale

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/auth"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// A reader is somebody who asks, in a role. Other roles may see more, which takes longer.
type reader struct {
	role   string
	client *apiclient.Client
}

// A request is a GET of the described API that succeeds for somebody.
type request struct {
	operation, path string
	as              reader
}

func (r request) do(ctx context.Context) error {
	answer, err := r.as.client.Do(ctx, apiclient.Request{Method: http.MethodGet, Path: r.path})
	if err == nil && answer.Status >= http.StatusBadRequest {
		err = fmt.Errorf("GET %s: %d", r.path, answer.Status)
	}
	return err
}

// notThere is what the played procurement, and the platform at its end, do not have.
var notThere = map[string]string{
	"/v1/checkpoints/latest":                                     "nothing is signed yet",
	"/v1/procurements/{procurement}/lots/{lot}/shortlist":        "the procedure has one stage",
	"/v1/procurements/{procurement}/tenders/{tender}/withdrawal": "the tender was not withdrawn",
}

// requests are all GETs that the API describes, each on the procurement and asked by the first of the people who may.
// It is an error if one that is not among those of [notThere] can be read by nobody.
func requests(
	ctx context.Context, r *rig.Rig, conn *pgx.Conn, procurement models.ID, people []reader,
) (all []request, err error) {
	var described struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if _, err := r.Anonymous.Get(ctx, "/openapi.json", &described); err != nil {
		return nil, err
	}
	var faults []error
	for path, methods := range described.Paths {
		if _, reads := methods["get"]; !reads || strings.HasSuffix(path, "/events/stream") {
			continue
		}
		filled, err := fill(ctx, conn, path, procurement)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		var refused error
		first := slices.IndexFunc(people, func(someone reader) bool {
			err := request{path, filled, someone}.do(ctx)
			refused = errors.Join(refused, err)
			return err == nil
		})
		switch _, absent := notThere[path]; {
		case first >= 0:
			all = append(all, request{path, filled, people[first]})
		case !absent:
			faults = append(faults, fmt.Errorf("nobody can read %s: %w", filled, refused))
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	slices.SortFunc(all, func(a, b request) int { return strings.Compare(a.operation, b.operation) })
	return all, nil
}

// fill puts examples in the place of the parameters. Without an example of one of them the measurement is incomplete.
func fill(ctx context.Context, conn *pgx.Conn, path string, procurement models.ID) (string, error) {
	filled, missing, err := rig.Fill(path, func(query string) (value string, err error) {
		err = conn.QueryRow(ctx, query, string(procurement)).Scan(&value)
		if errors.Is(err, pgx.ErrNoRows) {
			err = nil
		}
		return value, err
	})
	if err == nil && len(missing) > 0 {
		err = fmt.Errorf("the procurement has no %v for %s", missing, path)
	}
	return filled, err
}

// peopleOf makes keys for people of the procurement: one for each role, and all who speak for a buyer or a supplier.
func peopleOf(
	ctx context.Context, r *rig.Rig, conn *pgx.Conn, procurement models.ID,
) ([]reader, error) {
	rows, err := conn.Query(ctx, `(SELECT DISTINCT ON (role) role, person_id FROM role_assignments
			WHERE procurement_id = $1 AND valid_until IS NULL ORDER BY role, id)
		UNION SELECT role, person_id FROM seat_roles
			WHERE procurement_id = $1 AND role IN ('representative', 'supplier')
		ORDER BY role, person_id`, string(procurement))
	if err != nil {
		return nil, fmt.Errorf("find people: %w", err)
	}
	type holder struct{ Role, PersonID string }
	holders, err := pgx.CollectRows(rows, pgx.RowToStructByPos[holder])
	if err != nil {
		return nil, fmt.Errorf("find people: %w", err)
	}
	people := make([]reader, len(holders))
	for i, h := range holders {
		people[i].role = h.Role
		if people[i].client, err = keyOf(ctx, r, models.ID(h.PersonID)); err != nil {
			return nil, err
		}
	}
	return people, nil
}

// keyOf gives a person a further key.
func keyOf(ctx context.Context, r *rig.Rig, person models.ID) (*apiclient.Client, error) {
	token := auth.NewToken()
	err := r.Store.InTx(ctx, func(tx *store.Tx) error {
		return tx.CreateAPIKey(&models.APIKey{ID: token.ID, PersonID: person, Label: "bench", Digest: token.Digest()})
	})
	if err != nil {
		return nil, err
	}
	return r.Anonymous.As(token.Reveal()), nil
}
