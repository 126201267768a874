package process

import (
	"time"

	"github.com/ppi-engine/ppi/models"
)

// Open is one opener's part in opening the envelopes of a lot; an opener of another buyer completes it.
type Open struct {
	Lot models.ID `json:"lot"`
}

// OpenResult says whether the envelopes are opened now, and of how many tenders.
type OpenResult struct {
	Opened  bool `json:"opened"`
	Tenders int  `json:"tenders"`
}

// LockQuality ends the scoring of the quality of tenders for a lot; prices may be opened afterwards.
type LockQuality struct {
	Lot models.ID `json:"lot"`
}

// Award moves to award a lot to the tender that ranks first.
type Award struct {
	Lot     models.ID `json:"lot"`
	Tender  models.ID `json:"tender" doc:"The tender that ranks first"`
	Ranking string    `json:"ranking" pattern:"^[0-9a-f]{64}$" doc:"Digest of the ranking as it was read"`
}

// How letters are sent.
const (
	MeansElectronic = "electronic"
	MeansOther      = "other"
)

// SendLetters informs all tenderers of an awarded lot of the decision. It composes the letters and dates them now: with
// an earlier date, the standstill could be over before they arrive.
type SendLetters struct {
	Lot   models.ID `json:"lot"`
	Means string    `json:"means" enum:"electronic,other" doc:"other means make the standstill longer"`
}

// LettersResult says how long no contract may be concluded.
type LettersResult struct {
	Letters          int       `json:"letters"`
	StandstillUntil  time.Time `json:"standstill_until"`
	EarliestContract string    `json:"earliest_contract,omitempty" doc:"At the lead buyer's place; absent: see awaits"`
	Because          string    `json:"because"`
	Awaits           []string  `json:"awaits,omitempty" doc:"Standstill facts for which the law lets the contract wait"`
}
