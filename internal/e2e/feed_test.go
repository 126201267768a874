package e2e

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
)

func TestTheFeedIsReadByPositionPageByPageAndByType(t *testing.T) {
	t.Parallel()
	b := setup(t, options{})
	b.act(t, b.Lead, models.VerbStart, nil)
	b.writeNeeds(t)
	b.suspend(t)
	second := bundle{Rig: b.Rig, Consortium: b.another(t, models.ModeRehearsal), database: b.database}
	second.change(t, 2)
	b.settleLog(t)

	all := feed(t, b.Lead, "/v1/events", "")
	one := feed(t, b.Lead, b.Path("/events"), "")
	require.Greater(t, len(one), 20)
	require.Equal(t, idsOf(one), idsOf(feed(t, b.Lead, "/v1/events?procurement="+b.Procurement, "")))
	require.Equal(t, idsOf(one), idsOf(feed(t, b.Buyers[1].Board, "/v1/events", "")),
		"who has a role in one procurement reads that one")
	other := feed(t, b.Lead, second.Path("/events"), "")
	require.ElementsMatch(t, idsOf(all), append(idsOf(one), idsOf(other)...))
	require.Equal(t, models.ModeRehearsal, other[0].Mode)
	require.Equal(t, idsOf(all), idsOf(pages(t, b.Lead, "/v1/events", 3)))

	var votes []string
	for _, e := range one {
		if strings.HasPrefix(string(e.Type), "vote.") || e.Type == event.TypeOf(event.MotionMoved{}) {
			votes = append(votes, e.ID)
		}
	}
	require.NotEmpty(t, votes)
	require.Equal(t, votes, idsOf(feed(t, b.Lead, b.Path("/events?type=vote,motion.moved"), "")))
	require.Equal(t, idsOf(one)[10:], idsOf(feed(t, b.Lead, b.Path("/events"), one[9].Cursor)),
		"any cursor is a place to go on")
	_, err := b.Admin.Get(t.Context(), b.Path("/events"), nil)
	requireRefused(t, models.CodeNotFound, err)
	for _, e := range feed(t, b.Admin, "/v1/events", "") {
		require.Empty(t, e.Procurement, "an administrator sees the platform only")
	}
}

func idsOf(items []feedItem) []string {
	ids := []string{}
	for _, e := range items {
		ids = append(ids, e.ID)
	}
	return ids
}

// pages reads the feed with so many events to a page at most.
func pages(t *testing.T, who *apiclient.Client, path string, size int) (all []feedItem) {
	t.Helper()
	for after := ""; ; {
		var page feedPage
		_, err := who.Get(t.Context(), path+"?limit="+strconv.Itoa(size)+"&after="+after, &page)
		require.NoError(t, err)
		require.LessOrEqual(t, len(page.Items), size)
		if len(page.Items) == 0 {
			return all
		}
		all, after = append(all, page.Items...), page.NextCursor
	}
}

func TestWhoWaitsForTheFeedIsWokenByAnEvent(t *testing.T) {
	t.Parallel()
	b := setup(t, options{})
	b.settleLog(t)
	after := now(t, b.Lead)
	type answer struct {
		page feedPage
		err  error
	}
	answers := make(chan answer, 2)
	for _, who := range []*apiclient.Client{b.Lead, b.Buyers[1].Board} {
		go func() {
			var a answer
			_, a.err = who.Get(t.Context(), "/v1/events?wait=30&type=procurement.changed&after="+url.QueryEscape(after),
				&a.page)
			answers <- a
		}()
	}
	second := bundle{Rig: b.Rig, Consortium: b.another(t, models.ModeLive), database: b.database}
	second.settleLog(t)
	select {
	case <-answers:
		require.Fail(t, "what happened is of another type")
	default:
	}
	b.change(t, 1)
	woken := time.Now()
	for range 2 {
		a := <-answers
		require.NoError(t, a.err)
		require.Len(t, a.page.Items, 1)
		require.Equal(t, event.TypeOf(event.ProcurementChanged{}), a.page.Items[0].Type)
	}
	require.Less(t, time.Since(woken), 20*time.Second, "it does not wait for its timeout")
}

