package models

import (
	"fmt"
	"slices"
	"strings"
)

// EntryAwardSignature is the signature under the decision to award a lot.
const EntryAwardSignature EntryKind = "award_signature"

// An AwardSignature puts an awarder's name under the decision of the board to award a lot, before tenderers are told of
// it. The decision is named by its winner and its ranking, so that nobody signs what he has not read.
type AwardSignature struct {
	Lot    ID `json:"lot"`
	Tender ID `json:"tender" doc:"The tender that won; of an innovation partnership, the first"`
	// Partners and Decision tell decisions apart that rest on one ranking.
	Partners []ID   `json:"partners,omitempty" maxItems:"19" doc:"The further winners of an innovation partnership"`
	Decision int    `json:"decision,omitempty" minimum:"1" doc:"Which decision on the lot it is; absent: the first"`
	Ranking  string `json:"ranking" pattern:"^[0-9a-f]{64}$" doc:"Digest of the ranking on which the board decided"`
	Capacity string `json:"capacity" minLength:"1" maxLength:"400" doc:"As what the author signs" example:"Director"`
}

// Check refuses malformed IDs and digests, and a signature that does not say in which capacity it is given.
func (s AwardSignature) Check() error {
	faults := slices.Concat(checkID("/lot", s.Lot, PrefixLot), checkID("/tender", s.Tender, PrefixTender),
		checkDigest("/ranking", s.Ranking), compact(checkWord("/capacity", s.Capacity, 400)))
	for i, id := range s.Partners {
		faults = append(faults, checkID(fmt.Sprintf("/partners/%d", i), id, PrefixTender)...)
	}
	return Refusals(faults)
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
	case JoinIDs(s.Partners) != decided.Partners:
		return Refuse(CodeInvalidValue, "/partners", "these are not the further partners to whom lot %d was awarded",
			lot.Number).Accepting("%v", decided.Winners()[1:])
	case max(s.Decision, 1) != max(decided.N, 1):
		return Refuse(CodeInvalidValue, "/decision", "the decision on lot %d that stands is number %d", lot.Number,
			decided.N).Accepting("%d", decided.N)
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
		return !ok || s.Lot != lot.ID || !decided.Awarded() || max(s.Decision, 1) != max(decided.N, 1) ||
			s.Tender != decided.WinnerID || s.Ranking != decided.Ranking
	})
}

// AwardSigned refuses as long as no awarder has signed the award of a lot ([CodeAwardUnsigned]), and names who may. The
// signature of somebody who has declared a conflict of interest since does not count (Directive 2014/24/EU, Article
// 24).
func (d Dossier) AwardSigned(lot Lot) error {
	if slices.ContainsFunc(d.AwardSignatures(lot), func(e Entry) bool {
		return d.MayDecide(e.AuthorID, lot.ID) == nil
	}) {
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
