package evaluation

import (
	"slices"

	"github.com/ppi-engine/ppi/models"
)

// CheckSealedCode refuses to tell the public a code that is not why a box cannot be opened. The list
// non-award-justification has none of its own for it.
func CheckSealedCode(code models.NonAwardCode) error {
	fitting := []models.NonAwardCode{"tch-pr-error", "other"}
	if slices.Contains(fitting, code) {
		return nil
	}
	return models.Refuse(models.CodeInvalidValue, "/code", "%s is not why a box cannot be opened", code).
		Accepting("one of %v", fitting)
}
