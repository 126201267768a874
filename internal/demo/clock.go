package demo

import (
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// until moves the rehearsal's clock to a date of the facts, doing on the way what falls due, and shows it.
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
	p.showClock(date.What)
}

// advance moves the clock, in as many calls as it takes.
func (p *play) advance(to time.Time) {
	for p.err == nil {
		var result struct {
			Now     time.Time `json:"now"`
			Reached bool      `json:"reached"`
		}
		p.act(p.lead, models.VerbAdvance, object{"to": to.UTC()}, &result)
		p.clock = result.Now.In(p.zone)
		if result.Reached {
			return
		}
	}
}

func (p *play) showClock(what string) {
	if p.err != nil {
		return
	}
	source := "sourced"
	if p.assumed {
		source = "assumed: true"
	}
	p.screen.sayf("  ◷ %s – %s  [%s]", p.clock.Format("Monday 2 January 2006, 15:04 in Paris"), what, source)
}

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
