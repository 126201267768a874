package eligibility

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
)

// What the dossier may hold about the action that a call co-finances.
const (
	// EntryAction is the [Action], one for the consortium.
	EntryAction = models.EntryGrantAction
	// EntryMembership is a [Membership] of one member.
	EntryMembership = models.EntryMembership
	// EntryActivity is an [Activity].
	EntryActivity = models.EntryActivity
)

// An Action is what the consortium applied for.
type Action struct {
	// Starts is the first day of the action.
	Starts calendar.Date `json:"starts,omitzero"`
	// Months is how long it lasts.
	Months int `json:"months"`
	// CoFinancing is the share of eligible costs that the Union pays, in percent, a decimal number as text.
	CoFinancing string `json:"co_financing,omitempty"`
	// Grant is the amount that the Union pays, in euro, a decimal number as text.
	Grant string `json:"grant,omitempty"`
	// SubmittedAt is when the application was submitted, SecondAt when that of the second stage was.
	SubmittedAt *time.Time `json:"submitted_at,omitempty"`
	SecondAt    *time.Time `json:"second_stage_submitted_at,omitempty"`
	// PassedOn is the share that the Union pays of support that is passed on to others, in percent.
	PassedOn string `json:"co_financing_passed_on,omitempty"`
	// Eligible are all eligible costs, Procurement those of them that the procurement itself has, in euro.
	Eligible    string `json:"eligible_costs,omitempty"`
	Procurement string `json:"procurement_costs,omitempty"`
	// Targets are the countries that the action aims at.
	Targets []string `json:"target_countries,omitempty"`
}

// A Membership says since when an organisation belongs to a body, or when it applied to it.
type Membership struct {
	Body string `json:"body"`
	// Applied tells that membership was applied for but not yet granted.
	Applied bool          `json:"applied,omitempty"`
	Since   calendar.Date `json:"since"`
	// Local is what clocks in Zone showed on that day; empty: the hour is not recorded.
	Local string `json:"local,omitempty"`
	Zone  string `json:"zone,omitempty"`

	organisation models.ID
	evidence     string
}

// An Activity is something done together: a training, an exchange, an event.
type Activity struct {
	// Activity is its kind, such as exchange.
	Activity string      `json:"activity"`
	Title    models.Text `json:"title,omitempty"`
	// Date is the first day, Until the last one of several.
	Date  calendar.Date `json:"date"`
	Until calendar.Date `json:"until,omitzero"`
	// TravelDays are the working days among them that were lost to travel.
	TravelDays   int           `json:"travel_days,omitempty"`
	Participants []Participant `json:"participants"`

	evidence string
}

// A Participant took part in an activity.
type Participant struct {
	// Organisation is the name of the organisation whose people took part.
	Organisation string `json:"organisation,omitempty"`
	// SME tells whether it is a small or medium-sized enterprise (Recommendation 2003/361/EC).
	SME bool `json:"sme,omitempty"`
	// Outside tells whether it belongs to no partnership of the programme.
	Outside bool `json:"outside,omitempty"`
	// Country is where it is seated; empty: not recorded.
	Country string `json:"country,omitempty"`
	// Part is visitor or host in an exchange.
	Part string `json:"part,omitempty"`
}

// A ParticipantKind picks participants.
type ParticipantKind string

// The kinds of participant a quota can ask for.
const (
	ParticipantSME     ParticipantKind = "sme"
	ParticipantOutside ParticipantKind = "outside"
)

func (k ParticipantKind) valid() bool { return k == ParticipantSME || k == ParticipantOutside }

func (a Activity) has(k ParticipantKind) bool {
	for _, p := range a.Participants {
		if (k == ParticipantSME && p.SME) || (k == ParticipantOutside && p.Outside) {
			return true
		}
	}
	return false
}

// Facts are what a consortium is judged by.
type Facts struct {
	// Members are those that have not left; Partners are those of them that do not buy.
	Members     []models.Organisation
	Partners    []models.ID
	Memberships []Membership
	// Action is nil while nothing is recorded about it.
	Action     *Action
	Activities []Activity
	// Traits say what members are; a member that is not there has not said.
	Traits map[models.ID]Traits
	// Network are the members of the networks that the action runs.
	Network []NetworkMember
	// Suppliers are the organisations that answered the consultation, or tendered for a lot whose box is closed. Who
	// supplies is told to nobody before that.
	Suppliers []models.Organisation
	// Closed lists the phases whose latest round is closed.
	Closed []models.Phase
	// ConsultationStates lists the Member States in which the market was consulted; nil: not recorded.
	ConsultationStates []string
	// Today is the date in procedure time where the procurement runs.
	Today calendar.Date

	actionEvidence string
	// profile is the one that is judged.
	profile Profile
}

// Traits are what a member is, with the entry that says so.
type Traits struct {
	All      []models.MemberTrait
	evidence string
}

// A NetworkMember is a member of a network, with the entry that says so.
type NetworkMember struct {
	models.NetworkMember

	evidence string
}

// FactsOf reads the facts from the dossier. An entry that does not fit its type counts as if it were not there. The
// caller fills in [Facts.ConsultationStates].
func FactsOf(d models.Dossier) Facts {
	f := Facts{Traits: map[models.ID]Traits{}}
	f.Today, _ = calendar.ParseDate("", d.Today())
	for _, m := range d.ActiveMembers() {
		organisation := d.Organisations[m.OrganisationID]
		organisation.ID = m.OrganisationID
		f.Members = append(f.Members, organisation)
		if !m.Buys() {
			f.Partners = append(f.Partners, m.OrganisationID)
		}
	}
	f.read(d)
	f.Suppliers = suppliers(d)
	for _, p := range models.Phases() {
		if d.Round(p).Status == models.PhaseClosed {
			f.Closed = append(f.Closed, p)
		}
	}
	return f
}

// read reads what entries say.
func (f *Facts) read(d models.Dossier) {
	for _, e := range d.Of(EntryMembership) {
		if m, ok := body[Membership](e); ok {
			m.organisation, m.evidence = e.OrganisationID, evidenceOf(e)
			f.Memberships = append(f.Memberships, m)
		}
	}
	for _, e := range d.Of(EntryActivity) {
		if a, ok := body[Activity](e); ok {
			a.evidence = evidenceOf(e)
			f.Activities = append(f.Activities, a)
		}
	}
	for _, e := range d.Of(models.EntryMemberTraits) {
		if t, ok := body[models.TraitsOfMember](e); ok {
			f.Traits[e.OrganisationID] = Traits{t.Traits, evidenceOf(e)}
		}
	}
	for _, e := range d.Of(models.EntryNetworkMember) {
		if n, ok := body[models.NetworkMember](e); ok {
			f.Network = append(f.Network, NetworkMember{n, evidenceOf(e)})
		}
	}
	if e, ok := d.Latest(EntryAction); ok {
		if a, ok := body[Action](e); ok {
			f.Action, f.actionEvidence = &a, evidenceOf(e)
		}
	}
}

// suppliers are those that answered the consultation, and those that tendered once their box is closed: the dossier
// knows no others.
func suppliers(d models.Dossier) []models.Organisation {
	var all []models.Organisation
	for _, r := range d.Market.Responses {
		all = append(all, models.Organisation{ID: r.OrganisationID})
	}
	for _, id := range slices.Sorted(maps.Keys(d.Tendering.Tenderers)) {
		o := d.Tendering.Tenderers[id]
		o.ID = id
		all = append(all, o)
	}
	return all
}

func body[T any](e models.Entry) (T, bool) {
	var content T
	err := json.Unmarshal(e.Body, &content)
	return content, err == nil
}
