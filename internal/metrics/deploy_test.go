package metrics_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

func read(t *testing.T, file string, into any) string {
	t.Helper()
	text, err := os.ReadFile("../../" + file)
	require.NoError(t, err)
	if into != nil {
		require.NoError(t, yaml.Unmarshal(text, into), file)
	}
	return string(text)
}

// named finds the metrics in an expression, and how each is asked for.
var named = regexp.MustCompile(`\b((?:ppi|temporal)_[a-z_]+?)(_bucket|_count|_sum)?(?:\{([^}]*)\})?[^a-z_{]`)

type alert struct {
	Alert, Expr, For    string
	Labels, Annotations map[string]string
}

func readRules(t *testing.T) []alert {
	t.Helper()
	var rules struct {
		Groups []struct{ Rules []alert }
	}
	read(t, "deploy/prometheus/rules.yml", &rules)
	require.Len(t, rules.Groups, 1)
	return rules.Groups[0].Rules
}

// scraped is what these tests read of prometheus.yml.
type scraped struct {
	RuleFiles     []string `yaml:"rule_files"`
	ScrapeConfigs []struct {
		JobName      string `yaml:"job_name"`
		DNSSDConfigs []struct {
			Names []string
			Type  string
			Port  int
		} `yaml:"dns_sd_configs"`
		Relabelings []relabeling `yaml:"relabel_configs"`
	} `yaml:"scrape_configs"`
}

type relabeling struct {
	SourceLabels []string `yaml:"source_labels"`
	TargetLabel  string   `yaml:"target_label"`
}

func readScraped(t *testing.T) scraped {
	t.Helper()
	var p scraped
	read(t, "deploy/prometheus/prometheus.yml", &p)
	require.Len(t, p.ScrapeConfigs, 1)
	return p
}

func TestEveryAlertAsksForMetricsThatExistAndIsExplained(t *testing.T) {
	t.Parallel()
	guide := read(t, "docs/operations.md", nil)
	exists, labels := map[string]bool{}, map[string][]string{}
	for _, d := range newMetrics().Described() {
		exists[d.Name], labels[d.Name] = true, d.Labels
	}
	rules := readRules(t)
	for _, r := range rules {
		asked := named.FindAllStringSubmatch(r.Expr+" ", -1)
		require.True(t, len(asked) > 0 || strings.HasPrefix(r.Expr, "up{"), "%s: %s", r.Alert, r.Expr)
		for _, a := range asked {
			require.True(t, exists[a[1]], "%s asks for %s, which nothing shows", r.Alert, a[1])
			for selector := range strings.SplitSeq(a[3], ",") {
				label, _, selects := strings.Cut(strings.TrimRight(selector, "~"), "=")
				require.True(t, !selects || slices.Contains(labels[a[1]], strings.TrimRight(label, "!")),
					"%s: %s has no label %s", r.Alert, a[1], label)
			}
		}
		require.Contains(t, []string{"critical", "warning"}, r.Labels["severity"], r.Alert)
		require.NotEmpty(t, r.Annotations["summary"], r.Alert)
		if r.For != "" {
			_, err := time.ParseDuration(r.For)
			require.NoError(t, err, r.Alert)
		}
		require.Contains(t, guide, "| `"+r.Alert+"` |", "docs/operations.md does not say what to do")
	}
	require.Greater(t, len(rules), 10)
}

// A process that is gone has no address: Prometheus drops it, and with it whether it is up. Standalone is both parts.
func TestAPartWithoutAnyProcessIsMissed(t *testing.T) {
	t.Parallel()
	rules, p := readRules(t), readScraped(t)
	require.Equal(t, "ProcessNotSeen", rules[0].Alert)
	parts := 0
	for _, d := range p.ScrapeConfigs[0].DNSSDConfigs {
		for _, part := range d.Names {
			parts++
			up := `up{job="` + p.ScrapeConfigs[0].JobName + `",part="`
			require.Contains(t, rules[0].Expr, `or (absent(`+up+part+`"}) unless on() `+up+`standalone"})`)
		}
	}
	require.Equal(t, parts, strings.Count(rules[0].Expr, "absent("))
	require.Equal(t, []relabeling{{[]string{"__meta_dns_name"}, "part"}}, p.ScrapeConfigs[0].Relabelings)
}

func TestEveryMetricIsExplained(t *testing.T) {
	t.Parallel()
	guide := read(t, "docs/operations.md", nil)
	described := newMetrics().Described()
	require.Greater(t, len(described), 25)
	for _, d := range described {
		require.Contains(t, guide, "| `"+d.Name+"` |", "docs/operations.md does not explain it")
		require.NotEmpty(t, d.Help, d.Name)
	}
	explained := regexp.MustCompile("(?m)^\\| `((?:ppi|temporal)_[a-z_]+)` \\|").FindAllStringSubmatch(guide, -1)
	require.Len(t, explained, len(described), "docs/operations.md explains what is not shown")
}

// composed is what this test reads of docker-compose.yml.
type composed struct {
	Services map[string]struct {
		Image       string
		Profiles    []string
		Ports       []string
		Command     []string
		Volumes     []string
		Environment map[string]string
		DependsOn   map[string]any `yaml:"depends_on"`
	}
	Volumes map[string]any
}

func TestComposeStartsPrometheusOnlyIfAsked(t *testing.T) {
	t.Parallel()
	var c composed
	read(t, "docker-compose.yml", &c)
	prometheus := c.Services["prometheus"]
	require.Regexp(t, `^prom/prometheus:v\d+\.\d+\.\d+$`, prometheus.Image)
	require.Equal(t, []string{"metrics"}, prometheus.Profiles)
	require.Contains(t, prometheus.Volumes, "./deploy/prometheus:/etc/prometheus:ro")
	require.Contains(t, prometheus.Command, "--config.file=/etc/prometheus/prometheus.yml")
	require.Contains(t, c.Volumes, "prometheus")
	for name, s := range c.Services {
		require.Equal(t, name == "prometheus", len(s.Profiles) > 0, "%s starts without being asked for", name)
		require.NotContains(t, s.DependsOn, "prometheus", name)
		for _, port := range s.Ports {
			require.True(t, strings.HasPrefix(port, "127.0.0.1:"), "%s: %s", name, port)
			require.NotContains(t, port, "9464", "metrics are not published")
		}
	}
}

func TestPrometheusScrapesAPIAndWorkerWhereTheyShowMetrics(t *testing.T) {
	t.Parallel()
	var c composed
	read(t, "docker-compose.yml", &c)
	p := readScraped(t)
	require.Equal(t, []string{"/etc/prometheus/rules.yml"}, p.RuleFiles)
	require.Equal(t, "ppi", p.ScrapeConfigs[0].JobName)
	var found []string
	for _, d := range p.ScrapeConfigs[0].DNSSDConfigs {
		found = append(found, d.Names...)
		require.Equal(t, "A", d.Type)
		for _, name := range d.Names {
			require.Equal(t, "0.0.0.0:9464", c.Services[name].Environment["PPI_METRICS_ADDRESS"], name)
			require.Equal(t, 9464, d.Port)
		}
	}
	require.ElementsMatch(t, []string{"api", "worker"}, found)
}
