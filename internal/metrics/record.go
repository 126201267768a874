package metrics

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/ppi-engine/ppi/internal/store"
)

const (
	// vitalsKept is how long what was read of the record is shown to others who ask; vitalsWithin bounds the reading.
	vitalsKept   = 5 * time.Second
	vitalsWithin = 2 * time.Second
)

// A Record is the record as its metrics need it.
type Record interface {
	Vitals(ctx context.Context) (store.Vitals, error)
	Pools() store.Pools
}

// Watch shows the state of a record until stop is called. With several records that are one, such as those of API and
// worker in one process, the latest is asked, and the use of connections is that of all.
func (m *Metrics) Watch(r Record) (stop func()) {
	c := m.record
	c.mu.Lock()
	defer c.mu.Unlock()
	id := c.next
	c.next++
	c.sources = append(c.sources, source{id, r})
	c.readAt = time.Time{}
	return func() { c.forget(id) }
}

type source struct {
	id     int
	record Record
}

// record collects what the record holds.
type record struct {
	reachable, boxes, tasks, commands, commandsOldest    *prometheus.Desc
	deliveries, deliveriesOldest, events, eventsOldest   *prometheus.Desc
	connsMost, connsOpen, connsInUse, waits, waitSeconds *prometheus.Desc
	// all are those above.
	all []*prometheus.Desc

	log *slog.Logger

	mu      sync.Mutex
	sources []source
	next    int
	// vitals were read at readAt.
	vitals store.Vitals
	failed error
	readAt time.Time
	// ended are the waits of the records that are not watched any more: a counter never falls.
	ended store.Pool
}

func newRecord(m *Metrics, log *slog.Logger) *record {
	var all []*prometheus.Desc
	of := func(name, help string, labels ...string) *prometheus.Desc {
		m.describe(name, help, labels)
		all = append(all, prometheus.NewDesc(name, help, labels, nil))
		return all[len(all)-1]
	}
	c := &record{
		log:       log,
		reachable: of("ppi_record_reachable", "Whether the record answered: without it the values below are missing."),
		boxes:     of("ppi_boxes_open", "Boxes that take tenders or requests to participate."),
		tasks:     of("ppi_tasks_open", "Tasks that wait for people."),
		commands:  of("ppi_commands_pending", "Commands that are written down and have no outcome."),
		commandsOldest: of("ppi_commands_pending_oldest_seconds",
			"Age of the oldest command without an outcome; 0: there is none."),
		deliveries: of("ppi_deliveries_waiting",
			"Webhooks that wait: to be sent or sent again (queued), or for a person (parked); 100000 at most.",
			"state"),
		deliveriesOldest: of("ppi_deliveries_queued_oldest_seconds",
			"Age of the oldest webhook that waits to be sent or sent again; 0: there is none."),
		events: of("ppi_events_unplaced",
			"Events that are committed and have no place in the log, of those that portals are told of."),
		eventsOldest: of("ppi_events_unplaced_oldest_seconds",
			"Age of the oldest of these events; 0: there is none."),
		connsMost: of("ppi_database_connections_max",
			"How many connections a pool of this process has at most.", "pool"),
		connsOpen: of("ppi_database_connections_open",
			"Connections that are open, without those for the receipt of tenders, which may open as tenders come in."),
		connsInUse: of("ppi_database_connections_in_use",
			"Connections in use, of all pools together: those of one would tell when tenders are received."),
		waits: of("ppi_database_waits_total", "How often work waited for a connection, of all pools together."),
		waitSeconds: of("ppi_database_wait_seconds_total",
			"How long work waited for connections, of all pools together."),
	}
	c.all = all
	return c
}

func (c *record) forget(id int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, s := range c.sources {
		if s.id != id {
			continue
		}
		last := s.record.Pools().Together()
		c.ended.Waits += last.Waits
		c.ended.Waited += last.Waited
		c.sources = append(c.sources[:i:i], c.sources[i+1:]...)
		return
	}
}

// Describe implements [prometheus.Collector].
func (c *record) Describe(to chan<- *prometheus.Desc) {
	for _, d := range c.all {
		to <- d
	}
}

// Collect implements [prometheus.Collector].
func (c *record) Collect(to chan<- prometheus.Metric) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.collectPools(to)
	if len(c.sources) == 0 {
		to <- gauge(c.reachable, 0)
		return
	}
	c.read()
	if c.failed != nil {
		to <- gauge(c.reachable, 0)
		return
	}
	v := c.vitals
	for d, value := range map[*prometheus.Desc]float64{
		c.reachable: 1, c.boxes: float64(v.BoxesOpen), c.tasks: float64(v.TasksOpen),
		c.commands: float64(v.CommandsPending), c.commandsOldest: v.CommandsOldest.Seconds(),
		c.deliveriesOldest: v.DeliveriesOldest.Seconds(),
		c.events:           float64(v.EventsUnplaced), c.eventsOldest: v.EventsOldest.Seconds(),
	} {
		to <- gauge(d, value)
	}
	to <- gauge(c.deliveries, float64(v.DeliveriesQueued), "queued")
	to <- gauge(c.deliveries, float64(v.DeliveriesParked), "parked")
}

// read reads what the record holds, unless that was done a moment ago. Readers wait for one another: so the record is
// asked once.
func (c *record) read() {
	if time.Since(c.readAt) < vitalsKept {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), vitalsWithin)
	defer cancel()
	before := c.failed
	c.vitals, c.failed = c.sources[len(c.sources)-1].record.Vitals(ctx)
	c.readAt = time.Now()
	if c.failed != nil && before == nil {
		c.log.WarnContext(ctx, "metrics without the state of the record, will try again", "error", c.failed)
	}
}

func (c *record) collectPools(to chan<- prometheus.Metric) {
	var together, record, receipt store.Pool
	together.Waits, together.Waited = c.ended.Waits, c.ended.Waited
	for _, s := range c.sources {
		p := s.record.Pools()
		record, receipt = record.And(p.Record), receipt.And(p.Receipt)
		together = together.And(p.Together())
	}
	to <- gauge(c.connsMost, float64(record.Most), "record")
	to <- gauge(c.connsOpen, float64(record.Open))
	if receipt.Most > 0 {
		to <- gauge(c.connsMost, float64(receipt.Most), "receipt")
	}
	to <- gauge(c.connsInUse, float64(together.InUse))
	to <- prometheus.MustNewConstMetric(c.waits, prometheus.CounterValue, float64(together.Waits))
	to <- prometheus.MustNewConstMetric(c.waitSeconds, prometheus.CounterValue, together.Waited.Seconds())
}

func gauge(d *prometheus.Desc, value float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}
