package calendar

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models/zone"
)

// holidayFile is one file of holidays/: a country, its sources and the years it was checked for.
type holidayFile struct {
	Country string `yaml:"country"`
	Name    string `yaml:"name"`
	// Zone is the IANA zone of the capital.
	Zone     string        `yaml:"zone"`
	Sources  []string      `yaml:"sources"`
	Note     string        `yaml:"note"`
	From     int           `yaml:"from"`
	Until    int           `yaml:"until"`
	Holidays []holidayRule `yaml:"holidays"`
	// Subdivisions are parts with days of their own, by the second half of an ISO 3166-2 code.
	Subdivisions map[string]subdivision `yaml:"subdivisions"`
	// Parts are further parts, which keep the days of the country and no others.
	Parts []string `yaml:"parts"`
}

// subdivision is a part of a country.
type subdivision struct {
	Name string `yaml:"name"`
	// Zone is the part's own, where its clocks differ from those of the capital.
	Zone string `yaml:"zone"`
	Note string `yaml:"note"`
	// ListedUntil is the last year for which the days were read in the official list of the year; 0: they follow from
	// a law. Later ones are those of the rule, and may still be changed.
	ListedUntil int `yaml:"listed_until"`
	// Without names days of the country that the part does not keep.
	Without  []string      `yaml:"without"`
	Holidays []holidayRule `yaml:"holidays"`
}

// holidayRule says on which days a holiday falls: exactly one of On, Easter, OrthodoxEaster, Weekday
// and Dates is given.
type holidayRule struct {
	Name string `yaml:"name"`
	// On is a fixed day, as month-day.
	On string `yaml:"on"`
	// Easter and OrthodoxEaster count days from Easter Sunday.
	Easter         *int `yaml:"easter"`
	OrthodoxEaster *int `yaml:"orthodox_easter"`
	// Weekday is the first such day on or after OnOrAfter (month-day).
	Weekday   string `yaml:"weekday"`
	OnOrAfter string `yaml:"on_or_after"`
	// Dates lists single days.
	Dates []string `yaml:"dates"`
	// From, Until and Except limit the years.
	From   int   `yaml:"from"`
	Until  int   `yaml:"until"`
	Except []int `yaml:"except"`
	// IfSunday moves a fixed day that falls on a Sunday by this number of days.
	IfSunday int `yaml:"if_sunday"`
	// Substitute adds the next working day when the holiday falls on a Saturday or Sunday.
	Substitute bool `yaml:"substitute"`
	// Undecided marks days for which the law had not settled whether they are holidays.
	Undecided bool `yaml:"undecided"`
	// HalfFrom is the local hour from which the day is a holiday; until then people work.
	HalfFrom string `yaml:"half_from"`
}

func (f holidayFile) check() error {
	switch {
	case f.Country == "" || f.Name == "":
		return errors.New("country and name are required")
	case len(f.Sources) == 0:
		return errors.New("a source is required")
	case f.From == 0 || f.Until < f.From:
		return errors.New("from and until must be years in order")
	case len(f.Holidays) == 0:
		return errors.New("holidays are required")
	}
	_, err := f.place("")
	for part := range f.Subdivisions {
		if err == nil {
			_, err = f.place(part)
		}
	}
	return err
}

// place computes the holidays of the country (part is empty) or of a part of it. A country of which no part is named
// keeps the days of its parts as well: they are not settled, because the place is not.
func (f holidayFile) place(part string) (*Holidays, error) {
	if part != "" {
		own := f.Subdivisions[part]
		return f.build(f.Country+"-"+part, own)
	}
	h, err := f.build(f.Country, subdivision{})
	if err != nil {
		return nil, err
	}
	for _, part := range slices.Sorted(maps.Keys(f.Subdivisions)) {
		there, err := f.place(part)
		if err != nil {
			return nil, err
		}
		h.mayKeep(there)
	}
	return h, nil
}

// mayKeep adds the days of a part of the country as not settled, also those that are not settled there.
func (h *Holidays) mayKeep(part *Holidays) {
	for _, days := range []map[Date]string{part.names, part.undecided} {
		for d, name := range days {
			if h.names[d] != "" {
				continue
			}
			if before := h.undecided[d]; before == "" {
				h.undecided[d] = name + " in " + part.place
			} else if !strings.Contains(before, part.place) {
				h.undecided[d] = before + ", " + part.place
			}
		}
	}
}

