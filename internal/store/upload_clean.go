package store

import (
	"context"
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// UploadsKept is how long an upload is kept that nothing refers to: a supplier who uploads an envelope on the first day
// of a procedure must find it on the last.
const UploadsKept = 90 * 24 * time.Hour

const (
	// unused finds uploads that no document, tender or opening refers to.
	unused = ` NOT EXISTS (SELECT FROM document_versions v WHERE v.upload_id = u.id)
		AND NOT EXISTS (SELECT FROM tender_envelopes e WHERE e.upload_id = u.id)
		AND NOT EXISTS (SELECT FROM openings o WHERE o.upload_id = u.id)`
	abandoned = `SELECT u.id FROM uploads u WHERE u.created_at < clock_timestamp() - make_interval(secs => ?)
		AND coalesce(u.completed_at, u.created_at) < clock_timestamp() - make_interval(secs => ?) AND` + unused + `
		ORDER BY u.created_at LIMIT ? FOR UPDATE OF u SKIP LOCKED`
)

// CleanUploads removes at most limit abandoned uploads with their bytes and returns how many. Abandoned is an upload
// that was begun, and if complete was completed, more than [UploadsKept] ago, and to which no document, tender or
// opening refers. CleanUploads locks first and checks again after: a transaction that was about to refer to an upload
// either has done so, and is seen, or waits for the lock and finds the upload gone.
func (s *Store) CleanUploads(ctx context.Context, limit int) (int64, error) {
	var n int64
	err := s.InTx(ctx, func(tx *Tx) error {
		var ids []models.ID
		if err := tx.db().Raw(abandoned, UploadsKept.Seconds(), UploadsKept.Seconds(), limit).Scan(&ids).
			Error; err != nil {
			return fmt.Errorf("find abandoned uploads: %w", err)
		}
		if len(ids) == 0 {
			return nil
		}
		deleted := tx.db().Exec("DELETE FROM uploads u WHERE u.id IN ? AND"+unused, ids)
		if deleted.Error != nil {
			return fmt.Errorf("remove abandoned uploads: %w", deleted.Error)
		}
		n = deleted.RowsAffected
		return nil
	})
	return n, err
}
