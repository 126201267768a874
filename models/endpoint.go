package models

import (
	"regexp"
	"slices"
	"time"
)

// An EndpointStatus says whether an endpoint is served.
type EndpointStatus string

// The statuses of an endpoint.
const (
	EndpointActive EndpointStatus = "active"
	// EndpointPaused keeps what happens until its owner goes on.
	EndpointPaused EndpointStatus = "paused"
	// EndpointDisabled has answered 410 Gone: it is served no more, for good.
	EndpointDisabled EndpointStatus = "disabled"
	// EndpointRemoved was taken away by its owner; its deliveries are kept.
	EndpointRemoved EndpointStatus = "removed"
)

// An Endpoint is where somebody wants to be told of what happens: a URL of a tender portal or of a buyer's
// own system.
type Endpoint struct {
	ID ID `gorm:"primaryKey"`
	// OrganisationID is the owner's.
	OrganisationID ID
	// OwnerID registered it. It is told of the procurements that the owner leads, as long as the owner does.
	OwnerID     ID
	URL         string `gorm:"column:url"`
	Description string
	// Types narrows what is told to these types and those below them; empty: all.
	Types []string `gorm:"serializer:json"`
	// Procurements narrows it to these; empty: all that the owner leads, also those to come.
	Procurements []ID `gorm:"serializer:json"`
	// Rehearsals tells whether it is for rehearsals; it is then told of nothing else.
	Rehearsals bool
	// Secret signs what is sent, FormerSecret too until FormerUntil; both are encrypted. Nil once removed.
	Secret       []byte
	FormerSecret []byte
	FormerUntil  *time.Time
	Status       EndpointStatus
	// Since is the position of the log after which events are told.
	Since     int64
	Version   int64
	CreatedAt time.Time
	EndedAt   *time.Time
}

// MostFilters bounds an endpoint's lists of types and of procurements; MostEndpoints, the endpoints of an
// organisation that are neither disabled nor removed.
const (
	MostFilters   = 50
	MostEndpoints = 20
	longestURL    = 2000
)

var typePrefix = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$`)

// CheckTypes refuses what is no list of event types or beginnings of them, such as lot or lot.closed.
func CheckTypes(field string, types []string) *Refusal {
	i := slices.IndexFunc(types, func(t string) bool { return len(t) > 100 || !typePrefix.MatchString(t) })
	if i < 0 && len(types) <= MostFilters {
		return nil
	}
	return Refuse(CodeInvalidValue, field, "this is no list of event types").
		Accepting("at most %d types such as lot.closed, or their beginning such as lot", MostFilters)
}

// Check refuses an endpoint whose filters are malformed ([CodeInvalidValue], [CodeInvalidID]). Whether its
// URL may be called is judged by the guard of webhooks.
func (e Endpoint) Check() []*Refusal {
	var faults []*Refusal
	if r := CheckTypes("/types", e.Types); r != nil {
		faults = append(faults, r)
	}
	if len(e.Procurements) > MostFilters {
		faults = append(faults, Refuse(CodeInvalidValue, "/procurements",
			"there are %d procurements", len(e.Procurements)).
			Accepting("at most %d, or none for all that you lead", MostFilters))
	}
	for _, id := range e.Procurements {
		faults = append(faults, checkID("/procurements", id, PrefixProcurement)...)
	}
	if len(e.URL) > longestURL {
		faults = append(faults, Refuse(CodeInvalidValue, "/url", "the URL is longer than %d characters", longestURL))
	}
	return faults
}

// MustBeOf refuses to have done to an endpoint, or told of it, what concerns its owner only.
func (e Endpoint) MustBeOf(person ID) error {
	if e.OwnerID == person {
		return nil
	}
	return Refuse(CodeForbidden, "", "only the endpoint's owner may do this").
		Accepting("an administrator may read, pause, resume and remove it")
}

// Over tells whether the endpoint will never be served again.
func (e Endpoint) Over() bool { return e.Status == EndpointDisabled || e.Status == EndpointRemoved }
