package warning

import (
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/procedure"
)

const (
	// recentMonths and earlierMonths bound how long before an earlier procurement was published.
	recentMonths  = 12
	earlierMonths = 24
	// longWord is from how many letters on a word of a title tells something of its subject.
	longWord = 4
)

// Window returns between which instants of procedure time an earlier procurement was published that may belong to this
// one.
func Window(d models.Dossier) (from, until time.Time) {
	until = procedure.Begun(d)
	return until.AddDate(0, -earlierMonths, 0), until
}

// Together warns of earlier procurements of the same buyers whose subject seems the same by their titles: a procurement
// is not split to keep it below a threshold (Directive 2014/24/EU, Article 5(3)). Titles seem the same if, in one
// language, at least half of their longer words are common to both.
func Together(d models.Dossier, earlier []models.Published) []models.Warning {
	from, until := Window(d)
	recent := until.AddDate(0, -recentMonths, 0)
	var all []models.Warning
	for _, e := range earlier {
		common := alike(d.Procurement.Title, e.Title)
		if e.ID == d.Procurement.ID || e.At.Before(from) || !e.At.Before(until) || len(common) == 0 {
			continue
		}
		months := earlierMonths
		if !e.At.Before(recent) {
			months = recentMonths
		}
		var shared []string
		for _, id := range e.Buyers {
			if d.IsBuyer(id) {
				shared = append(shared, d.NameOf(id))
			}
		}
		if len(shared) == 0 {
			continue
		}
		all = append(all, models.Warn(models.WarnTogether, "/title",
			"it may belong together with a procurement of %s that was published on %s, less than %d months before: "+
				"both titles have the words %s", shared, e.At.UTC().Format(time.DateOnly), months, common).On(e.ID))
	}
	return all
}

// alike returns the longer words that two titles have in common in the first language in which they seem the same;
// none: they do not.
func alike(a, b models.Text) []string {
	for _, language := range slices.Sorted(maps.Keys(a)) {
		one, other := longWords(a[language]), longWords(b[language])
		common := slices.DeleteFunc(slices.Clone(one), func(w string) bool { return !slices.Contains(other, w) })
		if all := len(one) + len(other) - len(common); len(common) > 0 && 2*len(common) >= all {
			return common
		}
	}
	return nil
}

// longWords lists the longer words of a title once, in small letters. Numbers are left out: a second lot or a year
// makes no other subject.
func longWords(title string) []string {
	var words []string
	parts := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return !unicode.IsLetter(r) })
	for _, w := range parts {
		if len([]rune(w)) >= longWord && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	return words
}
