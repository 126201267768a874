// Package metrics counts what operators watch, and shows it to Prometheus.
//
// Whoever reads metrics may be a buyer. So none tells who supplies, who means to, or how many tenders a box holds: what
// suppliers do is not counted (docs/decisions/0018). Labels have few values and are never IDs.
package metrics

import (
	"log/slog"
	"net/http"
	"runtime"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/ppi-engine/ppi/models"
)

const (
	// scrapesAtOnce and scrapeWithin bound what those who read metrics cost.
	scrapesAtOnce = 4
	scrapeWithin  = 10 * time.Second
)

// buckets are upper bounds of durations in seconds: of an ordinary request, of one that waits for the process, and of
// one that is answered when its time is over.
var buckets = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}

// Metrics are those of one process. They are safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	// described are the metrics of our own, in the order in which they were made.
	described []Described

	requests         *prometheus.CounterVec
	requestDuration  *prometheus.HistogramVec
	commands         *prometheus.CounterVec
	commandDuration  *prometheus.HistogramVec
	sequencerPass    prometheus.Gauge
	checkpointSigned prometheus.Gauge
	record           *record
	temporal         *temporal
}

// Described is a metric as the documentation lists it.
type Described struct {
	Name, Help string
	Labels     []string
}

// New makes the metrics of a process of the given version. It logs when the record cannot be asked.
func New(version string, log *slog.Logger) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	build := m.gauges("ppi_build_info", "Always 1; the labels name the build.", "version", "go")
	build.WithLabelValues(version, runtime.Version()).Set(1)
	m.requests = m.counters("ppi_http_requests_total",
		"Requests that were answered, by operation and class of status; those of suppliers are left out.",
		"operation", "class")
	m.requestDuration = m.durations("ppi_http_request_duration_seconds",
		"Time from the head of a request to the end of its answer; those of suppliers are left out.", "operation")
	m.commands = m.counters("ppi_commands_total", "Commands that got an answer through this API, by verb and outcome.",
		"verb", "outcome")
	m.commandDuration = m.durations("ppi_command_duration_seconds",
		"Time from when a command is read to its outcome.", "verb")
	m.beginAtZero()
	m.sequencerPass = m.instant("ppi_sequencer_pass_timestamp_seconds",
		"When this process last gave events their places in the log; 0: it stands by.")
	m.checkpointSigned = m.instant("ppi_checkpoint_timestamp_seconds",
		"When this process last found the record signed up to date; 0: not since it started.")
	m.record = newRecord(m, log)
	m.temporal = newTemporal(m)
	m.registry.MustRegister(m.record, collectors.NewGoCollector(collectors.WithGoCollectorMemStatsMetricsDisabled()),
		withoutTraffic{collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})})
	return m
}

// beginAtZero shows what alerts wait for before it happens: else Prometheus does not see the first time.
func (m *Metrics) beginAtZero() {
	m.requests.WithLabelValues(undisclosed, "5xx")
	for _, verb := range models.Verbs() {
		for _, outcome := range []string{"failed", "unanswered"} {
			m.commands.WithLabelValues(string(verb), outcome)
		}
	}
}

// undisclosed stands for the operation of a request of which nothing may be told.
const undisclosed = "undisclosed"

// Handler answers with all metrics in Prometheus' format.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: scrapesAtOnce, Timeout: scrapeWithin,
	}))
	return mux
}

// Described lists the metrics of our own; those of Go and the process come from Prometheus' library.
func (m *Metrics) Described() []Described { return m.described }

// Request counts a request that was answered.
func (m *Metrics) Request(operation string, status int, took time.Duration) {
	m.requests.WithLabelValues(operation, strconv.Itoa(status/100)+"xx").Inc()
	m.requestDuration.WithLabelValues(operation).Observe(took.Seconds())
}

// UndisclosedFault counts a request that failed by a fault of ours, of which nothing else may be told.
func (m *Metrics) UndisclosedFault() { m.requests.WithLabelValues(undisclosed, "5xx").Inc() }

// Command counts a command that got an answer.
func (m *Metrics) Command(verb models.Verb, outcome string, took time.Duration) {
	m.commands.WithLabelValues(string(verb), outcome).Inc()
	m.commandDuration.WithLabelValues(string(verb)).Observe(took.Seconds())
}

// Sequenced notes a pass of the sequencer, whether or not there was anything to place.
func (m *Metrics) Sequenced() { m.sequencerPass.SetToCurrentTime() }

// StoodBy notes that this process does not sequence any more.
func (m *Metrics) StoodBy() { m.sequencerPass.Set(0) }

// Signed notes that the record is signed up to date, whether or not there was anything new to sign: that there was
// would tell of tenders.
func (m *Metrics) Signed() { m.checkpointSigned.SetToCurrentTime() }

func (m *Metrics) describe(name, help string, labels []string) prometheus.Opts {
	m.described = append(m.described, Described{name, help, labels})
	return prometheus.Opts{Name: name, Help: help}
}

func (m *Metrics) counters(name, help string, labels ...string) *prometheus.CounterVec {
	made := prometheus.NewCounterVec(prometheus.CounterOpts(m.describe(name, help, labels)), labels)
	m.registry.MustRegister(made)
	return made
}

func (m *Metrics) gauges(name, help string, labels ...string) *prometheus.GaugeVec {
	made := prometheus.NewGaugeVec(prometheus.GaugeOpts(m.describe(name, help, labels)), labels)
	m.registry.MustRegister(made)
	return made
}

func (m *Metrics) instant(name, help string) prometheus.Gauge {
	return m.gauges(name, help).WithLabelValues()
}

func (m *Metrics) durations(name, help string, labels ...string) *prometheus.HistogramVec {
	o := m.describe(name, help, labels)
	made := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: o.Name, Help: o.Help, Buckets: buckets}, labels)
	m.registry.MustRegister(made)
	return made
}
