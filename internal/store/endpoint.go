package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
)

// How long a change of an endpoint waits: for the endpoint itself, which is free within milliseconds unless another
// change of it is long, and then for what goes on with its feeds. It has a connection meanwhile.
const (
	endpointLock = 500 * time.Millisecond
	feedsLock    = 5 * time.Second
)

// endpointsOf narrows a query to the endpoints that the actor may see: their own, or all for an administrator. Nobody
// sees removed ones.
func endpointsOf(db *gorm.DB, actor models.Actor) *gorm.DB {
	db = db.Where("status <> ?", models.EndpointRemoved)
	db = db.Select(`endpoints.*, coalesce((SELECT events FROM unsent_events u WHERE u.endpoint_id = endpoints.id), 0)
		AS unsent, (SELECT last_at FROM unsent_events u WHERE u.endpoint_id = endpoints.id) AS unsent_at`)
	if actor.Administrator {
		return db
	}
	return db.Where("owner_id = ?", actor.PersonID)
}

// Endpoint reads an endpoint, if the actor may see it. It returns a refusal with [models.CodeNotFound].
func (s *Store) Endpoint(ctx context.Context, actor models.Actor, id models.ID) (models.Endpoint, error) {
	return takeByID[models.Endpoint](endpointsOf(s.rows(ctx), actor), "read endpoint", id)
}

// LockEndpoint reads an endpoint to change it, if the actor may see it. It returns a refusal with
// [models.CodeNotFound], or [models.CodeEndpointBusy] if another change of it takes long: whoever asks again and again
// must not take all connections.
func (tx *Tx) LockEndpoint(actor models.Actor, id models.ID) (models.Endpoint, error) {
	tx.WaitAtMost(endpointLock)
	e, err := takeByID[models.Endpoint](endpointsOf(tx.db().Clauses(forChange()), actor), "lock endpoint", id)
	if pg.IsBusy(err) {
		return e, models.Refuse(models.CodeEndpointBusy, "", "another change of the endpoint is under way").
			Accepting("the same request when it has ended, in a few seconds").After(time.Second)
	}
	tx.WaitAtMost(feedsLock)
	return e, err
}

// Endpoints lists the endpoints that the actor may see by ID, those after the given one, at most limit.
func (s *Store) Endpoints(
	ctx context.Context, actor models.Actor, after models.ID, limit int,
) ([]models.Endpoint, error) {
	return listAfter[models.Endpoint](endpointsOf(s.rows(ctx), actor), "list endpoints", after, limit)
}

// LiveEndpoints counts an organisation's endpoints that are active or paused.
func (tx *Tx) LiveEndpoints(organisation models.ID) (int64, error) {
	var n int64
	err := tx.db().Model(&models.Endpoint{}).
		Where("organisation_id = ? AND status IN ?", organisation,
			[]models.EndpointStatus{models.EndpointActive, models.EndpointPaused}).
		Count(&n).Error
	if err != nil {
		return 0, fmt.Errorf("count endpoints: %w", err)
	}
	return n, nil
}

// CreateEndpoint inserts an endpoint as version 1. It is told only of events that get their place in the log from now
// on.
func (tx *Tx) CreateEndpoint(e *models.Endpoint) error {
	now, err := tx.Now()
	if err != nil {
		return err
	}
	e.Version, e.CreatedAt = 1, now
	if err := tx.db().Raw("SELECT coalesce(max(position), 0) FROM event_log").Scan(&e.Since).Error; err != nil {
		return fmt.Errorf("read head of the log: %w", err)
	}
	if err := tx.db().Create(e).Error; err != nil {
		return fmt.Errorf("create endpoint: %w", err)
	}
	return nil
}

// SaveEndpoint writes back what can change of a locked endpoint and raises its version.
func (tx *Tx) SaveEndpoint(e *models.Endpoint) error {
	e.Version++
	err := tx.db().Model(e).Select("url", "description", "types", "procurements", "secret", "former_secret",
		"former_until", "status", "paused_because", "version", "ended_at").Updates(e).Error
	if err != nil {
		return fmt.Errorf("save endpoint: %w", err)
	}
	return nil
}

// LedBy returns the modes of those procurements that a person leads now.
func (tx *Tx) LedBy(person models.ID, procurements []models.ID) (map[models.ID]models.Mode, error) {
	var found []models.Procurement
	err := tx.db().Raw(`SELECT p.id, p.mode FROM procurements p
		WHERE p.id IN ? AND EXISTS (SELECT FROM role_assignments r
		WHERE r.procurement_id = p.id AND r.person_id = ? AND r.role = 'lead_procurer' AND `+heldNow+`)`,
		procurements, person).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("list led procurements: %w", err)
	}
	led := map[models.ID]models.Mode{}
	for _, p := range found {
		led[p.ID] = p.Mode
	}
	return led, nil
}

