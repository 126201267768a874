package calendar

import (
	"slices"
	"time"
)

// Explained is a counted period with everything a lawyer needs to check it.
type Explained struct {
	// Rule names the rule of a rule pack, such as open/tenders; empty for a bare count.
	Rule string `json:"rule,omitempty"`
	// Law is the country whose law was asked; RuleSource the article that sets the length.
	Law        string `json:"law,omitempty"`
	RuleSource string `json:"rule_source,omitempty"`
	// RunsFrom is what the period runs from, and Event the day of it.
	RunsFrom Event  `json:"runs_from,omitempty"`
	Event    Date   `json:"event"`
	Length   Length `json:"length"`
	// FirstDayCounts: the day of the event is the first day of the period.
	FirstDayCounts bool `json:"first_day_counts,omitempty"`
	// Backward marks a period counted back from Event.
	Backward bool `json:"backward,omitempty"`
	// Share is given where the law takes a part of another period, instead of a length.
	Share *Share `json:"share,omitempty"`
	// RawDay is the last day as counted, LastDay the last day after it was moved, Free the first day on which what had
	// to wait for the end may be done.
	RawDay  Date `json:"raw_day"`
	LastDay Date `json:"last_day"`
	Free    Date `json:"free_day"`
	// Moves says, day by day, why the last day moved.
	Moves []Move `json:"moves,omitempty"`
	// Articles lists what was applied of Regulation (EEC, Euratom) No 1182/71; Own says that it does not apply.
	Articles []string `json:"articles,omitempty"`
	Own      bool     `json:"own_counting,omitempty"`
	// Place is where the holidays are from: where the act is due. Zone is that of its clocks.
	Place string `json:"place,omitempty"`
	Zone  string `json:"zone,omitempty"`
	// Without lists circumstances that were claimed and change nothing here.
	Without []Circumstance `json:"without,omitempty"`
	// Unsettled lists days of which it is not known whether they are holidays, if that matters; they were taken so that
	// no law is broken.
	Unsettled []Move `json:"unsettled,omitempty"`
	// ListedUntil is given if the period ends after the last year whose holidays were officially listed.
	ListedUntil int `json:"listed_until,omitempty"`
	// HalfDay names the half holiday on which the period ends.
	HalfDay string `json:"half_day,omitempty"`
	// Floor says that the law of the country alone would end the period earlier than the Directive, which was taken.
	Floor *Floor `json:"floor,omitempty"`
	// WaitsFor says what must have happened as well, however long it takes.
	WaitsFor []Wait `json:"waits_for,omitempty"`
	// Needs lists circumstances that are not given, and without which the law does not let the period begin.
	Needs []Circumstance `json:"needs,omitempty"`
	// Certified names the entry of the record in which the period was given, where no rule pack has it.
	Certified string `json:"certified_by,omitempty"`
	// Caution says what is doubtful about the rule.
	Caution string `json:"caution,omitempty"`
}

// A Floor is what the law of a country alone would have given.
type Floor struct {
	Source  string `json:"source"`
	Length  Length `json:"length"`
	LastDay Date   `json:"last_day"`
	// RunsFrom is given if that law counts from another event than the Directive: then the period by that law, which
	// may begin later, has to be over as well.
	RunsFrom Event `json:"runs_from,omitempty"`
}

// A Share is a part of the time between two events.
type Share struct {
	Part  int  `json:"part" yaml:"part"`
	Of    int  `json:"of" yaml:"of"`
	Until Date `json:"until" yaml:"-"`
}

// MoveReason says why a period does not end on a day.
type MoveReason string

// Why a period does not end on a day.
const (
	MoveWeekend        MoveReason = "weekend"
	MoveHoliday        MoveReason = "holiday"
	MoveUnsettled      MoveReason = "unsettled"
	MoveTwoWorkingDays MoveReason = "two_working_days"
	MoveExtra          MoveReason = "extra_working_day"
)

// A Move is one day on which the period could not end, and why.
type Move struct {
	Day    Date       `json:"day"`
	Reason MoveReason `json:"reason"`
	// Name and Place are those of the holiday.
	Name  string `json:"name,omitempty"`
	Place string `json:"place,omitempty"`
}

// Why says the reason in English.
func (m Move) Why() string { return english().move(m) }

// Ends returns the instant at which the period is over at the place where the act is due: the start of the first day on
// which what had to wait may be done. A bare count without a place is refused with [models.CodeInvalidLocalTime].
func (e Explained) Ends() (time.Time, error) { return StartOfDay(e.Free, e.Zone) }

// String tells the whole count in English.
func (e Explained) String() string { return english().tell(e) }

// In tells the whole count in a language ([Languages]); in English if it is none of them.
func (e Explained) In(language string) string { return wordsIn(language).tell(e) }

// Pending tells of a period whose event has not happened yet, or is not on record: how long it will be, and the day
// before which it cannot end.
func (e Explained) Pending(language string) string { return wordsIn(language).pending(e) }

func (e *Explained) cite(articles ...string) {
	for _, a := range articles {
		if !e.Own && !slices.Contains(e.Articles, a) {
			e.Articles = append(e.Articles, a)
		}
	}
}
