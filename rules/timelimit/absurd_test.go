package timelimit_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

// french is an intention under French law whose notice is of 2 March 2026.
func french(change func(*timelimit.Intention)) timelimit.Intention {
	in := timelimit.Intention{
		Setting: timelimit.Setting{Law: "FR", Place: "FR-75", Circumstances: []string{"electronic_submission"}},
		Notice:  "2026-03-02",
	}
	change(&in)
	return in
}

// Reversed orders, years that are a mistake, steps without what they are counted from: each is a violation of its step.
func TestAStepOutOfOrderIsAViolationOfThatStep(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*timelimit.Intention)
		step   string
		code   models.Code
		takes  string
	}{
		"an invitation before the requests are due": {func(in *timelimit.Intention) {
			in.Procedure, in.Invitation = "restricted", "2020-01-01"
		}, "invitation", models.CodeInvalidValue, "2026-04-02 or later"},
		"a final deadline before the talks": {func(in *timelimit.Intention) {
			in.Procedure, in.Final = "comp-dial", "2026-01-01T00:00"
		}, "final", models.CodeInvalidValue, "or later"},
		"letters before the tenders": {func(in *timelimit.Intention) {
			in.Letters = "1990-01-01"
		}, "letters", models.CodeInvalidValue, "2026-04-02 or later"},
		"a contract before the letters": {func(in *timelimit.Intention) {
			in.Letters, in.Contract = "2026-06-01", "1980-01-01"
		}, "contract", models.CodeStandstill, "2026-06-12 or later"},
		"a contract without letters": {func(in *timelimit.Intention) {
			in.Contract = "2026-06-12"
		}, "letters", models.CodeInvalidValue, "the day on which the last letter"},
		"an award notice without letters": {func(in *timelimit.Intention) {
			in.AwardNotice = "2026-06-12"
		}, "letters", models.CodeInvalidValue, "the day on which the last letter"},
		"an award notice before the contract": {func(in *timelimit.Intention) {
			in.Letters, in.Contract, in.AwardNotice = "2026-06-01", "2026-06-12", "1970-01-01"
		}, "award_notice", models.CodeInvalidValue, "2026-06-12 or later"},
		"answers before the notice": {func(in *timelimit.Intention) {
			in.Answers = "2026-02-01"
		}, "answers", models.CodeInvalidValue, "2026-03-02 or later"},
		"answers before the end of questions": {func(in *timelimit.Intention) {
			in.Questions, in.Answers = "2026-03-20", "2026-03-19"
		}, "answers", models.CodeInvalidValue, "2026-03-20 or later"},
		"questions after the answers": {func(in *timelimit.Intention) {
			in.Questions = "2026-03-27"
		}, "questions", models.CodeBelowStatutoryMinimum, "2026-03-26 or earlier"},
		"a planning notice after the notice": {func(in *timelimit.Intention) {
			in.PlanningNotice = "2027-01-01"
		}, "planning_notice", models.CodeShorteningNotAllowed, "from 2025-03-02 to 2026-01-26"},
		"a deadline six years ahead": {func(in *timelimit.Intention) {
			in.Tenders = "2032-03-02T12:00"
		}, "tenders", models.CodeInvalidValue, "an instant up to 2031-03-01"},
		"a deadline in another age": {func(in *timelimit.Intention) {
			in.Tenders = "9999-12-31T12:00"
		}, "tenders", models.CodeInvalidLocalTime, "a year from 1990 to 2199"},
		"an hour that does not exist": {func(in *timelimit.Intention) {
			in.Tenders = "2026-03-29T02:30"
		}, "tenders", models.CodeInvalidLocalTime, "outside the hour that is skipped"},
		"an hour that comes twice": {func(in *timelimit.Intention) {
			in.Tenders = "2026-10-25T02:30"
		}, "tenders", models.CodeInvalidLocalTime, "outside the hour that is repeated"},
		"a zone of the machine": {func(in *timelimit.Intention) {
			in.Tenders, in.Zone = "2026-04-20T12:00", "localtime"
		}, "tenders", models.CodeInvalidLocalTime, "an IANA zone"},
		"the last hour of the last day": {func(in *timelimit.Intention) {
			in.Tenders = "2026-04-01T23:59"
		}, "tenders", models.CodeBelowStatutoryMinimum, "2026-04-02T00:00:00 Europe/Paris or later"},
		"noon of the last day in Paris": {func(in *timelimit.Intention) {
			in.Tenders, in.Zone = "2026-04-02T00:00", "Pacific/Kiritimati"
		}, "tenders", models.CodeBelowStatutoryMinimum, "2026-04-02T00:00:00 Europe/Paris or later"},
		"letters by post in the Netherlands": {func(in *timelimit.Intention) {
			in.Law, in.Place, in.Letters, in.ByPost = "NL", "NL", "2026-06-01", true
		}, "contract", models.CodeInvalidValue, "letters by electronic means"},
	} {
		violation := judged(t, french(c.change))[c.step].Violation
		require.NotNil(t, violation, name)
		require.Equal(t, c.code, violation.Code, "%s: %s", name, violation.Detail)
		require.Contains(t, violation.Accepted, c.takes, name)
		require.NotEmpty(t, violation.Field, name)
	}
}

