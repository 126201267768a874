package pack

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/wording"
)

// sample is a pack with everything that a pack can hold, in every given language.
func sample(languages ...string) models.TenderPack {
	in := func(en string) models.Text {
		t := models.Text{}
		for _, l := range languages {
			t[l] = en + " (" + l + ") çğıİöşü Ελληνικά щъюя <b>&"
		}
		return t
	}
	return models.TenderPack{
		Procurement: "prc_1", Mode: models.ModeRehearsal, Title: in("Scanners"), Description: in("What is bought"),
		Procedure: "restricted procedure", Source: "Directive 2014/24/EU, Article 28", Law: "FR", Directive: "2014/24",
		Languages: languages, NotDivided: in("One system"),
		Review: &models.ReviewBody{
			Name: "Tribunal", Address: models.Address{Street: "1 Court", Town: "Nantes"}, Deadlines: in("Eleven days"),
		},
		Buyers: []models.PackBuyer{
			{
				Organisation: "org_1", Name: "Lead", Country: "FR", Lead: true,
				Address: &models.Address{Street: "1 Quay", Town: "Nantes"},
			},
			{Organisation: "org_2", Name: "Other", Country: "ES"},
		},
		Lots: []models.PackLot{{
			Lot: "lot_1", Number: 1, Title: in("Nodes"), Description: in("Many"), HandsIn: models.HandedRequest,
			Deadline: time.Date(2026, 4, 1, 10, 0, 0, 0, time.UTC), Local: "2026-04-01T12:00", Zone: "Europe/Paris",
			AnswersBy: "2026-03-26",
			Criteria: models.AwardCriteria{
				Lot: "lot_1", Method: "relative_to_lowest", Currency: "EUR", PriceWeight: "40", Digits: 2,
				Rounding: "half_up", TieBreak: []string{"price", "energy"}, Consensus: models.ConsensusChair,
				Low: &models.LowPriceMark{Against: "mean_of_others", Percent: "30"},
				Criteria: []models.AwardCriterion{
					{ID: "energy", Title: in("Energy"), Link: in("Use"), Weight: "60", Max: "10", Minimum: "5"},
				},
			},
			Selection: &models.SelectionCriteria{
				Least: 5, Most: 7, Ties: models.TiesAllInvited, Rule: in("Points by turnover"),
				Criteria: []models.SelectionCriterion{
					{ID: "x", Title: in("Experience"), Requirement: in("Three systems")},
				},
			},
			Conduct: &models.Conduct{
				Method: in("By video"), Reduction: true, Remain: 3, AwardInitial: true, Payments: in("A prize"),
			},
			Partnership: &models.PartnershipPlan{
				Partners: 2, Reduction: true, Stop: true, Conditions: in("If targets are missed"),
				Performance: in("Ten per second"), MaximumCost: models.Money{Amount: "900000.00", Currency: "EUR"},
				Phases: []models.PartnershipPhase{
					{ID: "a", Title: in("Prototype"), Targets: in("It runs"), Months: 6, Payment: in("A third")},
				},
			},
			Framework: &models.FrameworkTerms{
				Operators: 2, Months: 60, Longer: in("Long tests"),
				Estimate: models.Money{Amount: "1.00", Currency: "EUR"},
				Maximum:  models.Money{Amount: "2.00", Currency: "EUR"}, Quantity: "48", Unit: "nodes",
				Buyers: []models.ID{"org_2"}, CallOffs: models.CallOffBoth, How: in("By letter"),
			},
		}},
		Requirements: []models.PackRequirement{{
			Code: "R-001", Statement: in("It computes"), Type: "functional", Use: models.UseMinimum,
			Minimum: in("fast"), Verification: models.Verification{Method: "test", How: in("by a run")}, Lots: []int{1},
		}},
		LotLimits: &models.LotLimits{MostTendered: 3, MostAwarded: 2, Rule: models.LotsByTotal},
		Conformance: &models.ConformancePlan{
			Tested: models.TestedFirst, Conditions: in("In our laboratory"), Tests: []models.ConformanceTest{
				{
					ID: "run", Title: in("A run"), Requirements: []string{"R-001"}, How: in("by us"),
					Passes: in("it ends"),
				},
			},
		},
		Follows: []models.PrecedingPCP{{
			Reference: "PCP 7", EndedOn: "2025-01-31", Results: in("Two prototypes"),
			Contractors: []models.PCPContractor{{Name: "Maker", Country: "FR", Reached: models.PCPPhases()[0]}},
		}},
		Clauses:  []models.Clauses{{IntellectualProperty: in("Stays"), Confidentiality: in("Kept")}},
		Glossary: []models.Term{{Term: in("Node"), Meaning: in("A machine")}},
		Claims:   []models.Claim{{Circumstance: models.ClaimSiteVisit, Reason: "the hall is narrow"}},
		Documents: []models.PackDocument{{
			Document: "doc_1", Version: 2, Title: in("Draft contract"), Filename: "contract.pdf", Size: 12,
			Digest: strings.Repeat("a", 64), At: "https://example.org/contract",
		}},
		At: "https://example.org/pack", PublishedAt: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC),
		Openers: models.PublishedOpeners{Threshold: 2, Openers: 3, Fingerprint: "EMXK-GZPW"},
	}
}

