package neutrality

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
)

// found lints one statement and returns code and text of each finding.
func found(t require.TestingT, language, statement string) []string {
	findings, err := Lint([]Requirement{{ID: "R1", Statement: map[string]string{language: statement}}})
	require.NoError(t, err)
	texts := []string{}
	for _, f := range findings {
		require.Equal(t, "R1", f.Requirement)
		require.Equal(t, language, f.Language)
		require.NotEmpty(t, f.Reason)
		require.NotEmpty(t, f.Suggestion)
		require.NotEmpty(t, f.Source)
		require.NotEmpty(t, f.Severity)
		texts = append(texts, string(f.Code)+": "+f.Text)
	}
	return texts
}

func TestANeutralRequirementIsLeftAlone(t *testing.T) {
	t.Parallel()
	for language, statement := range map[string]string{
		"en": "The response time for 95 % of requests is at most 4 hours, measured over a calendar month.",
		"fr": "Le temps de réponse de 95 % des appels est d'au plus 4 heures, mesuré sur un mois calendaire.",
		"de": "Die Antwortzeit beträgt für 95 % der Anfragen höchstens 4 Stunden, gemessen über einen Kalendermonat.",
		"es": "El tiempo de respuesta del 95 % de las solicitudes es de 4 horas como máximo, medido en un mes natural.",
		"it": "Il tempo di risposta del 95 % delle richieste è di 4 ore al massimo, misurato su un mese di calendario.",
		"nl": "De responstijd voor 95 % van de aanvragen is ten hoogste 4 uur, gemeten over een kalendermaand.",
		"pl": "Czas odpowiedzi dla 95 % zgłoszeń wynosi najwyżej 4 godziny, mierzony w miesiącu kalendarzowym.",
		"pt": "O tempo de resposta para 95 % dos pedidos é de 4 horas no máximo, medido num mês de calendário.",
	} {
		require.Empty(t, found(t, language, statement), language)
	}
}

func TestBrandsAreFoundAsWholeWordsInAnyCase(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language, statement string
		want                []string
	}{
		{"en", "Remote meetings take place with Zoom at 1080p.", []string{"brand: Zoom"}},
		{"en", "The nodes have NVIDIA accelerators.", []string{"brand: NVIDIA"}},
		{"en", "The nodes have nvidia accelerators.", []string{"brand: nvidia"}},
		{
			"en", "Mail is read in Microsoft 365 or in Google Workspace.",
			[]string{"brand: Microsoft 365", "brand: Google Workspace"},
		},
		{"en", "Documents open in MICROSOFT\u00a0TEAMS.", []string{"brand: MICROSOFT\u00a0TEAMS"}},
		{"en", "Runs on Hyper‑V hosts.", []string{"brand: Hyper‑V"}}, // with a hyphen that does not break
		{"en", "The nodes have Nvi\u00addia accelerators.", []string{"brand: Nvi\u00addia"}},
		{"fr", "Le système est compatible S/4HANA.", []string{"brand: S/4HANA"}},
		{"de", "Anbindung an das vorhandene SAP-System.", []string{"brand: SAP"}},
		{"en", "The Acmesoft® engine is included.", []string{"brand: Acmesoft®"}},
		{"en", "The Nvidia™ card is included.", []string{"brand: Nvidia"}},
		{"en", "The Ｉntel cores are there.", []string{"brand: Ｉntel"}},
		{"en", "The 𝐍VIDIA cards are there.", []string{"brand: 𝐍VIDIA"}},
		{"en", "The ⓃVIDIA cards are there.", []string{"brand: ⓃVIDIA"}},
		{"de", "Gera\u0308t von Dra\u0308ger.", []string{"brand: Dräger"}},
		{"de", "Gerät von Drä\u034fger.", []string{"brand: Drä\u034fger"}},
	} {
		require.Equal(t, c.want, found(t, c.language, c.statement), c.statement)
	}
}

func TestCommonWordsAreNoBrands(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ language, statement string }{
		{"en", "The camera can zoom in by a factor of ten."},
		{"de", "Die Kamera hat einen Zoom mit Faktor zehn."},
		{"it", "La temperatura dell'acqua è misurata ogni ora."},
		{"it", "Dell'acqua è misurata la temperatura."},
		{"fr", "Le lustre de la salle éclaire à 500 lux."},
		{"pt", "Os Atos da comissão são publicados."},
		{"en", "The sap of the tree is drained."},
		{"en", "Intelligence reports are delivered weekly."},
		{"en", "An armchair with adobe walls behind it."},
		{"en", "The field is at most 3 tesla."},
		{"en", "Windows open outwards."},
	} {
		require.Empty(t, found(t, c.language, c.statement), c.statement)
	}
}

