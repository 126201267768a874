package e2e

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A question is what somebody sees of one.
type question struct {
	ID           models.ID `json:"id"`
	Number       int       `json:"number"`
	Text         string    `json:"text"`
	Reference    string    `json:"reference"`
	SetAside     string    `json:"set_aside"`
	Organisation string    `json:"organisation_id"`
}

func (b *bundle) questions(t *testing.T, who *apiclient.Client) []question {
	t.Helper()
	var list struct {
		Items []question `json:"items"`
	}
	b.get(t, who, "/questions", &list)
	return list.Items
}

func (b *bundle) inquire(t *testing.T, who *apiclient.Client, text string) question {
	t.Helper()
	var asked question
	_, err := who.Post(t.Context(), b.Path("/questions"), map[string]any{"language": "en", "text": text}, &asked)
	require.NoError(t, err)
	return asked
}

// alter sends a change on any version.
func (b *bundle) alter(t *testing.T, who *apiclient.Client, method, path string, in any) error {
	t.Helper()
	_, err := who.Do(t.Context(), apiclient.Request{Method: method, Path: b.Path(path), In: in, IfMatch: "*"})
	return err
}

func (b *bundle) draftAnswer(t *testing.T, id models.ID, answer string) {
	t.Helper()
	require.NoError(t, b.alter(t, b.Drafter, http.MethodPut, "/questions/"+string(id)+"/answer", map[string]any{
		"asks": models.Text{"en": "May nodes be cooled by water?"}, "answer": models.Text{"en": answer},
	}))
}

func answering(ids ...models.ID) map[string]any { return map[string]any{"questions": ids} }

// Irregularity ncompl-com: what one supplier asks is answered to all, at once, and tells nobody who asked.
func TestAQuestionIsAnsweredToAllAndTellsNobodyWhoAsked(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.published(t)
	one, two := p.newSupplier(t, "1", "1"), p.newSupplier(t, "2", "1")
	_, err := one.Post(t.Context(), b.Path("/questions"),
		map[string]any{"language": "en", "text": "We, supplier of 1, ask whether water may be used."}, nil)
	requireRefused(t, models.CodeNamesAsker, err)
	first := b.inquire(t, one.Client, "May we cool by water?")
	second := b.inquire(t, one.Client, "Is Monday a working day?")
	other := b.inquire(t, two.Client, "Which voltage?")
	require.Equal(t, []int{1, 2, 1}, []int{first.Number, second.Number, other.Number},
		"nobody can count from the own number how many others ask")
	require.Len(t, b.questions(t, one.Client), 2)
	_, err = two.Get(t.Context(), b.Path("/questions/"+string(first.ID)), nil)
	requireRefused(t, models.CodeNotFound, err)
	for _, q := range b.questions(t, b.Lead) {
		require.Zero(t, q.Number)
		require.Empty(t, q.Organisation)
	}
	var tasks struct {
		Items []struct {
			Kind string     `json:"kind"`
			Done *time.Time `json:"done_at"`
		} `json:"items"`
	}
	b.get(t, b.Lead, "/tasks", &tasks)
	require.Equal(t, models.TaskQuestions, tasks.Items[0].Kind)

	b.refused(t, models.CodeAnswerMissing, b.Lead, models.VerbPublishAnswers, answering(first.ID))
	b.draftAnswer(t, first.ID, "Yes, by water of 20 degrees.")
	require.Empty(t, b.questions(t, one.Client)[0].Reference, "a draft is the buyers'")
	result := b.act(t, b.Lead, models.VerbPublishAnswers, answering(first.ID))
	b.refused(t, models.CodeQuestionClosed, b.Lead, models.VerbPublishAnswers, answering(first.ID))
	require.Equal(t, []any{b.questions(t, one.Client)[0].Reference}, result["references"])
	require.NoError(t, b.alter(t, b.Lead, http.MethodPost, "/questions/"+string(second.ID)+"/actions/set_aside",
		map[string]any{"reason": "It means nothing for a tender."}))
	require.Equal(t, "It means nothing for a tender.", b.questions(t, one.Client)[1].SetAside)

	logged := 0
	for _, d := range b.pack(t) {
		content, _ := b.read(t, d.At)
		require.NotContains(t, content, "Supplier of 1")
		if d.Filename == "questions.en.html" || d.Filename == "questions.json" {
			logged++
			require.Contains(t, content, "Yes, by water of 20 degrees.")
			require.NotContains(t, content, "May we cool by water?", "as the buyers put it, not as it was asked")
		}
	}
	require.Equal(t, 2, logged)
	require.Equal(t, 1, b.countEvents(t, event.AnswersPublished{}))
}

