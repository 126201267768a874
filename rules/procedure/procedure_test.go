package procedure

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
)

func day(t *testing.T, text string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate("/day", text)
	require.NoError(t, err)
	return d
}

func TestEveryProcedureEndsWithTendersAndItsLimitsAreRulesOfTheCalendar(t *testing.T) {
	t.Parallel()
	today := day(t, "2026-11-29")
	known, err := Known(today)
	require.NoError(t, err)
	require.NotEmpty(t, known)
	pack, err := calendar.PackFor("", today)
	require.NoError(t, err)
	var stating []calendar.Pack // laws that state what the Directive leaves to the buyers
	for _, law := range []string{"PL", "FI"} {
		states, err := calendar.PackFor(law, today)
		require.NoError(t, err)
		stating = append(stating, states)
	}
	for _, p := range known {
		last := p.Stages[len(p.Stages)-1]
		require.Equal(t, models.HandedTender, last.HandsIn, p.Code)
		_, further := p.After(last.Code)
		require.False(t, further, p.Code)
		for _, s := range p.Stages {
			if s.WhereStated {
				states := func(law calendar.Pack) bool { return law.Knows(s.Limit) }
				require.True(t, slices.ContainsFunc(stating, states), p.Code)
			} else if s.Limit != "" {
				_, err := pack.Rule(s.Limit)
				require.NoError(t, err, p.Code)
			}
		}
	}
}

func TestAProcedureIsKnownFromItsFirstDay(t *testing.T) {
	t.Parallel()
	before, err := Known(day(t, "2016-04-17"))
	require.NoError(t, err)
	require.Empty(t, before, "Directive 2014/24/EU, Article 90(1)")
	since, err := Known(day(t, "2016-04-18"))
	require.NoError(t, err)
	require.NotEmpty(t, since)
}

func dossier(t *testing.T, chosen models.ProcedureCode) models.Dossier {
	t.Helper()
	d := models.Dossier{
		Procurement: models.Procurement{Zone: "Europe/Paris"},
		Now:         time.Date(2026, 11, 29, 9, 0, 0, 0, time.UTC),
	}
	if chosen != "" {
		body, _, err := models.Canonical(models.ProcedureChoice{
			Procedure: chosen,
			Reasons:   models.Text{"en": "Because."},
		})
		require.NoError(t, err)
		d.Entries = append(d.Entries, models.Entry{Kind: models.EntryProcedureChoice, Body: body})
	}
	return d
}

func TestItIsTheOpenProcedureUnlessAnotherWasDecidedOn(t *testing.T) {
	t.Parallel()
	p, err := Of(dossier(t, ""))
	require.NoError(t, err)
	require.Equal(t, models.ProcedureOpen, p.Code)
	require.Equal(t, models.StageCode("tender"), p.First().Code)
	require.False(t, p.First().Invited)

	_, err = Of(dossier(t, "lottery"))
	refusal, refused := models.RefusalOf(err)
	require.True(t, refused)
	require.Equal(t, "/procedure", refusal.Field)
	require.Contains(t, refusal.Accepted, "open")
	choice := Choice{models.ProcedureChoice{Procedure: "lottery"}}
	require.Equal(t, err, choice.CheckAgainst(dossier(t, ""), models.Entry{}))
	choice.Procedure = models.ProcedureOpen
	require.NoError(t, choice.CheckAgainst(dossier(t, ""), models.Entry{}))
}

// A description that holds from later on does not change what was begun before.
func TestLotsStayUnderTheProcedureAsItWasWhenTheyWerePublished(t *testing.T) {
	t.Parallel()
	d := dossier(t, "")
	d.Now = time.Date(2016, 4, 17, 9, 0, 0, 0, time.UTC)
	_, err := Of(d)
	require.Error(t, err, "on the day before its first nothing is begun by it")
	opened := models.Box{OpenedAt: d.Now}
	d.Now = d.Now.AddDate(0, 1, 0)
	_, err = Of(d)
	require.NoError(t, err)
	d.Tendering.Lots = []models.Lot{{Boxes: []models.Box{opened}}}
	_, err = Of(d)
	require.Error(t, err, "the lot was published under another")
	d.Tendering.Lots[0].EndedAt = &d.Now
	_, err = Of(d)
	require.NoError(t, err, "it has ended")
}

func TestADescriptionThatMeansNothingIsNotRead(t *testing.T) {
	t.Parallel()
	const whole = `
code: open
name: open procedure
source: Article 27
valid_from: "2016-04-18"
stages:
  - {code: tender, hands_in: tender, source: Article 27}
`
	_, err := read([]byte(whole))
	require.NoError(t, err)
	for name, change := range map[string][2]string{
		"no source":                     {"source: Article 27\nvalid", "valid"},
		"no stage":                      {"  - {code: tender, hands_in: tender, source: Article 27}", "  []"},
		"nothing known is handed in":    {"hands_in: tender", "hands_in: promises"},
		"a first stage by invitation":   {"hands_in: tender,", "hands_in: tender, invited: true, least: 5,"},
		"it ends without tenders":       {"hands_in: tender", "hands_in: request"},
		"a field that nobody knows":     {"name:", "title: x\nname:"},
		"a day that is none":            {"2016-04-18", "2016-02-30"},
		"candidates where all may come": {"hands_in: tender,", "hands_in: tender, least: 5,"},
	} {
		_, err := read([]byte(strings.Replace(whole, change[0], change[1], 1)))
		require.Error(t, err, name)
	}
	_, err = read([]byte(whole + "  - {code: again, hands_in: tender, source: Article 27}\n"))
	require.ErrorContains(t, err, "stage 2 of open", "it says which stage means nothing")
}

func TestAProcedureIsChosenThatFitsTheRoute(t *testing.T) {
	t.Parallel()
	body, _, err := models.Canonical(models.Route{Route: models.RouteInnovationPartnership, Reason: "to be developed"})
	require.NoError(t, err)
	d := models.Dossier{
		Procurement: models.Procurement{Zone: "Europe/Paris"}, Now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
		Entries: []models.Entry{{Kind: models.EntryRoute, Body: body}},
	}
	choice := Choice{models.ProcedureChoice{Procedure: models.ProcedureOpen}}
	r, refused := models.RefusalOf(choice.CheckAgainst(d, models.Entry{}))
	require.True(t, refused)
	require.Equal(t, models.CodeProcedureUnfit, r.Code)
	require.NoError(t, choice.CheckAgainst(d, models.Entry{WithdrawnAt: &d.Now}), "an unfit choice can be withdrawn")
}