// What is unlawful is not built upon: no step that opens later is proposed for a day that has passed.
func TestWhatFollowsAnUnlawfulStepIsCountedFromTheFirstLawfulDay(t *testing.T) {
	t.Parallel()
	lines := judged(t, french(func(in *timelimit.Intention) {
		in.Procedure, in.Requests, in.Invitation = "restricted", "2026-03-05T12:00", "2020-01-01"
	}))
	require.Equal(t, "2026-04-02", lines["invitation"].Earliest.String())
	require.Equal(t, "2026-04-28", lines["tenders"].Earliest.String(), "25 days from 2 April")
	late := judged(t, french(func(in *timelimit.Intention) {
		in.Tenders, in.Zone = "2026-04-02T00:00", "Etc/GMT+12"
	}))
	require.Nil(t, late["tenders"].Violation, "noon of 2 April in Paris")
}

func TestAStepThatTheProcedureDoesNotHaveIsRefused(t *testing.T) {
	t.Parallel()
	for field, change := range map[string]func(*timelimit.Intention){
		"/requests":   func(in *timelimit.Intention) { in.Requests = "2026-04-20T12:00" },
		"/invitation": func(in *timelimit.Intention) { in.Invitation = "2026-04-20" },
		"/final":      func(in *timelimit.Intention) { in.Procedure, in.Final = "restricted", "2026-04-20T12:00" },
		"/final_invitation": func(in *timelimit.Intention) {
			in.Procedure, in.FinalInvitation = "restricted", "2026-04-20"
		},
	} {
		_, err := french(change).Judge()
		refusal := requireCode(t, models.CodeInvalidValue, err)
		require.Equal(t, field, refusal.Field)
		require.Contains(t, refusal.Detail, "has no such step")
	}
}

// The United Kingdom publishes the award notice before the contract, and its standstill begins with it.
func TestWhereTheAwardNoticeBeginsTheStandstillItComesBeforeTheContract(t *testing.T) {
	t.Parallel()
	lines := judged(t, timelimit.Intention{
		Setting: timelimit.Setting{Law: "GB", Place: "GB-ENG"}, Notice: "2026-01-05", Letters: "2026-03-02",
		AwardNotice: "2026-03-09", Contract: "2026-03-20",
	})
	require.Nil(t, lines["contract"].Violation)
	require.Equal(t, "2026-03-20", lines["contract"].Earliest.String(), "17 March is a holiday in a part")
}

