package models

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTermsOfVotingThatNoVoteCanFulfilAreRefused(t *testing.T) {
	t.Parallel()
	good := func() Agreement {
		a := agreementOf(NewID(PrefixOrganisation), NewID(PrefixOrganisation), NewID(PrefixOrganisation))
		a.VotingTerms = VotingTerms{
			Rule: RuleWeighted, Quorum: "66.6", CastingVote: a.Shares[2].Organisation, Abstention: AbstentionAgainst,
		}
		a.Shares[0].Weight, a.Shares[1].Weight, a.Shares[2].Weight = "0", "2.5", "1"
		return a
	}
	plain := func(a *Agreement, terms VotingTerms) {
		a.VotingTerms = terms
		for i := range a.Shares {
			a.Shares[i].Weight = ""
		}
	}
	require.NoError(t, good().Check(), "one weight may be 0")
	refused(t, good, []wrong[Agreement]{
		{
			"whose weights are all 0",
			func(a *Agreement) { a.Shares[1].Weight, a.Shares[2].Weight = "0", "0.00" },
			"/shares",
		},
		{"with a weight below 0", func(a *Agreement) { a.Shares[1].Weight = "-1" }, "/shares"},
		{"with a weight that is no number", func(a *Agreement) { a.Shares[1].Weight = "much" }, "/shares"},
		{"with a weight for some only", func(a *Agreement) { a.Shares[1].Weight = "" }, "/shares"},
		{"with weights that do not count", func(a *Agreement) { a.Rule = RuleMajority }, "/shares"},
		{"with a quorum above all", func(a *Agreement) { a.Quorum = "100.000001" }, "/quorum"},
		{"with a quorum of nobody", func(a *Agreement) { a.Quorum = "0" }, "/quorum"},
		{"with a quorum in words", func(a *Agreement) { a.Quorum = "half" }, "/quorum"},
		{"of the lead alone, with a quorum", func(a *Agreement) {
			plain(a, VotingTerms{Rule: RuleLeadAlone, Quorum: "50"})
		}, "/quorum"},
		{"unanimous, with a casting vote", func(a *Agreement) {
			plain(a, VotingTerms{Rule: RuleUnanimous, CastingVote: a.Lead})
		}, "/casting_vote"},
		{"of two thirds, with a casting vote", func(a *Agreement) {
			plain(a, VotingTerms{Rule: RuleTwoThirds, CastingVote: a.Lead})
		}, "/casting_vote"},
		{"with an abstention that means nothing", func(a *Agreement) { a.Abstention = "veto" }, "/abstention"},
	})
	for _, rule := range DecisionRules() {
		a := good()
		plain(&a, VotingTerms{Rule: rule})
		require.NoError(t, a.Check(), rule)
		if rule != RuleLeadAlone {
			a.Quorum = "100"
			require.NoError(t, a.Check(), rule)
		}
		if a.CastingVote = a.Lead; rule.Ties() {
			require.NoError(t, a.Check(), rule)
		}
	}
}

func TestTheCastingVoteIsAMembers(t *testing.T) {
	t.Parallel()
	d, a, e := between(t)
	a.CastingVote = d.Members[2].OrganisationID
	require.NoError(t, a.CheckAgainst(d, e))
	d.Members[2].LeftAt = &d.Now
	refusal, _ := RefusalOf(a.CheckAgainst(d, e))
	require.Len(t, refusal.Others, 1, "nor is it a party")
	require.Equal(t, "/casting_vote", refusal.Others[0].Field)
}

// What was signed before there were these terms says the same, byte for byte.
func TestAnAgreementFromBeforeKeepsItsMeaningAndItsDigest(t *testing.T) {
	t.Parallel()
	before := `{"applicable_law":"FR","decision_rule":"weighted","lead":"org_1","shares":[` +
		`{"organisation":"org_1","percent":"60"},{"organisation":"org_2","percent":"40"}]}`
	var a Agreement
	require.NoError(t, json.Unmarshal([]byte(before), &a))
	require.Equal(t, VotingTerms{Rule: RuleWeighted}, a.VotingTerms)
	require.Equal(t, "40", a.Weight("org_2"), "without weights the share weighs")
	require.Empty(t, a.Weight("org_3"))
	again, _, err := Canonical(a)
	require.NoError(t, err)
	require.JSONEq(t, before, string(again))
}

