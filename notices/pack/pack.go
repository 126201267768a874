// Package pack renders a tender pack, in every language of its procurement, as a web page and as PDF, and once as JSON
// for programs.
package pack

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/notices/paper"
	"github.com/ppi-engine/ppi/rules/wording"
)

// A File is one rendering of a pack.
type File struct {
	// Name is tender-pack.en.html and the like: unique within the pack.
	Name string
	// Language is empty for the rendering in all languages.
	Language  string
	Title     models.Text
	MediaType string
	Content   []byte
}

// The media types of renderings.
const (
	MediaHTML = "text/html; charset=utf-8"
	MediaPDF  = "application/pdf"
	MediaJSON = "application/json"
)

const named = "tender-pack"

// Files renders the pack: the same pack gives the same bytes. A language whose characters the fonts do not have, or
// that is written from right to left, gets a web page only.
func Files(p models.TenderPack) ([]File, error) {
	content, _, err := models.Canonical(p)
	if err != nil {
		return nil, err
	}
	whole := File{Name: named + ".json", Title: models.Text{}, MediaType: MediaJSON, Content: content}
	var all []File
	for _, language := range p.Languages {
		document, err := Document(p, language)
		if err != nil {
			return nil, err
		}
		own, err := renderings(document, named+"."+language, document.Under[0], p.PublishedAt)
		if err != nil {
			return nil, err
		}
		whole.Title[language] = document.Under[0]
		all = append(all, own...)
	}
	return append([]File{whole}, all...), nil
}

// renderings are those of one document, as files whose names begin with the given one.
func renderings(d paper.Document, name, title string, at time.Time) ([]File, error) {
	page, err := d.HTML()
	if err != nil {
		return nil, err
	}
	called := models.Text{d.Language: title}
	all := []File{{name + ".html", d.Language, called, MediaHTML, page}}
	lacking, err := d.Unprintable()
	if err != nil || lacking != "" || paper.Direction(d.Language) == "rtl" {
		return all, err
	}
	printed, err := d.PDF(at)
	if err != nil {
		return nil, err
	}
	return append(all, File{name + ".pdf", d.Language, called, MediaPDF, printed}), nil
}

// Document composes the pack in one language.
func Document(p models.TenderPack, language string) (paper.Document, error) {
	w, own, err := wordsIn(language)
	if err != nil {
		return paper.Document{}, err
	}
	b := builder{p, w, language}
	d := paper.Document{
		Language: language, Title: b.text(p.Title), Contents: w.Contents, Page: w.Page,
		Under: []string{w.Kind, wording.Fill(w.Published, "at", utc(p.PublishedAt))},
	}
	if !own {
		d.Under = append(d.Under, w.English)
	}
	if p.Mode == models.ModeRehearsal {
		d.Warning = w.Rehearsal
	}
	for _, section := range []paper.Section{
		b.subject(), b.lots(), b.limits(), b.submission(), b.selection(), b.talks(), b.requirements(), b.tests(),
		b.award(), b.partnership(), b.framework(), b.clauses(), b.glossary(), b.follows(), b.documents(),
	} {
		if len(section.Blocks)+len(section.Sections) > 0 {
			d.Sections = append(d.Sections, section)
		}
	}
	return d, nil
}

// A builder composes the sections of a pack.
type builder struct {
	models.TenderPack

	*words

	language string
}

func (b builder) text(t models.Text) string { return t.In(b.language, b.Languages...) }

func (b builder) section(key string, blocks ...paper.Block) paper.Section {
	return paper.Section{Title: b.Sections[key], Blocks: blocks}
}

// facts leaves out what has no value.
func (b builder) facts(pairs ...string) paper.Facts {
	var all paper.Facts
	for pair := range slices.Chunk(pairs, 2) {
		if pair[1] != "" {
			all = append(all, paper.Fact{Name: b.name(pair[0]), Value: pair[1]})
		}
	}
	return all
}

func (b builder) table(caption string, widths []float64, rows [][]string, head ...string) paper.Table {
	names := make([]string, len(head))
	for i, key := range head {
		names[i] = b.name(key)
	}
	return paper.Table{Caption: caption, Head: names, Rows: rows, Widths: widths}
}

