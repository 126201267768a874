package rest

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"net/netip"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/ppi-engine/ppi/internal/auth"
	"github.com/ppi-engine/ppi/internal/limit"
	"github.com/ppi-engine/ppi/models"
)

// Work is a kind of work. Each person and each organisation has a number of places for each kind.
type Work string

// The kinds of work.
const (
	// Write changes something: it has a body that must be read and checked, or waits for others.
	Write Work = "changes"
	// Transfer sends or takes the bytes of a file.
	Transfer Work = "transfers of files"
	// Check reads a whole file.
	Check Work = "checks of uploads"
	// Receipt hands in, replaces or withdraws a tender.
	Receipt Work = "requests to hand in or withdraw tenders"
	// Export renders the whole history of a procurement.
	Export Work = "exports"
	// Replay sends thousands of events again.
	Replay Work = "replays"
)

const (
	// callersKept bounds how many keys and addresses are remembered: at some 300 bytes each, 20 MB of either.
	callersKept = 65536
	// keyKept is how long a key is known to be good after its last request.
	keyKept = 24 * time.Hour
	// heavyOfAll and heavyOfOne bound the exports, and the replays, of all and of one organisation: each holds a
	// connection to the database.
	heavyOfAll, heavyOfOne = 4, 2
)

// A crowd is all the callers of this process.
//
// A request counts once: for its key, if that key was good before, else for its address. So whoever shares an address
// with an intruder, behind one proxy, is not hampered by the intruder once their key was good. A key is told by the
// digest of the whole of it; only who knows its secret can spend what it may.
type crowd struct {
	limits Limits
	keys   *limit.Rates[[sha256.Size]byte]
	// addresses count requests without a key that is known to be good, failures those that failed for it.
	addresses, failures *limit.Rates[netip.Prefix]
	places              limit.Places[string]
	// warned tells that the log says that a proxy is not trusted.
	warned atomic.Bool
}

func newCrowd(l Limits) *crowd {
	policy := func(quota int, keep time.Duration) limit.Policy {
		return limit.Policy{Quota: quota, Callers: callersKept, Keep: keep}
	}
	return &crowd{
		limits:    l,
		keys:      limit.NewRates[[sha256.Size]byte](policy(l.PerKey, keyKept)),
		addresses: limit.NewRates[netip.Prefix](policy(l.PerAddress, limit.Window)),
		failures:  limit.NewRates[netip.Prefix](policy(l.WrongKeys, limit.Window)),
	}
}

// An origin is whom a request is counted for.
type origin struct {
	network netip.Prefix
	// key is the digest of the API key that is presented, however the header is written; good tells that it was good
	// before.
	key  [sha256.Size]byte
	good bool
}

func (c *crowd) originOf(r *http.Request) origin {
	peer, _ := netip.ParseAddrPort(r.RemoteAddr) // a peer without address counts as one
	client := limit.Client(peer.Addr(), r.Header.Values(headerForwarded), c.limits.TrustedProxies)
	o := origin{network: limit.Network(client)}
	if presented := auth.Presented(r.Header.Get("Authorization")); presented != "" {
		o.key = sha256.Sum256([]byte(presented))
		o.good = c.keys.Knows(o.key)
	}
	return o
}

// count counts a request, and refuses it when its key or address has made too many. It comes before everything that
// costs more.
func (r *Router) count(c *gin.Context) {
	if op := r.row(c.Request.Method, c.FullPath()); op != nil && op.uncounted {
		return
	}
	req := requestOf(c.Request.Context())
	req.origin = r.crowd.originOf(c.Request)
	r.warnOfProxy(c)
	name, standing := r.crowd.spend(req.origin)
	showStanding(c.Writer.Header(), name, standing)
	if standing.Wait > 0 {
		Abort(c, tooMany(name, standing))
	}
}

// spend counts a request once, and says for whom.
func (c *crowd) spend(o origin) (name string, s limit.Standing) {
	if o.good {
		return "key", c.keys.Spend(o.key, time.Now())
	}
	return "address", c.addresses.Spend(o.network, time.Now())
}

