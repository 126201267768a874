package letter

import (
	"cmp"
	"regexp"

	"github.com/ppi-engine/ppi/rules/wording"
)

// formulaWords are the words that a ranking writes into the computation of points, and by which sentence a letter says
// them. The ranking itself keeps its own words: they are under its digest.
var formulaWords = []struct {
	pattern *regexp.Regexp
	// before stands before the words; named is what the value in them is called.
	before, sentence, named string
}{
	{regexp.MustCompile(`, at least 0`), ", ", "at_least", ""},
	{regexp.MustCompile(`, within 0 and ([0-9.]+)`), ", ", "within", "to"},
	{regexp.MustCompile(`, as the price is 0`), ", ", "price_zero", ""},
	{regexp.MustCompile(`, as all prices are equal`), ", ", "all_equal", ""},
	{regexp.MustCompile(`, as no price is below the ceiling`), ", ", "no_lower", ""},
	{regexp.MustCompile(`, as less than ([0-9.]+) counts as [0-9.]+`), ", ", "counts_as", "least"},
	{regexp.MustCompile(` × ([0-9]+) years`), " × ", "years", "n"},
	{regexp.MustCompile(`^price$`), "", "price", ""},
}

// formula says the computation of points in the words of the letter.
func (w *words) formula(how string) string {
	for _, f := range formulaWords {
		how = f.pattern.ReplaceAllStringFunc(how, func(found string) string {
			value := f.pattern.FindStringSubmatch(found)
			return f.before + wording.Fill(w.Formulas[f.sentence], f.named, value[len(value)-1])
		})
	}
	return how
}

// law names the law of a country in words; a country without words stands for itself.
func (w *words) law(country string) string { return cmp.Or(w.Laws[country], country) }
