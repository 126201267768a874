package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// setting ties a variable to its field: its default, its meaning and what it accepts are only here.
type setting struct {
	name     string
	fallback string // in the same form as the variable; "" means unset
	meaning  string
	accepted string
	value    value
	source   Source
}

// value parses a variable into its field and shows the field without secrets.
type value struct {
	set    func(text string) error
	show   func() string
	secret bool // no message may quote it
}

// table is every PPI_* variable, in the order in which they are shown.
func (c *Config) table() []setting { //nolint:funlen // it is a table
	return []setting{
		{
			name: "PPI_DATABASE_URL", value: databaseURL(&c.DatabaseURL), accepted: databaseForm,
			meaning: "the record, as the application's role; without it, standalone runs a PostgreSQL of its own",
		},
		{
			name: "PPI_DATABASE_OWNER_URL", value: databaseURL(&c.DatabaseOwnerURL), accepted: databaseForm,
			meaning: "the record, as the role that owns the schema; for migrations only",
		},
		{
			name: "PPI_DATABASE_MAX_CONNS", fallback: "16", value: number(&c.DatabaseMaxConns, 4, 1000),
			accepted: "4 to 1000",
			meaning:  "how many connections to the record one process has at most",
		},
		{
			name: "PPI_RECEIPT_MAX_CONNS", fallback: "16", value: number(&c.ReceiptMaxConns, 2, 1000),
			accepted: "2 to 1000",
			meaning:  "how many further connections serve has for the receipt of tenders alone",
		},
		{
			name: "PPI_DATA_DIR", value: directory(&c.DataDir), accepted: "a directory",
			meaning: "keys, checkpoints and standalone's PostgreSQL",
		},
		{
			name: "PPI_CHECKPOINT_DIR", value: directory(&c.CheckpointDir), accepted: "a directory",
			meaning: "signed checkpoints of the record, outside the database",
		},
		{
			name: "PPI_LISTEN", fallback: "127.0.0.1:8080", value: address(&c.Listen), accepted: addressForm,
			meaning: "where the API listens",
		},
		{
			name: "PPI_PUBLIC_URL", value: publicURL(&c.PublicURL),
			accepted: "http or https URL without query, such as https://ppi.example.eu",
			meaning:  "how clients reach the API",
		},
		{
			name: "PPI_TRUSTED_PROXIES", value: networks(&c.TrustedProxies), accepted: networkForm,
			meaning: "proxies that may name their client in X-Forwarded-For; clients of others count as one address",
		},
		{
			name: "PPI_REQUESTS_PER_KEY", fallback: "6000", value: number(&c.RequestsPerKey, 1, most),
			accepted: quotaForm, meaning: "how many requests in a minute one API key may make",
		},
		{
			name: "PPI_REQUESTS_PER_ADDRESS", fallback: "1200", value: number(&c.RequestsPerAddress, 1, most),
			accepted: quotaForm, meaning: "how many requests in a minute may come from one address without a known key",
		},
		{
			name: "PPI_WRONG_KEYS_PER_ADDRESS", fallback: "60", value: number(&c.WrongKeysPerAddress, 1, most),
			accepted: quotaForm,
			meaning:  "how many requests in a minute may come from one address with a wrong key or none",
		},
		{
			name: "PPI_AT_ONCE_PER_PERSON", fallback: "8", value: number(&c.AtOncePerPerson, 1, most),
			accepted: quotaForm,
			meaning: "how many requests of one person may be under way at once, each of: transfers of files, checks " +
				"of uploads, receipts of tenders, other changes",
		},
		{
			name: "PPI_AT_ONCE_PER_ORGANISATION", fallback: "16", value: number(&c.AtOncePerOrganisation, 1, most),
			accepted: quotaForm,
			meaning:  "the same of one organisation; for receipts of tenders, the number of one person counts",
		},
		{
			name: "PPI_CHECKS_AT_ONCE", fallback: "4", value: number(&c.ChecksAtOnce, 2, 1000), accepted: "2 to 1000",
			meaning: "how many uploads serve checks at once, at most half of them of one organisation; others wait",
		},
		{
			name: "PPI_READ_TIMEOUT", fallback: "30s", value: duration(&c.ReadTimeout, time.Second, time.Hour),
			accepted: timeoutForm,
			meaning:  "how long a request may take to arrive; bodies that operations read have limits of their own",
		},
		{
			name: "PPI_WRITE_TIMEOUT", fallback: "2m", value: duration(&c.WriteTimeout, time.Minute, time.Hour),
			accepted: "1m to 1h",
			meaning:  "how long an answer may take to be taken; files and exports may take longer",
		},
		{
			name: "PPI_IDLE_TIMEOUT", fallback: "2m", value: duration(&c.IdleTimeout, time.Second, time.Hour),
			accepted: timeoutForm,
			meaning:  "how long a connection is kept on which no request comes",
		},
		{
			name: "PPI_TASK_QUEUE", fallback: "ppi", value: name(&c.TaskQueue),
			accepted: "up to 200 visible characters",
			meaning:  "the Temporal task queue that API and worker share",
		},
		{
			name: "PPI_TEMPORAL_SERVICE_NAMESPACE", value: name(&c.ServiceNamespace),
			accepted: "up to 200 visible characters",
			meaning:  "namespace of webhooks and maintenance; without it, that of the procurements with -service",
		},
		{
			name: "PPI_MASTER_KEY", value: key(&c.MasterKey), accepted: keyForm,
			meaning: "encrypts secrets at rest",
		},
		{
			name: "PPI_CHECKPOINT_KEY", value: key(&c.CheckpointKey), accepted: keyForm,
			meaning: "signs checkpoints",
		},
		{
			name: "PPI_RECEIPT_KEY", value: key(&c.ReceiptKey), accepted: keyForm,
			meaning: "signs receipts of tenders",
		},
		{
			name: "PPI_WEBHOOK_ALLOW", value: networks(&c.WebhookAllow), accepted: networkForm,
			meaning: "internal networks that webhooks may reach",
		},
		{
			name: "PPI_LOG_LEVEL", fallback: "info", value: logLevel(&c.LogLevel),
			accepted: "debug, info, warn or error",
			meaning:  "lowest level to log",
		},
		{
			name: "PPI_LOG_FORMAT", fallback: "text", value: logFormat(&c.LogFormat), accepted: "text or json",
			meaning: "how log records are written",
		},
		{
			name: "PPI_METRICS_ADDRESS", fallback: "127.0.0.1:9464", value: addressOrOff(&c.MetricsAddress),
			accepted: addressForm + "; or off",
			meaning:  "where /metrics is shown to Prometheus, apart from the API",
		},
		{
			name: "PPI_SHUTDOWN_TIMEOUT", fallback: "15s",
			value: duration(&c.ShutdownTimeout, time.Second, 10*time.Minute), accepted: "1s to 10m",
			meaning: "how long work under way may take after the signal to stop",
		},
		{
			name: "PPI_TEMPORAL_BIN", value: text(&c.TemporalBinary), accepted: "the path of ppi-temporal",
			meaning: "standalone: its Temporal server; without it, ppi-temporal beside ppi or in PATH",
		},
		{
			name: "PPI_TEMPORAL_DATABASE_URL", value: databaseURL(&c.TemporalDatabaseURL), accepted: databaseForm,
			meaning: "standalone: Temporal's role and database NAME on the PostgreSQL of PPI_DATABASE_URL; " +
				"NAME_visibility is used, too",
		},
		{
			name: "PPI_TEMPORAL_PORT", fallback: "7233", value: number(&c.TemporalPort, 0, maxPort), accepted: portForm,
			meaning: "standalone: port of its Temporal server",
		},
		{
			name: "PPI_TEMPORAL_UI_PORT", fallback: "8233", value: number(&c.TemporalUIPort, 0, maxPort),
			accepted: portForm,
			meaning:  "standalone: port of Temporal's web UI",
		},
		{
			name: "PPI_POSTGRES_PORT", fallback: "0", value: number(&c.PostgresPort, 0, maxPort), accepted: portForm,
			meaning: "standalone: port of its PostgreSQL",
		},
	}
}

