package pack

import (
	"strings"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/notices/paper"
	"github.com/ppi-engine/ppi/rules/wording"
)

const namedLog = "questions"

// LogFiles renders the questions that were answered, once as JSON and in every language of the procurement.
func LogFiles(log models.QuestionLog) ([]File, error) {
	content, _, err := models.Canonical(log)
	if err != nil {
		return nil, err
	}
	whole := File{Name: namedLog + ".json", Title: models.Text{}, MediaType: MediaJSON, Content: content}
	var all []File
	for _, language := range log.Languages {
		document, err := LogDocument(log, language)
		if err != nil {
			return nil, err
		}
		own, err := renderings(document, namedLog+"."+language, document.Under[0], log.PublishedAt)
		if err != nil {
			return nil, err
		}
		whole.Title[language] = document.Under[0]
		all = append(all, own...)
	}
	return append([]File{whole}, all...), nil
}

// LogDocument composes the log in one language.
func LogDocument(log models.QuestionLog, language string) (paper.Document, error) {
	w, own, err := wordsIn(language)
	if err != nil {
		return paper.Document{}, err
	}
	d := paper.Document{
		Language: language, Title: log.Title.In(language, log.Languages...), Contents: w.Contents, Page: w.Page,
		Under: []string{w.Sections["questions"], wording.Fill(w.Published, "at", utc(log.PublishedAt))},
	}
	if !own {
		d.Under = append(d.Under, w.English)
	}
	if log.Mode == models.ModeRehearsal {
		d.Warning = w.Rehearsal
	}
	for _, q := range log.Questions {
		lots := make([]string, len(q.Lots))
		for i, n := range q.Lots {
			lots[i] = count(n)
		}
		d.Sections = append(d.Sections, paper.Section{
			Title: q.Reference,
			Blocks: []paper.Block{paper.Facts{
				{Name: w.name("for_lots"), Value: strings.Join(lots, ", ")},
				{Name: w.name("question"), Value: q.Asks.In(language, log.Languages...)},
				{Name: w.name("answer"), Value: q.Answer.In(language, log.Languages...)},
				{Name: w.name("answered"), Value: utc(q.PublishedAt)},
			}},
		})
	}
	return d, nil
}
