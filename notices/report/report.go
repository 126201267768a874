// Package report renders the individual report of a procurement (Directive 2014/24/EU, Article 84) in one of its
// languages, each item with what proves it.
package report

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/notices/paper"
	"github.com/ppi-engine/ppi/rules/evaluation"
	"github.com/ppi-engine/ppi/rules/wording"
)

// Document composes the report in one language. What people wrote stays as they wrote it.
func Document(r evaluation.WholeReport, language string) (paper.Document, error) {
	w, own, err := wording.In(load, language)
	if err != nil {
		return paper.Document{}, err
	}
	b := builder{r, w, language}
	d := paper.Document{
		Language: language, Title: b.text(r.Record.Title), Contents: w.Contents, Page: w.Page,
		Under: []string{
			w.Kind, string(r.Record.Procurement), wording.Fill(w.AsOf, "at", utc(r.AsOf)),
			wording.Fill(w.Digest, "digest", r.Record.Digest),
		},
	}
	if !own {
		d.Under = append(d.Under, w.English)
	}
	if r.Mode == models.ModeRehearsal {
		d.Warning = w.Rehearsal
	}
	for _, item := range r.Items {
		d.Sections = append(d.Sections, b.item(item))
	}
	return d, nil
}

// A builder composes the items of a report.
type builder struct {
	evaluation.WholeReport

	*words

	language string
}

func (b builder) text(t models.Text) string { return t.In(b.language, b.Languages...) }

func (b builder) item(item evaluation.ReportItem) paper.Section {
	s := paper.Section{
		Title: b.Titles[item.Code] + " (" + wording.Fill(b.Article, "article", item.Article) + ")",
	}
	for _, statement := range item.Statements {
		s.Blocks = append(s.Blocks, b.statement(statement))
		if len(statement.Evidence) > 0 {
			s.Blocks = append(s.Blocks, b.proofs(statement.Evidence))
		}
	}
	if len(item.Statements) == 0 {
		s.Blocks = append(s.Blocks, paper.Paragraph(b.None))
	}
	return s
}

func (b builder) statement(s evaluation.Statement) paper.Paragraph {
	fill := slices.Clone(s.Fill)
	for i := 1; i < len(fill); i += 2 {
		fill[i] = b.value(fill[i])
	}
	said := strings.TrimSpace(wording.Fill(b.Sentences[s.Key], fill...))
	if own := b.text(s.Text); own != "" {
		said += "\n" + own
	}
	return paper.Paragraph(said)
}

// proofs names what proves a statement: what it is, its ID and digest, who wrote it, and when.
func (b builder) proofs(all []evaluation.Evidence) paper.Facts {
	facts := make(paper.Facts, len(all))
	for i, e := range all {
		id, by := "", ""
		if e.Kind != "" {
			id = " " + string(e.Kind)
		}
		if e.ID != "" {
			id += " " + string(e.ID)
		}
		if e.Version > 0 {
			id += " v" + strconv.FormatInt(e.Version, 10)
		}
		if e.By != "" {
			organisation := ""
			if e.For != "" {
				organisation = " (" + e.For + ")"
			}
			by = wording.Fill(b.By, "person", string(e.By), "organisation", organisation)
		}
		facts[i] = paper.Fact{Name: b.Evidence, Value: wording.Fill(b.Proof, "what", b.value(e.What), "id", id,
			"digest", e.Digest, "by", by, "at", utc(e.At))}
	}
	return facts
}

func utc(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05") }
