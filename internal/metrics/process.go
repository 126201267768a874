package metrics

import (
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

// withoutTraffic leaves out how many bytes the process received and sent: who knows the size of a tender would see it
// arrive.
type withoutTraffic struct{ prometheus.Collector }

// Describe implements [prometheus.Collector].
func (w withoutTraffic) Describe(to chan<- *prometheus.Desc) {
	all := make(chan *prometheus.Desc)
	go func() {
		defer close(all)
		w.Collector.Describe(all)
	}()
	for d := range all {
		if !isTraffic(d) {
			to <- d
		}
	}
}

// Collect implements [prometheus.Collector].
func (w withoutTraffic) Collect(to chan<- prometheus.Metric) {
	all := make(chan prometheus.Metric)
	go func() {
		defer close(all)
		w.Collector.Collect(all)
	}()
	for m := range all {
		if !isTraffic(m.Desc()) {
			to <- m
		}
	}
}

func isTraffic(d *prometheus.Desc) bool { return strings.Contains(d.String(), "process_network_") }
