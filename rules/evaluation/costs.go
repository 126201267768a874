package evaluation

import (
	"slices"
	"strings"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
)

// CostValues are the values that a tender states for the costs by which it is ranked, such as days until delivery or
// kilowatt-hours a year, each with the place in the tender where it is found (Directive 2014/24/EU, Article 68(2)).
type CostValues struct {
	Tender models.ID   `json:"tender"`
	Values []CostValue `json:"values" minItems:"1" maxItems:"50" doc:"One for each cost"`
}

// A CostValue is the value of one cost.
type CostValue struct {
	Cost  string `json:"cost" maxLength:"60" doc:"ID of the cost"`
	Value string `json:"value" maxLength:"23" doc:"A decimal as text, in the unit of the criteria" example:"1200"`
	Found string `json:"found" minLength:"1" maxLength:"4000" doc:"Where the tender states it, and what proves it"`
}

// Check refuses a malformed ID, and values that are no numbers or of which nobody knows where they come from.
func (v CostValues) Check() error {
	var faults []*models.Refusal
	if !v.Tender.Is(models.PrefixTender) {
		faults = append(faults, models.Refuse(models.CodeInvalidID, "/tender",
			"%q is not the ID of a tender", v.Tender).Accepting("tnd_…"))
	}
	for _, value := range v.Values {
		if refusal := models.CheckDecimal("/values", value.Value); refusal != nil {
			faults = append(faults, refusal)
		}
		if strings.TrimSpace(value.Found) == "" {
			faults = append(faults, models.Refuse(models.CodeInvalidValue, "/values",
				"nothing says where the value of %s is found", value.Cost).Accepting("the place in the tender"))
		}
	}
	return models.Refusals(faults)
}

// Subject is the tender.
func (v CostValues) Subject() string { return string(v.Tender) }

// CheckAgainst refuses values before the lot is opened and after its award is decided, and those that are not exactly
// one for each cost, from 0 to its highest.
func (v CostValues) CheckAgainst(d models.Dossier, e models.Entry) error {
	if _, err := d.Evaluating(v.Tender, e.AuthorID); err != nil {
		return err
	}
	t, _ := d.Tendering.Tender(v.Tender)
	criteria, _, _ := d.CriteriaFor(t.LotID)
	if criteria.Costs == nil {
		return models.Refuse(models.CodeInvalidValue, "/values", "by the criteria nothing counts besides the price").
			Accepting("no values")
	}
	return models.Refusals(v.fit(*criteria.Costs))
}

func (v CostValues) fit(m models.CostModel) []*models.Refusal {
	var faults []*models.Refusal
	for i, value := range v.Values {
		at := slices.IndexFunc(m.Items, func(c models.CostItem) bool { return c.ID == value.Cost })
		twice := slices.ContainsFunc(v.Values[:i], func(x CostValue) bool { return x.Cost == value.Cost })
		if at < 0 || twice {
			faults = append(faults, models.Refuse(models.CodeInvalidValue, "/values",
				"%s is not a cost of the criteria, or has two values", value.Cost).Accepting("each cost once"))
			continue
		}
		var r reader
		given, highest := r.number(value.Value), r.optional(m.Items[at].Highest)
		if given.IsNeg() || highest != nil && given.Cmp(*highest) > 0 {
			faults = append(faults, models.Refuse(models.CodeInvalidValue, "/values",
				"the value %s of %s is not taken", value.Value, value.Cost).
				Accepting("0 or more, and at most the highest value that the criteria name"))
		}
	}
	for _, c := range m.Items {
		if !slices.ContainsFunc(v.Values, func(x CostValue) bool { return x.Cost == c.ID }) {
			faults = append(faults, models.Refuse(models.CodeInvalidValue, "/values", "%s has no value", c.ID).
				Accepting("a value for each cost"))
		}
	}
	return faults
}

// values fills in what tenders state for the costs by which they are ranked.
func (s scoredLot) values(d models.Dossier) error {
	if s.scheme.Costs == nil {
		return nil
	}
	quality, err := award.Quality(s.scheme, s.tenders)
	if err != nil {
		return err
	}
	for i := range s.tenders {
		tender := s.tenders[i].ID
		at := slices.IndexFunc(d.Of(models.EntryCostValues),
			func(e models.Entry) bool { return e.Subject == string(tender) })
		if at >= 0 {
			stated, _ := models.BodyOf[CostValues](d.Of(models.EntryCostValues)[at])
			if s.tenders[i].Values, err = stated.numbers(); err != nil {
				return err
			}
		} else if quality.In(tender) {
			t, _ := d.Tendering.Tender(tender)
			return models.Refuse(models.CodeValuesMissing, "/lot",
				"nobody has entered what the tender of %s states for the costs", tenderer(d, t)).
				Accepting("the values that the tender states for each cost")
		}
	}
	return nil
}

func (v CostValues) numbers() (map[string]decimal.Decimal, error) {
	var r reader
	all := map[string]decimal.Decimal{}
	for _, value := range v.Values {
		all[value.Cost] = r.number(value.Value)
	}
	return all, r.err
}
