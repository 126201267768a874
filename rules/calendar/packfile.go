package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// packFile is one file of packs/.
type packFile struct {
	Title string `yaml:"title"`
	// Country is empty for the rules of a directive.
	Country string `yaml:"country"`
	// Directive is what the file holds, or what the law of the country transposes.
	Directive Directive `yaml:"directive"`
	// Outside: the country is bound by no directive.
	Outside    bool   `yaml:"outside"`
	ValidFrom  Date   `yaml:"valid_from"`
	ValidUntil Date   `yaml:"valid_until"`
	Source     string `yaml:"source"`
	// Read says of which state the text was, when it was read.
	Read  string `yaml:"read"`
	Note  string `yaml:"note"`
	Rules []Rule `yaml:"rules"`
}

func (f packFile) inForce(day Date) bool {
	return !day.Before(f.ValidFrom) && (f.ValidUntil.IsZero() || !day.After(f.ValidUntil))
}

func (f packFile) check() error {
	switch {
	case f.Title == "" || f.Source == "" || f.ValidFrom.IsZero():
		return errors.New("title, source and valid_from are required")
	case f.Outside == (f.Directive != ""):
		return errors.New("either a directive or outside is required")
	case !f.Outside && !slices.Contains(Directives(), f.Directive):
		return fmt.Errorf("directive %q is not known", f.Directive)
	}
	seen := map[string]bool{}
	for _, r := range f.Rules {
		if seen[r.ID] {
			return fmt.Errorf("check rule %q: it is given twice", r.ID)
		}
		seen[r.ID] = true
		if err := r.check(); err != nil {
			return fmt.Errorf("check rule %q: %w", r.ID, err)
		}
	}
	return nil
}

func (r Rule) check() error {
	if r.ID == "" || r.Source == "" {
		return errors.New("id and source are required")
	}
	if r.AsDirective {
		return r.checkAdopted()
	}
	switch {
	case !slices.Contains(Events(), r.RunsFrom) || r.RunsFrom == EventUnnamed:
		return fmt.Errorf("event %q is not known", r.RunsFrom)
	case r.Bound != Minimum && r.Bound != Maximum:
		return fmt.Errorf("bound %q is neither minimum nor maximum", r.Bound)
	case slices.ContainsFunc(r.WaitsFor, func(w Wait) bool { return !slices.Contains(Waits(), w) }):
		return fmt.Errorf("nobody can say when %v is over", r.WaitsFor)
	case !all(r.Needs, Circumstances()):
		return fmt.Errorf("the circumstances %v are not known", r.Needs)
	case r.Share != nil:
		return r.checkShare()
	case !r.Length.valid():
		return fmt.Errorf("length %d %q cannot be counted", r.Length.N, r.Length.Unit)
	}
	return errors.Join(r.checkVariants(), r.checkExtensions())
}

func (r Rule) checkAdopted() error {
	if r.Length != (Length{}) || r.Share != nil || r.Variants != nil || r.Extensions != nil || r.Bound != "" {
		return errors.New("a rule as in the Directive has no length, variants or extensions of its own")
	}
	return nil
}

func (r Rule) checkShare() error {
	if r.Share.Part < 1 || r.Share.Part > r.Share.Of || r.Length != (Length{}) {
		return errors.New("a share is a part of the whole, and has no length")
	}
	return nil
}

func (r Rule) checkVariants() error {
	for _, v := range r.Variants {
		length := v.Length
		if length.N == 0 {
			length.N = 1 // the parties are free to agree
		}
		if !length.valid() || v.Length.Unit != r.Length.Unit || len(v.When) == 0 || !all(v.When, Circumstances()) ||
			!all(v.Unless, Circumstances()) {
			return fmt.Errorf("the variant under %v needs a length in the rule's unit and known circumstances", v.When)
		}
	}
	return nil
}

func (r Rule) checkExtensions() error {
	for _, x := range r.Extensions {
		if x.AddDays == 0 || r.Length.Unit != Days || !all(x.When, Circumstances()) ||
			!all(x.Unless, Circumstances()) || len(x.When)+len(x.Unless) == 0 {
			return fmt.Errorf("the extension under %v unless %v needs days and known circumstances", x.When, x.Unless)
		}
	}
	return nil
}

// loadPacks reads every pack but the thresholds; those of the directives come first.
func (e *embedded) loadPacks() error {
	err := eachFile("packs/*.yaml", func(name string, content []byte) error {
		if name == thresholdsFile {
			return nil
		}
		var f packFile
		if err := decode(content, &f); err != nil {
			return err
		}
		e.packs = append(e.packs, f)
		return f.check()
	})
	slices.SortStableFunc(e.packs, func(a, b packFile) int { return strings.Compare(a.Country, b.Country) })
	return err
}