// A signing is a dossier in which members write and sign agreements, a second apart.
type signing struct {
	*testing.T
	Dossier

	agreement Agreement
	entry     Entry
}

func newSigning(t *testing.T) *signing {
	t.Helper()
	d, a, e := between(t)
	e.WrittenAt = d.Now
	d.Entries[0] = e
	return &signing{t, d, a, e}
}

func (s *signing) tick() time.Time {
	s.Now = s.Now.Add(time.Second)
	return s.Now
}

// rewrite writes the next version of the agreement, with another rule.
func (s *signing) rewrite(rule DecisionRule) Entry {
	s.Helper()
	next := s.entry
	s.agreement.Rule = rule
	var err error
	next.Body, next.Digest, err = Canonical(s.agreement)
	require.NoError(s, err)
	next.Version, next.WrittenAt = next.Version+1, s.tick()
	s.Earlier = append(s.Earlier, s.entry)
	s.Entries[0], s.entry = next, next
	return next
}

// sign has members sign a version; version 0 is a signature from before versions were named.
func (s *signing) sign(e Entry, version int64, members ...int) {
	s.Helper()
	for _, m := range members {
		signature := s.put(s.T, EntrySignature, s.Members[m].OrganisationID,
			Signature{Agreement: e.ID, Digest: e.Digest, Version: version, Capacity: "director"})
		s.Entries[len(s.Entries)-1].WrittenAt = s.tick()
		require.NotEmpty(s, signature.ID)
	}
}

// holds asks for the version in force; 0 is none.
func (s *signing) holds(version int64, rule DecisionRule) {
	s.Helper()
	force, ok := s.AgreementInForce()
	require.Equal(s, version > 0, ok)
	require.Equal(s, version, force.Version)
	require.Equal(s, rule, force.Agreement.Rule)
}

func TestSignaturesUnderAnEarlierVersionDoNotCountForTheSameTextWrittenAgain(t *testing.T) {
	t.Parallel()
	for name, named := range map[string]bool{"versions are named": true, "signed before versions were named": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSigning(t)
			version := func(e Entry) int64 {
				if named {
					return e.Version
				}
				return 0
			}
			first := s.rewrite(RuleLeadAlone)
			s.sign(first, version(first), 0, 1, 2)
			s.holds(2, RuleLeadAlone)
			second := s.rewrite(RuleUnanimous)
			s.sign(second, version(second), 0, 1, 2)
			s.holds(3, RuleUnanimous)
			again := s.rewrite(RuleLeadAlone)
			require.Equal(t, first.Digest, again.Digest)
			s.holds(3, RuleUnanimous)
			s.sign(again, version(again), 0, 1)
			s.holds(3, RuleUnanimous)
			s.sign(again, version(again), 2)
			s.holds(4, RuleLeadAlone)
		})
	}
}

func TestTheAgreementInForceStaysUntilItsSuccessorIsSignedByAll(t *testing.T) {
	t.Parallel()
	s := newSigning(t)
	s.holds(0, "")
	s.sign(s.entry, 1, 0, 1)
	s.holds(0, "")
	s.sign(s.entry, 1, 2)
	s.holds(1, RuleMajority)
	since := s.Now
	s.rewrite(RuleLeadAlone)
	s.holds(1, RuleMajority)
	s.sign(s.entry, 2, 0, 1)
	s.holds(1, RuleMajority)

	// The end of the entry, and a further entry that nobody has signed, change nothing.
	s.Earlier = append(s.Earlier, s.entry)
	gone := s.tick()
	s.Entries[0].Version, s.Entries[0].WithdrawnAt = 3, &gone
	s.holds(1, RuleMajority)
	s.agreement.Rule = RuleUnanimous
	s.put(t, EntryAgreement, "", s.agreement)
	s.holds(1, RuleMajority)

	force, _ := s.AgreementInForce()
	require.Equal(t, since, force.Since)
	_, ok := s.AgreementInForceAt(since.Add(-time.Nanosecond))
	require.False(t, ok, "the last signature was not given yet")
	force, ok = s.AgreementInForceAt(since)
	require.True(t, ok)
	require.Equal(t, s.Earlier[0].Digest, force.Digest)
	require.Equal(t, s.entry.ID, force.Entry)
}