func TestABrandWithOrEquivalentNeedsAReason(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"brand_or_equivalent: Nvidia"}, found(t, "en", "Nvidia accelerators or equivalent."))
	require.Equal(t, []string{"brand_or_equivalent: MATLAB"},
		found(t, "de", "Lizenzen für MATLAB oder gleichwertige Software."))
	require.Equal(t, []string{"brand: Nvidia"}, found(t, "en", "Nvidia accelerators. Or equivalent, said someone."))
}

func TestAStandardNeedsOrEquivalentInItsSentence(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language, statement string
		want                []string
	}{
		{"en", "Management follows ISO 9001.", []string{"standard_without_equivalent: ISO 9001"}},
		{"en", "Management follows ISO 9001 or equivalent.", nil},
		{"en", "Management follows ISO/IEC 27001:2022 (or an equivalent standard).", nil},
		{"en", "Management follows ISO/IEC 27001:2022.", []string{"standard_without_equivalent: ISO/IEC 27001:2022"}},
		{"en", "ISO 9001, ISO 14001 or equivalent.", nil},
		{
			"en", "ISO 9001 applies. EN 301 549 or equivalent applies.",
			[]string{"standard_without_equivalent: ISO 9001"},
		},
		{
			"en", "Equivalent or better proof is taken; ISO 9001 applies.",
			[]string{"standard_without_equivalent: ISO 9001"},
		},
		{"en", "Follows ISO 9001 (e.g. part 2) or equivalent.", nil},
		{"en", "Access by IEEE 802.11ax.", []string{"standard_without_equivalent: IEEE 802.11ax"}},
		{"en", "Certificates by ITU-T X.509.", []string{"standard_without_equivalent: ITU-T X.509"}},
		{"en", "Accessible by ETSI EN 301 549.", []string{"standard_without_equivalent: ETSI EN 301 549"}},
		{"en", "Mail by RFC 5322 and ISO9001.", []string{
			"standard_without_equivalent: RFC 5322",
			"standard_without_equivalent: ISO9001",
		}},
		{"en", "Follows ISO\u00a09001.", []string{"standard_without_equivalent: ISO\u00a09001"}},
		{"de", "Prüfung nach DIN EN ISO 50001.", []string{"standard_without_equivalent: DIN EN ISO 50001"}},
		{"de", "Prüfung nach DIN EN ISO 50001 oder gleichwertig.", nil},
		{"de", "Prüfung nach ISO 9001, z. B. Teil 2, oder gleichwertig.", nil},
		{"fr", "Conforme à la norme NF C 15-100.", []string{"standard_without_equivalent: NF C 15-100"}},
		{"fr", "Conforme à la norme NF C 15-100 ou à une norme équivalente.", nil},
		{"es", "Conforme a UNE-EN 301549:2022.", []string{"standard_without_equivalent: UNE-EN 301549:2022"}},
		{"es", "Conforme a UNE-EN 301549:2022 u otra norma equivalente.", nil},
		{"it", "Conforme a UNI EN ISO 14001 o norma equivalente.", nil},
		{"nl", "Volgens NEN 7510 of gelijkwaardig.", nil},
		{"nl", "Volgens NEN 7510.", []string{"standard_without_equivalent: NEN 7510"}},
		{"pl", "Zgodnie z PN-EN 12464-1 lub równoważną normą.", nil},
		{"pl", "Zgodnie z PN-EN 12464-1.", []string{"standard_without_equivalent: PN-EN 12464-1"}},
		{"pt", "Conforme a NP EN ISO 9001 ou equivalente.", nil},
		{"de", "ISO 27001 inkl. Anhang A oder gleichwertig.", nil},
		{"de", "ISO 27001 in der Ausg. Nr. VII oder gleichwertig.", nil},
		{"en", "ISO 27001 incl. Annex A or equivalent.", nil},
		{"fr", "ISO 27001 (éd. Internationale) ou équivalent.", nil},
		{"en", "Management follows ISO 27001; or equivalent.", nil},
		{"en", "Management follows ISO 27001\nor equivalent.", nil},
		{"en", "Management follows ISO 27001\r\nor equivalent.", nil},
		{"en", "Management follows ISO 27001\n\n• Or equivalent", nil},
		{"de", "ISO 27001 für das\nganze Rechenzentrum oder gleichwertig.", nil},
		{"de", "ISO 27001.\noder gleichwertig", nil},
		{"en", "ISO 9001 applies;\nISO 27001 or equivalent.", []string{"standard_without_equivalent: ISO 9001"}},
		{"en", "ISO 9001\nAll proof or equivalent is taken.", []string{"standard_without_equivalent: ISO 9001"}},
		{"en", "ISO 9001! Or equivalent.", []string{"standard_without_equivalent: ISO 9001"}},
		{"fr", "ISO 27001 ou e\u0301quivalent", nil},
		{"fr", "ISO 27001 ou e\u200d\u0301quivalent", nil},
		{"en", "Follows ＩＳＯ ９００１.", []string{"standard_without_equivalent: ＩＳＯ ９００１"}},
		{"en", "It draws 5 m² of ① and ♥, ISO² or not.", nil},
		{"fr", "ISO\u2060 27001 ou équi\u00advalent", nil},
		{"en", "Follows ISO 90\u200b01.", []string{"standard_without_equivalent: ISO 90\u200b01"}},
	} {
		got := found(t, c.language, c.statement)
		require.Equal(t, append([]string{}, c.want...), got, c.statement)
	}
}

