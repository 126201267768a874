package specification

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ppi-engine/ppi/models"
)

// A file is the dossier of two buyers with a need each and a common need.
type file struct {
	*testing.T
	models.Dossier

	french, spanish, common models.ID
}

func newFile(t *testing.T) *file {
	t.Helper()
	f := &file{T: t, Dossier: models.Dossier{
		Procurement:   models.Procurement{ID: models.NewID(models.PrefixProcurement), Languages: []string{"en"}},
		Organisations: map[models.ID]models.Organisation{},
		Now:           time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
	}}
	for _, name := range []string{"FR", "ES"} {
		id := models.ID("org_" + name)
		f.Members = append(f.Members, models.Member{OrganisationID: id, Kind: models.MemberBuyer, Lead: name == "FR"})
		f.Organisations[id] = models.Organisation{ID: id, LegalName: "Buyer " + name}
	}
	need := func(buyer, says string) models.ID {
		return f.write(models.EntryNeedsStatement, models.PhaseNeeds, models.ID(buyer), models.NeedsStatement{
			Outcome: models.Outcome{Outcome: models.Text{"en": says}},
		})
	}
	f.french, f.spanish = need("org_FR", "Less energy"), need("org_ES", "Less noise")
	f.common = f.write(models.EntryCommonNeed, models.PhaseNeeds, "", models.CommonNeed{
		Outcome:    models.Outcome{Outcome: models.Text{"en": "Less of both"}},
		Statements: []models.ID{f.french, f.spanish},
	})
	return f
}

func (f *file) write(kind models.EntryKind, phase models.Phase, buyer models.ID, content any) models.ID {
	f.Helper()
	body, digest, err := models.Canonical(content)
	require.NoError(f, err)
	e := models.Entry{
		ID: models.NewID(models.PrefixEntry), Kind: kind, Phase: phase, OrganisationID: buyer, Version: 1, Body: body,
		Digest: digest,
	}
	if s, ok := content.(interface{ Subject() string }); ok {
		e.Subject = s.Subject()
	}
	f.Entries = append(f.Entries, e)
	return e.ID
}

// requires writes a minimum requirement of the common need, changed.
func (f *file) requires(code string, change func(*models.Requirement)) models.ID {
	f.Helper()
	r := models.Requirement{
		Code: code, Statement: models.Text{"en": code + " is kept."}, Type: "performance", Priority: "must",
		Use:          "minimum",
		Minimum:      models.Text{"en": "30 kWh"},
		Verification: models.Verification{Method: "test", How: models.Text{"en": "Read the meter."}},
		Traces:       []models.ID{f.common},
	}
	if change != nil {
		change(&r)
	}
	return f.write(models.EntryRequirement, models.PhaseSpecification, "", r)
}

func scored(r *models.Requirement) { r.Priority, r.Use = "should", models.UseAward }

// said lists codes of warnings.
func said(all []models.Warning) []string {
	codes := []string{}
	for _, w := range all {
		codes = append(codes, string(w.Code))
	}
	return codes
}

func TestASpecificationIsFollowedFromNeedToTestAndBack(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	lot := models.ID("lot_1")
	f.Tendering.Lots = []models.Lot{{ID: lot, Number: 1}}
	first := f.requires("R-001", nil)
	f.requires("R-002", func(r *models.Requirement) {
		scored(r)
		r.Traces = []models.ID{f.spanish}
	})
	f.write(models.EntryAwardCriteria, models.PhaseTender, "", models.AwardCriteria{
		Lot: lot, Criteria: []models.AwardCriterion{{ID: "noise", Requirements: []string{"R-002"}}},
	})
	f.write(models.EntryConformancePlan, models.PhaseSpecification, "", models.ConformancePlan{
		Tests: []models.ConformanceTest{{ID: "meter", Requirements: []string{"R-001"}}},
	})
	f.write(models.EntrySpecificationComment, models.PhaseSpecification, "",
		models.SpecificationComment{Entry: first, Version: 1, Text: "Why 30?"})
	trace := TraceOf(f.Dossier)
	require.Empty(t, trace.Orphans)
	require.Len(t, trace.Needs, 3)
	require.Equal(t, []string{"R-001", "R-002"}, trace.Needs[0].Requirements, "the common need rests on the statements")
	require.Empty(t, trace.Needs[1].Requirements, "it is served by the common need")
	require.Equal(t, []string{"R-002"}, trace.Needs[2].Requirements)
	require.Equal(t, []string{"meter"}, trace.Requirements[0].Tests)
	require.Len(t, trace.Requirements[0].Remarks, 1)
	require.Equal(t, "noise", trace.Requirements[1].Criteria[0].ID)
}

