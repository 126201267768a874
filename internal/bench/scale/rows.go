package scale

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Synthetic rows: each procurement of others is running, with three buyers, eight people in roles, entries in two
// versions, votes, commands, a task, a document with its file, two lots with an open box each and a tender in each of
// them, events that have their place in the log, and a webhook endpoint that they were delivered to.

// makeID makes IDs from numbers. They look like any others, but for their dates.
const makeID = `CREATE OR REPLACE FUNCTION pg_temp.made(prefix text,
	n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT prefix || '_' || substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-7' || substr(h, 14, 3) || '-8' ||
		substr(h, 18, 3) || '-' || substr(h, 21, 12) FROM (SELECT md5(prefix || n) AS h) hashed $$`

// digest is a SHA-256 in hexadecimal of some number.
const digest = "encode(sha256(convert_to((%s)::text, 'UTF8')), 'hex')"

// perProcurement are the statements that make the rows of the procurements $1 to $2.
var perProcurement = []string{
	`INSERT INTO organisations (id, legal_name, country, kind)
		SELECT pg_temp.made('org', n), 'Authority ' || n, 'FR',
			'contracting_authority' FROM generate_series($1::bigint, $2) n`,
	`INSERT INTO organisations (id, legal_name, country, kind)
		SELECT pg_temp.made('org', -n), 'Supplier ' || n, 'FR',
			'economic_operator' FROM generate_series($1::bigint, $2) n`,
	`INSERT INTO people (id, organisation_id, name, email)
		SELECT pg_temp.made('per', n * 10 + k), pg_temp.made('org', n), 'Person ' || n || ' ' || k,
			n || '.' || k || '@example.org'
		FROM generate_series($1::bigint, $2) n, generate_series(1, 8) k`,
	`INSERT INTO procurements (id, title, description, languages, mode, zone, status, created_by, started_at, version)
		SELECT pg_temp.made('prc', n), jsonb_build_object('en', 'Procurement ' || n), '{}', '["en"]', 'live',
			'Europe/Paris',
			'running', pg_temp.made('per', n * 10 + 1), clock_timestamp(), 3 FROM generate_series($1::bigint, $2) n`,
	`INSERT INTO consortium_members (procurement_id, organisation_id, lead, joined_at, accepted_at, accepted_by)
		SELECT pg_temp.made('prc', n), pg_temp.made('org', 1 + (n + k) % $2), k = 0, now(), clock_timestamp(),
			pg_temp.made('per', n * 10 + 1) FROM generate_series($1::bigint, $2) n, generate_series(0,
			2) k ON CONFLICT DO NOTHING`,
	`INSERT INTO role_assignments (id, procurement_id, person_id, organisation_id, role, valid_from)
		SELECT pg_temp.made('rol', n * 10 + k), pg_temp.made('prc', n), pg_temp.made('per', n * 10 + k),
			pg_temp.made('org', n),
			(ARRAY['lead_procurer', 'board', 'buyer', 'drafter', 'opener', 'evaluator', 'legal', 'observer'])[k],
			clock_timestamp() FROM generate_series($1::bigint, $2) n, generate_series(1, 8) k`,
	`INSERT INTO phase_rounds (procurement_id, phase, round, status, opened_at)
		SELECT pg_temp.made('prc', n), p, 1, 'open', clock_timestamp()
		FROM generate_series($1::bigint, $2) n, unnest(ARRAY['needs', 'capacity']) p`,
	`INSERT INTO entries (id, procurement_id, kind, phase, round, version, author_id, body, digest, written_at,
		single)
		SELECT pg_temp.made('ent', n * 10 + k), pg_temp.made('prc', n), 'needs_statement', 'needs', 1, 2,
			pg_temp.made('per', n * 10 + 4), jsonb_build_object('text', repeat('need ', 40)),
			` + fmt.Sprintf(digest, "n") + `,
			clock_timestamp(), false FROM generate_series($1::bigint, $2) n, generate_series(1, 5) k`,
	`INSERT INTO entry_versions (entry_id, version, author_id, body, digest, written_at)
		SELECT pg_temp.made('ent', n * 10 + k), v, pg_temp.made('per', n * 10 + 4), jsonb_build_object('text',
			repeat('need ', 40)),
			` + fmt.Sprintf(digest, "n") + `, clock_timestamp()
		FROM generate_series($1::bigint, $2) n, generate_series(1, 5) k, generate_series(1, 2) v`,
	`INSERT INTO votes (id, procurement_id, subject, round, digest, organisation_id, person_id, choice,
		cast_at, asked_at)
		SELECT pg_temp.made('vot', n * 10 + k), pg_temp.made('prc', n), 'gate/needs', 1,
			` + fmt.Sprintf(digest, "n") + `,
			pg_temp.made('org', 1 + (n + k) % $2), pg_temp.made('per', n * 10 + 2), 'approve', now(),
			clock_timestamp()
		FROM generate_series($1::bigint, $2) n, generate_series(0, 2) k`,
	`INSERT INTO commands (id, procurement_id, actor_id, verb, fingerprint, payload, status, done_at, told_at, result)
		SELECT ` + fmt.Sprintf(digest, "'command' || (n * 10 + k)") + `, pg_temp.made('prc', n),
			pg_temp.made('per', n * 10 + 1),
			'vote', sha256('x'), '{}', 'done', now(), clock_timestamp(), '{}'
		FROM generate_series($1::bigint, $2) n, generate_series(1, 4) k`,
	`INSERT INTO tasks (id, procurement_id, kind, subject_id, raised_at)
		SELECT pg_temp.made('tsk', n), pg_temp.made('prc', n), 'bulletin', pg_temp.made('prc', n), clock_timestamp()
		FROM generate_series($1::bigint, $2) n`,
	`INSERT INTO lots (id, procurement_id, number, title)
		SELECT pg_temp.made('lot', n * 10 + k), pg_temp.made('prc', n), k, '{"en": "Lot"}'
		FROM generate_series($1::bigint, $2) n, generate_series(1, 2) k`,
	`INSERT INTO boxes (id, procurement_id, lot_id, stage, hands_in, opened_at, deadline, deadline_local,
		deadline_zone)
		SELECT pg_temp.made('box', n * 10 + k), pg_temp.made('prc', n), pg_temp.made('lot', n * 10 + k),
			'tender', 'tender',
			now(), clock_timestamp() + interval '30 days', '2030-01-01T12:00', 'Europe/Paris'
		FROM generate_series($1::bigint, $2) n, generate_series(1, 2) k`,
	`INSERT INTO tenders (id, lot_id, box_id, organisation_id, person_id, manifest, received_at, recorded_at, receipt)
		SELECT pg_temp.made('tnd', n * 10 + k), pg_temp.made('lot', n * 10 + k), pg_temp.made('box', n * 10 + k),
			pg_temp.made('org', -n), pg_temp.made('per', n * 10 + 1), ` + fmt.Sprintf(digest, "n") + `, now(),
			clock_timestamp(), 'receipt' FROM generate_series($1::bigint, $2) n, generate_series(1, 2) k`,
	`INSERT INTO events (id, procurement_id, type, actor_id, at, recorded_at, data, canonical)
		SELECT e.id, e.procurement, e.type, e.actor, e.at, e.recorded, e.data,
			convert_to(jsonb_build_object('id', e.id,
			'procurement', e.procurement, 'type', e.type, 'actor', e.actor, 'data', e.data,
			'at', to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
			'recorded_at', to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))::text, 'UTF8')
		FROM (SELECT pg_temp.made('evt', n * 10 + k) AS id, pg_temp.made('prc', n) AS procurement,
			'procurement.changed'::text AS type, pg_temp.made('per', n * 10 + 1) AS actor, now() AS at,
			now() AS recorded, '{"version": 2}'::jsonb AS data FROM generate_series($1::bigint, $2) n,
			generate_series(1, 5) k) e`,
	`INSERT INTO uploads (id, procurement_id, organisation_id, person_id, purpose, filename, media_type, size, digest,
		completed_at)
		SELECT pg_temp.made('upl', n), pg_temp.made('prc', n), pg_temp.made('org', n), pg_temp.made('per', n * 10 + 1),
			'document', 'annex.pdf', 'application/pdf', 64, ` + fmt.Sprintf(digest, "n") + `, clock_timestamp()
		FROM generate_series($1::bigint, $2) n`,
	`INSERT INTO upload_chunks (upload_id, n, content, digest)
		SELECT pg_temp.made('upl', n), 0, sha256('annex') || sha256('annex'), sha256('annex')
		FROM generate_series($1::bigint, $2) n`,
	`INSERT INTO documents (id, procurement_id, version, title, audience, upload_id, author_id, written_at)
		SELECT pg_temp.made('doc', n), pg_temp.made('prc', n), 1, '{"en": "Annex"}', 'buyers', pg_temp.made('upl', n),
			pg_temp.made('per', n * 10 + 1), clock_timestamp() FROM generate_series($1::bigint, $2) n`,
	`INSERT INTO document_versions (document_id, version, title, audience, upload_id, author_id, written_at)
		SELECT pg_temp.made('doc', n), 1, '{"en": "Annex"}', 'buyers', pg_temp.made('upl', n),
			pg_temp.made('per', n * 10 + 1), clock_timestamp() FROM generate_series($1::bigint, $2) n`,
	// It selects other events by now: so the relay has nothing for it.
	`INSERT INTO endpoints (id, organisation_id, owner_id, url, types, procurements, rehearsals, secret, status, since,
		version, created_at)
		SELECT pg_temp.made('whe', n), pg_temp.made('org', n), pg_temp.made('per', n * 10 + 1),
			'https://portal.example/' || n, '["lot.closed"]', '[]', false, sha256('x'), 'active', 0, 1,
			clock_timestamp()
		FROM generate_series($1::bigint, $2) n`,
	`INSERT INTO portal_feeds (endpoint_id, procurement_id, asked, told)
		SELECT pg_temp.made('whe', n), pg_temp.made('prc', n), 1, 1 FROM generate_series($1::bigint, $2) n`,
	`INSERT INTO deliveries (endpoint_id, event_id, procurement_id, seq, type, delivered_at)
		SELECT pg_temp.made('whe', n), pg_temp.made('evt', n * 10 + k), pg_temp.made('prc', n), k,
			'procurement.changed', clock_timestamp() FROM generate_series($1::bigint, $2) n, generate_series(1, 5) k`,
	`INSERT INTO delivery_attempts (endpoint_id, event_id, n, started_at, latency, status, fault, answer)
		SELECT pg_temp.made('whe', n), pg_temp.made('evt', n * 10 + k), 1, clock_timestamp(), 1000, 204, '', ''
		FROM generate_series($1::bigint, $2) n, generate_series(1, 5) k`,
}

// made is how many procurements are made in one transaction.
const made = 5000

// makeRows makes procurements of others.
func makeRows(ctx context.Context, conn *pgx.Conn, procurements int) error {
	for _, statement := range []string{"SET session_replication_role = replica", makeID} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("prepare: %w", err)
		}
	}
	for first := 1; first <= procurements; first += made {
		last := min(first+made-1, procurements)
		err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			for _, statement := range perProcurement {
				if _, err := tx.Exec(ctx, statement, first, last); err != nil {
					return fmt.Errorf("%s: %w", statement[:40], err)
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("make procurements %d to %d: %w", first, last, err)
		}
	}
	return nil
}
