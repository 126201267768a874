package calendar

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

// Holidays knows the public holidays of one place: a country by its ISO 3166-1 code (FR), or a part
// of one by its ISO 3166-2 code (DE-NW), for the years its data covers.
type Holidays struct {
	place       string
	from, until int
	names       map[Date]string
	undecided   map[Date]string
}

// HolidaysOf returns the holidays of a place. It refuses a place without data with
// [models.CodeHolidayUnknown].
func HolidaysOf(place string) (*Holidays, error) {
	data, err := loadData()
	if err != nil {
		return nil, err
	}
	country, part, _ := strings.Cut(place, "-")
	file, known := data.holidays[country]
	if !known {
		return nil, unknownPlace(place, data)
	}
	if part == "" {
		return file.build(place, nil)
	}
	extra, known := file.Subdivisions[part]
	if !known {
		return nil, unknownPlace(place, data)
	}
	return file.build(place, extra)
}

func unknownPlace(place string, data *embedded) *models.Refusal {
	return models.Refuse(models.CodeHolidayUnknown, "", "the public holidays of %q are not known here", place).
		Accepting("one of %s", data.places())
}

// Places lists every place whose holidays are known, sorted.
func Places() ([]string, error) {
	data, err := loadData()
	if err != nil {
		return nil, err
	}
	return data.places(), nil
}

// Place returns the ISO code of the place.
func (h *Holidays) Place() string { return h.place }

// Covers tells the first and the last year the data covers.
func (h *Holidays) Covers() (from, until int) { return h.from, h.until }

// Name returns the name of the public holiday on d, empty if there is none. It refuses a day outside
// the data, or on which the law was not settled when the data was written, with
// [models.CodeHolidayUnknown].
func (h *Holidays) Name(d Date) (string, error) {
	if d.Year() < h.from || d.Year() > h.until {
		return "", models.Refuse(models.CodeHolidayUnknown, "",
			"whether %s is a public holiday in %s is not known", d, h.place).
			Accepting("a date from %d to %d", h.from, h.until)
	}
	if why, open := h.undecided[d]; open && h.names[d] == "" {
		return "", models.Refuse(models.CodeHolidayUnknown, "",
			"whether %s is a public holiday in %s is not settled: %s", d, h.place, why)
	}
	return h.names[d], nil
}

// Working tells whether d is a working day: no public holiday, Saturday or Sunday (Regulation
// 1182/71, Article 2(2)). If it is not, why says what it is. It refuses as [Holidays.Name] does.
func (h *Holidays) Working(d Date) (working bool, why string, err error) {
	if weekend(d) {
		return false, d.Weekday().String(), nil
	}
	name, err := h.Name(d)
	if err != nil {
		return false, "", err
	}
	if name != "" {
		return false, fmt.Sprintf("%s in %s", name, h.place), nil
	}
	return true, "", nil
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