// build computes every holiday of the covered years. The year before them is computed as well and then dropped, because
// a substitute can cross the turn of the year.
func (f holidayFile) build(place string, own subdivision) (*Holidays, error) {
	h := &Holidays{
		place: place, zone: cmp.Or(own.Zone, f.Zone), from: f.From, until: f.Until, listedUntil: own.ListedUntil,
		names: map[Date]string{}, undecided: map[Date]string{}, half: map[Date]string{},
	}
	if _, known := zone.Load(h.zone); !known {
		return nil, fmt.Errorf("%s has no zone: %q", place, h.zone)
	}
	kept := slices.DeleteFunc(slices.Clone(f.Holidays),
		func(r holidayRule) bool { return slices.Contains(own.Without, r.Name) })
	var substituted []Date
	for _, r := range slices.Concat(kept, own.Holidays) {
		for year := f.From - 1; year <= f.Until; year++ {
			dates, err := r.in(year)
			if err != nil {
				return nil, fmt.Errorf("read holiday %q of %s: %w", r.Name, place, err)
			}
			for _, d := range dates {
				if h.add(r, d) && r.Substitute && weekend(d) {
					substituted = append(substituted, d)
				}
			}
		}
	}
	h.substitute(substituted)
	maps.DeleteFunc(h.names, func(d Date, _ string) bool { return d.Year() < h.from })
	return h, nil
}

// add notes a day of a rule, and tells whether it is a whole holiday.
func (h *Holidays) add(r holidayRule, d Date) bool {
	switch {
	case r.Undecided:
		h.undecided[d] = r.Name
	case r.HalfFrom != "":
		h.half[d] = r.Name + " from " + r.HalfFrom
	default:
		h.names[d] = r.Name
		return true
	}
	return false
}

// substitute gives each holiday on a weekend the next day that is still a working day, earliest first.
func (h *Holidays) substitute(holidays []Date) {
	slices.SortFunc(holidays, Date.Compare)
	for _, holiday := range holidays {
		d := holiday.AddDays(1)
		for weekend(d) || h.names[d] != "" {
			d = d.AddDays(1)
		}
		h.names[d] = h.names[holiday] + " (substitute)"
	}
}

func weekend(d Date) bool { return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday }

// in returns the days on which the rule's holiday falls in a year.
func (r holidayRule) in(year int) ([]Date, error) {
	if r.Name == "" {
		return nil, errors.New("a name is required")
	}
	if (r.From != 0 && year < r.From) || (r.Until != 0 && year > r.Until) || slices.Contains(r.Except, year) {
		return nil, nil
	}
	switch {
	case r.Easter != nil:
		return []Date{easter(year).AddDays(*r.Easter)}, nil
	case r.OrthodoxEaster != nil:
		return []Date{orthodoxEaster(year).AddDays(*r.OrthodoxEaster)}, nil
	case r.Weekday != "":
		return r.weekdayIn(year)
	case len(r.Dates) > 0:
		return r.datesIn(year)
	default:
		return r.fixedIn(year)
	}
}

func (r holidayRule) fixedIn(year int) ([]Date, error) {
	d, err := monthDay(year, r.On)
	if err != nil {
		return nil, err
	}
	if d.Weekday() == time.Sunday {
		d = d.AddDays(r.IfSunday)
	}
	return []Date{d}, nil
}

func (r holidayRule) weekdayIn(year int) ([]Date, error) {
	d, err := monthDay(year, r.OnOrAfter)
	if err != nil {
		return nil, err
	}
	for range 7 {
		if d.Weekday().String() == r.Weekday {
			return []Date{d}, nil
		}
		d = d.AddDays(1)
	}
	return nil, fmt.Errorf("%q is not a day of the week", r.Weekday)
}

func (r holidayRule) datesIn(year int) ([]Date, error) {
	var dates []Date
	for _, s := range r.Dates {
		d, err := ParseDate("dates", s)
		if err != nil {
			return nil, err
		}
		if d.Year() == year {
			dates = append(dates, d)
		}
	}
	return dates, nil
}

func monthDay(year int, s string) (Date, error) {
	return ParseDate("on", fmt.Sprintf("%04d-%s", year, s))
}
