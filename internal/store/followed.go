package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/ppi-engine/ppi/internal/eventlog"
	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A Form says how the text that is read of a column becomes what events tell of it.
type Form int

// The forms.
const (
	// Plain text is told as it is.
	Plain Form = iota
	// Digested is JSON, of which events tell the SHA-256 of the canonical form.
	Digested
	// Parted is JSON that is a part of an event, which tells its salted digest.
	Parted
	// InKey is JSON whose SHA-256, in canonical form, ends the key of its row.
	InKey
	// Moved is a motion: its verb, a line feed, and JSON.
	Moved
)

// A FollowedColumn is a column, or what is computed from columns, that follows from events.
type FollowedColumn struct {
	Name string
	Form Form
	// sql yields its text.
	sql string
}

// A FollowedTable is a table whose rows follow from events: of the platform, or of one procurement.
type FollowedTable struct {
	Name    string
	Columns []FollowedColumn
	key     string
	// from yields the rows; of a procurement, that of the ID $1.
	from string
}

// A FollowedRow is a row with the texts of its columns.
type FollowedRow struct {
	Key    string
	Values []string
}

// FollowedTables lists the tables that follow from the events of the platform and, second, of each procurement.
func FollowedTables() (platform, procurement []FollowedTable) {
	return followedPlatform, followedProcurement
}

func plain(names ...string) []FollowedColumn {
	columns := make([]FollowedColumn, len(names))
	for i, name := range names {
		columns[i] = FollowedColumn{Name: name, sql: "coalesce(x." + name + "::text, '')"}
	}
	return columns
}

