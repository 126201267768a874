package store

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/ppi-engine/ppi/internal/store/pg"
)

// IsolationLevel tells how InTx isolates.
func (s *Store) IsolationLevel(ctx context.Context) (string, error) {
	var level string
	err := s.InTx(ctx, func(tx *Tx) error {
		return tx.db().Raw("SHOW transaction_isolation").Scan(&level).Error
	})
	return level, err
}

// PlanOfVitals is how PostgreSQL would read the vitals now.
func PlanOfVitals(ctx context.Context, s *Store) (string, error) {
	var plan []string
	err := s.askVitals(ctx, "EXPLAIN "+selectVitals, func(rows pgx.Rows) (err error) {
		plan, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	return strings.Join(plan, "\n"), err
}

// RelayOvertaken relays as a process does that another one has overtaken since it saw that events wait.
func RelayOvertaken(ctx context.Context, s *Store) error {
	return pg.OnConn(ctx, s.DB, func(conn *pgx.Conn) error {
		return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			_, err := relay(ctx, tx)
			return err
		})
	})
}
