package calendar

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// A Known is what this package knows of the law of one country, and what it does not know.
type Known struct {
	// Law is its ISO 3166-1 code, or EU for the institutions of the Union; Name its name.
	Law, Name string
	// Acts are those whose text holds now, by the directive that they transpose; empty: nothing was read.
	Acts []Act
	// Rules are the time limits that are known under a directive, Unknown those that must be certified with a source.
	Rules   map[Directive][]Rule
	Unknown map[Directive][]string
	// Days are its holidays; nil: none are known.
	Days *KnownDays
}

// An Act is the text of a pack.
type Act struct {
	Title, Source, Note string
	Directive           Directive
	// Outside: the country is bound by no directive.
	Outside bool
	// InForce is the day from which it holds, Read the state of the text that was read, if that is known.
	InForce Date
	Read    string
}

// KnownDays says which holidays of a country are known, and where they are from.
type KnownDays struct {
	From, Until int
	// Parts are those with days of their own.
	Parts   []string
	Sources []string
	Note    string
}

// Catalogue lists what is known of every country that has holidays or a pack here, sorted by code.
func Catalogue() ([]Known, error) {
	data, err := loadData()
	if err != nil {
		return nil, err
	}
	codes := map[string]bool{}
	var newest Date
	for _, f := range data.packs {
		codes[f.Country] = f.Country != ""
		if f.ValidFrom.After(newest) {
			newest = f.ValidFrom // from then on everything holds that still does
		}
	}
	for country := range data.holidays {
		codes[country] = true
	}
	maps.DeleteFunc(codes, func(_ string, isLaw bool) bool { return !isLaw })
	var all []Known
	for _, law := range slices.Sorted(maps.Keys(codes)) {
		known, err := data.known(law, newest)
		if err != nil {
			return nil, err
		}
		all = append(all, known)
	}
	return all, nil
}

func (e *embedded) known(law string, day Date) (Known, error) {
	k := Known{
		Law: law, Name: "Institutions of the Union", Rules: map[Directive][]Rule{}, Unknown: map[Directive][]string{},
	}
	for _, f := range e.packs {
		if f.Country == law && f.inForce(day) {
			k.Acts = append(k.Acts, Act{f.Title, f.Source, f.Note, f.Directive, f.Outside, f.ValidFrom, f.Read})
		}
	}
	slices.SortFunc(k.Acts, func(a, b Act) int { return cmp.Compare(a.Directive, b.Directive) })
	for _, directive := range Directives() {
		pack, err := PackUnder(directive, law, day)
		if err != nil {
			return k, err
		}
		k.Rules[directive], k.Unknown[directive] = pack.Rules(), pack.Unknown()
	}
	if f, ok := e.holidays[law]; ok {
		k.Name = f.Name
		k.Days = &KnownDays{f.From, f.Until, slices.Sorted(maps.Keys(f.Subdivisions)), f.Sources, f.Note}
	}
	return k, nil
}

// Of returns the rule of a known time limit under a directive.
func (k Known) Of(directive Directive, id string) (Rule, bool) {
	i := slices.IndexFunc(k.Rules[directive], func(r Rule) bool { return r.ID == id })
	if i < 0 {
		return Rule{}, false
	}
	return k.Rules[directive][i], true
}

// Lengths tells every length that a rule can give, with its circumstances, in English words.
func (r Rule) Lengths() string {
	if r.Share != nil {
		return r.Span()
	}
	told := []string{r.Length.String()}
	for _, v := range r.Variants {
		length := v.Length.String()
		if v.Length.N == 0 {
			length = "free"
		}
		told = append(told, condition(v.When, v.Unless)+inProcedures(v.In)+": "+length)
	}
	for _, x := range r.Extensions {
		sign := "+"
		if x.AddDays < 0 {
			sign = "−"
		}
		told = append(told, condition(x.When, x.Unless)+": "+sign+Length{max(x.AddDays, -x.AddDays), Days}.String())
	}
	return strings.Join(told, "; ")
}

func condition(when, unless []Circumstance) string {
	told := make([]string, 0, len(when)+len(unless))
	for _, c := range when {
		told = append(told, string(c))
	}
	for _, c := range unless {
		told = append(told, "not "+string(c))
	}
	return strings.Join(told, " and ")
}

func inProcedures(codes []string) string {
	if len(codes) == 0 {
		return ""
	}
	return " in " + strings.Join(codes, ", ")
}

// Manner tells how a rule departs from the Regulation, in English words; empty: it does not.
func (r Rule) Manner() string {
	var told []string
	for _, m := range []struct {
		is   bool
		said string
	}{
		{r.FirstDay, "the first day counts"},
		{r.Stays, "the last day stays"},
		{r.Own, "own counting"},
		{r.Extra > 0, Length{r.Extra, WorkingDays}.String() + " more"},
		{r.FreeOnWorkingDay, "the act on a working day"},
		{r.AnyPart, "holidays of any part"},
	} {
		if m.is {
			told = append(told, m.said)
		}
	}
	for _, w := range r.WaitsFor {
		told = append(told, "waits for "+string(w))
	}
	for _, c := range r.Needs {
		told = append(told, "needs "+string(c))
	}
	return strings.Join(told, "; ")
}
