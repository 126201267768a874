package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
	"github.com/ppi-engine/ppi/rules/timelimit"
	"github.com/ppi-engine/ppi/views"
)

type calendarCommand struct {
	Count     calendarCountCommand     `cmd:"" help:"Count a time limit, or a number of days, and explain it."`
	Timetable calendarTimetableCommand `cmd:"" help:"Judge a timetable: every unlawful step with its earliest date."`
	Rules     calendarRulesCommand     `cmd:"" help:"Show the time limits that are known of a law, and which are not."`
	Holidays  calendarHolidaysCommand  `cmd:"" help:"Show the holidays of a place in a year."`
	Packs     calendarPacksCommand     `cmd:"" help:"Write the page of all laws: what is known and unknown of each."`
}

// errUnlawful makes the exit code of a timetable that is not lawful; the table says why.
var errUnlawful = errors.New("the timetable is not lawful")

// calendarSetting is under which law and where; no server is asked.
type calendarSetting struct {
	Law       string   `placeholder:"CC" help:"Country whose law governs (ISO 3166-1); by default that of the place."`
	Place     string   `placeholder:"CC-P" help:"Where the act is due, such as DE-NW; by default that country."`
	Directive string   `default:"2014/24" enum:"2014/24,2014/25" help:"Directive: ${enum}."`
	On        string   `placeholder:"DATE" help:"The day whose law is asked for; by default that of the event."`
	When      []string `placeholder:"FACT" help:"A circumstance, such as urgency; repeatable. See ppi calendar rules."`
	Lang      string   `default:"en" help:"Language of the explanation: en, fr, de, it, es, tr."`
	JSON      bool     `name:"json" help:"Write JSON."`
}

func (c calendarSetting) setting() (timelimit.Setting, error) {
	return timelimit.Setting{
		Law: c.Law, Place: c.Place, Directive: c.Directive, On: c.On, Circumstances: c.When,
	}, calendar.CheckLanguage("--lang", c.Lang)
}

type calendarCountCommand struct {
	calendarSetting

	What  string `arg:"" placeholder:"RULE|DAYS" help:"A rule such as open/tenders or standstill, or a number of days."`
	From  string `arg:"" placeholder:"DATE" help:"The day of the event, such as 2026-03-02."`
	Unit  string `default:"days" enum:"days,working_days,months" help:"Of a number: ${enum}."`
	Until string `placeholder:"DATE" help:"Day of the deadline, where a rule takes a part of the time until it."`

	Procedure string `placeholder:"CODE" help:"Procedure, as eForms names it, where a rule depends on it."`
}

func (c calendarCountCommand) Run(inv *invocation) error {
	setting, err := c.setting()
	if err != nil {
		return err
	}
	asked := timelimit.Period{
		Setting: setting, Rule: c.What, From: c.From, Until: c.Until, Unit: c.Unit, Procedure: c.Procedure,
	}
	if n, err := strconv.Atoi(c.What); err == nil {
		asked.Rule, asked.N = "", n
	}
	e, err := asked.Count()
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(inv.stdout, struct {
			calendar.Explained

			Words string `json:"explained"`
		}{e, e.In(c.Lang)})
	}
	fmt.Fprintf(inv.stdout, "last day: %s\n", e.LastDay)
	if !e.Backward && e.Share == nil {
		fmt.Fprintf(inv.stdout, "free from: %s 00:00 %s\n", e.Free, e.Zone)
	}
	_, err = fmt.Fprintf(inv.stdout, "%s\n", e.In(c.Lang))
	return err
}

type calendarTimetableCommand struct {
	calendarSetting

	Procedure      string `default:"open" help:"Procedure, as eForms names it: open, restricted…"`
	Notice         string `required:"" placeholder:"DATE" help:"Dispatch of the contract notice."`
	PlanningNotice string `placeholder:"DATE" help:"Dispatch of a planning notice that is to shorten time limits."`
	Requests       string `placeholder:"TIME" help:"Deadline for requests, local, such as 2026-04-02T00:00."`
	Invitation     string `placeholder:"DATE" help:"Dispatch of the invitations."`
	Tenders        string `placeholder:"TIME" help:"Deadline for tenders, or for first ones or solutions, local."`
	FinalInvited   string `name:"final-invitation" placeholder:"DATE" help:"Dispatch of invitations to final tenders."`
	Final          string `placeholder:"TIME" help:"Deadline for final tenders after talks, local."`
	Zone           string `placeholder:"ZONE" help:"In which the deadlines are written; by default that of the place."`
	Questions      string `placeholder:"DATE" help:"Last day for questions."`
	Answers        string `placeholder:"DATE" help:"Last day for answers."`
	Letters        string `placeholder:"DATE" help:"Dispatch of the last letter on the award decision."`
	ByPost         bool   `help:"Not all letters are sent electronically."`
	Contract       string `placeholder:"DATE" help:"Conclusion of the contract."`
	AwardNotice    string `placeholder:"DATE" help:"Dispatch of the contract award notice."`
}

