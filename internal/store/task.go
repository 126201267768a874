package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// RaiseTask asks people to look after something, unless the same task is open already. It returns the ID of a new task
// and whether it is new.
func (tx *Tx) RaiseTask(
	procurement models.ID, kind, subject string, detail map[string]any, at time.Time,
) (models.ID, bool, error) {
	body, err := json.Marshal(detail)
	if err != nil {
		return "", false, fmt.Errorf("render task: %w", err)
	}
	id := models.NewID(models.PrefixTask)
	result := tx.db().Exec(`INSERT INTO tasks (id, procurement_id, kind, subject_id, detail, raised_at)
		VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (procurement_id, kind, subject_id) WHERE done_at IS NULL DO NOTHING`,
		id, procurement, kind, subject, string(body), at)
	if result.Error != nil {
		return "", false, fmt.Errorf("raise task: %w", result.Error)
	}
	return id, result.RowsAffected == 1, nil
}

// FinishTask ends the open task of a kind about a subject and returns its ID; empty: there was none.
func (tx *Tx) FinishTask(procurement models.ID, kind, subject string, at time.Time) (models.ID, error) {
	var ended []models.ID
	err := tx.db().Raw(`UPDATE tasks SET done_at = ?
		WHERE procurement_id = ? AND kind = ? AND subject_id = ? AND done_at IS NULL RETURNING id`,
		at, procurement, kind, subject).Scan(&ended).Error
	if err != nil {
		return "", fmt.Errorf("finish task: %w", err)
	}
	if len(ended) == 0 {
		return "", nil
	}
	return ended[0], nil
}

// FinishEndpointTasks ends the open tasks of some kinds about an endpoint in a procurement and returns their IDs. The
// task to look after a feed stays open while the feed is parked.
func (tx *Tx) FinishEndpointTasks(f PortalFeed, kinds []string, at time.Time) ([]models.ID, error) {
	var ended []models.ID
	err := tx.db().Raw(`UPDATE tasks t SET done_at = ?
		WHERE t.procurement_id = ? AND t.subject_id = ? AND t.kind IN ? AND t.done_at IS NULL
			AND NOT (t.kind = ? AND EXISTS (SELECT FROM portal_feeds f WHERE f.endpoint_id = ?
				AND f.procurement_id = t.procurement_id AND f.state = 'parked'))
		RETURNING t.id`, at, f.ProcurementID, f.EndpointID, kinds, models.TaskFeedParked, f.EndpointID).
		Scan(&ended).Error
	if err != nil {
		return nil, fmt.Errorf("finish tasks about an endpoint: %w", err)
	}
	return ended, nil
}

// RemindOfTask records that people were reminded of an open task.
func (tx *Tx) RemindOfTask(procurement models.ID, kind, subject string, at time.Time) (models.Task, error) {
	var t models.Task
	err := tx.db().Raw(`UPDATE tasks SET reminded_at = ?
		WHERE procurement_id = ? AND kind = ? AND subject_id = ? AND done_at IS NULL
		RETURNING *`, at, procurement, kind, subject).Take(&t).Error
	if err != nil {
		return t, fmt.Errorf("remind of task: %w", err)
	}
	return t, nil
}

// Tasks lists the tasks of a procurement after the given one, open ones first, then in the order they were
// raised.
func (s *Store) Tasks(ctx context.Context, procurement, after models.ID, limit int) ([]models.Task, error) {
	query := s.rows(ctx).Where("procurement_id = ?", procurement).Order("(done_at IS NOT NULL), id").Limit(limit)
	if after != "" {
		query = query.Where(`((done_at IS NOT NULL), id) >
			(SELECT (t.done_at IS NOT NULL), t.id FROM tasks t WHERE t.id = ?)`, after)
	}
	var found []models.Task
	if err := query.Find(&found).Error; err != nil {
		return nil, fmt.Errorf("list tasks: %w", err)
	}
	return found, nil
}