func TestWhoWaitsForNothingGetsAnEmptyAnswerInTime(t *testing.T) {
	t.Parallel()
	b := setup(t, options{})
	b.settleLog(t)
	var page feedPage
	began := time.Now()
	_, err := b.Lead.Get(t.Context(), b.Path("/events?wait=1&after=now"), &page)
	require.NoError(t, err)
	require.GreaterOrEqual(t, time.Since(began), time.Second)
	require.Empty(t, page.Items)
	b.change(t, 1)
	b.settleLog(t)
	require.Len(t, feed(t, b.Lead, b.Path("/events"), page.NextCursor), 1, "the cursor of an empty answer goes on")
}

type publicKey struct {
	Use      string `json:"use"`
	Verifier string `json:"verifier"`
}

// checkpointKey is the key that verifies checkpoints and exports, as anybody gets it.
func (b *bundle) checkpointKey(t *testing.T) string {
	t.Helper()
	return b.keyFor(t, "checkpoints")
}

// receiptKey is the key that verifies receipts.
func (b *bundle) receiptKey(t *testing.T) string {
	t.Helper()
	return b.keyFor(t, "receipts")
}

func (b *bundle) keyFor(t *testing.T, use string) string {
	t.Helper()
	var keys struct {
		Items []publicKey `json:"items"`
	}
	_, err := b.Anonymous.Get(t.Context(), "/v1/keys", &keys)
	require.NoError(t, err)
	for _, k := range keys.Items {
		if k.Use == use {
			return k.Verifier
		}
	}
	require.Fail(t, "no key of "+use)
	return ""
}

func (b *bundle) export(t *testing.T, who *apiclient.Client) (content []byte, header http.Header) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, who.Base+b.Path("/events?export=1"), nil)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+who.Key)
	response, err := who.HTTP.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	content, err = io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, "%s", content)
	return content, response.Header
}

func TestAnExportIsVerifiedOfflineWithThePublicKey(t *testing.T) {
	t.Parallel()
	b := setup(t, options{})
	b.act(t, b.Lead, models.VerbStart, nil)
	b.writeNeeds(t)
	b.approve(t, models.PhaseNeeds)
	b.settleLog(t)
	known := audit.Options{VerifierKeys: []string{b.checkpointKey(t)}}
	content, header := b.export(t, b.Lead)
	require.Empty(t, header.Get("Ppi-Export-Cut"))
	report, err := audit.VerifyExport(bytes.NewReader(content), known)
	require.NoError(t, err)
	require.True(t, report.Valid, "%+v", report.Fault)
	require.EqualValues(t, b.Procurement, report.Procurement)
	items := feed(t, b.Lead, b.Path("/events"), "")
	require.EqualValues(t, len(items), report.Events)
	for _, e := range items {
		require.True(t, bytes.Contains(content, []byte(e.ID)))
	}
	forged := bytes.Replace(content, []byte(`"choice":"approve"`), []byte(`"choice":"abstain"`), 1)
	require.NotEqual(t, content, forged)
	report, err = audit.VerifyExport(bytes.NewReader(forged), known)
	require.NoError(t, err)
	require.False(t, report.Valid)
	_, err = b.Drafter.Get(t.Context(), b.Path("/events?export=1"), nil)
	requireRefused(t, models.CodeForbidden, err)
}

func TestTheLatestCheckpointIsSignedForEverybody(t *testing.T) {
	t.Parallel()
	b := setup(t, options{})
	b.settleLog(t)
	_, err := b.Anonymous.Get(t.Context(), "/v1/checkpoints/latest", nil)
	requireRefused(t, models.CodeNotFound, err)
	b.maintain(t, process.WorkflowCheckpoint, nil)
	var shown struct {
		Size int64  `json:"size"`
		Note string `json:"note"`
	}
	_, err = b.Anonymous.Get(t.Context(), "/v1/checkpoints/latest", &shown)
	require.NoError(t, err)
	verifiers, err := audit.Verifiers(b.checkpointKey(t))
	require.NoError(t, err)
	signed, err := audit.OpenCheckpoint([]byte(shown.Note), verifiers)
	require.NoError(t, err)
	require.Equal(t, shown.Size, signed.Size)
	require.Positive(t, signed.Size)
}

// maintain has the worker run what a schedule starts.
func (b *bundle) maintain(t *testing.T, workflow string, out any) {
	t.Helper()
	run, err := b.Service.ExecuteWorkflow(t.Context(),
		client.StartWorkflowOptions{ID: b.TaskQueue() + "/" + workflow, TaskQueue: b.TaskQueue()}, workflow)
	require.NoError(t, err)
	require.NoError(t, run.Get(t.Context(), out))
}
