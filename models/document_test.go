package models_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"github.com/ppi-engine/ppi/models"
)

func TestFilenamesAreMadeSafeToShowAndSave(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"offer.pdf":                           "offer.pdf",
		"Angebot für Los 1.pdf":               "Angebot für Los 1.pdf",
		"/etc/passwd":                         "passwd",
		`C:\Users\x\offer.pdf`:                "offer.pdf",
		"../../offer.pdf":                     "offer.pdf",
		"...hidden":                           "hidden",
		"offer.pdf. . ":                       "offer.pdf",
		"a<b>:c\"d|e?f*g.pdf":                 "a_b__c_d_e_f_g.pdf",
		"offer\u202Efdp.exe":                  "offerfdp.exe", // shown as offerexe.pdf where the mark is obeyed
		"a\x00b\nc\td.pdf":                    "ab c d.pdf",
		"con":                                 "_con",
		"LPT1.pdf":                            "_LPT1.pdf",
		"console.pdf":                         "console.pdf",
		"COM¹.txt":                            "_COM¹.txt",
		"lpt²":                                "_lpt²",
		"COM⁴.tar.gz":                         "_COM⁴.tar.gz",
		"NUL .pdf":                            "_NUL .pdf",
		"nul\u00A0\u3000.pdf":                 "_nul  .pdf",
		"CON. .pdf":                           "_CON. .pdf",
		"AUX. . ":                             "_AUX",
		"CONIN$":                              "_CONIN$",
		"conout$ .log":                        "_conout$ .log",
		"CLOCK$":                              "_CLOCK$",
		"ＣＯＮ．txt":                             "_ＣＯＮ．txt",
		"ＬＰＴ１":                                "_ＬＰＴ１",
		"C\u00ADO\u200BM\u034F1.txt":          "_COM1.txt",
		"COM10.txt":                           "COM10.txt",
		"NULL.pdf":                            "NULL.pdf",
		"CONIN":                               "CONIN",
		"NUL x.pdf":                           "NUL x.pdf",
		"Angebot fu\u0308r Los 1.pdf":         "Angebot für Los 1.pdf",
		"":                                    "file",
		"///":                                 "file",
		" . . ":                               "file",
		"\u202E\u200B":                        "file",
		strings.Repeat("ä", 300) + ".pdf":     strings.Repeat("ä", 98) + ".pdf",
		"x." + strings.Repeat("y", 300):       "x." + strings.Repeat("y", 198),
		strings.Repeat("x", 199) + " " + ".z": strings.Repeat("x", 198) + ".z",
	} {
		require.Equal(t, want, models.CleanFilename(given), "%q", given)
	}
}

func FuzzCleanFilename(f *testing.F) {
	for _, seed := range []string{
		"offer.pdf", "../x", "con.", "\xff", "a\u202Eb", strings.Repeat("é.", 200), "COM¹ .x",
		"ﾟ．", strings.Repeat("e\u0301", 101), "A\x7f\u0301",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		clean := models.CleanFilename(name)
		require.NotEmpty(t, clean)
		require.True(t, utf8.ValidString(clean))
		require.LessOrEqual(t, len(clean), 201)
		require.NotContains(t, clean, "/")
		require.False(t, strings.HasPrefix(clean, "."))
		require.True(t, norm.NFC.IsNormalString(clean))
		require.Equal(t, clean, models.CleanFilename(clean), "clean is clean")
	})
}

func TestNothingThatBrowsersRunIsServedAsItself(t *testing.T) {
	t.Parallel()
	for _, given := range []string{
		"text/html", "image/svg+xml", "application/xhtml+xml", "text/javascript", "", "TEXT/HTML",
		"text/html; charset=utf-8", "image/svg+xml;x",
		"text/plain, text/html", "text/plain; charset", "text/csv; charset=utf-8; charset=utf-7", "text / csv",
		"text/csv\r\nx: y", ";", "pdf",
	} {
		require.Equal(t, models.MediaTypeBytes, models.SafeMediaType(given), given)
	}
}

func TestMediaTypesAreComparedAsTheStandardSays(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"application/pdf": "application/pdf", "APPLICATION/PDF": "application/pdf",
		" Application/Pdf ":    "application/pdf",
		"application/pdf; x=y": "application/pdf", "application/pdf;": "application/pdf",
		"text/plain; format=flowed": "text/plain",
		"text/csv; charset=utf-8":   "text/csv; charset=utf-8", `Text/CSV ;Charset="UTF-8"`: "text/csv; charset=utf-8",
		"text/csv;charset=ISO-8859-15;header=present": "text/csv; charset=iso-8859-15",
		`text/csv; charset="a\"b"`:                    "text/csv",
		"text/csv; charset*=utf-8''%0d%0a":            "text/csv", "Image/PNG": "image/png",
	} {
		require.Equal(t, want, models.SafeMediaType(given), given)
	}
}

func TestAnUploadIsCutIntoChunks(t *testing.T) {
	t.Parallel()
	for size, last := range map[int64]int{
		1: 1, models.ChunkSize: models.ChunkSize, models.ChunkSize + 1: 1,
		5*models.ChunkSize + 77: 77, 2 << 30: models.ChunkSize,
	} {
		u := models.Upload{Size: size}
		sum := int64(0)
		for n := range u.Chunks() {
			sum += int64(u.ChunkLength(n))
		}
		require.Equal(t, size, sum)
		require.Equal(t, last, u.ChunkLength(u.Chunks()-1))
		require.Zero(t, u.ChunkLength(u.Chunks()))
		require.Zero(t, u.ChunkLength(-1))
	}
}
