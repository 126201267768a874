// Package ppi4hpc holds facts of a real joint procurement of innovation, each with its source, and what the
// demonstration assumes where the sources are silent.
package ppi4hpc

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ppi-engine/ppi/models"
)

//go:embed facts.json
var facts []byte

// A Fact is what the sources say, or what is played instead.
type Fact struct {
	// Value is empty when the sources are silent.
	Value  string   `json:"value"`
	Source []string `json:"source"`
	// Played is what the rehearsal plays instead of Value; it is always assumed.
	Played  string `json:"played"`
	Assumed bool   `json:"assumed"`
}

// Text is what the rehearsal plays.
func (f Fact) Text() string {
	if f.Played != "" {
		return f.Played
	}
	return f.Value
}

// A Date is when something happened, as a date or a local time, or when it is assumed to have happened.
type Date struct {
	Fact

	What string `json:"what"`
	// OJS is the number in the Official Journal, of what was published there.
	OJS string `json:"ojs"`
}

const (
	localTime = "2006-01-02T15:04"
	// officeOpens is when what has only a date is played.
	officeOpens = 9 * time.Hour
)

// At is the instant that is played. Where only a day is known, the hour is assumed.
func (d Date) At(zone *time.Location) (time.Time, error) {
	if at, err := time.ParseInLocation(localTime, d.Text(), zone); err == nil {
		return at, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, d.Text(), zone)
	if err != nil {
		return day, fmt.Errorf("read date of %q: %w", d.What, err)
	}
	return day.Add(officeOpens), nil
}

// DayOnly tells that the hour of At is assumed.
func (d Date) DayOnly() bool { return len(d.Text()) == len(time.DateOnly) }

// A Buyer is one of the contracting authorities.
type Buyer struct {
	Name    string `json:"name"`
	Short   string `json:"short"`
	Country string `json:"country"`
	Lead    bool   `json:"lead"`
	// Address is nil where no source has it.
	Address *models.Address `json:"address"`
}

// Facts are what the demonstration takes from the case, and what it assumes.
type Facts struct {
	Case            string          `json:"case"`
	Zone            string          `json:"zone"`
	Call            Fact            `json:"call"`
	TotalInvestment Fact            `json:"total_investment_eur"`
	InnovationFocus Fact            `json:"innovation_focus"`
	Subject         Fact            `json:"subject"`
	Procedure       Fact            `json:"procedure"`
	ApplicableLaw   Fact            `json:"applicable_law"`
	Buyers          []Buyer         `json:"buyers"`
	Dates           map[string]Date `json:"dates"`
	Needs           Needs           `json:"needs"`
	Consultation    Consultation    `json:"consultation"`
	Engagement      Engagement      `json:"engagement"`
	Capacity        Capacity        `json:"capacity"`
	Specification   Specification   `json:"specification"`
	Tender          Tender          `json:"tender"`
	Selection       Selection       `json:"selection"`
	Talks           Talks           `json:"talks"`
	Partnership     Partnership     `json:"partnership"`

	// Procedures are the ways in which the case can be played, by the name that the demonstration is asked for.
	Procedures map[string]Procedure `json:"procedures"`
}

// Needs are assumed but for the procurement they build on.
type Needs struct {
	Outcome   string `json:"outcome"`
	Indicator string `json:"indicator"`
	Baseline  string `json:"baseline"`
	Target    string `json:"target"`
	Unit      string `json:"unit"`
	Estimate  struct {
		Amount string `json:"amount"`
	} `json:"estimate"`
	StateOfTheArt string `json:"state_of_the_art"`
	Trigger       string `json:"trigger"`
	EndUsers      struct {
		Group    string `json:"group"`
		Count    int    `json:"count"`
		Findings string `json:"findings"`
	} `json:"end_users"`
	AsIs struct {
		Service string `json:"service"`
		Source  string `json:"source"`
	} `json:"as_is"`
	PriorArt struct {
		Database string `json:"database"`
		Query    string `json:"query"`
		Summary  string `json:"summary"`
	} `json:"prior_art"`
	Standards        string          `json:"standards"`
	PreliminaryCase  PreliminaryCase `json:"preliminary_case"`
	BudgetOrgan      string          `json:"budget_organ"`
	PriorProcurement Fact            `json:"prior_procurement"`
}

// A PreliminaryCase compares what could be done about the need.
type PreliminaryCase struct {
	Problem     string `json:"problem"`
	Constraints string `json:"constraints"`
	Years       int    `json:"years"`
	Options     []struct {
		Title     string `json:"title"`
		Costs     string `json:"costs"`
		Benefits  string `json:"benefits"`
		Reasons   string `json:"reasons"`
		Preferred bool   `json:"preferred"`
	} `json:"options"`
	BreakEven string `json:"break_even"`
	// Changed is what the consultation has changed in it.
	Changed string `json:"changed"`
}