func TestWhatLeadsNowhereOrComesFromNowhereIsNamed(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	lot := models.ID("lot_1")
	f.Tendering.Lots = []models.Lot{{ID: lot, Number: 1}}
	require.Empty(t, TraceOf(f.Dossier).Orphans, "before the first requirement nothing is missing")
	f.requires("R-001", func(r *models.Requirement) {
		r.Traces, r.Verification = nil, models.Verification{}
	})
	f.requires("R-002", func(r *models.Requirement) {
		scored(r)
		r.Traces = []models.ID{f.french}
		r.Lots = []models.ID{"lot_2"}
	})
	f.write(models.EntryAwardCriteria, models.PhaseTender, "", models.AwardCriteria{
		Lot: lot, Criteria: []models.AwardCriterion{{ID: "noise"}, {ID: "other", Requirements: []string{"R-002"}}},
	})
	f.write(models.EntryConformancePlan, models.PhaseSpecification, "", models.ConformancePlan{
		Tests: []models.ConformanceTest{{ID: "meter", Requirements: []string{"R-009"}}},
	})
	orphans := TraceOf(f.Dossier).Orphans
	require.Equal(t, []string{
		"need_without_requirement", "requirement_without_need", "requirement_without_verification",
		"requirement_without_criterion", "criterion_without_requirement", "test_without_requirement",
	}, said(orphans))
	require.Contains(t, orphans[0].Detail, "no requirement comes from a need of Buyer ES: Less noise")
	for _, o := range orphans {
		require.NotEmpty(t, o.Source)
		require.NotEmpty(t, o.About)
	}
}

// The bad input of the fact sheet, phase 5, that the law does not refuse. What it does refuse is in
// TestBadRequirementsKeepTheGateClosed of rules/gate.
func TestBadRequirementsAreWarnedOf(t *testing.T) {
	t.Parallel()
	bounded := func(least, most string) func(*models.Requirement) {
		return func(r *models.Requirement) {
			r.Measure = &models.Measure{Indicator: "Energy per  job", Unit: "kWh", AtLeast: least, AtMost: most}
		}
	}
	for name, c := range map[string]struct {
		write func(*file)
		want  []string
		says  string
	}{
		"nothing is wrong": {func(f *file) { f.requires("R-001", bounded("1", "30")) }, nil, ""},
		"contradictory limits": {func(f *file) {
			f.requires("R-001", bounded("", "30"))
			f.requires("R-002", func(r *models.Requirement) {
				bounded("30.5", "")(r)
				r.Measure.Indicator = "energy per job"
			})
		}, []string{"limits_contradict"}, "R-002 asks for at least 30.5 kWh and R-001 for at most 30 kWh"},
		"the same number": {func(f *file) {
			f.requires("R-001", bounded("", "30"))
			f.requires("R-002", bounded("30.0", ""))
		}, nil, ""},
		"other units": {func(f *file) {
			f.requires("R-001", bounded("", "30"))
			f.requires("R-002", func(r *models.Requirement) {
				bounded("31", "")(r)
				r.Measure.Unit = "MJ"
			})
		}, nil, ""},
		"limits of different lots": {func(f *file) {
			for i, bound := range []func(*models.Requirement){bounded("", "30"), bounded("31", "")} {
				f.requires(fmt.Sprintf("R-00%d", i), func(r *models.Requirement) {
					bound(r)
					r.Lots = []models.ID{models.ID(fmt.Sprintf("lot_%d", i))}
				})
			}
		}, nil, ""},
		"a performance without level": {func(f *file) {
			f.requires("R-001", func(r *models.Requirement) {
				scored(r)
				r.Minimum = nil
			})
		}, []string{"performance_without_level"}, "R-001 asks for a performance"},
		"needed by one member, binding all": {func(f *file) {
			f.requires("R-001", func(r *models.Requirement) { r.Traces = []models.ID{f.spanish} })
		}, []string{"needed_by_one_buyer"}, "the need of Buyer ES alone"},
		"needed by both": {func(f *file) {
			f.requires("R-001", func(r *models.Requirement) { r.Traces = []models.ID{f.spanish, f.french} })
		}, nil, ""},
		"needed by one member, in a lot of its own": {func(f *file) {
			f.requires("R-001", func(r *models.Requirement) {
				r.Traces, r.Lots = []models.ID{f.spanish}, []models.ID{"lot_1"}
			})
		}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFile(t)
			c.write(f)
			all, err := Warnings(f.Dossier)
			require.NoError(t, err)
			require.ElementsMatch(t, c.want, said(all))
			if len(all) > 0 {
				require.Contains(t, all[0].Detail, c.says)
			}
		})
	}
}