func (b builder) subject() paper.Section {
	s := b.section("subject", b.facts(
		"title", b.text(b.Title), "procurement", string(b.Procurement), "description", b.text(b.Description),
		"procedure", b.Procedure+" ("+b.Source+")", "law", b.Law, "directive", b.Directive+"/EU",
		"languages", strings.Join(b.Languages, ", "), "not_divided", b.text(b.NotDivided),
		"review_body", b.review(),
	))
	rows := make([][]string, len(b.Buyers))
	for i, buyer := range b.Buyers {
		part := b.name("member")
		if buyer.Lead {
			part = b.name("lead")
		}
		name := buyer.Name
		if buyer.Address != nil {
			name += ", " + buyer.Address.Line()
		}
		rows[i] = []string{name, buyer.Country, part}
	}
	s.Blocks = append(s.Blocks, b.table(b.Sections["buyers"], []float64{0.5, 0.15, 0.35}, rows,
		"authority", "country", "part"))
	return s
}

// review names the body responsible for review and its time limits.
func (b builder) review() string {
	if b.Review == nil {
		return ""
	}
	return b.Review.Name + ", " + b.Review.Address.Line() + "\n" + b.text(b.Review.Deadlines)
}

func (b builder) lots() paper.Section {
	s := b.section("lots")
	for _, lot := range b.Lots {
		questions := ""
		if lot.QuestionsUntil != nil {
			questions = utc(*lot.QuestionsUntil)
		}
		s.Sections = append(s.Sections, paper.Section{
			Title: b.lotTitle(lot),
			Blocks: []paper.Block{b.facts(
				"description", b.text(lot.Description), "takes", b.value(string(lot.HandsIn)),
				"deadline", strings.Replace(lot.Local, "T", " ", 1)+" ("+lot.Zone+")",
				"deadline_utc", utc(lot.Deadline),
				"questions_until", questions, "answers_by", lot.AnswersBy,
			)},
		})
	}
	var claims paper.Facts
	for _, c := range b.Claims {
		claims = append(claims, paper.Fact{Name: b.value(c.Circumstance), Value: c.Reason})
	}
	if len(claims) > 0 {
		s.Sections = append(s.Sections, paper.Section{
			Title: b.name("time_limits"), Blocks: []paper.Block{claims},
		})
	}
	return s
}

func (b builder) lotTitle(lot models.PackLot) string {
	return wording.Fill(b.Sections["lot"], "number", count(lot.Number), "title", b.text(lot.Title))
}

func (b builder) submission() paper.Section {
	how := make(paper.List, len(b.How))
	for i, sentence := range b.How {
		how[i] = wording.Fill(sentence, "at", b.At, "all", strconv.Itoa(b.Openers.Openers),
			"needed", strconv.Itoa(b.Openers.Threshold), "fingerprint", b.Openers.Fingerprint)
	}
	return b.section("submission", how)
}

func (b builder) clauses() paper.Section {
	s := b.section("clauses")
	for _, c := range b.Clauses {
		for _, part := range []struct {
			name string
			text models.Text
		}{{"ip", c.IntellectualProperty}, {"confidentiality", c.Confidentiality}} {
			s.Sections = append(s.Sections, paper.Section{
				Title: b.name(part.name), Blocks: []paper.Block{paper.Paragraph(b.text(part.text))},
			})
		}
	}
	return s
}

func (b builder) glossary() paper.Section {
	if len(b.Glossary) == 0 {
		return paper.Section{}
	}
	rows := make([][]string, len(b.Glossary))
	for i, t := range b.Glossary {
		rows[i] = []string{b.text(t.Term), b.text(t.Meaning)}
	}
	return b.section("glossary", b.table(b.Sections["glossary"], []float64{0.3, 0.7}, rows, "term", "meaning"))
}

func (b builder) documents() paper.Section {
	s := b.section("documents")
	for _, d := range b.Documents {
		s.Sections = append(s.Sections, paper.Section{
			Title:  b.text(d.Title),
			Blocks: []paper.Block{b.facts("file", d.Filename, "size", count(d.Size), "digest", d.Digest, "at", d.At)},
		})
	}
	return s
}
