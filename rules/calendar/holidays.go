package calendar

import (
	"maps"
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

// Holidays knows the public holidays and the zone of one place: a country by its ISO 3166-1 code (FR), or a part of one
// by its ISO 3166-2 code (DE-NW), for the years its data covers.
type Holidays struct {
	place, zone string
	from, until int
	listedUntil int
	names       map[Date]string
	undecided   map[Date]string
	half        map[Date]string
	// without are the same without local days; nil: there are none.
	without *Holidays
}

// A LocalDay is a holiday that a town or an authority keeps, as a buyer has entered it with its source.
type LocalDay struct {
	Day  Date
	Name string
}

// HolidaysOf returns the holidays of a place. It refuses a place without data with [models.CodeHolidayUnknown]. In a
// country whose parts keep days of their own, and of which no part is named, those days are not settled
// ([Explained.Unsettled]).
func HolidaysOf(place string) (*Holidays, error) {
	data, err := loadData()
	if err != nil {
		return nil, err
	}
	if known, ok := data.built.Load(place); ok {
		if h, ok := known.(*Holidays); ok {
			return h, nil
		}
	}
	h, err := data.holidaysOf(place)
	if err == nil {
		data.built.Store(place, h)
	}
	return h, err
}

func (e *embedded) holidaysOf(place string) (*Holidays, error) {
	country, part, divided := strings.Cut(place, "-")
	file, known := e.holidays[country]
	if !known || divided && !file.has(part) {
		return nil, models.Refuse(models.CodeHolidayUnknown, "", "the public holidays of %q are not known here", place).
			Accepting("one of %s", e.places())
	}
	if _, own := file.Subdivisions[part]; !own && divided {
		return file.build(place, subdivision{})
	}
	return file.place(part)
}

// has tells whether the country has that part.
func (f holidayFile) has(part string) bool {
	_, own := f.Subdivisions[part]
	return own || slices.Contains(f.Parts, part)
}

// andAnywhereIn adds the days that are a holiday in a country or in any part of it.
func (h *Holidays) andAnywhereIn(country string) (*Holidays, error) {
	there, err := HolidaysOf(country)
	if err != nil {
		return nil, err
	}
	both := *h
	both.names = maps.Clone(h.names)
	for _, more := range []map[Date]string{there.names, there.undecided} {
		for d, name := range more {
			if both.names[d] == "" {
				both.names[d] = name
			}
		}
	}
	return &both, nil
}

// With adds days that are kept locally.
func (h *Holidays) With(local []LocalDay) *Holidays {
	with := *h
	with.without = h
	with.names = maps.Clone(h.names)
	for _, l := range local {
		with.names[l.Day] = l.Name
	}
	return &with
}

// Places lists every place whose holidays are known, sorted.
func Places() ([]string, error) {
	data, err := loadData()
	if err != nil {
		return nil, err
	}
	return data.places(), nil
}

// Place returns the ISO code of the place, and Zone the IANA zone of its clocks.
func (h *Holidays) Place() string { return h.place }

// Zone returns the IANA zone of the place's clocks.
func (h *Holidays) Zone() string { return h.zone }

// Covers tells the first and the last year the data covers.
func (h *Holidays) Covers() (from, until int) { return h.from, h.until }

// Name returns the name of the public holiday on d, empty if there is none or if it is not settled. It refuses a day
// outside the data with [models.CodeHolidayUnknown].
func (h *Holidays) Name(d Date) (string, error) {
	if d.Year() < h.from || d.Year() > h.until {
		return "", models.Refuse(models.CodeHolidayUnknown, "",
			"whether %s is a public holiday in %s is not known", d, h.place).
			Accepting("a date from %d to %d", h.from, h.until)
	}
	return h.names[d], nil
}

// Unsettled says why it is not certain whether d is a holiday: the law had not settled it when the data was written, or
// it is one in a part of the country only and no part is named. Empty: it is certain.
func (h *Holidays) Unsettled(d Date) string {
	if h.names[d] != "" || weekend(d) {
		return ""
	}
	return h.undecided[d]
}

// Working tells whether d is a working day: no public holiday, Saturday or Sunday (Regulation 1182/71, Article 2(2)); a
// day that is not settled counts as none. If it is not, why says what it is. It refuses as [Holidays.Name] does.
func (h *Holidays) Working(d Date) (working bool, why string, err error) {
	move, off, err := h.off(d)
	if err != nil || !off {
		return err == nil, "", err
	}
	return false, move.Why(), nil
}

// off tells whether nobody works on d, and what it is.
func (h *Holidays) off(d Date) (what Move, off bool, err error) {
	what = Move{Day: d, Reason: MoveHoliday, Place: h.place}
	if weekend(d) {
		what.Reason, what.Place = MoveWeekend, ""
		return what, true, nil
	}
	if what.Name, err = h.Name(d); err != nil || what.Name != "" {
		return what, err == nil, err
	}
	if what.Name = h.Unsettled(d); what.Name != "" {
		what.Reason = MoveUnsettled
		return what, true, nil
	}
	return Move{}, false, nil
}

// settled returns the same place with every open day taken as a working day.
func (h *Holidays) settled() *Holidays {
	taken := *h
	taken.undecided = nil
	return &taken
}

// In returns the dates of the public holidays of a year, in order.
func (h *Holidays) In(year int) []Date {
	var dates []Date
	for d := range h.names {
		if d.Year() == year {
			dates = append(dates, d)
		}
	}
	slices.SortFunc(dates, Date.Compare)
	return dates
}
