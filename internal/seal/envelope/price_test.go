package envelope_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/models"
)

func TestAPriceIsTheFirstLineAndABreakdownMayFollow(t *testing.T) {
	t.Parallel()
	price := models.Money{Amount: "1250000.10", Currency: "EUR"}
	line, err := envelope.PriceLine(price)
	require.NoError(t, err)
	const written = `{"amount":"1250000.10","currency":"EUR","format":"ppi-engine.org/price/1"}` + "\n"
	require.Equal(t, written, string(line)) //nolint:testifylint // its bytes count, not only what they mean
	breakdown := strings.Repeat("a line of the breakdown\n", 1000)
	for _, after := range []string{"", breakdown} {
		got, rest, err := envelope.ReadPrice(strings.NewReader(string(line) + after))
		require.NoError(t, err)
		require.Equal(t, price, got)
		left, err := io.ReadAll(rest)
		require.NoError(t, err)
		require.Equal(t, after, string(left))
	}
}

func TestWhatDoesNotBeginWithOnePriceIsRefused(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{
		"", "\n", "1250000.10 EUR\n",
		`{"amount":"1250000.10","currency":"EUR","format":"ppi-engine.org/price/1"}`,
		`{"amount":"1250000.10","currency":"EUR","format":"ppi-engine.org/price/2"}` + "\n",
		`{"currency":"EUR","amount":"1250000.10","format":"ppi-engine.org/price/1"}` + "\n",
		`{"amount":"1.00","amount":"1250000.10","currency":"EUR","format":"ppi-engine.org/price/1"}` + "\n",
		`{"amount":"1.001","currency":"EUR","format":"ppi-engine.org/price/1"}` + "\n",
		`{"amount":"-1.00","currency":"EUR","format":"ppi-engine.org/price/1"}` + "\n",
		`{"amount":1.00,"currency":"EUR","format":"ppi-engine.org/price/1"}` + "\n",
		`{"amount":"1.00","currency":"XXZ","format":"ppi-engine.org/price/1"}` + "\n",
		`{"amount":"1.00","currency":"EUR","format":"ppi-engine.org/price/1","more":1}` + "\n",
		strings.Repeat(" ", 2000) + "\n",
	} {
		_, _, err := envelope.ReadPrice(strings.NewReader(wrong))
		refused(t, models.CodePriceMalformed, err)
	}
	_, err := envelope.PriceLine(models.Money{Amount: "1.001", Currency: "EUR"})
	require.Error(t, err)
	_, _, err = envelope.ReadPrice(&broken{bytes.NewReader([]byte(`{"amount"`))})
	var failed *envelope.FailedReadError
	require.ErrorAs(t, err, &failed)
}
