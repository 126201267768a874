package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Fault is one thing that is wrong with the configuration.
type Fault struct {
	Variable string
	Value    string // as given; empty for a secret
	Reason   string
	Accepted string // what would be accepted instead
}

func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(f.Variable)
	if f.Value != "" {
		fmt.Fprintf(&b, "=%q", f.Value)
	}
	b.WriteString(": " + f.Reason)
	if f.Accepted != "" {
		b.WriteString("; accepted: " + f.Accepted)
	}
	return b.String()
}

// Faults is everything that is wrong with the configuration, one a line.
type Faults []Fault

func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.String()
	}
	return "invalid configuration:\n  " + strings.Join(lines, "\n  ")
}

// Validate reports what is wrong with the configuration as a whole. Each value by itself is checked when it is read.
func (c *Config) Validate(purpose Purpose) Faults {
	faults := c.missing(purpose)
	if c.DataDir == "" {
		faults = append(faults, Fault{
			Variable: "PPI_DATA_DIR",
			Reason:   "is not set, and neither XDG_DATA_HOME nor HOME is", Accepted: "a directory",
		})
	}
	if owner := c.DatabaseOwnerURL.User(); owner != "" && owner == c.DatabaseURL.User() {
		faults = append(faults, Fault{
			Variable: "PPI_DATABASE_URL", Reason: "uses the role " + owner +
				", which owns the schema and could alter the record",
			Accepted: "a role of its own for the application",
		})
	}
	if c.ServiceNamespace == c.Temporal.Namespace() {
		faults = append(faults, Fault{
			Variable: "PPI_TEMPORAL_SERVICE_NAMESPACE", Value: c.ServiceNamespace,
			Reason:   "is the namespace of the procurements",
			Accepted: "a namespace of its own, such as " + c.Temporal.Namespace() + "-service",
		})
	}
	if (purpose == Serve || purpose == Standalone) && c.AtOncePerPerson >= c.ReceiptMaxConns {
		faults = append(faults, Fault{
			Variable: "PPI_AT_ONCE_PER_PERSON", Value: strconv.Itoa(c.AtOncePerPerson),
			Reason:   "lets one supplier take all connections for the receipt of tenders",
			Accepted: fmt.Sprintf("less than PPI_RECEIPT_MAX_CONNS, which is %d", c.ReceiptMaxConns),
		})
	}
	return append(faults, c.portClashes()...)
}

// missing finds the databases that purpose needs and that are not set. Standalone runs its own PostgreSQL, or needs all
// its roles on another one.
func (c *Config) missing(purpose Purpose) Faults {
	elsewhere := purpose == Standalone && c.DatabaseURL.IsSet()
	var faults Faults
	for _, need := range []struct {
		variable string
		needed   bool
		given    DatabaseURL
	}{
		{"PPI_DATABASE_URL", purpose == Serve || purpose == Work, c.DatabaseURL},
		{"PPI_DATABASE_OWNER_URL", purpose == Migrate || elsewhere, c.DatabaseOwnerURL},
		{"PPI_TEMPORAL_DATABASE_URL", elsewhere && !c.Temporal.IsSet(), c.TemporalDatabaseURL},
	} {
		if need.needed && !need.given.IsSet() {
			faults = append(faults, Fault{
				Variable: need.variable, Reason: "is needed for this command, but is not set",
				Accepted: databaseForm,
			})
		}
	}
	return faults
}

func (c *Config) portClashes() Faults {
	ports := []struct {
		variable string
		port     int
	}{
		{"PPI_LISTEN", int(c.Listen.Port())},
		{"PPI_TEMPORAL_PORT", c.TemporalPort},
		{"PPI_TEMPORAL_UI_PORT", c.TemporalUIPort},
		{"PPI_POSTGRES_PORT", c.PostgresPort},
		{"PPI_METRICS_ADDRESS", int(c.MetricsAddress.Port())},
	}
	var faults Faults
	first := map[int]string{}
	for _, p := range ports {
		if other := first[p.port]; other != "" && p.port != 0 {
			reason := fmt.Sprintf("has the same port %d as %s", p.port, other)
			faults = append(faults, Fault{Variable: p.variable, Reason: reason, Accepted: "a port of its own, or 0"})
			continue
		}
		first[p.port] = p.variable
	}
	return faults
}

// testPrefix begins the variables of our tests; no command reads them.
const testPrefix = "PPI_TEST_"

// unknown finds variables that look like settings of ppi and are not. Most are misspelt and would silently have no
// effect.
func unknown(env environment, settings []setting) Faults {
	names := make([]string, len(settings))
	for i, s := range settings {
		names[i] = s.name
	}
	var faults Faults
	for name, value := range env {
		if value == "" || !strings.HasPrefix(name, "PPI_") || strings.HasPrefix(name, testPrefix) ||
			slices.Contains(names, name) {
			continue
		}
		fault := Fault{
			Variable: name, Reason: "is not a setting of ppi",
			Accepted: "the names that \"ppi config\" lists",
		}
		if near := nearest(name, names); near != "" {
			fault.Accepted = near + " (did you mean that?)"
		}
		faults = append(faults, fault)
	}
	slices.SortFunc(faults, func(a, b Fault) int { return strings.Compare(a.Variable, b.Variable) })
	return faults
}

// nearest returns the name that most resembles the misspelt one, or "".
func nearest(misspelt string, names []string) string {
	best, least := "", len(misspelt)/3
	for _, name := range names {
		if d := min(distance(misspelt, name), 1+distance(sortWords(misspelt), sortWords(name))); d <= least {
			best, least = name, d-1
		}
	}
	return best
}

// sortWords makes PPI_OWNER_DATABASE_URL resemble PPI_DATABASE_OWNER_URL.
func sortWords(name string) string {
	words := strings.Split(name, "_")
	slices.Sort(words)
	return strings.Join(words, "_")
}

// distance is Levenshtein's: how many letters to insert, delete or replace.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
