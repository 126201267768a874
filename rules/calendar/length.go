package calendar

// A Unit is what a period is measured in.
type Unit string

// The units. Periods in hours do not occur in our rule packs.
const (
	Days        Unit = "days"
	WorkingDays Unit = "working_days"
	Months      Unit = "months"
)

// Units lists every unit.
func Units() []Unit { return []Unit{Days, WorkingDays, Months} }

// A Length is how long a period lasts.
type Length struct {
	N    int  `json:"n" yaml:"n"`
	Unit Unit `json:"unit" yaml:"unit"`
}

// String writes the length in English, such as "30 days".
func (l Length) String() string { return english().length(l) }

// mostPeriods bounds lengths, so that counting one cannot take long: no law knows a longer one.
const mostPeriods = 3660

func (l Length) valid() bool {
	return l.N > 0 && l.N <= mostPeriods && (l.Unit == Days || l.Unit == WorkingDays || l.Unit == Months)
}
