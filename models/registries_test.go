package models_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ppi-engine/ppi/models"
)

const capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

func TestCountriesAreThoseOfISO3166(t *testing.T) {
	t.Parallel()
	n := 0
	for _, a := range capitals {
		for _, b := range capitals {
			if models.ValidCountry(string(a) + string(b)) {
				n++
			}
		}
	}
	require.Equal(t, 249, n)
	for code := range strings.FieldsSeq("AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI " +
		"ES SE NO IS LI CH GB TR UA RS ME MK AL BA MD SS CW BQ SX AQ UM") {
		require.True(t, models.ValidCountry(code), code)
	}
	for code := range strings.FieldsSeq("EL UK ZZ EU XX AA QQ QM XA XK XI UN AN YU CS SU DD TP BU FX ZR NT NA1 EZ EA " +
		"IC AC TA DG CP fr Fr FRA 250 FR- 001 150 ΕΛ") {
		require.False(t, models.ValidCountry(code), code)
	}
	for _, code := range []string{"", " ", "FR ", "F", "F\x00", "ＦＲ"} {
		require.False(t, models.ValidCountry(code), "%q", code)
	}
	require.Contains(t, models.CheckCountry("/country", "EL").Accepted, "GR")
}

func TestCurrenciesAreThoseThatPeoplePayWith(t *testing.T) {
	t.Parallel()
	for code := range strings.FieldsSeq("EUR SEK DKK PLN CZK HUF RON NOK ISK CHF GBP USD JPY TRY UAH RSD MKD ALL BAM " +
		"MDL MRU VES SLE XCG ZWG STN BYN XOF XAF XPF XCD") {
		require.True(t, models.ValidCurrency(code), code)
	}
	for code := range strings.FieldsSeq("HRK BGN DEM FRF ITL GRD LTL EEK CUC ANG VEF VEB MRO SLL ZWL BYR XXX XTS XAU " +
		"XAG XDR XBA XEU XAD CHE CHW CLF COU MXV USN UYI BTC ZZZ EURO eur Eur € EU") {
		require.False(t, models.ValidCurrency(code), code)
	}
	require.False(t, models.ValidCurrency(""))
	n := 0
	for _, a := range capitals {
		for _, b := range capitals {
			for _, c := range capitals {
				if models.ValidCurrency(string([]rune{a, b, c})) {
					n++
				}
			}
		}
	}
	require.Equal(t, 155, n)
}

func TestLanguagesAreThoseOfTheRegistry(t *testing.T) {
	t.Parallel()
	for tag := range strings.FieldsSeq("en fr de it es tr el bg hr cs da nl et fi hu ga lv lt mt pl pt ro sk sl sv " +
		"no nb nn is lb eu ca gl cy uk ru sr sr-Latn de-AT de-CH pt-BR en-GB es-419 zh-Hant zh-Hant-TW ca-valencia " +
		"de-CH-1996 hsb frr gsw") {
		require.True(t, models.ValidLanguage(tag), tag)
	}
	for tag := range strings.FieldsSeq("gr xx zz qq und mul zxx mis qaa qtz EN En de-at DE-AT de_AT deu ger eng " +
		"en-UK en-EU en-ZZ en-XX en-AA fr-XK de- -de de--AT de-AT-AT de-1999 iw in ji mo sh i-klingon art-lojban " +
		"x-foo zh-cmn a english deutsch e n de-Qaaa en-Latn-US-x") {
		require.False(t, models.ValidLanguage(tag), tag)
	}
	for _, tag := range []string{
		"", " en", "en ", "en\x00", "ｅｎ", strings.Repeat("en-", 20) + "x",
		"en-x-" + strings.Repeat("a-", 30) + "a",
	} {
		require.False(t, models.ValidLanguage(tag), "%q", tag)
	}
	require.Equal(t, "de-AT", models.CheckLanguage("/language", "DE-at").Accepted)
	require.Equal(t, "he", models.CheckLanguage("/language", "iw").Accepted)
}

func TestALanguageHasOneTag(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tag := rapid.StringMatching(`[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?`).Draw(t, "tag")
		if models.ValidLanguage(tag) {
			require.False(t, models.ValidLanguage(strings.ToUpper(tag)))
			require.Equal(t, tag, models.CheckLanguage("", strings.ToUpper(tag)).Accepted)
		}
	})
}
