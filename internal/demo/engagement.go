package demo

import (
	"time"

	"github.com/ppi-engine/ppi/models"
)

// planEngagement releases how often and where the market is informed, and informs it for the first time.
func (p *play) planEngagement() {
	interval := p.facts.Engagement.Interval.Text()
	plan := p.post(p.lead, "/engagement-plans", object{"interval": interval, "channels": p.channels()})
	p.act(p.lead, models.VerbRelease, plan.named(), nil)
	p.tellf("GENCI", "releases the plan of engagement: a bulletin on budget, timing and needs at least every %s "+
		"(assumed)", interval)
	p.inform("consultation_opens")
}

func (p *play) channels() []object {
	var channels []object
	for _, c := range p.facts.Engagement.Channels {
		channels = append(channels, object{"title": c.Title, "address": c.Address})
	}
	return channels
}

// inform releases the bulletin of a date.
func (p *play) inform(date string) {
	b := p.facts.Engagement.Bulletins[date]
	entry := p.post(p.drafter, "/bulletins",
		object{"covers": models.Topics(), "title": en(b.Title), "text": en(b.Text)})
	p.act(p.lead, models.VerbRelease, entry.named(), nil)
	p.tellf("GENCI", "tells the market of budget, timing and needs (text assumed): “%s”", b.Title)
}

// informMarket leaves the market without news for too long, which the engine notices.
func (p *play) informMarket() {
	p.screen.chapter("Phase 3 of 6 · Market engagement goes on until the notice")
	p.until("bulletin_overdue")
	p.showTasks()
	p.until("winter_bulletin")
	p.inform("winter_bulletin")
}

// showTasks shows the tasks that the engine has raised.
func (p *play) showTasks() {
	var tasks struct {
		Items []struct {
			Kind     string    `json:"kind"`
			Status   string    `json:"status"`
			RaisedAt time.Time `json:"raised_at"`
		} `json:"items"`
	}
	p.get(p.lead, "/tasks", &tasks)
	for _, task := range tasks.Items {
		p.tellf("engine", "raised a task on %s: %s, %s", task.RaisedAt.In(p.zone).Format(time.DateOnly), task.Kind,
			task.Status)
	}
}
