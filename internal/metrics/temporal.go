package metrics

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Of the many metrics of Temporal's SDK these are shown, under the names that the SDK gives them (docs.temporal.io,
// "SDK metrics"), with a unit where Prometheus expects one.
var (
	temporalCounters = map[string]shown{
		"temporal_request_failure": {"Calls of the Temporal server that failed.", ofCalls},
		"temporal_long_request_failure": {
			"Calls of the Temporal server that wait for work and failed; a few are usual.", ofCalls,
		},
		"temporal_workflow_task_execution_failed": {
			"Workflow tasks that failed: the run stands still until it is repaired.", ofTasks,
		},
		"temporal_activity_execution_failed":       {"Activities that failed and are repeated.", ofActivities},
		"temporal_local_activity_execution_failed": {"Acts that failed; a refusal is no failure.", ofActivities},
	}
	temporalGauges = map[string]shown{
		"temporal_worker_task_slots_available": {"Places for tasks of a kind that are free.", ofWorkers},
		"temporal_worker_task_slots_used":      {"Places for tasks of a kind that are taken.", ofWorkers},
		"temporal_num_pollers":                 {"Pollers that wait for tasks of a kind.", ofPollers},
		"temporal_sticky_cache_size":           {"Runs that the workers of this process keep in memory.", nil},
	}
	temporalTimers = map[string]shown{
		"temporal_workflow_task_schedule_to_start_latency": {"How long a workflow task waited for a worker.", ofTasks},
		"temporal_activity_schedule_to_start_latency":      {"How long an activity waited for a worker.", ofTasks},
		"temporal_local_activity_execution_latency": {
			"How long one attempt of an act took, by its name.", ofActivities,
		},
	}

	ofCalls      = []string{"namespace", "operation", "status_code"}
	ofTasks      = []string{"namespace", "task_queue"}
	ofActivities = []string{"namespace", "activity_type"}
	ofWorkers    = []string{"namespace", "task_queue", "worker_type"}
	ofPollers    = []string{"namespace", "task_queue", "poller_type"}
)

// shown says what a metric of the SDK means and which of its tags are kept.
type shown struct {
	help   string
	labels []string
}

// mostValues bounds how many values a label can have; further ones are shown as "other".
const mostValues = 100

// temporal are the metrics of Temporal's SDK. It knows no type of the SDK: see engine.Sink.
type temporal struct {
	counters map[string]*prometheus.CounterVec
	gauges   map[string]*prometheus.GaugeVec
	timers   map[string]*prometheus.HistogramVec

	mu sync.Mutex
	// met are the values that a label has had.
	met map[string]map[string]bool
}

func newTemporal(m *Metrics) *temporal {
	t := &temporal{
		counters: map[string]*prometheus.CounterVec{}, gauges: map[string]*prometheus.GaugeVec{},
		timers: map[string]*prometheus.HistogramVec{}, met: map[string]map[string]bool{},
	}
	for name, s := range temporalCounters {
		t.counters[name] = m.counters(name+"_total", s.help, s.labels...)
	}
	for name, s := range temporalGauges {
		t.gauges[name] = m.gauges(name, s.help, s.labels...)
	}
	for name, s := range temporalTimers {
		t.timers[name] = m.durations(name+"_seconds", s.help, s.labels...)
	}
	return t
}

// Add adds to a counter of Temporal's SDK, if it is one that is shown.
func (m *Metrics) Add(name string, tags map[string]string, n int64) {
	if c, ok := m.temporal.counters[name]; ok {
		c.WithLabelValues(m.temporal.values(temporalCounters[name].labels, tags)...).Add(float64(n))
	}
}

// Set sets a gauge of Temporal's SDK, if it is one that is shown.
func (m *Metrics) Set(name string, tags map[string]string, value float64) {
	if g, ok := m.temporal.gauges[name]; ok {
		g.WithLabelValues(m.temporal.values(temporalGauges[name].labels, tags)...).Set(value)
	}
}

// Took notes a duration of Temporal's SDK, if it is one that is shown.
func (m *Metrics) Took(name string, tags map[string]string, d time.Duration) {
	if h, ok := m.temporal.timers[name]; ok {
		h.WithLabelValues(m.temporal.values(temporalTimers[name].labels, tags)...).Observe(d.Seconds())
	}
}

func (t *temporal) values(labels []string, tags map[string]string) []string {
	values := make([]string, len(labels))
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, label := range labels {
		value := tags[label]
		if value == "none" {
			value = ""
		}
		values[i] = t.bounded(label, value)
	}
	return values
}

func (t *temporal) bounded(label, value string) string {
	known := t.met[label]
	if known == nil {
		known = map[string]bool{}
		t.met[label] = known
	}
	if !known[value] && len(known) >= mostValues {
		return "other"
	}
	known[value] = true
	return value
}
