package market

import (
	"slices"

	"github.com/ppi-engine/ppi/models"
)

// judges says what is asked of each kind that is released by itself, beyond what applies to all kinds. An announcement
// is released with its consultation.
func judges() map[models.EntryKind]func(models.Dossier, models.Entry) error {
	return map[models.EntryKind]func(models.Dossier, models.Entry) error{
		models.EntryEngagementPlan:     func(models.Dossier, models.Entry) error { return nil },
		models.EntryBulletin:           bulletinFits,
		models.EntryConsultationReport: reportFits,
	}
}

// Release fixes an entry in the version that was read and tells the market what it says. It refuses a
// version that does not stand, was released before or lacks a language, an entry of a kind that is not
// released by itself or out of its phase, and what the kind does not allow.
func Release(d models.Dossier, entry models.ID, digest string) (models.Release, error) {
	var none models.Release
	e, ok := d.Standing(entry)
	if !ok {
		return none, models.Refuse(models.CodeNotFound, "/entry", "the dossier has no standing entry %s", entry)
	}
	judge, ok := judges()[e.Kind]
	if !ok {
		return none, models.Refuse(models.CodeNotReleasable, "/entry", "a %s is not released by itself", e.Kind).
			Accepting("a bulletin, an engagement plan or a consultation report")
	}
	if err := phaseOpen(d, e.Kind); err != nil {
		return none, err
	}
	if _, err := releasable(d, "", models.Reference{Entry: e.ID, Kind: e.Kind, Digest: digest}); err != nil {
		return none, err
	}
	if err := judge(d, e); err != nil {
		return none, err
	}
	return release(d, e, Basis(d, e)), nil
}

func phaseOpen(d models.Dossier, kind models.EntryKind) error {
	rule, _ := models.EntryRuleOf(kind)
	status := d.Round(rule.Phase).Status
	if status == models.PhaseOpen || (status == models.PhaseClosed && rule.Lasting) {
		return nil
	}
	return models.Refuse(models.CodePhaseNotOpen, "", "the phase %s is %s", rule.Phase, status).
		Accepting("a release while that phase is open")
}

// releasable finds an entry that stands in the version named, unreleased and complete in every language.
func releasable(d models.Dossier, field string, ref models.Reference) (models.Entry, error) {
	e, ok := d.Standing(ref.Entry, ref.Kind)
	switch {
	case !ok:
		return e, models.Refuse(models.CodeNotFound, field+"/entry",
			"the dossier has no standing %s %s", ref.Kind, ref.Entry)
	case e.Digest != ref.Digest:
		return e, models.Refuse(models.CodeEntryChanged, field+"/digest", "the entry has changed since you read it").
			Accepting("the digest %s, after reading it again", e.Digest)
	}
	if r, told := d.Market.Release(e.ID); told {
		return e, models.Refuse(models.CodeAlreadyReleased, field+"/entry",
			"the entry was released at %s", instant(r.ReleasedAt)).
			Accepting("a new entry")
	}
	if lacking := d.Untranslated(e); len(lacking) > 0 {
		return e, models.Refuse(models.CodeMissingTranslation, field+"/entry",
			"the entry is not complete in every language: %s", lacking).
			Accepting("text in each of the languages %v", d.Procurement.Languages)
	}
	return e, nil
}

func bulletinFits(d models.Dossier, e models.Entry) error {
	b, _ := models.BodyOf[models.Bulletin](e)
	return b.CheckAgainst(d, e)
}

// reportFits asks that the consultation is over and that the report deals with all that came of it.
func reportFits(d models.Dossier, e models.Entry) error {
	if len(d.Market.Consultations) == 0 {
		return models.Refuse(models.CodeNotAnnounced, "/entry",
			"no consultation was announced that the report could be about").
			Accepting("a report after a consultation was announced and closed")
	}
	if open, running := d.Market.OpenConsultation(); running {
		return models.Refuse(models.CodeConsultationRunning, "/entry",
			"a consultation is open until %s (%s)", open.ClosesLocal, open.ClosesZone).
			Accepting("a release after it has closed")
	}
	report, _ := models.BodyOf[models.ConsultationReport](e)
	if left := report.Uncovered(d.ConsultationInputs()); len(left) > 0 {
		return models.Refuse(models.CodeInputsMissing, "/entry",
			"the report does not deal with %d inputs: %v", len(left), left[:min(len(left), 20)]).
			Accepting("for each input whether it was used, and why")
	}
	return nil
}

// CheckDisclosure refuses a report whose released part repeats, word for word, what an operator marked as
// confidential (Directive 2014/24/EU, Article 21(1)).
func CheckDisclosure(e models.Entry, responses []models.ConsultationResponse) error {
	for _, w := range models.WordingOf(e) {
		for _, language := range w.Text.Languages() {
			for _, r := range responses {
				if at := r.Content.Discloses(w.Text[language]); at != "" {
					return models.Refuse(models.CodeConfidential, w.Field+"/"+language,
						"the report repeats what the response %s says in confidence (%s)", r.ID, at).
						Accepting("a report that does not repeat it")
				}
			}
		}
	}
	return nil
}

// Basis names the entries of the dossier that an entry is about, as they stand: a bulletin on needs the common need,
// one on budget the members' estimates.
func Basis(d models.Dossier, e models.Entry) []models.Reference {
	basis := []models.Reference{}
	b, ok := models.BodyOf[models.Bulletin](e)
	if !ok || e.Kind != models.EntryBulletin {
		return basis
	}
	if slices.Contains(b.Covers, models.TopicNeeds) {
		basis = append(basis, needs(d)...)
	}
	if slices.Contains(b.Covers, models.TopicBudget) {
		basis = append(basis, budget(d)...)
	}
	return basis
}

func needs(d models.Dossier) []models.Reference {
	need, ok := d.Latest(models.EntryCommonNeed)
	if !ok {
		return nil
	}
	return []models.Reference{reference(need)}
}

func budget(d models.Dossier) []models.Reference {
	var all []models.Reference
	for _, e := range d.Of(models.EntryEstimate) {
		if d.IsBuyer(e.OrganisationID) {
			all = append(all, reference(e))
		}
	}
	return all
}

// Outdated tells whether what a standing bulletin said about a topic has changed since.
func Outdated(d models.Dossier, b models.ReleasedBulletin, topic string) bool {
	var kind models.EntryKind
	var now []models.Reference
	switch topic {
	case models.TopicNeeds:
		kind, now = models.EntryCommonNeed, needs(d)
	case models.TopicBudget:
		kind, now = models.EntryEstimate, budget(d)
	default:
		return false // timing is in no other entry; its changes are entries of their own
	}
	told := slices.DeleteFunc(slices.Clone(b.Release.Basis), func(r models.Reference) bool { return r.Kind != kind })
	return !slices.Equal(told, now)
}

func reference(e models.Entry) models.Reference {
	return models.Reference{Entry: e.ID, Kind: e.Kind, Digest: e.Digest}
}

func release(d models.Dossier, e models.Entry, basis []models.Reference) models.Release {
	return models.Release{
		EntryID: e.ID, ProcurementID: d.Procurement.ID, Kind: e.Kind, Digest: e.Digest, ReleasedAt: d.Now, Basis: basis,
	}
}
