package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

const (
	// sheetTimeout is how long a workbook may take to arrive, sheetWithin how long it may take to read and write.
	sheetTimeout = time.Minute
	sheetWithin  = time.Minute
)

// specification is what is done with the requirements as a whole.
func (s *server) specification() []rest.Operation {
	readers := reads(views.OfEntries)
	rule, _ := models.EntryRuleOf(models.EntryRequirement)
	return []rest.Operation{
		rest.Get(ofProcurement+"/requirements.xlsx", readers,
			"Read the requirements as a workbook, to work on them and import them again", s.getSheet,
			rest.GivesBytes()),
		rest.Post(ofProcurement+"/requirements/actions/import_sheet", rest.Roles(rule.Writers...),
			"Write the requirements of a workbook, all or none; every fault is named by its cell", s.importSheet,
			rest.TakesBytes(views.MostSheetBytes, sheetTimeout, views.MediaTypeSheet),
			rest.Long(rest.Check, sheetWithin),
			rest.Answers(http.StatusOK)),
		rest.Get(ofProcurement+"/traceability", readers,
			"Follow the specification from needs over requirements to criteria, tests and verification, and back",
			s.getTrace),
		rest.Get(ofProcurement+"/specification-comparison", readers,
			"Compare two versions of the specification, part by part and word by word", s.compareSpecifications),
	}
}

type sheetQuery struct {
	ProcurementPath

	Lang string `query:"lang" maxLength:"12" doc:"Of the heads and lists: en, fr, de, it, es or tr; by default en"`
}

func (s *server) getSheet(ctx context.Context, in *sheetQuery) (*huma.StreamResponse, error) {
	f, err := s.views.RequirementSheet(ctx, rest.Reader(ctx), in.Lang)
	if err != nil {
		return nil, err
	}
	return s.serveRendering(f), nil
}

type sheetInput struct {
	ProcurementPath

	Check bool `query:"check" doc:"Say what would be written, and write nothing"`
}

// SheetImportView is what came of a workbook, row by row.
type SheetImportView struct {
	Sheet     string         `json:"sheet" doc:"Name of the sheet that was read"`
	Checked   bool           `json:"checked" doc:"true: nothing was written"`
	Added     int            `json:"added"`
	Changed   int            `json:"changed"`
	Unchanged int            `json:"unchanged"`
	Rows      []SheetRowView `json:"rows"`
	Absent    []string       `json:"absent" doc:"Codes of requirements without a row; they stay as they are"`
}

// SheetRowView is what came of one row.
type SheetRowView struct {
	Row     int       `json:"row" doc:"Number of the row in the sheet"`
	Code    string    `json:"code"`
	Change  string    `json:"change" enum:"added,changed,unchanged"`
	Fields  []string  `json:"fields" doc:"What is changed, as JSON pointers into the requirement"`
	Entry   models.ID `json:"entry,omitempty" doc:"Absent: it would be added"`
	Version int64     `json:"version,omitempty"`
}

// SheetImported answers with what came of a workbook.
type SheetImported struct {
	Replayed string `header:"Idempotent-Replayed" doc:"true: the answer of an earlier request with the same key"`
	Body     SheetImportView
}

func (s *server) importSheet(ctx context.Context, in *sheetInput) (*SheetImported, error) {
	if in.Check {
		checked, err := s.acts.CheckSheet(ctx, rest.By(ctx), rest.Bytes(ctx))
		view := showSheetImport(checked)
		view.Checked = true
		return &SheetImported{Body: view}, err
	}
	done, err := s.acts.ImportSheet(ctx, rest.By(ctx), rest.Bytes(ctx))
	answer := &SheetImported{Body: showSheetImport(done.Result)}
	if done.Again {
		answer.Replayed = "true"
	}
	return answer, err
}

func showSheetImport(in acts.SheetImport) SheetImportView {
	v := SheetImportView{Sheet: in.Sheet, Rows: []SheetRowView{}, Absent: orEmpty(in.Absent)}
	for _, r := range in.Rows {
		switch r.Change {
		case acts.SheetAdded:
			v.Added++
		case acts.SheetChanged:
			v.Changed++
		default:
			v.Unchanged++
		}
		v.Rows = append(v.Rows, SheetRowView{r.Number, r.Code, r.Change, orEmpty(r.Fields), r.Entry, r.Version})
	}
	return v
}

