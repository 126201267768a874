package receipt

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/internal/pgserver"
	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/models"
)

// bare is pgbench inserting the rows of a tender, as the product's role, into the same tables with their
// constraints; without lock, clock, authentication or signature.
type bare struct {
	installation pgserver.Installation
	dsn          string
	options      Options
}

var transactionsPerSecond = regexp.MustCompile(`(?m)^tps = ([0-9.]+) \(without initial connection time\)`)

// slice runs a script of pgbench and returns its transactions a second.
func (b bare) slice(ctx context.Context, length time.Duration, script string) (float64, error) {
	dir, err := os.MkdirTemp("", "ppi-bench-pgbench-")
	if err != nil {
		return 0, fmt.Errorf("make directory for pgbench: %w", err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "insert.sql")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		return 0, fmt.Errorf("write script of pgbench: %w", err)
	}
	output, err := exec.CommandContext(ctx, filepath.Join(b.installation.BinDir, "pgbench"), "-n", "-M", "prepared",
		"-c", strconv.Itoa(b.options.Clients), "-j", "2", "-T", strconv.Itoa(int(length.Seconds())), "-D", "i=0", "-f",
		file, b.dsn).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("run pgbench: %w: %s", err, output)
	}
	found := transactionsPerSecond.FindSubmatch(output)
	if found == nil || strings.Contains(string(output), "ERROR") {
		return 0, fmt.Errorf("run pgbench: %s", output)
	}
	return strconv.ParseFloat(string(found[1]), 64)
}

// count begins a script: each client counts through its own suppliers, each of which tenders once.
func (b bare) count() string {
	return fmt.Sprintf("\\set i :i + 1\n\\set n :client_id * %d + :i\n", b.options.Suppliers/b.options.Clients)
}

// supplier is the number of the supplier in a script.
const supplier = ":n::bigint"

// transaction inserts one tender as a transaction with a statement for each table.
func (b bare) transaction(lot int) string {
	r := rowsOf(lot, supplier)
	return b.count() + fmt.Sprintf(`BEGIN;
INSERT INTO tenders (id, lot_id, box_id, organisation_id, person_id, manifest, received_at, recorded_at, receipt)
	VALUES (%s, '%s', '%s', %s, %s, '%s', %s, %s, %s);
INSERT INTO tender_envelopes (tender_id, n, kind, upload_id, digest, size)
	VALUES (%s, 1, 'quality', %s, '%s', %d), (%s, 2, 'price', %s, '%s', %d);
INSERT INTO events (id, type, at, recorded_at, data, canonical) VALUES (%s, 'tender.received', %s, %s, %s, %s);
INSERT INTO requests (id, fingerprint, body) VALUES (%s, decode('%s', 'hex'), %s);
COMMIT;
`, r.tender, lotID(lot), boxID(lot), r.organisation, r.person, envelopeDigest, r.at, r.at, text(sampleReceipt()),
		r.tender, r.quality, envelopeDigest, envelopeSize, r.tender, r.price, envelopeDigest, envelopeSize,
		r.event, r.at, r.at, r.data, r.canonical, r.request, envelopeDigest, r.body)
}

// statement inserts one tender in one statement: the least that PostgreSQL can be asked for it.
func (b bare) statement(lot int) string {
	return b.count() + insertTenders(lot, supplier, "") + ";\n"
}

// insertTenders inserts the rows of a tender for the supplier that the SQL expression n names, or, with a
// FROM clause, of several.
func insertTenders(lot int, n, from string) string {
	r := rowsOf(lot, n)
	return fmt.Sprintf(`WITH row AS (SELECT %s AS tender, %s AS organisation, %s AS person, %s AS moment,
	%s AS quality, %s AS price, %s AS event, %s AS data, %s AS canonical, %s AS request, %s AS body %s),
tender AS (INSERT INTO tenders
		(id, lot_id, box_id, organisation_id, person_id, manifest, received_at, recorded_at, receipt)
	SELECT tender, '%s', '%s', organisation, person, '%s', moment, row.moment, %s FROM row),
envelopes AS (INSERT INTO tender_envelopes (tender_id, n, kind, upload_id, digest, size)
	SELECT tender, e.* FROM row, LATERAL (VALUES (1, 'quality', quality, '%s', %d), (2, 'price', price, '%s', %d)) e),
event AS (INSERT INTO events (id, type, at, recorded_at, data, canonical)
	SELECT event, 'tender.received', moment, row.moment, data, canonical FROM row)
INSERT INTO requests (id, fingerprint, body) SELECT request, decode('%s', 'hex'), body FROM row`,
		r.tender, r.organisation, r.person, r.at, r.quality, r.price, r.event, r.data, r.canonical, r.request, r.body,
		from, lotID(lot), boxID(lot), envelopeDigest, text(sampleReceipt()),
		envelopeDigest, envelopeSize, envelopeDigest, envelopeSize, envelopeDigest)
}

// rows are the SQL expressions of what differs between one tender and the next. What the product inserts
// has the same columns and the same lengths.
type rows struct {
	tender, organisation, person, at, quality, price string
	event, data, canonical, request, body            string
}

func rowsOf(lot int, n string) rows {
	instant := models.Instant(time.Now()) // an event is recorded when it happens
	r := rows{
		tender: sqlID(models.PrefixTender, lot, n), event: sqlID(models.PrefixEvent, lot, n),
		at:           text(instant) + "::timestamptz",
		organisation: sqlID(models.PrefixOrganisation, 0, n), person: sqlID(models.PrefixPerson, 0, n),
		quality: sqlID(models.PrefixUpload, quality, n), price: sqlID(models.PrefixUpload, price, n),
		request: fmt.Sprintf("lpad(to_hex(%s), 60, '0') || lpad(to_hex(%d), 4, '0')", n, lot),
	}
	data := text(`{"receipt":"`+envelopeDigest+`","tender_id":"`) + " || " + r.tender + " || '\"}'"
	r.data = "(" + data + ")::jsonb"
	r.body = "(" + text(`{"act":"received","tender":"`) + " || " + r.tender + " || '\"}')::jsonb"
	r.canonical = "convert_to(" + text(`{"actor":null,"at":"`+instant+`","data":`) + " || " + data + " || " +
		text(`,"id":"`) + " || " + r.event + " || " +
		text(`","procurement":null,"recorded_at":"`+instant+`","type":"tender.received"}`) + ", 'UTF8')"
	return r
}

// text is an SQL literal in which pgbench finds no variable of its own, which begins with a colon.
func text(s string) string {
	return "E'" + strings.NewReplacer(":", `\x3a`, "\n", `\n`).Replace(s) + "'::text"
}

// sampleReceipt is a text as long as a receipt.
func sampleReceipt() string {
	envelopes := []models.Envelope{
		{Kind: models.EnvelopeQuality, Digest: envelopeDigest, Size: envelopeSize},
		{Kind: models.EnvelopePrice, Digest: envelopeDigest, Size: envelopeSize},
	}
	const signature = "\n— bench/receipts " +
		"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\n"
	return seal.Receipt{
		Act: seal.ActReceived, TenderID: id(models.PrefixTender, 0, 1), ProcurementID: procurementID(), LotID: lotID(0),
		BoxID: boxID(0), HandsIn: models.HandedTender, Openers: fingerprint,
		OrganisationID: id(models.PrefixOrganisation, 0, 1),
		Mode:           models.ModeLive, Manifest: envelopeDigest, Envelopes: envelopes,
	}.Text() + signature
}
