package neutrality

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// codesIn lints one text as a part and returns the codes of its findings.
func codesIn(t *testing.T, part Part, language, statement string) []Code {
	t.Helper()
	findings, err := Lint([]Requirement{{ID: "R", Part: part, Statement: map[string]string{language: statement}}})
	require.NoError(t, err)
	codes := []Code{}
	for _, f := range findings {
		codes = append(codes, f.Code)
	}
	return codes
}

// checkExamples reads testdata/examples.yaml and asks of each language that what is to be found is, and that what is to
// be left alone is.
func checkExamples(t *testing.T, part Part, code Code) {
	t.Helper()
	content, err := os.ReadFile("testdata/examples.yaml")
	require.NoError(t, err)
	var all map[string]map[Code]struct{ Found, Left []string }
	require.NoError(t, yaml.Unmarshal(content, &all))
	languages, err := Languages()
	require.NoError(t, err)
	for _, language := range languages {
		examples := all[language][code]
		require.NotEmpty(t, examples.Found, "%s in %s", code, language)
		require.NotEmpty(t, examples.Left, "%s in %s", code, language)
		for _, text := range examples.Found {
			require.Contains(t, codesIn(t, part, language, text), code, "%s: %s", language, text)
		}
		for _, text := range examples.Left {
			require.NotContains(t, codesIn(t, part, language, text), code, "%s: %s", language, text)
		}
	}
}

// Directive 2014/24/EU, Articles 18(1) and 42(2): no preference for what is national, regional or local.
func TestAPreferenceForOnePlaceIsFoundInEachLanguage(t *testing.T) {
	t.Parallel()
	checkExamples(t, PartNeed, CodeLocalPreference)
}

// Directive 2014/24/EU, Articles 63 and 71: tenderers may rely on others and subcontract.
func TestALimitToSubcontractingIsFoundInEachLanguage(t *testing.T) {
	t.Parallel()
	checkExamples(t, PartClause, CodeSubcontracting)
}

// C-532/06 Lianakis: the experience of the firm is for selection; that of the people who perform the contract may be
// scored (Directive 2014/24/EU, Article 67(2)(b)).
func TestWhatATendererIsIsNoAwardCriterion(t *testing.T) {
	t.Parallel()
	checkExamples(t, PartAward, CodeSelection)
}

func TestWhatIsLookedForDependsOnWhatATextIsFor(t *testing.T) {
	t.Parallel()
	const patents, vague, brand = "Patents stay with the contractor.", "User friendly", "As in Nvidia CUDA."
	require.Contains(t, codesIn(t, PartNeed, "en", "The patent is used."), CodeOrigin)
	require.Empty(t, codesIn(t, PartClause, "en", patents), "a clause on intellectual property speaks of patents")
	require.Contains(t, codesIn(t, PartNeed, "en", vague), CodeVague)
	require.Empty(t, codesIn(t, PartAward, "en", vague), "what is scored need not be measured")
	require.Empty(t, codesIn(t, PartNeed, "en", "The experience of users is asked for."), "it is no award criterion")
	for _, part := range []Part{PartNeed, PartAward, PartCriterion, PartClause} {
		require.Contains(t, codesIn(t, part, "en", brand), CodeBrand)
		require.Contains(t, codesIn(t, part, "en", "As in ISO 9001."), CodeStandard)
		require.Contains(t, codesIn(t, part, "da", "Hvad som helst."), CodeLanguage)
	}
	require.Empty(t, Part("poem").looked())
}

func TestWordsThatMeanSomethingTogetherStandInOneSentence(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"subcontracting_limited: At most 30 % of the value may be subcontracted"},
		foundIn(t, PartClause, "At most 30 % of the value may be subcontracted."))
	require.Equal(t, []string{"subcontracting_limited: subcontracted up to"},
		foundIn(t, PartClause, "It may be subcontracted up to a half."))
	require.Empty(t, foundIn(t, PartClause, "It may be subcontracted. Payment takes at most 30 days."))
	require.Empty(t, foundIn(t, PartClause, "It is subcontracted "+strings.Repeat("and so ", 20)+"at most once."))
}

func foundIn(t *testing.T, part Part, statement string) []string {
	t.Helper()
	findings, err := Lint([]Requirement{{ID: "R", Part: part, Statement: map[string]string{"en": statement}}})
	require.NoError(t, err)
	var texts []string
	for _, f := range findings {
		texts = append(texts, string(f.Code)+": "+f.Text)
	}
	return texts
}
