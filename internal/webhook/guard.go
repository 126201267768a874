package webhook

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"

	"code.dny.dev/ssrf"
	"golang.org/x/net/idna"

	"github.com/ppi-engine/ppi/models"
)

const (
	httpsPort = 443
	httpPort  = 80
	// lookupTimeout is how long the lookup of a host name may take when an endpoint is saved.
	lookupTimeout = 5 * time.Second
)

// azureHost answers on every virtual machine of one large provider, but no registry lists it as internal.
var azureHost = netip.MustParsePrefix("168.63.129.16/32")

// A guard decides which addresses may be called: public ones by https on port 443, those on the operator's list in any
// way, and no others. It decides when an endpoint is saved and again before each connection, because the address of a
// name can change.
type guard struct {
	allowed  []netip.Prefix
	public   *ssrf.Guardian
	resolver *net.Resolver
	// refuseAfter is when whatever depends on what a name leads to is refused, counted from the question: the time that
	// a lookup takes would tell about the name, too.
	refuseAfter time.Duration
}

func newGuard(allowed []netip.Prefix, resolver *net.Resolver) *guard {
	return &guard{
		allowed: allowed, public: ssrf.New(ssrf.WithPorts(httpsPort), ssrf.WithDeniedV4Prefixes(azureHost)),
		resolver: cmp.Or(resolver, net.DefaultResolver), refuseAfter: lookupTimeout,
	}
}

// internal tells whether an address is on the operator's list.
func (g *guard) internal(ip netip.Addr) bool {
	return slices.ContainsFunc(g.allowed, func(p netip.Prefix) bool { return p.Contains(ip.WithZone("")) })
}

func (g *guard) judge(scheme string, to netip.AddrPort) error {
	switch {
	case g.internal(to.Addr()):
		return nil
	case scheme != "https":
		return errPlain
	}
	return g.public.SafeAddrPort(to) //nolint:wrapcheck // its text is enough
}

var (
	errBlocked = errors.New("webhooks may not reach this address")
	errPlain   = errors.New("unencrypted http is for the operator's internal networks only")
)

// control is called with the address a connection is about to be made to ([net.Dialer.Control]).
func (g *guard) control(scheme string) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err == nil {
			err = g.judge(scheme, to)
		}
		if err != nil {
			return fmt.Errorf("%w: %w", errBlocked, err)
		}
		return nil
	}
}

// checkURL returns a URL with its host in ASCII. It refuses a URL to which nothing would be sent
// ([models.CodeInvalidValue]).
func (g *guard) checkURL(ctx context.Context, field, raw string) (string, error) {
	u, err := parseURL(field, raw)
	if err != nil {
		return "", err
	}
	return u.String(), g.checkReach(ctx, field, u)
}

// parseURL reads the URL of an endpoint. An internationalised host is replaced by its A-labels (RFC 5891) before
// anything else looks at it: the same name is looked up, judged, called and shown.
func parseURL(field, raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil, u.Scheme != "https" && u.Scheme != "http", u.Hostname() == "", u.Opaque != "":
		return nil, models.Refuse(models.CodeInvalidValue, field, "this is not an absolute https URL").
			Accepting("a URL such as https://portal.example.eu/ppi")
	case u.User != nil, u.Fragment != "":
		return nil, models.Refuse(models.CodeInvalidValue, field, "the URL has a user or a fragment").
			Accepting("a URL without either")
	}
	host, err := asciiHost(u.Hostname())
	if err != nil {
		return nil, models.Refuse(models.CodeInvalidValue, field,
			"the URL's host %q is not a valid domain name", u.Hostname()).
			Accepting("a host name by RFC 5891, such as bücher.example or xn--bcher-kva.example")
	}
	switch port := u.Port(); {
	case host == u.Hostname():
	case port != "":
		u.Host = net.JoinHostPort(host, port)
	default:
		u.Host = host
	}
	return u, nil
}

// lookupProfile is [idna.Lookup] with a check of the lengths of labels, which that leaves to others.
//
//nolint:gochecknoglobals // it never changes
var lookupProfile = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.Transitional(false), idna.VerifyDNSLength(true))

// asciiHost converts a host name that has characters beyond ASCII, and checks one that was converted before; any other
// name is left as it is.
func asciiHost(host string) (string, error) {
	ascii := !strings.ContainsFunc(host, func(r rune) bool { return r > unicode.MaxASCII })
	if ascii && !strings.Contains(strings.ToLower(host), "xn--") {
		return host, nil
	}
	return lookupProfile.ToASCII(host) //nolint:wrapcheck // the caller says what it is
}

// checkReach refuses a URL whose host has no address, or an address to which webhooks may not be sent. It refuses both
// in the same words and after the same time: whoever tries names learns nothing about those of the internal network.
func (g *guard) checkReach(ctx context.Context, field string, u *url.URL) error {
	port, err := portOf(u)
	if err != nil {
		return models.Refuse(models.CodeInvalidValue, field, "the URL's port is not valid").
			Accepting("a URL without a port, which means %d", httpsPort)
	}
	began := time.Now()
	if g.leadsOnlyWhereAllowed(ctx, u, port) {
		return nil
	}
	g.awaitRefusal(ctx, began)
	return models.Refuse(models.CodeInvalidValue, field, "the URL does not lead to where webhooks may be sent").
		Accepting("a host name that leads to a public address, called by https on port %d, or to an internal "+
			"network that the operator has allowed", httpsPort)
}

func (g *guard) leadsOnlyWhereAllowed(ctx context.Context, u *url.URL, port uint16) bool {
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	addresses, err := g.resolver.LookupNetIP(ctx, "ip", u.Hostname())
	return err == nil && !slices.ContainsFunc(addresses, func(ip netip.Addr) bool {
		return g.judge(u.Scheme, netip.AddrPortFrom(ip.Unmap(), port)) != nil
	})
}

// awaitRefusal waits until it is time to refuse a question that was asked then.
func (g *guard) awaitRefusal(ctx context.Context, asked time.Time) {
	select {
	case <-ctx.Done():
	case <-time.After(time.Until(asked.Add(g.refuseAfter))):
	}
}

func portOf(u *url.URL) (uint16, error) {
	if u.Port() == "" {
		if u.Scheme == "http" {
			return httpPort, nil
		}
		return httpsPort, nil
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil || port == 0 {
		return 0, errors.New("not a port")
	}
	return uint16(port), nil
}
