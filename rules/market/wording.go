package market

import (
	"fmt"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
	"github.com/ppi-engine/ppi/rules/neutrality"
)

// An Announcement of a consultation whose times exist and which names no product.
type Announcement struct {
	models.Announcement
}

// Check refuses an announcement that is malformed, whose times no clock shows, or that names a product.
func (a Announcement) Check() error {
	faults := models.Faults(a.Announcement.Check())
	_, err := calendar.Instant("/closes", a.Closes.Local, a.Closes.Zone)
	faults = append(faults, models.Faults(err)...)
	if a.Opens != nil {
		_, err := calendar.Instant("/opens", a.Opens.Local, a.Opens.Zone)
		faults = append(faults, models.Faults(err)...)
	}
	return models.Refusals(append(faults, productsIn(a.Wording())...))
}

// A Questionnaire that names no product.
type Questionnaire struct {
	models.Questionnaire
}

// Check refuses a questionnaire that is malformed or names a product: makers of other products would not be asked on
// equal terms.
func (q Questionnaire) Check() error {
	return models.Refusals(append(models.Faults(q.Questionnaire.Check()), productsIn(q.Wording())...))
}

// A Bulletin that names no product.
type Bulletin struct {
	models.Bulletin
}

// Check refuses a bulletin that is malformed or names a product.
func (b Bulletin) Check() error {
	return models.Refusals(append(models.Faults(b.Bulletin.Check()), productsIn(b.Wording())...))
}

// productsIn finds products and makers by name, with or without "or equivalent": a question needs neither.
func productsIn(all []models.Wording) []*models.Refusal {
	var faults []*models.Refusal
	for _, w := range all {
		findings, err := neutrality.Lint([]neutrality.Requirement{{ID: w.Field, Statement: w.Text}})
		if err != nil {
			return []*models.Refusal{models.Refuse(models.CodeProductNamed, w.Field,
				"the engine cannot judge whether the text names a product: %v", err)}
		}
		for _, f := range findings {
			if f.Code != neutrality.CodeBrand && f.Code != neutrality.CodeBrandEquivalent {
				continue
			}
			faults = append(faults, models.Refuse(models.CodeProductNamed, fmt.Sprintf("%s/%s", w.Field, f.Language),
				"%q is the name of a product or maker", f.Text).
				Accepting("what is needed, in words that fit every product that meets it"))
		}
	}
	return faults
}
