package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
)

// withBoxes selects lots together with their boxes, in the order in which the boxes were opened.
const withBoxes = `lots.*, (SELECT coalesce(jsonb_agg(to_jsonb(b) || jsonb_build_object('invited',
		ARRAY(SELECT i.organisation_id FROM box_invited i WHERE i.box_id = b.id), 'former', ` + formerOpeners + `)
		ORDER BY b.opened_at, b.id), '[]')
	FROM boxes b WHERE b.lot_id = lots.id) AS boxes`

// formerOpeners are those of the box b, in their order, as a list of [models.SealedFor].
const formerOpeners = `(SELECT coalesce(jsonb_agg(to_jsonb(f) ORDER BY f.n), '[]') FROM former_openers f
	WHERE f.box_id = b.id)`

func lots(db *gorm.DB, procurement models.ID) *gorm.DB {
	return db.Model(&models.Lot{}).Select(withBoxes).Where("procurement_id = ?", procurement)
}

// Lots lists all lots of a procurement by number.
func (tx *Tx) Lots(procurement models.ID) ([]models.Lot, error) {
	var found []models.Lot
	if err := lots(tx.db(), procurement).Order("number").Find(&found).Error; err != nil {
		return nil, fmt.Errorf("list lots: %w", err)
	}
	return found, nil
}

// Lot reads a lot. It returns a refusal with [models.CodeNotFound].
func (s *Store) Lot(ctx context.Context, procurement, id models.ID) (models.Lot, error) {
	return takeByID[models.Lot](lots(s.rows(ctx), procurement), "read lot", id)
}

// Lot reads a lot within the transaction. It returns a refusal with [models.CodeNotFound].
func (tx *Tx) Lot(procurement, id models.ID) (models.Lot, error) {
	return takeByID[models.Lot](lots(tx.db(), procurement), "read lot", id)
}

// LockLot reads a lot to change its content. It returns a refusal with [models.CodeNotFound].
func (tx *Tx) LockLot(procurement, id models.ID) (models.Lot, error) {
	return takeByID[models.Lot](lots(tx.db(), procurement).Clauses(forChange()), "lock lot", id)
}

// ListLots lists lots by ID, those after the given one, at most limit; published leaves out lots that were never
// published.
func (s *Store) ListLots(
	ctx context.Context, procurement models.ID, published bool, after models.ID, limit int,
) ([]models.Lot, error) {
	query := lots(s.rows(ctx), procurement)
	if published {
		query = query.Where("EXISTS (SELECT FROM boxes b WHERE b.lot_id = lots.id)")
	}
	return listAfter[models.Lot](query, "list lots", after, limit)
}

// HasPublishedLot tells whether a lot of the procurement was ever published.
func (s *Store) HasPublishedLot(ctx context.Context, procurement models.ID) (bool, error) {
	var has bool
	err := s.rows(ctx).Raw("SELECT EXISTS (SELECT FROM boxes WHERE procurement_id = ?)", procurement).
		Scan(&has).Error
	if err != nil {
		return false, fmt.Errorf("look for published lots: %w", err)
	}
	return has, nil
}

// PublishedSince is when the first lot of a procurement was published, in procedure time; nil: none was.
func (s *Store) PublishedSince(ctx context.Context, procurement models.ID) (*time.Time, error) {
	var since *time.Time
	err := s.rows(ctx).Raw("SELECT min(opened_at) FROM boxes WHERE procurement_id = ?", procurement).Scan(&since).Error
	if err != nil {
		return nil, fmt.Errorf("look when lots were published: %w", err)
	}
	return since, nil
}

// CreateLot inserts a lot. It returns a refusal with [models.CodeAlreadyExists] when its number is taken.
func (tx *Tx) CreateLot(l *models.Lot) error { return lotFault("create lot", tx.db().Create(l).Error) }

// SaveLot writes back the content of a locked lot and raises its version. It returns a refusal with
// [models.CodeAlreadyExists] when its number is taken.
func (tx *Tx) SaveLot(l *models.Lot) error {
	l.Version++
	return lotFault("save lot", tx.db().Model(l).
		Select("number", "title", "description", "deadline_local", "deadline_zone", "version").Updates(l).Error)
}

func lotFault(doing string, err error) error {
	violation, _ := pg.ViolationOf(err)
	switch {
	case err == nil:
		return nil
	case violation.Constraint == "lots_procurement_id_number_key":
		return models.Refuse(models.CodeAlreadyExists, "/number", "another lot has this number").
			Accepting("a number that no other lot has, or no number: then the next one is given")
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// EndLot ends a lot with a reason at the procedure time at. Its box must be closed, or never have been open.
func (tx *Tx) EndLot(lot models.ID, reason string, at time.Time) error {
	err := tx.db().Exec(`UPDATE lots SET ended_at = ?, end_reason = ?, version = version + 1
		WHERE id = ? AND ended_at IS NULL`, at, reason, lot).Error
	if err != nil {
		return fmt.Errorf("end lot: %w", err)
	}
	return nil
}
