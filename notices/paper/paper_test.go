package paper

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var at = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

func document(blocks ...Block) Document {
	return Document{
		Language: "en", Title: "A title", Under: []string{"A kind"}, Contents: "Contents", Page: "{page} of {pages}",
		Sections: []Section{{Title: "One", Blocks: blocks, Sections: []Section{{Title: "Below"}}}},
	}
}

func pages(t *testing.T, d Document) int {
	t.Helper()
	printed, err := d.PDF(at)
	require.NoError(t, err)
	return bytes.Count(printed, []byte("/Type /Page\n"))
}

func TestARowThatIsHigherThanAPageGoesOnOnTheNext(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a word that wraps at the end of its line ", 700)
	table := Table{
		Caption: "Words", Head: []string{"Word", "Meaning"}, Rows: [][]string{{"long", long}, {"short", "x"}},
	}
	require.Greater(t, pages(t, document(table)), 2)
	require.Greater(t, pages(t, document(Facts{{"Name", long}})), 2)
	require.Greater(t, pages(t, document(Paragraph(long), List{long})), 2)
	require.Equal(t, 1, pages(t, document(Paragraph("short"))))
}

func TestADocumentSaysItsLanguageAndItsDate(t *testing.T) {
	t.Parallel()
	d := document(Paragraph("x"))
	d.Language = "el"
	printed, err := d.PDF(at)
	require.NoError(t, err)
	require.Contains(t, string(printed), "/Lang (el)")
	require.Contains(t, string(printed), "D:20260301090000")
	page, err := d.HTML()
	require.NoError(t, err)
	require.Contains(t, string(page), `<html lang="el" dir="ltr">`)
}

// The official languages of the Union, and Turkish, Norwegian, Icelandic, Serbian, Macedonian and Ukrainian.
func TestTheFontsHaveTheLettersOfEuropeanLanguages(t *testing.T) {
	t.Parallel()
	const letters = "áčďéěíňóřšťúůýž ąćęłńóśźż ğışçöü äöüß ăâîșț őű āēģīķļņū ėįų ġħċ ðþæøå ñ ÀÈÌÒÙ œ ἀ" +
		"АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЬЮЯ абвгдежзийклмнопрстуфхцчшщъьюя ЂЈЉЊЋЏѓќѕ іїєґ" +
		"ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ άέήίόύώϊϋΐΰς €–—„“”«»•…≤≥×÷"
	d := document(Paragraph(strings.ReplaceAll(letters, "ἀ", "")))
	lacking, err := d.Unprintable()
	require.NoError(t, err)
	require.Empty(t, lacking)
	for _, strange := range []string{"漢", "ا", "ἀ"} { //nolint:gosmopolitan // what the fonts lack
		d := document(Paragraph(strange))
		lacking, err := d.Unprintable()
		require.NoError(t, err)
		require.Equal(t, strange, lacking)
	}
}

func TestLanguagesAreWrittenInTheirDirection(t *testing.T) {
	t.Parallel()
	for tag, direction := range map[string]string{"en": "ltr", "tr": "ltr", "el": "ltr", "ar": "rtl", "he": "rtl"} {
		require.Equal(t, direction, Direction(tag), tag)
	}
}
