package timelimit_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

// Latvia, Publisko iepirkumu likums, Article 35: seven days at least from the dispatch of the notice of change.
func TestAMovedDeadlineLeavesTheTimeThatTheLawAsksFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		law, local string
		refused    bool
	}{
		"LV, five days":    {"LV", "2026-04-18T12:00", true},
		"LV, eight days":   {"LV", "2026-04-21T12:00", false},
		"FR asks for none": {"FR", "2026-04-18T12:00", false},
		"an unknown law":   {"XX", "2026-04-18T12:00", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, _ := publishedFile(t, c.law)
			f.Now = instant(t, "2026-04-13T08:00:00Z")
			err := timelimit.CheckMoved(f.Dossier, "/deadline", models.LocalTime{Local: c.local, Zone: "Europe/Paris"})
			if !c.refused {
				require.NoError(t, err)
				return
			}
			r := requireCode(t, models.CodeBelowStatutoryMinimum, err)
			require.Equal(t, "/deadline", r.Field)
		})
	}
}

// Czech law, § 99: the whole time for tenders again if more may take part. Portuguese law, Article 64: at least the
// time that has elapsed, after a change of fundamental points. Other laws ask for proportion, which people judge.
func TestAChangeGivesTimeAgainWhereTheLawSaysSo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		law      string
		effect   models.ChangeEffect
		earliest string
	}{
		"CZ, more may take part":    {"CZ", models.EffectWider, "2026-05-03"}, // 44 days from 20 March
		"CZ, fundamental":           {"CZ", models.EffectFundamental, ""},
		"CZ, neither":               {"CZ", models.EffectNone, ""},
		"PT, fundamental":           {"PT", models.EffectFundamental, "2026-05-13"}, // 54 days: it was moved once
		"PT, more may take part":    {"PT", models.EffectWider, ""},
		"FR, more may take part":    {"FR", models.EffectWider, ""},
		"FR, nothing need be said ": {"FR", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, lot := publishedFile(t, c.law)
			f.Now = instant(t, "2026-03-20T10:00:00Z")
			frame, err := timelimit.Of(f.Dossier)
			require.NoError(t, err)
			first, before := lot.Box().Deadline, lot.Box().Deadline.AddDate(0, 0, 10)
			earliest, err := frame.AfterChange(c.effect, lot.Box(), first, before)
			require.NoError(t, err)
			require.Equal(t, c.earliest, earliest.OrNothing())
		})
	}
	for _, law := range []string{"CZ", "PT"} {
		f, lot := publishedFile(t, law)
		frame, err := timelimit.Of(f.Dossier)
		require.NoError(t, err)
		_, err = frame.AfterChange("", lot.Box(), lot.Box().Deadline, lot.Box().Deadline)
		require.Equal(t, "/effect", requireCode(t, models.CodeInvalidValue, err).Field)
	}
}