// instantOf renders an instant by [models.InstantLayout].
func instantOf(column string) string {
	return "to_char(" + column + ` AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
}

// instants are columns of instants.
func instants(names ...string) []FollowedColumn {
	columns := make([]FollowedColumn, len(names))
	for i, name := range names {
		columns[i] = FollowedColumn{
			Name: name,
			sql:  "coalesce(" + instantOf("x."+name) + ", '')",
		}
	}
	return columns
}

// reached are columns that tell whether something has happened, by the instant at which it did.
func reached(pairs ...string) []FollowedColumn {
	columns := make([]FollowedColumn, len(pairs))
	for i, pair := range pairs {
		name, column, _ := strings.Cut(pair, "=")
		columns[i] = FollowedColumn{Name: name, sql: "(x." + column + " IS NOT NULL)::text"}
	}
	return columns
}

func computed(name string, form Form, sql string) []FollowedColumn {
	return []FollowedColumn{{Name: name, Form: form, sql: "coalesce((" + sql + ")::text, '')"}}
}

func columns(lists ...[]FollowedColumn) []FollowedColumn {
	var all []FollowedColumn
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

const (
	identityOf = `jsonb_build_object('legal_name', x.legal_name, 'country', x.country, 'kind', x.kind, 'sme', x.sme,
		'less_developed_region', x.less_developed_region) ||
		CASE WHEN x.region <> '' THEN jsonb_build_object('region', x.region) ELSE '{}' END ||
		CASE WHEN x.address IS NOT NULL THEN jsonb_build_object('address', x.address) ELSE '{}' END`
	endpointSettings = `jsonb_build_object('url_sha256', encode(sha256(convert_to(x.url, 'UTF8')), 'hex'),
		'description', x.description, 'types', x.types, 'procurements', x.procurements)`
	recoveryState = `CASE WHEN x.completed_at IS NOT NULL THEN 'completed' WHEN x.objected_at IS NOT NULL THEN 'stopped'
		ELSE 'open' END`
	offerState = `CASE WHEN x.accepted THEN 'accepted' WHEN x.withdrawn_at IS NOT NULL THEN 'withdrawn' ELSE 'open' END`
	// The digests of receipt and withdrawal; SHA-256 in hexadecimal.
	receiptDigest    = "encode(sha256(convert_to(x.receipt, 'UTF8')), 'hex')"
	withdrawalDigest = "CASE WHEN x.withdrawal <> '' THEN encode(sha256(convert_to(x.withdrawal, 'UTF8')), 'hex') END"
)

// asReceipted tells whether the row of a tender holds what its signed receipt says, and its end what replaced it or its
// withdrawal says. Receipts of the first form name no box.
var asReceipted = `x.receipt LIKE 'ppi-engine.org/tender-receipt/%' || E'\nact received\ntender ' || x.id
		|| E'\nprocurement ' || (SELECT l.procurement_id FROM lots l WHERE l.id = x.lot_id) || E'\nlot ' || x.lot_id
		|| E'\n%'
	AND (x.receipt LIKE 'ppi-engine.org/tender-receipt/1%' OR x.receipt LIKE '%' || E'\nbox ' || x.box_id || E'\n%')
	AND x.receipt LIKE '%' || E'\norganisation ' || x.organisation_id || E'\n%'
	AND x.receipt LIKE '%' || E'\nprocedure_time ' || ` + instantOf("x.received_at") + `
		|| E'\nreal_time ' || ` + instantOf("x.recorded_at") + ` || E'\nmanifest ' || x.manifest || E'\n'
		|| coalesce('supersedes ' || x.supersedes_id || E'\n', '') || (SELECT string_agg('envelope ' || e.kind || ' '
		|| e.digest || ' ' || e.size || E'\n', '' ORDER BY e.n) FROM tender_envelopes e WHERE e.tender_id = x.id)
		|| E'\n%'
	AND x.ended_by = CASE WHEN x.withdrawal <> '' THEN 'withdrawn'
		WHEN EXISTS (SELECT FROM tenders y WHERE y.supersedes_id = x.id) THEN 'replaced' ELSE '' END
	AND (x.ended_at IS NULL) = (x.ended_by = '')
	AND x.ended_at IS NOT DISTINCT FROM coalesce((SELECT y.received_at FROM tenders y WHERE y.supersedes_id = x.id),
		CASE WHEN x.withdrawal <> '' THEN x.ended_at END)`

// confirmedAsReceipted tells whether the row of a confirmation holds what its signed receipt says.
var confirmedAsReceipted = `x.receipt LIKE 'ppi-engine.org/tender-receipt/%' || E'\nact confirmed\ntender '
		|| x.tender_id || E'\n%'
	AND x.receipt LIKE '%' || E'\nprocedure_time ' || ` + instantOf("x.confirmed_at") + `
		|| E'\nreal_time ' || ` + instantOf("x.recorded_at") + ` || E'\n%'
	AND x.receipt LIKE '%' || E'\nnotice ' || x.notice_id || E'\n%' AND x.digest = ` + receiptDigest

var followedPlatform = []FollowedTable{
	{
		"organisations", columns(plain("version"), computed("identity", Parted, identityOf)), "x.id",
		"organisations x",
	},
	{"people", plain("organisation_id", "administrator", "representative"), "x.id", "people x"},
	{"api_keys", columns(plain("person_id"), reached("revoked=revoked_at")), "x.id", "api_keys x"},
	{
		"enrolments", columns(plain("person_id"), instants("expires_at"), reached("redeemed=redeemed_at")), "x.id",
		"enrolments x",
	},
	{
		"recoveries", columns(plain("organisation_id", "person_id", "request_digest"), instants("ready_at"),
			computed("state", Plain, recoveryState)),
		"x.id", "recoveries x",
	},
	{
		"role_assignments of suppliers", columns(
			plain("procurement_id", "role", "person_id", "organisation_id", "language"),
			instants("valid_from", "valid_until")),
		"x.id", "role_assignments x WHERE x.role IN " + ofSuppliers,
	},
	{
		"endpoints", columns(plain("organisation_id", "owner_id", "rehearsals"),
			computed("removed", Plain, "x.status = 'removed'"), computed("settings", Parted, endpointSettings)),
		"x.id", "endpoints x",
	},
	{
		"tenders", columns(computed("receipt", Plain, receiptDigest),
			computed("withdrawal", Plain, withdrawalDigest), computed("as_receipted", Plain, asReceipted)),
		"x.id", "tenders x",
	},
	{
		"tender_confirmations", columns(plain("tender_id"), computed("as_receipted", Plain, confirmedAsReceipted)),
		"x.digest", "tender_confirmations x",
	},
}

const (
	procurementText = `jsonb_build_object('title', x.title, 'description', x.description, 'languages', x.languages)`
	lotContent      = `jsonb_build_object('title', x.title, 'description', x.description,
		'deadline_local', x.deadline_local, 'deadline_zone', x.deadline_zone)`
	countOf    = "x.subject || ' ' || x.round || ' ' || x.digest || ' '"
	boxContent = "CASE WHEN x.closed_at IS NOT NULL THEN (SELECT received || ' ' || standing || ' ' || digest FROM (" +
		summedUp + "x.id) summed) END"
	boxInvited = `SELECT CASE WHEN count(*) > 0 THEN jsonb_agg(i.organisation_id ORDER BY i.organisation_id) END
		FROM box_invited i WHERE i.box_id = x.id`
	contentDigest = "encode(sha256(convert_to(x.content, 'UTF8')), 'hex')"
	headerDigest  = "encode(sha256(convert_to(x.header, 'UTF8')), 'hex')"
	// Before release 0.2 openers recorded what they had found, by whom and with what they had uploaded.
	openedContent = `CASE WHEN coalesce(x.person_id, x.organisation_id, x.upload_id) IS NULL
		THEN jsonb_build_object('size', x.size, 'price', x.price)
		ELSE jsonb_build_object('organisation', x.organisation_id, 'size', x.size,
			'upload', coalesce(x.upload_id, ''), 'price', x.price) END`
	// Each person's records of an envelope are counted from 1; those of the engine are nobody's.
	ofOpener = `x.tender_id || ' ' || x.n || ' ' || coalesce(x.person_id, '') || ' ' || (SELECT count(*) FROM openings y
		WHERE y.tender_id = x.tender_id AND y.n = x.n AND y.id <= x.id
			AND y.person_id IS NOT DISTINCT FROM x.person_id)`
	addressed    = "x.content ->> 'tender' = x.tender_id AND x.content ->> 'lot' = x.lot_id"
	uploadDigest = "SELECT u.digest FROM uploads u WHERE u.id = x.upload_id"
	ofTenders    = `JOIN tenders t ON t.id = x.tender_id JOIN lots l ON l.id = t.lot_id WHERE l.procurement_id = $1`
)

var followedProcurement = []FollowedTable{
	{
		"procurements", columns(plain("mode", "zone", "profile", "status", "end_reason", "clock_offset", "created_by",
			"edition"), instants("created_at", "started_at", "ended_at"), computed("text", Digested, procurementText)),
		"x.id", "procurements x WHERE x.id = $1",
	},
	{
		"consortium_members", columns(plain("kind", "lead", "accepted_by"),
			computed("budget_share", Plain, "trim_scale(x.budget_share)"),
			instants("joined_at", "accepted_at", "left_at")),
		"x.organisation_id", "consortium_members x WHERE x.procurement_id = $1",
	},
	{
		"role_assignments", columns(plain("role", "person_id", "organisation_id", "engaged_by", "language"),
			instants("valid_from", "valid_until")),
		"x.id", "role_assignments x WHERE x.procurement_id = $1 AND x.role NOT IN " + ofSuppliers,
	},
	{
		"role_offers", columns(plain("role", "person_id", "organisation_id", "offered_for"),
			instants("valid_until"), computed("state", Plain, offerState)),
		"x.id", "role_offers x WHERE x.procurement_id = $1",
	},
	{
		"phase_rounds", columns(plain("status"), instants("opened_at", "closed_at")), "x.phase || ' ' || x.round",
		"phase_rounds x WHERE x.procurement_id = $1",
	},
	{
		"votes", columns(plain("subject", "round", "digest", "organisation_id", "person_id", "choice"),
			computed("reason", Parted, "CASE WHEN x.reason <> '' THEN to_jsonb(x.reason) END"),
			instants("cast_at", "voided_at")),
		"x.id", "votes x WHERE x.procurement_id = $1",
	},
	{
		"motions", columns(plain("verb", "digest", "status", "mover_id"), instants("moved_at", "decided_at"),
			computed("content", Moved, `x.verb || E'\n' || x.payload`)),
		"x.id", "motions x WHERE x.procurement_id = $1",
	},
	{
		"decisions", computed("count", InKey, "x.count"), countOf,
		"decisions x WHERE x.procurement_id = $1",
	},
	{
		"tasks", columns(plain("kind", "subject_id"), instants("raised_at", "done_at")), "x.id",
		"tasks x WHERE x.procurement_id = $1",
	},
	{
		"entries", columns(plain("kind", "phase", "round", "version", "organisation_id", "digest", "author_id"),
			computed("body", Digested, "x.body"), instants("written_at", "withdrawn_at")),
		"x.id", "entries x WHERE x.procurement_id = $1",
	},
	{
		"entry_versions", columns(plain("digest", "author_id"), computed("body", Digested, "x.body"),
			instants("written_at", "withdrawn_at")),
		"x.entry_id || ' ' || x.version",
		"entry_versions x JOIN entries e ON e.id = x.entry_id WHERE e.procurement_id = $1",
	},
	{
		"documents", columns(plain("version", "audience", "author_id", "rendering"),
			computed("bytes", Plain, uploadDigest), computed("title", Parted, "x.title"), instants("written_at")),
		"x.id", "documents x WHERE x.procurement_id = $1",
	},
	{
		"document_versions", columns(plain("audience", "author_id"), computed("bytes", Plain, uploadDigest),
			computed("title", Parted, "x.title"), instants("written_at")),
		"x.document_id || ' ' || x.version",
		"document_versions x JOIN documents d ON d.id = x.document_id WHERE d.procurement_id = $1",
	},
	{
		"releases", columns(plain("kind", "person_id"), instants("released_at")), "x.entry_id || ' ' || x.digest",
		"releases x WHERE x.procurement_id = $1",
	},
	{
		"notices", columns(plain("kind", "digest", "person_id"), computed("content", Digested, "x.content"),
			instants("dispatched_at")),
		"x.id",
		"notices x WHERE x.procurement_id = $1",
	},
	{
		"letters", columns(plain("kind", "person_id"), computed("content", Digested, "x.content"),
			computed("addressed", Plain, addressed), instants("sent_at")),
		"x.digest", "letters x JOIN lots l ON l.id = x.lot_id WHERE l.procurement_id = $1",
	},
	{
		"consultations", columns(plain("questionnaire_id", "closes_zone"),
			instants("announced_at", "opens_at", "closes_at", "closed_at")),
		"x.announcement_id", "consultations x WHERE x.procurement_id = $1",
	},
	{
		"consultation_responses", columns(plain("announcement_id", "digest"),
			instants("received_at", "recorded_at"), computed("content", Digested, "x.content"),
			computed("from", Parted,
				"jsonb_build_object('organisation', x.organisation_id, 'person', x.person_id)")),
		"x.id", "consultation_responses x WHERE x.procurement_id = $1",
	},
	{
		"questions", columns(plain("lot_id", "language", "version", "drafted_by", "reference"),
			instants("asked_at", "recorded_at", "drafted_at", "published_at", "set_aside_at"),
			computed("text", Parted, "to_jsonb(x.text)"),
			computed("from", Parted, `jsonb_build_object('organisation', x.organisation_id, 'person', x.person_id,
				'number', x.number)`),
			computed("drafted", Digested, `CASE WHEN x.drafted_at IS NOT NULL
				THEN jsonb_build_object('asks', x.asks, 'answer', x.answer) END`),
			computed("set_aside", Parted, "CASE WHEN x.set_aside <> '' THEN to_jsonb(x.set_aside) END")),
		"x.id", "questions x WHERE x.procurement_id = $1",
	},
	{
		"lots", columns(plain("number", "end_reason"), instants("ended_at"),
			computed("content", Digested, lotContent)),
		"x.id", "lots x WHERE x.procurement_id = $1",
	},
	{
		"boxes", columns(plain("lot_id", "stage", "round", "hands_in", "talks", "by_invitation", "opener_set",
			"opener_set_version", "fingerprint"),
			instants("opened_at", "deadline", "closed_at", "unsealed_at", "quality_locked_at"),
			computed("content", Plain, boxContent),
			computed("invited", Parted, boxInvited)),
		"x.id", "boxes x WHERE x.procurement_id = $1",
	},
	{
		"former_openers", columns(plain("opener_set", "opener_set_version", "fingerprint"), instants("until")),
		"x.box_id || ' ' || x.n", "former_openers x JOIN boxes b ON b.id = x.box_id WHERE b.procurement_id = $1",
	},
	{
		"box_openers", columns(plain("organisation_id"), instants("opened_at")), "x.box_id || ' ' || x.person_id",
		"box_openers x JOIN boxes b ON b.id = x.box_id WHERE b.procurement_id = $1",
	},
	{
		"box_releases", columns(plain("organisation_id", "digest"), computed("content", Plain, contentDigest),
			instants("released_at")),
		"x.box_id || ' ' || x.kind || ' ' || x.person_id || ' ' || x.turn",
		"box_releases x JOIN boxes b ON b.id = x.box_id WHERE b.procurement_id = $1",
	},
	{
		"box_handovers", columns(plain("organisation_id", "digest", "turn"), computed("content", Plain, contentDigest),
			instants("handed_at")),
		"x.box_id || ' ' || x.kind || ' ' || x.person_id || ' ' || x.to_person_id || ' ' || x.digest",
		"box_handovers x JOIN boxes b ON b.id = x.box_id WHERE b.procurement_id = $1",
	},
	{
		"opener_tests", columns(plain("fingerprint", "organisation_id", "due"),
			computed("header", Plain, headerDigest), instants("made_at")),
		"x.id", "opener_tests x WHERE x.procurement_id = $1",
	},
	{
		"opener_test_releases", columns(plain("digest"), computed("content", Plain, contentDigest),
			instants("released_at")),
		"x.test_id || ' ' || x.person_id",
		"opener_test_releases x JOIN opener_tests t ON t.id = x.test_id WHERE t.procurement_id = $1",
	},
	{
		"openings", columns(plain("tender_id", "n", "person_id", "readable", "plaintext_digest"),
			computed("content", Parted, openedContent), instants("recorded_at")),
		ofOpener, "openings x " + ofTenders,
	},
	{
		"score_sheets", columns(computed("scores", Parted, "x.scores"), instants("written_at")),
		"x.tender_id || ' ' || x.person_id || ' ' || x.version", "score_sheets x " + ofTenders,
	},
	{
		"partnership_phases", columns(plain("outcome", "partners"), instants("ended_at")), "x.lot_id || ' ' || x.phase",
		"partnership_phases x JOIN lots l ON l.id = x.lot_id WHERE l.procurement_id = $1",
	},
	{
		"lot_awards", columns(plain("winner_id", "partners", "ranking"), instants("awarded_at", "letters_at",
			"standstill_until", "standstill_over_at")),
		// The first decision on a lot is known by the lot alone, as it was while there was no other.
		"x.lot_id || CASE WHEN x.n > 1 THEN ' ' || x.n ELSE '' END",
		"lot_awards x JOIN lots l ON l.id = x.lot_id WHERE l.procurement_id = $1",
	},
	{
		"set_asides", columns(plain("ground", "review_id", "flaw", "tender_id"), instants("set_aside_at")),
		"x.lot_id || ' ' || x.n", "set_asides x JOIN lots l ON l.id = x.lot_id WHERE l.procurement_id = $1",
	},
	{
		"sealed_ends", columns(plain("box_id", "kind", "ground", "fingerprint", "needed"),
			computed("released", Plain, "array_to_string(x.released, ' ')"),
			computed("withheld", Plain, "array_to_string(x.withheld, ' ')"),
			computed("lost", Plain, "array_to_string(x.lost, ' ')"), instants("ended_at")),
		"x.lot_id", "sealed_ends x JOIN lots l ON l.id = x.lot_id WHERE l.procurement_id = $1",
	},
}

// A View is one unchanging view of the record.
type View struct{ tx pgx.Tx }

// View lends f one unchanging view of the record, from which it may read for long.
func (s *Store) View(ctx context.Context, f func(v View) error) error {
	return pg.SnapshotRows(ctx, s.DB, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL idle_in_transaction_session_timeout = 0"); err != nil {
			return fmt.Errorf("give the reader time: %w", err)
		}
		return f(View{tx})
	})
}

// Followed reads a table by its keys: of a procurement, or of the platform.
func (v View) Followed(ctx context.Context, t FollowedTable, procurement models.ID) ([]FollowedRow, error) {
	texts := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		texts[i] = c.sql
	}
	query := fmt.Sprintf("SELECT %s AS key, ARRAY[%s] FROM %s ORDER BY key", t.key, strings.Join(texts, ", "), t.from)
	var arguments []any
	if procurement != "" {
		arguments = append(arguments, procurement)
	}
	rows, err := v.tx.Query(ctx, query, arguments...)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", t.Name, err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[FollowedRow])
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", t.Name, err)
	}
	return found, nil
}

// Followed says from where on events tell everything.
type Followed struct {
	// Through is the number of the last event of a release that did not; 0: there is none.
	Through int64
	// Unsigned is the number of the last event of a release in which nobody signed awards; 0: there is none.
	Unsigned int64
	// Adoption is the transaction in which the record of such a release was adopted as it stood; 0: none was.
	Adoption uint64
}

// Since reads from where on events tell everything.
func (v View) Since(ctx context.Context) (f Followed, err error) {
	err = v.tx.QueryRow(ctx, `SELECT f.through, f.unsigned, coalesce((SELECT e.xid FROM events e
			WHERE f.through > 0 AND e.type = 'record.adopted' AND e.procurement_id IS NULL AND e.data = '{"rows": []}'
			ORDER BY e.ordinal LIMIT 1), '0') FROM followed f`).Scan(&f.Through, &f.Unsigned, &f.Adoption)
	if err != nil {
		return f, fmt.Errorf("read from where on the record is followed: %w", err)
	}
	return f, nil
}

// Procurements lists all procurements, also those of which only events are left, by their IDs.
func (v View) Procurements(ctx context.Context) ([]models.ID, error) {
	rows, err := v.tx.Query(ctx, `SELECT id FROM procurements UNION
		SELECT DISTINCT procurement_id FROM event_log WHERE procurement_id IS NOT NULL ORDER BY 1`)
	if err != nil {
		return nil, fmt.Errorf("list procurements: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[models.ID])
	if err != nil {
		return nil, fmt.Errorf("list procurements: %w", err)
	}
	return found, nil
}

// Events yields the events of a procurement, or of the platform, in their order: also those that are committed and
// have no place in the log yet.
func (v View) Events(ctx context.Context, procurement models.ID) iter.Seq2[eventlog.Numbered, error] {
	return eventlog.Events(ctx, v.tx, procurement)
}

// Bodies are what the versions of entries of some kinds say, by the entry's ID and the version, with a blank between.
func (v View) Bodies(
	ctx context.Context, procurement models.ID, kinds []models.EntryKind,
) (map[string]json.RawMessage, error) {
	rows, err := v.tx.Query(ctx, `SELECT x.entry_id || ' ' || x.version, x.body
		FROM entry_versions x JOIN entries e ON e.id = x.entry_id WHERE e.procurement_id = $1 AND e.kind = ANY($2)`,
		procurement, kinds)
	if err != nil {
		return nil, fmt.Errorf("read entries: %w", err)
	}
	bodies := map[string]json.RawMessage{}
	var key string
	var body json.RawMessage
	_, err = pgx.ForEachRow(rows, []any{&key, &body}, func() error {
		bodies[key] = slices.Clone(body)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read entries: %w", err)
	}
	return bodies, nil
}

// Received lists what stands in the closed boxes of a procurement, with the envelopes, by ID.
func (v View) Received(ctx context.Context, procurement models.ID) ([]models.Tender, error) {
	var tenders []models.Tender
	var envelopes []models.Envelope
	query := fmt.Sprintf("SELECT (%s), (%s) FROM (SELECT $1::ppi_id AS id) p", receivedOf, envelopesOf)
	err := v.tx.QueryRow(ctx, query, procurement).
		Scan(rowsOf[models.Tender]{&tenders}, rowsOf[models.Envelope]{&envelopes})
	if err != nil {
		return nil, fmt.Errorf("read what stands in boxes: %w", err)
	}
	putInto(tenders, envelopes)
	return tenders, nil
}

// Parts are what is kept of the parts of a procurement's events, or of the platform's, by event.
func (v View) Parts(ctx context.Context, procurement models.ID) (map[models.ID][]event.KeptPart, error) {
	return eventlog.Parts(ctx, v.tx, procurement)
}

// AdoptionDue tells whether there are events from before the record was followed, and what did not follow from them was
// not adopted yet.
func (s *Store) AdoptionDue(ctx context.Context) (bool, error) {
	var due bool
	err := s.rows(ctx).Raw(`SELECT f.through > 0
		AND NOT EXISTS (SELECT FROM events WHERE type = 'record.adopted' AND procurement_id IS NULL)
		FROM followed f`).Scan(&due).Error
	if err != nil {
		return false, fmt.Errorf("look for what to adopt: %w", err)
	}
	return due, nil
}

// Table is the name of the table in the database.
func (t FollowedTable) Table() string {
	name, _, _ := strings.Cut(t.from, " ")
	return name
}

// adoptionLock is the advisory lock of who adopts.
const adoptionLock = 0x5050_4941

// Alone runs f while nobody else runs one so, in this or in another process.
func (s *Store) Alone(ctx context.Context, f func() error) (err error) {
	conn, err := pg.Apart(ctx, s.DB, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", adoptionLock); err != nil {
		return fmt.Errorf("wait for others: %w", err)
	}
	return f()
}
