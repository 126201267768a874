package store

import "context"

// IsolationLevel tells how InTx isolates.
func (s *Store) IsolationLevel(ctx context.Context) (string, error) {
	var level string
	err := s.InTx(ctx, func(tx *Tx) error {
		return tx.db().Raw("SHOW transaction_isolation").Scan(&level).Error
	})
	return level, err
}
