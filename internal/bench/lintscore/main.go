// Command lintscore measures the neutrality linter by labelled sentences (docs/linter.md): precision and recall in each
// language, of the half that rules are made by and of the frozen half. With -v it lists what was missed and what is
// wrong in the half for development; of the frozen half only figures are shown.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

const (
	development = "development"
	frozen      = "frozen"
)

func main() {
	dir := flag.String("dir", "rules/neutrality/testdata/labelled", "where the labelled sentences are")
	verbose := flag.Bool("v", false, "list what was missed and what is wrong, of the half for development")
	half := flag.String("half", "", "the one half to measure, development or frozen; empty: both")
	flag.Parse()
	if err := run(os.Stdout, *dir, *half, *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "lintscore:", err)
		os.Exit(1)
	}
}

func run(out io.Writer, dir, only string, verbose bool) error {
	fmt.Fprintf(out, "%-12s %-4s %9s %9s %7s  %s\n", "half", "", "sentences", "precision", "recall",
		"found of labelled, by kind")
	for _, half := range []string{development, frozen} {
		if only != "" && only != half {
			continue
		}
		for _, language := range languages() {
			sentences, err := read(dir, half, language)
			if err != nil {
				return err
			}
			s, err := measure(language, sentences)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "%-12s %-4s %9d %9.2f %7.2f  %s\n", half, language, s.Sentences, s.precision(), s.recall(),
				s.byKind())
			if verbose && half == development {
				list(out, "missed", s.Missed)
				list(out, "wrong", s.Wrong)
			}
		}
	}
	return nil
}

// byKind says of each kind how many of its labels were found.
func (s score) byKind() string {
	var parts []string
	for _, kind := range kinds() {
		parts = append(parts, fmt.Sprintf("%s %d/%d", kind, s.Found[kind], s.Labels[kind]))
	}
	return strings.Join(parts, ", ")
}

func list(out io.Writer, what string, where []string) {
	for _, w := range where {
		fmt.Fprintf(out, "    %s %s\n", what, w)
	}
}
