package evaluation

import (
	"cmp"
	"embed"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
	"github.com/ppi-engine/ppi/rules/wording"
)

//go:embed words/*.yaml
var wordFiles embed.FS

// words are what a method is told in, in one language: sentences with {names} to fill in.
type words struct {
	Language  string            `yaml:"language"`
	Sentences map[string]string `yaml:"sentences"`
}

var loadWords = wording.Loader[words](wordFiles)

// Languages lists the languages in which methods are told.
func Languages() []string {
	all, _ := loadWords()
	return slices.Sorted(maps.Keys(all))
}

// A Method is how tenders for a lot are ranked, in the words of one language, as a notice prints it; and what to think
// of before that is published.
type Method struct {
	Language string   `json:"language"`
	Rules    []string `json:"rules" doc:"How tenders are ranked, sentence by sentence"`
	Warnings []string `json:"warnings" doc:"What to think of before publication; nothing of it forbids the method"`
}

// MethodOf tells how tenders are ranked by award criteria. It refuses a language in which that is not told
// ([models.CodeInvalidValue]); empty means English.
func MethodOf(c models.AwardCriteria, language string) (Method, error) {
	all, err := loadWords()
	if err != nil {
		return Method{}, err
	}
	w, ok := all[cmp.Or(language, wording.English)]
	if !ok {
		return Method{}, models.Refuse(models.CodeInvalidValue, "/language", "methods are not told in %q", language).
			Accepting("one of %v", Languages())
	}
	t := teller{words: *w, AwardCriteria: Criteria{c}.Drawn(models.Dossier{}).AwardCriteria}
	m := Method{Language: w.Language, Rules: t.rules(), Warnings: []string{}}
	for _, warning := range warnings(t.AwardCriteria) {
		m.Warnings = append(m.Warnings, t.say(warning))
	}
	return m, nil
}

// warnings are the sentences on what to think of before criteria are published.
func warnings(c models.AwardCriteria) []string {
	var all []string
	if award.Relative(c.Method) {
		all = append(all, "warn_paradox")
	}
	if c.Best > 0 {
		all = append(all, "warn_best")
	}
	if c.Method == award.MinMax {
		all = append(all, "warn_two")
	}
	if c.Method == award.Logarithmic {
		all = append(all, "warn_negative")
	}
	if !slices.Contains(c.TieBreak, award.TieByDraw) {
		all = append(all, "warn_tie")
	}
	if c.Ceiling != "" {
		all = append(all, "warn_ceiling")
	}
	return all
}

// A teller tells award criteria in one language.
type teller struct {
	words
	models.AwardCriteria
}

// say fills a sentence in.
func (t teller) say(sentence string, fill ...string) string {
	pairs := slices.Clone(fill)
	for i := 0; i < len(pairs); i += 2 {
		pairs[i] = "{" + pairs[i] + "}"
	}
	return strings.TrimSpace(strings.NewReplacer(pairs...).Replace(t.Sentences[sentence]))
}

// in is a text in the language, or in the first one that it has.
func (t teller) in(text models.Text) string {
	if own, ok := text[t.Language]; ok {
		return own
	}
	for _, language := range slices.Sorted(maps.Keys(text)) {
		return text[language]
	}
	return ""
}

func (t teller) rules() []string {
	rules := []string{t.say(string(t.Method), "weight", t.PriceWeight, "factor", t.Factor, "from", t.From, "to", t.To,
		"ceiling", t.Ceiling)}
	rules = slices.Concat(rules, t.costs(), t.prices(), t.quality())
	if t.Method != award.QualityInMoney {
		rules = append(rules, t.say("total", "total", cmp.Or(t.TotalPoints, "100")))
	}
	return append(rules, t.say(t.Consensus), t.rounding(), t.ties())
}

