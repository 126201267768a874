package market_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/market"
)

const zone = "Europe/Paris"

// invitation is an announcement that closes on 4 May 2026 at noon in Paris.
func invitation() models.Announcement {
	return models.Announcement{
		Title: said("Dialogue"), Closes: models.LocalTime{Local: "2026-05-04T12:00", Zone: zone},
		Countries: []string{"FR"},
	}
}

// invite writes an announcement and a questionnaire.
func (f *file) invite(a models.Announcement) (announcement, questionnaire models.Reference) {
	f.Helper()
	q := models.Questionnaire{Questions: []models.Question{{ID: "readiness", Text: said("What is on sale?")}}}
	return reference(f.write(models.EntryAnnouncement, a)), reference(f.write(models.EntryQuestionnaire, q))
}

// consult has a consultation open that is about the need as it stands.
func (f *file) consult(countries ...string) models.ID {
	f.Helper()
	a := invitation()
	a.Countries = countries
	told, asked := f.invite(a)
	announced, err := market.Announce(f.Dossier, told, asked)
	require.NoError(f, err)
	f.Market.Consultations = append(f.Market.Consultations, announced.Consultation)
	f.Market.Releases = append(f.Market.Releases, announced.Releases...)
	return told.Entry
}

func TestAConsultationBeginsWithTheSameWordsForAll(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	told, asked := f.invite(invitation())
	announced, err := market.Announce(f.Dossier, told, asked)
	require.NoError(t, err)
	c := announced.Consultation
	require.Equal(t, told.Entry, c.AnnouncementID)
	require.Equal(t, asked.Entry, c.QuestionnaireID)
	require.Equal(t, now, c.AnnouncedAt)
	require.Equal(t, now, c.OpensAt, "with the announcement, if it does not say when")
	require.Equal(t, time.Date(2026, time.May, 4, 10, 0, 0, 0, time.UTC), c.ClosesAt)
	need, _ := f.Latest(models.EntryCommonNeed)
	require.Len(t, announced.Releases, 2)
	for i, r := range announced.Releases {
		require.Equal(t, []models.Reference{told, asked}[i].Digest, r.Digest)
		require.Equal(t, now, r.ReleasedAt)
		require.Equal(t, []models.Reference{reference(need)}, r.Basis, "it is about the need as it stands")
	}
}

func TestAConsultationIsNotAnnounced(t *testing.T) {
	t.Parallel()
	local := func(s string) *models.LocalTime { return &models.LocalTime{Local: s, Zone: zone} }
	for name, c := range map[string]struct {
		upset func(*file, *models.Announcement)
		spoil func(f *file, told, asked *models.Reference)
		code  models.Code
		field string
	}{
		"before its phase is open": {func(f *file, _ *models.Announcement) {
			f.phase(models.PhaseConsultation, models.PhasePending)
		}, nil, models.CodePhaseNotOpen, ""},
		"after its phase": {func(f *file, _ *models.Announcement) {
			f.phase(models.PhaseConsultation, models.PhaseClosed)
		}, nil, models.CodePhaseNotOpen, ""},
		"while another is open": {
			func(f *file, _ *models.Announcement) { f.consult("FR") }, nil,
			models.CodeConsultationRunning, "",
		},
		"in a language the procurement has not": {
			func(_ *file, a *models.Announcement) {
				a.Title = models.Text{"fr": "Dialogue"}
			}, nil, models.CodeMissingTranslation,
			"/announcement/entry",
		},
		"to open in the past": {
			func(_ *file, a *models.Announcement) {
				a.Opens = local("2026-03-03T00:29:59")
			}, nil, models.CodeDeadlineInPast,
			"/announcement/opens",
		},
		"to open at an hour that is not": {
			func(_ *file, a *models.Announcement) {
				a.Opens = local("2026-03-29T02:30")
			}, nil, models.CodeInvalidLocalTime,
			"/announcement/opens",
		},
		"to close when it opens": {
			func(_ *file, a *models.Announcement) { a.Opens = &a.Closes }, nil,
			models.CodeDeadlineInPast, "/announcement/closes",
		},
		"to close in the past": {
			func(_ *file, a *models.Announcement) {
				a.Closes = *local("2026-03-03T00:30")
			}, nil, models.CodeDeadlineInPast,
			"/announcement/closes",
		},
		"to close at an hour that is twice": {
			func(_ *file, a *models.Announcement) {
				a.Closes = *local("2026-10-25T02:30")
			}, nil, models.CodeInvalidLocalTime,
			"/announcement/closes",
		},
		"of an announcement that has changed": {
			nil,
			func(_ *file, told, _ *models.Reference) { told.Digest = strings.Repeat("0", 64) }, models.CodeEntryChanged,
			"/announcement/digest",
		},
		"of a questionnaire that has changed": {
			nil,
			func(_ *file, _, asked *models.Reference) { asked.Digest = strings.Repeat("0", 64) },
			models.CodeEntryChanged, "/questionnaire/digest",
		},
		"of a questionnaire that is another kind": {
			nil,
			func(_ *file, told, asked *models.Reference) { asked.Entry = told.Entry }, models.CodeNotFound,
			"/questionnaire/entry",
		},
		"of a questionnaire that was withdrawn": {
			nil,
			func(f *file, _, asked *models.Reference) { f.withdraw(asked.Entry) }, models.CodeNotFound,
			"/questionnaire/entry",
		},
		"of words that were told before": {nil, func(f *file, told, _ *models.Reference) {
			e, _ := f.Standing(told.Entry)
			f.tell(e, now)
		}, models.CodeAlreadyReleased, "/announcement/entry"},
		"on no need": {func(f *file, _ *models.Announcement) {
			need, _ := f.Latest(models.EntryCommonNeed)
			f.withdraw(need.ID)
		}, nil, models.CodeInvalidValue, "/announcement"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, a := newFile(t), invitation()
			if c.upset != nil {
				c.upset(f, &a)
			}
			told, asked := f.invite(a)
			if c.spoil != nil {
				c.spoil(f, &told, &asked)
			}
			_, err := market.Announce(f.Dossier, told, asked)
			require.Equal(t, c.field, requireRefused(t, c.code, err).Field)
		})
	}
}

