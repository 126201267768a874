package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
)

// envPrefix and a flag's name make the name of its environment variable: -ui-port is PPI_TEMPORAL_UI_PORT.
const envPrefix = "PPI_TEMPORAL_"

// passwordEnv is the only setting without a flag, because command lines are visible to every user of the machine.
const passwordEnv = envPrefix + "DB_PASSWORD"

const (
	maxPort          = 65535
	maxHistoryShards = 16384
	maxRetentionDays = 3650
	// minConns is the least that a pool needs: a transaction and the statement it waits for need a connection each.
	minConns = 2
)

// config is all settings. claimPorts replaces ports that are 0 by free ones.
type config struct {
	DB               postgres
	Bind             string
	FrontendPort     int
	UIPort           int
	Namespace        namespace
	Service          namespace
	HistoryShards    int
	LogLevel         string
	ExitOnStdinClose bool
}

func logLevels() []string { return []string{"debug", "info", "warn", "error"} }

func sslModes() []string {
	return []string{"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}
}

// parseConfig reads the settings: flags come before environment variables, and these before defaults. It returns a
// refusal that names all faults at once.
func parseConfig(args []string, lookupEnv func(string) (string, bool), usage io.Writer) (config, error) {
	var cfg config
	flags := cfg.flags()
	flags.SetOutput(usage)

	var faults []error
	flags.VisitAll(func(f *flag.Flag) {
		if value, ok := lookupEnv(envName(f.Name)); ok && value != "" {
			if err := flags.Set(f.Name, value); err != nil {
				faults = append(faults, fmt.Errorf("%s=%q: %w", envName(f.Name), value, err))
			}
		}
	})
	cfg.DB.Password, _ = lookupEnv(passwordEnv)

	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return config{}, fmt.Errorf("parse flags: %w", err)
	case err != nil:
		faults = append(faults, err)
	case flags.NArg() > 0:
		faults = append(faults, fmt.Errorf("unexpected argument %q", flags.Arg(0)))
	}
	cfg.Service.Name = cmp.Or(cfg.Service.Name, cfg.Namespace.Name+"-service")
	faults = append(faults, cfg.faults()...)
	if len(faults) > 0 {
		return config{}, refuse("%s", errors.Join(faults...))
	}
	return cfg, nil
}

func envName(flagName string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(flagName, "-", "_"))
}

func (c *config) flags() *flag.FlagSet {
	f := flag.NewFlagSet("ppi-temporal", flag.ContinueOnError)
	f.StringVar(&c.DB.Host, "db-host", "127.0.0.1", "PostgreSQL `host`, or the directory of its unix socket")
	f.IntVar(&c.DB.Port, "db-port", 5432, "PostgreSQL `port`, of the unix socket, too")
	f.StringVar(&c.DB.User, "db-user", "postgres", "PostgreSQL `role`; needs CREATEDB if the databases are absent")
	f.StringVar(&c.DB.SSLMode, "db-sslmode", "prefer", "TLS to PostgreSQL: "+strings.Join(sslModes(), ", "))
	f.StringVar(&c.DB.Name, "db-name", "temporal", "`database` of workflow histories")
	f.StringVar(&c.DB.VisibilityName, "db-visibility-name", "temporal_visibility", "`database` of the workflow lists")
	f.IntVar(&c.DB.MaxConns, "db-max-conns", 10, "most connections per service to -db-name (four services)")
	f.IntVar(&c.DB.VisibilityMaxConns, "db-visibility-max-conns", 5, "the same for -db-visibility-name")
	f.StringVar(&c.Bind, "bind", "127.0.0.1",
		"`IP` of the frontend; nothing asks for a login there. All else is on 127.0.0.1")
	f.IntVar(&c.FrontendPort, "frontend-port", 7233, "gRPC `port` of the frontend, 0 for any free one")
	f.IntVar(&c.UIPort, "ui-port", 8233, "HTTP `port` of the web UI, 0 for any free one")
	f.StringVar(&c.Namespace.Name, "namespace", "ppi", "`namespace` of the procurements, to create if absent")
	f.IntVar(&c.Namespace.RetentionDays, "retention-days", 90, "`days` to keep the history of a closed procurement")
	f.StringVar(&c.Service.Name, "service-namespace", "",
		"`namespace` of webhooks and maintenance, created if absent (default: that of the procurements with -service)")
	f.IntVar(&c.Service.RetentionDays, "service-retention-days", 7,
		"`days` to keep the history of what is closed there")
	f.IntVar(&c.HistoryShards, "history-shards", 4, "`number` of history shards, fixed when the databases are created")
	f.StringVar(&c.LogLevel, "log-level", "warn", "lowest `level` to log: "+strings.Join(logLevels(), ", "))
	f.BoolVar(&c.ExitOnStdinClose, "exit-on-stdin-close", false,
		"stop when stdin is closed, as it is when the parent dies")
	f.Usage = func() {
		_, _ = fmt.Fprintf(f.Output(), "Usage: ppi-temporal [flags]\n\n"+
			"Each flag can be given as environment variable, e.g. -db-host as %s.\n"+
			"The password is read from %s only.\n\n", envName("db-host"), passwordEnv)
		f.PrintDefaults()
	}
	return f
}

func (c *config) faults() []error {
	var faults []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	between := func(name string, value, low, high int) {
		check(value >= low && value <= high, "-%s is %d, must be %d to %d", name, value, low, high)
	}
	for _, required := range []struct{ name, value string }{
		{"db-host", c.DB.Host},
		{"db-user", c.DB.User},
		{"db-name", c.DB.Name},
		{"db-visibility-name", c.DB.VisibilityName},
		{"namespace", c.Namespace.Name},
	} {
		check(required.value != "", "-%s is empty", required.name)
	}
	check(c.Namespace.Name != c.Service.Name, "-namespace and -service-namespace are both %q", c.Service.Name)
	check(c.DB.Name != c.DB.VisibilityName, "-db-name and -db-visibility-name are both %q", c.DB.Name)
	check(slices.Contains(sslModes(), c.DB.SSLMode), "-db-sslmode is %q, must be one of %v", c.DB.SSLMode, sslModes())
	check(slices.Contains(logLevels(), c.LogLevel), "-log-level is %q, must be one of %v", c.LogLevel, logLevels())
	_, err := netip.ParseAddr(c.Bind)
	check(err == nil, "-bind is %q, must be an IP address", c.Bind)
	between("db-port", c.DB.Port, 1, maxPort)
	between("frontend-port", c.FrontendPort, 0, maxPort)
	between("ui-port", c.UIPort, 0, maxPort)
	check(c.FrontendPort == 0 || c.FrontendPort != c.UIPort, "-frontend-port and -ui-port are both %d", c.UIPort)
	between("db-max-conns", c.DB.MaxConns, minConns, 1000)
	between("db-visibility-max-conns", c.DB.VisibilityMaxConns, minConns, 1000)
	between("retention-days", c.Namespace.RetentionDays, 1, maxRetentionDays)
	between("service-retention-days", c.Service.RetentionDays, 1, maxRetentionDays)
	between("history-shards", c.HistoryShards, 1, maxHistoryShards)
	return faults
}
