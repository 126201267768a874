package models

import "time"

// InstantLayout is RFC 3339 in UTC with exactly six decimals: each instant has one rendering, and the microseconds of
// the database are kept.
const InstantLayout = "2006-01-02T15:04:05.000000Z"

// Instant renders an instant by [InstantLayout], cut to the microsecond.
func Instant(t time.Time) string { return t.UTC().Truncate(time.Microsecond).Format(InstantLayout) }
