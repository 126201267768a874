package pgserver

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Role is a login role that Provision makes.
type Role struct {
	Name     string
	Password string
}

// Database is a database that Provision makes. Only its owner and the roles in Users may connect to it.
type Database struct {
	Name  string
	Owner string
	Users []string
}

// Provision makes the roles and databases that do not exist yet, and sets the passwords of the roles. It may be
// repeated at every start.
func (s *Server) Provision(ctx context.Context, roles []Role, databases []Database) error {
	conn, err := pgx.Connect(ctx, s.AdminDSN("postgres"))
	if err != nil {
		return fmt.Errorf("provision PostgreSQL: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, role := range roles {
		if err := ensureRole(ctx, conn, role); err != nil {
			return fmt.Errorf("provision role %s: %w", role.Name, err)
		}
	}
	for _, database := range databases {
		if err := ensureDatabase(ctx, conn, database); err != nil {
			return fmt.Errorf("provision database %s: %w", database.Name, err)
		}
	}
	return nil
}

func ensureRole(ctx context.Context, conn *pgx.Conn, role Role) error {
	verb := "CREATE"
	if exists, err := catalogHas(ctx, conn, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)",
		role.Name); err != nil {
		return err
	} else if exists {
		verb = "ALTER"
	}
	statement := verb + " ROLE " + quoteName(role.Name) + " LOGIN PASSWORD " + quoteText(role.Password)
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("set its password: %w", err)
	}
	return nil
}

func ensureDatabase(ctx context.Context, conn *pgx.Conn, database Database) error {
	name := quoteName(database.Name)
	exists, err := catalogHas(ctx, conn, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", database.Name)
	if err != nil {
		return err
	}
	if !exists {
		if _, err := conn.Exec(ctx, "CREATE DATABASE "+name+" OWNER "+quoteName(database.Owner)); err != nil {
			return fmt.Errorf("create it: %w", err)
		}
	}
	statements := []string{"REVOKE ALL ON DATABASE " + name + " FROM PUBLIC"}
	for _, user := range database.Users {
		statements = append(statements, "GRANT CONNECT ON DATABASE "+name+" TO "+quoteName(user))
	}
	if _, err := conn.Exec(ctx, strings.Join(statements, ";")); err != nil {
		return fmt.Errorf("grant the right to connect: %w", err)
	}
	return nil
}

func catalogHas(ctx context.Context, conn *pgx.Conn, query, name string) (exists bool, err error) {
	if err := conn.QueryRow(ctx, query, name).Scan(&exists); err != nil {
		return false, fmt.Errorf("look it up: %w", err)
	}
	return exists, nil
}

// Utility statements take no parameters, so names and passwords are quoted here.

func quoteName(name string) string { return pgx.Identifier{name}.Sanitize() }

func quoteText(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