func TestTheAgreementHoldsForThoseWhoRemain(t *testing.T) {
	t.Parallel()
	s := newSigning(t)
	s.sign(s.entry, 1, 0, 1, 2)
	s.rewrite(RuleLeadAlone)
	s.sign(s.entry, 2, 0, 1)
	left := s.tick()
	s.Members[2].LeftAt = &left
	s.holds(1, RuleMajority) // two of three have signed the second version, and no one else is left to sign

	s.agreement.Shares = []Share{
		{Organisation: s.Members[0].OrganisationID, Percent: "50"},
		{Organisation: s.Members[1].OrganisationID, Percent: "50"},
	}
	s.rewrite(RuleUnanimous)
	s.sign(s.entry, 3, 0)
	s.holds(1, RuleMajority)
	s.sign(s.entry, 3, 1)
	s.holds(3, RuleUnanimous)
}

func TestSignaturesOfOthersBringNothingIntoForce(t *testing.T) {
	t.Parallel()
	s := newSigning(t)
	s.sign(s.entry, 1, 0, 1)
	s.put(t, EntrySignature, NewID(PrefixOrganisation),
		Signature{Agreement: s.entry.ID, Digest: s.entry.Digest, Version: 1})
	s.holds(0, "")
	s.sign(s.entry, 7, 2) // a version that there is not
	s.holds(0, "")
}

func TestOnlyTheAgreementThatStandsIsSigned(t *testing.T) {
	t.Parallel()
	d, _, e := between(t)
	s := Signature{Agreement: e.ID, Digest: e.Digest, Capacity: "director"}
	require.NoError(t, s.Check())
	require.Equal(t, "/capacity", fieldOf(t, Signature{Agreement: e.ID, Digest: e.Digest}.Check()))
	by := func(s Signature) error { return s.Drawn(d).CheckAgainst(d, Entry{Kind: EntrySignature}) }
	require.NoError(t, by(s))
	require.EqualValues(t, 1, s.Drawn(d).Version, "the engine fills in what was read")
	require.Equal(t, string(e.ID)+"#1@"+e.Digest, s.Drawn(d).Subject())

	for field, spoil := range map[string]func(*Signature){
		"/digest":    func(s *Signature) { s.Digest = strings.Repeat("0", 64) },
		"/version":   func(s *Signature) { s.Version = 2 },
		"/agreement": func(s *Signature) { s.Agreement = NewID(PrefixEntry) },
	} {
		old := s
		spoil(&old)
		refusal, _ := RefusalOf(by(old))
		require.Equal(t, field, refusal.Field)
		require.Contains(t, refusal.Accepted, e.Digest, "the present one is told")
		require.Contains(t, refusal.Accepted, "version 1")
	}
	twice := d
	twice.put(t, EntrySignature, "org", s) // from before versions were named
	refusal, _ := RefusalOf(s.Drawn(d).CheckAgainst(twice, Entry{Kind: EntrySignature, OrganisationID: "org"}))
	require.Equal(t, CodeAlreadyExists, refusal.Code)

	other := d
	other.Members = append(other.Members[:2:2], Member{OrganisationID: NewID(PrefixOrganisation)})
	require.Equal(t, "/agreement", fieldOf(t, s.Drawn(d).CheckAgainst(other, Entry{})), "the parties are others")
	d.Procurement.Languages = []string{"en", "pl"}
	refusal, _ = RefusalOf(by(s))
	require.Equal(t, CodeMissingTranslation, refusal.Code)
	require.Equal(t, "/agreement", fieldOf(t, s.CheckAgainst(Dossier{}, Entry{})), "there is none")
}

