package calendar

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// words are what counts are told in, in one language: sentences with {names} to fill in, and the names of things.
type words struct {
	Language  string                  `yaml:"language"`
	Sentences map[string]string       `yaml:"sentences"`
	Units     map[Unit]plural         `yaml:"units"`
	Weekdays  []string                `yaml:"weekdays"` // from Sunday
	Events    map[Event]string        `yaml:"events"`
	Rules     map[string]string       `yaml:"rules"`
	Facts     map[Circumstance]string `yaml:"circumstances"`
	Waits     map[Wait]string         `yaml:"waits"`
	// Cautions translates the cautions of the packs, which are in English there.
	Cautions map[string]string `yaml:"cautions"`
	Holidays map[string]string `yaml:"holidays"`
}

type plural struct {
	One  string `yaml:"one"`
	Many string `yaml:"many"`
}

// Languages lists the languages in which counts are told.
func Languages() []string {
	data, err := loadData()
	if err != nil {
		return nil
	}
	return slices.Sorted(maps.Keys(data.words))
}

const theEnglish = "en"

func english() *words { return wordsIn(theEnglish) }

// wordsIn returns the words of a language, or the English ones.
func wordsIn(language string) *words {
	data, err := loadData()
	if err != nil {
		return &words{} // the program was built with broken data: every other call says so
	}
	if w, ok := data.words[language]; ok {
		return w
	}
	return data.words[theEnglish]
}

// CheckLanguage refuses a language in which counts are not told ([models.CodeInvalidValue]); empty means English.
func CheckLanguage(field, language string) error {
	if language == "" || slices.Contains(Languages(), language) {
		return nil
	}
	return models.Refuse(models.CodeInvalidValue, field, "time limits are not explained in %q", language).
		Accepting("one of %v", Languages())
}

// tell tells a count from its rule to its end.
func (w *words) tell(e Explained) string {
	var s strings.Builder
	if e.Rule != "" {
		s.WriteString(w.say("rule", "rule", w.rule(e.Rule), "id", e.Rule, "source", e.RuleSource))
	}
	s.WriteString(w.count(e))
	if len(e.Articles) > 0 {
		s.WriteString(w.say("articles", "articles", strings.Join(e.Articles, ", ")))
	}
	if remarks := w.remarks(e); len(remarks) > 0 {
		s.WriteString(". " + strings.Join(remarks, " "))
	}
	return s.String()
}

// pending tells of a period whose event is not on record.
func (w *words) pending(e Explained) string {
	text := w.say("rule", "rule", w.rule(e.Rule), "id", e.Rule, "source", e.RuleSource) +
		w.say("pending", "length", w.length(e.Length), "event", w.event(e.RunsFrom), "free", e.Free.String())
	return strings.Join(append([]string{text + "."}, w.remarks(e)...), " ")
}

// count tells how the last day was found.
func (w *words) count(e Explained) string {
	fill := []string{
		"length", w.length(e.Length), "event", w.event(e.RunsFrom), "on", e.Event.String(), "raw", e.RawDay.String(),
		"last", e.LastDay.String(), "weekday", w.weekday(e.LastDay), "free", e.Free.String(),
	}
	switch {
	case e.Share != nil:
		fill = append(fill, "part", strconv.Itoa(e.Share.Part), "of", strconv.Itoa(e.Share.Of),
			"until", e.Share.Until.String())
		return w.say("share", fill...)
	case e.Backward:
		return w.say("backward", fill...)
	case e.Length.N == 0:
		return w.say("none", fill...)
	}
	var text strings.Builder
	if e.FirstDayCounts {
		text.WriteString(w.say("first_day", fill...))
	} else {
		text.WriteString(w.say("forward", fill...))
	}
	for _, m := range e.Moves {
		text.WriteString(w.say("moved", "day", m.Day.String(), "why", w.move(m)))
	}
	text.WriteString(w.say("end", fill...))
	if e.Free != e.LastDay.AddDays(1) {
		text.WriteString(w.say("free", fill...))
	}
	return text.String()
}

// move says why a period does not end on a day.
func (w *words) move(m Move) string {
	if m.Reason == MoveWeekend {
		return w.weekday(m.Day)
	}
	return w.say(string(m.Reason), "name", w.holiday(m.Name), "place", m.Place)
}

