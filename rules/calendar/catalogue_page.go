package calendar

import (
	_ "embed" // the head of the page
	"fmt"
	"io"
	"strings"
)

// WriteCatalogue writes the page docs/calendar.md: every country with what is known of its law, and what is not.
func WriteCatalogue(to io.Writer) error {
	all, err := Catalogue()
	if err != nil {
		return err
	}
	var page strings.Builder
	page.WriteString(pageHead)
	writeFigures(&page, all)
	writeTable(&page, all)
	for _, k := range all {
		writeLaw(&page, k)
	}
	if _, err := io.WriteString(to, page.String()); err != nil {
		return fmt.Errorf("write the catalogue: %w", err)
	}
	return nil
}

//go:embed catalogue_head.md
var pageHead string

// Time limits that every procurement meets sooner or later.
var shown = []struct{ title, id string }{ //nolint:gochecknoglobals // the columns of a page
	{"standstill", "standstill"},
	{"answers", "answers"},
	{"open", "open/tenders"},
	{"requests", "restricted/requests"},
	{"tenders", "restricted/tenders"},
	{"negotiation", "neg-w-call/tenders"},
	{"dialogue", "comp-dial/requests"},
	{"partnership", "innovation/requests"},
	{"award notice", "award-notice"},
	{"retention", "retention"},
}

func writeFigures(page *strings.Builder, all []Known) {
	var read, utilities, days, parts int
	counted := map[string]int{}
	for _, k := range all {
		if len(k.Rules[Directive24]) > 0 {
			read++
		}
		for _, a := range k.Acts {
			if a.Directive == Directive25 {
				utilities++
			}
		}
		if k.Days != nil {
			days++
			parts += len(k.Days.Parts)
		}
		for _, s := range shown {
			if _, ok := k.Of(Directive24, s.id); ok {
				counted[s.id]++
			}
		}
	}
	fmt.Fprintf(page, "Of %d laws, %d were read in part at least; the standstill of %d is known, answers of %d, "+
		"the open procedure\nof %d, the restricted one of %d. Of the laws for utilities (Directive 2014/25/EU) %d "+
		"were read. Holidays are known of\n%d states and of %d parts of them with days of their own.\n\n",
		len(all), read, counted["standstill"], counted["answers"], counted["open/tenders"],
		counted["restricted/tenders"], utilities, days, parts)
}

// writeTable writes which time limits are known of each law under Directive 2014/24/EU.
func writeTable(page *strings.Builder, all []Known) {
	page.WriteString("| law |")
	for _, s := range shown {
		page.WriteString(" " + s.title + " |")
	}
	page.WriteString(" holidays |\n|---|" + strings.Repeat("---|", len(shown)+1) + "\n")
	for _, k := range all {
		fmt.Fprintf(page, "| [%s](#%s) |", k.Law, anchor(k))
		for _, s := range shown {
			cell := "?"
			if r, ok := k.Of(Directive24, s.id); ok {
				cell = r.bothWays()
				if r.Caution != "" {
					cell += " (doubtful)"
				}
			} else if s.id == "award-notice" && k.bound() {
				cell = "30 days at most"
			}
			page.WriteString(" " + cell + " |")
		}
		fmt.Fprintf(page, " %s |\n", k.Days.years())
	}
	page.WriteString("\n\"?\" is unknown. Where two lengths are given, the first is that by electronic means, the " +
		"second that by other\nmeans; all are without urgency and without a planning notice.\n")
}

// bothWays is the length by electronic means and, if it is another, by other means.
func (r Rule) bothWays() string {
	electronic, _, _ := r.length([]Circumstance{ElectronicSubmission, ElectronicNotice, ElectronicLetters})
	other, _, _ := r.length(nil)
	if r.Share != nil || electronic == other {
		return r.Span()
	}
	return fmt.Sprintf("%d / %s", electronic.N, other)
}

// bound tells whether a directive binds the country.
func (k Known) bound() bool {
	for _, a := range k.Acts {
		if a.Outside {
			return false
		}
	}
	return true
}

func anchor(k Known) string { return strings.ToLower(strings.ReplaceAll(heading(k), " ", "-")) }

func heading(k Known) string { return k.Law + " " + k.Name }

func (d *KnownDays) years() string {
	if d == nil {
		return "?"
	}
	return fmt.Sprintf("%d–%d", d.From, d.Until)
}

func writeLaw(page *strings.Builder, k Known) {
	fmt.Fprintf(page, "\n## %s\n", heading(k))
	if len(k.Acts) == 0 {
		page.WriteString("\nNo text was read: every time limit must be certified.\n")
	}
	for _, a := range k.Acts {
		fmt.Fprintf(page, "\n**%s** (%s), in force from %s%s. Source: %s.", a.Title, a.under(k.Law), a.InForce,
			a.state(), strings.TrimSuffix(a.Source, "."))
		if a.Note != "" {
			page.WriteString(" " + strings.TrimSpace(a.Note))
		}
		page.WriteString("\n\n")
		writeRules(page, k, a)
	}
	for _, directive := range Directives() {
		switch unknown := k.Unknown[directive]; {
		case len(k.Acts) == 0 || !k.bound() && directive != Directive24:
		case len(k.Rules[directive]) == 0:
			fmt.Fprintf(page, "\nUnder Directive %s/EU nothing was read.\n", directive)
		case len(unknown) > 0:
			fmt.Fprintf(page, "\nUnknown under Directive %s/EU: %s.\n", directive, strings.Join(unknown, ", "))
		}
	}
	writeDays(page, k)
}

func (a Act) under(law string) string {
	switch {
	case a.Outside:
		return "bound by no directive"
	case law == "EU":
		return "a law of their own, with Directive " + string(a.Directive) + "/EU as the floor"
	}
	return "Directive " + string(a.Directive) + "/EU"
}

func (a Act) state() string {
	if a.Read == "" {
		return ", text without date"
	}
	return ", text of " + a.Read
}

func writeRules(page *strings.Builder, k Known, a Act) {
	directive := a.Directive
	if a.Outside {
		directive = Directive24
	}
	page.WriteString("| time limit | length | from | counted | source |\n|---|---|---|---|---|\n")
	for _, r := range k.Rules[directive] {
		length, remarks := r.Lengths(), strings.TrimSpace(r.Note)
		if r.AsDirective {
			length = "as in the Directive: " + r.Span()
		}
		from := string(r.RunsFrom)
		if r.Backward {
			from = "back from " + from
		}
		if r.Caution != "" {
			remarks = strings.TrimSpace(remarks + " Doubtful: " + r.Caution + ".")
		}
		source := r.Source
		if r.AsDirective {
			source = r.Cited()
		}
		if remarks != "" {
			source += ". " + remarks
		}
		fmt.Fprintf(page, "| `%s` | %s | %s | %s | %s |\n", r.ID, length, from, r.Manner(), source)
	}
}

func writeDays(page *strings.Builder, k Known) {
	if k.Days == nil {
		page.WriteString("\nHolidays: not known; give the place where the act is due.\n")
		return
	}
	fmt.Fprintf(page, "\nHolidays %s. Source: %s.", k.Days.years(), strings.Join(k.Days.Sources, "; "))
	if len(k.Days.Parts) > 0 {
		fmt.Fprintf(page, " Parts with days of their own: %s.", strings.Join(k.Days.Parts, ", "))
	}
	if k.Days.Note != "" {
		page.WriteString(" " + strings.TrimSpace(k.Days.Note))
	}
	page.WriteString("\n")
}
