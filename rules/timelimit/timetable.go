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
	// Procedure is the eForms code of theirs.
	Procedure string
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
	// due is the day of the last deadline, or the first lawful one if it is too early; ends is the day with which it
	// ends: one at midnight belongs to the day before.
	due, ends calendar.Date
	lines     []Line
}

// Judge judges every step of a timetable, also those after one that is unlawful: what opens later is counted from the
// first lawful day of that step. It refuses what cannot be judged at all: a notice without a day, and zones that are
// not known.
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
		j.before(ruleQuestions, in.Questions)
		j.before(ruleAnswers, in.Answers)
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
			j.add(line, notBefore(line.Field, given, deadline, "the deadline of the stage before it"))
			from = later(given, deadline)
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
			j.add(line, err)
			return earliest
		}
		earliest = because.Free
	}
	line.Earliest = earliest
	j.ends = earliest.AddDays(-1)
	line.EarliestInstant, _ = calendar.StartOfDay(earliest, j.holidays.Zone())
	j.due = earliest
	if given.Local == "" {
		j.add(line, nil)
		return earliest
	}
	notice, _ := calendar.StartOfDay(j.in.Notice, j.holidays.Zone())
	instant, err := calendar.InstantAhead(line.Field, given.Local, given.Zone, notice)
	if err != nil {
		j.add(line, err)
		return earliest
	}
	line.Given = calendar.DateOf(instant, j.zone)
	if limit != "" {
		checked, refused := j.pack.CheckDeadline(calendar.Deadline{
			Field: line.Field, Rule: limit, Event: from, Local: given.Local, Zone: given.Zone, Circumstances: j.facts,
		}, j.holidays)
		line.Warnings, err = checked.Warnings, refused
	} else {
		err = notBefore(line.Field, line.Given, earliest, "the step before it is over")
	}
	j.add(line, err)
	j.ends = calendar.DateOf(instant.Add(-time.Nanosecond), j.zone)
	j.due = later(line.Given, earliest)
	return j.due
}

// notBefore refuses a day that is given and before another.
func notBefore(field string, given, least calendar.Date, what string) error {
	if given.IsZero() || !given.Before(least) {
		return nil
	}
	return models.Refuse(models.CodeInvalidValue, field, "%s is before %s (%s)", given, what, least).
		Accepting("%s or later", least)
}

// later is the later of two days.
func later(a, b calendar.Date) calendar.Date {
	if a.Before(b) {
		return b
	}
	return a
}

// before judges the last day for something that has to be done before the last deadline. Where the law names none for
// questions, they come before the last day for answers.
func (j *judge) before(rule string, given calendar.Date) {
	line := Line{Step: rule, Field: "/" + rule, Given: given}
	if _, err := j.pack.Shape(rule); err != nil {
		if given.IsZero() {
			return // the law sets no such day
		}
		line.Latest = j.lastDayOf(ruleAnswers)
		j.add(line, j.inTime(line, "the last day for answers to them"))
		return
	}
	q := calendar.Question{Rule: rule, Event: j.ends, Circumstances: j.facts, Procedure: j.in.Procedure}
	if shape, _ := j.pack.Rule(rule); shape.Share != nil {
		q.Event, q.Until = j.in.Notice, j.ends
	} else if shape.RunsFrom == calendar.EventAnswersDue {
		q.Event = j.lastDayOf(ruleAnswers)
	}
	because, err := j.pack.Answer(q, j.holidays)
	line.Because, line.Latest = because, because.LastDay
	if err == nil {
		err = j.inTime(line, because.String())
	}
	j.add(line, err)
}

// inTime refuses a day after the latest one, before the contract notice, and answers before the end of questions.
func (j *judge) inTime(line Line, because string) error {
	if line.Given.After(line.Latest) {
		return models.Refuse(models.CodeBelowStatutoryMinimum, line.Field, "%s is too late: %s", line.Given, because).
			Accepting("%s or earlier, or a later deadline", line.Latest)
	}
	if line.Step == ruleAnswers {
		if err := notBefore(line.Field, line.Given, j.in.Questions, "the last day for questions"); err != nil {
			return err
		}
	}
	return notBefore(line.Field, line.Given, j.in.Notice, "the contract notice")
}

