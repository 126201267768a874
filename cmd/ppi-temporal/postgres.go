package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/iancoleman/strcase"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jmoiron/sqlx"
	temporalconfig "go.temporal.io/server/common/config"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql/driver"
)

const (
	// maintenanceDatabase exists in every cluster; we connect to it only to create the others.
	maintenanceDatabase = "postgres"
	// startupWait is how long PostgreSQL may take to accept connections: it may start at the same time, or recover from
	// a crash.
	startupWait = 15 * time.Second
	// idleConn is how long an idle connection stays in a pool.
	idleConn   = time.Minute
	closeWait  = time.Second
	retryEvery = 100 * time.Millisecond
)

// SQLSTATE codes (PostgreSQL manual, appendix A).
const (
	codeUnknownDatabase   = "3D000"
	codeDuplicateDatabase = "42P04"
	codeUniqueViolation   = "23505"
	codeNotYetUp          = "57P03"
	codeTooManyConns      = "53300"
	codeNotPrivileged     = "42501"
	classNotAuthorized    = "28"
)

// postgres says how to reach the two databases. Host is a name, an IP or the directory of a unix socket.
type postgres struct {
	Host, User, Password, SSLMode string
	Port                          int
	Name, VisibilityName          string
	MaxConns, VisibilityMaxConns  int // per service
}

// dsn builds the URL itself, because the server's own builder does not know unix sockets and damages spaces in
// passwords.
func (p postgres) dsn(database string) string {
	params := url.Values{
		"sslmode":          {p.SSLMode},
		"application_name": {"ppi-temporal"},
		"connect_timeout":  {"5"},
	}
	u := url.URL{Scheme: "postgres", Path: "/" + database}
	if p.Password == "" {
		u.User = url.User(p.User)
	} else {
		u.User = url.UserPassword(p.User, p.Password)
	}
	if filepath.IsAbs(p.Host) {
		params.Set("host", p.Host)
		params.Set("port", strconv.Itoa(p.Port))
	} else {
		u.Host = net.JoinHostPort(p.Host, strconv.Itoa(p.Port))
	}
	u.RawQuery = params.Encode()
	return u.String()
}

// store is the configuration of one database for the server.
func (p postgres) store(database string, maxConns int) *temporalconfig.SQL {
	return &temporalconfig.SQL{
		PluginName:   postgresql.PluginNamePGX,
		DatabaseName: database,
		Connect: func(*temporalconfig.SQL) (*sqlx.DB, error) {
			db, err := (&driver.PGXDriver{}).CreateConnection(p.dsn(database))
			if err != nil {
				return nil, fmt.Errorf("connect to database %q: %w", database, err)
			}
			db.SetMaxOpenConns(maxConns)
			db.SetMaxIdleConns(maxConns)
			db.SetConnMaxIdleTime(idleConn)
			db.MapperFunc(strcase.ToSnake) // the plugin's structs have no column names
			return db, nil
		},
	}
}

// open connects to a database outside of any pool and waits for a PostgreSQL that is about to start.
func (p postgres) open(ctx context.Context, database string) (*pgx.Conn, error) {
	until := time.After(startupWait)
	tick := time.NewTicker(retryEvery)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, p.dsn(database))
		switch {
		case err == nil:
			return conn, nil
		case strings.HasPrefix(sqlState(err), classNotAuthorized):
			return nil, refuse("%s (see -db-user and %s)", err, passwordEnv)
		case !startingUp(err):
			return nil, fmt.Errorf("connect to database %q: %w", database, err)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("connect to database %q: %w", database, context.Cause(ctx))
		case <-until:
			return nil, fmt.Errorf("is PostgreSQL running, and are -db-host and -db-port right? Waited %s: %w",
				startupWait, err)
		case <-tick.C:
		}
	}
}

func startingUp(err error) bool {
	switch sqlState(err) {
	case codeNotYetUp, codeTooManyConns:
		return true
	}
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.ECONNRESET)
}

// createDatabases creates those of the two databases that are absent.
func createDatabases(ctx context.Context, p postgres) error {
	for _, database := range []string{p.Name, p.VisibilityName} {
		if err := createDatabase(ctx, p, database); err != nil {
			return err
		}
	}
	return nil
}

// createDatabase first tries to connect to the database: a role that may not connect to the maintenance database can
// use a database that was prepared for it.
func createDatabase(ctx context.Context, p postgres, database string) error {
	conn, err := p.open(ctx, database)
	if err == nil {
		closeSession(ctx, conn)
		return nil
	}
	if sqlState(err) != codeUnknownDatabase {
		return err
	}
	conn, err = p.open(ctx, maintenanceDatabase)
	if err != nil {
		return err
	}
	defer closeSession(ctx, conn)
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{database}.Sanitize())
	switch sqlState(err) {
	case codeDuplicateDatabase, codeUniqueViolation: // another process created it
		return nil
	case codeNotPrivileged:
		return refuse("role %q may not create database %q: create it for that role, or grant CREATEDB", p.User,
			database)
	}
	if err != nil {
		return fmt.Errorf("create database %q: %w", database, err)
	}
	return nil
}

// closeSession closes a session. Its error does not matter, because the session ends with the socket in any case.
func closeSession(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeWait)
	defer cancel()
	_ = conn.Close(ctx)
}

// sqlState returns the SQLSTATE of an error of PostgreSQL, else "".
func sqlState(err error) string {
	if pgErr, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pgErr.Code
	}
	return ""
}
