package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/ppi-engine/ppi/rules/neutrality"
)

// A labelled sentence says what a reader of tender texts has to find in it.
type labelled struct {
	ID       string  `json:"id"`
	Text     string  `json:"text"`
	Findings []label `json:"findings"`
	Source   string  `json:"source"`
	Note     string  `json:"note"`
}

// A label is one finding: its kind, and the words that it is about.
type label struct {
	Kind  string `json:"kind"`
	Words string `json:"words"`
}

// languages are those in which sentences are labelled.
func languages() []string { return []string{"de", "en", "es", "fr", "it", "tr"} }

// kinds of labels, in the order of the tables.
func kinds() []string {
	return []string{"brand", "origin", "patent", "standard", "vague", "solution", "overspec"}
}

// classOf puts kinds together that one code of the linter reports: brand, origin and patent are all ways to name whom a
// text favours (Directive 2014/24/EU, Article 42(4)), and it reports a trade mark as either.
func classOf(kind string) string {
	switch kind {
	case "brand", "origin", "patent":
		return "named"
	}
	return kind
}

// reported is the class of a code; empty: it belongs to none that is labelled.
func reported(code neutrality.Code) string {
	switch code {
	case neutrality.CodeBrand, neutrality.CodeOrigin:
		return "named"
	case neutrality.CodeStandard:
		return "standard"
	case neutrality.CodeVague:
		return "vague"
	case neutrality.CodeSolutionFirst:
		return "solution"
	case neutrality.CodeOverspecified:
		return "overspec"
	case neutrality.CodeBrandEquivalent, neutrality.CodeLocalPreference, neutrality.CodeSubcontracting,
		neutrality.CodeSelection, neutrality.CodeLanguage:
	}
	return ""
}

// A score counts, of the sentences of a language, labels that were found and findings that are right.
type score struct {
	Sentences int
	// Labels and Found are by kind.
	Labels, Found map[string]int
	// Reported findings, of which so many are Right.
	Reported, Right int
	// Missed and Wrong tell where, for whoever looks into them.
	Missed, Wrong []string
}

// recall is the share of labels that were found, precision that of findings that are right; 0 of none is 0.
func (s score) recall() float64 { return share(sum(s.Found), sum(s.Labels)) }

func (s score) precision() float64 { return share(s.Right, s.Reported) }

func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

func sum(counts map[string]int) (n int) {
	for _, count := range counts {
		n += count
	}
	return n
}

// read reads the sentences of a language in a half of the set.
func read(dir, half, language string) ([]labelled, error) {
	content, err := fs.ReadFile(os.DirFS(dir), half+"/"+language+".jsonl")
	if err != nil {
		return nil, fmt.Errorf("read labelled sentences: %w", err)
	}
	var all []labelled
	lines := json.NewDecoder(bytes.NewReader(content))
	lines.DisallowUnknownFields()
	for {
		var s labelled
		err := lines.Decode(&s)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read labelled sentence %d of %s: %w", len(all)+1, language, err)
		}
		all = append(all, s)
	}
}

// measure has the linter read sentences and compares what it finds with their labels. A label is found, and a finding
// right, if one overlaps the other and they are of one class.
func measure(language string, sentences []labelled) (score, error) {
	s := score{Sentences: len(sentences), Labels: map[string]int{}, Found: map[string]int{}}
	for _, x := range sentences {
		findings, err := neutrality.Lint([]neutrality.Requirement{
			{ID: x.ID, Statement: map[string]string{language: x.Text}},
		})
		if err != nil {
			return s, fmt.Errorf("lint %s: %w", x.ID, err)
		}
		findings = slices.DeleteFunc(findings, func(f neutrality.Finding) bool { return reported(f.Code) == "" })
		s.compare(x, findings)
	}
	return s, nil
}

func (s *score) compare(x labelled, findings []neutrality.Finding) {
	for _, l := range x.Findings {
		s.Labels[l.Kind]++
		if slices.ContainsFunc(findings, func(f neutrality.Finding) bool { return l.meets(x.Text, f) }) {
			s.Found[l.Kind]++
		} else {
			s.Missed = append(s.Missed, fmt.Sprintf("%s %s: %q", x.ID, l.Kind, l.Words))
		}
	}
	for _, f := range findings {
		s.Reported++
		if slices.ContainsFunc(x.Findings, func(l label) bool { return l.meets(x.Text, f) }) {
			s.Right++
		} else {
			s.Wrong = append(s.Wrong, fmt.Sprintf("%s %s: %q", x.ID, f.Code, f.Text))
		}
	}
}

// meets tells whether a finding overlaps the words of a label, and is of its class.
func (l label) meets(text string, f neutrality.Finding) bool {
	text = norm.NFC.String(text)
	words := norm.NFC.String(l.Words)
	at := strings.Index(text, words)
	if at < 0 || reported(f.Code) != classOf(l.Kind) {
		return false
	}
	start := utf8.RuneCountInString(text[:at])
	return f.Start < start+utf8.RuneCountInString(words) && start < f.End
}