// Irregularities noex-addinfo and noex-timl: the deadline moves because the law says that it shall, and the public is
// told (npub-limit).
func TestAQuestionThatIsNotAnsweredInTimeLengthensTheDeadline(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.published(t)
	asker := p.newSupplier(t, "1", "1")
	asked := b.inquire(t, asker.Client, "May we cool by water?")
	before := b.deadline(t, p.lot)
	b.advance(t, before.AddDate(0, 0, -5))
	after := b.deadline(t, p.lot)
	require.False(t, after.Before(before.AddDate(0, 0, 7)), "%s is not later than %s", after, before)
	var notices struct {
		Items []struct {
			Kind    models.NoticeKind `json:"kind"`
			Content struct {
				From     time.Time `json:"from"`
				Deadline time.Time `json:"deadline"`
				Reason   string    `json:"reason"`
			} `json:"content"`
		} `json:"items"`
	}
	b.get(t, b.Admin.As(""), "/tender-pack/notices", &notices)
	change := notices.Items[len(notices.Items)-1]
	require.Equal(t, models.NoticeChange, change.Kind)
	require.Equal(t, before, change.Content.From)
	require.Equal(t, after, change.Content.Deadline)
	require.Contains(t, change.Content.Reason, "Article 47(3)(a)")

	b.draftAnswer(t, asked.ID, "Yes.")
	b.act(t, b.Lead, models.VerbPublishAnswers, answering(asked.ID))
	b.advance(t, after.AddDate(0, 0, -1))
	require.Equal(t, after, b.deadline(t, p.lot), "answered in time, the deadline stands")
	_, err := asker.Post(t.Context(), b.Path("/questions"), map[string]any{"language": "en", "text": "And oil?"}, nil)
	requireRefused(t, models.CodeQuestionsClosed, err)
}

func (b *bundle) deadline(t *testing.T, lot models.ID) time.Time {
	t.Helper()
	var view struct {
		Deadline struct {
			At time.Time `json:"at"`
		} `json:"deadline"`
	}
	b.get(t, b.Lead, "/lots/"+string(lot), &view)
	return view.Deadline.At
}

// Irregularity insuf-timl: time that suppliers lost is given back, with what proves the loss, and no more than that.
func TestAnOutageGivesAllOpenLotsTheirTimeBack(t *testing.T) {
	t.Parallel()
	b := inTender(t)
	p := b.published(t)
	before := b.deadline(t, p.lot)
	b.advance(t, before.Add(-time.Hour))
	proof := []byte("The platform could not be reached.")
	b.post(t, b.Lead, "/documents", map[string]any{
		"title": models.Text{"en": "Outage"}, "audience": models.AudienceTenderers,
		"upload":      p.upload(t, b.Lead, proof, models.PurposeDocument),
		"significant": false, "reason": "It shows that the platform could not be reached.",
	})
	now := b.now(t)
	outage := map[string]any{
		"from": now.Add(-2 * time.Hour), "until": now.Add(-time.Hour), "reason": "Power was lost.",
		"document": rig.Digest([]byte("another")),
	}
	b.refused(t, models.CodeDocumentUnknown, b.Lead, models.VerbExtendForOutage, outage)
	outage["document"] = rig.Digest(proof)
	outage["until"] = now.Add(time.Hour)
	b.refused(t, models.CodeInvalidValue, b.Lead, models.VerbExtendForOutage, outage)
	outage["until"] = now.Add(-time.Hour)
	b.act(t, b.Lead, models.VerbExtendForOutage, outage)
	require.Equal(t, before.Add(time.Hour), b.deadline(t, p.lot))
	b.refused(t, models.CodeInvalidValue, b.Lead, models.VerbExtendForOutage, outage)
	b.advance(t, before.Add(2*time.Hour))
	b.refused(t, models.CodeLotNotOpen, b.Lead, models.VerbExtendForOutage, outage)
}
