package models

import (
	"slices"
	"strings"
)

// A Text says the same in several languages, keyed by BCP 47 tag: {"en": "…", "fr": "…"}.
type Text map[string]string

// In returns the text in language, or in the first of the fallbacks it has, or in any.
func (t Text) In(language string, fallbacks ...string) string {
	for _, l := range append([]string{language}, fallbacks...) {
		if s := t[l]; s != "" {
			return s
		}
	}
	for _, l := range t.Languages() {
		return t[l]
	}
	return ""
}

// Languages returns the languages t is written in, sorted.
func (t Text) Languages() []string {
	tags := make([]string, 0, len(t))
	for tag := range t {
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	return tags
}

// Missing returns those of languages in which t says nothing.
func (t Text) Missing(languages []string) []string {
	var missing []string
	for _, l := range languages {
		if strings.TrimSpace(t[l]) == "" {
			missing = append(missing, l)
		}
	}
	return missing
}

// CheckText refuses a text with a tag that names no language, with an empty entry, without any entry, or with more than
// limit characters in one language ([CodeInvalidText]).
func CheckText(field string, t Text, limit int) *Refusal {
	if len(t) == 0 {
		return Refuse(CodeInvalidText, field, "the text is empty").
			Accepting(`at least one language, such as {"en": "…"}`)
	}
	for _, tag := range t.Languages() {
		switch s := t[tag]; {
		case !ValidLanguage(tag):
			r := CheckLanguage(field+"/"+tag, tag)
			r.Code = CodeInvalidText
			return r
		case strings.TrimSpace(s) == "":
			return Refuse(CodeInvalidText, field+"/"+tag, "the text in %s is empty", tag).
				Accepting("some text, or no entry for %s", tag)
		case len([]rune(s)) > limit:
			return Refuse(CodeInvalidText, field+"/"+tag, "the text in %s is longer than %d characters", tag, limit).
				Accepting("at most %d characters", limit)
		}
	}
	return nil
}
