package models

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A wrong is content spoiled in one way, and where the refusal must point.
type wrong[T any] struct {
	name  string
	spoil func(*T)
	field string
}

// refused asks that good content passes and each spoiled one is refused at its field.
func refused[T interface{ Check() error }](t *testing.T, good func() T, wrongs []wrong[T]) {
	t.Helper()
	require.NoError(t, good().Check())
	for _, w := range wrongs {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			bad := good()
			w.spoil(&bad)
			r, ok := RefusalOf(bad.Check())
			require.True(t, ok)
			fields := []string{r.Field}
			for _, other := range r.Others {
				fields = append(fields, other.Field)
			}
			require.Contains(t, strings.Join(fields, " "), w.field)
			require.NotEmpty(t, r.Accepted)
		})
	}
}

func agreementOf(organisations ...ID) Agreement {
	c := Text{"en": "As settled."}
	a := Agreement{
		Lead: organisations[0], ApplicableLaw: "FR", Responsibilities: c, Internal: c, Distribution: c, Conclusion: c,
		Exit: c, Dispute: c, VotingTerms: VotingTerms{Rule: RuleMajority},
	}
	for i, o := range organisations {
		a.Shares = append(a.Shares, Share{Organisation: o, Percent: []string{"33.333333", "33.333333", "33.333334"}[i]})
	}
	return a
}

func TestAnAgreementIsRefused(t *testing.T) {
	t.Parallel()
	good := func() Agreement {
		return agreementOf(NewID(PrefixOrganisation), NewID(PrefixOrganisation), NewID(PrefixOrganisation))
	}
	refused(t, good, []wrong[Agreement]{
		{"with two applicable laws", func(a *Agreement) { a.ApplicableLaw = "FR, DE" }, "/applicable_law"},
		{"without a lead", func(a *Agreement) { a.Lead = "" }, "/lead"},
		{"with a rule nobody knows", func(a *Agreement) { a.Rule = "by_lot" }, "/decision_rule"},
		{"without an exit clause", func(a *Agreement) { a.Exit = nil }, "/exit"},
		{"with shares a millionth short of 100", func(a *Agreement) { a.Shares[2].Percent = "33.333333" }, "/shares"},
		{"with shares above 100", func(a *Agreement) { a.Shares[0].Percent = "33.333334" }, "/shares"},
		{
			"with a share of nothing", func(a *Agreement) {
				a.Shares[0].Percent, a.Shares[1].Percent = "0",
					"66.666666"
			},
			"/shares",
		},
		{"with a share in another notation", func(a *Agreement) { a.Shares[0].Percent = "1/3" }, "/shares"},
		{"with a member twice", func(a *Agreement) { a.Shares[1].Organisation = a.Shares[0].Organisation }, "/shares"},
		{"without shares", func(a *Agreement) { a.Shares = nil }, "/shares"},
		{"with a document that is no digest", func(a *Agreement) { a.Document = "agreement.pdf" }, "/document"},
	})
	inDocument := good()
	inDocument.Exit, inDocument.Document = nil, strings.Repeat("a", 64)
	require.NoError(t, inDocument.Check(), "the clauses stand in a document")
}

// between makes a dossier of three members and the agreement between them.
func between(t *testing.T) (Dossier, Agreement, Entry) {
	t.Helper()
	d := Dossier{
		Procurement: Procurement{Languages: []string{"en"}, Zone: "Europe/Paris"}, Authors: map[ID][]ID{},
		Now: time.Date(2026, 3, 2, 22, 59, 0, 0, time.UTC), Organisations: map[ID]Organisation{},
	}
	var ids []ID
	for i := range 3 {
		ids = append(ids, NewID(PrefixOrganisation))
		d.Members = append(d.Members, Member{OrganisationID: ids[i], Lead: i == 0})
		d.Organisations[ids[i]] = Organisation{ID: ids[i], Country: []string{"FR", "ES", "DE"}[i]}
	}
	a := agreementOf(ids...)
	e := d.put(t, EntryAgreement, "", a)
	return d, a, e
}

func (d *Dossier) put(t *testing.T, kind EntryKind, buyer ID, content any) Entry {
	t.Helper()
	text, digest, err := Canonical(content)
	require.NoError(t, err)
	e := Entry{
		ID: NewID(PrefixEntry), Kind: kind, OrganisationID: buyer, Version: 1, AuthorID: NewID(PrefixPerson),
		Body: text, Digest: digest,
	}
	d.Entries = append(d.Entries, e)
	d.Authors[e.ID] = []ID{e.AuthorID}
	return e
}

