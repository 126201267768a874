package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// A SealedBox is a box with the openers for whom envelopes in it are sealed.
type SealedBox struct {
	models.Box

	Mode models.Mode
	// Openers are those of [models.Box.SealedFor], in that order.
	Openers []models.OpenerSet
}

// SealedBox reads a box of a procurement with its openers. It returns a refusal with [models.CodeNotFound] when there
// is no such box, or one that is sealed for no set of openers.
func (s *Store) SealedBox(ctx context.Context, procurement, box models.ID) (SealedBox, error) {
	var row struct{ Box, Openers, Mode string }
	err := s.rows(ctx).Raw(`SELECT (to_jsonb(b) || jsonb_build_object('former', `+formerOpeners+`))::text AS box,
			(SELECT json_agg(v.body ORDER BY o.n NULLS LAST)::text FROM (
				SELECT f.n, f.opener_set, f.opener_set_version FROM former_openers f WHERE f.box_id = b.id
				UNION ALL SELECT null, b.opener_set, b.opener_set_version) o
				JOIN entry_versions v ON v.entry_id = o.opener_set AND v.version = o.opener_set_version) AS openers,
			p.mode
		FROM boxes b JOIN procurements p ON p.id = b.procurement_id
		WHERE b.procurement_id = ? AND b.id = ? AND b.opener_set IS NOT NULL`, procurement, box).Scan(&row).Error
	if err != nil {
		return SealedBox{}, fmt.Errorf("read box: %w", err)
	}
	if row.Box == "" {
		return SealedBox{}, models.NoSuchResource()
	}
	found := SealedBox{Mode: models.Mode(row.Mode)}
	if err := json.Unmarshal([]byte(row.Box), &found.Box); err != nil {
		return found, fmt.Errorf("read box: %w", err)
	}
	if err := json.Unmarshal([]byte(row.Openers), &found.Openers); err != nil {
		return found, fmt.Errorf("read openers of box: %w", err)
	}
	return found, nil
}

// A SealedEnvelope is an envelope that stands in a box, with its header and the digests of both.
type SealedEnvelope struct {
	TenderID   models.ID
	N          int
	UploadID   models.ID
	Size       int64
	Digest     string
	Header     string
	HeaderLine string
	// Fingerprint is that of the openers for whom it is sealed.
	Fingerprint string
	// Read tells that it was opened, and what was in it recorded.
	Read bool
}

// EnvelopesIn lists the envelopes of a kind that stand in a box, in the order of their tenders.
func (s *Store) EnvelopesIn(ctx context.Context, box models.ID, kind models.EnvelopeKind) ([]SealedEnvelope, error) {
	var all []SealedEnvelope
	err := s.rows(ctx).Raw(`SELECT e.tender_id, e.n, e.upload_id, e.size, e.digest, u.header, u.header_line,
			u.fingerprint,
			EXISTS (SELECT FROM openings o WHERE o.tender_id = e.tender_id AND o.n = e.n) AS read
		FROM tender_envelopes e JOIN tenders t ON t.id = e.tender_id JOIN uploads u ON u.id = e.upload_id
		WHERE t.box_id = ? AND t.ended_at IS NULL AND e.kind = ? ORDER BY e.tender_id, e.n`, box, kind).
		Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("list envelopes in box: %w", err)
	}
	return all, nil
}

// ReleasesOf lists what openers have released of a kind in a box in a turn, with the contents.
func (s *Store) ReleasesOf(
	ctx context.Context, box models.ID, kind models.EnvelopeKind, turn int,
) ([]models.BoxRelease, error) {
	var all []models.BoxRelease
	err := s.rows(ctx).Raw(`SELECT * FROM box_releases WHERE box_id = ? AND kind = ? AND turn = ?
		ORDER BY released_at, person_id`, box, kind, turn).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("list releases: %w", err)
	}
	return all, nil
}

// TurnsOf lists the turns in which openers released envelopes of a kind in a box.
func (s *Store) TurnsOf(ctx context.Context, box models.ID, kind models.EnvelopeKind) ([]int, error) {
	var turns []int
	err := s.rows(ctx).Raw("SELECT DISTINCT turn FROM box_releases WHERE box_id = ? AND kind = ? ORDER BY turn", box,
		kind).Scan(&turns).Error
	if err != nil {
		return nil, fmt.Errorf("list turns: %w", err)
	}
	return turns, nil
}

