package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/internal/plaintext"
	"github.com/ppi-engine/ppi/rules/neutrality"
	"github.com/ppi-engine/ppi/views"
)

// lintCommand asks no server and no database.
type lintCommand struct {
	Files []string `arg:"" optional:"" name:"file" help:"Plain text, DOCX or PDF; none, or -, is the standard input."`

	Language string `required:"" placeholder:"LL" help:"Language of the text, such as tr."`
	Part     string `default:"need" enum:"need,criterion,award_criterion,clause" help:"What the text is for: ${enum}."`
	JSON     bool   `name:"json" help:"Write JSON."`
}

// errNotNeutral makes the exit code of a text with findings; they say why.
var errNotNeutral = errors.New("there are findings")

// A notLintedError says which file could not be read, and why. Its exit code tells it from findings.
type notLintedError struct {
	file  string
	cause error
}

func (e *notLintedError) Error() string { return e.file + ": " + e.cause.Error() }

func (e *notLintedError) Unwrap() error { return e.cause }

// lintedFile is what is found in one file.
type lintedFile struct {
	File     string          `json:"file"`
	Language string          `json:"language"`
	Checked  bool            `json:"checked"`
	Findings []lintedFinding `json:"findings"`
}

type lintedFinding struct {
	neutrality.Finding

	Where string `json:"where"`
}

func (c lintCommand) Run(ctx context.Context, inv *invocation) error {
	if len(c.Files) == 0 {
		c.Files = []string{"-"}
	}
	linted := make([]lintedFile, 0, len(c.Files))
	for _, name := range c.Files {
		one, err := c.lint(ctx, name)
		if err != nil {
			return &notLintedError{name, err}
		}
		linted = append(linted, one)
	}
	return c.write(inv, linted)
}

func (c lintCommand) lint(ctx context.Context, name string) (lintedFile, error) {
	file, err := readAtMost(name, plaintext.LargestFile+1) // what is larger is refused, and not read whole
	if err != nil {
		return lintedFile{}, err
	}
	found, err := views.LintFile(ctx, c.Language, c.Part, file)
	linted := lintedFile{File: name, Language: c.Language, Checked: found.Checked, Findings: []lintedFinding{}}
	for _, f := range found.Findings {
		linted.Findings = append(linted.Findings, lintedFinding(f))
	}
	return linted, err
}

func (c lintCommand) write(inv *invocation, linted []lintedFile) error {
	found := false
	for _, l := range linted {
		found = found || slices.ContainsFunc(l.Findings, func(f lintedFinding) bool { return !f.Code.Advice() })
	}
	write := writeLinted
	if c.JSON {
		write = func(to io.Writer, linted []lintedFile) error { return writeJSON(to, linted) }
	}
	err := write(inv.stdout, linted)
	if found {
		err = errors.Join(err, errNotNeutral)
	}
	return err
}

// writeLinted writes a line for each finding, as compilers do.
func writeLinted(to io.Writer, linted []lintedFile) error {
	var out strings.Builder
	for _, l := range linted {
		if !l.Checked {
			fmt.Fprintf(&out, "%s: not checked in this language (%s): names only were looked for\n", l.File, l.Language)
		}
		for _, f := range l.Findings {
			fmt.Fprintf(&out, "%s: %s: %s: %q %s; %s (%s)\n", l.File, f.Where, f.Code, f.Text, f.Reason, f.Suggestion,
				f.Source)
		}
	}
	_, err := io.WriteString(to, out.String())
	return err
}

// readAtMost reads the beginning of a file, or of the standard input for "-".
func readAtMost(name string, most int64) ([]byte, error) {
	in := io.Reader(os.Stdin)
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		in = file
	}
	return io.ReadAll(io.LimitReader(in, most)) //nolint:wrapcheck // it says what it read
}