// An answer within four days needs a procedure that can be accelerated (Directive 2014/24/EU, Article 47(3)(a)).
func TestADialogueIsNotAccelerated(t *testing.T) {
	t.Parallel()
	for procedure, latest := range map[string]string{"open": "2026-06-26", "comp-dial": "2026-06-24"} {
		lines := judged(t, french(func(in *timelimit.Intention) {
			in.Circumstances = []string{"urgency"}
			in.Procedure, in.Tenders = procedure, "2026-06-30T12:00"
			if procedure == "comp-dial" {
				in.Final = "2026-06-30T12:00"
				in.Tenders = "2026-05-30T12:00"
			}
		}))
		require.Equal(t, latest, lines["answers"].Latest.String(), procedure)
	}
}

// Finland sets a time for initial tenders in an innovation partnership, which the Directive leaves to the buyers.
func TestFinlandSetsATimeForTendersInAnInnovationPartnership(t *testing.T) {
	t.Parallel()
	in := timelimit.Intention{
		Setting:   timelimit.Setting{Law: "FI", Place: "FI", Circumstances: []string{"electronic_submission"}},
		Procedure: "innovation", Notice: "2026-03-02", Invitation: "2026-05-04", Tenders: "2026-05-20T12:00",
	}
	require.Equal(t, "2026-05-30", judged(t, in)["tenders"].Earliest.String(), "25 days")
	require.NotNil(t, judged(t, in)["tenders"].Violation)
	in.Law, in.Place = "SE", "SE"
	require.Nil(t, judged(t, in)["tenders"].Violation, "Sweden leaves it to the buyers, too")
}

// Letters by post do not let the standstill begin in the Netherlands: they are not sent so.
func TestLettersByPostAreNotSentWhereTheLawWantsElectronicOnes(t *testing.T) {
	t.Parallel()
	f := newFile(t, "NL", "", "NL")
	_, err := timelimit.CountStandstill(f.Dossier, f.Now, false)
	refusal := requireCode(t, models.CodeInvalidValue, err)
	require.Equal(t, "/means", refusal.Field)
	_, err = timelimit.CountStandstill(f.Dossier, f.Now, true)
	require.NoError(t, err)
}

// Portugal lets the contract wait for what the winner has to give (Código dos Contratos Públicos, artigo 104).
func TestPortugalLetsTheContractWaitForTheDocuments(t *testing.T) {
	t.Parallel()
	f := newFile(t, "PT", "", "PT")
	s, err := timelimit.CountStandstill(f.Dossier, f.Now, true)
	require.NoError(t, err)
	require.Equal(t, []string{models.FactDocumentsInOrder}, s.Awaits)
	text, earliest := s.Told("fr")
	require.Empty(t, earliest)
	require.Contains(t, text, "il faut attendre que l'attributaire ait fourni les documents")
	require.NotContains(t, text, "two articles", "what is doubtful is told in the language of the letter")
}

func TestABareLengthThatCannotBeCountedIsRefusedByItsField(t *testing.T) {
	t.Parallel()
	for _, n := range []int{-1, -3660, 3661, 1 << 40} {
		_, err := timelimit.Period{Setting: timelimit.Setting{Place: "FR"}, N: n, From: "2026-03-02"}.Count()
		require.Equal(t, "/n", requireCode(t, models.CodeInvalidValue, err).Field)
	}
	_, err := timelimit.Period{
		Setting: timelimit.Setting{Place: "FR"}, Rule: "answers", From: "2026-03-02", Procedure: "auction",
	}.Count()
	require.Equal(t, "/procedure", requireCode(t, models.CodeInvalidValue, err).Field)
	_, err = timelimit.Period{
		Setting: timelimit.Setting{Place: "FR", Circumstances: []string{"no_agreement", "agreed_period"}},
		Rule:    "restricted/tenders", From: "2026-03-02",
	}.Count()
	requireCode(t, models.CodeInvalidValue, err)
	many := timelimit.Period{
		Setting: timelimit.Setting{Place: "FR", Circumstances: strings.Fields(strings.Repeat("urgency ", 10000))},
		Rule:    "comp-dial/requests", From: "2026-03-02",
	}
	e, err := many.Count()
	require.NoError(t, err)
	require.Equal(t, []calendar.Circumstance{calendar.Urgency}, e.Without, "said ten thousand times, told once")
}

