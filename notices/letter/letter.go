// Package letter puts letters to tenderers and candidates into the words of one language, and lays them out for people
// (docs/letters.md).
package letter

import (
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/notices/paper"
	"github.com/ppi-engine/ppi/rules/evaluation"
	"github.com/ppi-engine/ppi/rules/wording"
)

// Document lays out a letter for people: the words with which it was sent or, if it was sent by a release that kept
// none, those of today; and the digest by which the record knows it.
func Document(l evaluation.Letter, digest string) (paper.Document, error) {
	w, _, err := wordsIn(l.Language)
	if err != nil {
		return paper.Document{}, err
	}
	text := l.Text
	if text == nil {
		now, err := Text(l)
		if err != nil {
			return paper.Document{}, err
		}
		text = &now
	}
	d := paper.Document{
		Language: language(l), Title: text.Title, Warning: text.Warning, Contents: w.Contents, Page: w.Page,
		Under: append(append([]string{}, text.Under...), wording.Fill(w.Sentences["digest"], "digest", digest)),
	}
	for _, part := range text.Parts {
		d.Sections = append(d.Sections, section(part))
	}
	return d, nil
}

// language is that in which a letter is written; letters of releases that did not say it are put into English.
func language(l evaluation.Letter) string {
	if l.Language == "" {
		return wording.English
	}
	return l.Language
}

func section(part models.LetterPart) paper.Section {
	s := paper.Section{Title: part.Title}
	for _, p := range part.Paragraphs {
		s.Blocks = append(s.Blocks, paper.Paragraph(p))
	}
	if len(part.Facts) > 0 {
		facts := make(paper.Facts, len(part.Facts))
		for i, f := range part.Facts {
			facts[i] = paper.Fact{Name: f.Name, Value: f.Value}
		}
		s.Blocks = append(s.Blocks, facts)
	}
	if t := part.Table; t != nil {
		s.Blocks = append(s.Blocks, paper.Table{Caption: t.Caption, Head: t.Head, Rows: t.Rows})
	}
	if len(part.List) > 0 {
		s.Blocks = append(s.Blocks, paper.List(part.List))
	}
	return s
}
