package timelimit_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

// publishedFile has one open lot, with a deadline on Wednesday 15 April 2026 at noon in Paris.
func publishedFile(t *testing.T, law string) (*file, models.Lot) {
	t.Helper()
	f := newFile(t, "FR", "", law)
	lot := models.Lot{ID: models.NewID(models.PrefixLot), Number: 1, Boxes: []models.Box{{
		ID: models.NewID(models.PrefixBox), HandsIn: models.HandedTender, OpenedAt: f.Now,
		Deadline:      time.Date(2026, time.April, 15, 10, 0, 0, 0, time.UTC),
		DeadlineLocal: "2026-04-15T12:00", DeadlineZone: "Europe/Paris",
	}}}
	f.Tendering.Lots = []models.Lot{lot}
	return f, lot
}

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	require.NoError(t, err)
	return at
}

func TestQuestionsEndByTheLawOrAsTheBuyersAnnounce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		law    string
		limits models.TimeLimits
		over   string
	}{
		"three days before the last day for answers": {"FR", models.TimeLimits{}, "2026-04-06T22:00:00Z"},
		"in urgency two days later": {"FR", models.TimeLimits{
			Claims: []models.Claim{{Circumstance: models.ClaimUrgency, Reason: "ice"}},
		}, "2026-04-08T22:00:00Z"},
		"as announced":                      {"FR", models.TimeLimits{QuestionDays: 5}, "2026-04-04T22:00:00Z"},
		"fourteen days before the deadline": {"PL", models.TimeLimits{}, "2026-04-01T22:00:00Z"},
		"earlier, as announced":             {"PL", models.TimeLimits{QuestionDays: 14}, "2026-03-26T23:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, lot := publishedFile(t, c.law)
			c.limits.Directive = models.DirectiveClassic
			f.write("", models.EntryTimeLimits, c.limits)
			frame, err := timelimit.Of(f.Dossier)
			require.NoError(t, err)
			over, err := frame.QuestionsOver(lot.Box())
			require.NoError(t, err)
			require.Equal(t, c.over, over.UTC().Format(time.RFC3339))

			f.Now = over.Add(-time.Second)
			require.NoError(t, timelimit.CheckQuestion(f.Dossier, models.TenderQuestion{}))
			f.Now = over
			requireCode(t, models.CodeQuestionsClosed, timelimit.CheckQuestion(f.Dossier, models.TenderQuestion{}))
		})
	}
}

func TestAQuestionIsAboutALotThatIsOpen(t *testing.T) {
	t.Parallel()
	f, lot := publishedFile(t, "FR")
	other := models.NewID(models.PrefixLot)
	requireCode(t, models.CodeQuestionsClosed, timelimit.CheckQuestion(f.Dossier, models.TenderQuestion{LotID: &other}))
	require.NoError(t, timelimit.CheckQuestion(f.Dossier, models.TenderQuestion{LotID: &lot.ID}))
	f.Tendering.Lots[0].EndedAt = &f.Now
	requireCode(t, models.CodeQuestionsClosed, timelimit.CheckQuestion(f.Dossier, models.TenderQuestion{}))
}

// Irregularity noex-addinfo: an answer later than six days before the deadline, and the deadline stays.
func TestAnAnswerThatIsLateNeedsALaterDeadline(t *testing.T) {
	t.Parallel()
	f, lot := publishedFile(t, "FR")
	questions := []models.TenderQuestion{{LotID: &lot.ID}}
	f.Now = instant(t, "2026-04-09T21:59:59Z")
	require.NoError(t, timelimit.CheckAnswersTo(f.Dossier, questions, "/deadlines"))
	f.Now = instant(t, "2026-04-10T10:00:00Z")
	refused := requireCode(t, models.CodeDeadlineNotMoved,
		timelimit.CheckAnswersTo(f.Dossier, questions, "/deadlines"))
	require.Contains(t, refused.Accepted, "2026-04-16T12:00")

	other := models.NewID(models.PrefixLot)
	requireCode(t, models.CodeLotClosed,
		timelimit.CheckAnswersTo(f.Dossier, []models.TenderQuestion{{LotID: &other}}, "/deadlines"))
	require.NoError(t, timelimit.CheckAnswersTo(f.Dossier, nil, "/deadlines"))
}

func TestADeadlineIsMovedToAWorkingDay(t *testing.T) {
	t.Parallel()
	f, lot := publishedFile(t, "FR")
	frame, err := timelimit.Of(f.Dossier)
	require.NoError(t, err)
	for days, local := range map[int]string{
		0: "2026-04-15T12:00", 1: "2026-04-16T12:00", 3: "2026-04-20T12:00", 7: "2026-04-22T12:00",
		16: "2026-05-04T12:00", // 1 May, a holiday, is a Friday
	} {
		moved, err := frame.Later(lot.Box(), days)
		require.NoError(t, err)
		require.Equal(t, local, moved.DeadlineLocal)
		require.Equal(t, local, moved.Deadline.In(time.FixedZone("CEST", 2*60*60)).Format("2006-01-02T15:04"))
	}
}
