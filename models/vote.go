package models

import "time"

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

// A Decision is what the votes cast so far amount to.
type Decision string

// The decisions. Approved and rejected are final: no vote that is still to come could change them.
const (
	DecisionOpen     Decision = "open"
	DecisionApproved Decision = "approved"
	DecisionRejected Decision = "rejected"
)

// A VoteCount says how the votes on one digest were counted, with all that is needed to count them again.
type VoteCount struct {
	Decision Decision `json:"decision" enum:"open,approved,rejected" doc:"What the votes amount to"`

	// Terms are what was counted by: those of the agreement, or unanimity while none is in force.
	Terms VotingTerms `json:"terms" doc:"What was counted by"`

	Agreement *AgreementReference `json:"agreement,omitempty" doc:"Whose terms these are; absent: none is in force"`

	Buyers []CountedBuyer `json:"buyers" doc:"All buyers at that time, the lead buyer first"`

	Undecidable string `json:"undecidable,omitempty" doc:"Why no vote can carry; absent: one can"`
}

// A CountedBuyer is one buyer of the consortium as its vote was counted.
type CountedBuyer struct {
	Organisation ID     `json:"organisation" doc:"The buyer"`
	Lead         bool   `json:"lead,omitempty" doc:"Whether it is the lead buyer"`
	Weight       string `json:"weight,omitempty" doc:"What its vote weighs, a decimal; absent: as much as others"`
	Vote         ID     `json:"vote,omitempty" doc:"The vote that counted; absent: none is in"`
	Choice       Choice `json:"choice,omitempty" doc:"How it voted; absent: its vote is not in"`

	Recused []ID `json:"recused,omitempty" doc:"Its board, if all of it is recused: then the buyer leaves the total"`
}

// Missing lists the buyers whose vote can still come.
func (c VoteCount) Missing() []ID {
	var missing []ID
	for _, b := range c.Buyers {
		if b.Choice == "" && len(b.Recused) == 0 && (c.Terms.Rule != RuleLeadAlone || b.Lead) {
			missing = append(missing, b.Organisation)
		}
	}
	return missing
}

// Recused lists the buyers that leave the total, because everybody on their boards is recused.
func (c VoteCount) Recused() []ID {
	var recused []ID
	for _, b := range c.Buyers {
		if len(b.Recused) > 0 {
			recused = append(recused, b.Organisation)
		}
	}
	return recused
}

// A BoardDecision is one decision that the board has taken, with the count that it rests on.
type BoardDecision struct {
	ID            ID
	ProcurementID ID
	Subject       string
	Round         int
	Digest        string
	Count         VoteCount `gorm:"serializer:json"`
	DecidedAt     time.Time
}
