package timelimit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
	"github.com/ppi-engine/ppi/rules/procedure"
)

// A Setting is under which law and where a period is counted outside of any procurement. What is empty is taken from
// the rest: the place from the law, the law from the place, Directive 2014/24/EU, the day on which the count begins.
type Setting struct {
	Law, Place, Directive string
	// On is the day whose law is asked for, as 2026-03-02.
	On string
	// Circumstances are those of [calendar.Circumstances].
	Circumstances []string
}

// law is the country, or empty for the Directive alone, and place where the act is due.
func (s Setting) read(on calendar.Date) (calendar.Pack, *calendar.Holidays, error) {
	country, _, _ := strings.Cut(s.Place, "-")
	law, place := cmp.Or(s.Law, country), cmp.Or(s.Place, s.Law)
	if law == "" {
		return calendar.Pack{}, nil, models.Refuse(models.CodeInvalidValue, "/law", "neither law nor place is given").
			Accepting("the ISO 3166-1 code of a country such as FR, or a place such as DE-NW; EU for its institutions")
	}
	if law != institutions && !models.ValidCountry(law) {
		return calendar.Pack{}, nil, models.CheckCountry("/law", law)
	}
	if place == institutions {
		return calendar.Pack{}, nil, models.Refuse(models.CodeInvalidValue, "/place",
			"the holidays of the institutions change every year and are not known here").
			Accepting("the place where the act is due, such as BE or LU")
	}
	holidays, err := calendar.HolidaysOf(place)
	if err != nil {
		return calendar.Pack{}, nil, models.At("/place", err)
	}
	if s.On != "" {
		if on, err = calendar.ParseDate("/on", s.On); err != nil {
			return calendar.Pack{}, nil, err
		}
	}
	directive := calendar.Directive(cmp.Or(s.Directive, string(calendar.Directive24)))
	if !slices.Contains(calendar.Directives(), directive) {
		return calendar.Pack{}, nil, models.Refuse(models.CodeInvalidValue, "/directive",
			"the time limits of Directive %q are not known here", s.Directive).
			Accepting("one of %v", calendar.Directives())
	}
	pack, err := calendar.PackUnder(directive, law, on)
	return pack, holidays, models.At("/on", err)
}

// institutions is the code by which the institutions of the Union are asked for; it is no country.
const institutions = "EU"

func (s Setting) circumstances() []calendar.Circumstance {
	facts := make([]calendar.Circumstance, len(s.Circumstances))
	for i, c := range s.Circumstances {
		facts[i] = calendar.Circumstance(c)
	}
	return facts
}

// A Period is one question about one time limit.
type Period struct {
	Setting

	Rule, From, Until string
	// Procedure is its eForms code; empty: the rule is counted as where it depends on none.
	Procedure string
	// N and Unit ask for a bare count instead of a rule.
	N    int
	Unit string
}

// Count answers the question. It refuses what is not well formed or not known, with the field of the question.
func (p Period) Count() (calendar.Explained, error) {
	from, err := calendar.ParseDate("/from", p.From)
	if err != nil {
		return calendar.Explained{}, err
	}
	q := calendar.Question{Rule: p.Rule, Event: from, Circumstances: p.circumstances(), Procedure: p.Procedure}
	if p.Procedure != "" {
		if err := checkProcedure(p.Procedure, from); err != nil {
			return calendar.Explained{}, err
		}
	}
	if p.Until != "" {
		if q.Until, err = calendar.ParseDate("/until", p.Until); err != nil {
			return calendar.Explained{}, err
		}
	}
	pack, holidays, err := p.read(from)
	if err != nil {
		return calendar.Explained{}, err
	}
	if p.Rule == "" {
		unit := calendar.Unit(cmp.Or(p.Unit, string(calendar.Days)))
		if p.N == 0 || !slices.Contains(calendar.Units(), unit) {
			return calendar.Explained{}, models.Refuse(models.CodeInvalidValue, "/rule",
				"neither a rule nor a length is given").
				Accepting("a rule of the law, such as standstill, or a number of %v", calendar.Units())
		}
		e, err := calendar.End(from, calendar.Length{N: p.N, Unit: unit}, holidays)
		if refusal, refused := models.RefusalOf(err); refused && refusal.Code == models.CodeInvalidValue {
			return e, models.At("/n", err) // the length itself cannot be counted
		}
		return e, models.At("/from", err)
	}
	e, err := pack.Answer(q, holidays)
	return e, models.At("/rule", err)
}

// checkProcedure refuses a procedure that was not known on a day.
func checkProcedure(code string, on calendar.Date) error {
	known, err := procedure.Known(on)
	if err != nil {
		return err
	}
	if _, refused := stagesOf(known, code); refused != nil {
		return refused
	}
	return nil
}

// A Rules is what is known of a law on a day.
type Rules struct {
	Pack calendar.Pack
	// Unknown are the time limits of the Directive that are not known of the law.
	Unknown []string
}

// RulesOf returns what is known of a law.
func RulesOf(s Setting, today calendar.Date) (Rules, error) {
	if s.Law != institutions && !models.ValidCountry(s.Law) {
		return Rules{}, models.CheckCountry("/law", s.Law)
	}
	on := today
	if s.On != "" {
		asked, err := calendar.ParseDate("/on", s.On)
		if err != nil {
			return Rules{}, err
		}
		on = asked
	}
	pack, err := calendar.PackUnder(
		calendar.Directive(cmp.Or(s.Directive, string(calendar.Directive24))), s.Law, on)
	return Rules{pack, pack.Unknown()}, models.At("/on", err)
}

