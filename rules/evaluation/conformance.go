package evaluation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
)

// conforming refuses an award while the tests that were announced are missing or not passed: of the winners, or, if all
// admitted tenders are tested, of every tender that is ranked. A tender that failed is excluded with its reason, and
// the ranking is computed without it.
func conforming(d models.Dossier, ranking award.Ranking, winners ...models.ID) error {
	plan, announced := d.ConformancePlan()
	if !announced {
		return nil
	}
	for _, p := range ranking.Places {
		if p.Rank == 0 || !slices.Contains(winners, p.Tender) && plan.Tested != models.TestedAll {
			continue
		}
		result, tested := d.ConformanceOf(p.Tender)
		if !tested {
			return models.Refuse(models.CodeConformanceMissing, "/tender",
				"the tests that were announced are not recorded of the tender of %s", d.TendererOf(p.Tender)).
				Accepting("the award after a conformance result of this tender")
		}
		if failed := result.Failed(); len(failed) > 0 {
			return models.Refuse(models.CodeConformanceFailed, "/tender", "the tender of %s has not passed %s",
				d.TendererOf(p.Tender), testsOf(failed)).
				Accepting("the exclusion of the tender as not_conforming, and the award to the next")
		}
	}
	return nil
}

func testsOf(failed []models.TestedResult) string {
	said := make([]string, len(failed))
	for i, f := range failed {
		said[i] = fmt.Sprintf("the test %s (%s)", f.Test, f.Found)
	}
	return strings.Join(said, ", ")
}

// failedTests is what a tenderer is told of the tests that its tender did not pass, by test.
func failedTests(d models.Dossier, tender models.ID) map[string]string {
	result, _ := d.ConformanceOf(tender)
	failed := result.Failed()
	if len(failed) == 0 {
		return nil
	}
	told := map[string]string{}
	for _, f := range failed {
		told[f.Test] = f.Found
	}
	return told
}
