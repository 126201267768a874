// Package config reads the configuration of every ppi command from the environment: PPI_* for the product, TEMPORAL_*
// as Temporal's own tools read them. Config has all of it; settings.go has the names and defaults.
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
	// DatabaseURL is the database of the record, with the application's role. Without it, standalone starts a private
	// PostgreSQL.
	DatabaseURL DatabaseURL
	// DatabaseOwnerURL is the same database with the role that owns the schema, for migrations.
	DatabaseOwnerURL DatabaseURL
	// DatabaseMaxConns is how many connections one process has at most, beside ReceiptMaxConns for the receipt of
	// tenders alone, which only serve has.
	DatabaseMaxConns, ReceiptMaxConns int

	// DataDir is where an installation keeps its files: keys, checkpoints, and the PostgreSQL of standalone.
	DataDir string
	// CheckpointDir is where signed checkpoints are written outside the database.
	CheckpointDir string

	// Listen is the API's address, host and port; port 0 is any free one.
	Listen netip.AddrPort
	// PublicURL is how clients reach the API, without a slash at the end.
	PublicURL *url.URL
	// TrustedProxies may say in X-Forwarded-For who their client is.
	TrustedProxies []netip.Prefix
	// RequestsPerKey, RequestsPerAddress and WrongKeysPerAddress are how many requests may come in a minute: with one
	// API key; from one address without a key that is known to be good; from one address with a wrong key or none.
	RequestsPerKey, RequestsPerAddress, WrongKeysPerAddress int
	// AtOncePerPerson and AtOncePerOrganisation are how many requests for long work, and how many changes, may be under
	// way at once, for each kind of it; ChecksAtOnce is how many uploads one process checks at once.
	AtOncePerPerson, AtOncePerOrganisation, ChecksAtOnce int
	// ReadTimeout, WriteTimeout and IdleTimeout bound how long a client may keep a connection without getting on.
	ReadTimeout, WriteTimeout, IdleTimeout time.Duration

	// TaskQueue is the task queue of Temporal that API and worker share.
	TaskQueue string
	// Temporal says how to reach the Temporal server.
	Temporal Temporal
	// ServiceNamespace is the namespace of Temporal for webhooks and maintenance, apart from the procurements.
	ServiceNamespace string

	// MasterKey encrypts secrets at rest, CheckpointKey signs checkpoints, ReceiptKey signs receipts of tenders. A key
	// that is not set is made and kept in DataDir; see [Config.Keys].
	MasterKey, CheckpointKey, ReceiptKey Key

	// WebhookAllow are the internal networks that webhooks may reach; no others may be reached.
	WebhookAllow []netip.Prefix

	LogLevel  slog.Level
	LogFormat LogFormat
	// MetricsAddress is where metrics are shown to Prometheus; its zero value: nowhere.
	MetricsAddress netip.AddrPort
	// Traces tells whether traces are sent.
	Traces bool

	// TemporalBinary is the path of ppi-temporal for standalone; if empty, it is looked for beside ppi and in PATH.
	TemporalBinary string
	// TemporalDatabaseURL is the role and database of standalone's Temporal on a PostgreSQL that standalone did not
	// start.
	TemporalDatabaseURL DatabaseURL
	// Ports on 127.0.0.1 of the servers that standalone starts; 0 is any free port.
	TemporalPort, TemporalUIPort, PostgresPort int

	// ShutdownTimeout is how long requests and activities under way may take after the signal to stop.
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

// Load reads the configuration from environ, which has the form of os.Environ. It returns [Faults], which name
// everything that is wrong at once.
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
	faults = append(faults, c.loadTraces(env)...)
	c.derive(env)
	faults = append(faults, c.Validate(purpose)...)
	if len(faults) > 0 {
		return nil, faults
	}
	return c, nil
}

// Given tells whether the environment sets a variable.
func (c *Config) Given(variable string) bool {
	for _, s := range c.settings {
		if s.name == variable {
			return s.source == FromEnvironment
		}
	}
	return false
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

// AppRole is the database role of the application; migrations grant it its rights.
func (c *Config) AppRole() string {
	if name := c.DatabaseURL.User(); name != "" {
		return name
	}
	return "ppi_app"
}
