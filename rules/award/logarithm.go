package award

import "math/big"

// Logarithms are computed with guardDigits decimals in integers and given with logDigits.
const (
	logDigits   = 40
	guardDigits = 60
)

// logRatio returns log(x) / log(base) to 40 decimals, for x and base greater than 0 and base not 1.
func logRatio(x, base ratio) ratio {
	one := power10(guardDigits)
	exact := ratio{new(big.Rat).SetFrac(ln(x, one), ln(base, one))}
	return ratio{new(big.Rat).SetFrac(rounded(exact, Rounding{logDigits, HalfEven}), power10(logDigits))}
}

// ln returns the natural logarithm of x > 0 in units of 1/one. It takes out powers of two, so that the
// series 2·artanh((m−1)/(m+1)) = 2·(z + z³/3 + z⁵/5 + …) runs with |z| ≤ 1/3.
func ln(x ratio, one *big.Int) *big.Int {
	twos := int64(0)
	for x.cmp(whole(2)) >= 0 {
		x, twos = x.over(whole(2)), twos+1
	}
	for x.cmp(whole(1)) < 0 {
		x, twos = x.times(whole(2)), twos-1
	}
	result := artanh2(x, one)
	if twos != 0 {
		result.Add(result, new(big.Int).Mul(artanh2(whole(2), one), big.NewInt(twos)))
	}
	return result
}

func artanh2(m ratio, one *big.Int) *big.Int {
	quotient := m.minus(whole(1)).over(m.plus(whole(1)))
	z := new(big.Int).Quo(new(big.Int).Mul(quotient.r.Num(), one), quotient.r.Denom())
	square := new(big.Int).Quo(new(big.Int).Mul(z, z), one)
	sum, power := new(big.Int), new(big.Int).Set(z)
	for n := int64(1); power.Sign() != 0; n += 2 {
		sum.Add(sum, new(big.Int).Quo(power, big.NewInt(n)))
		power.Quo(power.Mul(power, square), one)
	}
	return sum.Lsh(sum, 1)
}
