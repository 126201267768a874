package replay

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/rules/decision"
)

// judge says what is wrong with an event by the events before it; empty: nothing.
func (f fold) judge(payload event.Payload) string {
	switch p := payload.(type) {
	case event.VoteCast:
		return f.judgeVote(p)
	case event.VoteVoided:
		return f.judgeVoid(p)
	case event.EntryWritten:
		return cmp.Or(f.judgeEntry(p), f.judgeAwardSignature(p))
	case event.EntryWithdrawn:
		return f.judgeEntry(event.EntryWritten(p))
	case event.PhaseClosed:
		if p.Count == nil && p.Phase == models.PhaseEngagement {
			return "" // it ends with the contract notice, without a vote
		}
		return f.judgeCount(models.GateSubject(p.Phase), p.Digest, models.DecisionApproved, p.Count)
	case event.GateRejected:
		return f.judgeCount(models.GateSubject(p.Phase), p.Digest, models.DecisionRejected, p.Count)
	case event.MotionDecided:
		return f.judgeMotion(p)
	case event.AgreementInForce:
		return f.judgeAgreement(p)
	case event.RecordAdopted:
		return f.judgeAdoption(p)
	case event.PartErased:
		return f.judgeErasure(p)
	}
	if fault := f.judgeEffect(payload); fault != "" {
		return fault
	}
	return f.judgeTendering(payload)
}

// judgeEffect asks what the board alone decides for the motion that was carried.
func (f fold) judgeEffect(payload event.Payload) string {
	switch p := payload.(type) {
	case event.LotAwarded:
		in := struct {
			Lot      models.ID   `json:"lot"`
			Tender   models.ID   `json:"tender"`
			Ranking  string      `json:"ranking"`
			Partners []models.ID `json:"partners,omitempty"`
		}{p.LotID, p.TenderID, p.Ranking, p.Partners}
		return cmp.Or(f.judgeCarriedOn(models.VerbAward, in), f.judgeRanking(p))
	case event.CandidatesInvited:
		return f.judgeCarried(models.VerbInvite)
	case event.AwardSetAside:
		return cmp.Or(f.judgeCarried(models.VerbSetAside), f.judgeSetAside(p))
	case event.PartnershipPhaseEnded:
		return f.judgeCarried(models.VerbEndPartnershipPhase)
	case event.ProcurementCancelled:
		return f.judgeCarried(models.VerbCancel)
	case event.ProcurementReturned:
		return f.judgeCarried(models.VerbReturn)
	case event.ProcurementSuspended:
		return f.judgeCarried(models.VerbSuspend)
	case event.ProcurementResumed:
		return f.judgeCarried(models.VerbResume)
	case event.LotEnded:
		if f.published(p.LotID) {
			return f.judgeCarried(models.VerbEndLot, models.VerbCancel)
		}
	}
	return ""
}

// published tells whether a lot has a box. One that has none is ended without the board (docs/decisions/0008).
func (f fold) published(lot models.ID) bool {
	for _, row := range f.rows[Boxes] {
		if row["lot_id"].Value == string(lot) {
			return true
		}
	}
	return false
}

// judgeTendering says what is wrong with what happened to boxes and tenders.
func (f fold) judgeTendering(payload event.Payload) string {
	switch p := payload.(type) {
	case event.DeadlineMoved:
		return f.judgeMove(p)
	case event.OpenersChanged:
		return f.judgeOpeners(p)
	case event.OpeningJoined:
		if !f.holds(f.ActorID, p.OrganisationID, models.RoleOpener) {
			return fmt.Sprintf("%s was no opener for %s", f.ActorID, p.OrganisationID)
		}
	case event.LotUnsealed:
		return f.judgeUnsealed(p)
	case event.BoxReleased:
		return f.judgeReleased(p)
	case event.LotLeftSealed:
		return f.judgeLeftSealed(p)
	case event.EnvelopeOpened:
		return f.judgeFound(p)
	case event.LettersSent:
		return f.judgeLetters(p)
	case event.SheetWritten:
		switch {
		case !f.holds(f.ActorID, "", models.RoleEvaluator) && !f.holds(f.ActorID, "", models.RoleChair):
			return fmt.Sprintf("%s was no evaluator", f.ActorID)
		case f.locked(p.TenderID):
			return fmt.Sprintf("scores of tender %s were written after quality was locked", p.TenderID)
		}
	}
	return ""
}

// joined tells whether a person has joined the opening of a box.
func (f fold) joined(person models.ID) bool {
	for key := range f.rows[BoxOpeners] {
		if _, opener, _ := strings.Cut(key, " "); models.ID(opener) == person {
			return true
		}
	}
	return false
}

// members are the buyers that have joined and not left.
func (f fold) members() []models.ID {
	var found []models.ID
	for _, organisation := range slices.Sorted(maps.Keys(f.rows[Members])) {
		if f.value(Members, organisation, "left_at") == "" {
			found = append(found, models.ID(organisation))
		}
	}
	return found
}