const (
	maxPort = 65535
	most    = 1_000_000

	addressForm  = "IP:port, such as 127.0.0.1:8080 or 0.0.0.0:8080; port 0 is any free one"
	portForm     = "0 to 65535; 0 is any free one"
	quotaForm    = "1 to 1000000"
	timeoutForm  = "1s to 1h"
	networkForm  = "networks separated by commas, such as 10.0.0.0/8,fd00::/8"
	databaseForm = "postgres://role:password@host:5432/database" //nolint:gosec // an example, no credential
	keyForm      = "32 random bytes in base64, as made by: openssl rand -base64 32"
)

// parsed makes a value from a field, its parser and the function that shows it.
func parsed[T any](field *T, parse func(string) (T, error), show func(T) string) value {
	return value{
		set: func(text string) error {
			v, err := parse(text)
			if err == nil {
				*field = v
			}
			return err
		},
		show: func() string { return show(*field) },
	}
}

func text(field *string) value {
	same := func(s string) string { return s }
	return parsed(field, func(s string) (string, error) { return s, nil }, same)
}

func number(field *int, low, high int) value {
	return parsed(field, func(s string) (int, error) {
		n, err := strconv.Atoi(s)
		switch {
		case err != nil:
			return 0, errors.New("not a whole number")
		case n < low || n > high:
			return 0, fmt.Errorf("not between %d and %d", low, high)
		}
		return n, nil
	}, strconv.Itoa)
}

