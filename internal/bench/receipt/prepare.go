package receipt

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/ppi-engine/ppi/models"
)

// IDs of what is made beforehand are counted, so that both sides can name them without looking.
func id(prefix models.Prefix, class, n int) models.ID {
	return models.ID(fmt.Sprintf("%s_01a00000-0000-7%03x-8000-%012x", prefix, class, n))
}

// sqlID is [id] of the SQL expression n.
func sqlID(prefix models.Prefix, class int, n string) string {
	return fmt.Sprintf("'%s_01a00000-0000-7%03x-8000-' || lpad(to_hex(%s), 12, '0')", prefix, class, n)
}

const (
	// Classes of uploads.
	quality, price, wrong = 1, 2, 3
	// envelopeDigest stands for the digest of every envelope: no bytes are stored with the uploads, since
	// receiving a tender reads none.
	envelopeDigest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
	envelopeSize   = 4096
	secretDigits   = 43
)

func procurementID() models.ID { return id(models.PrefixProcurement, 0, 1) }

// lotID is the product's lot for 0, one of pgbench's from 1, and then that of the history.
func lotID(n int) models.ID { return id(models.PrefixLot, 0, n) }

// boxID is the box of that lot.
func openerSetID() models.ID { return id(models.PrefixEntry, 0, 0) }

// fingerprint is as long as that of openers.
const fingerprint = "EMXK-GZPW-Z2EG-QYYS-1PZF-6719-6H81-D2DK"

func boxID(n int) models.ID { return id(models.PrefixBox, 0, n) }

// secret is the secret of supplier n's API key.
func secret(n int) string { return fmt.Sprintf("%0*d", secretDigits, n) }

// prepare makes a procurement with a lot for the product, lots for pgbench and one for what was handed in
// before, and the suppliers: each an organisation with a person, a key, the role, and two complete uploads.
func prepare(ctx context.Context, admin string, suppliers, lots int) error {
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return fmt.Errorf("connect to prepare: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	statements := slices.Concat(procurement(lots), all(suppliers),
		[]string{history(lots+1, suppliers), "VACUUM ANALYZE", "CHECKPOINT"})
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("prepare suppliers: %s: %w", statement, err)
		}
	}
	return nil
}

func procurement(lots int) []string {
	lead, buyer := id(models.PrefixPerson, 0, 0), id(models.PrefixOrganisation, 0, 0)
	statements := []string{
		fmt.Sprintf(`INSERT INTO organisations (id, legal_name, country, kind)
			VALUES ('%s', 'Buyer', 'FR', 'contracting_authority')`, buyer),
		fmt.Sprintf("INSERT INTO people (id, organisation_id, name, email) VALUES ('%s', '%s', 'Lead', '')", lead,
			buyer),
		fmt.Sprintf(`INSERT INTO procurements
				(id, title, description, languages, mode, zone, status, created_by, started_at)
			VALUES ('%s', '{"en": "Bench"}', '{}', '["en"]', 'live', 'Europe/Paris', 'running', '%s',
				clock_timestamp())`,
			procurementID(), lead),
	}
	statements = append(statements,
		fmt.Sprintf(`INSERT INTO entries (id, procurement_id, kind, phase, round, organisation_id, version, author_id,
				body, digest, written_at, single)
			VALUES ('%s', '%s', 'opener_set', 'tender', 1, '%s', 1, '%s', '{}', '%s', clock_timestamp(), true)`,
			openerSetID(), procurementID(), buyer, lead, envelopeDigest),
		"INSERT INTO entry_versions (entry_id, version, author_id, body, digest, written_at) "+
			"SELECT id, version, author_id, body, digest, written_at FROM entries")
	for n := range lots + 2 {
		// The product's own is moved while it runs; the others take what is dated by hand.
		deadline := "'2100-01-01T12:00Z'"
		if n == 0 {
			deadline = "clock_timestamp() + interval '1 minute'"
		}
		statements = append(statements,
			fmt.Sprintf(`INSERT INTO lots (id, procurement_id, number, title) VALUES ('%s', '%s', %d, '{"en": "Lot"}')`,
				lotID(n), procurementID(), n+1),
			fmt.Sprintf(`INSERT INTO boxes
					(id, procurement_id, lot_id, stage, hands_in, opened_at, deadline, deadline_local, deadline_zone,
						opener_set, opener_set_version, fingerprint)
				VALUES ('%s', '%s', '%s', 'tender', 'tender', clock_timestamp(), %s, '2100-01-01T12:00', 'UTC',
					'%s', 1, '%s')`,
				boxID(n), procurementID(), lotID(n), deadline, openerSetID(), fingerprint))
	}
	return statements
}

func all(suppliers int) []string {
	const n = "n"
	organisation, person := sqlID(models.PrefixOrganisation, 0, n), sqlID(models.PrefixPerson, 0, n)
	from := fmt.Sprintf(" FROM generate_series(1, %d) n", suppliers)
	upload := func(class int, kind models.EnvelopeKind) string {
		return "INSERT INTO uploads (id, procurement_id, organisation_id, person_id, purpose, filename, media_type, " +
			"size, digest, completed_at, box_id, kind, header, fingerprint) SELECT " +
			strings.Join([]string{
				sqlID(models.PrefixUpload, class, n), "'" + string(procurementID()) + "'", organisation, person,
				fmt.Sprintf("'envelope', 'offer.sealed', 'application/octet-stream', %d, '%s', clock_timestamp(), "+
					"'%s', '%s', '%s', '%s'", envelopeSize, envelopeDigest, boxID(0), kind, envelopeDigest,
					fingerprint),
			}, ", ") + from
	}
	role := func(class int, name models.Role) string {
		return "INSERT INTO role_assignments (id, procurement_id, person_id, organisation_id, role, valid_from) " +
			"SELECT " +
			strings.Join([]string{
				sqlID(models.PrefixRole, class, n), "'" + string(procurementID()) + "'", person, organisation,
				"'" + string(name) + "', '2020-01-01'",
			}, ", ") + from
	}
	return []string{
		"SET session_replication_role = replica", // all references are to what was just made
		"INSERT INTO organisations (id, legal_name, country, kind) SELECT " + organisation +
			", 'Supplier ' || n, 'FR', 'economic_operator'" + from,
		"INSERT INTO people (id, organisation_id, name, email) SELECT " + person + ", " + organisation +
			", 'Bidder', ''" + from,
		"INSERT INTO api_keys (id, person_id, label, digest) SELECT " + sqlID(models.PrefixAPIKey, 0, n) + ", " +
			person +
			fmt.Sprintf(", 'bench', sha256(convert_to(lpad(n::text, %d, '0'), 'UTF8'))", secretDigits) + from,
		role(0, models.RoleSupplier), role(1, models.RoleSignatory),
		upload(quality, models.EnvelopeQuality), upload(price, models.EnvelopePrice),
		"SET session_replication_role = origin",
	}
}

// earlier tenders are there when the measurement begins, as on any platform in use: what PostgreSQL plans
// for an empty table scans it whole for minutes after it has filled.
const earlier = 10_000

// history hands in tenders for a lot of its own.
func history(lot, suppliers int) string {
	return insertTenders(lot, "n::bigint", fmt.Sprintf("FROM generate_series(1, %d) n", min(earlier, suppliers)))
}
