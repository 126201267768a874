package models

import (
	"slices"
	"strings"
)

// EntryAwardSignature is the signature under the decision to award a lot.
const EntryAwardSignature EntryKind = "award_signature"

// An AwardSignature puts an awarder's name under the decision of the board to award a lot, before tenderers are told of
// it. The decision is named by its winner and its ranking, so that nobody signs what he has not read.
type AwardSignature struct {
	Lot      ID     `json:"lot"`
	Tender   ID     `json:"tender" doc:"The tender that won; of an innovation partnership, the first"`
	Ranking  string `json:"ranking" pattern:"^[0-9a-f]{64}$" doc:"Digest of the ranking on which the board decided"`
	Capacity string `json:"capacity" minLength:"1" maxLength:"400" doc:"As what the author signs" example:"Director"`
}

// Check refuses malformed IDs and digests, and a signature that does not say in which capacity it is given.
func (s AwardSignature) Check() error {
	return Refusals(slices.Concat(checkID("/lot", s.Lot, PrefixLot), checkID("/tender", s.Tender, PrefixTender),
		checkDigest("/ranking", s.Ranking), compact(checkWord("/capacity", s.Capacity, 400))))
}

// Subject is the lot.
func (s AwardSignature) Subject() string { return string(s.Lot) }

// CheckAgainst refuses to sign anything but the decision as it stands, once the tenderers were told of it, twice, and
// by somebody who has a conflict of interest in the lot.
func (s AwardSignature) CheckAgainst(d Dossier, e Entry) error {
	lot, known := d.Tendering.Lot(s.Lot)
	decided := d.Tendering.Awards[s.Lot]
	switch {
	case !known:
		return Refuse(CodeInvalidValue, "/lot", "there is no such lot").Accepting("a lot of this procurement")
	case lot.EndedAt != nil:
		return lot.RefuseEnded("/lot")
	case !decided.Awarded():
		return Refuse(CodeNotAwarded, "/lot", "the award of lot %d is not decided", lot.Number).
			Accepting("a signature after the board has awarded the lot")
	case decided.LettersAt != nil:
		return Refuse(CodeLettersSent, "/lot", "the tenderers of lot %d were told of the decision", lot.Number).
			Accepting("a signature before the letters")
	case s.Tender != decided.WinnerID:
		return Refuse(CodeInvalidValue, "/tender", "lot %d was awarded to another", lot.Number).
			Accepting("%s, the tender of %s", decided.WinnerID, d.TendererOf(decided.WinnerID))
	case s.Ranking != decided.Ranking:
		return Refuse(CodeInvalidValue, "/ranking", "the board decided on another ranking").
			Accepting("%s", decided.Ranking)
	}
	if err := d.MayDecide(e.AuthorID, s.Lot); err != nil {
		return err
	}
	if slices.ContainsFunc(d.AwardSignatures(lot), func(other Entry) bool {
		return other.AuthorID == e.AuthorID && other.ID != e.ID
	}) {
		return Refuse(CodeAlreadyExists, "", "you have signed this decision").Accepting("one signature of each awarder")
	}
	return nil
}

// AwardSignatures lists the signatures under the award of a lot as it stands. Those under a decision that was set aside
// are not among them.
func (d Dossier) AwardSignatures(lot Lot) []Entry {
	decided := d.Tendering.Awards[lot.ID]
	return slices.DeleteFunc(d.Of(EntryAwardSignature), func(e Entry) bool {
		s, ok := BodyOf[AwardSignature](e)
		return !ok || s.Lot != lot.ID || !decided.Awarded() || e.WrittenAt.Before(*decided.AwardedAt) ||
			s.Tender != decided.WinnerID || s.Ranking != decided.Ranking
	})
}

// AwardSigned refuses as long as no awarder has signed the award of a lot ([CodeAwardUnsigned]), and names who may.
func (d Dossier) AwardSigned(lot Lot) error {
	if len(d.AwardSignatures(lot)) > 0 {
		return nil
	}
	var who []string
	for _, a := range d.Holding(RoleAwarder) {
		if d.MayDecide(a.PersonID, lot.ID) == nil {
			who = append(who, d.PersonOf(a.PersonID))
		}
	}
	by := strings.Join(who, " or ")
	if by == "" {
		by = "a person to whom a member gives the role awarder, and who has no conflict of interest in the lot"
	}
	return Refuse(CodeAwardUnsigned, "/lot", "no awarder has signed the decision to award lot %d", lot.Number).
		Accepting("letters after an award-signature by %s", by)
}
