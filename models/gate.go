package models

import (
	"encoding/json"
	"fmt"
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
