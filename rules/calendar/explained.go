package calendar

import (
	"fmt"
	"strings"
	"time"
)

// Explained is a counted period with everything a lawyer needs to check it.
type Explained struct {
	// Rule names the rule of a rule pack, such as open/tenders; empty for a bare count.
	Rule string `json:"rule,omitempty"`
	// RuleSource is the article that sets the length, RunsFrom what the period runs from.
	RuleSource string `json:"rule_source,omitempty"`
	RunsFrom   string `json:"runs_from,omitempty"`
	// Event is the day of the event; it is not counted.
	Event  Date   `json:"event"`
	Length Length `json:"length"`
	// Backward marks a period counted back from Event.
	Backward bool `json:"backward,omitempty"`
	// RawDay is the last day as counted, LastDay the last day after it was moved.
	RawDay  Date `json:"raw_day"`
	LastDay Date `json:"last_day"`
	// Moves says, day by day, why the last day moved.
	Moves []Move `json:"moves,omitempty"`
	// Articles lists what was applied of Regulation (EEC, Euratom) No 1182/71.
	Articles []string `json:"articles"`
	// Place is where the holidays are from: the country in which the act is due.
	Place string `json:"place,omitempty"`
	// Without lists circumstances that were claimed and change nothing here.
	Without []Circumstance `json:"without,omitempty"`
}

// A Move is one day on which the period could not end, and why.
type Move struct {
	Day Date   `json:"day"`
	Why string `json:"why"`
}

// FirstFreeDay is the first day on which what had to wait for the end of the period may be done.
func (e Explained) FirstFreeDay() Date { return e.LastDay.AddDays(1) }

// Ends returns the instant at which the period is over in an IANA zone: the end of the last hour of
// its last day, which is the start of the next.
func (e Explained) Ends(zone string) (time.Time, error) { return StartOfDay(e.FirstFreeDay(), zone) }

// String tells the whole count in a sentence.
func (e Explained) String() string {
	var s strings.Builder
	if e.Rule != "" {
		fmt.Fprintf(&s, "%s (%s): ", e.Rule, e.RuleSource)
	}
	from := e.RunsFrom
	if from == "" {
		from = "the event"
	}
	if e.Backward {
		fmt.Fprintf(&s, "%s before %s on %s is %s; a period counted backwards does not move",
			e.Length, from, e.Event, e.LastDay)
	} else {
		fmt.Fprintf(&s, "%s from %s on %s, a day not counted, end on %s", e.Length, from, e.Event, e.RawDay)
		for _, move := range e.Moves {
			fmt.Fprintf(&s, "; not %s: %s", move.Day, move.Why)
		}
		fmt.Fprintf(&s, "; so the last hour of %s %s", e.LastDay.Weekday(), e.LastDay)
	}
	fmt.Fprintf(&s, " (%s, Article %s)", regulation, strings.Join(e.Articles, ", "))
	return s.String()
}