// HandoversOf lists the handovers of a kind in a box in a turn, with the contents.
func (s *Store) HandoversOf(
	ctx context.Context, box models.ID, kind models.EnvelopeKind, turn int,
) ([]models.BoxHandover, error) {
	var all []models.BoxHandover
	err := s.rows(ctx).Raw(`SELECT * FROM box_handovers WHERE box_id = ? AND kind = ? AND turn = ? ORDER BY id`,
		box, kind, turn).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("list handovers: %w", err)
	}
	return all, nil
}

// KeepRelease keeps what an opener released, and tells whether it is the opener's first of this kind and turn in the
// box.
func (tx *Tx) KeepRelease(r models.BoxRelease) (bool, error) {
	result := tx.db().Exec(`INSERT INTO box_releases
			(box_id, kind, turn, person_id, organisation_id, digest, content, released_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		r.BoxID, r.Kind, r.Turn, r.PersonID, r.OrganisationID, r.Digest, r.Content, r.ReleasedAt)
	if result.Error != nil {
		return false, fmt.Errorf("keep release: %w", result.Error)
	}
	return result.RowsAffected == 1, nil
}

// KeepHandover keeps a handover.
func (tx *Tx) KeepHandover(h models.BoxHandover) error {
	err := tx.db().Exec(`INSERT INTO box_handovers
			(box_id, kind, turn, person_id, to_person_id, organisation_id, digest, content, handed_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		h.BoxID, h.Kind, h.Turn, h.PersonID, h.ToPersonID, h.OrganisationID, h.Digest, h.Content, h.HandedAt).Error
	if err != nil {
		return fmt.Errorf("keep handover: %w", err)
	}
	return nil
}

// KeepOpening records what was found in an envelope, and tells whether that was not known yet.
func (tx *Tx) KeepOpening(o models.Opening) (bool, error) {
	price, err := json.Marshal(o.Price)
	if err != nil {
		return false, fmt.Errorf("keep opening: %w", err)
	}
	result := tx.db().Exec(`INSERT INTO openings (tender_id, n, readable, plaintext_digest, size, price, recorded_at)
		VALUES (?, ?, ?, ?, ?, nullif(?, 'null')::jsonb, ?)
		ON CONFLICT (tender_id, n) WHERE person_id IS NULL DO NOTHING`,
		o.TenderID, o.N, o.Readable, o.PlaintextDigest, o.Size, string(price), o.RecordedAt)
	if result.Error != nil {
		return false, fmt.Errorf("keep opening: %w", result.Error)
	}
	return result.RowsAffected == 1, nil
}

// An Unread is the envelopes of a kind in a box that enough openers have released, and that are still to be read.
type Unread struct {
	ProcurementID models.ID
	BoxID         models.ID
	Kind          models.EnvelopeKind
	// Sitting is that in which they were released; 0: any.
	Sitting int
}

// ToRead puts the envelopes of a kind in a box that were released in a sitting on the list of those that are to be
// read. There is none of an earlier sitting on it: a sitting begins after what was released before was read.
func (tx *Tx) ToRead(box models.ID, kind models.EnvelopeKind, sitting int) {
	tx.Send("have envelopes read", `INSERT INTO unread_boxes (box_id, kind, sitting) VALUES ($1, $2, $3)
		ON CONFLICT DO NOTHING`, box, kind, sitting)
}

// ClaimUnread takes one that nobody else has taken for as long as the claim lasts; nil: there is none. What is of a
// procurement that is suspended waits, and so does what is of a lot that has ended.
func (s *Store) ClaimUnread(ctx context.Context, claim time.Duration) (*Unread, error) {
	var all []Unread
	err := s.rows(ctx).Raw(`UPDATE unread_boxes x SET claimed_until = clock_timestamp() + ? * interval '1 second'
		FROM boxes b WHERE b.id = x.box_id AND (x.box_id, x.kind) = (SELECT y.box_id, y.kind FROM unread_boxes y
				JOIN boxes c ON c.id = y.box_id JOIN lots l ON l.id = c.lot_id
				JOIN procurements p ON p.id = l.procurement_id
			WHERE y.claimed_until < clock_timestamp() AND l.ended_at IS NULL AND p.status <> 'suspended'
			ORDER BY y.claimed_until, y.box_id, y.kind
			LIMIT 1 FOR UPDATE OF y SKIP LOCKED)
		RETURNING b.procurement_id, x.box_id, x.kind, x.sitting`, claim.Seconds()).Scan(&all).Error
	switch {
	case err != nil:
		return nil, fmt.Errorf("claim envelopes to read: %w", err)
	case len(all) == 0:
		return nil, nil //nolint:nilnil // nothing to do is no error
	}
	return &all[0], nil
}

// KeepClaim lengthens a claim.
func (s *Store) KeepClaim(ctx context.Context, u Unread, claim time.Duration) error {
	err := s.rows(ctx).Exec(`UPDATE unread_boxes SET claimed_until = clock_timestamp() + ? * interval '1 second'
		WHERE box_id = ? AND kind = ?`, claim.Seconds(), u.BoxID, u.Kind).Error
	if err != nil {
		return fmt.Errorf("keep claim: %w", err)
	}
	return nil
}

// WasRead takes envelopes from the list of those that are to be read.
func (s *Store) WasRead(ctx context.Context, u Unread) error {
	err := s.rows(ctx).Exec("DELETE FROM unread_boxes WHERE box_id = ? AND kind = ?", u.BoxID, u.Kind).Error
	if err != nil {
		return fmt.Errorf("end reading: %w", err)
	}
	return nil
}

// KeepTest keeps a test envelope that an organisation made.
func (tx *Tx) KeepTest(procurement, organisation models.ID, t models.OpenerTest) error {
	err := tx.db().Exec(`INSERT INTO opener_tests
			(id, procurement_id, fingerprint, organisation_id, header, due, made_at)
		VALUES (?, ?, ?, ?, ?, ?, ?)`, t.ID, procurement, t.Fingerprint, organisation, t.Header, t.Due, t.MadeAt).Error
	if err != nil {
		return fmt.Errorf("keep test of openers: %w", err)
	}
	return nil
}

// OpenerTest reads a test envelope. It returns a refusal with [models.CodeNotFound].
func (tx *Tx) OpenerTest(procurement, id models.ID) (models.OpenerTest, error) {
	var all []struct {
		ID, Fingerprint, Header string
		MadeAt                  time.Time
	}
	err := tx.db().Raw(`SELECT id, fingerprint, header, made_at FROM opener_tests WHERE procurement_id = ? AND id = ?`,
		procurement, id).Scan(&all).Error
	switch {
	case err != nil:
		return models.OpenerTest{}, fmt.Errorf("read test of openers: %w", err)
	case len(all) == 0:
		return models.OpenerTest{}, models.NoSuchResource()
	}
	return models.OpenerTest{
		ID: models.ID(all[0].ID), Fingerprint: all[0].Fingerprint, Header: all[0].Header, MadeAt: all[0].MadeAt,
	}, nil
}

// KeepTestRelease keeps that an opener has released a test envelope, and tells whether that is new.
func (tx *Tx) KeepTestRelease(test, person models.ID, digest, content string, at time.Time) (bool, error) {
	result := tx.db().Exec(`INSERT INTO opener_test_releases (test_id, person_id, digest, content, released_at)
		VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, test, person, digest, content, at)
	if result.Error != nil {
		return false, fmt.Errorf("keep release of test: %w", result.Error)
	}
	return result.RowsAffected == 1, nil
}

// A KeptOpening names the envelopes of a kind in a box that somebody has released or handed over in a turn.
type KeptOpening struct {
	ProcurementID models.ID
	BoxID         models.ID
	Kind          models.EnvelopeKind
	Turn          int
	// Fingerprint is that of the openers who act in the turn.
	Fingerprint string
}

// KeptOpenings lists what openers have released or handed over in the boxes of a procurement.
func (s *Store) KeptOpenings(ctx context.Context, procurement models.ID) ([]KeptOpening, error) {
	var all []KeptOpening
	err := s.rows(ctx).Raw(`SELECT b.procurement_id, b.id AS box_id, x.kind, x.turn, coalesce(f.fingerprint,
			b.fingerprint) AS fingerprint
		FROM boxes b CROSS JOIN LATERAL (
			SELECT r.kind, r.turn FROM box_releases r WHERE r.box_id = b.id UNION
			SELECT h.kind, h.turn FROM box_handovers h WHERE h.box_id = b.id) x
		CROSS JOIN LATERAL (SELECT count(*) AS n FROM former_openers c WHERE c.box_id = b.id) sets
		LEFT JOIN former_openers f ON f.box_id = b.id AND f.n = (x.turn - 1) % (sets.n + 1) + 1
		WHERE b.procurement_id = ? ORDER BY b.id, x.kind, x.turn`, procurement).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("list openings: %w", err)
	}
	return all, nil
}
