package models

import (
	"regexp"
	"slices"
	"time"
)

// An EndpointStatus says whether events are delivered to an endpoint.
type EndpointStatus string

// The statuses of an endpoint.
const (
	EndpointActive EndpointStatus = "active"
	// EndpointPaused holds events back until it is resumed.
	EndpointPaused EndpointStatus = "paused"
	// EndpointDisabled answered 410 Gone under a release that ended endpoints for that. It gets nothing until it is
	// resumed, and what happened meanwhile was not kept for it.
	EndpointDisabled EndpointStatus = "disabled"
	// EndpointRemoved was taken away by its owner; its deliveries are kept.
	EndpointRemoved EndpointStatus = "removed"
)

// An Endpoint is a URL to which events are delivered: that of a tender portal or of a buyer's own system.
type Endpoint struct {
	ID ID `gorm:"primaryKey"`
	// OrganisationID is the owner's.
	OrganisationID ID
	// OwnerID is the person who registered it. It gets the events of the procurements that this person leads, for as
	// long as the person leads them.
	OwnerID     ID
	URL         string `gorm:"column:url"`
	Description string
	// Types limits the events to these types and those below them; empty: all.
	Types []string `gorm:"serializer:json"`
	// Procurements limits the events to these procurements; empty: all that the owner leads, now or later.
	Procurements []ID `gorm:"serializer:json"`
	// Rehearsals tells whether it is for rehearsals; it then gets no other events.
	Rehearsals bool
	// Secret signs what is sent, as does FormerSecret until FormerUntil; both are encrypted. They are nil after the
	// removal, and after the loss of the key that encrypted them.
	Secret       []byte
	FormerSecret []byte
	FormerUntil  *time.Time
	Status       EndpointStatus
	// PausedBecause is [PausedGone] if the engine paused it; empty: a person did, or it is not paused.
	PausedBecause string
	// Since is the position of the log after which events are delivered.
	Since     int64
	Version   int64
	CreatedAt time.Time
	EndedAt   *time.Time
	// Replays counts the replays that were asked for since ReplaysFrom; see [Endpoint.Replay].
	Replays     int
	ReplaysFrom *time.Time
	// Unsent counts the events that its filters select, and which it did not get because they are of the other mode;
	// UnsentAt is when it last missed one. The relay counts them, in a row of their own.
	Unsent   int64      `gorm:"->"`
	UnsentAt *time.Time `gorm:"->"`
	// NeedsSecret tells whoever is shown the endpoint, without its secrets, that it has none and gets nothing until its
	// owner has made a new one.
	NeedsSecret bool `gorm:"-"`
}

// EndpointSettings are where an endpoint is, and what it selects.
type EndpointSettings struct {
	// URL is the SHA-256 of the endpoint's, in hexadecimal: a URL may hold a secret of the receiver, and events keep
	// what they tell for good.
	URL          string   `json:"url_sha256"`
	Description  string   `json:"description"`
	Types        []string `json:"types"`
	Procurements []ID     `json:"procurements"`
}

// Settings are those of the endpoint.
func (e Endpoint) Settings() EndpointSettings {
	return EndpointSettings{Digest([]byte(e.URL)), e.Description, e.Types, e.Procurements}
}

// Bare returns the endpoint as it is shown, without its secrets.
func (e Endpoint) Bare() Endpoint {
	e.NeedsSecret = e.Secret == nil && e.Status != EndpointRemoved
	e.Secret, e.FormerSecret = nil, nil
	return e
}

// MostFilters bounds an endpoint's lists of types and of procurements; MostEndpoints, the endpoints of an
// organisation that are neither disabled nor removed.
const (
	MostFilters   = 50
	MostEndpoints = 20
	longestURL    = 2000
)

var typePrefix = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$`)

// CheckTypes refuses anything but a list of event types or their beginnings, such as lot.closed or lot.
func CheckTypes(field string, types []string) *Refusal {
	i := slices.IndexFunc(types, func(t string) bool { return len(t) > 100 || !typePrefix.MatchString(t) })
	if i < 0 && len(types) <= MostFilters {
		return nil
	}
	return Refuse(CodeInvalidValue, field, "this is not a list of event types").
		Accepting("at most %d types such as lot.closed, or their beginnings such as lot", MostFilters)
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
			"%d procurements are named", len(e.Procurements)).
			Accepting("at most %d, or none for all procurements that you lead", MostFilters))
	}
	for _, id := range e.Procurements {
		faults = append(faults, checkID("/procurements", id, PrefixProcurement)...)
	}
	if len(e.URL) > longestURL {
		faults = append(faults, Refuse(CodeInvalidValue, "/url", "the URL is longer than %d characters", longestURL))
	}
	return faults
}

// MustBeOf refuses what only the endpoint's owner may do or see ([CodeForbidden]).
func (e Endpoint) MustBeOf(person ID) error {
	if e.OwnerID == person {
		return nil
	}
	return Refuse(CodeForbidden, "", "only the endpoint's owner may do this").
		Accepting("the owner; an administrator may only read, pause, resume and remove the endpoint")
}

// PausedGone is why an endpoint was paused whose receiver answered 410 Gone.
const PausedGone = "gone"

// An endpoint may be replayed so often within the window. A person who repairs a receiver needs a few; a program that
// replays in a loop would send the same messages for ever.
const (
	MostReplays  = 6
	ReplayWindow = 10 * time.Minute
)

// Replay counts a replay that is asked for now, or refuses it ([CodeReplayLimit]).
func (e *Endpoint) Replay(now time.Time) error {
	if e.ReplaysFrom == nil || !now.Before(e.ReplaysFrom.Add(ReplayWindow)) {
		e.Replays, e.ReplaysFrom = 0, &now
	}
	if e.Replays >= MostReplays {
		again := e.ReplaysFrom.Add(ReplayWindow)
		return Refuse(CodeReplayLimit, "", "%d replays were asked for since %s",
			e.Replays, e.ReplaysFrom.UTC().Format(time.RFC3339)).
			Accepting("the next replay from %s on", again.UTC().Format(time.RFC3339)).
			After(again.Sub(now))
	}
	e.Replays++
	return nil
}

// OfMode is the mode of the procurements that the endpoint is told of.
func (e Endpoint) OfMode() Mode {
	if e.Rehearsals {
		return ModeRehearsal
	}
	return ModeLive
}
