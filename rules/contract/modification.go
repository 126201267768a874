package contract

import (
	"math/big"
	"slices"
	"time"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
)

// A Modification is a modification of a contract that the law allows without a new procedure.
type Modification struct {
	models.Modification
}

// CheckAgainst refuses a modification of what is no contract of the procurement, by a buyer that it does not bind, of a
// day before its signature or after today; one that is not shown to be on its ground; and one that exceeds what its
// ground allows ([models.CodeModificationLimit]), naming the limit and what is left.
func (m Modification) CheckAgainst(d models.Dossier, _ models.Entry) error {
	signed, _, ok := d.ContractOf(m.Contract)
	if !ok {
		return models.Refuse(models.CodeInvalidValue, "/contract", "there is no such contract").
			Accepting("the ID of a contract's entry")
	}
	if err := m.dated(d, signed); err != nil {
		return err
	}
	all, err := LimitsOf(d)
	if err != nil {
		return err
	}
	row, _ := all.Of(m.Ground)
	if err := m.shown(row); err != nil {
		return err
	}
	if m.AgreedOn < all.ValidFrom {
		return models.Refuse(models.CodeRuleUnknown, "/agreed_on",
			"what the law allowed before %s is not known here (%s)", all.ValidFrom, all.Source).
			Accepting("a date from %s on", all.ValidFrom)
	}
	if err := m.withinEach(row, signed); err != nil {
		return err
	}
	return m.withinAll(d, row, signed)
}

func (m Modification) dated(d models.Dossier, signed models.Contract) error {
	today := d.Today()
	switch {
	case m.AgreedOn < signed.SignedOn || m.AgreedOn > today:
		return models.Refuse(models.CodeInvalidValue, "/agreed_on", "%s is before the signature or after today",
			m.AgreedOn).Accepting("a date from %s to %s", signed.SignedOn, today)
	case m.EndsOn != "" && m.EndsOn < m.AgreedOn:
		return models.Refuse(models.CodeInvalidValue, "/ends_on", "it was agreed on %s", m.AgreedOn).
			Accepting("that date or a later one")
	case m.Value.Currency != signed.Value.Currency:
		return models.Refuse(models.CodeInvalidValue, "/value/currency", "the contract is in %s",
			signed.Value.Currency).Accepting("%s", signed.Value.Currency)
	}
	return nil
}

// shown refuses a modification that leaves out the fact on which its ground rests.
func (m Modification) shown(row GroundRow) error {
	given := map[string]string{"clause": m.Clause, "successor": m.Successor, "threshold": m.Threshold}
	if row.Needs != "" && given[row.Needs] == "" {
		return models.Refuse(models.CodeInvalidValue, "/"+row.Needs, "the ground %s is not shown (%s)", row.Ground,
			row.Article).Accepting("the %s on which it rests", row.Needs)
	}
	return nil
}

// withinEach refuses an increase above the percentage that is allowed each time.
func (m Modification) withinEach(row GroundRow, signed models.Contract) error {
	if row.AtMost == "" || m.Less {
		return nil
	}
	most := share(signed.Value, row.AtMost)
	if amount(m.Value).Cmp(most) <= 0 {
		return nil
	}
	return models.Refuse(models.CodeModificationLimit, "/value",
		"%s allows an increase of %s %% of %s %s each time, which is %s", row.Article, row.AtMost, signed.Value.Amount,
		signed.Value.Currency, floor(most)).
		Accepting("an increase of at most %s %s", floor(most), signed.Value.Currency)
}

// withinAll refuses a modification with which all on this ground together no longer stay below the percentage, or below
// the threshold of the Directive. Reductions are counted against increases (Article 72(2)).
func (m Modification) withinAll(d models.Dossier, row GroundRow, signed models.Contract) error {
	if row.Below == nil {
		return nil
	}
	percent := row.Below["others"]
	if m.Threshold == models.ContractWorks {
		percent = row.Below[models.ContractWorks]
	}
	on := func(x models.Modification) bool { return x.Ground == m.Ground }
	earlier := slices.DeleteFunc(d.ModificationsOf(m.Contract), func(x models.Modification) bool { return !on(x) })
	before, limit := net(earlier), share(signed.Value, percent)
	if together := new(big.Rat).Add(before, signedAmount(m.Modification)); together.Abs(together).Cmp(limit) >= 0 {
		return models.Refuse(models.CodeModificationLimit, "/value",
			"%s asks that all such modifications together stay below %s %% of %s %s, which is %s; before it was %s",
			row.Article, percent, signed.Value.Amount, signed.Value.Currency, floor(limit), before.FloatString(2)).
			Accepting("less than %s %s", left(limit, before), signed.Value.Currency)
	}
	return m.belowThreshold(calendar.Directive(d.TimeLimits().Directive), row, earlier)
}

