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

	"github.com/ppi-engine/ppi/internal/pgserver"
	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/models"
)

// bare is pgbench inserting the rows of a tender, as the same role, into the same tables with their
// constraints: all in one statement, which is the least that PostgreSQL can be asked for it, without
// lock, clock, authentication or signature.
type bare struct {
	installation pgserver.Installation
	dsn          string
	options      Options
}

var transactionsPerSecond = regexp.MustCompile(`(?m)^tps = ([0-9.]+) \(without initial connection time\)`)

// slice runs pgbench once, each round for a lot of its own, and returns its transactions a second.
func (b bare) slice(ctx context.Context, round int) (float64, error) {
	dir, err := os.MkdirTemp("", "ppi-bench-pgbench-")
	if err != nil {
		return 0, fmt.Errorf("make directory for pgbench: %w", err)
	}
	defer os.RemoveAll(dir)
	script := filepath.Join(dir, "insert.sql")
	if err := os.WriteFile(script, []byte(b.script(round+1)), 0o600); err != nil {
		return 0, fmt.Errorf("write script of pgbench: %w", err)
	}
	clients := strconv.Itoa(b.options.Clients)
	output, err := exec.CommandContext(ctx, filepath.Join(b.installation.BinDir, "pgbench"), "-n", "-M", "prepared", "-c", clients, "-j", "2",
		"-T", strconv.Itoa(int(b.options.Slice.Seconds())), "-D", "i=0", "-f", script, b.dsn).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("run pgbench: %w: %s", err, output)
	}
	found := transactionsPerSecond.FindSubmatch(output)
	if found == nil || strings.Contains(string(output), "ERROR") {
		return 0, fmt.Errorf("run pgbench: %s", output)
	}
	return strconv.ParseFloat(string(found[1]), 64)
}

// script inserts one tender a transaction. Each client counts through its own suppliers, each of which
// tenders once.
func (b bare) script(lot int) string {
	return fmt.Sprintf("\\set i :i + 1\n\\set n :client_id * %d + :i\n%s;\n", b.options.Suppliers/b.options.Clients, insertTenders(lot, ":n::bigint", ""))
}

// insertTenders inserts what the product inserts for a tender with two envelopes: the tender with a receipt
// of the same length, the envelopes, the event, and the answer of the request; for the supplier that the
// SQL expression n names, or, with a FROM clause, for several.
func insertTenders(lot int, n, from string) string {
	data := text(`{"receipt":"`+envelopeDigest+`","tender_id":"`) + " || tender || '\"}'"
	canonical := text(`{"actor":null,"at":"`) + " || at || " + text(`","data":`) + " || " + data + " || " + text(`,"id":"`) + " || event || " +
		text(`","procurement":null,"recorded_at":"`) + " || at || " + text(`","type":"tender.received"}`)
	return fmt.Sprintf(`WITH ids AS (SELECT %s AS tender, %s AS event, %s AS organisation, %s AS person, %s AS quality, %s AS price, %s AS at,
	lpad(to_hex(%s), 60, '0') || lpad(to_hex(%d), 4, '0') AS request %s),
tender AS (INSERT INTO tenders (id, lot_id, organisation_id, person_id, manifest, received_at, recorded_at, receipt)
	SELECT tender, '%s', organisation, person, '%s', at::timestamptz, %s FROM ids),
envelopes AS (INSERT INTO tender_envelopes (tender_id, n, kind, upload_id, digest, size)
	SELECT tender, e.* FROM ids, LATERAL (VALUES (1, 'quality', quality, '%s', %d), (2, 'price', price, '%s', %d)) e),
event AS (INSERT INTO events (id, type, at, recorded_at, data, canonical)
	SELECT event, 'tender.received', at::timestamptz, (%s)::jsonb, convert_to(%s, 'UTF8') FROM ids)
INSERT INTO requests (id, fingerprint, status, body)
	SELECT request, decode('%s', 'hex'), 201, (%s || tender || '"}')::jsonb FROM ids`,
		sqlID(models.PrefixTender, lot, n), sqlID(models.PrefixEvent, lot, n), sqlID(models.PrefixOrganisation, 0, n), sqlID(models.PrefixPerson, 0, n),
		sqlID(models.PrefixUpload, quality, n), sqlID(models.PrefixUpload, price, n), text("2026-11-22T12:00:00.123456Z"), n, lot, from,
		lotID(lot), envelopeDigest, text(sampleReceipt()), envelopeDigest, envelopeSize, envelopeDigest, envelopeSize,
		data, canonical, envelopeDigest, text(`{"act":"received","tender":"`))
}

// text is an SQL literal in which pgbench finds no variable of its own, which begins with a colon.
func text(s string) string {
	return "E'" + strings.NewReplacer(":", `\x3a`, "\n", `\n`).Replace(s) + "'::text"
}

// sampleReceipt is a text as long as a receipt.
func sampleReceipt() string {
	envelopes := []models.Envelope{
		{Kind: models.EnvelopeQuality, Digest: envelopeDigest, Size: envelopeSize}, {Kind: models.EnvelopePrice, Digest: envelopeDigest, Size: envelopeSize},
	}
	const signature = "\n— bench/receipts 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\n"
	return seal.Receipt{
		Act: seal.ActReceived, TenderID: id(models.PrefixTender, 0, 1), ProcurementID: procurementID(), LotID: lotID(0),
		OrganisationID: id(models.PrefixOrganisation, 0, 1), Mode: models.ModeLive, Manifest: envelopeDigest, Envelopes: envelopes,
	}.Text() + signature
}
