package calendar

import "fmt"

// A Unit is what a period is measured in.
type Unit string

// The units. Periods in hours do not occur in our rule packs.
const (
	Days        Unit = "days"
	WorkingDays Unit = "working_days"
	Months      Unit = "months"
)

// A Length is how long a period lasts.
type Length struct {
	N    int  `json:"n" yaml:"n"`
	Unit Unit `json:"unit" yaml:"unit"`
}

// String writes the length in words, such as "30 days".
func (l Length) String() string {
	unit := map[Unit]string{Days: "day", WorkingDays: "working day", Months: "month"}[l.Unit]
	if l.N == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", l.N, unit)
}

func (l Length) valid() bool {
	return l.N > 0 && (l.Unit == Days || l.Unit == WorkingDays || l.Unit == Months)
}
