package acts

import (
	"slices"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/rules/calendar"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// extendForOutage moves the deadlines of all open lots by as long as suppliers could not reach the platform, and by no
// more: time that everybody had is not given again (Directive 2014/24/EU, Articles 18(1), 22(1) and 47).
func extendForOutage(c *call, in process.ExtendForOutage) (*process.ExtendForOutageResult, error) {
	d, err := c.dossier()
	if err != nil {
		return nil, err
	}
	open := slices.DeleteFunc(slices.Clone(d.Tendering.Lots), func(l models.Lot) bool {
		return !l.Open() || l.Box().Over(c.now)
	})
	if err := c.outageFits(in, open); err != nil {
		return nil, err
	}
	outage := &models.Outage{From: in.From.UTC(), Until: in.Until.UTC(), Document: in.Document}
	result := &process.ExtendForOutageResult{Lots: []process.MoveDeadlineResult{}}
	for _, lot := range open {
		lost := in.Until.Sub(later(in.From, lot.Box().OpenedAt))
		until, to, err := givenBack(lot.Box(), lost)
		if err != nil {
			return nil, err
		}
		notice, err := c.extend(lot, until, in.Reason, outage)
		if err != nil {
			return nil, err
		}
		result.Lots = append(result.Lots, process.MoveDeadlineResult{
			Lot: lot.ID, From: lot.Box().Deadline.UTC(), To: to.UTC(), Notice: notice.ID,
		})
	}
	return result, nil
}

// outageFits refuses an outage that has not ended or did not fall into the time for tenders, one that no document for
// tenderers shows, one that was made good already, and one when no lot is open.
func (c *call) outageFits(in process.ExtendForOutage, open []models.Lot) error {
	switch {
	case len(open) == 0:
		return models.Refuse(models.CodeLotNotOpen, "", "no lot is open whose deadline is still ahead").
			Accepting("an outage while tenders are taken; a deadline that is over is never moved")
	case strings.TrimSpace(in.Reason) == "":
		return models.Refuse(models.CodeInvalidValue, "/reason", "the reason is missing").
			Accepting("the reason, which is published")
	case !in.Until.After(in.From) || in.Until.After(c.now):
		return models.Refuse(models.CodeInvalidValue, "/until", "the outage ends before it begins, or has not ended").
			Accepting("an instant after its beginning, %s or before", rfc3339(c.now))
	}
	for _, lot := range open {
		if !in.Until.After(lot.Box().OpenedAt) {
			return models.Refuse(models.CodeInvalidValue, "/until", "lot %d takes tenders only since %s", lot.Number,
				rfc3339(lot.Box().OpenedAt)).Accepting("an outage in the time for tenders")
		}
	}
	shown, err := c.tx.Documents(c.p.ID, models.AudienceTenderers)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(shown, func(d models.Document) bool { return d.Digest == in.Document }) {
		return models.Refuse(models.CodeDocumentUnknown, "/document",
			"no document for tenderers has the digest %s", in.Document).
			Accepting("the digest of a document for tenderers that shows the outage")
	}
	return c.notMadeGood(in)
}

// notMadeGood refuses an outage that overlaps with one for which deadlines were moved before.
func (c *call) notMadeGood(in process.ExtendForOutage) error {
	d, err := c.dossier()
	if err != nil {
		return err
	}
	for _, earlier := range evaluation.Outages(d.Tendering) {
		if in.From.Before(earlier.Until) && earlier.From.Before(in.Until) {
			return models.Refuse(models.CodeInvalidValue, "/from",
				"deadlines were moved already for the outage from %s to %s", rfc3339(earlier.From),
				rfc3339(earlier.Until)).
				Accepting("an outage that does not overlap with it")
		}
	}
	return nil
}

// givenBack is the deadline of a box later by a span, in whole minutes, as clocks in its zone show it.
func givenBack(box models.Box, lost time.Duration) (process.LocalTime, time.Time, error) {
	zone, err := calendar.Zone("/zone", box.DeadlineZone)
	if err != nil {
		return process.LocalTime{}, time.Time{}, err
	}
	to := box.Deadline.Add(lost)
	if whole := to.Truncate(time.Minute); whole.Before(to) {
		to = whole.Add(time.Minute)
	}
	local := to.In(zone).Format("2006-01-02T15:04")
	// An hour that a clock change repeats cannot be named: the next one that can is later.
	for range 120 {
		if at, err := calendar.Instant("/deadline", local, box.DeadlineZone); err == nil && !at.Before(to) {
			return process.LocalTime{Local: local, Zone: box.DeadlineZone}, at, nil
		}
		to = to.Add(time.Minute)
		local = to.In(zone).Format("2006-01-02T15:04")
	}
	at, err := calendar.Instant("/deadline", local, box.DeadlineZone)
	return process.LocalTime{Local: local, Zone: box.DeadlineZone}, at, err
}