// lastDayOf is the last day of another rule before the deadline; the deadline itself if it is not known.
func (j *judge) lastDayOf(rule string) calendar.Date {
	because, err := j.pack.Answer(calendar.Question{
		Rule: rule, Event: j.ends, Circumstances: j.facts, Procedure: j.in.Procedure,
	}, j.holidays)
	if err != nil {
		return j.ends
	}
	return because.LastDay
}

// award judges the letters on the award decision and what follows them.
func (j *judge) award() {
	if j.in.Letters.IsZero() && j.in.Contract.IsZero() && j.in.AwardNotice.IsZero() {
		return
	}
	letters := Line{Step: "letters", Field: "/letters", Given: j.in.Letters, Earliest: j.due}
	if letters.Given.IsZero() {
		j.add(letters, models.Refuse(models.CodeInvalidValue, letters.Field,
			"without the day of the letters nobody can say from when on a contract is lawful").
			Accepting("the day on which the last letter about the award decision is sent"))
		return
	}
	j.add(letters, notBefore(letters.Field, letters.Given, j.due, "the last deadline"))
	j.notice(j.contract(later(letters.Given, j.due)))
}

// contract judges the day of the contract, and returns it, or the first lawful one if none is given. Where the law
// counts from the publication of the award notice, that is taken if it is given.
func (j *judge) contract(from calendar.Date) calendar.Date {
	line := Line{Step: "contract", Field: "/contract", Given: j.in.Contract}
	if j.noticeBegins() && !j.in.AwardNotice.IsZero() {
		from = later(from, j.in.AwardNotice)
	}
	because, err := j.pack.Count(ruleStandstill, from, j.holidays, lettersBy(!j.in.ByPost)...)
	line.Because, line.Earliest = because, because.Free
	if awaits := awaited(because, !j.in.ByPost); len(awaits) > 0 {
		line.Warnings = append(line.Warnings, models.Warn(models.WarnStandstillWaits, line.Field,
			"this is the earliest day; besides, the law waits for: %s", strings.Join(awaits, ", ")))
	}
	if err == nil {
		err = lettersBegin(because, "/by_post")
	}
	if err == nil && !line.Given.IsZero() && line.Given.Before(because.Free) {
		err = models.Refuse(models.CodeStandstill, line.Field, "%s is within the standstill: %s", line.Given, because).
			Accepting("%s or later", because.Free)
	}
	j.add(line, err)
	if line.Given.IsZero() {
		return because.Free
	}
	return line.Given
}

// noticeBegins tells whether the award notice comes before the contract and begins the standstill.
func (j *judge) noticeBegins() bool {
	rule, err := j.pack.Rule(ruleStandstill)
	return err == nil && rule.RunsFrom == calendar.EventAwardNotice
}

// notice judges the day of the contract award notice.
func (j *judge) notice(signed calendar.Date) {
	if signed.IsZero() {
		return // nobody can say from when on a contract is lawful
	}
	line := Line{Step: "award_notice", Field: "/award_notice", Given: j.in.AwardNotice}
	because, err := j.pack.Count("award-notice", signed, j.holidays)
	line.Because, line.Latest = because, because.LastDay
	switch {
	case err != nil:
	case line.Given.After(because.LastDay):
		err = models.Refuse(models.CodeInvalidValue, line.Field, "%s is too late: %s", line.Given, because).
			Accepting("%s or earlier", because.LastDay)
	case !j.noticeBegins():
		err = notBefore(line.Field, line.Given, signed, "the contract")
	}
	j.add(line, err)
}

func (j *judge) add(line Line, err error) {
	if refusal, refused := models.RefusalOf(models.At(line.Field, err)); refused {
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
