package publication

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// A desk is a procurement in two languages whose one lot is ready to be published.
type desk struct {
	*testing.T
	models.Dossier

	lot models.Lot
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{T: t}
	d.Now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	d.Procurement = models.Procurement{
		ID: models.NewID(models.PrefixProcurement), Mode: models.ModeLive, Zone: "Europe/Paris",
		Title: both("Scanners"), Description: both("For three hospitals"), Languages: []string{"en", "fr"},
	}
	d.Members = []models.Member{{OrganisationID: "org_a", Lead: true}, {OrganisationID: "org_b"}}
	d.Organisations = map[models.ID]models.Organisation{
		"org_a": {ID: "org_a", LegalName: "Ville", Country: "FR"},
		"org_b": {ID: "org_b", LegalName: "Ciudad", Country: "ES"},
	}
	d.lot = models.Lot{
		ID: models.NewID(models.PrefixLot), Number: 1, Title: both("Lot"), DeadlineLocal: "2026-04-15T12:00",
		DeadlineZone: "Europe/Paris",
	}
	d.Tendering.Lots = []models.Lot{d.lot}
	d.write(models.EntryRequirement, models.Requirement{
		Code: "R-001", Statement: both("It computes"), Type: "functional", Priority: "must", Use: models.UseMinimum,
		Minimum: both("Fast"), Verification: models.Verification{Method: "test", How: both("By a run")},
	})
	d.write(models.EntryAwardCriteria, models.AwardCriteria{
		Lot: d.lot.ID, Currency: "EUR", PriceWeight: "100",
		Low: &models.LowPriceMark{Against: "estimate", Percent: "30", Estimate: "987654.00"},
	})
	d.write(models.EntryClauses, models.Clauses{IntellectualProperty: both("Stays"), Confidentiality: both("Kept")})
	d.write(models.EntryGlossary, models.Glossary{Terms: []models.Term{{Term: both("Node"), Meaning: both("Machine")}}})
	return d
}

func both(en string) models.Text { return models.Text{"en": en, "fr": en + " (fr)"} }

func (d *desk) write(kind models.EntryKind, content any) {
	d.Helper()
	body, err := json.Marshal(content)
	require.NoError(d, err)
	subject := ""
	if about, ok := content.(interface{ Subject() string }); ok {
		subject = about.Subject()
	}
	d.Entries = append(d.Entries, models.Entry{
		ID: models.NewID(models.PrefixEntry), Kind: kind, Subject: subject, Body: body, AuthorID: "per_secret",
	})
}

func (d *desk) missing() map[string]models.Code {
	found := map[string]models.Code{}
	for _, r := range Missing(d.Dossier, d.Tendering.Lots) {
		found[r.Field] = r.Code
	}
	return found
}

func TestNothingIsMissingOfACompletePack(t *testing.T) {
	t.Parallel()
	require.Empty(t, newDesk(t).missing())
}

// Irregularity ncompl-cn: a notice of which suppliers cannot read the requirements.
func TestALotOfWhichNothingIsRequiredIsNotPublished(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]models.Requirement{
		"left out of this tender": {Code: "R-002", Use: models.UseNone, Priority: "wont", Statement: both("Later")},
		"of another lot": {
			Code: "R-002", Use: models.UseAward, Priority: "should", Statement: both("There"),
			Lots: []models.ID{"lot_2"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.Entries = nil
			d.write(models.EntryRequirement, c)
			missing := map[string]models.Code{"/lots/1/requirements": models.CodeRequirementsMissing}
			require.Equal(t, missing, d.missing())
			require.Empty(t, Pack(d.Dossier, d.Tendering.Lots, nil, "").Requirements)
		})
	}
}

