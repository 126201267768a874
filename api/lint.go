package api

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/views"
)

const (
	// largestLinted is how many bytes a file may have here; the command line takes larger ones.
	largestLinted = 20 << 20
	// lintWithin is how long the words of a file may take to be found and read, and receiveWithin to arrive.
	lintWithin    = 2 * time.Minute
	receiveWithin = 5 * time.Minute
)

// LintInput is a text to be read by the linter.
type LintInput struct {
	Body struct {
		Language string `json:"language" minLength:"2" maxLength:"35" doc:"BCP 47 tag of the text" example:"tr"`
		Part     string `json:"part,omitempty" enum:"need,criterion,award_criterion,clause" default:"need" doc:"Use"`
		Text     string `json:"text" minLength:"1" maxLength:"200000"`
	}
}

// LintFileInput says how a file is to be read by the linter; the body is the file.
type LintFileInput struct {
	Language string `query:"language" required:"true" minLength:"2" maxLength:"35" doc:"BCP 47 tag" example:"tr"`
	Part     string `query:"part" enum:"need,criterion,award_criterion,clause" default:"need" doc:"What it is for"`
}

// LintedView is what the linter finds in a text. Nothing of it is kept.
type LintedView struct {
	Language string            `json:"language"`
	Checked  bool              `json:"checked" doc:"false: no word list, so names only were looked for"`
	Items    []LintFindingView `json:"items"`
}

// A LintFindingView points at words that may favour somebody or that leave open what is wanted.
type LintFindingView struct {
	Where string `json:"where" doc:"The line, the paragraph or the page" example:"page 3"`

	FoundWords
}

func (s *server) lintText(_ context.Context, in *LintInput) (*rest.Shown[LintedView], error) {
	linted, err := views.LintText(in.Body.Language, in.Body.Part, in.Body.Text)
	return showLinted(in.Body.Language, linted), err
}

func (s *server) lintFile(ctx context.Context, in *LintFileInput) (*rest.Shown[LintedView], error) {
	linted, err := views.LintFile(ctx, in.Language, in.Part, rest.Bytes(ctx))
	return showLinted(in.Language, linted), err
}

func showLinted(language string, linted views.LintedText) *rest.Shown[LintedView] {
	view := LintedView{Language: language, Checked: linted.Checked, Items: []LintFindingView{}}
	for _, f := range linted.Findings {
		view.Items = append(view.Items, LintFindingView{f.Where, showWords(f.Finding)})
	}
	return &rest.Shown[LintedView]{Body: view}
}
