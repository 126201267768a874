// Package ppi4hpc holds facts of a real joint procurement of innovation, each with its source, from which
// the demonstration is played.
package ppi4hpc

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

//go:embed facts.json
var facts []byte

// A Fact is a value with the sources it was read in; without a source it is unknown.
type Fact struct {
	Value  string   `json:"value"`
	Source []string `json:"source"`
}

// A Buyer is one of the contracting authorities.
type Buyer struct {
	Name    string `json:"name"`
	Short   string `json:"short"`
	Country string `json:"country"`
	Lead    bool   `json:"lead"`
}

// A Date is when something happened, as a date or a local time.
type Date struct {
	Value        string `json:"value"`
	Zone         string `json:"zone"`
	Place        string `json:"place"`
	Participants int    `json:"participants"`
	OJS          string `json:"ojs"`
}

// Facts are what the demonstration takes from the case.
type Facts struct {
	Case            string  `json:"case"`
	Call            Fact    `json:"call"`
	TotalInvestment Fact    `json:"total_investment_eur"`
	InnovationFocus Fact    `json:"innovation_focus"`
	Subject         Fact    `json:"subject"`
	Procedure       Fact    `json:"procedure"`
	ApplicableLaw   Fact    `json:"applicable_law"`
	Buyers          []Buyer `json:"buyers"`
	Dates           struct {
		KickOff           Date `json:"kick_off"`
		OpenDialogueEvent Date `json:"open_dialogue_event"`
		LegalConference   Date `json:"legal_conference"`
		ContractNotice    Date `json:"contract_notice"`
		RequestsDue       Date `json:"requests_due"`
	} `json:"dates"`
}

// Load reads the facts.
func Load() (Facts, error) {
	var f Facts
	if err := json.Unmarshal(facts, &f); err != nil {
		return f, fmt.Errorf("read facts of PPI4HPC: %w", err)
	}
	return f, nil
}