func TestAPackIsRenderedInEachOfItsLanguages(t *testing.T) {
	t.Parallel()
	files, err := Files(sample("en", "tr", "el", "bg"))
	require.NoError(t, err)
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
		require.NotEmpty(t, f.Content)
	}
	require.Equal(t, []string{
		"tender-pack.json", "tender-pack.en.html", "tender-pack.en.pdf", "tender-pack.tr.html", "tender-pack.tr.pdf",
		"tender-pack.el.html", "tender-pack.el.pdf", "tender-pack.bg.html", "tender-pack.bg.pdf",
	}, names)
}

func TestTheSamePackGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	first, err := Files(sample("en", "tr", "el", "bg"))
	require.NoError(t, err)
	for range 5 {
		again, err := Files(sample("en", "tr", "el", "bg"))
		require.NoError(t, err)
		for i, f := range again {
			require.True(t, bytes.Equal(first[i].Content, f.Content), f.Name)
		}
	}
}

// Greek has no fixed words of its own yet, Arabic no font; what cannot be printed is a page all the same.
func TestALanguageWithoutFixedWordsOrFontIsStillPublished(t *testing.T) {
	t.Parallel()
	d, err := Document(sample("el"), "el")
	require.NoError(t, err)
	require.Contains(t, d.Under, "The fixed words of this document are in English, because the program does not have "+
		"them in this language.")
	arabic := sample("ar")
	arabic.Title = models.Text{"ar": "شراء مبتكر"}
	files, err := Files(arabic)
	require.NoError(t, err)
	require.Len(t, files, 2, "no PDF")
	require.Contains(t, string(files[1].Content), `<html lang="ar" dir="rtl">`)
	chinese := sample("zh")
	chinese.Title = models.Text{"zh": "创新采购"} //nolint:gosmopolitan // what the fonts lack
	files, err = Files(chinese)
	require.NoError(t, err)
	require.Len(t, files, 2, "no PDF")
}

func TestEveryLanguageHasAllFixedWords(t *testing.T) {
	t.Parallel()
	all, err := load()
	require.NoError(t, err)
	require.Equal(t, []string{"de", "en", "es", "fr", "it", "tr"}, slices.Sorted(maps.Keys(all)))
	for language, w := range all {
		for name, same := range map[string][2]map[string]string{
			"sections": {all[wording.English].Sections, w.Sections}, "names": {all[wording.English].Names, w.Names},
			"values": {all[wording.English].Values, w.Values},
		} {
			require.ElementsMatch(t, slices.Collect(maps.Keys(same[0])), slices.Collect(maps.Keys(same[1])),
				"%s of %s", name, language)
		}
		require.Len(t, w.How, len(all[wording.English].How), language)
		document, err := Document(sample(language), language)
		require.NoError(t, err)
		page, err := document.HTML()
		require.NoError(t, err)
		require.Contains(t, string(page), "EMXK-GZPW", "suppliers compare it before they seal")
		for _, text := range []string{w.Page, w.Contents, w.Kind, w.Published, w.Rehearsal, w.English} {
			require.NotEmpty(t, text, language)
		}
	}
}

