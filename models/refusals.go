package models

import (
	"cmp"
	"slices"
	"time"
)

// A Code names a refusal for programs. Codes never change; texts may.
type Code string

// A RefusalKind says in what way a request fails. Each protocol has its own name for it.
type RefusalKind string

// The kinds of refusals.
const (
	// RefusalMalformed cannot be read.
	RefusalMalformed RefusalKind = "malformed"
	// RefusalUnacceptable is well formed, but says what cannot be accepted.
	RefusalUnacceptable RefusalKind = "unacceptable"
	// RefusalUnauthenticated comes from a caller who is not known.
	RefusalUnauthenticated RefusalKind = "unauthenticated"
	// RefusalForbidden comes from a person who may not ask for this.
	RefusalForbidden RefusalKind = "forbidden"
	// RefusalAbsent asks for what is not there, or for what the caller may not know of.
	RefusalAbsent RefusalKind = "absent"
	// RefusalConflict cannot be done as things stand.
	RefusalConflict RefusalKind = "conflict"
	// RefusalStale was made on an earlier version.
	RefusalStale RefusalKind = "stale"
	// RefusalUnversioned does not say on which version it was made.
	RefusalUnversioned RefusalKind = "unversioned"
	// RefusalNotOffered asks for what is never done at that place.
	RefusalNotOffered RefusalKind = "not_offered"
	// RefusalTooLarge is larger than what is accepted.
	RefusalTooLarge RefusalKind = "too_large"
	// RefusalOtherMedia comes in a format that is not read.
	RefusalOtherMedia RefusalKind = "other_media"
	// RefusalTooSlow did not arrive in time.
	RefusalTooSlow RefusalKind = "too_slow"
	// RefusalTooMany follows on too many others.
	RefusalTooMany RefusalKind = "too_many"
	// RefusalUnavailable cannot be answered now.
	RefusalUnavailable RefusalKind = "unavailable"
	// RefusalFault met a fault of the engine.
	RefusalFault RefusalKind = "fault"
)

// RefusalKinds lists the kinds of refusals.
func RefusalKinds() []RefusalKind {
	return []RefusalKind{
		RefusalMalformed, RefusalUnacceptable, RefusalUnauthenticated, RefusalForbidden, RefusalAbsent, RefusalConflict,
		RefusalStale, RefusalUnversioned, RefusalNotOffered, RefusalTooLarge, RefusalOtherMedia, RefusalTooSlow,
		RefusalTooMany, RefusalUnavailable, RefusalFault,
	}
}

// RetryAfter is how long to wait before the same request may succeed; 0: waiting alone is of no use.
func (k RefusalKind) RetryAfter() time.Duration {
	if k == RefusalTooMany || k == RefusalUnavailable {
		return time.Second
	}
	return 0
}

// A RefusalType is what all refusals with one code have in common.
type RefusalType struct {
	Code Code
	Kind RefusalKind
	// Title says what is wrong, the same each time.
	Title string
	// Doc says when that happens and what to do.
	Doc string
}

var refusalTypes = slices.SortedFunc(slices.Values(slices.Concat(
	refusedRequests, refusedCallers, refusedProcess, refusedRules, refusedSpecification, refusedMarket, refusedUploads,
	refusedQuestions, refusedTenders, refusedSealing, refusedAward, refusedWebhooks,
)), func(a, b RefusalType) int { return cmp.Compare(a.Code, b.Code) })

// RefusalTypes lists every refusal there is, by code.
func RefusalTypes() []RefusalType { return slices.Clone(refusalTypes) }

// RefusalTypeOf looks a code up; false: nothing is refused by it.
func RefusalTypeOf(code Code) (RefusalType, bool) {
	at, found := slices.BinarySearchFunc(refusalTypes, code, func(t RefusalType, code Code) int {
		return cmp.Compare(t.Code, code)
	})
	if !found {
		return RefusalType{}, false
	}
	return refusalTypes[at], true
}
