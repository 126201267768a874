package webhook

import (
	"math/rand/v2"
	"time"
)

// A Schedule is the pauses before each further attempt.
type Schedule []time.Duration

// StandardSchedule is the schedule of Standard Webhooks 1.0.0: ten attempts within 75 hours and 35 minutes.
func StandardSchedule() Schedule {
	return Schedule{
		5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
		10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
	}
}

// Scaled returns the schedule with every pause multiplied, for tests and trials.
func (s Schedule) Scaled(factor float64) Schedule {
	scaled := make(Schedule, len(s))
	for i, pause := range s {
		scaled[i] = time.Duration(float64(pause) * factor)
	}
	return scaled
}

const (
	// jitter lengthens a pause by up to this fraction, so that deliveries that failed together are not repeated
	// together.
	jitter = 0.1
	// longestAsked is the longest pause that a receiver can ask for.
	longestAsked = 24 * time.Hour
)

// Pause is how long to wait after so many failed attempts, at least as long as the receiver asked for; false when there
// is no further attempt.
func (s Schedule) Pause(failures int, asked time.Duration) (time.Duration, bool) {
	if failures < 1 || failures > len(s) {
		return 0, false
	}
	pause := s[failures-1]
	pause += time.Duration(rand.Float64() * jitter * float64(pause)) //nolint:gosec // jitter is no secret
	return max(pause, min(asked, longestAsked)), true
}