func TestAWeightInARequirementIsWarnedOfInSixLanguages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language, text string
		weighs         bool
	}{
		{"en", "A lower noise level is awarded up to 20 points.", true},
		{"en", "Energy has a weighting of 40 %.", true},
		{"en", "The network has 20 access points.", false},
		{"en", "The weight of the device is at most 20 kg.", false},
		{"de", "Der Geräuschpegel wird mit bis zu 20 Punkten bewertet.", true},
		{"de", "Das Netz hat 20 Zugangspunkte.", false},
		{"fr", "Le bruit est noté sur 20 points.", true},
		{"fr", "La pondération de l'énergie est de 40 %.", true},
		{"fr", "Le réseau a 20 points d'accès.", false},
		{"it", "Il rumore è valutato con 20 punti.", true},
		{"it", "La rete ha 20 punti di accesso.", false},
		{"es", "El ruido se valorará con 20 puntos.", true},
		{"es", "La red tiene 20 puntos de acceso.", false},
		{"tr", "Gürültü düzeyi 20 puan üzerinden DEĞERLENDİRİLİR.", true},
		{"tr", "Enerjinin ağırlığı yüzde 40'tır.", true},
		{"tr", "Ağın 20 erişim noktası vardır.", false},
		{"pl", "20 punktów", false},
	} {
		f := newFile(t)
		f.requires("R-001", func(r *models.Requirement) { r.Statement = models.Text{c.language: c.text} })
		all, err := Warnings(f.Dossier)
		require.NoError(t, err)
		if !c.weighs {
			require.Empty(t, all, c.text)
			continue
		}
		require.Equal(t, []string{"weight_in_requirement"}, said(all), c.text)
	}
}

