package acts

import "github.com/ppi-engine/ppi/models"

const (
	longestTitle       = 400
	longestDescription = 20_000
)

// checkDescription refuses a malformed description. No description is fine.
func checkDescription(t models.Text) *models.Refusal {
	if len(t) == 0 {
		return nil
	}
	return models.CheckText("/description", t, longestDescription)
}