func fieldOf(t *testing.T, err error) string {
	t.Helper()
	r, ok := RefusalOf(err)
	require.True(t, ok, "%v", err)
	return r.Field
}

func TestAnAgreementIsBetweenTheMembersUnderTheirLead(t *testing.T) {
	t.Parallel()
	d, a, e := between(t)
	require.NoError(t, a.CheckAgainst(d, e))
	other := a
	other.Lead = a.Shares[1].Organisation
	require.Equal(t, "/lead", fieldOf(t, other.CheckAgainst(d, e)), "a member that does not lead")
	other.Lead = NewID(PrefixOrganisation)
	require.Equal(t, "/lead", fieldOf(t, other.CheckAgainst(d, e)), "outside the group")
	d.Members[2].LeftAt = &d.Now
	require.Equal(t, "/shares", fieldOf(t, a.CheckAgainst(d, e)), "a member that left")
}

func TestAnActivityIsRefused(t *testing.T) {
	t.Parallel()
	refused(t, func() Activity {
		return Activity{
			Activity: "training", Topic: "law", Title: Text{"en": "Law"}, Date: "2026-03-01", Provider: "School",
			Participants: []Participant{
				{Person: NewID(PrefixPerson)},
				{Organisation: "A small enterprise", Count: 3, SME: true},
			}, Proof: Proof{Note: "list"},
		}
	}, []wrong[Activity]{
		{"without a date", func(a *Activity) { a.Date = "" }, "/date"},
		{"on a day there is not", func(a *Activity) { a.Date = "2026-02-30" }, "/date"},
		{"ending before it begins", func(a *Activity) { a.Until = "2026-02-28" }, "/until"},
		{"without anybody", func(a *Activity) { a.Participants = nil }, "/participants"},
		{
			"with an organisation of nobody", func(a *Activity) { a.Participants = []Participant{{Organisation: "x"}} },
			"/participants",
		},
		{"with people of nowhere", func(a *Activity) { a.Participants = []Participant{{Count: 3}} }, "/participants"},
		{
			"with a name instead of an ID", func(a *Activity) { a.Participants = []Participant{{Person: "Ada"}} },
			"/participants",
		},
		{"without proof", func(a *Activity) { a.Proof = Proof{} }, "/proof/note"},
		{"travelling backwards", func(a *Activity) { a.TravelDays = -1 }, "/travel_days"},
		{
			"with somebody from nowhere", func(a *Activity) {
				a.Participants = []Participant{{Organisation: "x", Count: 1, Country: "ZZ"}}
			}, "/participants",
		},
		{
			"with somebody in no part", func(a *Activity) {
				a.Participants = []Participant{{Organisation: "x", Count: 1, Part: "cook"}}
			}, "/participants",
		},
		{"of no kind", func(a *Activity) { a.Activity = "" }, "/activity"},
		{"on no topic", func(a *Activity) { a.Topic = "Public law" }, "/topic"},
	})
}

func TestWhatIsStillToComeIsNoRecord(t *testing.T) {
	t.Parallel()
	d, _, e := between(t) // 23:59 in Paris on 2 March
	require.NoError(t, Activity{Date: "2026-03-02"}.CheckAgainst(d, e))
	require.Equal(t, "/date", fieldOf(t, Activity{Date: "2026-03-03"}.CheckAgainst(d, e)))
	require.Equal(t, "/date", fieldOf(t, Activity{Date: "2026-03-02", Until: "2026-03-03"}.CheckAgainst(d, e)))
	d.Now = d.Now.Add(time.Minute)
	require.NoError(t, Activity{Date: "2026-03-03"}.CheckAgainst(d, e))
}

func TestARolePlanIsRefused(t *testing.T) {
	t.Parallel()
	refused(t, UsualRolePlan, []wrong[RolePlan]{
		{"without evaluators", func(p *RolePlan) { p.Slots = append(p.Slots[:2], p.Slots[3:]...) }, "/slots"},
		{"with openers of one buyer", func(p *RolePlan) { p.Slots[3].Buyers = 1 }, "/slots"},
		{"with more buyers than people", func(p *RolePlan) { p.Slots[3].Buyers = 4 }, "/slots"},
		{"with a role twice", func(p *RolePlan) { p.Slots = append(p.Slots, p.Slots[0]) }, "/slots"},
		{
			"with suppliers", func(p *RolePlan) { p.Slots = append(p.Slots, RoleSlot{Role: RoleSupplier, People: 1}) },
			"/slots",
		},
		{"with nobody in a role", func(p *RolePlan) { p.Slots[0].People = 0 }, "/slots"},
		{"with a topic in a sentence", func(p *RolePlan) { p.Slots[0].Topics = []string{"Public law"} }, "/slots"},
	})
}

