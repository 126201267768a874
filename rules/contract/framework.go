package contract

import (
	"math/big"
	"slices"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// TooLong refuses a framework agreement that lasts longer than the law allows without a justification: four years, or
// eight for utilities.
func TooLong(d models.Dossier, terms models.FrameworkTerms, field string) error {
	all, err := LimitsOf(d)
	if err != nil {
		return err
	}
	if most := all.Framework.Months; terms.Months > most && len(terms.Longer) == 0 {
		return models.Refuse(models.CodeFrameworkTooLong, field, "%d months are longer than the %d of %s", terms.Months,
			most, all.Framework.Article).
			Accepting("%d months, or why the subject of the agreement needs longer", most)
	}
	return nil
}

// A CallOff is an order under a framework agreement within its terms.
type CallOff struct {
	models.CallOff
}

// CheckAgainst refuses a call-off under what is no framework agreement, by a buyer that the notice does not name or the
// agreement does not bind, after the term, and beyond the maximum (Directive 2014/24/EU, Article 33; Court of Justice,
// C-216/17 and C-23/20).
func (c CallOff) CheckAgainst(d models.Dossier, e models.Entry) error {
	signed, _, ok := d.ContractOf(c.Contract)
	terms, _, framework := d.FrameworkOf(signed.Lot)
	switch {
	case !ok || !framework:
		return models.Refuse(models.CodeInvalidValue, "/contract", "this is no framework agreement").
			Accepting("the ID of the entry of a framework agreement")
	case !slices.Contains(terms.Buyers, e.OrganisationID) || !slices.Contains(signed.Buyers, e.OrganisationID):
		return models.Refuse(models.CodeNotNamedInNotice, "/contract",
			"%s is not among the buyers that may call off under this agreement", d.NameOf(e.OrganisationID)).
			Accepting("a buyer that the notice names and the agreement binds")
	case e.WithdrawnAt != nil:
		return nil
	}
	last, today := LastDay(d, c.Contract, signed, terms), d.Today()
	switch {
	case c.OrderedOn > last:
		return models.Refuse(models.CodeFrameworkOver, "/ordered_on", "the framework agreement ended on %s", last).
			Accepting("a date from %s to %s", signed.SignedOn, min(last, today))
	case c.OrderedOn < signed.SignedOn || c.OrderedOn > today:
		return models.Refuse(models.CodeInvalidValue, "/ordered_on", "%s is before the signature or after today",
			c.OrderedOn).Accepting("a date from %s to %s", signed.SignedOn, min(last, today))
	case c.Value.Currency != terms.Maximum.Currency:
		return models.Refuse(models.CodeInvalidValue, "/value/currency", "the agreement is in %s",
			terms.Maximum.Currency).Accepting("%s", terms.Maximum.Currency)
	}
	return c.within(d, signed.Lot, terms, e.ID)
}

// LastDay is the last day on which a framework agreement is called off: that many months after its signature
// (Regulation 1182/71, Article 3(2)(c)), or earlier or later if the agreement or a modification says so.
func LastDay(d models.Dossier, id models.ID, signed models.Contract, terms models.FrameworkTerms) string {
	last := monthsAfter(signed.SignedOn, terms.Months)
	if signed.EndsOn != "" {
		last = min(last, signed.EndsOn)
	}
	for _, m := range d.ModificationsOf(id) {
		if m.EndsOn != "" {
			last = m.EndsOn
		}
	}
	return last
}

// monthsAfter is the same day some months later, or the last of that month if it has no such day.
func monthsAfter(day string, months int) string {
	from, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day // it was checked
	}
	to := from.AddDate(0, months, 0)
	if to.Day() != from.Day() {
		to = to.AddDate(0, 0, -to.Day())
	}
	return to.Format(time.DateOnly)
}

// within refuses what exceeds the maximum of all call-offs together. A modification of a framework agreement raises it.
func (c CallOff) within(d models.Dossier, lot models.ID, terms models.FrameworkTerms, self models.ID) error {
	used := Used(d, lot, self)
	most := MaximumNow(d, lot, terms)
	if value := new(big.Rat).Add(used.value, amount(c.Value)); value.Cmp(most) > 0 {
		return models.Refuse(models.CodeFrameworkExhausted, "/value",
			"of at most %s %s, %s are called off", floor(most), terms.Maximum.Currency, floor(used.value)).
			Accepting("at most %s %s", left(most, used.value), terms.Maximum.Currency)
	}
	if terms.Quantity == "" {
		return nil
	}
	if c.Quantity == "" {
		return models.Refuse(models.CodeInvalidValue, "/quantity", "the notice names a maximum of %s %s",
			terms.Quantity, terms.Unit).Accepting("how many units are ordered")
	}
	units := amount(models.Money{Amount: terms.Quantity})
	if all := new(big.Rat).Add(used.units, amount(models.Money{Amount: c.Quantity})); all.Cmp(units) > 0 {
		return models.Refuse(models.CodeFrameworkExhausted, "/quantity", "of at most %s %s, %s are called off",
			terms.Quantity, terms.Unit, used.units.FloatString(2)).
			Accepting("at most %s", left(units, used.units))
	}
	return nil
}

// A Usage is what all buyers have called off.
type Usage struct{ value, units *big.Rat }

// Used adds up the call-offs on a lot, one aside.
func Used(d models.Dossier, lot, aside models.ID) Usage {
	u := Usage{new(big.Rat), new(big.Rat)}
	for _, c := range d.CallOffsOf(lot) {
		if c.Entry.ID != aside {
			u.value.Add(u.value, amount(c.Value))
			u.units.Add(u.units, amount(models.Money{Amount: c.Quantity}))
		}
	}
	return u
}

// MaximumNow is the most that is called off on a lot, with all modifications of its agreements.
func MaximumNow(d models.Dossier, lot models.ID, terms models.FrameworkTerms) *big.Rat {
	most := amount(terms.Maximum)
	for _, e := range d.Of(models.EntryContract) {
		if c, ok := models.BodyOf[models.Contract](e); ok && c.Lot == lot {
			most.Add(most, net(d.ModificationsOf(e.ID)))
		}
	}
	return most
}
