package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"sync"
	"syscall"
	"time"
)

const (
	loopback = "127.0.0.1"

	// portPatience is how long the ports of a killed instance may take to become free, because its children are still
	// ending.
	portPatience = 10 * time.Second
	portPause    = 100 * time.Millisecond
)

// claimPorts checks, before anything starts, that every port is free; it reports all taken ports at once. It replaces 0
// by a free port, so that all parts know all addresses from the beginning and keep them over restarts. If patient, it
// waits for the children of a killed instance to end.
func (s *standalone) claimPorts(ctx context.Context, patient bool) error {
	until := time.Now()
	if patient {
		until = until.Add(portPatience)
	}
	for {
		err := s.tryPorts(ctx)
		if !is[*portsTakenError](err) || time.Now().After(until) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the ports: %w", context.Cause(ctx))
		case <-time.After(portPause):
		}
	}
}

func (s *standalone) tryPorts(ctx context.Context) error {
	var taken []takenPort
	note := func(err error) error {
		if refused, ok := errors.AsType[*portsTakenError](err); ok {
			taken = append(taken, refused.taken...)
			return nil
		}
		return err
	}
	api, err := listenAPI(ctx, s.cfg.Listen)
	if err := note(err); err != nil {
		return err
	}
	for _, p := range []struct {
		wanted        bool
		port          *int
		use, variable string
	}{
		{s.temporal.wanted, &s.cfg.TemporalPort, "Temporal", "PPI_TEMPORAL_PORT"},
		{s.temporal.wanted, &s.cfg.TemporalUIPort, "Temporal's web UI", "PPI_TEMPORAL_UI_PORT"},
		// PostgreSQL itself chooses a free port for 0.
		{s.postgres.wanted && s.cfg.PostgresPort != 0, &s.cfg.PostgresPort, "PostgreSQL", "PPI_POSTGRES_PORT"},
	} {
		if !p.wanted {
			continue
		}
		if err := note(probe(ctx, p.port, p.use, p.variable)); err != nil {
			return errors.Join(err, release(api))
		}
	}
	if len(taken) > 0 {
		return errors.Join(&portsTakenError{taken: taken}, release(api))
	}
	s.settle(api)
	return nil
}

// probe checks that a port is free, or finds a free one for 0. It releases the port again, because the server that will
// use it opens it itself.
func probe(ctx context.Context, port *int, use, variable string) error {
	address := net.JoinHostPort(loopback, strconv.Itoa(*port))
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return &portsTakenError{taken: []takenPort{{address, use, variable}}}
	}
	if err != nil {
		return &addressError{address, use, variable, err}
	}
	*port = int(netip.MustParseAddrPort(listener.Addr().String()).Port())
	return release(listener)
}

func release(listener net.Listener) error {
	if listener == nil {
		return nil
	}
	if err := listener.Close(); err != nil {
		return fmt.Errorf("release %s: %w", listener.Addr(), err)
	}
	return nil
}

// settle writes the addresses that are now known into the configuration.
func (s *standalone) settle(api net.Listener) {
	asked := s.cfg.Listen.String()
	s.cfg.Listen = netip.MustParseAddrPort(api.Addr().String())
	if s.cfg.PublicURL.Host == asked { // derived from Listen, so it follows
		s.cfg.PublicURL = &url.URL{Scheme: "http", Host: s.cfg.Listen.String()}
	}
	s.listen = keepFirst(api, s.cfg.Listen)
	s.postgres.port = s.cfg.PostgresPort
	if s.temporal.wanted {
		s.cfg.Temporal = s.cfg.Temporal.At(net.JoinHostPort(loopback, strconv.Itoa(s.cfg.TemporalPort)))
		s.temporal.ui = "http://" + net.JoinHostPort(loopback, strconv.Itoa(s.cfg.TemporalUIPort))
	}
}

// keepFirst returns the listener that is open already, and opens the address again when the API is restarted.
func keepFirst(first net.Listener, address netip.AddrPort) func(context.Context) (net.Listener, error) {
	var once sync.Once
	return func(ctx context.Context) (listener net.Listener, err error) {
		once.Do(func() { listener = first })
		if listener != nil {
			return listener, nil
		}
		return listenAPI(ctx, address)
	}
}
