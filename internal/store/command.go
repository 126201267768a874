package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// ErrNoCommand means that no command with the ID was written down.
var ErrNoCommand = errors.New("no such command")

// writeCommand does not wait for the disk. Its effect is committed later, and so is never on disk without the command.
// A command that is lost in a crash of the database had no effect, and is written down again, dated as it was; see
// docs/decisions/0009.
//
// It labels the command for people who watch the process: what is done, to what, and for which buyer. No label names
// suppliers or tenders.
const writeCommand = `INSERT INTO commands
		(id, procurement_id, actor_id, verb, fingerprint, if_match, created_at, payload, label)
	SELECT c.id, c.procurement_id, c.actor_id, c.verb, $5, $6, coalesce($11::timestamptz, clock_timestamp()), c.payload,
		concat_ws(' · ', replace(c.verb, '_', ' '),
		coalesce(
			c.payload->>$8::text,
			(SELECT replace(m.verb, '_', ' ') FROM motions m
				WHERE m.procurement_id = c.procurement_id AND m.id = c.payload->>'motion'),
			(SELECT 'lot ' || l.number FROM lots l
				WHERE l.procurement_id = c.procurement_id AND l.id = c.payload->>'lot')),
		(SELECT left(o.legal_name, 80) FROM role_assignments r JOIN organisations o ON o.id = r.organisation_id
			WHERE r.procurement_id = c.procurement_id AND r.person_id = c.actor_id AND r.role = ANY($9) AND o.kind = $10
			ORDER BY r.valid_from DESC, r.id LIMIT 1))
	FROM (SELECT $1::text AS id, $2::text AS procurement_id, $3::text AS actor_id, $4::text AS verb,
		$7::jsonb AS payload) c
	ON CONFLICT DO NOTHING RETURNING label, status, created_at, set_config('synchronous_commit', 'off', true)`

// A Label says what the label of a command contains besides its verb.
type Label struct {
	// By are the roles that may ask for the command; the label names the organisation for which the actor holds one.
	By []models.Role
	// PhaseIn is the field of the payload that names a phase; empty: none does.
	PhaseIn string
}

// WriteCommand writes a command down, without effect, unless one with its ID is there already. It is dated now, unless
// it has a date: it was written down before. WriteCommand returns the command in the record and whether it is new.
func (s *Store) WriteCommand(ctx context.Context, c models.Command, l Label) (models.Command, bool, error) {
	err := pg.OnLiveConn(ctx, s.DB, func(conn *pgx.Conn) error {
		return conn.QueryRow(ctx, writeCommand, c.ID, c.ProcurementID, c.ActorID, c.Verb, c.Fingerprint, c.IfMatch,
			c.Payload,
			l.PhaseIn, l.By, models.OrganisationContractingAuthority,
			sql.NullTime{Time: c.CreatedAt, Valid: !c.CreatedAt.IsZero()}).Scan(&c.Label, &c.Status, &c.CreatedAt, nil)
	})
	switch {
	case err == nil:
		c.CreatedAt = c.CreatedAt.UTC()
		return c, true, nil
	case !errors.Is(err, pgx.ErrNoRows):
		return models.Command{}, false, fmt.Errorf("write command down: %w", err)
	}
	standing, err := s.Command(ctx, c.ID)
	return standing, false, err
}

// Command reads a command. It returns [ErrNoCommand].
func (s *Store) Command(ctx context.Context, id string) (models.Command, error) {
	var c models.Command
	err := s.rows(ctx).Where("id = ?", id).Take(&c).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return c, ErrNoCommand
	case err != nil:
		return c, fmt.Errorf("read command: %w", err)
	}
	return c, nil
}

// A Summons is a command to be carried out, with what is needed to know which boxes to lock. It is read before any
// lock, so whatever must be true is read again after it.
type Summons struct {
	// Command has what was asked for; of its outcome it has only the status.
	Command models.Command
	// Motion is the motion that is voted on; its ID is empty if there is none.
	Motion models.Motion
	// Open are the boxes of the procurement that are open, by ID.
	Open []models.Box
}