// What the notice announces stands in the pack, in words (Directive 2014/24/EU, Articles 29 to 33 and 46(2)).
func TestWhatTheNoticeAnnouncesStandsInThePack(t *testing.T) {
	t.Parallel()
	all, err := load()
	require.NoError(t, err)
	for language, w := range all {
		document, err := Document(sample(language), language)
		require.NoError(t, err)
		content, err := document.HTML()
		require.NoError(t, err)
		page := html.UnescapeString(string(content))
		for _, announced := range []string{
			"By video", "A prize", w.Values["reduced"], w.Values["award_reserved"], "Prototype", "It runs", "A third",
			"Ten per second", "900000.00 EUR", w.Values["ends_single"], w.Values["ends_all"], "If targets are missed",
			"Long tests", "2.00 EUR", "48 nodes", w.Values["both"], "By letter", w.Values["highest_total"],
			"In our laboratory", "A run", "it ends", w.Values["first_ranked"], "PCP 7", "Maker (FR)", "Two prototypes",
		} {
			require.Contains(t, page, announced, language)
		}
		for _, key := range []string{"talks", "partnership", "framework", "limits", "tests", "follows"} {
			require.Contains(t, page, w.Sections[key], language)
		}
	}
	bare := sample("en")
	bare.LotLimits, bare.Conformance, bare.Follows = nil, nil, nil
	bare.Lots[0].Conduct, bare.Lots[0].Partnership, bare.Lots[0].Framework = nil, nil, nil
	document, err := Document(bare, "en")
	require.NoError(t, err)
	require.Len(t, document.Sections, 9, "where nothing is announced there is no section of it")
}

// Whoever hears the page must find its way: WCAG 2.2, 1.3.1, 2.4.2, 2.4.6, 3.1.1.
func TestThePageCanBeHeard(t *testing.T) {
	t.Parallel()
	files, err := Files(sample("en", "de"))
	require.NoError(t, err)
	for _, f := range files {
		if f.MediaType != MediaHTML {
			continue
		}
		root, err := html.Parse(bytes.NewReader(f.Content))
		require.NoError(t, err)
		level, titles := 0, 0
		for n := range root.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			switch n.Data {
			case "html":
				require.Equal(t, f.Language, attribute(n, "lang"))
			case "h1", "h2", "h3", "h4", "h5", "h6":
				now := int(n.Data[1] - '0')
				require.LessOrEqual(t, now, level+1, "no heading is skipped")
				level = now
				if now == 1 {
					titles++
				}
			case "th":
				require.Contains(t, []string{"col", "row"}, attribute(n, "scope"))
			case "table":
				require.Equal(t, "caption", n.FirstChild.NextSibling.Data)
			case "script", "link", "img", "iframe", "object", "form":
				require.Fail(t, "the page needs nothing else", n.Data)
			}
			for _, a := range n.Attr {
				require.False(t, strings.HasPrefix(a.Key, "on"), a.Key)
			}
		}
		require.Equal(t, 1, titles)
	}
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// What people write is text, never markup.
func TestWhatIsWrittenIsShownAsItIs(t *testing.T) {
	t.Parallel()
	p := sample("en")
	p.Title = models.Text{"en": `<script>alert("x")</script>`}
	files, err := Files(p)
	require.NoError(t, err)
	require.NotContains(t, string(files[1].Content), "<script")
	require.Contains(t, string(files[1].Content), "&lt;script&gt;")
}