func (t teller) prices() []string {
	var rules []string
	if t.ZeroPrice != "" {
		rules = append(rules, t.say(t.ZeroPrice, "amount", t.ZeroCountsAs, "currency", t.Currency))
	}
	if t.Ceiling != "" {
		rules = append(rules, t.say(t.alone("ceiling"), "amount", t.Ceiling, "currency", t.Currency))
	}
	if t.Best > 0 {
		rules = append(rules, t.say(t.alone("best"), "n", strconv.Itoa(t.Best)))
	}
	if t.Low != nil {
		rules = append(rules, t.say(t.alone("low_"+t.Low.Against), "percent", t.Low.Percent, "estimate", t.Low.Estimate,
			"currency", t.Currency))
	}
	return rules
}

func (t teller) costs() []string {
	if t.Costs == nil {
		return nil
	}
	rules := []string{t.say("costs")}
	for _, c := range t.Costs.Items {
		sentence := "cost_once"
		switch {
		case c.Yearly:
			sentence = "cost_yearly"
		case c.Year > 0:
			sentence = "cost_year"
		}
		title := t.in(c.Title)
		rules = append(rules, t.say(sentence, "title", title, "rate", c.Rate, "currency", t.Currency,
			"data", t.in(c.Data), "year", strconv.Itoa(c.Year), "years", strconv.Itoa(t.Costs.Years)))
		if c.Highest != "" {
			rules = append(rules, t.say("cost_highest", "title", title, "highest", c.Highest))
		}
		if len(c.Method) > 0 {
			rules = append(rules, t.say("cost_method", "title", title, "method", t.in(c.Method)))
		}
	}
	if t.Costs.Discount != "" {
		rules = append(rules, t.say("discount", "percent", t.Costs.Discount))
	}
	return rules
}

func (t teller) quality() []string {
	var rules []string
	for _, g := range t.Groups {
		title := t.in(g.Title)
		rules = append(rules, t.say("group", "title", title, "weight", g.Weight, "members", t.members(g.ID)))
		if g.Minimum != "" {
			rules = append(rules, t.say("group_minimum", "title", title, "minimum", g.Minimum))
		}
	}
	sentence := "criterion"
	if t.Method == award.QualityInMoney {
		sentence = "criterion_money"
	}
	for _, k := range t.Criteria {
		title := t.in(k.Title)
		rules = append(rules, t.say(sentence, "title", title, "weight", k.Weight, "currency", t.Currency, "max", k.Max,
			"lowest", cmp.Or(k.Lowest, "0")))
		if k.Minimum != "" {
			rules = append(rules, t.say("criterion_minimum", "title", title, "minimum", k.Minimum))
		}
	}
	if t.MinimumQuality != "" {
		rules = append(rules, t.say("minimum_quality", "minimum", t.MinimumQuality))
	}
	return rules
}

// members names what a group holds.
func (t teller) members(group string) string {
	var names []string
	for _, g := range t.Groups {
		if g.Group == group {
			names = append(names, t.in(g.Title))
		}
	}
	for _, k := range t.Criteria {
		if k.Group == group {
			names = append(names, t.in(k.Title))
		}
	}
	return strings.Join(names, ", ")
}

func (t teller) rounding() string {
	sentence := "line"
	if t.Rounds == award.RoundsTotal {
		sentence = "total_rounded"
	}
	return t.say(sentence, "digits", strconv.Itoa(t.Digits), "mode", t.say(t.Rounding))
}

func (t teller) ties() string {
	var keys []string
	for _, key := range t.TieBreak {
		keys = append(keys, t.key(key))
	}
	if len(keys) == 0 {
		return t.say("no_ties")
	}
	return t.say("ties", "keys", strings.Join(keys, "; "))
}

// key tells by what a tie is decided.
func (t teller) key(key string) string {
	i := slices.IndexFunc(t.Criteria, func(k models.AwardCriterion) bool { return k.ID == key })
	switch {
	case i >= 0:
		return t.say("score_of", "title", t.in(t.Criteria[i].Title))
	case key == award.TieByPrice:
		return t.say(t.alone(key))
	}
	return t.say(key)
}

// alone is the sentence on prices as they are written in tenders. Where costs count besides, “price” is the price with
// those, and a sentence that does not mean them says so.
func (t teller) alone(sentence string) string {
	if t.Costs == nil {
		return sentence
	}
	return sentence + "_alone"
}
