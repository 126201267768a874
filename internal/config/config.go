// Package config reads the configuration of every ppi command from the
// environment: PPI_* for the product, TEMPORAL_* as Temporal's own tools read
// them. Config lists all of it, settings.go the names and defaults.
package config

import (
	"log/slog"
	"net/netip"
	"net/url"
	"path/filepath"
	"time"
)

// Config is the whole configuration. Its secrets do not show when it is printed,
// logged or marshalled.
type Config struct {
	// DatabaseURL is the application role's way to the record. Standalone may leave
	// it out and gets a private PostgreSQL.
	DatabaseURL DatabaseURL
	// DatabaseOwnerURL is the way of the role that owns the schema, for migrations.
	DatabaseOwnerURL DatabaseURL
	// DatabaseMaxConns bounds the connections that one process holds at once.
	DatabaseMaxConns int

	// DataDir holds what one installation keeps on disk: keys, checkpoints, and
	// standalone's PostgreSQL.
	DataDir string
	// CheckpointDir is where signed checkpoints are written outside the database.
	CheckpointDir string

	// Listen is the API's address, host and port; port 0 is any free one.
	Listen netip.AddrPort
	// PublicURL is how clients reach the API, without a slash at the end.
	PublicURL *url.URL
	// TrustedProxies may say in X-Forwarded-For who their client is.
	TrustedProxies []netip.Prefix

	// TaskQueue is where API and worker meet in Temporal.
	TaskQueue string
	// Temporal says how to reach the Temporal server.
	Temporal Temporal
	// ServiceNamespace is where in Temporal webhooks and maintenance live, apart from the procurements.
	ServiceNamespace string

	// MasterKey encrypts secrets at rest, CheckpointKey signs checkpoints, ReceiptKey
	// signs receipts of tenders. A key that is not set is made and kept in DataDir,
	// see [Config.Keys].
	MasterKey, CheckpointKey, ReceiptKey Key

	// WebhookAllow are internal networks that webhooks may reach nonetheless.
	WebhookAllow []netip.Prefix

	LogLevel  slog.Level
	LogFormat LogFormat

	// TemporalBinary is standalone's ppi-temporal; empty looks beside ppi and in PATH.
	TemporalBinary string
	// TemporalDatabaseURL is the role that standalone's Temporal uses on a PostgreSQL
	// that is not standalone's own.
	TemporalDatabaseURL DatabaseURL
	// Ports on 127.0.0.1 of what standalone starts; 0 is any free one.
	TemporalPort, TemporalUIPort, PostgresPort int

	// ShutdownTimeout bounds how long requests and activities under way may take
	// after the signal to stop.
	ShutdownTimeout time.Duration

	settings []setting
}

// LogFormat is how log records are written.
type LogFormat string

// The formats.
const (
	LogText LogFormat = "text" // for people
	LogJSON LogFormat = "json" // for machines
)

// Purpose is the command that a configuration is read for: it decides which
// settings must not be missing.
type Purpose string

// The purposes. Inspect is for commands that only look at the configuration.
const (
	Standalone Purpose = "standalone"
	Serve      Purpose = "serve"
	Work       Purpose = "worker"
	Migrate    Purpose = "migrate"
	Inspect    Purpose = "config"
)

// Load reads the configuration from environ, which has the form of os.Environ. The
// error is Faults and names everything that is wrong at once.
func Load(environ []string, purpose Purpose) (*Config, error) {
	env := newEnvironment(environ)
	c := &Config{}
	c.settings = c.table()
	faults := c.read(env)
	faults = append(faults, unknown(env, c.settings)...)
	temporal, err := loadTemporal(env)
	if err != nil {
		faults = append(faults, Fault{
			Variable: "TEMPORAL_*", Reason: err.Error(),
			Accepted: "see docs.temporal.io/develop/environment-configuration",
		})
	}
	c.Temporal = temporal
	c.derive(env)
	faults = append(faults, c.Validate(purpose)...)
	if len(faults) > 0 {
		return nil, faults
	}
	return c, nil
}

// derive fills in what follows from other settings.
func (c *Config) derive(env environment) {
	if c.DataDir == "" {
		c.DataDir = defaultDataDir(env)
	}
	if c.CheckpointDir == "" {
		c.CheckpointDir = filepath.Join(c.DataDir, "checkpoints")
	}
	if c.ServiceNamespace == "" {
		c.ServiceNamespace = c.Temporal.Namespace() + "-service"
	}
	if c.PublicURL == nil && c.Listen.IsValid() {
		c.PublicURL = &url.URL{Scheme: "http", Host: c.Listen.String()}
	}
}

// AppRole is the database role that the application uses, to which migrations
// grant what it may do.
func (c *Config) AppRole() string {
	if name := c.DatabaseURL.User(); name != "" {
		return name
	}
	return "ppi_app"
}