// Irregularity ncompl-sub: a subject that not every reader can understand.
func TestEveryTextOfThePackIsInEveryLanguage(t *testing.T) {
	t.Parallel()
	english := models.Text{"en": "English only"}
	for field, spoil := range map[string]func(*desk){
		"/title":              func(d *desk) { d.Procurement.Title = english },
		"/description":        func(d *desk) { d.Procurement.Description = english },
		"/lots/1/title":       func(d *desk) { d.Tendering.Lots[0].Title = english },
		"/lots/1/description": func(d *desk) { d.Tendering.Lots[0].Description = english },
		"/requirements/R-002/statement": func(d *desk) {
			d.write(models.EntryRequirement, models.Requirement{
				Code: "R-002", Statement: english, Use: models.UseAward,
			})
		},
		"/requirements/R-002/minimum": func(d *desk) {
			d.write(models.EntryRequirement, models.Requirement{
				Code: "R-002", Statement: both("It"), Minimum: english, Use: models.UseAward,
			})
		},
		"/requirements/R-002/verification/how": func(d *desk) {
			d.write(models.EntryRequirement, models.Requirement{
				Code: "R-002", Statement: both("It"), Verification: models.Verification{Method: "test", How: english},
				Use: models.UseAward,
			})
		},
		"/glossary/terms": func(d *desk) {
			d.write(models.EntryGlossary, models.Glossary{Terms: []models.Term{{Term: both("A"), Meaning: english}}})
		},
		"/specification-clauses/confidentiality": func(d *desk) {
			d.write(models.EntryClauses, models.Clauses{IntellectualProperty: both("A"), Confidentiality: english})
		},
		"/lots-decision/reasons": func(d *desk) {
			d.write(models.EntryLotsDecision, models.LotsDecision{Reasons: english})
		},
		"/conformance-plan/conditions": func(d *desk) {
			d.write(models.EntryConformancePlan, models.ConformancePlan{Conditions: english})
		},
	} {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			spoil(d)
			require.Equal(t, map[string]models.Code{field: models.CodeMissingTranslation}, d.missing())
		})
	}
}

func TestALotNeedsADeadlineAhead(t *testing.T) {
	t.Parallel()
	for deadline, code := range map[string]models.Code{
		"": models.CodeDeadlineMissing, "2026-03-01T12:00": models.CodeDeadlineInPast,
		"2099-03-01T12:00": models.CodeInvalidValue,
	} {
		d := newDesk(t)
		d.Tendering.Lots[0].DeadlineLocal = deadline
		require.Equal(t, map[string]models.Code{"/lots/1/deadline": code}, d.missing())
	}
}

// Whatever else is in the record stays there: estimates, the business case, reasons, names, the consultation.
func TestThePackHoldsNothingThatIsNotPublished(t *testing.T) {
	t.Parallel()
	const secret = "canary"
	d := newDesk(t)
	d.write(models.EntryEstimate, models.Estimate{Value: models.Money{Amount: secret, Currency: "EUR"}})
	d.write(models.EntryBusinessCase, models.BusinessCase{
		Functionality: both(secret), Reasoning: both(secret), Price: models.Money{Amount: secret, Currency: "EUR"},
	})
	d.write(models.EntryProcedureChoice, models.ProcedureChoice{Procedure: models.ProcedureOpen, Reasons: both(secret)})
	d.write(models.EntryLegalCertification, models.LegalCertification{Statement: secret})
	d.write(models.EntryRequirement, models.Requirement{
		Code: "R-003", Statement: both("It lasts"), Use: models.UseAward, Evidence: []models.ID{secret},
		Traces: []models.ID{secret},
	})
	d.write(models.EntryRequirement, models.Requirement{Code: "R-004", Statement: both(secret), Use: models.UseNone})
	written, err := json.Marshal(Pack(d.Dossier, d.Tendering.Lots, nil, ""))
	require.NoError(t, err)
	for _, kept := range []string{secret, "987654", "per_secret"} {
		require.NotContains(t, string(written), kept)
	}
	require.Contains(t, string(written), "It lasts")
}

func TestThePackTellsWhoBuysWhatUntilWhenByWhichLaw(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	p := Pack(d.Dossier, d.Tendering.Lots, nil, "")
	require.Equal(t, []models.PackBuyer{
		{Organisation: "org_a", Name: "Ville", Country: "FR", Lead: true},
		{Organisation: "org_b", Name: "Ciudad", Country: "ES"},
	}, p.Buyers)
	require.Equal(t, "FR", p.Law)
	require.Equal(t, time.Date(2026, 4, 15, 10, 0, 0, 0, time.UTC), p.Lots[0].Deadline)
	require.Equal(t, "2026-04-09", p.Lots[0].AnswersBy, "six days before (Article 53(2))")
	require.Equal(t, models.HandedTender, p.Lots[0].HandsIn)
	require.Equal(t, []int{1}, p.Requirements[0].Lots)

	box := models.Box{HandsIn: models.HandedTender, OpenedAt: d.Now, Deadline: d.Now.Add(24 * time.Hour)}
	d.Tendering.Lots[0].Boxes = []models.Box{box}
	shown := Pack(d.Dossier, d.Tendering.Lots, nil, "").Lots[0]
	require.Equal(t, box.Deadline, shown.Deadline, "once published, that of the box")
}

