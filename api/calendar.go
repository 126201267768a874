package api

import (
	"cmp"
	"context"
	"time"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// CalendarPlaceView is a place whose holidays are known.
type CalendarPlaceView struct {
	Place string `json:"place" doc:"ISO 3166-1 or, for a part of a country, 3166-2" example:"DE-NW"`
	Zone  string `json:"zone" doc:"IANA zone of its clocks"`
	From  int    `json:"from" doc:"First year that is known"`
	Until int    `json:"until" doc:"Last year that is known"`
}

func (s *server) listPlaces(context.Context, *struct{}) (*rest.Shown[itemsOf[CalendarPlaceView]], error) {
	places, err := views.CalendarPlaces()
	items := make([]CalendarPlaceView, len(places))
	for i, p := range places {
		items[i] = CalendarPlaceView(p)
	}
	return &rest.Shown[itemsOf[CalendarPlaceView]]{Body: itemsOf[CalendarPlaceView]{items}}, err
}

// itemsOf is a whole list on one page: the program fixes its length.
type itemsOf[T any] struct {
	Items []T `json:"items"`
}

// CalendarHolidayView is a holiday that is no Saturday or Sunday by itself.
type CalendarHolidayView struct {
	Day       string `json:"day" format:"date"`
	Name      string `json:"name"`
	Unsettled bool   `json:"unsettled" doc:"Perhaps none: not settled, or kept in parts of the country only"`
}

type holidaysInput struct {
	Place string `query:"place" required:"true" maxLength:"6" doc:"Of /v1/calendar/places" example:"DE-NW"`
	Year  int    `query:"year" required:"true" minimum:"1990" maximum:"2199" example:"2026"`
}

func (s *server) listHolidays(
	_ context.Context, in *holidaysInput,
) (*rest.Shown[itemsOf[CalendarHolidayView]], error) {
	days, err := views.CalendarHolidays(in.Place, in.Year)
	items := make([]CalendarHolidayView, len(days))
	for i, d := range days {
		items[i] = CalendarHolidayView(d)
	}
	return &rest.Shown[itemsOf[CalendarHolidayView]]{Body: itemsOf[CalendarHolidayView]{items}}, err
}

// CalendarLawView is what is known of a law on a day.
type CalendarLawView struct {
	Law       string             `json:"law" doc:"ISO 3166-1; EU: the institutions of the Union"`
	Directive string             `json:"directive"`
	On        string             `json:"on" format:"date"`
	Titles    []string           `json:"titles" doc:"The acts"`
	Outside   bool               `json:"outside" doc:"The country is bound by no directive"`
	Rules     []CalendarRuleView `json:"rules"`
	Unknown   []string           `json:"unknown" doc:"Time limits of the Directive that are not known of this law"`
}

// CalendarRuleView is one time limit of a law.
type CalendarRuleView struct {
	Rule     string `json:"rule" example:"standstill"`
	RunsFrom string `json:"runs_from" doc:"The event"`
	Bound    string `json:"bound" enum:"minimum,maximum"`
	Backward bool   `json:"backward,omitempty" doc:"Counted back from the event"`
	Length   string `json:"length" doc:"In plain circumstances; a period tells what shortens it" example:"15 days"`
	Source   string `json:"source"`
	Note     string `json:"note,omitempty"`
	Caution  string `json:"caution,omitempty" doc:"What is doubtful"`
}

type lawInput struct {
	Law       string `path:"law" minLength:"2" maxLength:"2" doc:"ISO 3166-1; EU: its institutions" example:"FR"`
	Directive string `query:"directive" enum:"2014/24,2014/25" doc:"By default 2014/24"`
	On        string `query:"on" format:"date" doc:"The day whose law is asked for; by default today"`
}

func (s *server) getLaw(_ context.Context, in *lawInput) (*rest.Shown[CalendarLawView], error) {
	known, err := views.CalendarLawOf(
		views.CalendarSetting{Law: in.Law, Directive: in.Directive, On: in.On}, time.Now())
	if err != nil {
		return nil, err
	}
	view := CalendarLawView{
		Law: known.Pack.Law, Directive: string(known.Pack.Directive), On: known.Pack.On.String(),
		Titles: known.Pack.Titles, Outside: known.Pack.Outside, Unknown: known.Unknown,
		Rules: []CalendarRuleView{},
	}
	for _, r := range known.Pack.Rules() {
		view.Rules = append(view.Rules, CalendarRuleView{
			Rule: r.ID, RunsFrom: string(r.RunsFrom), Bound: string(r.Bound), Backward: r.Backward,
			Length: r.Span(), Source: r.Cited(), Note: r.Note, Caution: r.Caution,
		})
	}
	return &rest.Shown[CalendarLawView]{Body: view}, nil
}

// PeriodView is a counted time limit with everything a lawyer needs to check it.
type PeriodView struct {
	Rule       string     `json:"rule,omitempty"`
	Law        string     `json:"law,omitempty" doc:"ISO 3166-1"`
	Source     string     `json:"source,omitempty" doc:"Articles that set the length"`
	RunsFrom   string     `json:"runs_from,omitempty" doc:"The event"`
	From       string     `json:"from" format:"date" doc:"The day of the event"`
	FirstDay   bool       `json:"first_day_counts" doc:"The day of the event is the first day of the period"`
	N          int        `json:"n" doc:"Length; 0: the parties are free to agree"`
	Unit       string     `json:"unit" enum:"days,working_days,months"`
	Backward   bool       `json:"backward"`
	RawDay     string     `json:"raw_day" format:"date" doc:"Last day as counted"`
	LastDay    string     `json:"last_day" format:"date" doc:"Last day after it was moved"`
	FreeDay    string     `json:"free_day" format:"date" doc:"First day on which what had to wait may be done"`
	Ends       *time.Time `json:"ends,omitempty" doc:"The instant at which the free day begins at the place"`
	Place      string     `json:"place,omitempty"`
	Zone       string     `json:"zone,omitempty"`
	Moves      []MoveView `json:"moves" doc:"Why the last day moved, day by day"`
	Articles   []string   `json:"articles" doc:"Of Regulation (EEC, Euratom) No 1182/71"`
	Unsettled  []MoveView `json:"unsettled" doc:"Days that may be holidays; taken so that no law is broken"`
	WaitsFor   []string   `json:"waits_for" doc:"What must have happened as well, however long it takes"`
	Without    []string   `json:"without" doc:"Circumstances that change nothing here"`
	Floor      *FloorView `json:"floor,omitempty" doc:"What the law alone would give, where the Directive gives more"`
	Needs      []string   `json:"needs,omitempty" doc:"Not given, and the law lets the period begin only with them"`
	Certified  string     `json:"certified_by,omitempty" doc:"The entry of the record that gives the period"`
	Caution    string     `json:"caution,omitempty" doc:"What is doubtful about the rule"`
	Explained  string     `json:"explained" doc:"The whole count in words"`
	InLanguage string     `json:"language" doc:"Of the words"`
}

// MoveView is one day on which a period could not end, and why.
type MoveView struct {
	Day    string `json:"day" format:"date"`
	Reason string `json:"reason" enum:"weekend,holiday,unsettled,two_working_days,extra_working_day"`
	Name   string `json:"name,omitempty" doc:"Of the holiday"`
	Place  string `json:"place,omitempty"`
}

// FloorView is what the law of a country alone would have given.
type FloorView struct {
	Source  string `json:"source"`
	LastDay string `json:"last_day" format:"date"`
}

func showPeriod(e views.CalendarCount, language string) PeriodView {
	v := PeriodView{
		Rule: e.Rule, Law: e.Law, Source: e.RuleSource, RunsFrom: string(e.RunsFrom), From: e.Event.String(),
		FirstDay: e.FirstDayCounts, N: e.Length.N, Unit: string(e.Length.Unit), Backward: e.Backward,
		RawDay: e.RawDay.String(), LastDay: e.LastDay.String(), FreeDay: e.Free.String(), Place: e.Place, Zone: e.Zone,
		Moves: []MoveView{}, Articles: append([]string{}, e.Articles...), Unsettled: []MoveView{}, WaitsFor: []string{},
		Without: []string{}, Certified: e.Certified, Caution: e.Caution, Explained: e.In(language),
		InLanguage: cmp.Or(language, "en"),
	}
	for _, m := range e.Moves {
		v.Moves = append(v.Moves, MoveView{m.Day.String(), string(m.Reason), m.Name, m.Place})
	}
	for _, m := range e.Unsettled {
		v.Unsettled = append(v.Unsettled, MoveView{m.Day.String(), string(m.Reason), m.Name, m.Place})
	}
	for _, w := range e.WaitsFor {
		v.WaitsFor = append(v.WaitsFor, string(w))
	}
	for _, c := range e.Without {
		v.Without = append(v.Without, string(c))
	}
	for _, c := range e.Needs {
		v.Needs = append(v.Needs, string(c))
	}
	if e.Floor != nil {
		v.Floor = &FloorView{e.Floor.Source, e.Floor.LastDay.String()}
	}
	if ends, err := e.Ends(); err == nil && !e.Backward {
		v.Ends = &ends
	}
	return v
}

// CalendarSettingInput is embedded: under which law and where.
type CalendarSettingInput struct {
	Law       string `query:"law" maxLength:"2" doc:"ISO 3166-1; by default that of the place" example:"ES"`
	Place     string `query:"place" maxLength:"6" doc:"Where the act is due; by default that country" example:"ES-CT"`
	Directive string `query:"directive" enum:"2014/24,2014/25" doc:"By default 2014/24"`
	On        string `query:"on" format:"date" doc:"The day whose law is asked for; by default that of the event"`

	Circumstances []string `query:"circumstances" maxItems:"10" doc:"What shortens or lengthens them, such as urgency"`
}

func (s CalendarSettingInput) setting() views.CalendarSetting {
	return views.CalendarSetting{
		Law: s.Law, Place: s.Place, Directive: s.Directive, On: s.On, Circumstances: s.Circumstances,
	}
}

type periodInput struct {
	CalendarSettingInput

	Rule  string `query:"rule" maxLength:"60" doc:"Time limit; see /v1/calendar/laws/{law}" example:"standstill"`
	N     int    `query:"n" minimum:"0" maximum:"3660" doc:"A bare length, instead of a rule"`
	Unit  string `query:"unit" enum:"days,working_days,months" doc:"Of n; by default days"`
	From  string `query:"from" required:"true" format:"date" doc:"Day of the event" example:"2026-03-02"`
	Until string `query:"until" format:"date" doc:"Day of the deadline, where a rule takes a part of the time until it"`

	Procedure string `query:"procedure" maxLength:"40" doc:"As eForms names it, where a rule depends on it"`

	Lang string `query:"lang" maxLength:"12" doc:"en, fr, de, it, es or tr"`
}

func (s *server) countPeriod(_ context.Context, in *periodInput) (*rest.Shown[PeriodView], error) {
	if err := views.CheckCalendarLanguage(in.Lang); err != nil {
		return nil, err
	}
	e, err := views.CalendarPeriod{
		Setting: in.setting(), Rule: in.Rule, From: in.From, Until: in.Until, N: in.N, Unit: in.Unit,
		Procedure: in.Procedure,
	}.Count()
	if err != nil {
		return nil, err
	}
	return &rest.Shown[PeriodView]{Body: showPeriod(e, in.Lang)}, nil
}

// IntendedInput is embedded: a timetable that somebody intends. What is left out is proposed.
type IntendedInput struct {
	PlanningNotice string `query:"planning_notice" format:"date" doc:"Dispatch of a planning notice"`
	Requests       string `query:"requests" maxLength:"19" doc:"Their deadline, local" example:"2026-04-02T00:00"`
	Invitation     string `query:"invitation" format:"date" doc:"Dispatch of the invitations"`
	Tenders        string `query:"tenders" maxLength:"19" doc:"Deadline for tenders, or for first ones or solutions"`
	FinalInvited   string `query:"final_invitation" format:"date" doc:"Dispatch of the invitations to final tenders"`
	Final          string `query:"final" maxLength:"19" doc:"Deadline for final tenders after talks, local"`
	Zone           string `query:"zone" maxLength:"60" doc:"Of the deadlines; by default that of the place"`
	Questions      string `query:"questions" format:"date" doc:"Last day for questions"`
	Answers        string `query:"answers" format:"date" doc:"Last day for answers"`
	Letters        string `query:"letters" format:"date" doc:"Dispatch of the last letter on the award decision"`
	ByPost         bool   `query:"by_post" doc:"Not all letters are sent electronically"`
	Contract       string `query:"contract" format:"date" doc:"Conclusion of the contract"`
	AwardNotice    string `query:"award_notice" format:"date" doc:"Dispatch of the contract award notice"`
	Lang           string `query:"lang" maxLength:"12" doc:"Of the explanations: en, fr, de, it, es or tr"`
}

func (in IntendedInput) intention() views.CalendarIntention {
	return views.CalendarIntention{
		PlanningNotice: in.PlanningNotice, Requests: in.Requests, Invitation: in.Invitation, Tenders: in.Tenders,
		FinalInvitation: in.FinalInvited, Final: in.Final, Zone: in.Zone, Questions: in.Questions,
		Answers: in.Answers, Letters: in.Letters, ByPost: in.ByPost,
		Contract: in.Contract, AwardNotice: in.AwardNotice,
	}
}

// TimetableView is a timetable, judged step by step.
type TimetableView struct {
	Lawful bool              `json:"lawful" doc:"No step is unlawful, as far as days were given"`
	Lines  []TimetableLine   `json:"lines"`
	By     *TimetableSetting `json:"by,omitempty" doc:"The law and the place of the procurement"`
}

// TimetableSetting is what a procurement's time limits are counted by.
type TimetableSetting struct {
	Law     string   `json:"law" doc:"ISO 3166-1"`
	Agreed  bool     `json:"agreed" doc:"The buyers have agreed on it; else it is that of the lead buyer"`
	Place   string   `json:"place" doc:"Where the lead buyer's acts are due"`
	Zone    string   `json:"zone"`
	Unknown []string `json:"unknown" doc:"Time limits that must be certified before they can be counted"`
}

// TimetableLine is one step.
type TimetableLine struct {
	Step      string           `json:"step" example:"tenders"`
	Given     string           `json:"given,omitempty" format:"date"`
	Earliest  string           `json:"earliest,omitempty" format:"date" doc:"First lawful day"`
	Instant   *time.Time       `json:"earliest_instant,omitempty" doc:"First lawful instant of a deadline"`
	Latest    string           `json:"latest,omitempty" format:"date" doc:"Last lawful day"`
	Lawful    bool             `json:"lawful"`
	Violation *LineViolation   `json:"violation,omitempty"`
	Warnings  []models.Warning `json:"warnings" doc:"What is lawful and needs a thought; nothing of it is refused"`
	Explained string           `json:"explained,omitempty" doc:"How the bound was counted"`
}

// LineViolation says what is unlawful and what would be accepted.
type LineViolation struct {
	Code     models.Code `json:"code"`
	Detail   string      `json:"detail"`
	Accepted string      `json:"accepted,omitempty"`
}

func showTimetable(lines []views.CalendarLine, language string) TimetableView {
	v := TimetableView{Lawful: true, Lines: []TimetableLine{}}
	for _, l := range lines {
		line := TimetableLine{
			Step: l.Step, Given: l.Given.OrNothing(), Earliest: l.Earliest.OrNothing(), Latest: l.Latest.OrNothing(),
			Lawful: l.Violation == nil, Warnings: orEmpty(l.Warnings),
		}
		if !l.EarliestInstant.IsZero() {
			line.Instant = &l.EarliestInstant
		}
		if !l.Because.Event.IsZero() {
			line.Explained = l.Because.In(language)
		}
		if l.Violation != nil {
			v.Lawful = false
			line.Violation = &LineViolation{l.Violation.Code, l.Violation.Detail, l.Violation.Accepted}
		}
		v.Lines = append(v.Lines, line)
	}
	return v
}

type timetableInput struct {
	CalendarSettingInput
	IntendedInput

	Procedure string `query:"procedure" maxLength:"40" doc:"As eForms names it; by default open" example:"open"`
	Notice    string `query:"notice" required:"true" format:"date" doc:"Dispatch of the notice" example:"2026-03-02"`
}

func (s *server) judgeTimetable(_ context.Context, in *timetableInput) (*rest.Shown[TimetableView], error) {
	if err := views.CheckCalendarLanguage(in.Lang); err != nil {
		return nil, err
	}
	intention := in.intention()
	intention.Setting, intention.Procedure, intention.Notice = in.setting(), in.Procedure, in.Notice
	lines, err := intention.Judge()
	if err != nil {
		return nil, err
	}
	return &rest.Shown[TimetableView]{Body: showTimetable(lines, in.Lang)}, nil
}

type procurementTimetableInput struct {
	ProcurementPath
	IntendedInput

	Notice string `query:"notice" format:"date" doc:"Dispatch of the notice; by default today, or when it was sent"`
}

func (s *server) getTimetable(
	ctx context.Context, in *procurementTimetableInput,
) (*rest.Shown[TimetableView], error) {
	if err := views.CheckCalendarLanguage(in.Lang); err != nil {
		return nil, err
	}
	intention := in.intention()
	intention.Notice = in.Notice
	t, err := s.views.Timetable(ctx, rest.Reader(ctx), intention)
	if err != nil {
		return nil, err
	}
	view := showTimetable(t.Lines, in.Lang)
	view.By = &TimetableSetting{t.Law, t.Agreed, t.Place, t.Zone, append([]string{}, t.Unknown...)}
	return &rest.Shown[TimetableView]{Body: view}, nil
}
