package pg

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
)

// SQLSTATEs of a server that cannot be used as it is set up.
const (
	diskFull            = "53100"
	outOfMemory         = "53200"
	tooManyConnections  = "53300"
	invalidPassword     = "28P01"
	invalidAuth         = "28000"
	noSuchDatabase      = "3D000"
	insufficientRights  = "42501"
	undefinedTable      = "42P01"
	unwritableDirectory = "58030"
)

// Advice says, of an error of PostgreSQL, what is wrong and what an operator can do about it, in whole sentences; ""
// when there is nothing to say beyond the error.
func Advice(err error) string {
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		return advice[refused.Code]
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return "PostgreSQL cannot be reached at the address in the database URL. Start it, or correct the URL " +
			"(PPI_DATABASE_URL, PPI_DATABASE_OWNER_URL)."
	}
	return ""
}

var advice = map[string]string{
	diskFull: "The disk of the PostgreSQL server is full. Make room there, then start again: " +
		"what was begun is completed.",
	unwritableDirectory: "PostgreSQL cannot read or write its files. Look at the disk of its data directory " +
		"and at PostgreSQL's own log.",
	outOfMemory: "The PostgreSQL server has no memory left. Give it more, or lower its settings.",
	tooManyConnections: "PostgreSQL takes no more connections. Raise its max_connections, or lower " +
		"PPI_DATABASE_MAX_CONNS.",
	invalidPassword: "PostgreSQL does not accept the password of the role in the database URL. Correct the URL or " +
		"PGPASSWORD, or set the password with ALTER ROLE.",
	invalidAuth: "PostgreSQL does not let in the role of the database URL. Make the role, or look at pg_hba.conf.",
	noSuchDatabase: "The database of the URL does not exist. Make it with CREATE DATABASE, owned by the role of " +
		"PPI_DATABASE_OWNER_URL.",
	insufficientRights: "The role of the database URL may not do this. ppi migrate needs the owner of the database " +
		"(PPI_DATABASE_OWNER_URL); it gives the application's role its rights.",
	undefinedTable: "The database does not have the schema of this release. Run ppi migrate.",
}
