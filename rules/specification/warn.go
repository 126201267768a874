package specification

import (
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

// Warnings says what in the requirements deserves a thought, beside what [TraceOf] finds: limits that exclude each
// other, a performance without level, what one buyer needs and all are bound by, and weights in the wrong place.
func Warnings(d models.Dossier) ([]models.Warning, error) {
	weights, err := weightsOf()
	if err != nil {
		return nil, err
	}
	requirements := requirementsOf(d)
	all := clashes(requirements)
	for _, r := range requirements {
		if r.Type == models.TypePerformance && r.Use == models.UseAward && len(r.Minimum) == 0 && r.Measure == nil {
			all = append(all, models.Warn(models.WarnNoLevel, "/requirements",
				"%s asks for a performance and names no minimum level, so the worst is admitted",
				r.Code).On(r.Entry.ID))
		}
		if buyer := onlyBuyer(d, r); buyer != "" {
			all = append(all, models.Warn(models.WarnOneBuyer, "/requirements",
				"%s comes from the need of %s alone, and binds what all %d buyers buy; a lot of its own, or an "+
					"option, would not",
				r.Code, d.NameOf(buyer), len(d.Buyers())).On(r.Entry.ID))
		}
		if found := weights.found(r.Wording()); found != "" {
			all = append(all, models.Warn(models.WarnWeight, "/requirements",
				"%s seems to weigh for the award: %q; weights stand in the award criteria only", r.Code,
				excerpt(found)).
				On(r.Entry.ID))
		}
	}
	return all, nil
}

func clashes(requirements []Requirement) []models.Warning {
	entries := map[string]models.ID{}
	bare := make([]models.Requirement, len(requirements))
	for i, r := range requirements {
		entries[r.Code], bare[i] = r.Entry.ID, r.Requirement
	}
	var all []models.Warning
	for _, c := range models.Clashes(bare) {
		all = append(all, models.Warn(models.WarnLimitsClash, "/requirements", "no tender can keep both: %s", c).
			On(entries[c.Least.Code], entries[c.Most.Code]))
	}
	return all
}

// onlyBuyer is the one of several buyers from whose needs alone a minimum requirement comes that applies to every lot;
// empty: there is none.
func onlyBuyer(d models.Dossier, r Requirement) models.ID {
	if r.Use != models.UseMinimum || len(r.Lots) > 0 || len(r.Traces) == 0 || len(d.Buyers()) < 2 {
		return ""
	}
	var buyer models.ID
	for _, id := range r.Traces {
		e, ok := d.Standing(id, models.EntryNeedsStatement)
		if !ok || e.OrganisationID == "" || buyer != "" && buyer != e.OrganisationID {
			return ""
		}
		buyer = e.OrganisationID
	}
	return buyer
}

// LongestEcho is from how many words in a row on a requirement seems to be taken from an answer.
const LongestEcho = 8

// Echoes finds requirements that repeat the words of one response to the consultation. Whoever wrote them would be
// favoured, and what was said in confidence would be told (Directive 2014/24/EU, Articles 21, 41 and 42(2)). What the
// buyers wrote themselves, such as a question that a response quotes, is nobody's answer. A warning names requirement
// and response, and neither the words nor who wrote them.
func Echoes(d models.Dossier, responses []models.ConsultationResponse) []models.Warning {
	own := map[string]bool{}
	for _, e := range d.Entries {
		if e.WithdrawnAt == nil && (e.Phase == models.PhaseNeeds || e.Kind == models.EntryAnnouncement ||
			e.Kind == models.EntryQuestionnaire) {
			for _, w := range models.WordingOf(e) {
				note(own, w.Text)
			}
		}
	}
	said := make([]map[string]bool, len(responses))
	for i, r := range responses {
		said[i] = map[string]bool{}
		if r.Content.Remarks != nil {
			note(said[i], models.Text{"": r.Content.Remarks.Text})
		}
		for _, a := range r.Content.Answers {
			note(said[i], models.Text{"": a.Answer})
		}
	}
	var all []models.Warning
	for _, r := range requirementsOf(d) {
		for i, response := range responses {
			if repeats(r.Wording(), said[i], own) {
				all = append(all, models.Warn(models.WarnEcho, "/requirements",
					"%s repeats at least %d words in a row of one response to the consultation", r.Code, LongestEcho).
					On(r.Entry.ID, response.ID))
			}
		}
	}
	return all
}

// note notes every passage of a text.
func note(into map[string]bool, text models.Text) {
	for _, s := range text {
		for passage := range passages(s) {
			into[passage] = true
		}
	}
}

func repeats(wording []models.Wording, said, own map[string]bool) bool {
	return slices.ContainsFunc(wording, func(w models.Wording) bool {
		for _, s := range w.Text {
			for passage := range passages(s) {
				if said[passage] && !own[passage] {
					return true
				}
			}
		}
		return false
	})
}

// passages are all runs of [LongestEcho] words of a text, however they are written.
func passages(s string) func(yield func(string) bool) {
	words := wordsOf(s)
	return func(yield func(string) bool) {
		for i := 0; i+LongestEcho <= len(words); i++ {
			if !yield(strings.Join(words[i:i+LongestEcho], " ")) {
				return
			}
		}
	}
}