// LedOf counts the procurements of a mode that a person leads now.
func (tx *Tx) LedOf(person models.ID, mode models.Mode) (int64, error) {
	var n int64
	err := tx.db().Raw(`SELECT count(DISTINCT p.id)
		FROM role_assignments r JOIN procurements p ON p.id = r.procurement_id
		WHERE r.person_id = ? AND r.role = 'lead_procurer' AND `+heldNow+` AND p.mode = ?`, person, mode).Scan(&n).Error
	if err != nil {
		return 0, fmt.Errorf("count led procurements: %w", err)
	}
	return n, nil
}

// A Backlog is what has not been delivered to an endpoint.
type Backlog struct {
	Pending int64
	// Parked are the procurements whose events wait for a person.
	Parked []models.ID
}

// Backlog sums up what waits for an endpoint.
func (s *Store) Backlog(ctx context.Context, endpoint models.ID) (Backlog, error) {
	return backlog(s.rows(ctx), endpoint)
}

// Backlog sums up what waits for an endpoint.
func (tx *Tx) Backlog(endpoint models.ID) (Backlog, error) { return backlog(tx.db(), endpoint) }

func backlog(db *gorm.DB, endpoint models.ID) (Backlog, error) {
	var b Backlog
	err := db.Raw("SELECT count(*) FROM deliveries WHERE endpoint_id = ? AND delivered_at IS NULL", endpoint).
		Scan(&b.Pending).Error
	if err == nil {
		err = db.Raw(`SELECT procurement_id FROM portal_feeds
			WHERE endpoint_id = ? AND state = 'parked' ORDER BY procurement_id`, endpoint).
			Scan(&b.Parked).Error
	}
	if err != nil {
		return Backlog{}, fmt.Errorf("sum up what waits for an endpoint: %w", err)
	}
	return b, nil
}

// An Unparked is the procurement of a feed that was parked and is active again, or about which tasks are to end; Now is
// its procedure time.
type Unparked struct {
	ProcurementID models.ID
	Now           time.Time
}

// GoOn makes the feeds of an endpoint active at once, with a new count of attempts; the relay wakes them. It returns
// the procurements of those that were parked, and of those about which a task is open. Parked feeds of procurements
// that the endpoint's owner does not lead stay parked while that is so, until the endpoint is removed: who has no role
// in a procurement writes nothing into its record.
func (tx *Tx) GoOn(endpoint models.ID) ([]Unparked, error) { return tx.goOn(endpoint, nil) }

// GoOnWith is [Tx.GoOn] for the feeds of some procurements; of those it returns only the ones that were parked.
func (tx *Tx) GoOnWith(endpoint models.ID, procurements []models.ID) ([]Unparked, error) {
	if len(procurements) == 0 {
		return nil, nil
	}
	return tx.goOn(endpoint, procurements)
}

// staysParked is true for a feed f that nobody but who leads the procurement may have go on.
var staysParked = "(f.state = 'parked' AND x.status <> 'removed' AND NOT " + led + ")"

// goOn is for the feeds of some procurements; nil: of all.
func (tx *Tx) goOn(endpoint models.ID, procurements []models.ID) ([]Unparked, error) {
	var feeds []struct {
		Unparked

		State models.FeedState
		Stays bool
		Asked bool
	}
	named := map[string]any{
		"endpoint": endpoint, "procurements": procurements, "tasks": models.EndpointTasks(),
		"all": procurements == nil,
	}
	err := tx.db().Raw(`SELECT f.procurement_id, f.state, `+staysParked+` AS stays,
			@all AND EXISTS (SELECT FROM tasks t WHERE t.procurement_id = f.procurement_id
				AND t.subject_id = f.endpoint_id AND t.kind IN @tasks AND t.done_at IS NULL
				AND NOT (t.kind = '`+models.TaskFeedParked+`' AND `+staysParked+`)) AS asked,
			clock_timestamp() + p.clock_offset * interval '1 microsecond' AS now
		FROM portal_feeds f JOIN procurements p ON p.id = f.procurement_id JOIN endpoints x ON x.id = f.endpoint_id
		WHERE f.endpoint_id = @endpoint AND (@all OR f.procurement_id IN @procurements)
		ORDER BY f.procurement_id FOR UPDATE OF f`, named).Scan(&feeds).Error
	var going []models.ID
	var unparked []Unparked
	for _, f := range feeds {
		if !f.Stays {
			going = append(going, f.ProcurementID)
		}
		if f.Asked || f.State == models.FeedParked && !f.Stays {
			unparked = append(unparked, f.Unparked)
		}
	}
	if err == nil && len(going) > 0 {
		err = tx.db().Exec(`UPDATE portal_feeds f
			SET state = 'active', reason = '', failures = 0, retry_at = NULL, due_at = NULL, asked = asked + 1,
				moved_at = clock_timestamp()
			WHERE f.endpoint_id = ? AND f.procurement_id IN ?`, endpoint, going).Error
	}
	if err != nil {
		return nil, fmt.Errorf("go on with feeds of endpoint: %w", err)
	}
	return unparked, nil
}
