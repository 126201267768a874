package market

import (
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
)

// An Announced consultation is ready to be recorded.
type Announced struct {
	Consultation models.Consultation
	// Releases fix the announcement and the questionnaire.
	Releases []models.Release
}

// Announce opens a consultation with an announcement and a questionnaire in the versions that were read. It refuses
// versions that do not stand, were released before or lack a language, a second consultation while one is open, times
// in the past, and a consultation without a common need.
func Announce(d models.Dossier, announcement, questionnaire models.Reference) (Announced, error) {
	var none Announced
	if err := phaseOpen(d, models.EntryAnnouncement); err != nil {
		return none, err
	}
	if open, running := d.Market.OpenConsultation(); running {
		return none, models.Refuse(models.CodeConsultationRunning, "",
			"a consultation is open until %s (%s)", open.ClosesLocal, open.ClosesZone).
			Accepting("an extension of it, or another consultation afterwards")
	}
	told, err := releasable(d, "/announcement", announcement)
	if err != nil {
		return none, err
	}
	asked, err := releasable(d, "/questionnaire", questionnaire)
	if err != nil {
		return none, err
	}
	need, ok := d.Latest(models.EntryCommonNeed)
	if !ok {
		return none, models.Refuse(models.CodeInvalidValue, "/announcement", "there is no common need to consult on").
			Accepting("a consultation after the common need was written")
	}
	a, _ := models.BodyOf[models.Announcement](told)
	opens, closes, err := bounds(a, d.Now)
	if err != nil {
		return none, err
	}
	basis := []models.Reference{reference(need)}
	return Announced{
		Consultation: models.Consultation{
			AnnouncementID: told.ID, ProcurementID: d.Procurement.ID, QuestionnaireID: asked.ID,
			AnnouncedAt: d.Now, OpensAt: opens, ClosesAt: closes, ClosesLocal: a.Closes.Local,
			ClosesZone: a.Closes.Zone,
		},
		Releases: []models.Release{release(d, told, basis), release(d, asked, basis)},
	}, nil
}

func bounds(a models.Announcement, now time.Time) (opens, closes time.Time, err error) {
	opens = now
	if a.Opens != nil {
		if opens, err = calendar.Instant("/announcement/opens", a.Opens.Local, a.Opens.Zone); err != nil {
			return opens, closes, err
		}
		if opens.Before(now) {
			return opens, closes, models.Refuse(models.CodeDeadlineInPast, "/announcement/opens",
				"the consultation would open at %s, but it is already %s", instant(opens), instant(now)).
				Accepting("an instant in the future, or none to open with the announcement")
		}
	}
	if closes, err = calendar.InstantAhead("/announcement/closes", a.Closes.Local, a.Closes.Zone, now); err != nil {
		return opens, closes, err
	}
	if !closes.After(opens) {
		return opens, closes, models.Refuse(models.CodeDeadlineInPast, "/announcement/closes",
			"the consultation would close at %s, but opens at %s", instant(closes), instant(opens)).
			Accepting("an instant after the opening")
	}
	return opens, closes, nil
}

// Extend returns the new closing of a consultation. It refuses to extend a consultation that has closed, and to move
// the closing to an earlier instant: those who prepare a response rely on what was announced.
func Extend(d models.Dossier, announcement models.ID, closes models.LocalTime) (time.Time, error) {
	c, ok := d.Market.Consultation(announcement)
	switch {
	case !ok:
		return time.Time{}, models.Refuse(models.CodeNotAnnounced, "/announcement",
			"the consultation %s was not announced", announcement).
			Accepting("the entry that announced a consultation")
	case c.ClosedAt != nil || !d.Now.Before(c.ClosesAt):
		return time.Time{}, models.Refuse(models.CodeConsultationClosed, "/announcement",
			"the consultation closed at %s (%s)", c.ClosesLocal, c.ClosesZone).
			Accepting("another consultation")
	}
	to, err := calendar.InstantAhead("/closes", closes.Local, closes.Zone, d.Now)
	if err != nil {
		return to, err
	}
	if !to.After(c.ClosesAt) {
		return to, models.Refuse(models.CodeDeadlineEarlier, "/closes",
			"%s is not later than the present closing", instant(to)).
			Accepting("an instant after %s", instant(c.ClosesAt))
	}
	return to, nil
}

func instant(at time.Time) string { return at.UTC().Format(time.RFC3339) }
