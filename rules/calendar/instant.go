package calendar

import (
	"fmt"
	"slices"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/zone"
)

// LocalLayout is how local time is written: 2026-04-01T12:00, seconds optional.
const LocalLayout = "2006-01-02T15:04:05"

const localLayoutMinutes = "2006-01-02T15:04"

// Zone returns the IANA zone of that name, from the program's own table. It refuses an empty or unknown name with
// [models.CodeInvalidLocalTime].
func Zone(field, name string) (*time.Location, error) {
	if name == "" {
		return nil, models.Refuse(models.CodeInvalidLocalTime, field, "the zone is missing").
			Accepting("an IANA zone such as Europe/Brussels")
	}
	found, ok := zone.Load(name)
	if !ok {
		return nil, models.Refuse(models.CodeInvalidLocalTime, field, "%q is not an IANA zone", name).
			Accepting("an IANA zone such as Europe/Brussels")
	}
	return found, nil
}

// No procurement is older than Earliest or goes on until Latest: an instant before or after must be a mistake. Between
// them every duration fits a [time.Duration].
var (
	Earliest = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)
	Latest   = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

// mostYearsAhead is how far ahead people may set an instant that can never be moved to an earlier one, such as a
// published deadline: a mistyped year would keep the box closed for good.
const mostYearsAhead = 5

// CheckAhead refuses an instant that is too far ahead of now, with [models.CodeInvalidValue].
func CheckAhead(field string, at, now time.Time) error {
	horizon := now.AddDate(mostYearsAhead, 0, 0)
	if horizon.After(Latest) {
		horizon = Latest
	}
	if !at.After(horizon) {
		return nil
	}
	return models.Refuse(models.CodeInvalidValue, field, "%s is more than %d years ahead",
		at.UTC().Format(time.RFC3339), mostYearsAhead).
		Accepting("an instant up to %s", horizon.UTC().Format(time.RFC3339))
}

// InstantAhead returns the instant of a deadline, as [Instant] does, and refuses one as [CheckAhead] does.
func InstantAhead(field, local, zoneName string, now time.Time) (time.Time, error) {
	at, err := Instant(field, local, zoneName)
	if err != nil {
		return at, err
	}
	return at, CheckAhead(field, at, now)
}

// Instant returns the instant at which clocks in a zone show the given local time. It refuses, with
// [models.CodeInvalidLocalTime], a local time that is malformed or in another age, an unknown zone, and an hour that
// a clock change skips (it never happens) or repeats (it happens twice).
func Instant(field, local, zoneName string) (time.Time, error) {
	there, err := Zone(field, zoneName)
	if err != nil {
		return time.Time{}, err
	}
	wall, err := time.Parse(LocalLayout, local)
	if err != nil {
		wall, err = time.Parse(localLayoutMinutes, local)
	}
	if err != nil {
		return time.Time{}, models.Refuse(models.CodeInvalidLocalTime, field, "%q is not a local time", local).
			Accepting("date and time without offset, such as 2026-04-01T12:00")
	}
	if wall.Before(Earliest) || !wall.Before(Latest) {
		return time.Time{}, models.Refuse(models.CodeInvalidLocalTime, field,
			"the year %d must be a mistake", wall.Year()).
			Accepting("a year from %d to %d", Earliest.Year(), Latest.Year()-1)
	}
	switch found := instants(wall, there); len(found) {
	case 1:
		return found[0].UTC(), nil
	case 0:
		return time.Time{}, models.Refuse(models.CodeInvalidLocalTime, field,
			"%s does not exist in %s: clocks skip it", local, zoneName).
			Accepting("a time outside the hour that is skipped")
	default:
		return time.Time{}, models.Refuse(models.CodeInvalidLocalTime, field,
			"%s happens twice in %s: clocks are put back and show it again", local, zoneName).
			Accepting("a time outside the hour that is repeated")
	}
}

// Local returns what clocks in a zone show at an instant, as [Instant] reads it.
func Local(at time.Time, zoneName string) (string, error) {
	there, err := Zone("zone", zoneName)
	if err != nil {
		return "", err
	}
	return at.In(there).Format(LocalLayout), nil
}

// StartOfDay returns the first instant of a day in an IANA zone. Where a clock change skips
// midnight, the day starts later; where it repeats midnight, the first one counts.
func StartOfDay(d Date, zoneName string) (time.Time, error) {
	there, err := Zone("zone", zoneName)
	if err != nil {
		return time.Time{}, err
	}
	midnight := d.utc()
	if found := instants(midnight, there); len(found) > 0 {
		return found[0].UTC(), nil
	}
	_, gap := midnight.Add(-aroundChange).In(there).ZoneBounds()
	return gap.UTC(), nil
}

// aroundChange is further than any zone is from UTC, and shorter than the time between two changes
// of a clock.
const aroundChange = 48 * time.Hour

// instants returns, in order, every instant at which clocks there show the time that wall shows in UTC.
func instants(wall time.Time, there *time.Location) []time.Time {
	var found []time.Time
	t := wall.Add(-aroundChange).In(there)
	for {
		_, offset := t.Zone()
		at := wall.Add(-time.Duration(offset) * time.Second).In(there)
		if _, there := at.Zone(); there == offset && !slices.ContainsFunc(found, at.Equal) {
			found = append(found, at)
		}
		_, end := t.ZoneBounds()
		if end.IsZero() || end.After(wall.Add(aroundChange)) {
			break
		}
		if !end.After(t) {
			// Past the zone's last listed change, ZoneBounds ends a leap year a day early and stays there.
			end = t.Add(24 * time.Hour)
		}
		t = end
	}
	slices.SortFunc(found, time.Time.Compare)
	return found
}

// on names a local deadline for a person: 2026-04-02T00:00 Europe/Paris.
func on(at time.Time, zoneName string) string {
	local, err := Local(at, zoneName)
	if err != nil {
		return at.UTC().Format(time.RFC3339)
	}
	return fmt.Sprintf("%s %s", local, zoneName)
}