// A Consultation has a sourced event and assumed responses.
type Consultation struct {
	Countries Fact `json:"countries"`
	Event     struct {
		Name      Fact `json:"name"`
		Place     Fact `json:"place"`
		Companies int  `json:"companies"`
		Content   Fact `json:"content"`
	} `json:"event"`
	LegalConference Fact `json:"legal_conference"`
	Questions       []struct {
		ID     string `json:"id"`
		Text   string `json:"text"`
		Answer string `json:"answer"`
	} `json:"questions"`
	BrandedQuestion string     `json:"branded_question"`
	Responses       []Response `json:"responses"`
	Report          string     `json:"report"`
}

// A Response is what a supplier answers, in confidence if it is a secret.
type Response struct {
	Supplier string `json:"supplier"`
	Energy   string `json:"energy"`
	Means    string `json:"means"`
	Secret   bool   `json:"secret"`
}

// Engagement is how the market is informed.
type Engagement struct {
	Interval Fact `json:"interval"`
	Channels []struct {
		Title   string `json:"title"`
		Address string `json:"address"`
	} `json:"channels"`
	// Bulletins stand under their date.
	Bulletins map[string]struct {
		Title string `json:"title"`
		Text  string `json:"text"`
	} `json:"bulletins"`
}

// Capacity is what the collaboration agreement settles and how people are trained.
type Capacity struct {
	DecisionRule string            `json:"decision_rule"`
	Share        string            `json:"share"`
	Clauses      map[string]string `json:"clauses"`
	Training     struct {
		Title      string `json:"title"`
		Topic      string `json:"topic"`
		Provider   string `json:"provider"`
		Guests     string `json:"guests"`
		GuestCount int    `json:"guest_count"`
	} `json:"training"`
}

// A Requirement of the specification.
type Requirement struct {
	Code      string `json:"code"`
	Statement string `json:"statement"`
	Type      string `json:"type"`
	Priority  string `json:"priority"`
	Use       string `json:"use"`
	Minimum   string `json:"minimum"`
	Method    string `json:"method"`
	How       string `json:"how"`
}

// Specification holds the requirements, and one as it must not be.
type Specification struct {
	Requirements []Requirement `json:"requirements"`
	Branded      struct {
		Code      string `json:"code"`
		Statement string `json:"statement"`
	} `json:"branded"`
	Functionality        string `json:"functionality"`
	Reasoning            string `json:"reasoning"`
	IntellectualProperty string `json:"intellectual_property"`
	Confidentiality      string `json:"confidentiality"`
}

// A Supplier is assumed: no source names who tendered.
type Supplier struct {
	Name    string `json:"name"`
	Country string `json:"country"`
}

// A Criterion of the award that is no price.
type Criterion struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Link   string `json:"link"`
	Weight string `json:"weight"`
	Max    string `json:"max"`
}

// Tender holds the lots, and what is assumed of criteria, suppliers and offers.
type Tender struct {
	LotCount Fact `json:"lot_count"`
	Lots     []struct {
		Buyer string `json:"buyer"`
		Title Fact   `json:"title"`
	} `json:"lots"`
	Answers []struct {
		Asked    string `json:"asked"`
		Question string `json:"question"`
		Answer   string `json:"answer"`
	} `json:"answers"`
	Criteria struct {
		Method      string      `json:"method"`
		PriceWeight string      `json:"price_weight"`
		LowPercent  string      `json:"low_percent"`
		Quality     []Criterion `json:"quality"`
	} `json:"criteria"`
	Suppliers struct {
		Played []Supplier `json:"played"`
	} `json:"suppliers"`
	// ReviewBody is in no source.
	ReviewBody struct {
		Name      string         `json:"name"`
		Address   models.Address `json:"address"`
		Deadlines string         `json:"deadlines"`
	} `json:"review_body"`
	TendersPerLot int      `json:"tenders_per_lot"`
	LateSupplier  Supplier `json:"late_supplier"`
	Offers        Offers   `json:"offers"`
}

// Offers bound what suppliers offer: prices in euro, electricity in MWh for each simulated year, and hours until
// somebody is on the site.
type Offers struct {
	PriceFrom  int `json:"price_from"`
	PriceTo    int `json:"price_to"`
	PriceStep  int `json:"price_step"`
	EnergyFrom int `json:"energy_from"`
	EnergyTo   int `json:"energy_to"`
	HoursFrom  int `json:"hours_from"`
	HoursTo    int `json:"hours_to"`
}

// Load reads the facts.
func Load() (Facts, error) {
	var f Facts
	if err := json.Unmarshal(facts, &f); err != nil {
		return f, fmt.Errorf("read facts of PPI4HPC: %w", err)
	}
	return f, nil
}
