package models

import (
	"encoding/json"
	"fmt"
	"time"
)

// A Finding says whether a criterion is met.
type Finding string

// The findings. An unknown criterion blocks the gate like one that is not met.
const (
	FindingMet     Finding = "met"
	FindingNotMet  Finding = "not_met"
	FindingUnknown Finding = "unknown"
)

// A Criterion is one condition that must be met before a phase may close, judged on the record.
type Criterion struct {
	Code    string  `json:"code"`
	Finding Finding `json:"finding"`
	// Detail says in a sentence what was found.
	Detail string `json:"detail"`
	// Evidence names the entries the finding rests on, as id@digest.
	Evidence []string `json:"evidence,omitempty"`
	// Source is the article or rule that asks for it.
	Source string `json:"source,omitempty"`
}

// A Gate is what stands between a phase and its end: its criteria, and the votes on them.
type Gate struct {
	Phase    Phase       `json:"phase"`
	Round    int         `json:"round"`
	Criteria []Criterion `json:"criteria"`
	// Subject lists what is approved, as id@digest: a change of any of it makes another gate.
	Subject []string `json:"subject"`
	// Authors wrote what is approved; they may not cast their buyer's vote.
	Authors []ID `json:"authors"`
}

// Met tells whether no criterion blocks.
func (g Gate) Met() bool {
	for _, c := range g.Criteria {
		if c.Finding != FindingMet {
			return false
		}
	}
	return true
}

// Open returns the criteria that block.
func (g Gate) Open() []Criterion {
	var open []Criterion
	for _, c := range g.Criteria {
		if c.Finding != FindingMet {
			open = append(open, c)
		}
	}
	return open
}

// Digest names the gate by what it judges: SHA-256, in hexadecimal, over phase, round, subject and
// findings. A vote names the digest it was cast on.
func (g Gate) Digest() string {
	type judged struct {
		Code    string
		Finding Finding
	}
	findings := make([]judged, 0, len(g.Criteria))
	for _, c := range g.Criteria {
		findings = append(findings, judged{c.Code, c.Finding})
	}
	bytes, err := json.Marshal([]any{g.Phase, g.Round, g.Subject, findings})
	if err != nil {
		panic(fmt.Sprintf("strings and numbers do not marshal: %v", err))
	}
	return Digest(bytes)
}

// A Choice is how a buyer votes.
type Choice string

// The choices.
const (
	ChoiceApprove Choice = "approve"
	ChoiceReject  Choice = "reject"
	ChoiceAbstain Choice = "abstain"
)

// A Vote is one buyer's, cast by one of its board members.
type Vote struct {
	ID            ID `gorm:"primaryKey"`
	ProcurementID ID
	// Subject is what the vote is on, such as gate/needs.
	Subject        string
	Round          int
	Digest         string
	OrganisationID ID
	PersonID       ID
	Choice         Choice
	Reason         string
	CastAt         time.Time
	// AskedAt is when the vote's command was written down, real time.
	AskedAt time.Time
	// VoidedAt is set when the subject changed or the buyer voted anew; the vote is kept.
	VoidedAt *time.Time
}

// A DecisionRule says how the buyers' votes are counted.
type DecisionRule string

// The rules a collaboration agreement can fix. Until it is signed, unanimity of all buyers holds.
const (
	RuleUnanimous DecisionRule = "unanimous"
	RuleMajority  DecisionRule = "majority"
	RuleWeighted  DecisionRule = "weighted"
	RuleLeadAlone DecisionRule = "lead_alone"
)

// A Decision is what the votes cast so far amount to.
type Decision string

// The decisions.
const (
	DecisionOpen     Decision = "open"
	DecisionApproved Decision = "approved"
	DecisionRejected Decision = "rejected"
)