// An Intention is a timetable as somebody writes it down, outside of any procurement or for one.
type Intention struct {
	Setting

	Procedure string
	Notice    string
	// PlanningNotice, Invitation and the days after it may be left out.
	PlanningNotice, Invitation, Questions, Answers, Letters, Contract, AwardNotice string
	// Requests, Tenders and Final are local times; Zone is theirs, by default that of the place. Tenders is the
	// deadline of the first tenders or solutions; FinalInvitation and Final belong to the final tenders after talks.
	Requests, Tenders, FinalInvitation, Final, Zone string
	ByPost                                          bool
}

// Judge judges an intention by the law and the place that it names.
func (in Intention) Judge() ([]Line, error) {
	notice, err := calendar.ParseDate("/notice", in.Notice)
	if err != nil {
		return nil, err
	}
	pack, holidays, err := in.read(notice)
	if err != nil {
		return nil, err
	}
	known, err := procedure.Known(notice)
	if err != nil {
		return nil, err
	}
	table, err := in.timetable(known, holidays)
	if err != nil {
		return nil, err
	}
	table.Circumstances = in.circumstances()
	return Judge(pack, holidays, table)
}

// JudgeFor judges an intention for a procurement: by its law, its place, its procedure and what its buyers claim.
func (in Intention) JudgeFor(d models.Dossier) ([]Line, Frame, error) {
	f, err := Of(d)
	if err != nil {
		return nil, f, err
	}
	way, err := procedure.Of(d)
	if err != nil {
		return nil, f, err
	}
	in.Procedure = string(way.Code)
	in.Notice = cmp.Or(in.Notice, f.noticed().String())
	table, err := in.timetable([]models.Procedure{way}, f.Holidays)
	if err != nil {
		return nil, f, err
	}
	table.Circumstances = append(f.claimed(), f.planned(table.Notice)...)
	lines, err := Judge(f.Pack, f.Holidays, table)
	return lines, f, err
}

// noticed is the day of the contract notice of the running lots; today, while none is published.
func (f Frame) noticed() calendar.Date { return f.Day(procedure.Begun(f.dossier)) }

// timetable reads the days and the times, all faults at once.
func (in Intention) timetable(known []models.Procedure, holidays *calendar.Holidays) (Timetable, error) {
	t := Timetable{ByPost: in.ByPost, Procedure: cmp.Or(in.Procedure, string(models.ProcedureOpen))}
	stages, refused := stagesOf(known, t.Procedure)
	t.Stages = stages
	faults := []*models.Refusal{refused}
	if refused == nil {
		faults = append(faults, in.without(len(stages), t.Procedure)...)
	}
	for _, day := range []struct {
		name, text string
		to         *calendar.Date
	}{
		{"notice", in.Notice, &t.Notice},
		{"planning_notice", in.PlanningNotice, &t.PlanningNotice},
		{"questions", in.Questions, &t.Questions},
		{"answers", in.Answers, &t.Answers},
		{"letters", in.Letters, &t.Letters},
		{"contract", in.Contract, &t.Contract},
		{"award_notice", in.AwardNotice, &t.AwardNotice},
	} {
		read, err := optionalDate("/"+day.name, day.text)
		*day.to = read
		faults = append(faults, models.Faults(err)...)
	}
	for _, day := range [][2]string{{"/invitation", in.Invitation}, {"/final_invitation", in.FinalInvitation}} {
		invitation, err := optionalDate(day[0], day[1])
		t.Invitations = append(t.Invitations, invitation)
		faults = append(faults, models.Faults(err)...)
	}
	zone := cmp.Or(in.Zone, holidays.Zone())
	tenders := models.LocalTime{Local: in.Tenders, Zone: zone}
	if len(t.Stages) > 1 {
		t.Deadlines = []models.LocalTime{
			{Local: in.Requests, Zone: zone}, tenders, {Local: in.Final, Zone: zone},
		}
	} else {
		t.Deadlines = []models.LocalTime{tenders}
	}
	return t, models.Refusals(faults)
}

// without refuses days of steps that the procedure does not have.
func (in Intention) without(stages int, code string) []*models.Refusal {
	var faults []*models.Refusal
	for _, step := range []struct {
		field, text string
		stages      int
	}{
		{"/requests", in.Requests, requesting},
		{"/invitation", in.Invitation, requesting},
		{"/final_invitation", in.FinalInvitation, finishing},
		{"/final", in.Final, finishing},
	} {
		if step.text != "" && stages < step.stages {
			faults = append(faults, models.Refuse(models.CodeInvalidValue, step.field,
				"the procedure %s has no such step", code).Accepting("a procedure that has it, or nothing"))
		}
	}
	return faults
}

// How many stages a procedure has that begins with requests, and one that ends with final tenders after talks.
const requesting, finishing = 2, 3

func stagesOf(known []models.Procedure, code string) ([]models.Stage, *models.Refusal) {
	var codes []string
	for _, p := range known {
		if string(p.Code) == code {
			return p.Stages, nil
		}
		codes = append(codes, string(p.Code))
	}
	return nil, models.Refuse(models.CodeInvalidValue, "/procedure", "the procedure %q is not known here", code).
		Accepting("%s", fmt.Sprint(codes))
}

func optionalDate(field, text string) (calendar.Date, error) {
	if text == "" {
		return calendar.Date{}, nil
	}
	return calendar.ParseDate(field, text)
}
