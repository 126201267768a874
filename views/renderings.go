package views

import (
	"context"
	"slices"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/notices/letter"
	"github.com/ppi-engine/ppi/notices/pack"
	"github.com/ppi-engine/ppi/notices/paper"
	"github.com/ppi-engine/ppi/notices/report"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// A Format is how a document is rendered for people.
type Format string

// The formats.
const (
	FormatHTML Format = "html"
	FormatPDF  Format = "pdf"
)

// A Rendering is a document as people read it. It is kept nowhere: the same record gives the same bytes.
type Rendering struct {
	Name      string
	MediaType string
	Content   []byte
	// Saved tells that browsers save it, because they cannot show it.
	Saved bool
}

// RenderLetter renders the letter that [Views.Letter] reads, for those who may read it.
func (v *Views) RenderLetter(
	ctx context.Context, r Reader, tender models.ID, kind models.LetterKind, as Format,
) (Rendering, error) {
	sent, err := v.Letter(ctx, r, tender, kind)
	if err != nil {
		return Rendering{}, err
	}
	document, err := letter.Document(sent.Letter, sent.Digest)
	if err != nil {
		return Rendering{}, err
	}
	return render(document, "letter", as, sent.SentAt)
}

// RenderReport renders the individual report in a language of the procurement, by default its first, with what the
// record and the people who wrote it have of each item. It refuses as [Views.Record] does.
func (v *Views) RenderReport(ctx context.Context, r Reader, language string, as Format) (Rendering, error) {
	var whole evaluation.WholeReport
	err := v.dossier(ctx, r, OfReport, func(_ *store.Tx, d models.Dossier) error {
		if err := mayStudyAll(d, r.Actor.OrganisationID); err != nil {
			return err
		}
		var err error
		whole, err = evaluation.ComposeReport(d)
		return err
	})
	if err != nil {
		return Rendering{}, err
	}
	if language == "" && len(whole.Languages) > 0 {
		language = whole.Languages[0]
	}
	if !slices.Contains(whole.Languages, language) {
		return Rendering{}, models.Refuse(models.CodeInvalidValue, "/language", "the procurement is not in %q",
			language).
			Accepting("one of %v", whole.Languages)
	}
	document, err := report.Document(whole, language)
	if err != nil {
		return Rendering{}, err
	}
	return render(document, "individual-report."+language, as, whole.AsOf)
}

// render refuses a PDF of what cannot be printed ([models.CodeNotPrintable]).
func render(d paper.Document, name string, as Format, at time.Time) (Rendering, error) {
	if as == FormatHTML {
		page, err := d.HTML()
		return Rendering{Name: name + ".html", MediaType: pack.MediaHTML, Content: page}, err
	}
	lacking, err := d.Unprintable()
	if err != nil {
		return Rendering{}, err
	}
	if lacking != "" || paper.Direction(d.Language) == "rtl" {
		return Rendering{}, models.Refuse(models.CodeNotPrintable, "", "a PDF of this text in %s cannot be printed",
			d.Language).
			Accepting("the web page, which has the same text")
	}
	printed, err := d.PDF(at)
	return Rendering{Name: name + ".pdf", MediaType: pack.MediaPDF, Content: printed}, err
}
