package e2e

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// packDocument is a document of the tender pack, in the pack and in the notice.
type packDocument struct {
	Document models.ID `json:"document"`
	Version  int64     `json:"version"`
	Filename string    `json:"filename"`
	Media    string    `json:"media_type"`
	Size     int64     `json:"size"`
	Digest   string    `json:"sha256"`
	At       string    `json:"at"`
}

// pack lists the tender pack as somebody without any key reads it.
func (b *bundle) pack(t *testing.T) []packDocument {
	t.Helper()
	var list struct {
		Items []packDocument `json:"items"`
	}
	b.get(t, b.Admin.As(""), "/tender-pack", &list)
	return list.Items
}

// read reads a file as somebody without any key.
func (b *bundle) read(t *testing.T, at string) (string, http.Header) {
	t.Helper()
	var file bytes.Buffer
	answer, err := b.Admin.As("").Do(t.Context(), apiclient.Request{Method: http.MethodGet, Path: at, Out: &file})
	require.NoError(t, err)
	return file.String(), answer.Header
}

func TestEverybodyReadsTheTenderPackFromPublicationOn(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.describeTender(t)
	_, err := b.Admin.As("").Get(t.Context(), b.Path("/tender-pack"), nil)
	requireRefused(t, models.CodeNotFound, err)

	var preview struct {
		Missing []any `json:"missing"`
		Files   []struct {
			Name string `json:"name"`
		} `json:"files"`
	}
	b.get(t, b.Lead, "/tender-pack/preview", &preview)
	require.Empty(t, preview.Missing)
	require.Len(t, preview.Files, 3)
	for _, f := range preview.Files {
		var file bytes.Buffer
		_, err := b.Lead.Do(t.Context(), apiclient.Request{
			Method: http.MethodGet, Path: b.Path("/tender-pack/preview/" + f.Name), Out: &file,
		})
		require.NoError(t, err)
		require.NotZero(t, file.Len())
	}

	b.act(t, b.Lead, models.VerbPublish, nil)
	all := b.pack(t)
	require.Len(t, all, 3)
	for _, d := range all {
		content, header := b.read(t, d.At)
		require.Equal(t, d.Digest, rig.Digest([]byte(content)), d.Filename)
		require.Equal(t, d.Media, header.Get("Content-Type"))
		if d.Filename == "tender-pack.en.pdf" {
			require.True(t, strings.HasPrefix(content, "%PDF-"))
			continue
		}
		require.Contains(t, content, "The system computes at less energy per result.", d.Filename)
		require.Contains(t, content, "Energy", "the award criteria")
		require.NotContains(t, content, "1000000.00", "the buyers' estimates stay theirs")
	}

	var notices struct {
		Items []struct {
			Kind    models.NoticeKind `json:"kind"`
			Content struct {
				Pack      string         `json:"pack"`
				Documents []packDocument `json:"documents"`
			} `json:"content"`
		} `json:"items"`
	}
	b.get(t, b.Lead, "/notices", &notices)
	require.Equal(t, models.NoticeContract, notices.Items[0].Kind)
	require.ElementsMatch(t, all, notices.Items[0].Content.Documents, "the notice names every document by its digest")
	require.Equal(t, b.Path("/tender-pack"), notices.Items[0].Content.Pack)

	_, err = b.Lead.Do(t.Context(), apiclient.Request{
		Method: http.MethodPut, Path: b.Path("/documents/" + string(all[0].Document)), IfMatch: "*",
		In: map[string]any{
			"title": models.Text{"en": "Another"}, "audience": models.AudienceTenderers, "significant": false,
			"reason": "It was wrong.",
			"upload": p.upload(t, b.Lead, []byte("another"), models.PurposeDocument),
		},
	})
	requireRefused(t, models.CodeFrozen, err)
}

// Irregularity ncompl-cn; case: a publication without documents.
func TestNothingIsPublishedOfWhichSuppliersCouldNotReadTheRequirements(t *testing.T) {
	t.Parallel()
	b := setup(t, options{draft: rig.Draft{Mode: models.ModeRehearsal, Countries: []string{"FR", "ES", "DE"}}})
	b.skipToTenderWithout(t)
	b.describeTender(t)
	b.refused(t, models.CodeRequirementsMissing, b.Lead, models.VerbPublish, nil)
}

