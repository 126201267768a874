package scale

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/models"
)

// complete adds what the demonstration does without, so that there is an example for every GET: a webhook endpoint of
// the lead procurer, which is paused, with all events of the last days, a recovery of the lead's organisation, the
// offer of a role to one of its people, and an empty entry of each kind that nobody wrote. These are withdrawn, so that
// nothing follows from them.
func (s *side) complete(ctx context.Context, admin *apiclient.Client, procurement models.ID) error {
	var person, organisation models.ID
	err := s.conn.QueryRow(ctx, `SELECT p.id, p.organisation_id
		FROM role_assignments r JOIN people p ON p.id = r.person_id
		WHERE r.procurement_id = $1 AND r.role = 'lead_procurer'`, string(procurement)).Scan(&person, &organisation)
	if err != nil {
		return fmt.Errorf("find the lead procurer: %w", err)
	}
	if err := s.addEndpoint(ctx, person); err != nil {
		return err
	}
	if _, err := admin.Post(ctx, "/v1/organisations/"+string(organisation)+"/recoveries",
		map[string]any{"name": "Heir", "request_digest": strings.Repeat("0", 64)}, nil); err != nil {
		return err
	}
	if err := s.offerRole(ctx, procurement, person, organisation); err != nil {
		return err
	}
	return s.addEntries(ctx, procurement, person)
}

func (s *side) addEndpoint(ctx context.Context, owner models.ID) error {
	lead, err := keyOf(ctx, s.rig, owner)
	if err != nil {
		return err
	}
	var made struct {
		ID string `json:"id"`
	}
	if _, err := lead.Post(ctx, "/v1/endpoints", map[string]any{
		"url": "http://127.0.0.1:9/", "rehearsals": true,
	}, &made); err != nil {
		return err
	}
	for _, change := range []apiclient.Request{
		{Path: "pause", IfMatch: "*"}, {Path: "replay", In: map[string]any{"since": time.Now().AddDate(0, 0, -2)}},
	} {
		change.Method, change.Path = http.MethodPost, "/v1/endpoints/"+made.ID+"/actions/"+change.Path
		if _, err := lead.Do(ctx, change); err != nil {
			return err
		}
	}
	return nil
}

// offerRole offers a role though the procurement has ended.
func (s *side) offerRole(ctx context.Context, procurement, person, organisation models.ID) error {
	_, err := s.conn.Exec(ctx, `INSERT INTO role_offers
		(id, procurement_id, person_id, organisation_id, offered_for, offered_by, role, offered_at)
		VALUES ($1, $2, $3, $4, $4, $3, 'observer', clock_timestamp())`, string(models.NewID(models.PrefixRoleOffer)),
		string(procurement), string(person), string(organisation))
	if err != nil {
		return fmt.Errorf("offer a role: %w", err)
	}
	return nil
}

func (s *side) addEntries(ctx context.Context, procurement, author models.ID) error {
	for _, rule := range models.EntryRules() {
		_, err := s.conn.Exec(ctx, `WITH made AS (INSERT INTO entries
				(id, procurement_id, kind, phase, round, version, author_id, body, digest, single, written_at,
					withdrawn_at)
				SELECT $1, $2::text, $3::text, $4, 1, 1, $5, '{}', encode(sha256('{}'), 'hex'), false, t.at, t.later
				FROM (SELECT clock_timestamp() AS at, clock_timestamp() AS later) t
				WHERE NOT EXISTS (SELECT FROM entries WHERE procurement_id = $2::text AND kind = $3::text)
				RETURNING id, version, author_id, body, digest, written_at, withdrawn_at)
			INSERT INTO entry_versions (entry_id, version, author_id, body, digest, written_at, withdrawn_at)
				SELECT id, version, author_id, body, digest, written_at, withdrawn_at FROM made`,
			string(models.NewID(models.PrefixEntry)), string(procurement), string(rule.Kind), string(rule.Phase),
			string(author))
		if err != nil {
			return fmt.Errorf("add an entry of %s: %w", rule.Kind, err)
		}
	}
	return nil
}
