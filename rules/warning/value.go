package warning

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
	"github.com/ppi-engine/ppi/rules/procedure"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

const (
	atEstimates = "/estimates"
	atOutside   = "/time-limits/outside"
)

// Of warns of what the dossier says on the value of the procurement: the sum of the buyers' estimates is compared with
// the threshold on the day on which the procedure began, or would begin today (Directive 2014/24/EU, Articles 4 and
// 5(4)); and what the buyers say on it is compared with that.
func Of(d models.Dossier) []models.Warning {
	v := valued(d)
	outside := d.TimeLimits().Outside
	var all []models.Warning
	if outside != nil {
		all = append(all, held(*outside).On(v.said...))
	}
	switch {
	case v.unknown != "":
		all = append(all, models.Warn(models.WarnThresholdUnknown, atEstimates, "%s", v.unknown))
	case v.buyers == 0: // nobody has said yet what it may cost
	case v.reached && outside != nil && outside.Ground == models.OutsideBelow:
		all = append(all, models.Warn(models.WarnOutsideContradicted, atOutside,
			"the buyers hold the value to be below the threshold, but %s", v.compared()).On(v.said...))
	case v.reached:
		all = append(all, models.Warn(models.WarnThresholdReached, atEstimates,
			"%s: the Directive applies, and a part of it is not procured by lesser rules", v.compared()))
	case outside == nil:
		all = append(all, models.Warn(models.WarnBelowThreshold, atEstimates,
			"%s, and nobody has said on which ground the Directive does not apply; /outside of the time limits says it",
			v.compared()))
	}
	return all
}

// Incomplete warns of what the notice of the law names and the record does not: the body responsible for review.
func Incomplete(d models.Dossier) []models.Warning {
	if d.ReviewBody() != nil || len(d.Tendering.Lots) == 0 {
		return nil
	}
	return []models.Warning{models.Warn(models.WarnReviewBody, "/review-body",
		"neither notice nor letters tell to which body, and until when, a review is applied for")}
}

// Unsigned warns that the memorandum to cooperate, where there is one, lacks signatures. It binds nobody and blocks
// nothing.
func Unsigned(d models.Dossier) []models.Warning {
	names, written := d.MemorandumUnsigned()
	if !written || len(names) == 0 {
		return nil
	}
	return []models.Warning{models.Warn(models.WarnMemorandum, "/memorandum",
		"the memorandum to cooperate is not signed as it stands by %s", strings.Join(names, ", "))}
}

// held says on which ground the buyers hold that the Directive does not apply.
func held(o models.Outside) models.Warning {
	ground := "its value is below the threshold"
	if o.Ground == models.OutsideExcluded {
		ground = o.Article + " excludes it"
	}
	return models.Warn(models.WarnOutside, atOutside,
		"the buyers hold that the Directive does not apply, because %s: %s. The procedure keeps to all its rules",
		ground, o.Reasons)
}

// A value is what the buyers expect to pay in all, compared with the threshold.
type value struct {
	// unknown says why it cannot be compared; empty: it can.
	unknown string
	// buyers is how many of all buyers have given an estimate.
	buyers, of int
	sum        decimal.Decimal
	// threshold is the lowest that the value reaches, or the lowest of all if it reaches none.
	threshold decimal.Decimal
	kind      string
	source    string
	reached   bool
	// said are the entries in which the buyers say what they hold.
	said []models.ID
}

func (v value) compared() string {
	relation := "below"
	if v.reached {
		relation = "at or above"
	}
	return fmt.Sprintf("the estimates of %d of %d buyers add up to EUR %s, "+
		"which is %s the threshold of EUR %s for %s (%s)",
		v.buyers, v.of, v.sum, relation, v.threshold, v.kind, v.source)
}

func valued(d models.Dossier) value {
	v := value{of: len(d.Buyers())}
	if e, ok := d.Latest(models.EntryTimeLimits); ok {
		v.said = []models.ID{e.ID}
	}
	var estimates []models.Estimate
	for _, e := range d.Of(models.EntryEstimate) {
		if estimate, ok := models.BodyOf[models.Estimate](e); ok && d.IsBuyer(e.OrganisationID) {
			estimates = append(estimates, estimate)
		}
	}
	v.buyers = len(estimates)
	if v.buyers == 0 {
		return v
	}
	sum, currency, ok := models.SumOfEstimates(estimates)
	if !ok || currency != "EUR" {
		v.unknown = "the estimates are not all in euro, and the thresholds are known here in euro only"
		return v
	}
	v.sum, _ = decimal.Parse(sum.FloatString(2))
	v.compare(d)
	return v
}

// compare finds the threshold: that for works, or those for supplies and services. Under Directive 2014/24/EU the lower
// one of these holds for central government authorities and the higher one for all others.
func (v *value) compare(d models.Dossier) {
	limits := d.TimeLimits()
	at := calendar.DateOf(procedure.Begun(d), time.UTC)
	if frame, known := timelimit.Governing(d); known {
		at = frame.Day(procedure.Begun(d))
	}
	directive := cmp.Or(limits.Directive, models.DirectiveClassic)
	thresholds, err := calendar.ThresholdsUnder(calendar.Directive(directive), at)
	if err != nil {
		v.unknown = fmt.Sprintf("the thresholds of Directive %s/EU in force on %s are not known here", directive, at)
		return
	}
	v.source = thresholds.Source
	kinds := []thresholdKind{
		{calendar.CentralSupplies, "supplies and services of central government authorities"},
		{calendar.SubCentralSupplies, "supplies and services of authorities below central government"},
	}
	if directive == models.DirectiveUtilities {
		kinds = []thresholdKind{{calendar.CentralSupplies, "supplies and services"}}
	}
	if limits.Contract == models.ContractWorks {
		kinds = []thresholdKind{{calendar.Works, "works"}}
	}
	for i, k := range kinds {
		reached, err := thresholds.Reached(k.code, v.sum)
		if i == 0 || err == nil && reached {
			v.threshold, v.kind, v.reached = thresholds.Amounts[k.code], k.called, reached
		}
	}
}

type thresholdKind struct {
	code   calendar.ContractKind
	called string
}
