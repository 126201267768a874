package api

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// workbook reads the requirements as a workbook in a language.
func (r *run) workbook(language string) []byte {
	r.Helper()
	answer := r.do(r.drafter, GET, r.p.Self()+"/requirements.xlsx?lang="+language, nil).is(http.StatusOK)
	require.Equal(r, views.MediaTypeSheet, answer.Header().Get("Content-Type"))
	require.Contains(r, answer.Header().Get("Content-Disposition"), "attachment")
	return answer.Body.Bytes()
}

// fill writes texts into cells of the first sheet of a workbook.
func (r *run) fill(file []byte, cells map[string]string) []byte {
	r.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(file))
	require.NoError(r, err)
	for cell, text := range cells {
		require.NoError(r, f.SetCellStr(f.GetSheetName(0), cell, text))
	}
	saved, err := f.WriteToBuffer()
	require.NoError(r, err)
	return saved.Bytes()
}

func (r *run) importing(who caller, file []byte, query string, more ...header) response {
	r.Helper()
	more = append(more, with("Content-Type", views.MediaTypeSheet))
	return r.do(who, POST, r.p.Self()+"/requirements/actions/import_sheet"+query, file, more...)
}

func TestRequirementsAreWorkedOnInASheetAndImportedAgain(t *testing.T) {
	t.Parallel()
	r := running(t, models.PhaseNeeds, models.PhaseSpecification)
	need := r.need()
	first := r.written(r.drafter, "/requirements", r.requirement(1, need))
	exported := r.workbook("tr")
	var v SheetImportView
	r.importing(r.drafter, exported, "?check=true").is(http.StatusOK).into(&v)
	require.Equal(t, []int{0, 0, 1}, []int{v.Added, v.Changed, v.Unchanged})
	require.Equal(t, "Gereksinimler", v.Sheet)

	changed := map[string]string{
		"F2": "Job 1 needs at most 25 kWh.", "B3": "R-002", "C3": "işlev", "D3": "gerekli", "E3": "puanlanır",
		"F3": "It is quiet.",
	}
	wrong := map[string]string{"D2": "acil", "N3": "x"}
	faults := r.importing(r.drafter, r.fill(r.fill(exported, changed), wrong), "").
		is(http.StatusUnprocessableEntity).refused(models.CodeCellInvalid).Errors
	require.Equal(t, "Gereksinimler!D2", faults[0].Parameter)
	require.Contains(t, faults[0].Accepted, "must, should, could, wont")
	require.Equal(t, 1, r.count("SELECT count(*) FROM entries WHERE kind = 'requirement'"), "all or none")

	file := r.fill(exported, changed)
	r.importing(r.drafter, file, "?check=true").is(http.StatusOK).into(&v)
	require.True(t, v.Checked)
	require.Equal(t, 1, r.count("SELECT count(*) FROM entries WHERE kind = 'requirement'"), "a check writes nothing")
	again := with(headerIdempotencyKey, "sheet")
	r.importing(r.drafter, file, "", again).is(http.StatusOK).into(&v)
	require.Equal(t, []int{1, 1, 0}, []int{v.Added, v.Changed, v.Unchanged})
	require.Equal(t, SheetRowView{2, "R-001", "changed", []string{"/statement/en"}, first.ID, 2}, v.Rows[0])
	require.Equal(t, "true", r.importing(r.drafter, file, "", again).is(http.StatusOK).Header().
		Get("Idempotent-Replayed"))
	require.Equal(t, 3, r.count("SELECT count(*) FROM entry_versions v JOIN entries e ON e.id = v.entry_id "+
		"WHERE e.kind = 'requirement'"))

	stale := r.importing(r.drafter, r.fill(exported, map[string]string{"F2": "Something else."}), "").
		is(http.StatusConflict).refused(models.CodeRowStale).Errors
	require.Equal(t, "Gereksinimler!B2", stale[0].Parameter)
	elsewhere := map[string]string{"N2": string(models.NewID(models.PrefixEntry))}
	for _, query := range []string{"", "?check=true"} {
		noNeed := r.importing(r.drafter, r.fill(r.workbook("tr"), elsewhere), query).refused(models.CodeInvalidValue)
		require.Equal(t, "Gereksinimler!N2", noNeed.Errors[0].Parameter)
	}
	r.importing(r.drafter, []byte("code;statement"), "").is(http.StatusUnprocessableEntity).
		refused(models.CodeSheetUnreadable)
	r.importing(r.drafter, r.fill(exported, map[string]string{"B1": "x"}), "").is(http.StatusUnprocessableEntity).
		refused(models.CodeSheetLayout)
	r.do(r.drafter, POST, r.p.Self()+"/requirements/actions/import_sheet", file, with("Content-Type", "text/csv")).
		is(http.StatusUnsupportedMediaType)
	r.do(r.drafter, GET, r.p.Self()+"/requirements.xlsx?lang=pl", nil).refused(models.CodeInvalidValue)
}