// warnOfProxy says once in the log that requests come through a proxy that is not trusted: then all of its clients are
// counted as one.
func (r *Router) warnOfProxy(c *gin.Context) {
	if c.GetHeader(headerForwarded) == "" || r.crowd.warned.Load() {
		return
	}
	peer, _ := netip.ParseAddrPort(c.Request.RemoteAddr)
	if limit.Trusts(r.crowd.limits.TrustedProxies, peer.Addr()) || !r.crowd.warned.CompareAndSwap(false, true) {
		return
	}
	r.log.WarnContext(c.Request.Context(), "X-Forwarded-For does not count: the proxy that sent it is not in "+
		"PPI_TRUSTED_PROXIES, and all of its clients are counted as one address", "proxy", peer.Addr().String())
}

// tooMany refuses a request whose key or address has made too many.
func tooMany(of string, s limit.Standing) *models.Refusal {
	return models.Refuse(models.CodeRateLimited, "", "this %s has made too many requests", of).
		Accepting("%d requests a minute, evenly; the next one after %d s", s.Quota, wholeSeconds(s.Wait)).After(s.Wait)
}

// mayTry refuses a caller from whose address too many keys were wrong, before the key is looked up.
func (c *crowd) mayTry(o origin) error {
	if o.good {
		return nil
	}
	s := c.failures.Ask(o.network, time.Now())
	if s.Wait == 0 {
		return nil
	}
	return models.Refuse(models.CodeRateLimited, "", "too many requests without a good key came from this address").
		Accepting("a request with a good key after %d s", wholeSeconds(s.Wait)).After(s.Wait)
}

// tried counts the failure of a caller who was not recognised, and remembers the key of one who was.
func (c *crowd) tried(o origin, err error) {
	_, failed := errors.AsType[*auth.Failure](err)
	switch {
	case failed:
		c.keys.Forget(o.key) // it may have been good before
		c.failures.Spend(o.network, time.Now())
	case err == nil && !o.good:
		c.keys.Remember(o.key, time.Now())
	}
}

// enter takes a place for work of a kind, for a person and an organisation, or refuses it.
func (c *crowd) enter(work Work, actor models.Actor) (leave func(), err error) {
	places := []place{
		{" of yours", string(actor.PersonID), c.limits.OfPerson},
		{" of your organisation", string(actor.OrganisationID), c.limits.OfOrganisation},
	}
	switch work {
	case Write, Transfer, Check:
	case Receipt: // fewer than there are connections: no organisation takes them all
		places[1].most = min(places[1].most, c.limits.OfPerson)
	case Export, Replay:
		places = []place{
			{" of your organisation", string(actor.OrganisationID), heavyOfOne}, {"", "everyone", heavyOfAll},
		}
	}
	shares := make([]limit.Share[string], len(places))
	for i, p := range places {
		shares[i] = limit.Share[string]{Holder: string(work) + " " + p.holder, Most: p.most}
	}
	leave, full := c.places.Take(shares...)
	if leave != nil {
		return leave, nil
	}
	return nil, models.Refuse(models.CodeRateLimited, "", "%d %s%s are under way", places[full].most, work,
		places[full].whose).Accepting("the same request when one of them has ended")
}

// A place is one of those that a holder has for a kind of work.
type place struct {
	// whose says in words whose requests share the places.
	whose, holder string
	most          int
}

// Enter takes a place for work of a kind until the request of ctx has been answered, or refuses it. It is for an
// operation that is long work only sometimes.
func Enter(ctx context.Context, work Work) error {
	req := requestOf(ctx)
	leave, err := req.router.crowd.enter(work, req.actor)
	req.leaving = append(req.leaving, leave)
	return err
}

// showStanding tells a caller what is left, by draft-ietf-httpapi-ratelimit-headers: r is how many requests, t after
// how many seconds the quota is whole again, or, when none is left, after how many the next request is let in.
func showStanding(h http.Header, name string, s limit.Standing) {
	again := s.Whole
	if s.Wait > 0 {
		again = s.Wait
	}
	policy := `"` + name + `"`
	h.Set(headerLimitPolicy, policy+";q="+strconv.Itoa(s.Quota)+";w="+strconv.Itoa(wholeSeconds(limit.Window)))
	h.Set(headerLimit, policy+";r="+strconv.Itoa(s.Left)+";t="+strconv.Itoa(wholeSeconds(again)))
}

// wholeSeconds rounds up, so that whoever waits so long has waited long enough.
func wholeSeconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