// TraceView follows the specification in both directions.
type TraceView struct {
	Needs        []TracedNeed        `json:"needs"`
	Requirements []TracedRequirement `json:"requirements"`
	Criteria     []TracedCriterion   `json:"criteria" doc:"Award criteria"`
	Tests        []TracedTest        `json:"tests" doc:"Of the conformance plan"`
	Orphans      []models.Warning    `json:"orphans" doc:"What leads nowhere, or comes from nowhere"`
}

// TracedNeed is a need with what comes from it.
type TracedNeed struct {
	Entry        models.ID        `json:"entry"`
	Kind         models.EntryKind `json:"kind"`
	Organisation models.ID        `json:"organisation_id,omitempty" doc:"Absent: the common need"`
	Outcome      models.Text      `json:"outcome"`
	Requirements []string         `json:"requirements" doc:"Codes"`
}

// TracedRequirement is a requirement with what it comes from and what shows that it is met.
type TracedRequirement struct {
	Entry        models.ID   `json:"entry"`
	Version      int64       `json:"version"`
	Digest       string      `json:"digest"`
	Code         string      `json:"code"`
	Statement    models.Text `json:"statement"`
	Type         string      `json:"type"`
	Priority     string      `json:"priority"`
	Use          string      `json:"use" doc:"minimum: met by every tender; award: scored; none: not in this tender"`
	Needs        []models.ID `json:"needs"`
	Evidence     []models.ID `json:"evidence" doc:"Entries of the market consultation"`
	Lots         []models.ID `json:"lots" doc:"Empty: all"`
	Criteria     []string    `json:"criteria" doc:"IDs of the award criteria that score it"`
	Tests        []string    `json:"tests" doc:"IDs of the conformance tests"`
	Verification string      `json:"verification,omitempty" doc:"Method"`
	Comments     []CommentOn `json:"comments"`
}

// CommentOn is a comment on a requirement with what came of it.
type CommentOn struct {
	Comment models.ID `json:"comment"`
	Version int64     `json:"version" doc:"Version of the requirement that was read"`
	Field   string    `json:"field,omitempty"`
	Text    string    `json:"text"`
	Author  models.ID `json:"author_id"`
	Outcome string    `json:"outcome,omitempty" enum:"accepted,rejected,answered" doc:"Absent: it is open"`
	Reason  string    `json:"reason,omitempty"`
}

// TracedCriterion is an award criterion with what it scores.
type TracedCriterion struct {
	Entry        models.ID   `json:"entry"`
	Lot          models.ID   `json:"lot"`
	ID           string      `json:"id"`
	Title        models.Text `json:"title"`
	Requirements []string    `json:"requirements" doc:"Codes"`
}

// TracedTest is a conformance test with what it tests.
type TracedTest struct {
	Entry        models.ID   `json:"entry"`
	ID           string      `json:"id"`
	Title        models.Text `json:"title"`
	Requirements []string    `json:"requirements" doc:"Codes"`
}

func (s *server) getTrace(ctx context.Context, _ *ProcurementPath) (*rest.Shown[TraceView], error) {
	t, err := s.views.Trace(ctx, rest.Reader(ctx))
	v := TraceView{
		Needs: []TracedNeed{}, Requirements: []TracedRequirement{}, Criteria: []TracedCriterion{},
		Tests:   []TracedTest{},
		Orphans: orEmpty(t.Orphans),
	}
	for _, n := range t.Needs {
		v.Needs = append(v.Needs,
			TracedNeed{n.Entry.ID, n.Entry.Kind, n.Entry.OrganisationID, n.Outcome, orEmpty(n.Requirements)})
	}
	for _, r := range t.Requirements {
		criteria := []string{}
		for _, c := range r.Criteria {
			criteria = append(criteria, c.ID)
		}
		v.Requirements = append(v.Requirements, TracedRequirement{
			Entry: r.Entry.ID, Version: r.Entry.Version, Digest: r.Entry.Digest, Code: r.Code, Statement: r.Statement,
			Type: r.Type, Priority: r.Priority, Use: r.Use, Needs: orEmpty(r.Traces), Evidence: orEmpty(r.Evidence),
			Lots: orEmpty(r.Lots), Criteria: criteria, Tests: orEmpty(r.Tests), Verification: r.Verification.Method,
			Comments: showRemarks(r.Remarks),
		})
	}
	for _, c := range t.Criteria {
		v.Criteria = append(v.Criteria, TracedCriterion{c.Entry, c.Lot, c.ID, c.Title, orEmpty(c.Requirements)})
	}
	for _, test := range t.Tests {
		v.Tests = append(v.Tests, TracedTest{test.Entry, test.ID, test.Title, orEmpty(test.Requirements)})
	}
	return &rest.Shown[TraceView]{Body: v}, err
}