// remarks are what a lawyer must know besides.
func (w *words) remarks(e Explained) []string {
	var all []string
	add := func(sentence string, fill ...string) { all = append(all, w.say(sentence, fill...)) }
	switch {
	case e.Floor != nil && e.Floor.RunsFrom != "":
		add("floor_event", "law", e.Law, "source", e.Floor.Source, "length", w.length(e.Floor.Length),
			"event", w.event(e.Floor.RunsFrom))
	case e.Floor != nil:
		add("floor", "law", e.Law, "source", e.Floor.Source, "last", e.Floor.LastDay.String())
	}
	for _, open := range e.Unsettled {
		add("open", "day", open.Day.String(), "name", w.holiday(open.Name), "place", open.Place)
	}
	if e.ListedUntil != 0 {
		add("listed", "place", e.Place, "year", strconv.Itoa(e.ListedUntil))
	}
	if e.HalfDay != "" {
		add("half_day", "day", e.LastDay.String(), "name", w.holiday(e.HalfDay))
	}
	for _, wait := range e.WaitsFor {
		add("waits", "wait", w.Waits[wait])
	}
	for _, c := range e.Needs {
		add("needs", "fact", w.Facts[c])
	}
	for _, c := range e.Without {
		add("without", "fact", w.Facts[c])
	}
	if e.Certified != "" {
		add("certified", "by", e.Certified)
	}
	if e.Caution != "" {
		add("caution", "caution", cmp.Or(w.Cautions[e.Caution], e.Caution))
	}
	return all
}

// say fills a sentence in.
func (w *words) say(sentence string, fill ...string) string {
	pairs := make([]string, len(fill))
	for i, s := range fill {
		pairs[i] = s
		if i%2 == 0 {
			pairs[i] = "{" + s + "}"
		}
	}
	return strings.NewReplacer(pairs...).Replace(w.Sentences[sentence])
}

func (w *words) length(l Length) string {
	unit := w.Units[l.Unit]
	if l.N == 1 {
		return "1 " + unit.One
	}
	return fmt.Sprintf("%d %s", l.N, unit.Many)
}

func (w *words) weekday(d Date) string {
	if len(w.Weekdays) != int(time.Saturday)+1 {
		return d.Weekday().String()
	}
	return w.Weekdays[d.Weekday()]
}

func (w *words) event(e Event) string {
	if name, ok := w.Events[e]; ok {
		return name
	}
	return w.Events[EventUnnamed]
}

func (w *words) rule(id string) string { return w.Rules[id] }

// holiday translates the name of a holiday where the language has it.
func (w *words) holiday(name string) string {
	if own, ok := w.Holidays[name]; ok {
		return own
	}
	return name
}

// check refuses words that lack something that the English ones have.
func (w *words) check(all *words) error {
	var missing []string
	missing = append(missing, lacking(all.Sentences, w.Sentences)...)
	missing = append(missing, lacking(all.Units, w.Units)...)
	missing = append(missing, lacking(all.Events, w.Events)...)
	missing = append(missing, lacking(all.Rules, w.Rules)...)
	missing = append(missing, lacking(all.Facts, w.Facts)...)
	missing = append(missing, lacking(all.Waits, w.Waits)...)
	if len(missing) > 0 || len(w.Weekdays) != int(time.Saturday)+1 {
		return fmt.Errorf("the words of %q lack %v", w.Language, missing)
	}
	return nil
}

// checkCautions refuses words without a translation of what the packs say is doubtful.
func (w *words) checkCautions(packs []packFile) error {
	for _, f := range packs {
		for _, r := range f.Rules {
			if r.Caution != "" && w.Cautions[r.Caution] == "" && w.Language != theEnglish {
				return fmt.Errorf("the words of %q do not say that %s", w.Language, r.Caution)
			}
		}
	}
	return nil
}

func lacking[K ~string, V any](all, have map[K]V) []string {
	var missing []string
	for k := range all {
		if _, ok := have[k]; !ok {
			missing = append(missing, string(k))
		}
	}
	return missing
}
