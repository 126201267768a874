package pgtest

import "github.com/ppi-engine/ppi/models"

// OpenBox is a statement that publishes the lot $1 without the checks of the rules: it opens the box [BoxOf] for
// tenders until the deadline, which is an SQL expression.
func OpenBox(deadline string) string {
	return `INSERT INTO boxes
			(id, procurement_id, lot_id, stage, hands_in, opened_at, deadline, deadline_local, deadline_zone)
		SELECT 'box' || substr(l.id, 4), l.procurement_id, l.id, 'tender', 'tender',
			clock_timestamp() + p.clock_offset * interval '1 microsecond', ` + deadline + `, '2100-01-01T12:00', 'UTC'
		FROM lots l JOIN procurements p ON p.id = l.procurement_id WHERE l.id = $1`
}

// OpenNextBox is a statement that opens another box of the lot $1, with the ID $2, without the checks of the rules; the
// first box must be closed.
const OpenNextBox = `INSERT INTO boxes
		(id, procurement_id, lot_id, stage, round, hands_in, opened_at, deadline, deadline_local, deadline_zone)
	SELECT $2, b.procurement_id, b.lot_id, b.stage, b.round + 1, b.hands_in, p.at, p.at + interval '1 hour',
		'2100-01-01T12:00', 'UTC'
	FROM boxes b, LATERAL (SELECT clock_timestamp() + p.clock_offset * interval '1 microsecond' AS at
		FROM procurements p WHERE p.id = b.procurement_id) p WHERE b.lot_id = $1`

// BoxOf is the box that [OpenBox] opens for a lot.
func BoxOf(lot models.ID) models.ID { return models.ID(models.PrefixBox) + lot[3:] }
