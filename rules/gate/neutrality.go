package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/neutrality"
)

// A NeutralityFinding is a finding of the linter in an entry, and whether somebody has answered it.
type NeutralityFinding struct {
	Entry models.Entry
	// Field is the text in the entry, as a JSON pointer.
	Field string
	neutrality.Finding
	// Answer is the answer that says why the words may stay; empty: the finding is open.
	Answer models.ID
}

// NeutralityFindings lists the findings in the wording of all standing entries of the kinds. An answer counts only if
// its author wrote no version of the words.
func NeutralityFindings(d models.Dossier, kinds ...models.EntryKind) ([]NeutralityFinding, error) {
	var all []NeutralityFinding
	for _, kind := range kinds {
		for _, e := range d.Of(kind) {
			for _, w := range models.WordingOf(e) {
				found, err := read(d, e, w)
				if err != nil {
					return nil, fmt.Errorf("read %s for neutrality: %w", e.ID, err)
				}
				for _, f := range found {
					all = append(all, NeutralityFinding{
						Entry: e, Field: w.Field, Finding: f,
						Answer: answerTo(d, e, f),
					})
				}
			}
		}
	}
	return all, nil
}

// read finds what is not neutral in one text of an entry.
func read(d models.Dossier, e models.Entry, w models.Wording) ([]neutrality.Finding, error) {
	part := partOf(e.Kind, w.Field)
	found, err := neutrality.Lint([]neutrality.Requirement{{ID: string(e.ID), Part: part, Statement: w.Text}})
	if err != nil || part != neutrality.PartAward {
		return found, err
	}
	criteria, _ := models.BodyOf[models.AwardCriteria](e)
	selection, _, _ := d.SelectionFor(criteria.Lot)
	for _, k := range selection.Criteria {
		found = append(found, neutrality.SameTitle(string(e.ID), w.Text, k.Title, found)...)
	}
	return found, nil
}

// partOf says what a text of an entry is for.
func partOf(kind models.EntryKind, field string) neutrality.Part {
	switch {
	case kind == models.EntryClauses:
		return neutrality.PartClause
	case kind == models.EntryAwardCriteria && strings.HasSuffix(field, "/title") && !strings.HasPrefix(field, "/costs"):
		return neutrality.PartAward
	case kind == models.EntryAwardCriteria, kind == models.EntrySelectionCriteria:
		return neutrality.PartCriterion
	}
	return neutrality.PartNeed
}

func answerTo(d models.Dossier, e models.Entry, f neutrality.Finding) models.ID {
	for _, answer := range d.Of(models.EntryNeutralityAnswer) {
		a, ok := models.BodyOf[models.NeutralityAnswer](answer)
		if ok && a.Entry == e.ID && a.Code == string(f.Code) && a.Language == f.Language && a.Text == f.Text &&
			!slices.Contains(d.Authors[e.ID], answer.AuthorID) {
			return answer.ID
		}
	}
	return ""
}

// neutral asks that no finding on the entries of these kinds is open. A text in a language without rules is no fault:
// it is named, so that somebody reads it; nor is a name in it, which may stand beside "or equivalent" unseen.
func neutral(d models.Dossier, kinds ...models.EntryKind) models.Criterion {
	c := check{"neutral", "Directive 2014/24/EU, Article 42(2) to (4)"}
	findings, err := NeutralityFindings(d, kinds...)
	if err != nil {
		return c.of(models.FindingUnknown, nil, "neutrality cannot be judged: %v", err)
	}
	var open, unread, evidence []string
	answered := 0
	for _, f := range findings {
		switch {
		case f.Answer != "":
			answered, evidence = answered+1, append(evidence, string(f.Answer))
		case f.Code == neutrality.CodeLanguage:
			unread = append(unread, fmt.Sprintf("%s%s (%s)", f.Entry.ID, f.Field, f.Language))
		case f.Code == neutrality.CodeBrand && f.Severity != neutrality.High: // in a language without rules
		default:
			words := shortened(f.Text)
			open = append(open, fmt.Sprintf("%s%s (%s) %s %q", f.Entry.ID, f.Field, f.Language, f.Code, words))
		}
	}
	if len(open) > 0 {
		return c.notMet("%d findings on neutrality are open: %s", len(open),
			strings.Join(open[:min(len(open), 10)], "; "))
	}
	detail := fmt.Sprintf("no finding on neutrality is open; %d were answered", answered)
	if len(unread) > 0 {
		detail += "; not checked in their language, for the engine has no rules of it: " +
			strings.Join(unread[:min(len(unread), 10)], "; ")
	}
	return c.met(unique(evidence), "%s", detail)
}

func shortened(s string) string {
	const limit = 60
	if r := []rune(s); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return s
}