// Whatever is asked: an answer or a refusal that names a field and what would be taken, and never a time limit that is
// shorter than the Directive's.
func FuzzTimetable(f *testing.F) {
	f.Add("FR", "FR-75", "open", "2026-03-02", "2026-04-02T00:00", "Europe/Paris", "2026-06-01", "2026-06-12",
		"urgency", false)
	f.Add("NL", "NL", "restricted", "2036-12-31", "2199-12-31T23:59", "Etc/GMT+12", "1900-01-01", "9999-01-01",
		"", true)
	f.Add("", "DE-XX", "comp-dial", "2024-02-29", "2024-02-30T25:61", "right/UTC", "0000-00-00", "-1", "works", true)
	f.Add("EU", "BE", "innovation", "1969-12-31", "", "", "", "2026-01-01", "agreed_period", false)
	f.Fuzz(func(t *testing.T, law, place, code, notice, tenders, zone, letters, contract, fact string, byPost bool) {
		in := timelimit.Intention{
			Setting: timelimit.Setting{Law: law, Place: place}, Procedure: code, Notice: notice, Tenders: tenders,
			Zone: zone, Letters: letters, Contract: contract, AwardNotice: contract, Questions: letters,
			Answers: contract, PlanningNotice: letters, ByPost: byPost,
		}
		if fact != "" {
			in.Circumstances = []string{fact, fact}
		}
		lines, err := in.Judge()
		if err != nil {
			requireToldApart(t, err)
			return
		}
		require.NotEmpty(t, lines)
		for _, line := range lines {
			if line.Violation != nil {
				require.NotEmpty(t, line.Violation.Detail, line.Step)
				require.NotEmpty(t, line.Violation.Field, line.Step)
			}
			for _, language := range calendar.Languages() {
				require.NotContains(t, line.Because.In(language), "{", line.Step)
			}
		}
	})
}

func requireToldApart(t *testing.T, err error) {
	t.Helper()
	for _, fault := range models.Faults(err) {
		require.NotEmpty(t, fault.Field, fault.Detail)
		require.NotEmpty(t, fault.Code)
	}
	require.NotEmpty(t, models.Faults(err), "%v", err)
}

// A notice one day later never makes a step lawful earlier, and a step that was proposed is lawful when it is taken.
func TestAProposedTimetableIsLawfulAndALaterNoticeIsNeverFaster(t *testing.T) {
	t.Parallel()
	laws := []string{"AT", "BE", "BG", "CZ", "DE", "ES", "FI", "FR", "IT", "LT", "LU", "NL", "PL", "PT", "SE"}
	rapid.Check(t, func(rt *rapid.T) {
		law := rapid.SampledFrom(laws).Draw(rt, "law")
		day := calendar.NewDate(2021, time.January, 1).AddDays(rapid.IntRange(0, 5000).Draw(rt, "day"))
		in := timelimit.Intention{
			Setting:   timelimit.Setting{Law: law, Place: law, Circumstances: []string{"electronic_submission"}},
			Procedure: rapid.SampledFrom([]string{"open", "restricted"}).Draw(rt, "procedure"), Notice: day.String(),
		}
		lines, err := in.Judge()
		require.NoError(rt, err)
		next := in
		next.Notice = day.AddDays(1).String()
		following, err := next.Judge()
		require.NoError(rt, err)
		require.Len(rt, following, len(lines))
		proposed := in
		for i, line := range lines {
			if line.Violation != nil {
				require.Equal(rt, models.CodeRuleUnknown, line.Violation.Code, line.Violation.Detail)
				return // the law is not known as far as this
			}
			require.False(rt, following[i].Earliest.Before(line.Earliest), "%s of %s", line.Step, law)
			at := line.Earliest.String() + "T00:00"
			switch line.Step {
			case "requests":
				proposed.Requests = at
			case "invitation":
				proposed.Invitation = line.Earliest.String()
			case "tenders":
				proposed.Tenders = at
			}
		}
		taken, err := proposed.Judge()
		require.NoError(rt, err)
		require.Empty(rt, timelimit.Violations(taken))
	})
}
