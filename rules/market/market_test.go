package market_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
	"github.com/ppi-engine/ppi/rules/market"
)

func day(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate("", s)
	require.NoError(t, err)
	return d
}

func TestABulletinIsOverdueWhenTheLastDayOfItsIntervalIsOver(t *testing.T) {
	t.Parallel()
	w := market.Window{Since: day(t, "2026-01-15"), Days: 60, Zone: "Europe/Paris"}
	for name, c := range map[string]struct{ after, want string }{
		"first":                            {"", "2026-03-16T23:00:00Z"},
		"asked for a second early":         {"2026-03-16T22:59:59Z", "2026-03-16T23:00:00Z"},
		"asked for when it was, next":      {"2026-03-16T23:00:00Z", "2026-05-15T22:00:00Z"},
		"asked for a while later":          {"2026-04-20T10:00:00Z", "2026-05-15T22:00:00Z"},
		"asked for after many were missed": {"2030-01-01T00:00:00Z", "2030-02-23T23:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var after time.Time
			if c.after != "" {
				var err error
				after, err = time.Parse(time.RFC3339, c.after)
				require.NoError(t, err)
			}
			due, err := w.Overdue(after)
			require.NoError(t, err)
			require.Equal(t, c.want, due.UTC().Format(time.RFC3339))
		})
	}
}

func TestEveryReminderIsLaterThanTheOneBefore(t *testing.T) {
	t.Parallel()
	for _, days := range []int{1, 7, 60, 366} {
		w := market.Window{Since: day(t, "2026-03-01"), Days: days, Zone: "Europe/Paris"}
		var last time.Time
		for range 120 {
			due, err := w.Overdue(last)
			require.NoError(t, err)
			require.True(t, due.After(last), "every %d days", days)
			if !last.IsZero() {
				require.InDelta(t, float64(days*24), due.Sub(last).Hours(), 1.01, "a clock change is an hour")
			}
			last = due
		}
	}
}

func TestMemberStatesAreThoseOfTheDay(t *testing.T) {
	t.Parallel()
	for on, want := range map[string]int{
		"2004-04-30": 15, "2004-05-01": 25, "2013-07-01": 28, "2020-12-31": 28,
		"2021-01-01": 27,
	} {
		states, err := market.MemberStates(day(t, on))
		require.NoError(t, err)
		require.Len(t, states, want, on)
	}
}

func announcement() market.Announcement {
	return market.Announcement{Announcement: models.Announcement{
		Title: models.Text{"en": "Dialogue"}, Subject: models.Text{"en": "Computing"},
		HowTo: models.Text{"en": "Respond"}, Closes: models.LocalTime{Local: "2026-05-04T12:00", Zone: "Europe/Paris"},
		Places: []models.Source{{Title: "TED"}}, Countries: []string{"FR"},
	}}
}

func TestAnAnnouncementIsRefused(t *testing.T) {
	t.Parallel()
	require.NoError(t, announcement().Check())
	for name, c := range map[string]struct {
		upset func(*market.Announcement)
		field string
		code  models.Code
	}{
		"without a place": {
			func(a *market.Announcement) { a.Places = nil }, "/places",
			models.CodeInvalidValue,
		},
		"to nobody": {
			func(a *market.Announcement) { a.Countries = nil }, "/countries",
			models.CodeInvalidValue,
		},
		"to a country twice": {
			func(a *market.Announcement) { a.Countries = []string{"FR", "FR"} },
			"/countries", models.CodeInvalidValue,
		},
		"that closes at an hour that is not": {
			func(a *market.Announcement) { a.Closes.Local = "2026-03-29T02:30" },
			"/closes", models.CodeInvalidLocalTime,
		},
		"that opens at an hour that is twice": {func(a *market.Announcement) {
			a.Opens = &models.LocalTime{Local: "2026-10-25T02:30", Zone: "Europe/Paris"}
		}, "/opens", models.CodeInvalidLocalTime},
		"that names a product": {
			func(a *market.Announcement) { a.Subject = models.Text{"en": "An NVIDIA A100, or equivalent"} },
			"/subject/en", models.CodeProductNamed,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := announcement()
			c.upset(&a)
			refusal, refused := models.RefusalOf(a.Check())
			require.True(t, refused)
			require.Equal(t, c.code, refusal.Code)
			require.Equal(t, c.field, refusal.Field)
		})
	}
}