func duration(field *time.Duration, low, high time.Duration) value {
	return parsed(field, func(s string) (time.Duration, error) {
		d, err := time.ParseDuration(s)
		switch {
		case err != nil:
			return 0, errors.New("not a duration")
		case d < low || d > high:
			return 0, fmt.Errorf("not between %s and %s", low, high)
		}
		return d, nil
	}, time.Duration.String)
}

func directory(field *string) value {
	return parsed(field, filepath.Abs, func(s string) string { return s })
}

func address(field *netip.AddrPort) value {
	return parsed(field, func(s string) (netip.AddrPort, error) {
		a, err := netip.ParseAddrPort(s)
		if err != nil {
			return a, errors.New("not an IP address and a port")
		}
		return a, nil
	}, netip.AddrPort.String)
}

const off = "off"

func addressOrOff(field *netip.AddrPort) value {
	v := address(field)
	return value{
		set: func(text string) error {
			if text == off {
				*field = netip.AddrPort{}
				return nil
			}
			return v.set(text)
		},
		show: func() string {
			if !field.IsValid() {
				return off
			}
			return v.show()
		},
	}
}

func networks(field *[]netip.Prefix) value {
	return parsed(field, func(s string) ([]netip.Prefix, error) {
		var list []netip.Prefix
		for item := range strings.SplitSeq(s, ",") {
			p, err := netip.ParsePrefix(strings.TrimSpace(item))
			if err != nil {
				return nil, fmt.Errorf("%q is not a network", strings.TrimSpace(item))
			}
			if p != p.Masked() {
				return nil, fmt.Errorf("%s has bits set after its prefix length; the network is %s", p, p.Masked())
			}
			list = append(list, p)
		}
		return list, nil
	}, showNetworks)
}

func showNetworks(list []netip.Prefix) string {
	names := make([]string, len(list))
	for i, p := range list {
		names[i] = p.String()
	}
	return strings.Join(names, ",")
}

func publicURL(field **url.URL) value {
	return parsed(field, func(s string) (*url.URL, error) {
		u, err := url.Parse(s)
		switch {
		case err != nil:
			return nil, errors.New("not a URL")
		case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
			return nil, errors.New("not an http or https URL")
		case u.RawQuery != "" || u.Fragment != "" || u.User != nil:
			return nil, errors.New("has a query, a fragment or a user")
		}
		u.Path = strings.TrimRight(u.Path, "/")
		return u, nil
	}, func(u *url.URL) string {
		if u == nil {
			return ""
		}
		return u.String()
	})
}

func name(field *string) value {
	return parsed(field, func(s string) (string, error) {
		const longest = 200
		if len(s) > longest || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
			return "", errors.New("too long, or has blanks or control characters")
		}
		return s, nil
	}, func(s string) string { return s })
}

func logLevel(field *slog.Level) value {
	return parsed(field, func(s string) (slog.Level, error) {
		switch s {
		case "debug":
			return slog.LevelDebug, nil
		case "info":
			return slog.LevelInfo, nil
		case "warn":
			return slog.LevelWarn, nil
		case "error":
			return slog.LevelError, nil
		}
		return 0, errors.New("not a level")
	}, func(l slog.Level) string { return strings.ToLower(l.String()) })
}

func logFormat(field *LogFormat) value {
	return parsed(field, func(s string) (LogFormat, error) {
		if f := LogFormat(s); f == LogText || f == LogJSON {
			return f, nil
		}
		return "", errors.New("not a format")
	}, func(f LogFormat) string { return string(f) })
}

func databaseURL(field *DatabaseURL) value {
	return secret(parsed(field, ParseDatabaseURL, DatabaseURL.String))
}

func key(field *Key) value { return secret(parsed(field, parseKey, Key.String)) }

func secret(v value) value {
	v.secret = true
	return v
}

// defaultDataDir follows the XDG base directory specification; a system service
// keeps its data where the Filesystem Hierarchy Standard puts it.
func defaultDataDir(env environment) string {
	if os.Geteuid() == 0 {
		return "/var/lib/ppi"
	}
	if base := env["XDG_DATA_HOME"]; filepath.IsAbs(base) {
		return filepath.Join(base, "ppi")
	}
	if home := env["HOME"]; filepath.IsAbs(home) {
		return filepath.Join(home, ".local", "share", "ppi")
	}
	return ""
}
