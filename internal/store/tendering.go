package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/models"
)

// LockQuality ends the scoring of the quality of what is in a box.
func (tx *Tx) LockQuality(b models.Box, at time.Time) {
	tx.SendFor(1, "lock quality", `UPDATE boxes SET quality_locked_at = $1
		WHERE id = $2 AND quality_locked_at IS NULL`, at, b.ID)
}

// present is the condition for the row of the last decision on lot $1.
const present = "lot_id = $1 AND n = (SELECT max(n) FROM lot_awards WHERE lot_id = $1)"

// Award records the decision on a lot.
func (tx *Tx) Award(a models.LotAward) {
	tx.SendFor(1, "award lot", `UPDATE lot_awards SET awarded_at = $2, winner_id = $3, ranking = $4, partners = $5
		WHERE awarded_at IS NULL AND `+present,
		a.LotID, a.AwardedAt, a.WinnerID, a.Ranking, a.Partners)
}

// SetAwardAside records why a decision on a lot was set aside, and begins the row of the next one.
func (tx *Tx) SetAwardAside(s models.SetAside) {
	tx.SendFor(1, "set award aside", `INSERT INTO set_asides
		(lot_id, n, ground, review_id, flaw, tender_id, set_aside_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		s.LotID, s.N, s.Ground, s.ReviewID, s.Flaw, s.TenderID, s.SetAsideAt)
	tx.SendFor(1, "begin next award", "INSERT INTO lot_awards (lot_id, n) VALUES ($1, $2)", s.LotID, s.N+1)
}

// UnlockQuality opens the scoring of the quality of what is in a box again.
func (tx *Tx) UnlockQuality(b models.Box) {
	tx.SendFor(1, "unlock quality", `UPDATE boxes SET quality_locked_at = NULL
		WHERE id = $1 AND quality_locked_at IS NOT NULL`, b.ID)
}

// LeaveSealed records how a lot is left that ends because it cannot be opened.
func (tx *Tx) LeaveSealed(s models.LeftSealed) {
	tx.SendFor(1, "leave lot sealed", `INSERT INTO sealed_ends
		(lot_id, box_id, kind, ground, fingerprint, needed, released, withheld, lost, ended_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		s.LotID, s.BoxID, s.Kind, s.Ground, s.Fingerprint, s.Needed, list(s.Released), list(s.Withheld), list(s.Lost),
		s.EndedAt)
}

// list is what a column holds that is a list, which may be empty.
func list(ids []models.ID) []string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = string(id)
	}
	return texts
}

// EndPhase records how a phase of an innovation partnership ended.
func (tx *Tx) EndPhase(p models.EndedPhase) {
	tx.SendFor(1, "end phase of partnership", `INSERT INTO partnership_phases
		(lot_id, phase, outcome, partners, ended_at) VALUES ($1, $2, $3, $4, $5)`,
		p.LotID, p.Phase, p.Outcome, p.Partners, p.EndedAt)
}

// StartStandstill records when the letters were sent, until when no contract may be concluded, and why until then.
func (tx *Tx) StartStandstill(lot models.ID, letters, until time.Time, because string) {
	tx.SendFor(1, "start standstill", `UPDATE lot_awards SET letters_at = $2, standstill_until = $3, standstill = $4
		WHERE letters_at IS NULL AND `+present, lot, letters, until, because)
}

// EndStandstill records that the standstill of a lot is over.
func (tx *Tx) EndStandstill(lot models.ID, at time.Time) {
	tx.SendFor(1, "end standstill", `UPDATE lot_awards SET standstill_over_at = $2
		WHERE standstill_over_at IS NULL AND `+present, lot, at)
}

// WriteSheet writes the next version of an evaluator's own scores of a tender and sets its version number.
func (tx *Tx) WriteSheet(s *models.ScoreSheet) error {
	err := tx.db().Raw("SELECT coalesce(max(version), 0) + 1 FROM score_sheets WHERE tender_id = ? AND person_id = ?",
		s.TenderID, s.PersonID).
		Scan(&s.Version).Error
	if err == nil {
		err = tx.db().Table("score_sheets").Create(s).Error
	}
	if err != nil {
		return fmt.Errorf("write score sheet: %w", err)
	}
	return nil
}

// SendLetters stores letters that were sent.
func (tx *Tx) SendLetters(letters ...models.Letter) error {
	if len(letters) == 0 {
		return nil
	}
	if err := tx.db().Table("letters").Create(&letters).Error; err != nil {
		return fmt.Errorf("keep letters: %w", err)
	}
	return nil
}

// Letter reads the letter of a kind about a tender or, if kind is empty, the letter about the last decision. It returns
// false when none was sent.
func (tx *Tx) Letter(tender models.ID, kind models.LetterKind) (models.Letter, bool, error) {
	var l models.Letter
	err := tx.db().Table("letters").Where("tender_id = ? AND ? IN ('', kind)", tender, kind).
		Order("sent_at DESC, kind DESC").Take(&l).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return l, false, nil
	}
	if err != nil {
		return l, false, fmt.Errorf("read letter: %w", err)
	}
	return l, true, nil
}

// WriteNotice stores a notice that was dispatched.
func (tx *Tx) WriteNotice(n models.Notice) error {
	err := tx.db().Exec(`INSERT INTO notices (id, procurement_id, kind, content, digest, dispatched_at, person_id)
		VALUES (?, ?, ?, ?, ?, ?, nullif(?, ''))`,
		n.ID, n.ProcurementID, n.Kind, string(n.Content), n.Digest, n.DispatchedAt, n.PersonID).Error
	if err != nil {
		return fmt.Errorf("keep notice: %w", err)
	}
	return nil
}

// Notices lists the notices of a procurement after the given ID, oldest first.
func (tx *Tx) Notices(procurement, after models.ID, limit int) ([]models.Notice, error) {
	return notices(tx.db(), procurement, after, limit)
}

// Notices lists the notices of a procurement after the given ID, oldest first.
func (s *Store) Notices(ctx context.Context, procurement, after models.ID, limit int) ([]models.Notice, error) {
	return notices(s.rows(ctx), procurement, after, limit)
}

func notices(db *gorm.DB, procurement, after models.ID, limit int) ([]models.Notice, error) {
	var found []models.Notice
	err := db.Table("notices").Where("procurement_id = ? AND id > ?", procurement, string(after)).Order("id").
		Limit(limit).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", err)
	}
	return found, nil
}
