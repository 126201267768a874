package timelimit

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
)

// A Timetable is what somebody intends: days and deadlines of one procedure. What is left out is computed: the earliest
// (or the latest) lawful day, and the steps after it are counted from there.
type Timetable struct {
	Stages []models.Stage
	// Notice is the day of dispatch of the contract notice, PlanningNotice that of a planning notice.
	Notice, PlanningNotice calendar.Date
	// Deadlines are those of the stages, in their order; Invitations the days of dispatch of what opens the later ones.
	Deadlines   []models.LocalTime
	Invitations []calendar.Date
	// Questions and Answers are the last days for them before the last deadline.
	Questions, Answers calendar.Date
	// Letters is the day of the last letter on the award decision; ByPost if any went so.
	Letters  calendar.Date
	ByPost   bool
	Contract calendar.Date
	// AwardNotice is the day of dispatch of the contract award notice.
	AwardNotice   calendar.Date
	Circumstances []calendar.Circumstance
}

// A Line is one step of a timetable, judged.
type Line struct {
	// Step names it: notice, requests, tenders…; Field is the member of the request that gives it.
	Step, Field string
	// Given is the day that was given; zero: none.
	Given calendar.Date
	// Earliest or Latest is the bound by law; EarliestInstant that of a deadline.
	Earliest, Latest calendar.Date
	EarliestInstant  time.Time
	// Violation says what is wrong; nil: nothing, or nothing was given.
	Violation *models.Refusal
	// Because is how the bound was counted.
	Because calendar.Explained
	// Warnings say what is lawful but unwise.
	Warnings []models.Warning
}

// judge carries a timetable through, step by step.
type judge struct {
	pack     calendar.Pack
	holidays *calendar.Holidays
	zone     *time.Location
	in       Timetable
	facts    []calendar.Circumstance
	// ends is the day with which the last deadline ends: one at midnight belongs to the day before.
	ends  calendar.Date
	lines []Line
}

// Judge judges every step of a timetable, also those after one that is unlawful. It refuses what cannot be judged at
// all: a notice without a day, and zones that are not known.
func Judge(pack calendar.Pack, holidays *calendar.Holidays, in Timetable) ([]Line, error) {
	if in.Notice.IsZero() {
		return nil, models.Refuse(models.CodeInvalidValue, "/notice", "the day of the contract notice is missing").
			Accepting("a date such as 2026-03-02")
	}
	zone, err := calendar.Zone("/place", holidays.Zone())
	if err != nil {
		return nil, err
	}
	j := &judge{pack: pack, holidays: holidays, zone: zone, in: in, facts: slices.Clone(in.Circumstances)}
	if !in.PlanningNotice.IsZero() { // whether it shortens anything is judged
		j.facts = slices.DeleteFunc(j.facts, func(c calendar.Circumstance) bool { return c == calendar.PlanningNotice })
	}
	j.planningNotice()
	j.stages()
	if !j.ends.IsZero() {
		j.before("questions", in.Questions, j.ends)
		j.before("answers", in.Answers, j.ends)
	}
	j.award()
	return j.lines, nil
}

// planningNotice judges whether one shortens the time limits; where it does not, they are counted without it.
func (j *judge) planningNotice() {
	if j.in.PlanningNotice.IsZero() {
		return
	}
	line := Line{Step: "planning_notice", Field: "/planning_notice", Given: j.in.PlanningNotice}
	latest, err := j.pack.Count(calendar.RulePlanningNoticeLatest, j.in.Notice, j.holidays)
	line.Because, line.Latest = latest, latest.LastDay
	if err == nil {
		err = j.pack.CheckPlanningNotice("/planning_notice", j.in.PlanningNotice, j.in.Notice)
	}
	if err == nil {
		j.facts = append(j.facts, calendar.PlanningNotice)
	}
	j.add(line, err)
}

// stages judges the deadline of each stage.
func (j *judge) stages() {
	from, deadline := j.in.Notice, calendar.Date{}
	for i, stage := range j.in.Stages {
		if i > 0 {
			given := at(j.in.Invitations, i-1)
			step := "invitation"
			if j.final(i) {
				step = "final_invitation"
			}
			line := Line{Step: step, Field: "/" + step, Given: given, Earliest: deadline}
			if !given.IsZero() && given.Before(deadline) {
				j.add(line, models.Refuse(models.CodeInvalidValue, line.Field,
					"%s is before the deadline of the stage before it (%s)", given, deadline).
					Accepting("%s or later", deadline))
			} else {
				j.add(line, nil)
			}
			if from = given; from.IsZero() {
				from = deadline
			}
		}
		line := Line{Step: string(stage.HandsIn) + "s", Field: "/tenders"}
		switch {
		case stage.HandsIn == models.HandedRequest:
			line.Field = "/requests"
		case j.final(i):
			line.Step, line.Field = "final", "/final"
		}
		deadline = j.deadline(line, limitOf(j.pack, stage), at(j.in.Deadlines, i), from)
	}
}

// final tells whether a stage is that of final tenders, after tenders or solutions that were discussed.
func (j *judge) final(stage int) bool { return stage > 1 && stage == len(j.in.Stages)-1 }

