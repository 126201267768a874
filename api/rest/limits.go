package rest

import (
	"cmp"
	"net/netip"
	"time"
)

// Limits bound what one request may cost, and how many one caller may make. Zero values take the defaults.
type Limits struct {
	// Body is the largest body in bytes, where an operation sets none of its own; 1 MiB.
	Body int64
	// BodyTimeout is how long a body may take to arrive; 15 s.
	BodyTimeout time.Duration
	// Recognition is how long it may take to find out who calls; 10 s.
	Recognition time.Duration
	// Reading and Changing are how long an operation may take that reads or changes, where its row sets no time of its
	// own; 20 s and 30 s.
	Reading, Changing time.Duration
	// Patience is how long the reader of a file or an export may take nothing, beside the time for what it takes at 16
	// KiB a second; 30 s.
	Patience time.Duration
	// PerKey is how many requests in a minute one API key may make; 6,000.
	PerKey int
	// PerAddress is how many requests in a minute may come from one address without a key that is known to be good;
	// 1,200. With IPv6 an address stands for its network of 64 bits.
	PerAddress int
	// WrongKeys is how many requests in a minute may come from one address with a key that is not good, or without the
	// key that they need; 60.
	WrongKeys int
	// OfPerson and OfOrganisation are how many requests for long work, and how many other changes, may be under way at
	// once, for each kind of it; 8 and 16. At the receipt of tenders an organisation has as many as a person: fewer
	// than there are connections for it.
	OfPerson, OfOrganisation int
	// TrustedProxies are the proxies that may name their client in X-Forwarded-For; none by default.
	TrustedProxies []netip.Prefix
}

const (
	defaultBody           = 1 << 20
	defaultBodyTimeout    = 15 * time.Second
	defaultRecognition    = 10 * time.Second
	defaultReading        = 20 * time.Second
	defaultChanging       = 30 * time.Second
	defaultPatience       = 30 * time.Second
	defaultPerKey         = 6000
	defaultPerAddress     = 1200
	defaultWrongKeys      = 60
	defaultOfPerson       = 8
	defaultOfOrganisation = 16
)

func (l Limits) fit() bool {
	return l.Body >= 0 && min(l.BodyTimeout, l.Recognition, l.Reading, l.Changing, l.Patience) >= 0 &&
		min(l.PerKey, l.PerAddress, l.WrongKeys, l.OfPerson, l.OfOrganisation) >= 0
}

func (l Limits) orDefaults() Limits {
	return Limits{
		Body: cmp.Or(l.Body, defaultBody), BodyTimeout: cmp.Or(l.BodyTimeout, defaultBodyTimeout),
		Recognition: cmp.Or(l.Recognition, defaultRecognition), Reading: cmp.Or(l.Reading, defaultReading),
		Changing: cmp.Or(l.Changing, defaultChanging),
		Patience: cmp.Or(l.Patience, defaultPatience),
		PerKey:   cmp.Or(l.PerKey, defaultPerKey), PerAddress: cmp.Or(l.PerAddress, defaultPerAddress),
		WrongKeys: cmp.Or(l.WrongKeys, defaultWrongKeys), OfPerson: cmp.Or(l.OfPerson, defaultOfPerson),
		OfOrganisation: cmp.Or(l.OfOrganisation, defaultOfOrganisation), TrustedProxies: l.TrustedProxies,
	}
}
