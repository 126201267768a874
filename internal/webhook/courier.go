package webhook

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// Limits of one attempt.
const (
	defaultTimeout = 20 * time.Second
	dialTimeout    = 5 * time.Second
	idleTimeout    = time.Minute
	longestHeader  = 64 << 10
	// Overlap is how long a replaced secret still signs beside the new one.
	Overlap = 24 * time.Hour
)

// Options says how messages are sent.
type Options struct {
	// MasterKey encrypts the endpoints' secrets; the same for all instances, at least 32 bytes.
	MasterKey []byte
	// Allow lists the internal networks that may be reached, also by http; no other internal network may.
	Allow []netip.Prefix
	// Schedule is the pauses between attempts; nil: [StandardSchedule].
	Schedule Schedule
	// Timeout bounds one attempt; 0: 20 s.
	Timeout time.Duration
	// RootCAs are the only certificate authorities that are trusted; nil: those of the machine.
	RootCAs *x509.CertPool
	// RefuseAfter is how long it takes to refuse a name that does not lead to where webhooks may be sent, whatever the
	// cause; 0: 5 s, the longest that a lookup may take.
	RefuseAfter time.Duration
	// Resolver looks up host names; nil: that of the machine.
	Resolver *net.Resolver
}

// A Courier signs messages and brings them to endpoints. It is safe for concurrent use.
type Courier struct {
	vault    vault
	guard    *guard
	schedule Schedule
	// clients are for https and http; they may reach different addresses.
	clients map[string]*http.Client
}

// NewCourier makes a courier.
func NewCourier(o Options) (*Courier, error) {
	v, err := newVault(o.MasterKey)
	if err != nil {
		return nil, err
	}
	c := &Courier{
		vault: v, guard: newGuard(o.Allow, o.Resolver), schedule: o.Schedule,
		clients: map[string]*http.Client{},
	}
	c.guard.refuseAfter = cmp.Or(o.RefuseAfter, c.guard.refuseAfter)
	if c.schedule == nil {
		c.schedule = StandardSchedule()
	}
	for _, scheme := range []string{"https", "http"} {
		c.clients[scheme] = newClient(c.guard, scheme, o)
	}
	return c, nil
}

func newClient(g *guard, scheme string, o Options) *http.Client {
	dialer := &net.Dialer{Timeout: dialTimeout, Resolver: g.resolver, Control: g.control(scheme)}
	return &http.Client{
		Timeout: cmp.Or(o.Timeout, defaultTimeout),
		Transport: &http.Transport{
			Proxy:                  nil, // a proxy would connect instead of us, and not be guarded
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{RootCAs: o.RootCAs, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    dialTimeout,
			ForceAttemptHTTP2:      true,
			IdleConnTimeout:        idleTimeout,
			MaxIdleConnsPerHost:    2,
			MaxResponseHeaderBytes: longestHeader,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// CheckURL returns a URL as it is stored and called, with its host in ASCII. It refuses a URL to which nothing would be
// sent ([models.CodeInvalidValue]).
func (c *Courier) CheckURL(ctx context.Context, field, url string) (string, error) {
	return c.guard.checkURL(ctx, field, url)
}

// NewSecret makes a secret for an endpoint and returns it twice: to show once, and encrypted to store.
func (c *Courier) NewSecret(endpoint models.ID) (s Secret, sealed []byte) {
	s = NewSecret()
	return s, c.vault.seal(endpoint, s)
}

// Pause is how long to wait after so many failed attempts; false when there is no further attempt.
func (c *Courier) Pause(failures int, asked time.Duration) (time.Duration, bool) {
	return c.schedule.Pause(failures, asked)
}

// Deliver sends a message to an endpoint once. The result is in the report; it returns an error, such as
// [ErrSecretUnreadable], when the message cannot be sent at all.
func (c *Courier) Deliver(ctx context.Context, e models.Endpoint, m Message) (Report, error) {
	secrets, err := c.secrets(e)
	if err != nil {
		return Report{}, err
	}
	return c.send(ctx, e.URL, secrets, m)
}

// Ping sends a test message to an endpoint once.
func (c *Courier) Ping(ctx context.Context, e models.Endpoint) (Report, error) {
	m, err := pingMessage(e.ID, time.Now())
	if err != nil {
		return Report{}, err
	}
	report, err := c.Deliver(ctx, e, m)
	if err == nil && report.Fault == models.FaultAddress {
		c.guard.awaitRefusal(ctx, report.StartedAt)
	}
	return report, err
}

// secrets are the secrets that sign now, the newest first.
func (c *Courier) secrets(e models.Endpoint) ([]Secret, error) {
	newest, err := c.vault.open(e.ID, e.Secret)
	if err != nil {
		return nil, fmt.Errorf("open secret of %s: %w", e.ID, err)
	}
	if e.FormerUntil == nil || !time.Now().Before(*e.FormerUntil) {
		return []Secret{newest}, nil
	}
	former, err := c.vault.open(e.ID, e.FormerSecret)
	if err != nil {
		return nil, fmt.Errorf("open former secret of %s: %w", e.ID, err)
	}
	return []Secret{newest, former}, nil
}

// faultOf names the reason why a request got no answer.
func faultOf(err error) models.DeliveryFault {
	var (
		name        *net.DNSError
		verify      *tls.CertificateVerificationError
		alert       tls.AlertError
		record      tls.RecordHeaderError
		timeout     net.Error
		unencrypted = errors.Is(err, http.ErrSchemeMismatch)
	)
	switch {
	case errors.Is(err, errBlocked), errors.As(err, &name):
		return models.FaultAddress
	case errors.As(err, &verify), errors.As(err, &alert), errors.As(err, &record), unencrypted:
		return models.FaultTLS
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return models.FaultTimeout
	}
	return models.FaultNetwork
}