func at[T any](list []T, i int) (none T) {
	if i < len(list) {
		return list[i]
	}
	return none
}

// deadline judges the deadline of a stage, or proposes the earliest one, and returns its day.
func (j *judge) deadline(line Line, limit string, given models.LocalTime, from calendar.Date) calendar.Date {
	earliest := from.AddDays(1)
	if limit != "" {
		because, err := j.pack.Count(limit, from, j.holidays, j.facts...)
		line.Because = because
		if err != nil {
			j.add(line, models.At(line.Field, err))
			return earliest
		}
		earliest = because.Free
	}
	line.Earliest = earliest
	j.ends = earliest.AddDays(-1)
	line.EarliestInstant, _ = calendar.StartOfDay(earliest, j.holidays.Zone())
	if given.Local == "" {
		j.add(line, nil)
		return earliest
	}
	instant, err := calendar.Instant(line.Field, given.Local, given.Zone)
	if err != nil {
		j.add(line, err)
		return earliest
	}
	line.Given = calendar.DateOf(instant, j.zone)
	j.ends = calendar.DateOf(instant.Add(-time.Nanosecond), j.zone)
	if limit == "" {
		j.add(line, nil)
		return line.Given
	}
	checked, err := j.pack.CheckDeadline(calendar.Deadline{
		Field: line.Field, Rule: limit, Event: from, Local: given.Local, Zone: given.Zone, Circumstances: j.facts,
	}, j.holidays)
	line.Warnings = checked.Warnings
	j.add(line, err)
	return line.Given
}

// before judges the last day for something that has to be done before the last deadline.
func (j *judge) before(rule string, given, deadline calendar.Date) {
	if _, err := j.pack.Shape(rule); err != nil {
		return // the law sets no such day
	}
	line := Line{Step: rule, Field: "/" + rule, Given: given}
	q := calendar.Question{Rule: rule, Event: deadline, Circumstances: j.facts}
	if shape, _ := j.pack.Rule(rule); shape.Share != nil {
		q.Event, q.Until = j.in.Notice, deadline
	} else if shape.RunsFrom == calendar.EventAnswersDue {
		q.Event = j.lastDayOf("answers", deadline)
	}
	because, err := j.pack.Answer(q, j.holidays)
	line.Because, line.Latest = because, because.LastDay
	if err == nil && given.After(because.LastDay) {
		err = models.Refuse(models.CodeBelowStatutoryMinimum, line.Field, "%s is too late: %s", given, because).
			Accepting("%s or earlier, or a later deadline", because.LastDay)
	}
	j.add(line, models.At(line.Field, err))
}

// lastDayOf is the last day of another rule before the deadline; the deadline itself if it is not known.
func (j *judge) lastDayOf(rule string, deadline calendar.Date) calendar.Date {
	because, err := j.pack.Count(rule, deadline, j.holidays, j.facts...)
	if err != nil {
		return deadline
	}
	return because.LastDay
}

// award judges what follows the letters on the award decision.
func (j *judge) award() {
	if j.in.Letters.IsZero() {
		return
	}
	line := Line{Step: "contract", Field: "/contract", Given: j.in.Contract}
	because, err := j.pack.Count(ruleStandstill, j.in.Letters, j.holidays, lettersBy(!j.in.ByPost)...)
	line.Because, line.Earliest = because, because.Free
	if awaits := awaited(because, !j.in.ByPost); len(awaits) > 0 {
		line.Warnings = append(line.Warnings, models.Warn(models.WarnStandstillWaits, line.Field,
			"this is the earliest day; besides, the law waits for: %s", strings.Join(awaits, ", ")))
	}
	if err == nil && !line.Given.IsZero() && line.Given.Before(because.Free) {
		err = models.Refuse(models.CodeStandstill, line.Field, "%s is within the standstill: %s", line.Given, because).
			Accepting("%s or later", because.Free)
	}
	j.add(line, models.At(line.Field, err))
	signed := line.Given
	if signed.IsZero() {
		signed = because.Free
	}
	if err != nil && because.Free.IsZero() {
		return
	}
	notice := Line{Step: "award_notice", Field: "/award_notice", Given: j.in.AwardNotice}
	because, err = j.pack.Count("award-notice", signed, j.holidays)
	notice.Because, notice.Latest = because, because.LastDay
	if err == nil && notice.Given.After(because.LastDay) {
		err = models.Refuse(models.CodeInvalidValue, notice.Field, "%s is too late: %s", notice.Given, because).
			Accepting("%s or earlier", because.LastDay)
	}
	j.add(notice, models.At(notice.Field, err))
}

func (j *judge) add(line Line, err error) {
	if refusal, refused := models.RefusalOf(err); refused {
		line.Violation = refusal
	} else if err != nil {
		line.Violation = models.Refuse(models.CodeRuleUnknown, line.Field, "%s", fmt.Sprint(err))
	}
	j.lines = append(j.lines, line)
}

// Violations are those of all lines.
func Violations(lines []Line) []*models.Refusal {
	var all []*models.Refusal
	for _, l := range lines {
		if l.Violation != nil {
			all = append(all, l.Violation)
		}
	}
	return all
}
