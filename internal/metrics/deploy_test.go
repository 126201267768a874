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

func TestEveryAlertAsksForMetricsThatExistAndIsExplained(t *testing.T) {
	t.Parallel()
	var rules struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	read(t, "deploy/prometheus/rules.yml", &rules)
	guide := read(t, "docs/operations.md", nil)
	exists, labels := map[string]bool{}, map[string][]string{}
	for _, d := range newMetrics().Described() {
		exists[d.Name], labels[d.Name] = true, d.Labels
	}
	alerts := 0
	for _, group := range rules.Groups {
		for _, r := range group.Rules {
			alerts++
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
	}
	require.Greater(t, alerts, 10)
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
	var p struct {
		RuleFiles     []string `yaml:"rule_files"`
		ScrapeConfigs []struct {
			JobName      string `yaml:"job_name"`
			DNSSDConfigs []struct {
				Names []string
				Type  string
				Port  int
			} `yaml:"dns_sd_configs"`
		} `yaml:"scrape_configs"`
	}
	read(t, "deploy/prometheus/prometheus.yml", &p)
	require.Equal(t, []string{"/etc/prometheus/rules.yml"}, p.RuleFiles)
	require.Len(t, p.ScrapeConfigs, 1)
	require.Equal(t, "ppi", p.ScrapeConfigs[0].JobName)
	var scraped []string
	for _, d := range p.ScrapeConfigs[0].DNSSDConfigs {
		scraped = append(scraped, d.Names...)
		require.Equal(t, "A", d.Type)
		for _, name := range d.Names {
			require.Equal(t, "0.0.0.0:9464", c.Services[name].Environment["PPI_METRICS_ADDRESS"], name)
			require.Equal(t, 9464, d.Port)
		}
	}
	require.ElementsMatch(t, []string{"api", "worker"}, scraped)
}