const selectSummons = `SELECT
	(SELECT row_to_json(x) FROM (SELECT c.id, c.procurement_id, c.actor_id, c.verb, c.if_match, c.payload, c.label,
		c.status, c.created_at) x),
	(SELECT row_to_json(m) FROM motions m WHERE m.procurement_id = c.procurement_id AND m.id = c.payload ->> 'motion'),
	(SELECT json_agg(b ORDER BY b.id) FROM boxes b WHERE b.procurement_id = c.procurement_id AND b.closed_at IS NULL)
	FROM commands c WHERE c.id = $1`

// Summons reads a command to be carried out. It returns [ErrNoCommand].
func (tx *Tx) Summons(id string) (Summons, error) {
	var s Summons
	err := tx.Ask(selectSummons, []any{id},
		rowOf[models.Command]{&s.Command}, rowOf[models.Motion]{&s.Motion}, rowsOf[models.Box]{&s.Open})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return s, ErrNoCommand
	case err != nil:
		return s, fmt.Errorf("read command: %w", err)
	}
	return s, nil
}

// An Answer is what became of a command.
type Answer struct {
	Status  process.CommandStatus
	Result  any
	Refusal *models.Refusal
	FaultID string
	// Version is the procurement's after the command.
	Version int64
}

const answerCommand = `UPDATE commands SET status = $2, result = $3, refusal = $4, fault_id = $5, version = $6,
	done_at = clock_timestamp() WHERE id = $1 AND status = 'pending'`

// AnswerCommand writes the outcome of a command. Its procurement must be locked, and the command have been read as
// pending since: then it still is, so the answer is not counted and travels with the commit.
func (tx *Tx) AnswerCommand(id string, a Answer) error {
	arguments, err := a.arguments(id)
	if err == nil {
		tx.Send("answer command", answerCommand, arguments...)
	}
	return err
}

// AnswerIfPending writes the outcome of a command and tells whether it was still pending: only the first outcome is
// kept.
func (tx *Tx) AnswerIfPending(id string, a Answer) (first bool, err error) {
	arguments, err := a.arguments(id)
	if err != nil {
		return false, err
	}
	err = tx.Ask("WITH answered AS ("+answerCommand+" RETURNING id) SELECT EXISTS (SELECT FROM answered)", arguments,
		&first)
	if err != nil {
		return false, fmt.Errorf("answer command: %w", err)
	}
	return first, nil
}

// arguments are those of [answerCommand].
func (a Answer) arguments(id string) ([]any, error) {
	result, err := nullJSON(a.Result)
	if err != nil {
		return nil, fmt.Errorf("render result: %w", err)
	}
	var refusal any
	if a.Refusal != nil {
		if refusal, err = nullJSON(a.Refusal); err != nil {
			return nil, fmt.Errorf("render refusal: %w", err)
		}
	}
	return []any{id, a.Status, result, refusal, a.FaultID, a.Version}, nil
}

// StepCommand counts one more step of a command.
func (tx *Tx) StepCommand(id string) {
	tx.Send("count step of command", "UPDATE commands SET steps = steps + 1 WHERE id = $1", id)
}

// ExpireCommand ends a pending command older than the given age, by the database's clock, and tells whether it did. The
// procurement must be locked, so that nobody is carrying the command out. A command that was carried out in part does
// not expire: it is finished instead.
func (tx *Tx) ExpireCommand(id string, age time.Duration) (bool, error) {
	result := tx.db().Exec(`UPDATE commands
		SET status = 'expired', done_at = clock_timestamp(), told_at = clock_timestamp()
		WHERE id = ? AND status = 'pending' AND steps = 0
			AND created_at < clock_timestamp() - make_interval(secs => ?)`, id, age.Seconds())
	if result.Error != nil {
		return false, fmt.Errorf("expire command: %w", result.Error)
	}
	return result.RowsAffected == 1, nil
}

// TellCommands records that the histories of the runs contain the outcomes of these commands.
func (s *Store) TellCommands(ctx context.Context, ids []string) error {
	err := s.rows(ctx).
		Exec(`UPDATE commands SET told_at = clock_timestamp()
			WHERE id IN ? AND told_at IS NULL AND status <> 'pending'`, ids).Error
	if err != nil {
		return fmt.Errorf("note told commands: %w", err)
	}
	return nil
}

