package rig

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/models"
)

// An Entry is what the API says of an entry that was written.
type Entry struct {
	ID      models.ID `json:"id"`
	Digest  string    `json:"digest"`
	Version int64     `json:"version"`
}

// WriteNeeds fills the dossier of the needs phase so that its gate is met.
func (c *Consortium) WriteNeeds(ctx context.Context) error {
	var statements []models.ID
	for _, buyer := range c.Buyers {
		statement, err := c.stateNeed(ctx, buyer)
		if err != nil {
			return err
		}
		statements = append(statements, statement)
	}
	common := needed("30")
	common["statements"] = statements
	need, err := c.write(ctx, c.Drafter, "/common-need", common)
	if err != nil {
		return err
	}
	if err := c.foundNeed(ctx); err != nil {
		return err
	}
	for _, buyer := range c.Buyers {
		confirmed := map[string]any{"entry": need.ID, "digest": need.Digest}
		if _, err := c.write(ctx, buyer.Officer, "/need-confirmations", confirmed); err != nil {
			return err
		}
	}
	return nil
}

// stateNeed writes what a buyer says for itself: its need, what end users and figures say of it, and its estimate.
func (c *Consortium) stateNeed(ctx context.Context, buyer Buyer) (models.ID, error) {
	statement := needed("30")
	statement["priority"], statement["trigger"] = models.PriorityMust, "quality_or_efficiency"
	written, err := c.write(ctx, buyer.Officer, "/needs-statements", statement)
	if err != nil {
		return "", err
	}
	for path, in := range map[string]map[string]any{
		"/estimates": {"value": budget, "quantity": "1", "unit": "system"},
		"/end-user-input": {
			"method": "interviews", "groups": []map[string]any{{"group": "Scientists who compute", "count": 12}},
			"from": "2016-02-01", "until": "2016-02-12",
			"findings": models.Text{"en": "Results come late and cost much."},
		},
		"/as-is-figures": {
			"service": models.Text{"en": "Computing on the present system"}, "figures": []map[string]any{{
				"measures": "cost", "name": models.Text{"en": "Energy per simulated year"},
				"value": "48", "unit": "kWh",
				"from": "2015-01-01", "until": "2015-12-31", "source": "Meter of the machine room",
				"statement": written.ID,
			}},
		},
	} {
		if _, err := c.write(ctx, buyer.Officer, path, in); err != nil {
			return "", err
		}
	}
	return written.ID, nil
}

// foundNeed writes what the common need rests on: what exists already, which standards there are, and what it is worth.
func (c *Consortium) foundNeed(ctx context.Context) error {
	option := func(title, costs, benefits string) map[string]any {
		return map[string]any{
			"title": models.Text{"en": title}, "costs": models.Money{Amount: costs, Currency: "EUR"},
			"benefits": models.Money{Amount: benefits, Currency: "EUR"}, "reasons": models.Text{"en": "Energy bills"},
		}
	}
	better := option("Buy systems that need less energy", "2000000.00", "2600000.00")
	better["preferred"] = true
	for path, in := range map[string]map[string]any{
		"/state-of-the-art": {
			"summary": models.Text{"en": "Offers exist in small quantity only."}, "conclusion": "near_market",
			"sources": []map[string]any{{"title": "Market survey"}},
		},
		"/prior-art-searches": {
			"searched_on": "2016-03-01", "summary": models.Text{"en": "No patent stands in the way."},
			"databases": []map[string]any{
				{"name": "Espacenet", "kind": models.PatentDatabase, "queries": []string{"energy per computation"}},
			},
		},
		"/standards-landscape": {"none": models.Text{"en": "No standard says how the energy of a result is measured."}},
		"/preliminary-cases": {
			"stage": models.CaseBeforeConsultation, "problem": models.Text{"en": "Results cost too much energy."},
			"constraints": models.Text{"en": "The rooms stay as they are."}, "years": 5, "route": models.RoutePPI,
			"break_even": models.Text{"en": "In the fourth year."},
			"options":    []map[string]any{option("Go on as now", "2500000.00", "0.00"), better},
		},
	} {
		if _, err := c.write(ctx, c.Drafter, path, in); err != nil {
			return err
		}
	}
	return nil
}

// UpdateCase writes what a closed consultation has changed in the preliminary business case.
func (c *Consortium) UpdateCase(ctx context.Context) error {
	var written struct {
		Items []struct {
			Content map[string]any `json:"content"`
		} `json:"items"`
	}
	if _, err := c.Drafter.Get(ctx, c.Path("/preliminary-cases"), &written); err != nil {
		return err
	}
	update := written.Items[0].Content
	update["stage"] = models.CaseAfterConsultation
	update["changed"] = models.Text{"en": "Nothing: the market confirms costs and dates."}
	_, err := c.write(ctx, c.Drafter, "/preliminary-cases", update)
	return err
}

// budget is what each buyer estimates and approves.
var budget = models.Money{Amount: "1000000.00", Currency: "EUR"}

// ApproveBudgets has every buyer approve its budget before the notice.
func (c *Consortium) ApproveBudgets(ctx context.Context) error {
	for _, buyer := range c.Buyers {
		if err := c.approve(ctx, buyer, map[string]any{"stage": models.BudgetForNotice, "amount": budget}); err != nil {
			return err
		}
	}
	return nil
}