func TestWhatLooksLikeAStandardIsNone(t *testing.T) {
	t.Parallel()
	for _, statement := range []string{
		"The ISO decides.", "Delivered en 2026 copies.", "At most 9001 requests.", "The iso 100 film.",
		"Part EN A of the annex.", "ISO 5",
	} {
		require.Empty(t, found(t, "en", statement), statement)
	}
}

func TestVagueWordsAreFoundInEachLanguage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language, statement string
		want                []string
	}{
		{
			"en", "A modern, user-friendly and State of the Art portal.",
			[]string{"vague: modern", "vague: user-friendly", "vague: State of the Art"},
		},
		{
			"fr", "Une interface conviviale et moderne, à l'état de l'art.",
			[]string{"vague: conviviale", "vague: moderne", "vague: état de l'art"},
		},
		{
			"de", "Eine moderne, benutzerfreundliche Oberfläche nach Stand der Technik.",
			[]string{"vague: moderne", "vague: benutzerfreundliche", "vague: Stand der Technik"},
		},
		{
			"es", "Una interfaz moderna y fácil de usar, de última generación.",
			[]string{"vague: moderna", "vague: fácil de usar", "vague: de última generación"},
		},
		{"it", "Un'interfaccia moderna, allo stato dell’arte.", []string{"vague: moderna", "vague: stato dell’arte"}},
		{
			"nl", "Een moderne, gebruiksvriendelijke interface.",
			[]string{"vague: moderne", "vague: gebruiksvriendelijke"},
		},
		{
			"pl", "Nowoczesny i intuicyjny interfejs wysokiej jakości.",
			[]string{"vague: Nowoczesny", "vague: intuicyjny", "vague: wysokiej jakości"},
		},
		{"pt", "Uma interface moderna e fácil de utilizar.", []string{"vague: moderna", "vague: fácil de utilizar"}},
		{"de-AT", "Eine zeitgemäße Lösung.", []string{"vague: zeitgemäße"}},
	} {
		require.Equal(t, c.want, found(t, c.language, c.statement), c.statement)
	}
	for language, statement := range map[string]string{
		"en": "The modernisation plan covers postmodern art.",
		"de": "Die Modernisierung der Anlage.",
		"fr": "La modernisation du réseau.",
	} {
		require.Empty(t, found(t, language, statement), "no hit inside a word")
	}
}

func TestATechnologyInPlaceOfANeedIsPointedOut(t *testing.T) {
	t.Parallel()
	findings, err := Lint([]Requirement{{ID: "R1", Statement: map[string]string{"en": "We need blockchain."}}})
	require.NoError(t, err)
	require.Len(t, findings, 1)
	require.Equal(t, CodeSolutionFirst, findings[0].Code)
	require.Equal(t, Low, findings[0].Severity)
	require.Equal(t, []string{"origin: patented"}, found(t, "en", "The patented process is used."))
}