func (c calendarTimetableCommand) Run(inv *invocation) error {
	setting, err := c.setting()
	if err != nil {
		return err
	}
	lines, err := timelimit.Intention{
		Setting: setting, Procedure: c.Procedure, Notice: c.Notice, PlanningNotice: c.PlanningNotice,
		Requests: c.Requests, Invitation: c.Invitation, Tenders: c.Tenders, FinalInvitation: c.FinalInvited,
		Final: c.Final, Zone: c.Zone, Questions: c.Questions,
		Answers: c.Answers, Letters: c.Letters, ByPost: c.ByPost, Contract: c.Contract, AwardNotice: c.AwardNotice,
	}.Judge()
	if err != nil {
		return err
	}
	if err := c.write(inv.stdout, lines); err != nil {
		return err
	}
	if len(timelimit.Violations(lines)) > 0 {
		return errUnlawful
	}
	return nil
}

func (c calendarTimetableCommand) write(to io.Writer, lines []timelimit.Line) error {
	type line struct {
		Step      string           `json:"step"`
		Given     string           `json:"given,omitempty"`
		Earliest  string           `json:"earliest,omitempty"`
		Latest    string           `json:"latest,omitempty"`
		Violation *models.Refusal  `json:"violation,omitempty"`
		Warnings  []models.Warning `json:"warnings,omitempty"`
		Explained string           `json:"explained,omitempty"`
	}
	all := make([]line, len(lines))
	for i, l := range lines {
		all[i] = line{
			Step: l.Step, Given: l.Given.OrNothing(), Earliest: l.Earliest.OrNothing(),
			Latest: l.Latest.OrNothing(), Violation: l.Violation, Warnings: l.Warnings,
		}
		if !l.Because.Event.IsZero() {
			all[i].Explained = l.Because.In(c.Lang)
		}
	}
	if c.JSON {
		return writeJSON(to, all)
	}
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "step\tgiven\tearliest\tlatest\t")
	for _, l := range all {
		verdict := ""
		if l.Violation != nil {
			verdict = "unlawful"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", l.Step, l.Given, l.Earliest, l.Latest, verdict)
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("write the timetable: %w", err)
	}
	for _, l := range all {
		if l.Violation != nil {
			fmt.Fprintf(to, "\n%s: %s\naccepted: %s\n", l.Step, l.Violation.Detail, l.Violation.Accepted)
		} else if l.Explained != "" {
			fmt.Fprintf(to, "\n%s: %s\n", l.Step, l.Explained)
		}
		for _, w := range l.Warnings {
			fmt.Fprintf(to, "%s: warning (%s): %s\n", l.Step, w.Code, w.Detail)
		}
	}
	return nil
}

type calendarRulesCommand struct {
	Law       string `arg:"" placeholder:"CC" help:"Country whose law is asked for (ISO 3166-1), or EU."`
	Directive string `default:"2014/24" enum:"2014/24,2014/25" help:"Directive: ${enum}."`
	On        string `placeholder:"DATE" help:"The day whose law is asked for; by default today."`
	JSON      bool   `name:"json" help:"Write JSON."`
}

func (c calendarRulesCommand) Run(inv *invocation) error {
	known, err := timelimit.RulesOf(timelimit.Setting{Law: c.Law, Directive: c.Directive, On: c.On},
		calendar.DateOf(time.Now(), time.UTC))
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(inv.stdout, lawJSON(known))
	}
	fmt.Fprintf(inv.stdout, "%s on %s: %s\n\n", c.Law, known.Pack.On, strings.Join(known.Pack.Titles, "; "))
	table := tabwriter.NewWriter(inv.stdout, 0, 0, 2, ' ', 0)
	for _, r := range known.Pack.Rules() {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", r.ID, r.Span(), r.RunsFrom, r.Cited())
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("write the rules: %w", err)
	}
	if len(known.Unknown) > 0 {
		fmt.Fprintf(inv.stdout, "\nnot known here, to be certified with a source: %s\n",
			strings.Join(known.Unknown, ", "))
	}
	_, err = fmt.Fprintf(inv.stdout, "\ncircumstances: %v\n", calendar.Circumstances())
	return err
}

// lawJSON is what programs read of a law.
func lawJSON(known timelimit.Rules) any {
	type rule struct {
		Rule     string `json:"rule"`
		Length   string `json:"length"`
		RunsFrom string `json:"runs_from"`
		Source   string `json:"source"`
		Note     string `json:"note,omitempty"`
		Caution  string `json:"caution,omitempty"`
	}
	rules := []rule{}
	for _, r := range known.Pack.Rules() {
		rules = append(rules, rule{r.ID, r.Span(), string(r.RunsFrom), r.Cited(), r.Note, r.Caution})
	}
	return struct {
		Law     string   `json:"law"`
		On      string   `json:"on"`
		Titles  []string `json:"titles"`
		Rules   []rule   `json:"rules"`
		Unknown []string `json:"unknown"`
	}{known.Pack.Law, known.Pack.On.String(), known.Pack.Titles, rules, known.Unknown}
}

type calendarHolidaysCommand struct {
	Place string `arg:"" placeholder:"PLACE" help:"A country or a part of one, such as FR or DE-NW."`
	Year  int    `arg:"" placeholder:"YEAR" help:"The year."`
}

func (c calendarHolidaysCommand) Run(inv *invocation) error {
	days, err := views.CalendarHolidays(c.Place, c.Year)
	if err != nil {
		return err
	}
	for _, d := range days {
		open := ""
		if d.Unsettled {
			open = " (not settled)"
		}
		fmt.Fprintf(inv.stdout, "%s  %s%s\n", d.Day, d.Name, open)
	}
	return nil
}

type calendarPacksCommand struct{}

func (calendarPacksCommand) Run(inv *invocation) error { return calendar.WriteCatalogue(inv.stdout) }