// belowThreshold compares in euro with the threshold that was in force when the modification was agreed.
func (m Modification) belowThreshold(
	under calendar.Directive, row GroundRow, earlier []models.Modification,
) error {
	day, err := calendar.ParseDate("/agreed_on", m.AgreedOn)
	if err != nil {
		return err
	}
	thresholds, err := calendar.ThresholdsUnder(under, day)
	if err != nil {
		return err
	}
	before := new(big.Rat)
	for _, x := range append(slices.Clone(earlier), m.Modification) {
		value, ok := inEuro(x)
		if !ok {
			return models.Refuse(models.CodeInvalidValue, "/euro", "the threshold is in euro, and the contract in %s",
				x.Value.Currency).Accepting("the value of the modification in euro as well")
		}
		before.Add(before, value)
	}
	most := thresholds.Amounts[calendar.ContractKind(m.Threshold)]
	limit := rat(most)
	if before.Abs(before).Cmp(limit) < 0 {
		return nil
	}
	own, _ := inEuro(m.Modification)
	return models.Refuse(models.CodeModificationLimit, "/value",
		"%s asks that all such modifications together stay below the threshold of EUR %s (%s)", row.Article, most,
		thresholds.Source).
		Accepting("less than EUR %s", left(limit, new(big.Rat).Sub(before, own)))
}

// inEuro is the value of a modification in euro; false: it is not known.
func inEuro(m models.Modification) (*big.Rat, bool) {
	if m.Value.Currency == "EUR" {
		return signedAmount(m), true
	}
	if m.Euro == nil || m.Euro.Currency != "EUR" {
		return nil, false
	}
	m.Value = *m.Euro
	return signedAmount(m), true
}

func net(all []models.Modification) *big.Rat {
	sum := new(big.Rat)
	for _, m := range all {
		sum.Add(sum, signedAmount(m))
	}
	return sum
}

// signedAmount is by how much the value rises.
func signedAmount(m models.Modification) *big.Rat {
	value := amount(m.Value)
	if m.Less {
		value.Neg(value)
	}
	return value
}

// amount is an amount that was checked before.
func amount(m models.Money) *big.Rat {
	value, ok := new(big.Rat).SetString(m.Amount)
	if !ok {
		return new(big.Rat)
	}
	return value
}

func rat(d decimal.Decimal) *big.Rat { return amount(models.Money{Amount: d.String()}) }

// share is a percentage of a value.
func share(of models.Money, percent string) *big.Rat {
	part := amount(models.Money{Amount: percent})
	return part.Mul(part.Quo(part, big.NewRat(100, 1)), amount(of))
}

// left is what is left of a limit, rounded down to hundredths; nothing if it is used up.
func left(limit, used *big.Rat) string {
	rest := new(big.Rat).Sub(limit, used)
	if rest.Sign() < 0 {
		return "0.00"
	}
	return floor(rest)
}

// floor writes a number with two decimals, never rounded up.
func floor(r *big.Rat) string {
	hundredths := new(big.Int).Quo(new(big.Int).Mul(r.Num(), big.NewInt(100)), r.Denom())
	return new(big.Rat).SetFrac(hundredths, big.NewInt(100)).FloatString(2)
}

// ValueNow is the value of a contract with all modifications.
func ValueNow(d models.Dossier, id models.ID) models.Money {
	signed, _, _ := d.ContractOf(id)
	now := amount(signed.Value)
	now.Add(now, net(d.ModificationsOf(id)))
	return models.Money{Amount: now.FloatString(2), Currency: signed.Value.Currency}
}

// A ModificationNotice is published of a modification because more became necessary or something could not be foreseen
// (Directive 2014/24/EU, Article 72(1), second subparagraph, and Annex V, part G; Directive 2014/25/EU, Article 89(1),
// second subparagraph, and Annex XVI).
type ModificationNotice struct {
	Procurement models.ID                 `json:"procurement"`
	Mode        models.Mode               `json:"mode"`
	Title       models.Text               `json:"title"`
	Lot         int                       `json:"lot_number"`
	Contract    models.ID                 `json:"contract"`
	Contractor  string                    `json:"contractor"`
	Ground      models.ModificationGround `json:"ground"`
	Article     string                    `json:"article"`
	What        models.Text               `json:"what"`
	Reason      models.Text               `json:"reason"`
	AgreedOn    string                    `json:"agreed_on"`
	// Before and After are the values of the contract.
	Before       models.Money `json:"value_before"`
	After        models.Money `json:"value_after"`
	DispatchedAt time.Time    `json:"dispatched_at"`
}

// ComposeModificationNotice writes the notice of a modification into a dossier that does not hold it yet; false: its
// ground asks for none.
func ComposeModificationNotice(before models.Dossier, m models.Modification) (ModificationNotice, bool, error) {
	all, err := LimitsOf(before)
	row, _ := all.Of(m.Ground)
	if err != nil || !row.Notice {
		return ModificationNotice{}, false, err
	}
	signed, _, _ := before.ContractOf(m.Contract)
	lot, _ := before.Tendering.Lot(signed.Lot)
	was := ValueNow(before, m.Contract)
	after := amount(was)
	after.Add(after, signedAmount(m))
	p := before.Procurement
	return ModificationNotice{
		Procurement: p.ID, Mode: p.Mode, Title: p.Title, Lot: lot.Number, Contract: m.Contract,
		Contractor: before.TendererOf(signed.Tender), Ground: m.Ground, Article: row.Article, What: m.What,
		Reason: m.Reason, AgreedOn: m.AgreedOn, Before: was,
		After:        models.Money{Amount: after.FloatString(2), Currency: was.Currency},
		DispatchedAt: before.Now.UTC(),
	}, true, nil
}
