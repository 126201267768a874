package api

import (
	"context"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// A NeutralityFindingView points at words that may favour somebody or that leave open what is wanted.
type NeutralityFindingView struct {
	Entry    models.ID        `json:"entry" doc:"The entry that contains the words"`
	Kind     models.EntryKind `json:"kind"`
	Field    string           `json:"field" doc:"JSON pointer into its content"`
	Language string           `json:"language"`

	FoundWords

	Open   bool      `json:"open" doc:"No second person has said why the words may stay"`
	Answer models.ID `json:"answer,omitempty" doc:"The answer that says why the words may stay"`
}

// FoundWords are the words to which the linter points, and what it says of them.
type FoundWords struct {
	Code       findingCode `json:"code"`
	Severity   string      `json:"severity" enum:"high,medium,low"`
	Start      int         `json:"start" doc:"Offset in the composed text, in characters (Unicode code points)"`
	End        int         `json:"end" doc:"Exclusive"`
	Text       string      `json:"text" doc:"The words themselves"`
	Reason     string      `json:"reason"`
	Suggestion string      `json:"suggestion"`
	Source     string      `json:"source" doc:"Article or rule"`
}

func showWords(f views.LintFinding) FoundWords {
	return FoundWords{
		Code: findingCode(f.Code), Severity: string(f.Severity), Start: f.Start, End: f.End, Text: f.Text,
		Reason: f.Reason, Suggestion: f.Suggestion, Source: f.Source,
	}
}

// NeutralityFindingsView lists findings, entry by entry.
type NeutralityFindingsView struct {
	Items []NeutralityFindingView `json:"items"`
	Open  int                     `json:"open" doc:"How many are not answered"`
}

func (s *server) listNeutralityFindings(ctx context.Context,
	_ *ProcurementPath,
) (*rest.Shown[NeutralityFindingsView], error) {
	findings, err := s.views.NeutralityFindings(ctx, rest.Reader(ctx))
	view := NeutralityFindingsView{Items: []NeutralityFindingView{}}
	for _, f := range findings {
		view.add(f)
	}
	return &rest.Shown[NeutralityFindingsView]{Body: view}, err
}

func (v *NeutralityFindingsView) add(f views.NeutralityFinding) {
	if f.Answer == "" {
		v.Open++
	}
	v.Items = append(v.Items, NeutralityFindingView{
		Entry: f.Entry.ID, Kind: f.Entry.Kind, Field: f.Field, Language: f.Language, FoundWords: showWords(f.Finding),
		Open: f.Answer == "", Answer: f.Answer,
	})
}
