package neutrality

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Each of these is, or could be, the name of a standard; the shortest numbers have two digits.
func TestAStandardIsFoundHoweverItsNumberIsWritten(t *testing.T) {
	t.Parallel()
	for statement, want := range map[string]string{
		"Detectors as in EN 54.":                   "EN 54",
		"Detectors as in EN54.":                    "EN54",
		"Density as in ISO 5-1.":                   "ISO 5-1",
		"Density as in ISO5-1.":                    "ISO5-1",
		"Security as in ETSI TS 103 645.":          "ETSI TS 103 645",
		"Wiring as in NF C 15-100.":                "NF C 15-100",
		"Certificates as in ITU-T X.509.":          "ITU-T X.509",
		"Quality as in DIN EN ISO 9001:2015.":      "DIN EN ISO 9001:2015",
		"Quality as in DIN EN ISO/IEC 17025:2018.": "DIN EN ISO/IEC 17025:2018",
	} {
		require.Equal(t, []string{"standard_without_equivalent: " + want}, found(t, "en", statement), statement)
	}
}

func TestALetterOfAListOrOneDigitMakesNoStandard(t *testing.T) {
	t.Parallel()
	for _, statement := range []string{"Grade ISO5.", "Grade ISO 5.", "Lists ISO A B C 100 of the annex."} {
		require.Empty(t, found(t, "en", statement), statement)
	}
}

// A full stop ends a sentence only before white space: a name may have one in it.
func TestAFullStopInsideANameEndsNoSentence(t *testing.T) {
	t.Parallel()
	require.Empty(t, found(t, "en", "Follows ISO 9001 as in Annex.Two or equivalent."))
	require.NotEmpty(t, found(t, "en", "Follows ISO 9001 as in Annex. Two or equivalent."))
}

func TestAWordKnowsItsSentenceAndWhatStandsBeforeIt(t *testing.T) {
	t.Parallel()
	var sentences []int
	var joined []bool
	for _, w := range split([]rune("  An item. Two-way radio; Or not! Done"), nil) {
		sentences, joined = append(sentences, w.sentence), append(joined, w.joined)
	}
	require.Equal(t, []int{0, 0, 1, 1, 1, 2, 2, 3}, sentences)
	require.Equal(t, []bool{false, true, false, true, true, false, true, false}, joined,
		"nothing stands before the first")
}

func TestAPhraseWithoutAWordIsNotLookedFor(t *testing.T) {
	t.Parallel()
	d := dictionary{}
	d.add(" – ", anyCase)
	require.Empty(t, d)
	d.add("state of the art", anyCase)
	d.add("state", anyCase)
	require.Equal(t, 4, d.longest(split([]rune("State of the art"), nil), "en"), "the longest phrase counts")
	require.Equal(t, 1, d.longest(split([]rune("State of the union"), nil), "en"))
}
