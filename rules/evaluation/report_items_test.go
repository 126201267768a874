package evaluation

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// item is one item of the report on the desk.
func (d *desk) item(code string) ReportItem {
	d.Helper()
	r, err := ComposeReport(d.Dossier)
	require.NoError(d, err)
	i := slices.IndexFunc(r.Items, func(x ReportItem) bool { return x.Code == code })
	require.GreaterOrEqual(d, i, 0, code)
	return r.Items[i]
}

func keys(item ReportItem) []string {
	all := []string{}
	for _, s := range item.Statements {
		all = append(all, s.Key)
	}
	return all
}

// Directive 2014/24/EU, Article 84(1)(a) to (i): each item, from the record alone.
func TestTheReportHasEachItemFromTheRecord(t *testing.T) {
	t.Parallel()
	d := newConclusion(t)
	lead := d.Organisations["org_a"]
	lead.Address = &models.Address{Street: "1 Quay", Town: "Nantes"}
	d.Organisations["org_a"] = lead
	d.conclude("30.00")
	d.write(models.EntryMarketContact, "", "", models.MarketContact{
		Operator: "Adviser", Involvement: models.InvolvementAdvised, Measures: "all told",
	})
	d.write(models.EntryLotsDecision, "", "", models.LotsDecision{Reasons: models.Text{"en": "One system"}})
	d.write(models.EntryReview, string(d.lot), "", models.Review{Lot: d.lot, Body: "Court", LodgedOn: "2026-03-05"})
	told, err := json.Marshal(Letter{EndReason: "Nobody came."})
	require.NoError(t, err)
	d.Tendering.Letters = []models.Letter{{
		TenderID: "tnd_x", LotID: d.Tendering.Lots[2].ID, Kind: models.LetterNonAward, Content: told, Digest: "abc",
	}}
	d.Tendering.Notices = []models.Notice{{ID: "ntc_1", Kind: models.NoticeContract, Digest: "def", DispatchedAt: now}}
	for code, expected := range map[string][]string{
		"authority":      {"lead", "address", "buyer", "no_address", "subject", "contract"},
		"selection":      {"admitted", "admitted"},
		"rejection":      {"excluded"},
		"low_prices":     {"price_explained"},
		"award":          {"awarded"},
		"subcontracting": {},
		"procedure":      {"procedure"},
		"publication":    {"published"},
		"no_award":       {"ended"},
		"means":          {"electronic"},
		"conflicts":      {},
		"involvement":    {models.InvolvementAdvised},
		"lots":           {"not_divided"},
		"reviews":        {"review"},
		"remarks":        {},
	} {
		require.Equal(t, expected, keys(d.item(code)), code)
	}
	awarded := d.item("award").Statements[0]
	require.Equal(t, []string{"lot", "1", "name", "Supplier of 30.00", "rank", "1", "total", "82.00"}, awarded.Fill)
	require.Equal(t, d.Tendering.Awards[d.lot].Ranking, awarded.Evidence[0].Digest)
	require.Contains(t, d.item("no_award").Statements[0].Fill, "Nobody came.")
	require.Equal(t, "abc", d.item("no_award").Statements[0].Evidence[0].Digest)
	rejected := d.item("rejection").Statements[0]
	require.Equal(t, models.Text{"en": "No."}, rejected.Text)
	require.NotEmpty(t, rejected.Evidence[0].Digest)
	require.Equal(t, models.EntryAdmission, rejected.Evidence[0].Kind)
}

// What people wrote into the report stands beside what the record says, with their entry as evidence.
func TestTheReportHasWhatPeopleWrote(t *testing.T) {
	t.Parallel()
	d := newConclusion(t)
	id := d.write(models.EntryIndividualReport, "", d.evaluators[0], models.IndividualReport{
		Subject: models.Text{"en": "Nodes"}, Procedure: models.Text{"en": "Open"}, Conflicts: models.Text{"en": "None"},
		Subcontracting: models.Text{"en": "A tenth"},
	})
	for code, text := range map[string]string{
		"authority": "Nodes", "procedure": "Open", "conflicts": "None", "subcontracting": "A tenth",
	} {
		statements := d.item(code).Statements
		written := slices.IndexFunc(statements, func(s Statement) bool { return s.Key == "written" })
		require.GreaterOrEqual(t, written, 0, code)
		require.Equal(t, text, statements[written].Text["en"])
		require.Equal(t, id, statements[written].Evidence[0].ID)
		require.Equal(t, "Lead", statements[written].Evidence[0].For, "for whom the author acted")
	}
}

// Nothing is said to be so because nothing is on record: while a lot is not decided, something can still come.
func TestWhatIsNotDecidedIsNotReportedAsAbsent(t *testing.T) {
	t.Parallel()
	d := newDesk(t, models.ConsensusChair, offer{"100.00", "8"}, offer{"80.00", "7"})
	for _, code := range []string{"rejection", "low_prices", "award", "no_award"} {
		require.Empty(t, d.item(code).Statements, code)
	}
	d.award(d.tenders[1].ID)
	require.Equal(t, []string{"none_rejected"}, keys(d.item("rejection")))
	require.Equal(t, []string{"none_low"}, keys(d.item("low_prices")))
	require.Equal(t, []string{"all_awarded"}, keys(d.item("no_award")))
}

func TestAConflictIsReportedWithoutItsWords(t *testing.T) {
	t.Parallel()
	d := newConclusion(t)
	d.write(models.EntryConflictDeclaration, "", d.evaluators[0],
		models.ConflictDeclaration{Lot: d.lot, Conflict: true, Statement: "my brother owns it"})
	d.write(models.EntryInterestDeclaration, "", d.evaluators[1],
		models.InterestDeclaration{Person: d.evaluators[1], Conflict: true, Statement: "a share"})
	item := d.item("conflicts")
	require.Equal(t, []string{"interest", "conflict"}, keys(item))
	content, err := json.Marshal(item)
	require.NoError(t, err)
	require.NotContains(t, string(content), "brother")
	require.NotContains(t, string(content), "share")
	require.Contains(t, string(content), string(d.evaluators[0]))
}

func TestTheReportIsAsOfTheLastThingThatWasWritten(t *testing.T) {
	t.Parallel()
	d := newConclusion(t)
	before, err := ComposeReport(d.Dossier)
	require.NoError(t, err)
	d.Now = d.Now.AddDate(0, 0, 3)
	after, err := ComposeReport(d.Dossier)
	require.NoError(t, err)
	require.Equal(t, before, after, "time alone changes nothing")
}
