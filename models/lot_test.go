package models_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

func TestABoxTakesTendersFromPublicationToTheDeadline(t *testing.T) {
	t.Parallel()
	opened := time.Date(2018, 5, 12, 8, 0, 0, 0, time.UTC)
	deadline := time.Date(2018, 7, 9, 10, 0, 0, 0, time.UTC)
	published := models.Lot{Number: 2, Boxes: []models.Box{{
		HandsIn: models.HandedTender, OpenedAt: opened, Deadline: deadline, DeadlineLocal: "2018-07-09T12:00",
		DeadlineZone: "Europe/Paris",
	}}}
	shut := models.Lot{Number: 2, Boxes: slices.Clone(published.Boxes)}
	shut.Boxes[0].ClosedAt = &deadline
	for name, c := range map[string]struct {
		lot  models.Lot
		at   time.Time
		code models.Code
	}{
		"not published":              {models.Lot{Number: 2}, opened, models.CodeLotNotOpen},
		"just published":             {published, opened, ""},
		"a microsecond before":       {published, deadline.Add(-time.Microsecond), ""},
		"at the deadline":            {published, deadline, ""},
		"a microsecond after":        {published, deadline.Add(time.Microsecond), models.CodeDeadlinePassed},
		"closed and over":            {shut, deadline.Add(time.Hour), models.CodeDeadlinePassed},
		"closed, but the clock back": {shut, deadline.Add(-time.Hour), models.CodeLotClosed},
	} {
		refusal := c.lot.Receives("org_a", c.at)
		if c.code == "" {
			require.Nil(t, refusal, name)
			continue
		}
		require.Equal(t, c.code, refusal.Code, name)
	}
	late := published.Receives("org_a", deadline.Add(time.Microsecond))
	require.Equal(t, "the deadline of lot 2 was 2018-07-09T10:00:00.000000Z (2018-07-09T12:00 Europe/Paris); this "+
		"was received at 2018-07-09T10:00:00.000001Z", late.Detail)
}