func TestACommentIsResolvedByAnotherBeforeTheSpecificationIsFrozen(t *testing.T) {
	t.Parallel()
	r := running(t, models.PhaseNeeds, models.PhaseSpecification)
	first := r.written(r.drafter, "/requirements", r.requirement(1, r.need()))
	buyer := r.person(models.RoleBuyer)
	comment := r.written(buyer, "/specification-comments",
		map[string]any{"entry": first.ID, "field": "/minimum/en", "text": "Why 30?"})
	r.do(r.drafter, PUT, comment.Self(), map[string]any{"entry": first.ID, "text": "Never mind."}).
		is(http.StatusForbidden).refused(models.CodeForbidden)
	r.post(r.lead, "/specification-versions", map[string]any{}).is(http.StatusConflict).
		refused(models.CodeCommentsOpen)
	resolution := map[string]any{
		"comment": comment.ID, "digest": comment.Digest, "outcome": "answered", "reason": "It was measured.",
	}
	r.written(r.drafter, "/comment-resolutions", resolution)
	r.post(r.drafter, "/comment-resolutions", resolution).is(http.StatusConflict).refused(models.CodeAlreadyExists)
	r.written(r.lead, "/specification-versions", map[string]any{})

	var trace TraceView
	r.do(r.lead, GET, r.p.Self()+"/traceability", nil).is(http.StatusOK).into(&trace)
	require.Equal(t, []CommentOn{{
		Comment: comment.ID, Version: 1, Field: "/minimum/en", Text: "Why 30?", Author: comment.AuthorID,
		Outcome: "answered", Reason: "It was measured.",
	}}, trace.Requirements[0].Comments)
	require.Equal(t, []string{"R-001"}, trace.Needs[0].Requirements)
	require.Empty(t, trace.Orphans)
}

func TestVersionsOfTheSpecificationAreComparedByDigest(t *testing.T) {
	t.Parallel()
	r := running(t, models.PhaseNeeds, models.PhaseSpecification)
	in := r.requirement(1, r.need())
	first := r.written(r.drafter, "/requirements", in)
	frozen := r.written(r.lead, "/specification-versions", map[string]any{})
	in["statement"] = models.Text{"en": "Job 0 needs at most 25 kWh."}
	r.do(r.drafter, PUT, first.Self(), in).is(http.StatusOK)
	compare := func(query string) ComparisonView {
		var c ComparisonView
		r.do(r.person(models.RoleObserver), GET, r.p.Self()+"/specification-comparison"+query, nil).is(http.StatusOK).
			into(&c)
		return c
	}
	since := compare("")
	require.Equal(t, frozen.Digest, since.From.Digest)
	require.Empty(t, since.To.Digest, "the specification as it stands")
	require.Len(t, since.Changes, 1)
	require.Equal(t, "R-001", since.Changes[0].Name)
	require.Equal(t, "/statement/en", since.Changes[0].Fields[0].Field)

	var second EntryView
	r.do(r.lead, PUT, frozen.Self(), map[string]any{}).is(http.StatusOK).into(&second)
	require.Equal(t, since.Changes, compare("?from="+frozen.Digest+"&to="+second.Digest).Changes)
	require.Empty(t, compare("?from="+second.Digest).Changes)
	require.Equal(t, "added", compare("?to=" + frozen.Digest).Changes[0].Change, "there was no version before")
	r.do(r.lead, GET, r.p.Self()+"/specification-comparison?from=abc", nil).is(http.StatusNotFound).
		refused(models.CodeNotFound)
}
