package models

import (
	"slices"
	"strings"
)

// EntryNeutralityAnswer says why words may stay although a neutrality finding points to them.
const EntryNeutralityAnswer EntryKind = "neutrality_answer"

// NeutralityKinds lists the kinds of entries whose wording must be neutral.
func NeutralityKinds() []EntryKind {
	return []EntryKind{
		EntryNeedsStatement, EntryCommonNeed, EntryRequirement, EntryClauses,
		EntrySelectionCriteria, EntryAwardCriteria,
	}
}

// A NeutralityAnswer says why words to which the linter points may stay: because the subject of the contract justifies
// them (Directive 2014/24/EU, Article 42(4)), or because they mean something else here.
type NeutralityAnswer struct {
	Entry    ID     `json:"entry" doc:"Where the words stand"`
	Code     string `json:"code" minLength:"1" maxLength:"60" doc:"Code of the finding" example:"vague"`
	Language string `json:"language" minLength:"2" maxLength:"35" doc:"BCP 47 tag of the text"`
	Text     string `json:"text" minLength:"1" maxLength:"8000" doc:"The words, as the finding quotes them"`
	Reason   string `json:"reason" minLength:"1" maxLength:"8000"`
}

// Check refuses an answer without words or reason.
func (n NeutralityAnswer) Check() error {
	return Refusals(slices.Concat(checkID("/entry", n.Entry, PrefixEntry), compact(
		checkWord("/code", n.Code, 60), checkWord("/language", n.Language, 35), checkWord("/text", n.Text, 8000),
		checkWord("/reason", n.Reason, 8000))))
}

// CheckAgainst refuses an answer about words that the entry does not contain, and one by an author of the entry.
func (n NeutralityAnswer) CheckAgainst(d Dossier, e Entry) error {
	if e.WithdrawnAt != nil {
		return nil
	}
	about, ok := d.Standing(n.Entry, NeutralityKinds()...)
	if !ok || !slices.ContainsFunc(WordingOf(about),
		func(w Wording) bool { return strings.Contains(w.Text[n.Language], n.Text) }) {
		return Refuse(CodeInvalidValue, "/text", "the entry does not contain these words in %s", n.Language).
			Accepting("entry, language and text of a finding, as it quotes them")
	}
	if slices.Contains(d.Authors[n.Entry], e.AuthorID) {
		return Refuse(CodeOwnWork, "",
			"you wrote these words, so you may not say why they may stay").
			Accepting("an answer by another person")
	}
	return nil
}