func TestNobodyDeclaresForAnother(t *testing.T) {
	t.Parallel()
	person := NewID(PrefixPerson)
	i := InterestDeclaration{Person: person, Statement: "none"}
	require.NoError(t, i.Check())
	require.NoError(t, i.CheckAgainst(Dossier{}, Entry{AuthorID: person}))
	require.Equal(t, "/person", fieldOf(t, i.CheckAgainst(Dossier{}, Entry{AuthorID: NewID(PrefixPerson)})))
	require.Equal(t, "/statement", fieldOf(t, InterestDeclaration{Person: person}.Check()))
}

func TestWhatACallAsksForIsRefused(t *testing.T) {
	t.Parallel()
	refused(t, func() Membership { return Membership{Body: "Platform", Since: "2020-01-01"} }, []wrong[Membership]{
		{"without a body", func(m *Membership) { m.Body = " " }, "/body"},
		{"since no day", func(m *Membership) { m.Since = "2020" }, "/since"},
		{
			"at an hour of another day",
			func(m *Membership) { m.Local, m.Zone = "2020-01-02T09:00", "Europe/Paris" }, "/local",
		},
		{"at an hour in no zone", func(m *Membership) { m.Local = "2020-01-01T09:00" }, "/zone"},
		{"in a zone at no hour", func(m *Membership) { m.Zone = "Europe/Paris" }, "/local"},
		{"at an hour of Mars", func(m *Membership) { m.Local, m.Zone = "2020-01-01T09:00", "Mars" }, "/zone"},
	})
	require.NoError(t, Membership{
		Body: "Platform", Since: "2020-01-01", Local: "2020-01-01T16:59", Zone: "Europe/Istanbul",
	}.Check())
	refused(t, func() GrantAction {
		return GrantAction{Starts: "2021-01-01", Months: 36, CoFinancing: "90", Grant: "3000000"}
	}, []wrong[GrantAction]{
		{"from no day", func(a *GrantAction) { a.Starts = "soon" }, "/starts"},
		{"with a rate in words", func(a *GrantAction) { a.CoFinancing = "90 %" }, "/co_financing"},
		{"with separators in the grant", func(a *GrantAction) { a.Grant = "3,000,000" }, "/grant"},
		{"with costs in words", func(a *GrantAction) { a.Eligible = "much" }, "/eligible_costs"},
		{"with costs of nothing", func(a *GrantAction) { a.Procurement = "none" }, "/procurement_costs"},
		{"with a second rate in words", func(a *GrantAction) { a.PassedOn = "all" }, "/co_financing_passed_on"},
		{"aiming at no country", func(a *GrantAction) { a.Targets = []string{"JP", "Narnia"} }, "/target_countries"},
	})
	refused(t, func() TraitsOfMember {
		return TraitsOfMember{[]MemberTrait{TraitSME, TraitUniversity}, Proof{Note: "register"}}
	}, []wrong[TraitsOfMember]{
		{"that is nothing", func(m *TraitsOfMember) { m.Traits = nil }, "/traits"},
		{"that is a giant", func(m *TraitsOfMember) { m.Traits[0] = "giant" }, "/traits"},
		{"that is something twice", func(m *TraitsOfMember) { m.Traits[0] = TraitUniversity }, "/traits"},
		{"without proof", func(m *TraitsOfMember) { m.Proof = Proof{} }, "/proof/note"},
	})
	refused(t, func() NetworkMember {
		return NetworkMember{
			NetworkSuppliers, "Acme", "XK", []MemberTrait{TraitStartup}, "2020-01-01", Proof{Note: "register"},
		}
	}, []wrong[NetworkMember]{
		{"of no network", func(n *NetworkMember) { n.Network = "friends" }, "/network"},
		{"without name", func(n *NetworkMember) { n.Organisation = " " }, "/organisation"},
		{"of no country", func(n *NetworkMember) { n.Country = "UK" }, "/country"},
		{"that is nothing", func(n *NetworkMember) { n.Traits = nil }, "/traits"},
		{"since no day", func(n *NetworkMember) { n.Since = "then" }, "/since"},
		{"without proof", func(n *NetworkMember) { n.Proof = Proof{} }, "/proof/note"},
	})
}
