package award

import (
	"fmt"
	"math/big"

	"github.com/govalues/decimal"
)

// A RoundingMode says what happens to what is cut off.
type RoundingMode string

// The rounding modes.
const (
	// HalfUp rounds to the nearest, halves away from zero: 2.345 becomes 2.35, −2.345 becomes −2.35.
	HalfUp RoundingMode = "half_up"
	// HalfEven rounds to the nearest, halves to the even digit: 2.345 becomes 2.34.
	HalfEven RoundingMode = "half_even"
	// Down cuts off.
	Down RoundingMode = "down"
)

// RoundingModes lists every mode.
func RoundingModes() []RoundingMode { return []RoundingMode{HalfUp, HalfEven, Down} }

// maxDigits is how finely points can be rounded.
const maxDigits = 6

// Rounding is the rule by which points are rounded: those of each criterion, or the total.
type Rounding struct {
	// Digits is how many digits stay after the decimal point.
	Digits int          `json:"digits"`
	Mode   RoundingMode `json:"mode"`
}

// A ratio is an exact fraction that is never changed in place.
type ratio struct{ r *big.Rat }

func fraction(d decimal.Decimal) ratio {
	num := new(big.Int).SetUint64(d.Coef())
	if d.IsNeg() {
		num.Neg(num)
	}
	return ratio{new(big.Rat).SetFrac(num, power10(d.Scale()))}
}

func whole(n int64) ratio { return ratio{new(big.Rat).SetInt64(n)} }

func (a ratio) plus(b ratio) ratio  { return ratio{new(big.Rat).Add(a.r, b.r)} }
func (a ratio) minus(b ratio) ratio { return ratio{new(big.Rat).Sub(a.r, b.r)} }
func (a ratio) times(b ratio) ratio { return ratio{new(big.Rat).Mul(a.r, b.r)} }

// over divides; b must not be 0.
func (a ratio) over(b ratio) ratio { return ratio{new(big.Rat).Quo(a.r, b.r)} }

// power is a to the n-th; n is not negative.
func (a ratio) power(n int) ratio {
	exponent := big.NewInt(int64(n))
	return ratio{new(big.Rat).SetFrac(
		new(big.Int).Exp(a.r.Num(), exponent, nil), new(big.Int).Exp(a.r.Denom(), exponent, nil),
	)}
}

func (a ratio) cmp(b ratio) int { return a.r.Cmp(b.r) }

// between keeps a within low and high.
func (a ratio) between(low, high ratio) ratio {
	switch {
	case a.cmp(low) < 0:
		return low
	case a.cmp(high) > 0:
		return high
	default:
		return a
	}
}

// String writes the fraction as a decimal number, cut after ten digits where it has no end.
func (a ratio) String() string {
	exact, ok := a.r.FloatPrec()
	if ok && exact <= 10 {
		return a.r.FloatString(exact)
	}
	cut := new(big.Rat).SetFrac(rounded(a, Rounding{10, Down}), power10(10))
	return cut.FloatString(10) + "…"
}

// longestFraction is how many characters a fraction may have that people are to read.
const longestFraction = 40

// words writes the fraction so that nothing is lost: as a decimal number, or as a fraction where that has no end. What
// is too long to be read is cut after ten digits.
func (a ratio) words() string {
	if digits, ends := a.r.FloatPrec(); (ends && digits <= 10) || len(a.r.RatString()) > longestFraction {
		return a.String()
	}
	return a.r.RatString()
}

// round rounds once, from the exact value.
func (a ratio) round(rule Rounding) (decimal.Decimal, error) {
	scaled := rounded(a, rule)
	if !scaled.IsInt64() {
		return decimal.Zero, fmt.Errorf("round %s to %d digits: too large", a, rule.Digits)
	}
	d, err := decimal.New(scaled.Int64(), rule.Digits)
	if err != nil {
		return decimal.Zero, fmt.Errorf("round %s to %d digits: %w", a, rule.Digits, err)
	}
	return d, nil
}

// rounded returns a × 10^digits as an integer.
func rounded(a ratio, rule Rounding) *big.Int {
	scaled := new(big.Rat).Mul(a.r, new(big.Rat).SetInt(power10(rule.Digits)))
	quotient, rest := new(big.Int).QuoRem(scaled.Num(), scaled.Denom(), new(big.Int))
	half := new(big.Int).Lsh(rest.Abs(rest), 1).Cmp(scaled.Denom())
	up := half > 0 || (half == 0 && (rule.Mode == HalfUp || quotient.Bit(0) == 1))
	if rule.Mode == Down || !up {
		return quotient
	}
	return quotient.Add(quotient, big.NewInt(int64(scaled.Sign())))
}

func power10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }
