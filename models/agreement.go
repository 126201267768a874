package models

import (
	"cmp"
	"math/big"
	"slices"
	"strings"
)

// What the consortium records about how its members decide and share costs.
const (
	// EntryAgreement is the collaboration agreement.
	EntryAgreement EntryKind = "agreement"
	// EntrySignature is one buyer's signature under one version of the agreement.
	EntrySignature EntryKind = "agreement_signature"
)

// An Agreement is the collaboration agreement: what buyers who procure together must settle between them
// (Directive 2014/24/EU, Article 39(4)), and what governs their decisions. Its clauses are written here, or
// they stand in an uploaded document; what the engine acts on is written here in either case.
type Agreement struct {
	Lead ID `json:"lead" doc:"The lead buyer's organisation"`

	ApplicableLaw string `json:"applicable_law" pattern:"^[A-Z]{2}$" doc:"Whose law governs (ISO 3166-1)" example:"FR"`

	Responsibilities Text   `json:"responsibilities,omitempty"`
	Internal         Text   `json:"internal_organisation,omitempty" doc:"How the work is organised and managed"`
	Distribution     Text   `json:"distribution,omitempty" doc:"How works, supplies or services are distributed"`
	Conclusion       Text   `json:"conclusion_of_contracts,omitempty"`
	Exit             Text   `json:"exit,omitempty" doc:"What holds when a member leaves"`
	Dispute          Text   `json:"dispute,omitempty"`
	Document         string `json:"document,omitempty" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of an upload with clauses"`

	VotingTerms

	Shares []Share `json:"shares" minItems:"1" maxItems:"100" doc:"Each member's share of costs; exactly 100 in all"`
}

// A Share is one member's part of the common costs.
type Share struct {
	Organisation ID     `json:"organisation"`
	Percent      string `json:"percent" doc:"A decimal above 0" example:"33.333333"`
	Weight       string `json:"weight,omitempty" doc:"Of its vote, if votes are weighted; absent: the percent weighs"`
}

// Check refuses an agreement that lacks a clause, an applicable law that is not a country, shares that do not add up to
// exactly 100, and terms of voting that cannot be fulfilled.
func (a Agreement) Check() error {
	faults := checkID("/lead", a.Lead, PrefixOrganisation)
	faults = append(faults, compact(CheckCountry("/applicable_law", a.ApplicableLaw))...)
	if a.Document != "" {
		faults = append(faults, checkDigest("/document", a.Document)...)
	}
	return Refusals(slices.Concat(faults, a.checkClauses(), a.checkShares(), a.check(a.Shares)))
}

// checkClauses asks for every clause unless a document holds them.
func (a Agreement) checkClauses() []*Refusal {
	var faults []*Refusal
	for _, c := range a.Wording() {
		if len(c.Text) == 0 && a.Document != "" {
			continue
		}
		faults = append(faults, compact(CheckText(c.Field, c.Text, 40_000))...)
	}
	return faults
}

// Wording lists the clauses.
func (a Agreement) Wording() []Wording {
	return []Wording{
		{"/responsibilities", a.Responsibilities},
		{"/internal_organisation", a.Internal},
		{"/distribution", a.Distribution},
		{"/conclusion_of_contracts", a.Conclusion},
		{"/exit", a.Exit},
		{"/dispute", a.Dispute},
	}
}

// Documents names the document that holds the clauses, if one does.
func (a Agreement) Documents() []string { return given(a.Document) }

func (a Agreement) checkShares() []*Refusal {
	var faults []*Refusal
	sum := new(big.Rat)
	seen := map[ID]bool{}
	for _, s := range a.Shares {
		faults = append(faults, checkID("/shares", s.Organisation, PrefixOrganisation)...)
		part, ok := new(big.Rat).SetString(s.Percent)
		if !ok || !ValidDecimal(s.Percent) || part.Sign() <= 0 {
			faults = append(faults, Refuse(CodeInvalidValue, "/shares", "%q is not a share of the costs", s.Percent).
				Accepting("a decimal number above 0 as text, such as 12.5"))
			continue
		}
		if seen[s.Organisation] {
			faults = append(faults, Refuse(CodeInvalidValue, "/shares", "%s is named twice", s.Organisation).
				Accepting("each member once"))
		}
		seen[s.Organisation] = true
		sum.Add(sum, part)
	}
	if len(faults) == 0 && sum.Cmp(big.NewRat(100, 1)) != 0 {
		faults = append(faults, Refuse(CodeInvalidValue, "/shares", "the shares add up to %s", sum.FloatString(6)).
			Accepting("shares that add up to exactly 100"))
	}
	return faults
}

// CheckAgainst refuses an agreement whose parties are not exactly the members, one that names another lead than the
// lead buyer, and one that gives the casting vote to somebody else than a member.
func (a Agreement) CheckAgainst(d Dossier, e Entry) error {
	if e.WithdrawnAt != nil {
		return nil
	}
	var faults []*Refusal
	members := d.Buyers()
	if len(members) == 0 || !members[0].Lead || members[0].OrganisationID != a.Lead {
		faults = append(faults, Refuse(CodeInvalidValue, "/lead",
			"%s is not the lead buyer of this procurement", d.NameOf(a.Lead)).
			Accepting("the member that is the lead buyer"))
	}
	if !a.between(members) {
		faults = append(faults, Refuse(CodeInvalidValue, "/shares",
			"the shares are not those of the %d members", len(members)).
			Accepting("one share for each member: %s", d.namesWithIDs(organisationsOf(members))))
	}
	if countries := d.countriesOf(members); !slices.Contains(countries, a.ApplicableLaw) {
		faults = append(faults, Refuse(CodeInvalidValue, "/applicable_law",
			"no member of the consortium is from %s, whose law is to apply (Directive 2014/24/EU, Article 39)",
			a.ApplicableLaw).Accepting("the law of one of the members: %s", strings.Join(countries, ", ")))
	}
	if casting := a.CastingVote; casting != "" && !slices.Contains(organisationsOf(members), casting) {
		faults = append(faults, Refuse(CodeInvalidValue, "/casting_vote", "%s is not a member", d.NameOf(casting)).
			Accepting("one of the members: %s", d.namesWithIDs(organisationsOf(members))))
	}
	return Refusals(faults)
}

// countriesOf lists the countries of members, each once.
func (d Dossier) countriesOf(members []Member) []string {
	var countries []string
	for _, m := range members {
		if c := d.Organisations[m.OrganisationID].Country; c != "" && !slices.Contains(countries, c) {
			countries = append(countries, c)
		}
	}
	return countries
}

// between tells whether the parties of the agreement are exactly these members.
func (a Agreement) between(members []Member) bool {
	parties := make([]ID, 0, len(a.Shares))
	for _, s := range a.Shares {
		parties = append(parties, s.Organisation)
	}
	slices.Sort(parties)
	return slices.Equal(parties, organisationsOf(members))
}

// Share returns a member's share in percent; empty when it has none.
func (a Agreement) Share(organisation ID) string { return a.shareOf(organisation).Percent }

// Weight returns what a member's vote weighs if votes are weighted; empty when it has no share.
func (a Agreement) Weight(organisation ID) string {
	s := a.shareOf(organisation)
	return cmp.Or(s.Weight, s.Percent)
}

func (a Agreement) shareOf(organisation ID) Share {
	s, _ := find(a.Shares, func(s Share) bool { return s.Organisation == organisation })
	return s
}

func organisationsOf(members []Member) []ID {
	ids := make([]ID, 0, len(members))
	for _, m := range members {
		ids = append(ids, m.OrganisationID)
	}
	slices.Sort(ids)
	return ids
}
