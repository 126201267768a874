package evaluation

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// written is the ranking of two tenders as the API answers it.
func written(t *testing.T) string {
	t.Helper()
	d := fromTheField(t)
	e, err := Evaluate(d.Dossier, d.lot)
	require.NoError(t, err)
	e.LateExclusions, e.Award = []models.ID{"tnd_x"}, &AwardAmongLots{Tender: "tnd_y", Because: "a limit"}
	e.Tenders[0].ID = "tnd_a"
	text, err := json.Marshal(e)
	require.NoError(t, err)
	return string(text)
}

func TestTheAnswerOfTheServerIsRead(t *testing.T) {
	t.Parallel()
	text := written(t)
	read, err := ReadRanking([]byte(text + "\n"))
	require.NoError(t, err)
	again, err := json.Marshal(read)
	require.NoError(t, err)
	require.JSONEq(t, text, string(again))
}

func TestNothingInAFileIsRoundedOrPassedOver(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		old, new    string
		code        models.Code
		field, says string
	}{
		"a weight of 22 digits": {
			`"price_weight":"40"`, `"price_weight":"39.99999999999999999999"`,
			models.CodeInvalidCriteria, "/scheme/price_weight", "a number of at most 19 digits",
		},
		"a factor of 22 digits": {
			`"price_weight":"40"`, `"price_weight":"40","factor":"1.000000000000000000001"`,
			models.CodeInvalidCriteria, "/scheme/factor", "a number of at most 19 digits",
		},
		"a score of 21 digits": {
			`"individual":{"energy":["`, `"individual":{"energy":["0.99999999999999999999","`,
			models.CodeInvalidScore, "/tenders/tnd_a/individual/energy/0", "a number of at most 19 digits",
		},
		"a score that is none": {
			`"individual":{"energy":["`, `"individual":{"energy":["NaN","`,
			models.CodeInvalidScore, "/tenders/tnd_a/individual/energy/0", `such as "48"`,
		},
		"a score without digits": {
			`"individual":{"energy":["`, `"individual":{"energy":["","`,
			models.CodeInvalidScore, "/tenders/tnd_a/individual/energy/0", `such as "48"`,
		},
		"a score as a JSON number": {
			`"individual":{"energy":["`, `"individual":{"energy":[7,"`,
			models.CodeInvalidScore, "/tenders/tnd_a/individual/energy/0", `such as "48"`,
		},
		"a price as a JSON number": {
			`"id":"tnd_a","price":{`, `"id":"tnd_a","price":{"amount":100},"was":{`,
			models.CodeInvalidPrice, "/tenders/tnd_a/price/amount", `such as "100.00"`,
		},
		"a field with a typing error": {
			`"price_weight":"40"`, `"price_weight":"40","minimum_qualty":"50"`,
			models.CodeInvalidCriteria, "/scheme/minimum_qualty", "minimum_quality",
		},
		"a field twice": {
			`"price_weight":"40"`, `"price_weight":"40","price_weight":"60"`,
			models.CodeInvalidCriteria, "/scheme/price_weight", "each name once",
		},
		"a score twice": {
			`"individual":{"energy":[`, `"individual":{"energy":[],"energy":[`,
			models.CodeInvalidScore, "/tenders/tnd_a/individual/energy", "each name once",
		},
		"a list for an object": {
			`"scheme":{`, `"scheme":[],"was":{`, models.CodeInvalidCriteria, "/scheme", "an object",
		},
		"an object for a list": {
			`"tenders":[`, `"tenders":{},"was":[`, models.CodeInvalidValue, "/tenders", "a list",
		},
		"nothing for an object": {
			`"scheme":{`, `"scheme":null,"was":{`, models.CodeInvalidCriteria, "/scheme", "an object",
		},
		"a text for a whole number": {
			`"rounding":{"digits":`, `"rounding":{"digits":"2","was":`,
			models.CodeInvalidCriteria, "/scheme/rounding/digits", "a whole number",
		},
		"a tender without a name": {
			`"id":"tnd_a"`, `"id":""`, models.CodeInvalidValue, "/tenders/0/id", "an ID of its own",
		},
		"a text for yes or no": {
			`"id":"tnd_a",`, `"id":"tnd_a","late":"no",`,
			models.CodeInvalidValue, "/tenders/tnd_a/late", "true or false",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := written(t)
			require.Contains(t, text, c.old)
			_, err := ReadRanking([]byte(strings.Replace(text, c.old, c.new, 1)))
			faults := models.Faults(err)
			require.NotEmpty(t, faults)
			require.Equal(t, []string{string(c.code), c.field}, []string{string(faults[0].Code), faults[0].Field})
			require.Contains(t, faults[0].Accepted, c.says)
		})
	}
	for name, text := range map[string]string{
		"a second value": written(t) + "{}", "no value": "", "half a value": `{"lot":`, "a list": "[]",
		"nothing": "null",
	} {
		_, err := ReadRanking([]byte(text))
		requireRefused(t, models.CodeInvalidValue, err)
		require.NotEmpty(t, models.Faults(err)[0].Accepted, name)
	}
}

// Whatever a file says, reading it ends, and what is read is computed or refused, not rounded.
func FuzzAFileIsReadOrRefused(f *testing.F) {
	f.Add(`{"lot":"lot_x","scheme":{"method":"fixed_price"},"tenders":[{"id":"A","scores":{"q":"1.50"}}]}`)
	f.Add(`{"tenders":[{"id":"A","id":"B"}]}{}`)
	f.Fuzz(func(t *testing.T, text string) {
		said, err := ReadRanking([]byte(text))
		if err != nil {
			_, refused := models.RefusalOf(err)
			require.True(t, refused, err)
			return
		}
		again, err := json.Marshal(said)
		require.NoError(t, err)
		_, err = ReadRanking(again)
		require.NoError(t, err)
	})
}
