package evaluation

import (
	"slices"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// A DecisionSetAside tells a tenderer that the decision of which an earlier letter told is set aside before a contract
// was signed, and how it goes on.
type DecisionSetAside struct {
	Ground models.SetAsideGround `json:"ground"`
	// Review is the review that was upheld, and Flaw the step to which the lot goes back.
	Review models.ID   `json:"review,omitempty"`
	Flaw   models.Flaw `json:"flaw,omitempty"`
	Reason string      `json:"reason"`
	// Letter is the SHA-256 of the letter that no longer holds.
	Letter string `json:"superseded_letter"`
}

// Setting says which award decision is set aside, and why.
type Setting struct {
	Lot    models.ID
	Ground models.SetAsideGround
	// Review is required after a review, Tender for all other grounds.
	Review models.ID
	Tender models.ID
}

// MaySetAside refuses to set an award aside that is not decided or after which a contract was signed; because of a
// review that was not upheld, or that has found the flaw in what tenders were written on; and because of a tenderer to
// whom the lot was not awarded. It returns what is then recorded, with the number of the decision.
func MaySetAside(d models.Dossier, in Setting) (models.SetAside, error) {
	lot, _ := d.Tendering.Lot(in.Lot)
	decided, _ := d.Tendering.AwardOf(in.Lot)
	s := models.SetAside{LotID: in.Lot, N: decided.N, Ground: in.Ground, SetAsideAt: d.Now}
	switch {
	case lot.EndedAt != nil:
		return s, lot.RefuseEnded("/lot")
	case !decided.Awarded():
		return s, models.Refuse(models.CodeNotAwarded, "/lot", "the award of lot %d is not decided", lot.Number).
			Accepting("a lot that was awarded")
	}
	for _, e := range d.Of(models.EntryContract) {
		if c, ok := models.BodyOf[models.Contract](e); ok && c.Lot == in.Lot {
			return s, models.Refuse(models.CodeContractSigned, "/lot", "a contract was signed on %s", c.SignedOn).
				Accepting("setting an award aside before a contract on the lot is signed")
		}
	}
	if in.Ground == models.SetAsideReview {
		return afterReview(d, in, s)
	}
	s.TenderID = in.Tender
	switch {
	case !in.Ground.FellAway():
		return s, models.Refuse(models.CodeInvalidValue, "/ground", "%q is no ground", in.Ground).
			Accepting("one of %v", models.SetAsideGrounds())
	case in.Review != "":
		return s, models.Refuse(models.CodeInvalidValue, "/review", "the ground %s is no review", in.Ground).
			Accepting("the tender of the winner, and no review")
	case !decided.Won(in.Tender):
		return s, models.Refuse(models.CodeInvalidValue, "/tender", "the lot was not awarded to this tender").
			Accepting("one of %v", decided.Winners())
	}
	return s, nil
}

// afterReview completes what is recorded after a review was upheld.
func afterReview(d models.Dossier, in Setting, s models.SetAside) (models.SetAside, error) {
	i := slices.IndexFunc(d.Of(models.EntryReview), func(e models.Entry) bool { return e.ID == in.Review })
	if i < 0 {
		return s, models.Refuse(models.CodeInvalidValue, "/review", "there is no such review on record").
			Accepting("the entry of a review of this lot that was upheld")
	}
	review, _ := models.BodyOf[models.Review](d.Of(models.EntryReview)[i])
	switch {
	case in.Tender != "":
		return s, models.Refuse(models.CodeInvalidValue, "/tender", "after a review no tenderer has fallen away").
			Accepting("the review, and no tender")
	case review.Lot != in.Lot || review.Outcome != models.ReviewUpheld || d.Tendering.Resolved(in.Review):
		return s, models.Refuse(models.CodeReviewNotUpheld, "/review",
			"this review is of another lot, was not upheld, or had an award set aside already").
			Accepting("a review of this lot that was upheld")
	case review.Flaw == "": // it was recorded before reviews named it
		return s, models.Refuse(models.CodeReviewNotUpheld, "/review", "it is not said in which step the flaw lies").
			Accepting("the next version of the review, with its flaw")
	case review.Flaw.BeforeTenders():
		return s, models.Refuse(models.CodeFlawBeforeTenders, "/review",
			"%s has found the flaw in the %s, on which all tenders were written", review.Body, review.Flaw).
			Accepting("ending the lot with the reason code rev-body, and tendering anew")
	}
	s.ReviewID, s.Flaw = in.Review, review.Flaw
	return s, nil
}

// excludedWhoFell refuses to award a lot anew while a former winner whose award was set aside because it is to be
// excluded still counts as admitted.
func excludedWhoFell(d models.Dossier, lot models.ID) error {
	for _, s := range d.Tendering.SetAsides {
		a, _, _ := d.AdmissionOf(s.TenderID)
		if s.LotID == lot && s.Ground == models.SetAsideExcluded && a.Decision != models.AdmissionExcluded {
			return models.Refuse(models.CodeAdmissionMissing, "/lot",
				"the award to %s was set aside because it is to be excluded, and its admission stands",
				d.TendererOf(s.TenderID)).
				Accepting("the exclusion of its tender, with its ground")
		}
	}
	return nil
}

// ComposeSetAsideLetters writes one letter to everyone who was told of a decision by letter, before it is set aside.
func ComposeSetAsideLetters(d models.Dossier, lot models.Lot, s models.SetAside, reason string) []Letter {
	decided := d.Tendering.Awards[lot.ID]
	if decided.LettersAt == nil {
		return nil // nobody was told of it
	}
	var letters []Letter
	for _, told := range d.Tendering.Letters {
		if told.LotID != lot.ID || told.Kind != models.LetterAward || told.SentAt.Before(*decided.LettersAt) {
			continue
		}
		t, _ := d.Tendering.Tender(told.TenderID)
		letters = append(letters, Letter{
			Procurement: d.Procurement.ID, Lot: lot.ID, LotNumber: lot.Number, Title: lot.Title, Tender: t.ID,
			Recipient: tenderer(d, t), DecidedAt: d.Now.UTC(), SentAt: d.Now.UTC(), SetAside: &DecisionSetAside{
				Ground: s.Ground, Review: s.ReviewID, Flaw: s.Flaw, Reason: reason, Letter: told.Digest,
			},
		})
	}
	return letters
}

// A SetAsideRecord is an award decision that was set aside.
type SetAsideRecord struct {
	AwardedAt  time.Time             `json:"awarded_at"`
	Winner     string                `json:"winner"`
	Ranking    string                `json:"ranking"`
	LettersAt  *time.Time            `json:"letters_at,omitempty"`
	SetAsideAt time.Time             `json:"set_aside_at"`
	Ground     models.SetAsideGround `json:"ground"`
	Review     models.ID             `json:"review,omitempty"`
	Flaw       models.Flaw           `json:"flaw,omitempty"`
}

func setAsideRecords(d models.Dossier, lot models.ID) []SetAsideRecord {
	var all []SetAsideRecord
	for _, s := range d.Tendering.SetAsides {
		i := slices.IndexFunc(d.Tendering.FormerAwards,
			func(a models.LotAward) bool { return a.LotID == s.LotID && a.N == s.N })
		if s.LotID != lot || i < 0 {
			continue
		}
		was := d.Tendering.FormerAwards[i]
		r := SetAsideRecord{
			AwardedAt: was.AwardedAt.UTC(), Winner: winnerName(d, was), Ranking: was.Ranking,
			SetAsideAt: s.SetAsideAt.UTC(), Ground: s.Ground, Review: s.ReviewID, Flaw: s.Flaw,
		}
		if was.LettersAt != nil {
			told := was.LettersAt.UTC()
			r.LettersAt = &told
		}
		all = append(all, r)
	}
	return all
}
