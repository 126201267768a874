package pg

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// SQLSTATEs are those of PostgreSQL's appendix A.
const (
	integrityViolation   = "23"
	notNullViolation     = "23502"
	foreignKeyViolation  = "23503"
	uniqueViolation      = "23505"
	checkViolation       = "23514"
	exclusionViolation   = "23P01"
	connectionException  = "08"
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	lockNotAvailable     = "55P03"
	queryCanceled        = "57014"
	adminShutdown        = "57P01"
	crashShutdown        = "57P02"
	cannotConnectNow     = "57P03"
	idleSessionTimeout   = "57P05"
	readOnlyTransaction  = "25006"
	featureNotSupported  = "0A000"
	idleInTransaction    = "25P03"
	transactionTimedOut  = "25P04"
	insufficientResource = "53"
)

// appendOnly is the constraint that the trigger of append-only tables reports.
const appendOnly = "append_only"

// IsRetryable tells whether the same transaction may succeed when it is tried again: the connection failed, the server
// is starting, stopping or at its limits, or another transaction was in conflict. It is false when the caller's own
// context ended.
func IsRetryable(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return isRetryableState(pg.Code) || stalePlan(pg)
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var network net.Error
	return pgconn.SafeToRetry(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.As(err, &network)
}

// IsBusy tells whether a transaction was broken off because it would have waited too long for a lock: see
// [Impatient] and [Tx.WaitAtMost]. Nothing of it remains.
func IsBusy(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pg.Code == lockNotAvailable
}

// stalePlan tells whether a prepared statement met a table that a migration has changed since; the connection then
// prepares it again.
func stalePlan(pg *pgconn.PgError) bool {
	return pg.Code == featureNotSupported && strings.Contains(pg.Message, "cached plan")
}

func isRetryableState(code string) bool {
	switch code {
	case serializationFailure, deadlockDetected, lockNotAvailable,
		adminShutdown, crashShutdown, cannotConnectNow, idleSessionTimeout,
		// The server ended a statement or a transaction that took too long.
		queryCanceled, idleInTransaction, transactionTimedOut,
		// A connection that outlived a failover still speaks to the old, now read-only server.
		readOnlyTransaction:
		return true
	}
	return strings.HasPrefix(code, connectionException) || strings.HasPrefix(code, insufficientResource)
}

// A ViolationKind says what kind of constraint refused a row.
type ViolationKind string

// The kinds of constraints.
const (
	ViolationUnique     ViolationKind = "unique"
	ViolationForeignKey ViolationKind = "foreign_key"
	ViolationCheck      ViolationKind = "check"
	ViolationNotNull    ViolationKind = "not_null"
	ViolationExclusion  ViolationKind = "exclusion"
	ViolationAppendOnly ViolationKind = "append_only"
	ViolationOther      ViolationKind = "other"
)

// A Violation is a row that a constraint of the database refused.
type Violation struct {
	Kind ViolationKind
	// Constraint is the name of the constraint in the schema; for not-null it is the name of the column.
	Constraint string
	Table      string
}

// ViolationOf returns the violated constraint in err's chain, if there is one.
func ViolationOf(err error) (Violation, bool) {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	if !ok || !strings.HasPrefix(pg.Code, integrityViolation) {
		return Violation{}, false
	}
	v := Violation{Kind: violationKind(pg.Code), Constraint: pg.ConstraintName, Table: pg.TableName}
	switch {
	case v.Kind == ViolationNotNull:
		v.Constraint = pg.ColumnName
	case v.Constraint == appendOnly:
		v.Kind = ViolationAppendOnly
	}
	return v, true
}

func violationKind(code string) ViolationKind {
	switch code {
	case uniqueViolation:
		return ViolationUnique
	case foreignKeyViolation:
		return ViolationForeignKey
	case checkViolation:
		return ViolationCheck
	case notNullViolation:
		return ViolationNotNull
	case exclusionViolation:
		return ViolationExclusion
	}
	return ViolationOther
}
