package models

import (
	"math/big"
	"regexp"
	"strings"
)

var decimalPattern = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?$`)

// ValidDecimal tells whether s is a decimal number in plain notation: at most 15 digits before and 6
// after the point, no exponent, no thousands separator.
func ValidDecimal(s string) bool { return decimalPattern.MatchString(s) }

// SameDecimal tells whether two texts are the same decimal number, however it is written; a text that is none is never
// the same.
func SameDecimal(a, b string) bool {
	x, ok := new(big.Rat).SetString(a)
	y, well := new(big.Rat).SetString(b)
	return ok && well && x.Cmp(y) == 0
}

// Money is an exact amount: the decimal number travels as text, so that no reader rounds it.
type Money struct {
	Amount string `json:"amount" doc:"Decimal number as text, at most two decimals" example:"1250000.10"`
	// Currency is an ISO 4217 code.
	Currency string `json:"currency" doc:"ISO 4217 code" example:"EUR"`
}

// Check refuses an amount that is negative, not a decimal number or finer than a hundredth, and a currency that is not
// in use ([CodeInvalidValue]).
func (m Money) Check(field string) *Refusal {
	_, decimals, _ := strings.Cut(m.Amount, ".")
	if !ValidDecimal(m.Amount) || strings.HasPrefix(m.Amount, "-") || len(decimals) > 2 {
		return Refuse(CodeInvalidValue, field+"/amount", "%q is not an amount", m.Amount).
			Accepting(`a decimal number of at most 15 digits and two decimals as text, such as "1250000.10"`)
	}
	return CheckCurrency(field+"/currency", m.Currency)
}

// AddsUpTo tells whether amounts in the currency of the most add up to that at most.
func AddsUpTo(most Money, amounts ...Money) bool {
	sum := new(big.Int)
	for _, m := range amounts {
		if m.Currency != most.Currency {
			return false
		}
		sum.Add(sum, m.hundredths())
	}
	return sum.Cmp(most.hundredths()) <= 0
}

// hundredths is the amount without its decimal point; it was checked before.
func (m Money) hundredths() *big.Int {
	whole, decimals, _ := strings.Cut(m.Amount, ".")
	n, _ := new(big.Int).SetString(whole+(decimals + "00")[:2], 10)
	if n == nil {
		n = new(big.Int)
	}
	return n
}

// sumOf adds up amounts that are all in one currency.
func sumOf(amounts []Money, currency string) Money {
	sum := new(big.Int)
	for _, m := range amounts {
		sum.Add(sum, m.hundredths())
	}
	return Money{Amount: new(big.Rat).SetFrac(sum, big.NewInt(100)).FloatString(2), Currency: currency}
}

// CheckDecimal refuses what is not a plain decimal number ([CodeInvalidValue]).
func CheckDecimal(field, s string) *Refusal {
	if ValidDecimal(s) {
		return nil
	}
	return Refuse(CodeInvalidValue, field, "%q is not a decimal number", s).
		Accepting(`a number in plain notation as text, such as "48" or "0.35"`)
}
