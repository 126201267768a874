package models

// A LetterText is a letter as its reader reads it, in one language. It is kept with the letter, so that what somebody
// was told stays what it was when a later release says things in other words.
type LetterText struct {
	Title string `json:"title"`
	// Under stands below the title, a line each.
	Under []string `json:"under"`
	// Warning stands out at the beginning.
	Warning string       `json:"warning,omitempty"`
	Parts   []LetterPart `json:"parts"`
}

// A LetterPart is a part of a letter under a title: sentences, then facts, then a table, then a list.
type LetterPart struct {
	Title      string       `json:"title"`
	Paragraphs []string     `json:"paragraphs,omitempty"`
	Facts      []LetterFact `json:"facts,omitempty"`
	Table      *LetterTable `json:"table,omitempty"`
	List       []string     `json:"list,omitempty"`
}

// A LetterFact is a name with what it names.
type LetterFact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A LetterTable has a head, and rows as wide as it.
type LetterTable struct {
	Caption string     `json:"caption"`
	Head    []string   `json:"head"`
	Rows    [][]string `json:"rows"`
}