func showRemarks(all []models.Remark) []CommentOn {
	shown := []CommentOn{}
	for _, r := range all {
		on := CommentOn{
			Comment: r.Entry.ID, Version: r.Comment.Version, Field: r.Comment.Field, Text: r.Comment.Text,
			Author: r.Entry.AuthorID,
		}
		if r.Resolution != nil {
			on.Outcome, on.Reason = r.Resolution.Outcome, r.Resolution.Reason
		}
		shown = append(shown, on)
	}
	return shown
}

type comparisonQuery struct {
	ProcurementPath

	From string `query:"from" maxLength:"64" doc:"Digest of the older version; by default the one frozen before"`
	To   string `query:"to" maxLength:"64" doc:"Digest of the newer version; by default the specification as it stands"`
}

// ComparisonView is what has changed between two versions of the specification.
type ComparisonView struct {
	From    FrozenVersionView `json:"from"`
	To      FrozenVersionView `json:"to"`
	Changes []DifferenceView  `json:"changes" doc:"Requirements first, by code"`
}

// FrozenVersionView names a version. Without a digest it is the specification as it stands; on the old side, nothing.
type FrozenVersionView struct {
	Digest   string     `json:"digest,omitempty"`
	Entry    models.ID  `json:"entry,omitempty"`
	Version  int64      `json:"version,omitempty"`
	FrozenAt *time.Time `json:"frozen_at,omitempty" doc:"Procedure time"`
}

// DifferenceView is what became of one part of the specification.
type DifferenceView struct {
	Entry  models.ID             `json:"entry"`
	Kind   models.EntryKind      `json:"kind"`
	Name   string                `json:"name" doc:"The code of a requirement, else the kind in words" example:"R-001"`
	Change string                `json:"change" enum:"added,removed,changed"`
	From   string                `json:"from,omitempty" doc:"Digest of the older version of the part"`
	To     string                `json:"to,omitempty" doc:"Digest of the newer version of the part"`
	Fields []FieldDifferenceView `json:"fields"`
}

// FieldDifferenceView is what became of one value.
type FieldDifferenceView struct {
	Field    string      `json:"field" doc:"JSON pointer; a member of a list is named by its ID, if it has one"`
	Language string      `json:"language,omitempty"`
	Old      string      `json:"old,omitempty"`
	New      string      `json:"new,omitempty"`
	Words    []PieceView `json:"words" doc:"The same word by word"`
}

// PieceView is a run of words.
type PieceView struct {
	Change string `json:"change,omitempty" enum:"added,removed" doc:"Absent: it stands in both"`
	Text   string `json:"text"`
}

func (s *server) compareSpecifications(
	ctx context.Context, in *comparisonQuery,
) (*rest.Shown[ComparisonView], error) {
	c, err := s.views.CompareSpecifications(ctx, rest.Reader(ctx), in.From, in.To)
	v := ComparisonView{From: showFrozen(c.From), To: showFrozen(c.To), Changes: []DifferenceView{}}
	for _, d := range c.Changes {
		shown := DifferenceView{d.Entry, d.Kind, d.Name, d.Change, d.From, d.To, []FieldDifferenceView{}}
		for _, f := range d.Fields {
			words := []PieceView{}
			for _, piece := range f.Words {
				words = append(words, PieceView(piece))
			}
			shown.Fields = append(shown.Fields, FieldDifferenceView{f.Field, f.Language, f.Old, f.New, words})
		}
		v.Changes = append(v.Changes, shown)
	}
	return &rest.Shown[ComparisonView]{Body: v}, err
}

func showFrozen(f views.FrozenVersion) FrozenVersionView {
	v := FrozenVersionView{Digest: f.Digest, Entry: f.Entry, Version: f.Version}
	if f.Digest != "" {
		v.FrozenAt = &f.FrozenAt
	}
	return v
}
