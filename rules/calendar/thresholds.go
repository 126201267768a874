package calendar

import (
	"errors"
	"fmt"
	"slices"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
)

const thresholdsFile = "packs/thresholds.yaml"

// A ContractKind is what a threshold is for.
type ContractKind string

// The kinds of contract (Directive 2014/24/EU, Article 4(a) to (d)). Article 15 of Directive 2014/25/EU has one
// threshold for the supplies, services and design contests of all entities.
const (
	// Works contracts.
	Works ContractKind = "works"
	// CentralSupplies are supplies, services and design contests of central government authorities.
	CentralSupplies ContractKind = "central_supplies"
	// SubCentralSupplies are those of all other authorities.
	SubCentralSupplies ContractKind = "sub_central_supplies"
	// SocialServices are the social and other specific services of Annex XIV.
	SocialServices ContractKind = "social_services"
)

// Thresholds are the values from which a directive applies, in euro without VAT.
type Thresholds struct {
	Directive  Directive
	ValidFrom  Date
	ValidUntil Date
	// Source is the delegated regulation that set them.
	Source  string
	Amounts map[ContractKind]decimal.Decimal
}

// ThresholdsUnder returns the thresholds of a directive in force on a day. It refuses a day for which none are known
// with [models.CodeRuleUnknown].
func ThresholdsUnder(directive Directive, day Date) (Thresholds, error) {
	data, err := loadData()
	if err != nil {
		return Thresholds{}, err
	}
	for _, t := range data.thresholds {
		if t.Directive == directive && !day.Before(t.ValidFrom) && !day.After(t.ValidUntil) {
			return t, nil
		}
	}
	return Thresholds{}, models.Refuse(models.CodeRuleUnknown, "",
		"the thresholds of Directive %s/EU in force on %s are not known here", directive, day)
}

// Reached tells whether an estimate in euro without VAT reaches the threshold of its kind (Article 4:
// equal to or greater than). It refuses an unknown kind with [models.CodeInvalidValue].
func (t Thresholds) Reached(kind ContractKind, estimate decimal.Decimal) (bool, error) {
	amount, known := t.Amounts[kind]
	if !known {
		return false, models.Refuse(models.CodeInvalidValue, "", "%q is not a kind of contract", kind)
	}
	return estimate.Cmp(amount) >= 0, nil
}

func (e *embedded) loadThresholds() error {
	var file struct {
		Title   string `yaml:"title"`
		Periods []struct {
			Directive  Directive               `yaml:"directive"`
			ValidFrom  Date                    `yaml:"valid_from"`
			ValidUntil Date                    `yaml:"valid_until"`
			Source     string                  `yaml:"source"`
			Amounts    map[ContractKind]string `yaml:"amounts"`
		} `yaml:"periods"`
	}
	content, err := files.ReadFile(thresholdsFile)
	if err != nil {
		return fmt.Errorf("read %s: %w", thresholdsFile, err)
	}
	if err := decode(content, &file); err != nil {
		return err
	}
	for _, p := range file.Periods {
		t := Thresholds{p.Directive, p.ValidFrom, p.ValidUntil, p.Source, map[ContractKind]decimal.Decimal{}}
		for _, kind := range []ContractKind{Works, CentralSupplies, SubCentralSupplies, SocialServices} {
			amount, err := decimal.Parse(p.Amounts[kind])
			if err != nil {
				return fmt.Errorf("read threshold %s from %s: %w", kind, p.ValidFrom, err)
			}
			t.Amounts[kind] = amount
		}
		if t.Source == "" || !slices.Contains(Directives(), t.Directive) || t.ValidFrom.IsZero() ||
			t.ValidUntil.Before(t.ValidFrom) || len(p.Amounts) != len(t.Amounts) {
			return errors.New("a period of thresholds needs a directive, a source, dates in order and the four kinds")
		}
		e.thresholds = append(e.thresholds, t)
	}
	return nil
}
