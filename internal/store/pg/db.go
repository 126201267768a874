// Package pg holds connections to PostgreSQL, transactions and locks; it knows no table. Rows of one table are read and
// written by GORM; queries that join tables are SQL with named parameters. Where round trips are counted, SQL has
// numbered parameters and is sent by pgx: what commands read and write by [Tx.Send] and [Tx.Ask], boxes and the log on
// connections of their own.
package pg

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

const (
	defaultMaxConns = 16
	connectTimeout  = 5 * time.Second
	connMaxIdle     = 5 * time.Minute
	defaultSilence  = time.Minute
	slowStatement   = 500 * time.Millisecond
	// transactionTimeout bounds a transaction whose caller set no deadline.
	transactionTimeout = time.Minute
)

// A Tracer is told of each statement that is sent, alone or with others.
type Tracer interface {
	pgx.QueryTracer
	pgx.BatchTracer
}

// Options says which database to open and how.
type Options struct {
	// DSN names the database and the application's role, as a URL or as keywords.
	DSN string
	// MaxConns bounds the connections held at once; 0 means 16.
	MaxConns int
	// ReceiptConns are further connections, which only the receipt of tenders uses; 0: it shares the others.
	ReceiptConns int
	// Silence is how long the server may say nothing while an answer is awaited; 0 means a minute. A server that hangs,
	// or is gone without a word, then fails what waits for it, however long that may take as a whole.
	Silence time.Duration
	// Logger gets statements that fail or take over half a second; nil means slog's default.
	Logger *slog.Logger
	// Tracer is told of every statement, for benchmarks that count them; it may be nil.
	Tracer Tracer
}

// A DB is an open database. It is safe for concurrent use.
type DB struct {
	rows   *gorm.DB
	pool   *sql.DB
	config *pgx.ConnConfig
}

// Open connects to the database. It fails when the database cannot be reached before ctx ends, and with a
// [*TooManyConnsError] when the server does not give as many connections as are asked for; errors of a database that
// becomes unreachable later satisfy [IsRetryable].
func Open(ctx context.Context, o Options) (*DB, error) {
	db, err := open(o, cmp.Or(o.MaxConns, defaultMaxConns), connMaxIdle)
	if err != nil {
		return nil, err
	}
	if err := db.holds(ctx, db.MaxConns()+o.ReceiptConns); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// OpenForReceipt opens the connections that only the receipt of tenders uses, all of them, and keeps them open: when
// the last suppliers come, no other program can have taken them.
func OpenForReceipt(ctx context.Context, o Options) (*DB, error) {
	db, err := open(o, o.ReceiptConns, 0)
	if err != nil {
		return nil, err
	}
	if err := db.fill(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// open makes a pool; maxIdle is how long a connection may be idle before it is closed, 0: as long as it likes.
func open(o Options, conns int, maxIdle time.Duration) (*DB, error) {
	config, err := ParseDSN(o.DSN)
	if err != nil {
		return nil, err
	}
	if o.Tracer != nil {
		config.Tracer = o.Tracer
	}
	config.DialFunc = impatiently(config.DialFunc, cmp.Or(o.Silence, defaultSilence))
	pool := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(scanInUTC))
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	pool.SetConnMaxIdleTime(maxIdle)
	rows, err := gorm.Open(postgres.New(postgres.Config{Conn: pool}), gormConfig(cmp.Or(o.Logger, slog.Default())))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database: %w", err), pool.Close())
	}
	return &DB{rows: rows, pool: pool, config: config}, nil
}

// fill opens every connection of the pool.
func (db *DB) fill(ctx context.Context) error {
	taken := make([]*sql.Conn, 0, db.MaxConns())
	defer func() {
		for _, conn := range taken {
			_ = conn.Close() // it goes back to the pool
		}
	}()
	for range db.MaxConns() {
		conn, err := db.pool.Conn(ctx)
		if err != nil {
			return fmt.Errorf("reach database: %w", err)
		}
		taken = append(taken, conn)
	}
	return nil
}

// A TooManyConnsError says that the server gives fewer connections than this process alone may take.
type TooManyConnsError struct {
	// Wanted is how many this process may take; Given is how many the server gives to all programs together.
	Wanted, Given int
}

// Error says what to change.
func (e *TooManyConnsError) Error() string {
	return fmt.Sprintf("this process may take %d connections, but PostgreSQL gives %d to all programs together: "+
		"take fewer, or raise max_connections", e.Wanted, e.Given)
}

// Is tells whether another error says the same.
func (e *TooManyConnsError) Is(other error) bool {
	same, ok := other.(*TooManyConnsError)
	return ok && *same == *e
}

// holds tells whether the server gives that many connections.
func (db *DB) holds(ctx context.Context, wanted int) error {
	given := 0
	err := db.pool.QueryRowContext(ctx, `SELECT current_setting('max_connections')::int
		- current_setting('superuser_reserved_connections')::int`).Scan(&given)
	switch {
	case err != nil:
		return fmt.Errorf("reach database: %w", err)
	case wanted > given:
		return &TooManyConnsError{Wanted: wanted, Given: given}
	}
	return nil
}

func gormConfig(log *slog.Logger) *gorm.Config {
	return &gorm.Config{
		// PrepareStmt stays off: pgx prepares a statement once per connection; GORM would prepare it again in every
		// transaction.
		TranslateError:         true,
		SkipDefaultTransaction: true,
		DisableAutomaticPing:   true,

		DefaultTransactionTimeout: transactionTimeout,
		NowFunc:                   func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) },
		Logger: logger.NewSlogLogger(log, logger.Config{
			SlowThreshold:             slowStatement,
			LogLevel:                  logger.Warn,
			IgnoreRecordNotFoundError: true,
			ParameterizedQueries:      true,
		}),
	}
}

// ParseDSN reads a DSN; its sessions use UTC and an application name, notice within seconds that the other side is
// gone, and leave out what costs more than it gives.
func ParseDSN(dsn string) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		// The parser's own error may quote the DSN, and with it a password.
		return nil, errors.New("read DSN: it is neither a PostgreSQL URL nor a keyword string")
	}
	config.RuntimeParams["timezone"] = "UTC"
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "ppi"
	}
	// A process that froze or was cut off while it held locks must not keep everybody else waiting. Compiling a
	// statement takes longer than any of ours.
	for parameter, value := range map[string]string{
		"jit":                                 "off",
		"idle_in_transaction_session_timeout": "15s",
		"tcp_keepalives_idle":                 "5",
		"tcp_keepalives_interval":             "2",
		"tcp_keepalives_count":                "3",
		"tcp_user_timeout":                    "15s",
	} {
		if config.RuntimeParams[parameter] == "" {
			config.RuntimeParams[parameter] = value
		}
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	return config, nil
}

// scanInUTC makes pgx return instants in UTC instead of the zone of the machine.
func scanInUTC(_ context.Context, conn *pgx.Conn) error {
	conn.TypeMap().RegisterType(&pgtype.Type{
		Name:  "timestamptz",
		OID:   pgtype.TimestamptzOID,
		Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
	return nil
}

// MaxConns is how many connections are held at once at most.
func (db *DB) MaxConns() int { return db.pool.Stats().MaxOpenConnections }

// Close ends all connections. Transactions under way fail.
func (db *DB) Close() error {
	if err := db.pool.Close(); err != nil {
		return fmt.Errorf("close database: %w", err)
	}
	return nil
}

// Ping tells whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.pool.PingContext(ctx); err != nil {
		return fmt.Errorf("reach database: %w", err)
	}
	return nil
}