func TestAConfirmationNamesTheCommonNeedAsItStands(t *testing.T) {
	t.Parallel()
	d, _, _ := between(t)
	c := NeedConfirmation{Confirmation{NewID(PrefixEntry), strings.Repeat("a", 64), 0}}
	require.Equal(t, "/entry", fieldOf(t, c.CheckAgainst(d, Entry{})), "there is no need")
	need := d.put(t, EntryCommonNeed, "", CommonNeed{})
	for field, spoil := range map[string]func(*NeedConfirmation){
		"/entry":   func(c *NeedConfirmation) { c.Entry = NewID(PrefixEntry) },
		"/digest":  func(c *NeedConfirmation) { c.Digest = strings.Repeat("b", 64) },
		"/version": func(c *NeedConfirmation) { c.Version = 9 },
	} {
		wrong := NeedConfirmation{Confirmation{need.ID, need.Digest, 1}}
		spoil(&wrong)
		refusal, _ := RefusalOf(wrong.Drawn(d).CheckAgainst(d, Entry{}))
		require.Equal(t, CodeInvalidValue, refusal.Code)
		require.Equal(t, field, refusal.Field)
		require.Contains(t, refusal.Accepted, need.Digest)
	}
	right := NeedConfirmation{Confirmation{need.ID, need.Digest, 0}}.Drawn(d)
	require.EqualValues(t, 1, right.Version)
	require.NoError(t, right.CheckAgainst(d, Entry{}))

	given := d.put(t, EntryNeedConfirmation, "", right)
	require.True(t, d.NeedConfirmed(need, given))
	again := need
	again.Version = 3 // the same text, after another one
	require.False(t, d.NeedConfirmed(again, given))
	before := d.put(t, EntryNeedConfirmation, "", Confirmation{need.ID, need.Digest, 0})
	before.WrittenAt = d.Now
	require.True(t, d.NeedConfirmed(need, before), "given before versions were named, to what stood then")
	again.WrittenAt = d.Now.Add(time.Second)
	require.False(t, d.NeedConfirmed(again, before))
	again.WrittenAt = d.Now
	require.True(t, d.NeedConfirmed(again, before))
}

// What was done, said or declared stays: such entries are only added to.
func TestDeclarationsSignaturesConfirmationsAndMinutesAreFinal(t *testing.T) {
	t.Parallel()
	var final []EntryKind
	for _, rule := range EntryRules() {
		if rule.Final {
			final = append(final, rule.Kind)
		}
	}
	require.ElementsMatch(t, []EntryKind{
		EntrySignature, EntryNeedConfirmation, EntrySpecificationApproval, EntryLegalCertification,
		EntryInterestDeclaration, EntryConflictDeclaration, EntryConsultationEvent, EntryMarketContact, EntryTieDraw,
		EntryAwardSignature, EntryTenderSession, EntryTalk, EntrySharedInformation, EntryPartnershipReport,
		EntryOpenerKey, EntryModification, EntryAcceptance, EntryCommentResolution,
		EntryMemorandumSignature,
	}, final)
	declared, _ := EntryRuleOf(EntryInterestDeclaration)
	require.False(t, declared.Single, "a further declaration can be made")
}

func TestADeclaredInterestIsNotLiftedByALaterDeclaration(t *testing.T) {
	t.Parallel()
	d, _, _ := between(t)
	person := NewID(PrefixPerson)
	say := func(who ID, conflict bool) Entry {
		return d.put(t, EntryInterestDeclaration, "", InterestDeclaration{who, conflict, "x"})
	}
	declared, conflict := d.InterestOf(person)
	require.Empty(t, declared.ID)
	require.False(t, conflict)
	say(person, false)
	say(NewID(PrefixPerson), true)
	last := say(person, false)
	declared, conflict = d.InterestOf(person)
	require.Equal(t, last.ID, declared.ID)
	require.False(t, conflict)
	require.NoError(t, d.MayDecide(person, ""))

	first := say(person, true)
	say(person, true)
	say(person, false)
	declared, conflict = d.InterestOf(person)
	require.True(t, conflict)
	require.Equal(t, first.ID, declared.ID)
	refusal, _ := RefusalOf(d.MayDecide(person, ""))
	require.Equal(t, CodeConflictDeclared, refusal.Code)
}