// holds tells whether a person held a role for an organisation, or for any if none is named, when the event happened,
// in procedure time.
func (f fold) holds(person, organisation models.ID, role models.Role) bool {
	at := models.Instant(f.At)
	for _, row := range f.rows[Roles] {
		until := row["valid_until"].Value
		if row["role"].Value == string(role) && row["person_id"].Value == string(person) &&
			(organisation == "" || row["organisation_id"].Value == string(organisation)) &&
			row["valid_from"].Value <= at &&
			(until == "" || at < until) {
			return true
		}
	}
	return false
}

func (f fold) judgeVote(p event.VoteCast) string {
	switch {
	case !slices.Contains(f.members(), p.OrganisationID):
		return fmt.Sprintf("the vote was cast for %s, which was no member", p.OrganisationID)
	case p.PersonID != f.ActorID:
		return fmt.Sprintf("the vote of %s was cast by %s", p.PersonID, f.ActorID)
	case !f.holds(p.PersonID, p.OrganisationID, models.RoleBoard):
		return fmt.Sprintf("%s was not on the board for %s when the vote was cast", p.PersonID, p.OrganisationID)
	}
	return ""
}

func (f fold) judgeMotion(p event.MotionDecided) string {
	subject, on := models.MotionSubject(p.MotionID), f.value(Motions, string(p.MotionID), "digest")
	switch p.Status {
	case models.MotionCarried:
		return f.judgeCount(subject, on, models.DecisionApproved, p.Count)
	case models.MotionRejected:
		return f.judgeCount(subject, on, models.DecisionRejected, p.Count)
	case models.MotionOpen, models.MotionLapsed:
	}
	return ""
}

// judgeCount counts the votes again.
func (f fold) judgeCount(subject, on string, want models.Decision, count *models.VoteCount) string {
	if count == nil {
		return "the board decided, and no votes were counted"
	}
	counted := make([]models.ID, len(count.Buyers))
	buyers := make([]decision.Buyer, len(count.Buyers))
	for i, b := range count.Buyers {
		counted[i] = b.Organisation
		buyers[i] = decision.Buyer{
			ID: b.Organisation, Lead: b.Lead, Weight: b.Weight, Recused: len(b.Recused) > 0, Choice: b.Choice,
		}
		if fault := f.judgeCounted(subject, on, b); fault != "" {
			return fault
		}
	}
	slices.Sort(counted)
	if members := f.members(); !slices.Equal(counted, members) {
		return fmt.Sprintf("votes of %v were counted, and the members were %v", counted, members)
	}
	if fault := f.judgeTerms(count); fault != "" {
		return fault
	}
	if got, err := decision.Decide(count.Terms, buyers); err != nil || got != want || count.Decision != want {
		return fmt.Sprintf("counted again, the votes make it %s, and not %s", got, want)
	}
	return ""
}

// judgeCounted says what is wrong with the vote of a buyer as it was counted.
func (f fold) judgeCounted(subject, on string, b models.CountedBuyer) string {
	if f.value(Members, string(b.Organisation), "lead") != strconv.FormatBool(b.Lead) {
		return fmt.Sprintf("the count says of %s whether it leads, and its membership says otherwise", b.Organisation)
	}
	if b.Choice == "" && b.Vote == "" {
		return f.judgeLeftOut(subject, on, b)
	}
	row, cast := f.rows[Votes][string(b.Vote)]
	switch {
	case !cast:
		return fmt.Sprintf("vote %s was counted and never cast", b.Vote)
	case row["voided_at"].Value != "":
		return fmt.Sprintf("vote %s was counted after it was voided", b.Vote)
	case f.rows[outdated][string(b.Vote)] != nil:
		return fmt.Sprintf("vote %s was counted, and by event %s what it was on had changed", b.Vote,
			f.value(outdated, string(b.Vote), "by"))
	case row["subject"].Value != subject || row["digest"].Value != on:
		return fmt.Sprintf("vote %s was counted on what it was not cast on", b.Vote)
	case row["organisation_id"].Value != string(b.Organisation) || row["choice"].Value != string(b.Choice):
		return fmt.Sprintf("vote %s was counted otherwise than it was cast", b.Vote)
	}
	return ""
}

// judgeLeftOut looks for a vote that stood and was not counted. What no longer counts is voided before votes are
// counted.
func (f fold) judgeLeftOut(subject, on string, b models.CountedBuyer) string {
	for _, id := range slices.Sorted(maps.Keys(f.rows[Votes])) {
		row := f.rows[Votes][id]
		if row["organisation_id"].Value == string(b.Organisation) && row["subject"].Value == subject &&
			row["digest"].Value == on && row["voided_at"].Value == "" {
			return fmt.Sprintf("vote %s of %s stood and was not counted", id, b.Organisation)
		}
	}
	return ""
}