func TestALanguageWithoutPhrasesIsSaid(t *testing.T) {
	t.Parallel()
	require.ElementsMatch(t,
		[]string{"language_not_checked: Nvidia-kort og ISO 9001", "brand: Nvidia"},
		found(t, "da", "Nvidia-kort og ISO 9001."))
	for language, statement := range map[string]string{
		"sv": "ISO 27001 eller likvärdig",
		"fi": "Nvidia tai vastaava; ISO 27001", "el": "ISO 27001 ή ισοδύναμο",
	} {
		findings, err := Lint([]Requirement{{ID: "R1", Statement: map[string]string{language: statement}}})
		require.NoError(t, err)
		require.True(t, slices.ContainsFunc(findings, func(f Finding) bool { return f.Code == CodeLanguage }), language)
		for _, f := range findings {
			require.NotEqual(t, High, f.Severity, "%s: %s", language, f.Text)
		}
	}
	require.Empty(t, found(t, "da", "  …  "), "nothing to read")
}

func TestOffsetsCountCharacters(t *testing.T) {
	t.Parallel()
	const statement = "Größe: 3 m² – mit Nvidia™ – größer"
	findings, err := Lint([]Requirement{{ID: "R1", Statement: map[string]string{"de": statement}}})
	require.NoError(t, err)
	require.Len(t, findings, 1)
	require.Equal(t, "Nvidia", string([]rune(statement)[findings[0].Start:findings[0].End]))
	require.Equal(t, 18, findings[0].Start)
}

func TestFindingsComeInOrder(t *testing.T) {
	t.Parallel()
	findings, err := Lint([]Requirement{
		{ID: "R2", Statement: map[string]string{"fr": "Un portail moderne.", "en": "A modern portal by Nvidia."}},
		{ID: "R1", Statement: map[string]string{"en": "A fast portal."}},
	})
	require.NoError(t, err)
	var order []string
	for _, f := range findings {
		order = append(order, f.Requirement+" "+f.Language+" "+f.Text)
	}
	require.Equal(t, []string{"R2 en modern", "R2 en Nvidia", "R2 fr moderne", "R1 en fast"}, order)
}

func TestNineLanguagesHavePhrases(t *testing.T) {
	t.Parallel()
	languages, err := Languages()
	require.NoError(t, err)
	require.Equal(t, []string{"de", "en", "es", "fr", "it", "nl", "pl", "pt", "tr"}, languages)
}

func TestFoldingIsOneToOne(t *testing.T) {
	t.Parallel()
	require.Equal(t, fold("ΣΊΣΥΦΟΣ"), fold("σίσυφος"))
	require.Equal(t, fold("\u212a"), fold("k"), "the kelvin sign")
	require.Equal(t, utf8.RuneCountInString("Straße"), utf8.RuneCountInString(fold("Straße")))
}

func FuzzLint(f *testing.F) {
	for _, seed := range []string{
		"", "ISO 9001", "A modern NVIDIA™ or equivalent", "DIN EN ISO", "ITU-T X.", "\xff\xfe", "S/4HANA.",
		"ö\u0308\u00ad", "ISO\u200b9001", "\xc3A\u0308",
	} {
		f.Add("en", seed)
		f.Add("de-AT", seed)
		f.Add("xx", seed)
	}
	f.Fuzz(func(t *testing.T, language, statement string) {
		findings, err := Lint([]Requirement{{ID: "R", Statement: map[string]string{language: statement}}})
		require.NoError(t, err)
		runes := []rune(norm.NFC.String(statement))
		for i, finding := range findings {
			require.True(t, 0 <= finding.Start && finding.Start < finding.End && finding.End <= len(runes), "%+v",
				finding)
			require.Equal(t, string(runes[finding.Start:finding.End]), finding.Text)
			if i > 0 {
				require.LessOrEqual(t, findings[i-1].Start, finding.Start)
			}
		}
	})
}

func TestALongStatementIsReadInOnePass(t *testing.T) {
	t.Parallel()
	const n = 10_000 // quadratic reading would take minutes
	for _, part := range []string{"ISO 9001, ", "ISO ", "Nvidia ", "Acme® ", "or ", "1.1.", "state of the "} {
		findings, err := Lint([]Requirement{{ID: "R", Statement: map[string]string{"en": strings.Repeat(part, n)}}})
		require.NoError(t, err)
		require.LessOrEqual(t, len(findings), n)
	}
}
