package models

import (
	"slices"
	"time"
)

// A SetAsideGround says why the award of a lot is set aside before a contract is signed.
type SetAsideGround string

// The grounds.
const (
	// SetAsideReview: a review body has upheld a review; the lot goes back to the step in which it found the flaw.
	SetAsideReview SetAsideGround = "review_upheld"
	// SetAsideRefused: the winner refuses to sign.
	SetAsideRefused SetAsideGround = "refused_to_sign"
	// SetAsideEvidence: the winner does not deliver the evidence that it is able and not to be excluded (Directive
	// 2014/24/EU, Article 59(4)).
	SetAsideEvidence SetAsideGround = "evidence_missing"
	// SetAsideExcluded: the winner is to be excluded (Article 57(5)).
	SetAsideExcluded SetAsideGround = "winner_excluded"
	// SetAsideInsolvent: the winner is insolvent.
	SetAsideInsolvent SetAsideGround = "insolvent"
)

var setAsideGrounds = []struct {
	ground SetAsideGround
	called string
}{
	{SetAsideReview, "a review was upheld"},
	{SetAsideRefused, "the winner refused to sign"},
	{SetAsideEvidence, "the winner did not deliver the evidence it was asked for"},
	{SetAsideExcluded, "the winner was excluded"},
	{SetAsideInsolvent, "the winner became insolvent"},
}

// SetAsideGrounds lists the grounds.
func SetAsideGrounds() []SetAsideGround {
	grounds := make([]SetAsideGround, len(setAsideGrounds))
	for i, row := range setAsideGrounds {
		grounds[i] = row.ground
	}
	return grounds
}

// Called is what the ground means, in a few words.
func (g SetAsideGround) Called() string {
	for _, row := range setAsideGrounds {
		if row.ground == g {
			return row.called
		}
	}
	return string(g)
}

// FellAway tells whether the winner itself is the reason: it is passed over from then on.
func (g SetAsideGround) FellAway() bool {
	return g != SetAsideReview && slices.Contains(SetAsideGrounds(), g)
}

// A Flaw is the step of the procedure in which a review body has found what is wrong.
type Flaw string

// The steps, from the last to the first.
const (
	FlawDecision      Flaw = "award_decision"
	FlawPrices        Flaw = "price_evaluation"
	FlawQuality       Flaw = "quality_evaluation"
	FlawAdmission     Flaw = "admission"
	FlawSpecification Flaw = "specification"
	FlawProcedure     Flaw = "procedure"
)

// Flaws lists the steps.
func Flaws() []Flaw {
	return []Flaw{FlawDecision, FlawPrices, FlawQuality, FlawAdmission, FlawSpecification, FlawProcedure}
}

// BeforeTenders tells whether the flaw lies in what tenders were written on: no evaluation can mend it.
func (f Flaw) BeforeTenders() bool { return f == FlawSpecification || f == FlawProcedure }

// Unlocks tells whether the quality of tenders is judged again: it was judged wrongly, or of tenders that were admitted
// or excluded wrongly.
func (f Flaw) Unlocks() bool { return f == FlawQuality || f == FlawAdmission }

// A SetAside says why the N-th award decision on a lot was set aside.
type SetAside struct {
	LotID  ID
	N      int
	Ground SetAsideGround
	// ReviewID is the review that was upheld, and Flaw the step to which the lot went back; empty for other grounds.
	ReviewID ID
	Flaw     Flaw
	// TenderID is the tender of the winner that fell away; empty after a review.
	TenderID   ID
	SetAsideAt time.Time
}

// FallenOf returns why a tender was awarded the lot and then fell away; false: it did not.
func (t Tendering) FallenOf(tender ID) (SetAside, bool) {
	return find(t.SetAsides, func(s SetAside) bool { return s.Ground.FellAway() && s.TenderID == tender })
}

// Fallen lists the tenders for a lot that were awarded it and then fell away.
func (t Tendering) Fallen(lot ID) []ID {
	var fallen []ID
	for _, s := range t.SetAsides {
		if s.LotID == lot && s.Ground.FellAway() {
			fallen = append(fallen, s.TenderID)
		}
	}
	return fallen
}

// Resolved tells whether an award was set aside because of a review: it no longer stands in the way of another award.
func (t Tendering) Resolved(review ID) bool {
	_, ok := find(t.SetAsides, func(s SetAside) bool { return s.ReviewID == review })
	return ok
}
