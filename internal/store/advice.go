package store

import "github.com/ppi-engine/ppi/internal/store/pg"

// Advice says, of an error of PostgreSQL, what an operator can do about it; see [pg.Advice].
func Advice(err error) string { return pg.Advice(err) }
