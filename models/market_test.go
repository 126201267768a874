package models_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

func TestAResponseIsReceivedFromTheOpeningUntilBeforeTheClosing(t *testing.T) {
	t.Parallel()
	opens := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	c := models.Consultation{
		OpensAt: opens, ClosesAt: opens.Add(time.Hour), ClosesLocal: "2026-03-02T11:00",
		ClosesZone: "Europe/Paris",
	}
	require.Equal(t, models.CodeConsultationNotOpen, codeOf(t, c.Receives(opens.Add(-time.Microsecond))))
	require.NoError(t, c.Receives(opens))
	require.NoError(t, c.Receives(c.ClosesAt.Add(-time.Microsecond)))
	require.Equal(t, models.CodeConsultationClosed, codeOf(t, c.Receives(c.ClosesAt)))
	c.ClosedAt = &c.ClosesAt
	require.Equal(t, models.CodeConsultationClosed, codeOf(t, c.Receives(opens)),
		"once closed, a clock that steps back opens nothing")
}

func codeOf(t *testing.T, err error) models.Code {
	t.Helper()
	refusal, refused := models.RefusalOf(err)
	require.True(t, refused, "%v", err)
	return refusal.Code
}

func TestAnIntervalIsInDays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"P60D": 60, "60": 60, "366": 366, "P1D": 1, "367": 0, "P2M": 0, "0": 0,
		"P0D": 0, "-5": 0, "": 0, "P60": 0, "60D": 0,
	} {
		require.Equal(t, want, models.EngagementPlan{Interval: models.BulletinInterval(text)}.Days(), text)
	}
}

func TestOnlyAQuestionAnsweredByChoiceHasChoicesAndThenTwoAtLeast(t *testing.T) {
	t.Parallel()
	text := models.Text{"en": "?"}
	for answer, fits := range map[string][]bool{
		models.AnswerText:   {true, false, false},
		models.AnswerChoice: {false, false, true},
	} {
		for n, want := range fits {
			choices := slices.Repeat([]models.Text{text}, n)
			q := models.Question{ID: "stage", Text: text, Answer: answer, Choices: choices}
			err := models.Questionnaire{Questions: []models.Question{q}}.Check()
			require.Equal(t, want, err == nil, "%s with %d choices: %v", answer, n, err)
		}
	}
}

func TestAResponseFitsTheQuestions(t *testing.T) {
	t.Parallel()
	text := models.Text{"en": "?"}
	q := models.Questionnaire{Questions: []models.Question{
		{ID: "energy", Text: text, Answer: models.AnswerNumber, Required: true},
		{ID: "sold", Text: text, Answer: models.AnswerYesNo},
		{ID: "stage", Text: text, Answer: models.AnswerChoice, Choices: []models.Text{text, text}},
	}}
	require.NoError(t, q.Check())
	energy := models.ResponseAnswer{Question: "energy", Answer: "28.5"}
	for name, c := range map[string]struct {
		answers []models.ResponseAnswer
		fits    bool
	}{
		"all answered": {[]models.ResponseAnswer{
			energy,
			{Question: "sold", Answer: "no"},
			{Question: "stage", Answer: "2"},
		}, true},
		"only what is required":   {[]models.ResponseAnswer{energy}, true},
		"a required one left out": {[]models.ResponseAnswer{{Question: "sold", Answer: "no"}}, false},
		"an answer twice":         {[]models.ResponseAnswer{energy, energy}, false},
		"no number":               {[]models.ResponseAnswer{{Question: "energy", Answer: "little"}}, false},
		"neither yes nor no":      {[]models.ResponseAnswer{energy, {Question: "sold", Answer: "maybe"}}, false},
		"no choice":               {[]models.ResponseAnswer{energy, {Question: "stage", Answer: "3"}}, false},
		"what was not asked":      {[]models.ResponseAnswer{energy, {Question: "price", Answer: "7"}}, false},
		"confidential, without why": {[]models.ResponseAnswer{{
			Question: "energy", Answer: "28.5",
			Confidentiality: models.Confidentiality{Confidential: true},
		}}, false},
		"a rationale for what is not": {[]models.ResponseAnswer{{
			Question: "energy", Answer: "28.5",
			Confidentiality: models.Confidentiality{Rationale: "secret"},
		}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := models.ResponseContent{Language: "en", Answers: c.answers}.Check(q)
			require.Equal(t, c.fits, err == nil, "%v", err)
		})
	}
	require.Error(t, models.ResponseContent{Language: "en"}.Check(models.Questionnaire{}), "it says nothing")
}

