package views

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/eligibility"
	"github.com/ppi-engine/ppi/rules/gate"
)

// What calls for proposals ask, and what was found on it.
type (
	// CallProfile is the rules of one call.
	CallProfile = eligibility.Profile
	// CallRule is one of them.
	CallRule = eligibility.Rule
	// Judgement is what was found on one rule.
	Judgement = eligibility.Judgement
)

// CallProfiles lists the profiles after an ID, at most limit.
func CallProfiles(after models.ID, limit int) ([]CallProfile, error) {
	profiles, err := eligibility.Profiles() // sorted by ID
	if err != nil {
		return nil, err
	}
	var page []CallProfile
	for _, p := range profiles {
		if p.ID > string(after) && len(page) < limit {
			page = append(page, p)
		}
	}
	return page, nil
}

// CallProfileOf reads the profile of a call, or refuses.
func CallProfileOf(call string) (CallProfile, error) {
	p, known := eligibility.ProfileByID(call)
	if !known {
		return CallProfile{}, models.NoSuchResource()
	}
	return p, nil
}

// CheckCallLanguage refuses a language in which rules are not explained.
func CheckCallLanguage(language string) error { return eligibility.CheckLanguage("lang", language) }

// An EligibilityQuestion says by what a consortium is to be judged.
type EligibilityQuestion struct {
	// Call is a profile; empty: that of the procurement.
	Call string
	// AsOf is the instant for which it is judged; nil: now.
	AsOf *time.Time
	// Language is that of the explanations; empty: English.
	Language string
}

// An Eligibility is a consortium judged by every rule of a call.
type Eligibility struct {
	Profile    CallProfile
	AsOf       time.Time
	Judgements []Judgement
}

// Eligibility judges the consortium by every rule of a call, those of all phases. It changes nothing.
func (v *Views) Eligibility(ctx context.Context, r Reader, q EligibilityQuestion) (found Eligibility, err error) {
	err = v.dossier(ctx, r, OfEligibility, func(_ *store.Tx, d models.Dossier) error {
		if q.Call != "" {
			d.Procurement.Profile = q.Call
		}
		profile, err := judgedBy(d.Procurement.Profile)
		if err != nil {
			return err
		}
		if q.AsOf != nil {
			d = eligibility.AsOf(d, *q.AsOf)
		}
		found = Eligibility{profile, d.Now, eligibility.Explained(profile, gate.EligibilityFacts(d), q.Language)}
		return nil
	})
	return found, err
}

// judgedBy is the profile of an ID; it refuses none, and one that does not exist.
func judgedBy(id string) (CallProfile, error) {
	if id == "" {
		return CallProfile{}, models.Refuse(models.CodeInvalidValue, "/call", "the procurement has no call profile").
			Accepting("a call of GET /v1/call-profiles")
	}
	if refusal := eligibility.CheckProfile("/call", id); refusal != nil {
		return CallProfile{}, refusal
	}
	profile, _ := eligibility.ProfileByID(id)
	return profile, nil
}
