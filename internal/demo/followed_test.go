package demo

import (
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
)

// notFollowed are the columns of tables of the record that no event tells of, by the reason.
var notFollowed = map[string][]string{
	"personal data: events hold IDs": {"people.name", "people.email"},
	"kept by triggers; events hold nothing of a secret": {
		"api_keys.digest", "api_keys.expires_at", "api_keys.label", "enrolments.digest", "enrolments.cancelled_at",
	},
	"real time and authors on the platform: they stand in the event": {
		"api_keys.created_at", "enrolments.created_at", "enrolments.created_by", "enrolments.redeemed_at",
		"lots.created_at", "organisations.created_at", "people.created_at", "role_assignments.created_at",
		"votes.asked_at", "tasks.reminded_at", "decisions.decided_at", "decisions.id", "tenders.person_id",
	},
	"what an endpoint gets and how: it decides nothing": {
		"endpoints.created_at", "endpoints.ended_at", "endpoints.former_secret", "endpoints.former_until",
		"endpoints.paused_because", "endpoints.replays", "endpoints.replays_from", "endpoints.secret",
		"endpoints.since", "endpoints.status", "endpoints.version",
	},
	"each opener's records are counted in its order": {"openings.id"},
	"another form of what is told": {
		"boxes.deadline_local", "boxes.deadline_zone", "consultations.closes_local", "entries.single",
		"entries.subject", "lots.version", "people.version", "procurements.version",
		"lot_awards.standstill", "letters.electronic",
		"releases.basis", "tasks.detail",
	},
}

// empty are tables in which the play leaves no row. TestALostKeyIsRecoveredUnlessSomebodyObjects,
// TestAnInnovationPartnershipGoesThroughItsPhasesToAPurchase, TestAnOpenerWhoLeavesHandsItsSharesToAColleague,
// TestTheTenderThatRanksNextIsAwardedWhenTheWinnerRefusesToSign, TestALotWhoseOpenersWithholdIsEndedByTheBoard,
// TestAChangeOfTheDocumentsAsksWhoHasTendered and TestTheOpenersOfAnOpenBoxAreChangedAndBothOpenIt compare them. Only
// releases before 0.2 wrote box_openers.
var empty = []string{
	"box_handovers", "box_openers", "former_openers", "partnership_phases", "recoveries", "role_offers", "sealed_ends",
	"set_asides", "tender_confirmations",
}

// requireEveryChangeFound changes one value after the other in the tables of a record, as an intruder with all rights
// would, and requires that the comparison finds it.
func requireEveryChangeFound(t *testing.T, r *rig.Rig, db pgtest.Database) {
	t.Helper()
	conn := pgtest.Connect(t, db.Superuser)
	exec := func(sql string) {
		t.Helper()
		_, err := conn.Exec(t.Context(), sql)
		require.NoError(t, err, sql)
	}
	exec("SET session_replication_role = replica")
	var free []string
	for _, columns := range notFollowed {
		free = append(free, columns...)
	}
	var unnoticed, noticed []string
	platform, procurement := store.FollowedTables()
	for _, table := range slices.Concat(platform, procurement) {
		if slices.Contains(empty, table.Table()) {
			continue
		}
		dropChecks(t, conn, table.Table())
		for _, c := range columnsOf(t, conn, table.Table()) {
			name := table.Table() + "." + c.name
			exec("CREATE TABLE kept AS TABLE " + table.Table())
			exec(fmt.Sprintf(`UPDATE %[1]s SET %[2]s = %[3]s WHERE ctid = (SELECT ctid FROM %[1]s LIMIT 1)`,
				table.Table(), c.name, c.another()))
			report, err := r.Follow(t.Context(), sameTable(table.Table())...)
			require.NoError(t, err, name)
			if report.Valid() {
				unnoticed = append(unnoticed, name)
			} else {
				noticed = append(noticed, name)
			}
			exec("DELETE FROM " + table.Table())
			exec("INSERT INTO " + table.Table() + " TABLE kept")
			exec("DROP TABLE kept")
		}
	}
	slices.Sort(free)
	slices.Sort(unnoticed)
	require.Equal(t, free, slices.Compact(unnoticed), "what may be changed without being found")
	require.Greater(t, len(noticed), 100)
}

// sameTable lists the followed tables that are rows of one table of the database.
func sameTable(name string) []string {
	var names []string
	platform, procurement := store.FollowedTables()
	for _, t := range slices.Concat(platform, procurement) {
		if t.Table() == name {
			names = append(names, t.Name)
		}
	}
	return names
}

// dropChecks lets a table hold anything; what it does not hold is not worth a row that an event tells.
func dropChecks(t *testing.T, conn *pgx.Conn, table string) {
	t.Helper()
	_, err := conn.Exec(t.Context(), fmt.Sprintf(`DO $$ DECLARE c text; BEGIN
		FOR c IN SELECT conname FROM pg_constraint WHERE conrelid = '%[1]s'::regclass AND contype = 'c' LOOP
			EXECUTE format('ALTER TABLE %[1]s DROP CONSTRAINT %%I', c);
		END LOOP;
		FOR c IN SELECT attname FROM pg_attribute WHERE attrelid = '%[1]s'::regclass AND attidentity <> '' LOOP
			EXECUTE format('ALTER TABLE %[1]s ALTER COLUMN %%I DROP IDENTITY', c);
		END LOOP; END $$`, table))
	require.NoError(t, err)
}

type column struct{ name, kind, domain string }

func columnsOf(t *testing.T, conn *pgx.Conn, table string) []column {
	t.Helper()
	rows, err := conn.Query(t.Context(), `SELECT column_name, data_type, coalesce(domain_name, '')
		FROM information_schema.columns
		WHERE table_schema = 'public' AND table_name = $1 ORDER BY ordinal_position`, table)
	require.NoError(t, err)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c column, err error) {
		return c, row.Scan(&c.name, &c.kind, &c.domain)
	})
	require.NoError(t, err)
	require.NotEmpty(t, found, table)
	return found
}

// another is SQL for another value of the column.
func (c column) another() string {
	if c.domain == "ppi_id" {
		const lastDigit = "coalesce(left(%[1]s, -1) || CASE right(%[1]s, 1) WHEN '0' THEN '1' ELSE '0' END, '%[2]s')"
		return fmt.Sprintf(lastDigit, c.name, models.NewID(models.PrefixPerson))
	}
	switch c.kind {
	case "boolean":
		return fmt.Sprintf("NOT coalesce(%s, false)", c.name)
	case "timestamp with time zone":
		return fmt.Sprintf("coalesce(%s + interval '1 hour', clock_timestamp())", c.name)
	case "bigint", "integer", "smallint", "numeric":
		return fmt.Sprintf("coalesce(%s, 0) + 100", c.name)
	case "jsonb", "json":
		return `'{"forged": true}'`
	case "bytea":
		return "sha256(" + c.name + ")"
	}
	return fmt.Sprintf("coalesce(%s, '') || '0'", c.name)
}
