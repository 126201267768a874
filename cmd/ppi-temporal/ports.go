package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"syscall"
)

// loopback is the address of everything that has no login and needs no clients from other machines.
const loopback = "127.0.0.1"

// claimPorts checks that both public ports are free, and replaces a 0 by a free port. It releases the ports again,
// because the servers open their listeners themselves.
func (c *config) claimPorts(ctx context.Context) error {
	release, frontend, err := occupy(ctx, c.Bind, c.FrontendPort)
	if err != nil {
		return portError(err, "the Temporal frontend", "frontend-port", c.FrontendPort)
	}
	defer release()
	release, ui, err := occupy(ctx, loopback, c.UIPort)
	if err != nil {
		return portError(err, "the Temporal web UI", "ui-port", c.UIPort)
	}
	defer release()
	c.FrontendPort, c.UIPort = frontend, ui
	return nil
}

func portError(err error, whose, flagName string, port int) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return refuse("port %d of %s is taken: stop the program that listens there, or choose another with -%s or %s",
			port, whose, flagName, envName(flagName))
	}
	return refuse("cannot listen for %s: %s (see -%s and -bind)", whose, err, flagName)
}

// freePorts returns n different free ports on loopback.
func freePorts(ctx context.Context, n int) ([]int, error) {
	ports := make([]int, n)
	for i := range ports {
		release, port, err := occupy(ctx, loopback, 0)
		if err != nil {
			return nil, fmt.Errorf("find free port: %w", err)
		}
		defer release() // only after the last is found, so that they differ
		ports[i] = port
	}
	return ports, nil
}

// occupy listens on a port, or on any free one for 0. It returns the number of the port and a function that ends the
// listening.
func occupy(ctx context.Context, ip string, port int) (release func(), actual int, err error) {
	if port != 0 {
		return listen(ctx, ip, port)
	}
	for range 20 {
		release, actual, err = listen(ctx, ip, firstFree+rand.N(lastFree-firstFree)) //nolint:gosec // not a secret
		if err == nil {
			return release, actual, nil
		}
	}
	return listen(ctx, ip, 0)
}

// Free ports are looked for below the ports that Linux (32768) and other systems (49152, RFC 6335 section 6) give to
// outgoing connections: one of those could be given to a connection before the server listens on it.
const firstFree, lastFree = 15000, 32000

func listen(ctx context.Context, ip string, port int) (release func(), actual int, err error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(ip, strconv.Itoa(port)))
	if err != nil {
		return nil, 0, fmt.Errorf("open port: %w", err)
	}
	return func() { _ = l.Close() }, int(netip.MustParseAddrPort(l.Addr().String()).Port()), nil
}

// frontendAddress is where clients on this machine reach the frontend.
func (c *config) frontendAddress() string {
	ip := c.Bind
	if addr, err := netip.ParseAddr(ip); err == nil && addr.IsUnspecified() {
		ip = loopback
	}
	return net.JoinHostPort(ip, strconv.Itoa(c.FrontendPort))
}

func (c *config) uiAddress() string {
	return loopbackAddress(c.UIPort)
}

func loopbackAddress(port int) string {
	return net.JoinHostPort(loopback, strconv.Itoa(port))
}