// Irregularities elem-mod, mod-inco and noex-timl: what tenders rest on stays, and what may change is published with
// what it was, after more time was given for it.
func TestWhatWasPublishedChangesOnlyInTheOpen(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.describeTender(t)
	given := func(text string, significant any) map[string]any {
		in := map[string]any{
			"title": models.Text{"en": "Plan of the hall"}, "audience": models.AudienceTenderers,
			"upload": p.upload(t, b.Lead, []byte(text), models.PurposeDocument),
		}
		if significant != nil {
			in["significant"], in["reason"] = significant, "The hall is smaller than its plan."
		}
		return in
	}
	plan := b.post(t, b.Lead, "/documents", given("ten metres", nil))
	b.act(t, b.Lead, models.VerbPublish, nil)

	_, err := b.Lead.Post(t.Context(), b.Path("/award-criteria"), rig.AwardCriteria(p.lot), nil)
	requireRefused(t, models.CodeFrozen, err)
	requireRefused(t, models.CodePhaseNotOpen, b.WriteRequirement(t.Context()))
	change := func(in map[string]any) error {
		return b.alter(t, b.Lead, http.MethodPut, "/documents/"+string(plan.ID), in)
	}
	requireRefused(t, models.CodeDeadlineNotMoved, change(given("nine metres", true)))
	b.act(t, b.Lead, models.VerbMoveDeadline, map[string]any{
		"lot": p.lot, "deadline": b.deadlineIn(t, 50), "reason": "The plan of the hall was wrong.",
	})
	require.NoError(t, change(given("nine metres", true)))

	var notices struct {
		Items []struct {
			Content struct {
				Before packDocument `json:"document_before"`
				After  packDocument `json:"document_after"`
				Reason string       `json:"reason"`
			} `json:"content"`
		} `json:"items"`
	}
	b.get(t, b.Admin.As(""), "/tender-pack/notices", &notices)
	told := notices.Items[len(notices.Items)-1].Content
	require.Equal(t, rig.Digest([]byte("ten metres")), told.Before.Digest)
	require.Equal(t, rig.Digest([]byte("nine metres")), told.After.Digest)
	require.Equal(t, "The hall is smaller than its plan.", told.Reason)
	before, _ := b.read(t, told.Before.At)
	require.Equal(t, "ten metres", before, "everybody reads the version before, too")
	require.Equal(t, 1, b.countEvents(t, event.DocumentChanged{}))
}

// confirm has a supplier confirm its tender after a notice of change.
func (p *tenderPlay) confirm(t *testing.T, s *supplier, notice any) {
	t.Helper()
	_, problem := do(t, s.Client, apiclient.Request{
		Path: p.Path("/tenders/" + string(s.tender) + "/actions/confirm"), IfMatch: "*",
		In: map[string]any{"notice": notice},
	})
	require.Nil(t, problem)
}

// After a change of the documents everybody is asked in public whether its tender stays. Who does not answer has
// tendered all the same; those who evaluate are told once the box is opened.
func TestAChangeOfTheDocumentsAsksWhoHasTendered(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.describeTender(t)
	given := func(text string) map[string]any {
		return map[string]any{
			"title": models.Text{"en": "Plan of the hall"}, "audience": models.AudienceTenderers, "significant": false,
			"reason": "It was measured again.", "upload": p.upload(t, b.Lead, []byte(text), models.PurposeDocument),
		}
	}
	plan := b.post(t, b.Lead, "/documents", given("ten metres"))
	b.act(t, b.Lead, models.VerbPublish, nil)
	p.supplyTwo(t)
	require.NoError(t, b.alter(t, b.Lead, http.MethodPut, "/documents/"+string(plan.ID), given("9.99 metres")))

	var notices struct {
		Items []struct {
			ID      models.ID `json:"id"`
			Content struct {
				Asks bool `json:"asks_tenderers_to_confirm"`
			} `json:"content"`
		} `json:"items"`
	}
	b.get(t, b.Admin.As(""), "/tender-pack/notices", &notices)
	told := notices.Items[len(notices.Items)-1]
	require.True(t, told.Content.Asks, "whoever has tendered is asked, in public")
	p.confirm(t, p.suppliers[0], told.ID)
	p.opened(t)

	var tenderers struct {
		Items []struct {
			Tender  models.ID `json:"tender_id"`
			Changes []struct {
				Notice    models.ID `json:"notice"`
				Confirmed string    `json:"confirmed_at"`
			} `json:"changes"`
		} `json:"items"`
	}
	b.get(t, p.evaluators[0], "/lots/"+string(p.lot)+"/tenderers", &tenderers)
	require.Len(t, tenderers.Items, 2, "both have tendered")
	for _, x := range tenderers.Items {
		require.Len(t, x.Changes, 1)
		require.Equal(t, told.ID, x.Changes[0].Notice)
		require.Equal(t, x.Tender == p.suppliers[0].tender, x.Changes[0].Confirmed != "")
	}
	report, err := b.Follow(t.Context(), "tenders", "tender_confirmations", "boxes", "notices")
	require.NoError(t, err)
	require.True(t, report.Valid(), "%+v", report.Differences)
	require.Positive(t, report.Rows)
}
