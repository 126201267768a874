// Package award ranks tenders (Directive 2014/24/EU, Article 67: the most economically advantageous tender, on price or
// cost and on the best price-quality ratio).
//
// The [Scheme] (criteria, weights, method, rounding, tie-break) is frozen with the notice: a method of evaluation may
// not change criteria or weights afterwards (C-6/15 Dimarso). [Rank] then does only arithmetic, the same for everyone:
//
//   - excluded tenders, and those under a minimum score, are out before prices are compared (C-546/16
//     Montte), because most methods score a price relative to the others;
//   - all arithmetic is in exact fractions, means of scores too. One thing is rounded, once, as the scheme says: the
//     points of each criterion, whose sum is then the total, or the total. Logarithms, the one irrational, are computed
//     to 40 decimals in integers first, so every machine gets the same digits;
//   - a price of 0 excludes nobody by itself (C-367/19 Tax-Fin-Lex): methods that divide by prices have a rule for it;
//   - every line says how it was computed, so that anyone can check it with a pocket calculator;
//   - a price that looks abnormally low is marked: the tenderer must be asked (Article 69(1)).
//
// Relative methods have a paradox: taking a tender away can reverse the order of the others. So a later exclusion means
// ranking anew, and [Reversals] names the pairs that it reversed.
package award
