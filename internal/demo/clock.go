package demo

import (
	"fmt"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/examples/ppi4hpc"
	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/models"
)

// until moves the rehearsal's clock to a date of the facts, and shows the date. What falls due on the way is done.
func (p *play) until(name string) {
	date, known := p.facts.Dates[name]
	if !known {
		p.err = fmt.Errorf("the facts have no date %q", name)
		return
	}
	at, err := date.At(p.zone)
	if err != nil {
		p.err = err
		return
	}
	p.assumed = date.Assumed
	p.advance(at)
	p.showDate(date)
}

// advance moves the clock, in as many commands as it takes. The clock also runs by itself, so it may be later already.
func (p *play) advance(to time.Time) {
	for p.err == nil {
		var result struct {
			Now     time.Time `json:"now"`
			Reached bool      `json:"reached"`
		}
		p.act(p.lead, models.VerbAdvance, object{"to": to.UTC()}, &result)
		if problem, ok := apiclient.ProblemOf(p.err); ok && problem.Code == string(models.CodeClockBackwards) {
			p.err, result.Now, result.Reached = nil, to, true
		}
		p.clock = result.Now.In(p.zone)
		if result.Reached {
			return
		}
	}
}

// showDate shows the clock on a date of the facts. It shows the hour only if the hour is sourced or the whole date is
// assumed.
func (p *play) showDate(date ppi4hpc.Date) {
	if date.DayOnly() {
		p.showClock("Monday 2 January 2006", date.What, "source "+strings.Join(date.Source, ", ")+", hour assumed")
		return
	}
	source := "assumed: true"
	if !date.Assumed {
		source = "source " + strings.Join(date.Source, ", ")
	}
	p.showClock(toTheMinute, date.What, source)
}

const toTheMinute = "Monday 2 January 2006, 15:04 in Paris"

func (p *play) showClock(layout, what, source string) {
	if p.err == nil {
		p.screen.sayf("  ◷ %s – %s  [%s]", p.clock.In(p.zone).Format(layout), what, source)
	}
}

// on is a date of the facts in words.
func (p *play) on(name, layout string) string {
	at, err := p.facts.Dates[name].At(p.zone)
	if err != nil && p.err == nil {
		p.err = err
	}
	return at.Format(layout)
}

const (
	onDay  = "2 January 2006"
	onHour = "2 January 2006 at 15:04"
)

// day is today's date, with a star when it is assumed.
func (p *play) day() string {
	day := p.clock.In(p.zone).Format(time.DateOnly)
	if p.assumed {
		return day + "*"
	}
	return day + " "
}

// today is the date that entries carry.
func (p *play) today() string { return p.clock.In(p.zone).Format(time.DateOnly) }

// local is a date of the facts as a local time with its zone.
func (p *play) local(name string) object {
	at, err := p.facts.Dates[name].At(p.zone)
	if err != nil && p.err == nil {
		p.err = err
	}
	return object{"local": at.Format("2006-01-02T15:04"), "zone": p.facts.Zone}
}
