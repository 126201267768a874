package views

import (
	"context"
	"slices"

	"github.com/ppi-engine/ppi/internal/plaintext"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/neutrality"
)

// A LintFinding points at words.
type LintFinding = neutrality.Finding

// A LintedText is a text that stands in no procurement, as the neutrality linter reads it. Nothing of it is kept.
type LintedText struct {
	// Checked tells whether the linter knows the language. If not, it looked for names only.
	Checked  bool
	Findings []PlacedFinding
}

// A PlacedFinding points at words, and names the line, the paragraph or the page where they stand.
type PlacedFinding struct {
	neutrality.Finding

	Where string
}

// LintText reads a text as the linter does. The part says what the text is for, see [neutrality.Parts].
func LintText(language, part, text string) (LintedText, error) {
	read, err := plaintext.Lines(text)
	if err != nil {
		return LintedText{}, err
	}
	return lint(language, part, read)
}

// LintFile reads the words of a file, see [plaintext.Read], as the linter does.
func LintFile(ctx context.Context, language, part string, file []byte) (LintedText, error) {
	read, err := plaintext.Read(ctx, file)
	if err != nil {
		return LintedText{}, err
	}
	return lint(language, part, read)
}

func lint(language, part string, text plaintext.Text) (LintedText, error) {
	purpose, err := neutrality.ParsePart("/part", part)
	if err != nil {
		return LintedText{}, err
	}
	if fault := models.CheckLanguage("/language", language); fault != nil {
		return LintedText{}, fault
	}
	findings, err := neutrality.Lint([]neutrality.Requirement{{
		Part: purpose, Statement: map[string]string{language: text.Content},
	}})
	if err != nil {
		return LintedText{}, err
	}
	unchecked := func(f neutrality.Finding) bool { return f.Code == neutrality.CodeLanguage }
	linted := LintedText{Checked: !slices.ContainsFunc(findings, unchecked)}
	for _, f := range slices.DeleteFunc(findings, unchecked) {
		linted.Findings = append(linted.Findings, PlacedFinding{f, text.Where(f.Start)})
	}
	return linted, nil
}