func TestReasonsForOneLotAreToldOnlyIfThereIsOne(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.write(models.EntryLotsDecision, models.LotsDecision{Divided: true, Reasons: both("Several")})
	require.Empty(t, Pack(d.Dossier, d.Tendering.Lots, nil, "").NotDivided)
	d.write(models.EntryLotsDecision, models.LotsDecision{Reasons: both("One system")})
	require.True(t, strings.HasPrefix(Pack(d.Dossier, d.Tendering.Lots, nil, "").NotDivided["en"], "One system"))
}

// Whatever the contract notice announces is in the pack, too.
func TestThePackHoldsWhatTheNoticeAnnounces(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.write(models.EntryProcedureChoice, models.ProcedureChoice{
		Procedure: "innovation", Reasons: both("New"),
	})
	d.write(models.EntryConduct, models.Conduct{Lot: d.lot.ID, Method: both("By video"), Reduction: true, Remain: 3})
	d.write(models.EntryPartnershipPlan, models.PartnershipPlan{Lot: d.lot.ID, Partners: 2})
	d.write(models.EntryFramework, models.FrameworkTerms{Lot: d.lot.ID, Operators: 4})
	d.write(models.EntryLotLimits, models.LotLimits{MostTendered: 3})
	d.write(models.EntryConformancePlan, models.ConformancePlan{Tested: models.TestedAll})
	d.write(models.EntryPrecedingPCP, models.PrecedingPCP{Reference: "PCP 7"})
	n, p := evaluation.ComposeContractNotice(d.Dossier, d.Tendering.Lots), Pack(d.Dossier, d.Tendering.Lots, nil, "")
	require.NotNil(t, p.Lots[0].Conduct)
	require.Equal(t, n.Lots[0].Conduct, p.Lots[0].Conduct)
	require.NotNil(t, p.Lots[0].Partnership)
	require.Equal(t, n.Lots[0].Partnership, p.Lots[0].Partnership)
	require.Equal(t, 4, p.Lots[0].Framework.Operators)
	require.Equal(t, 3, p.LotLimits.MostTendered)
	require.Equal(t, models.TestedAll, p.Conformance.Tested)
	require.Equal(t, "PCP 7", p.Follows[0].Reference)
}

// The pack lists the uploaded documents, with the address at which everybody reads them, and no rendering of itself.
func TestThePackListsTheUploadedDocuments(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	plan := models.Document{ID: "doc_1", ProcurementID: d.Procurement.ID, Version: 2, Filename: "plan.pdf"}
	given := []models.Document{plan, {ID: "doc_2", Rendering: "tender-pack.en.html"}}
	p := Pack(d.Dossier, d.Tendering.Lots, Uploaded(given), "https://example.org")
	require.Equal(t, []models.PackDocument{plan.InPack("https://example.org")}, p.Documents)
	require.Equal(t, models.PackAt("https://example.org", d.Procurement.ID), p.At)
}

// Whatever a publication refuses is on the list that the preview shows, at once and not one after the other.
func TestAllThatStandsInTheWayOfAPublicationIsNamed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.write(models.EntryLotsDecision, models.LotsDecision{Divided: true, Reasons: both("Several")})
	responses := []models.ConsultationResponse{{ID: "rsp_1", Content: models.ResponseContent{
		Answers: []models.ResponseAnswer{{
			Answer: "It computes", Confidentiality: models.Confidentiality{Confidential: true},
		}},
	}}}
	codes := map[models.Code]bool{}
	for _, r := range Unready(d.Dossier, responses) {
		codes[r.Code] = true
	}
	for _, code := range []models.Code{
		models.CodePhaseNotOpen, models.CodeCapacityOpen, models.CodeSpecificationOpen, models.CodeEngagementStale,
		models.CodeLotsNotAsDecided, models.CodeOpenersMissing, models.CodeConfidential,
	} {
		require.True(t, codes[code], code)
	}
	d.Tendering.Lots[0].Boxes = []models.Box{{OpenedAt: d.Now}}
	first := Unready(d.Dossier, nil)
	require.Equal(t, models.CodePhaseNotOpen, first[0].Code)
	require.Equal(t, models.CodeAlreadyPublished, first[1].Code)
	require.Equal(t, models.CodeLotsMissing, first[2].Code)
}
