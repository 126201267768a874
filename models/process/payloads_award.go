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

	Partners []models.ID `json:"partners,omitempty" maxItems:"19" doc:"The next tenders, of an innovation partnership"`
}

// SetAside moves to set the award of a lot aside before a contract is signed: after a review was upheld, the lot goes
// back to the step that is flawed; when the winner falls away, the tender that ranks next may be awarded. All who were
// told of the award are informed.
type SetAside struct {
	Lot    models.ID             `json:"lot"`
	Ground models.SetAsideGround `json:"ground"`
	Review models.ID             `json:"review,omitempty" doc:"The entry of the review that was upheld"`
	Tender models.ID             `json:"tender,omitempty" doc:"The tender of the winner that fell away"`
	Reason string                `json:"reason" minLength:"1" maxLength:"4000" doc:"Told to all who were informed"`
}

// EndPartnershipPhase moves to end a phase of an innovation partnership. All partners are informed of it.
type EndPartnershipPhase struct {
	Lot      models.ID           `json:"lot"`
	Phase    string              `json:"phase" maxLength:"60" doc:"ID of the phase: the next that has not ended"`
	Outcome  models.PhaseOutcome `json:"outcome" enum:"continue,purchase,stop"`
	Partners []models.ID         `json:"partners,omitempty" maxItems:"20" doc:"Tenders of those who go on"`
	Reason   string              `json:"reason" minLength:"1" maxLength:"4000" doc:"Told to all partners"`
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
