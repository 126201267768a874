package calendar_test

import (
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
)

func ExampleEarliestEnd() {
	france, _ := calendar.HolidaysOf("FR")
	dispatch, _ := calendar.ParseDate("", "2026-03-02")
	e, _ := calendar.EarliestEnd(dispatch, 35, france)
	fmt.Println("counted", e.RawDay)
	for _, move := range e.Moves {
		fmt.Println("not", move.Day, move.Why())
	}
	fmt.Println("ends with the last hour of", e.LastDay)
	fmt.Println("next act from", e.Free)
	// Output:
	// counted 2026-04-06
	// not 2026-04-06 Easter Monday in FR
	// ends with the last hour of 2026-04-07
	// next act from 2026-04-08
}

func ExampleLatestBefore() {
	timeLimit := calendar.NewDate(2026, time.April, 10)
	e, _ := calendar.LatestBefore(timeLimit, calendar.Length{N: 6, Unit: calendar.Days}, nil)
	fmt.Println(e.LastDay)
	// Output:
	// 2026-04-04
}

func ExamplePack_CheckDeadline() {
	germany, _ := calendar.HolidaysOf("DE-NW")
	dispatch := calendar.NewDate(2026, time.March, 2)
	pack, _ := calendar.PackFor("DE", dispatch)
	_, err := pack.CheckDeadline(calendar.Deadline{
		Field: "/deadline", Rule: "open/tenders", Event: dispatch,
		Local: "2026-04-01T12:00", Zone: "Europe/Berlin",
		Circumstances: []calendar.Circumstance{calendar.ElectronicSubmission},
	}, germany)
	refusal, _ := models.RefusalOf(err)
	fmt.Println(refusal.Code)
	fmt.Println(refusal.Accepted)
	// Output:
	// below_statutory_minimum
	// 2026-04-02T00:00:00 Europe/Berlin or later
}

func ExampleInstant() {
	at, err := calendar.Instant("/deadline", "2018-07-09T12:00", "Europe/Paris")
	fmt.Println(at.Format(time.RFC3339), err)
	_, err = calendar.Instant("/deadline", "2026-03-29T02:30", "Europe/Paris")
	fmt.Println(err)
	// Output:
	// 2018-07-09T10:00:00Z <nil>
	// local_time_invalid at /deadline: 2026-03-29T02:30 does not exist in Europe/Paris: clocks skip it
}
