package models

import "slices"

// A Wording is one text of an entry, with its place in it as a JSON pointer.
type Wording struct {
	Field string
	Text  Text
}

// worded content is meant to be read by people, in every language of the procurement.
type worded interface {
	Wording() []Wording
}

// WordingOf returns the texts of an entry that must exist in every language of the procurement; none of a
// kind that has no such text, or of an entry that no longer fits its type.
func WordingOf(e Entry) []Wording {
	rule, ok := EntryRuleOf(e.Kind)
	if !ok || rule.wording == nil {
		return nil
	}
	content, ok := rule.wording(e)
	if !ok {
		return nil
	}
	return content.Wording()
}

func wordedBody[T worded](e Entry) (worded, bool) {
	content, ok := BodyOf[T](e)
	return content, ok
}

// Wording lists the texts of the need.
func (o Outcome) Wording() []Wording {
	return []Wording{{"/outcome", o.Outcome}, {"/indicator", o.Indicator}}
}

// Untranslated lists the texts of an entry that lack a language of the procurement, such as /statement (de). A text
// that is absent in all languages is not listed.
func (d Dossier) Untranslated(e Entry) []string {
	var lacking []string
	for _, w := range WordingOf(e) {
		if len(w.Text) == 0 {
			continue
		}
		for _, language := range w.Text.Missing(d.Procurement.Languages) {
			lacking = append(lacking, w.Field+" ("+language+")")
		}
	}
	return lacking
}

// RefuseUntranslated refuses texts that are written in some of the languages and not in all. Their fields stand below
// the place at.
func RefuseUntranslated(at string, all []Wording, languages []string) []*Refusal {
	var faults []*Refusal
	for _, w := range all {
		if missing := w.Text.Missing(languages); len(w.Text) > 0 && len(missing) > 0 {
			faults = append(faults, Refuse(CodeMissingTranslation, at+w.Field, "the text is missing in %v", missing).
				Accepting("text in each of the languages %v", languages))
		}
	}
	return faults
}

// Standing finds an entry that is not withdrawn, of one of the kinds.
func (d Dossier) Standing(id ID, kinds ...EntryKind) (Entry, bool) {
	return find(d.Entries, func(e Entry) bool {
		if e.ID != id || e.WithdrawnAt != nil {
			return false
		}
		if slices.Contains(kinds, e.Kind) {
			return true
		}
		return len(kinds) == 0
	})
}

// given lists what is not empty.
func given(all ...string) []string {
	var found []string
	for _, s := range all {
		if s != "" {
			found = append(found, s)
		}
	}
	return found
}