// ApproveResult has buyers approve the result of a lot that was awarded to a tender, each with the same amount in euro.
func (c *Consortium) ApproveResult(ctx context.Context, tender models.ID, amount string, buyers ...Buyer) error {
	for _, buyer := range buyers {
		if err := c.approve(ctx, buyer, map[string]any{
			"stage": models.BudgetForResult, "tender": tender, "amount": models.Money{Amount: amount, Currency: "EUR"},
		}); err != nil {
			return err
		}
	}
	return nil
}

func (c *Consortium) approve(ctx context.Context, buyer Buyer, approval map[string]any) error {
	approval["organ"], approval["approved_on"], approval["reference"] = "City council", "2016-05-10", "2016/42"
	_, err := c.write(ctx, buyer.Officer, "/budget-approvals", approval)
	return err
}

func needed(target string) map[string]any {
	return map[string]any{
		"outcome":   models.Text{"en": "Computing at less energy per result"},
		"indicator": models.Text{"en": "Energy per simulated year"},
		"baseline":  "48", "target": target, "unit": "kWh",
	}
}

func (c *Consortium) write(ctx context.Context, who *apiclient.Client, path string, in any) (Entry, error) {
	var out Entry
	_, err := who.Post(ctx, c.Path(path), in, &out)
	return out, err
}

// AwardCriteria are criteria for a lot that fit together.
func AwardCriteria(lot models.ID) map[string]any {
	return map[string]any{
		"lot": lot, "method": "relative_to_lowest", "currency": "EUR", "price_weight": "40", "digits": 2,
		"rounding":  "half_up",
		"tie_break": []string{"price", "quality"}, "consensus": "chair",
		"low": map[string]any{"against": "mean_of_others", "percent": "30"},
		"criteria": []map[string]any{
			{
				"id": "energy", "title": models.Text{"en": "Energy"}, "link": models.Text{"en": "What the system uses"},
				"weight": "40", "max": "10",
			},
			{
				"id": "service", "title": models.Text{"en": "Service"},
				"link": models.Text{"en": "How the system is kept running"}, "weight": "20", "max": "10",
			},
		},
	}
}

// WriteRequirement writes the one requirement without which no lot is published.
func (c *Consortium) WriteRequirement(ctx context.Context) error {
	_, err := c.write(ctx, c.Drafter, "/requirements", map[string]any{
		"code": "R-001", "statement": models.Text{"en": "The system computes at less energy per result."},
		"type": "performance", "priority": "must", "use": models.UseMinimum,
		"minimum":      models.Text{"en": "At most 30 kWh per simulated year."},
		"verification": map[string]any{"method": "test", "how": models.Text{"en": "By a run of one year."}},
	})
	return err
}

// SkipToTender ends the phases before the tender of a procurement that has started, behind the API's back and without
// events: its phase_rounds do not follow from them. do carries out a statement with all rights, past the triggers that
// keep rows as they are; specify writes the specification while its phase is open.
func SkipToTender(
	procurement string, do func(statement string, arguments ...any) error, specify func() error,
) error {
	errs := []error{do("UPDATE phase_rounds SET status = 'closed', closed_at = clock_timestamp() "+
		"WHERE procurement_id = $1", procurement)}
	for phase, status := range map[models.Phase]models.PhaseStatus{
		models.PhaseConsultation: models.PhaseClosed, models.PhaseEngagement: models.PhaseClosed,
		models.PhaseSpecification: models.PhaseOpen, models.PhaseTender: models.PhaseOpen,
	} {
		errs = append(errs, do(`INSERT INTO phase_rounds (procurement_id, phase, round, status, opened_at, closed_at)
			VALUES ($1, $2, 1, $3, clock_timestamp(), CASE WHEN $3 = 'closed' THEN clock_timestamp() END)`,
			procurement, phase, status))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if err := specify(); err != nil {
		return err
	}
	return do(`UPDATE phase_rounds SET status = 'closed', closed_at = clock_timestamp()
		WHERE procurement_id = $1 AND phase = 'specification'`, procurement)
}

// Upload uploads a file of one chunk and returns its ID.
func (c *Consortium) Upload(
	ctx context.Context, who *apiclient.Client, content []byte, purpose models.Purpose,
) (models.ID, error) {
	u, err := c.write(ctx, who, "/uploads", map[string]any{
		"size": len(content), "sha256": Digest(content), "media_type": "application/octet-stream",
		"filename": "file.age", "purpose": purpose,
	})
	if err != nil {
		return "", err
	}
	_, err = who.Do(ctx, apiclient.Request{
		Method: http.MethodPut, Path: c.Path("/uploads/" + string(u.ID) + "/chunks/0"), In: bytes.NewReader(content),
		IfMatch: "*",
	})
	if err != nil {
		return "", err
	}
	_, err = who.Do(ctx, apiclient.Request{
		Method: http.MethodPost, Path: c.Path("/uploads/" + string(u.ID) + "/actions/complete"), IfMatch: "*",
	})
	return u.ID, err
}

// Digest is the SHA-256 of content, in hexadecimal.
func Digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