func TestAConfidentialPassageIsFoundInAReport(t *testing.T) {
	t.Parallel()
	mark := models.Confidentiality{Confidential: true, Rationale: "trade secret"}
	r := models.ResponseContent{
		Answers: []models.ResponseAnswer{
			{
				Question: "means", Answer: "We are fast. Our coolant is sea water from  two hundred metres.",
				Confidentiality: mark,
			},
			{Question: "open", Answer: "Everybody may know this sentence of ours."},
		},
		Remarks: &models.ResponseRemarks{Text: "The factory in Lyon closes in autumn", Confidentiality: mark},
	}
	require.Equal(t, "/answers/means",
		r.Discloses("One says: our Coolant is sea water\nfrom two hundred metres. Well."))
	require.Equal(t, "/remarks", r.Discloses("It seems that the factory in lyon closes in autumn."))
	require.Empty(t, r.Discloses("We are fast. Everybody may know this sentence of ours. Coolants differ."))
}

func TestWordsAreTheSameHoweverTheyAreWritten(t *testing.T) {
	t.Parallel()
	mark := models.Confidentiality{Confidential: true, Rationale: "trade secret"}
	for _, c := range []struct {
		secret, told string
		found        bool
	}{
		{
			"für fünf Geräte beträgt sechzigtausend Euro",
			"Der Preis fu\u0308r fu\u0308nf Gera\u0308te betra\u0308gt sechzigtausend Euro.", true,
		},
		{
			"fu\u0308r fu\u0308nf Gera\u0308te betra\u0308gt sechzigtausend Euro",
			"für fünf Geräte beträgt sechzigtausend Euro", true,
		},
		{
			"für fünf Geräte beträgt sechzigtausend Euro", "für fünf Ge\u00adräte beträgt sechzig\u00adtausend Euro",
			true,
		},
		{
			"für fünf Geräte beträgt sechzigtausend Euro",
			"für\u200b fünf\u00a0Geräte\nBETRÄGT „sechzigtausend\u2060“ Euro", true,
		},
		{"Straße der Einheit", "STRASSE DER EINHEIT", true},
		{"Our roadmap", "As for our roadmap: it is long.", true},
		{"Our roadmap", "Of our roadmaps it says nothing.", false},
		{"Zephyr", "They build on Zephyr.", true},
		{"Zephyr", "They build on zephyrs.", false},
		{"48.000 EUR", "It costs 48 000 EUR.", true},
		{"48 000 EUR", "It costs EUR 48 001.", false},
		{"ＡＢ－１２", "The type AB-12 fits.", true},
		{"yes", "Yes, it can be done.", false},
		{"None.", "None of them can.", false},
		{"2", "There were 2 of them.", false},
		{"n/a", "Not available: n/a.", false},
		{"…", "… and so on.", false},
		{"We are fast. And we are good.", "They say: we are fast.", false},
		{"We are fast. And we are good.", "They say: we are fast, and we are good.", true},
	} {
		r := models.ResponseContent{Answers: []models.ResponseAnswer{{
			Question: "q", Answer: c.secret,
			Confidentiality: mark,
		}}}
		require.Equal(t, c.found, r.Discloses(c.told) != "", "%q in %q", c.secret, c.told)
	}
}

func TestAReportThatIsReleasedLeavesOutWhatIsForTheBuyers(t *testing.T) {
	t.Parallel()
	report := models.ConsultationReport{
		Summary: models.Text{"en": "It can be done"}, Silence: "internal",
		Inputs: []models.InputUse{{Input: models.NewID(models.PrefixResponse), Reason: "internal"}},
	}
	content, _, err := models.Canonical(report.Public())
	require.NoError(t, err)
	require.JSONEq(t, `{"summary":{"en":"It can be done"}}`, string(content))
}

func TestAnInvolvedOperatorNeedsMeasures(t *testing.T) {
	t.Parallel()
	contact := models.MarketContact{
		Operator: "Machines SA", Date: "2026-03-02", With: []models.ID{models.NewID(models.PrefixPerson)},
		Shared: "The schedule", SharedWithAll: "Announced", Involvement: models.InvolvementAdvised,
	}
	require.Equal(t, models.CodeInvalidValue, codeOf(t, contact.Check()))
	contact.Measures = "Everyone got the same papers, and a month more"
	require.NoError(t, contact.Check())
}

func TestEachConclusionPointsToRoutes(t *testing.T) {
	t.Parallel()
	for _, conclusion := range []string{
		models.ConclusionUnmet, models.ConclusionNearMarket,
		models.ConclusionOffTheShelf, models.ConclusionNeedsRD,
	} {
		require.NotEmpty(t, models.RoutesFor(conclusion), conclusion)
	}
	require.Empty(t, models.RoutesFor(models.ConclusionUndetermined), "a report without conclusion points nowhere")
}
