package views

import (
	"context"
	"errors"
	"slices"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/eventlog"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A FeedQuery says what to read from the feed.
type FeedQuery struct {
	// Procurement is the procurement whose events are read; empty means all in which the reader holds a role now.
	Procurement models.ID
	// Types narrows to these types and those below them; empty: all.
	Types []string
	After Place
	Limit int
}

// A Place is a place in the log, from which somebody reads on. Its position counts what others did, tenders too, so it
// must not be shown.
type Place = eventlog.Place

// A FeedPage is a part of the feed.
type FeedPage struct {
	Items []FeedItem
	// Reached is the place up to which this query has read everything; Head is the last position there was.
	Reached Place
	Head    int64

	sees scope
}

// A FeedItem is an event as a reader gets it.
type FeedItem struct {
	event.Recorded

	// Mode is that of the procurement; empty for what concerns the platform.
	Mode models.Mode
	// Place is the place after the event.
	Place Place
}

// Concerns tells whether the reader of the page may read events of a procurement, or, if it is empty, of the
// platform.
func (p FeedPage) Concerns(procurement models.ID) bool { return p.sees.includes(procurement) }

// Feed reads the events of procurements in which the reader holds a role now, in the order in which they were
// recorded: on the buyers' side all, as a supplier those that everybody may know, as an administrator also what
// concerns the platform. Nothing that tells of a tender is shown before its box is closed.
func (v *Views) Feed(ctx context.Context, r Reader, q FeedQuery) (FeedPage, error) {
	sees, err := v.scopeOf(ctx, r.Actor, q.Procurement)
	if err != nil {
		return FeedPage{}, err
	}
	found, err := v.Store.Log().Feed(ctx, eventlog.FeedQuery{
		Procurements: sees.visible, Platform: sees.platform, Types: q.Types, After: q.After, Limit: q.Limit,
	})
	if errors.Is(err, eventlog.ErrNoPlace) {
		return FeedPage{}, placeLost("a cursor that you were given earlier, now, or none; ignore an id that you have")
	}
	if err != nil {
		return FeedPage{}, err
	}
	page := FeedPage{Items: make([]FeedItem, len(found.Events)), Reached: found.Reached, Head: found.Head, sees: sees}
	for i, e := range found.Events {
		recorded, err := audit.ParseEvent(e.Canonical)
		if err != nil {
			return FeedPage{}, err
		}
		page.Items[i] = FeedItem{Recorded: recorded, Mode: sees.modeOf(recorded.ProcurementID), Place: e.Place}
	}
	return page, nil
}

// FeedEnd is the place after the last event: what is read from there happens from now on.
func (v *Views) FeedEnd(ctx context.Context) (Place, error) { return v.Store.Log().End(ctx) }

// placeLost refuses to read on from a place that the log does not have any more.
func placeLost(accepting string) *models.Refusal {
	return models.Refuse(models.CodePlaceLost, "after",
		"the record was restored from a backup, and the entry after which to read on is not in it").
		Accepting("%s", accepting)
}

// A Happening says that something happened, for those who wait for it. Only people who see the procurement may be told.
type Happening = eventlog.TailEntry

// Happenings lists what was added to the log after a position, at most limit entries, without those that are in
// nobody's feed. head is the position up to which it has looked.
func (v *Views) Happenings(ctx context.Context, after int64, limit int) (head int64, happened []Happening, err error) {
	return v.Store.Log().Tail(ctx, after, limit)
}

// A scope is the procurements whose events a person may read at one moment.
type scope struct {
	visible  []eventlog.Visible
	platform bool
}

// scopeOf looks up what a person may read now, in all procurements or in one.
func (v *Views) scopeOf(ctx context.Context, actor models.Actor, procurement models.ID) (scope, error) {
	visible, err := v.Store.VisibleTo(ctx, actor.PersonID)
	if err != nil {
		return scope{}, err
	}
	all := scope{visible: visible, platform: actor.Administrator}
	if procurement == "" {
		return all, nil
	}
	i := all.find(procurement)
	if i < 0 {
		return scope{}, models.NoSuchResource()
	}
	return scope{visible: visible[i : i+1]}, nil
}

func (s scope) find(procurement models.ID) int {
	return slices.IndexFunc(s.visible, func(v eventlog.Visible) bool { return v.ID == procurement })
}

func (s scope) includes(procurement models.ID) bool {
	if procurement == "" {
		return s.platform
	}
	return s.find(procurement) >= 0
}

func (s scope) modeOf(procurement models.ID) models.Mode {
	if i := s.find(procurement); i >= 0 {
		return s.visible[i].Mode
	}
	return ""
}