func TestAConsultationMayOpenAtOnceOrLater(t *testing.T) {
	t.Parallel()
	for opens, want := range map[string]time.Time{
		"2026-03-03T00:30": now,
		"2026-05-04T11:59": time.Date(2026, time.May, 4, 9, 59, 0, 0, time.UTC),
	} {
		f, a := newFile(t), invitation()
		a.Opens = &models.LocalTime{Local: opens, Zone: zone}
		told, asked := f.invite(a)
		announced, err := market.Announce(f.Dossier, told, asked)
		require.NoError(t, err)
		require.Equal(t, want, announced.Consultation.OpensAt)
	}
}

// Who prepares a response relies on what was announced.
func TestAConsultationIsExtendedAndNeverShortened(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	id := f.consult("FR")
	extend := func(local string) error {
		_, err := market.Extend(f.Dossier, id, models.LocalTime{Local: local, Zone: zone})
		return err
	}
	to, err := market.Extend(f.Dossier, id, models.LocalTime{Local: "2026-05-04T12:00:01", Zone: zone})
	require.NoError(t, err)
	require.Equal(t, time.Date(2026, time.May, 4, 10, 0, 1, 0, time.UTC), to)
	requireRefused(t, models.CodeDeadlineEarlier, extend("2026-05-04T12:00"))
	requireRefused(t, models.CodeDeadlineEarlier, extend("2026-05-04T11:00"))
	requireRefused(t, models.CodeInvalidLocalTime, extend("2026-10-25T02:30"))
	_, err = market.Extend(f.Dossier, models.NewID(models.PrefixEntry),
		models.LocalTime{Local: "2026-05-05T12:00", Zone: zone})
	requireRefused(t, models.CodeNotAnnounced, err)

	f.Now = time.Date(2026, time.May, 4, 10, 0, 0, 0, time.UTC)
	requireRefused(t, models.CodeConsultationClosed, extend("2026-05-05T12:00"))
	f.Now = f.Now.Add(-time.Microsecond)
	require.NoError(t, extend("2026-05-05T12:00"))
	f.Market.Consultations[0].ClosedAt = &now
	requireRefused(t, models.CodeConsultationClosed, extend("2026-05-05T12:00"))
}

// Switzerland takes part and is addressed; among the Member States it does not count.
func TestAConsultationReachesTheMemberStatesItAddressed(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	states, err := market.StatesConsulted(f.Dossier)
	require.NoError(t, err)
	require.Nil(t, states, "there was no consultation")
	require.Empty(t, market.CountriesConsulted(f.Dossier))

	f.consult("FR", "CH", "ES")
	closed := now
	f.Market.Consultations[0].ClosedAt = &closed
	f.consult("FR", "DE")
	states, err = market.StatesConsulted(f.Dossier)
	require.NoError(t, err)
	require.Equal(t, []string{"DE", "ES", "FR"}, states)
	require.Equal(t, []string{"CH", "DE", "ES", "FR"}, market.CountriesConsulted(f.Dossier))

	f.Market.Consultations[0].AnnouncementID = models.NewID(models.PrefixEntry)
	require.Equal(t, []string{"DE", "FR"}, market.CountriesConsulted(f.Dossier))
	f.Procurement.Zone = "Nowhere"
	_, err = market.StatesConsulted(f.Dossier)
	requireRefused(t, models.CodeInvalidLocalTime, err)

	f.Procurement.Zone = zone
	need, _ := f.Latest(models.EntryCommonNeed)
	f.withdraw(need.ID)
	require.Empty(t, market.CountriesConsulted(f.Dossier), "it was about another need")
}

func TestAConsultationOfThirdCountriesReachesNoMemberState(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	f.consult("CH", "GB")
	states, err := market.StatesConsulted(f.Dossier)
	require.NoError(t, err)
	require.NotNil(t, states, "it was consulted, which is recorded")
	require.Empty(t, states)
}