func TestARequirementThatRepeatsAnAnswerIsWarnedOf(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	f.write(models.EntryQuestionnaire, models.PhaseConsultation, "", models.Questionnaire{Questions: []models.Question{
		{ID: "q", Text: models.Text{"en": "How much energy does the reference job need on your present system?"}},
	}})
	entry := f.requires("R-001", func(r *models.Requirement) {
		r.Statement = models.Text{
			"en": "Each node is cooled by a closed loop of warm WATER-glycol; at 45 degrees.",
			"fr": "Rien.",
		}
	})
	answer := func(id models.ID, text string) models.ConsultationResponse {
		return models.ConsultationResponse{ID: id, Content: models.ResponseContent{
			Answers: []models.ResponseAnswer{{Question: "q", Answer: text}},
		}}
	}
	all := Echoes(f.Dossier, []models.ConsultationResponse{
		answer("rsp_1", "Our design: each node is cooled by a closed loop of warm water\u00adglycol."),
		answer("rsp_2", "In ours each node is cooled by a closed loop of warm water glycol"),
		answer("rsp_3", "Every node is cooled by a closed loop."),
	})
	require.Equal(t, []string{"copied_from_response"}, said(all[:1]))
	require.Equal(t, []models.ID{entry, "rsp_2"}, all[len(all)-1].About)
	for _, w := range all {
		require.NotContains(t, w.Detail, "glycol", "what was answered is not told")
		require.NotEqual(t, models.ID("rsp_3"), w.About[1], "seven words in a row stand in any text")
	}
	f.requires("R-002", func(r *models.Requirement) {
		r.Statement = models.Text{"en": "How much energy does the reference job need on your present system?"}
	})
	quoting := answer("rsp_4", "You ask: How much energy does the reference job need on your present system?")
	require.Empty(t, Echoes(f.Dossier, []models.ConsultationResponse{quoting}), "these are the buyers' own words")
}

func TestTwoVersionsAreComparedPartByPart(t *testing.T) {
	t.Parallel()
	part := func(id, name, digest, body string) Part {
		kind := models.EntryRequirement
		if !strings.HasPrefix(name, "R-") {
			kind = models.EntryGlossary
		}
		return Part{models.Reference{Entry: models.ID(id), Kind: kind, Digest: digest}, name, []byte(body)}
	}
	from := []Part{
		part("a", "R-010", "1",
			`{"code":"R-010","statement":{"en":"It is quiet at night.","fr":"x"},"lots":["p","q"]}`),
		part("b", "R-002", "1", `{"code":"R-002"}`),
		part("g", "glossary", "1", `{"terms":[{"id":"t","term":{"en":"job"}}]}`),
		part("s", "R-001", "1", `{}`),
	}
	to := []Part{
		part("a", "R-010", "2", `{"code":"R-010","statement":{"en":"It is very quiet.","fr":"x"},"lots":["q"]}`),
		part("c", "R-003", "1", `{"code":"R-003"}`),
		part("g", "glossary", "2", `{"terms":[{"id":"t","term":{"en":"run"}}]}`),
		part("s", "R-001", "1", `{}`),
	}
	all, err := Compare(from, to)
	require.NoError(t, err)
	var short []string
	for _, d := range all {
		short = append(short, d.Name+" "+d.Change)
	}
	require.Equal(t, []string{"R-002 removed", "R-003 added", "R-010 changed", "glossary changed"}, short)
	require.Equal(t, []FieldDifference{
		{"/lots", "", "p, q", "q", []Piece{{Removed, "p, "}, {"", "q"}}},
		{"/statement/en", "en", "It is quiet at night.", "It is very quiet.", []Piece{
			{"", "It is "}, {Added, "very "}, {"", "quiet"}, {Removed, " at night"}, {"", "."},
		}},
	}, all[2].Fields)
	require.Equal(t, "/terms/t/term/en", all[3].Fields[0].Field)
	_, err = Compare(from, []Part{part("a", "R-010", "3", "{")})
	require.Error(t, err)
}

func TestADifferenceTellsBothTexts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`([abç]{1,2}[ ,.\n]){0,12}`)
		old, now := text.Draw(t, "old"), text.Draw(t, "new")
		var before, after strings.Builder
		for _, p := range Words(old, now) {
			if p.Change != Added {
				before.WriteString(p.Text)
			}
			if p.Change != Removed {
				after.WriteString(p.Text)
			}
		}
		require.Equal(t, old, before.String())
		require.Equal(t, now, after.String())
	})
	long := strings.Repeat("a ", 3000)
	require.Len(t, Words(long+"x", "y "+strings.Repeat("b ", 3000)), 2, "too long to compare")
}