// judgeTerms says whether votes were counted by the agreement that was in force; without one, by unanimity.
func (f fold) judgeTerms(count *models.VoteCount) string {
	inForce := f.rows[agreement][string(f.ProcurementID)]
	if inForce == nil {
		if !f.whole() {
			return ""
		}
		if count.Agreement != nil || count.Terms.Rule != models.RuleUnanimous {
			return fmt.Sprintf("no agreement was in force, and the votes were counted by %s", count.Terms.Rule)
		}
		return ""
	}
	_, terms, err := models.Canonical(count.Terms)
	if err != nil || count.Agreement == nil || terms != inForce["terms"].Value ||
		Key(count.Agreement.Entry, count.Agreement.Version, count.Agreement.Digest) != inForce["version"].Value {
		return "the votes were not counted by the agreement that was in force, which event " +
			string(inForce["version"].Event) + " names"
	}
	for _, b := range count.Buyers {
		if weight := f.value(weights, string(b.Organisation), "weight"); weight != b.Weight {
			return fmt.Sprintf("the vote of %s was counted with the weight %q, and the agreement gives it %q",
				b.Organisation, b.Weight, weight)
		}
	}
	return ""
}

// What is kept for judging, and is no table.
const (
	agreement  = hidden + "agreement in force"
	weights    = hidden + "weights"
	signatures = hidden + "signatures"
	carried    = hidden + "motions carried"
	outdated   = hidden + "votes on what has changed"
	whole      = hidden + "told from the beginning"
)

// keep carries what is needed for judging later events.
func (f fold) keep(payload event.Payload) {
	switch p := payload.(type) {
	case event.ProcurementCreated:
		f.put(whole, string(f.ProcurementID), told{"whole": !f.early()})
	case event.EntryWritten:
		if p.Kind == models.EntrySignature && p.Confirms != nil {
			version := Key(p.Confirms.Entry, p.Confirms.Version, p.Confirms.Digest)
			f.put(signatures, Key(version, p.OrganisationID), told{})
		}
	case event.VoteCast:
		f.replaced(p)
	case event.AgreementInForce:
		_, terms, err := models.Canonical(p.Terms)
		if err != nil {
			return // what was read from JSON can be rendered
		}
		delete(f.rows, weights)
		for _, w := range p.Weights {
			f.put(weights, string(w.OrganisationID), told{"weight": w.Weight})
		}
		f.put(agreement, string(f.ProcurementID), told{
			"version": Key(p.EntryID, p.Version, p.Digest), "terms": terms,
		})
	case event.MotionDecided:
		if p.Status == models.MotionCarried {
			f.put(carried, string(p.Verb), told{
				"at": f.RecordedAt, "digest": f.value(Motions, string(p.MotionID), "digest"),
			})
		}
	}
}

// whole tells that all events of the procurement are of releases that tell everything.
func (f fold) whole() bool { return f.value(whole, string(f.ProcurementID), "whole") == "true" }

// judgeAgreement asks for a signature of each member under the very version.
func (f fold) judgeAgreement(p event.AgreementInForce) string {
	if !f.whole() {
		return ""
	}
	version := Key(p.EntryID, p.Version, p.Digest)
	for _, member := range f.members() {
		if f.rows[signatures][Key(version, member)] == nil {
			return fmt.Sprintf("the agreement came into force, and %s had not signed it", member)
		}
	}
	return ""
}

// judgeCarried asks for a motion to one of these verbs that was carried in the same act.
func (f fold) judgeCarried(verbs ...models.Verb) string {
	for _, verb := range verbs {
		if f.value(carried, string(verb), "at") == models.Instant(f.RecordedAt) {
			return ""
		}
	}
	return fmt.Sprintf("no motion to %s was carried at that moment", verbs[0])
}

// judgeCarriedOn asks for a motion on exactly this.
func (f fold) judgeCarriedOn(verb models.Verb, payload any) string {
	if fault := f.judgeCarried(verb); fault != "" {
		return fault
	}
	canonical, _, err := models.Canonical(payload)
	moved := models.Digest(append([]byte(verb+"\n"), canonical...))
	if err != nil || moved != f.value(carried, string(verb), "digest") {
		return fmt.Sprintf("the motion to %s that was carried was on something else", verb)
	}
	return ""
}

func (f fold) judgeMove(p event.DeadlineMoved) string {
	row := f.rows[Boxes][string(p.BoxID)]
	switch {
	case row == nil || row["closed_at"].Value != "":
		return "the deadline of a box was moved that was not open"
	case models.Instant(p.To) <= row["deadline"].Value || row["deadline"].Value <= models.Instant(f.At):
		return "the deadline was not moved to a later instant before it was over"
	}
	return ""
}