// An Untold is a command that has taken effect, in whole or in some steps, and whose run may not know: its sender died
// before it saw the answer.
type Untold struct {
	models.Command `gorm:"embedded"`

	// ClaimedAt is when the caller claimed it.
	ClaimedAt time.Time
}

const isUntold = "c.told_at IS NULL AND (c.status <> 'pending' OR c.steps > 0)"

// claimUntold claims procurements whose turn has come; of two callers at once, the second finds next_at moved. It picks
// procurements, and a command of each, at random, so that those that cannot be told do not keep the others waiting.
const claimUntold = `WITH due AS (
		SELECT c.procurement_id FROM commands c LEFT JOIN retellings r USING (procurement_id)
		WHERE ` + isUntold +
	` AND coalesce(c.done_at, c.created_at) <= statement_timestamp() - make_interval(secs => @age)
			AND coalesce(r.next_at <= clock_timestamp(), true)
		GROUP BY c.procurement_id ORDER BY random() LIMIT @limit
	), claimed AS (
		INSERT INTO retellings AS r (procurement_id, tries, next_at)
		SELECT procurement_id, 1, clock_timestamp() + make_interval(secs => @first) FROM due ORDER BY procurement_id
		ON CONFLICT (procurement_id) DO UPDATE SET tries = r.tries + 1,
			next_at = clock_timestamp() + make_interval(secs => least(@first * 2 ^ least(r.tries, 20), @longest))
			WHERE r.next_at <= clock_timestamp()
		RETURNING procurement_id
	)
	SELECT DISTINCT ON (c.procurement_id) c.*, statement_timestamp() AS claimed_at
	FROM claimed JOIN commands c USING (procurement_id) WHERE ` + isUntold + ` ORDER BY c.procurement_id, random()`

// Claims says what is claimed: commands older than Age, of at most Limit procurements. Nobody else claims a procurement
// for First; each failed attempt doubles that pause, up to Longest.
type Claims struct {
	Age            time.Duration
	Limit          int
	First, Longest time.Duration
}

// ClaimUntold claims procurements whose runs may know less than the record, and returns one command of each.
func (s *Store) ClaimUntold(ctx context.Context, c Claims) ([]Untold, error) {
	var untold []Untold
	err := s.rows(ctx).Raw(claimUntold, map[string]any{
		"age": c.Age.Seconds(), "limit": c.Limit, "first": c.First.Seconds(), "longest": c.Longest.Seconds(),
	}).Scan(&untold).Error
	if err != nil {
		return nil, fmt.Errorf("claim untold commands: %w", err)
	}
	return untold, nil
}

// Retold records that the run knows a command that was claimed and, because the answer had the state of the process,
// every outcome from before the claim.
func (s *Store) Retold(ctx context.Context, u Untold) error {
	err := s.rows(ctx).Exec(`WITH told AS (DELETE FROM retellings WHERE procurement_id = @procurement)
		UPDATE commands SET told_at = clock_timestamp() WHERE procurement_id = @procurement AND told_at IS NULL
			AND status <> 'pending' AND (id = @id OR done_at <= @claimed)`,
		map[string]any{"procurement": u.ProcurementID, "id": u.ID, "claimed": u.ClaimedAt}).Error
	if err != nil {
		return fmt.Errorf("note retold commands: %w", err)
	}
	return nil
}

func nullJSON(v any) (any, error) {
	if v == nil {
		return nil, nil //nolint:nilnil // SQL NULL
	}
	bytes, err := json.Marshal(v)
	return string(bytes), err
}

// PendingCommands lists commands that were written down before the given age and have no outcome,
// oldest first: their sender died, or the engine was away.
func (s *Store) PendingCommands(ctx context.Context, olderThan time.Duration, limit int) ([]models.Command, error) {
	var pending []models.Command
	err := s.rows(ctx).
		Where("status = 'pending' AND created_at < clock_timestamp() - make_interval(secs => ?)", olderThan.Seconds()).
		Order("created_at").Limit(limit).Find(&pending).Error
	if err != nil {
		return nil, fmt.Errorf("list pending commands: %w", err)
	}
	return pending, nil
}
