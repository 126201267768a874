package eligibility

import (
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

// mostNear is how many profiles a refusal names as near to the one that does not exist.
const mostNear = 3

// CheckProfile refuses a call profile that this release does not have ([models.CodeInvalidValue]), because no gate
// could ever be met: it names those whose IDs are near, and where all are listed. Empty is no profile, which is
// accepted.
func CheckProfile(field, id string) *models.Refusal {
	if id == "" {
		return nil
	}
	if _, known := ProfileByID(id); known {
		return nil
	}
	profiles, _ := Profiles() // broken data is told by whatever judges by it
	ids := make([]string, len(profiles))
	for i, p := range profiles {
		ids[i] = p.ID
	}
	return models.Refuse(models.CodeInvalidValue, field, "there is no call profile %q", id).
		Accepting("one of %s, or another of GET /v1/call-profiles, or none", near(id, ids))
}

// near are the IDs that begin with what was asked for, then those that share most with it, the nearest first.
func near(asked string, ids []string) []string {
	away := func(id string) int {
		if strings.HasPrefix(id, strings.ToUpper(asked)) {
			return 0
		}
		return distance(asked, id)
	}
	sorted := slices.Clone(ids)
	slices.SortStableFunc(sorted, func(a, b string) int { return away(a) - away(b) })
	return sorted[:min(mostNear, len(sorted))]
}

// distance is how many letters must be put in, left out or replaced to come from one word to the other (Levenshtein),
// whatever their case.
func distance(a, b string) int {
	from, to := []rune(strings.ToUpper(a)), []rune(strings.ToUpper(b))
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range from {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range to {
			cost := diagonal
			if x != y {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(row[j+1]+1, row[j]+1, cost)
		}
	}
	return row[len(to)]
}
