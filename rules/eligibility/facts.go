package eligibility

import (
	"encoding/json"
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
	// SubmittedAt is when the application was submitted.
	SubmittedAt *time.Time `json:"submitted_at,omitempty"`
}

// A Membership says since when an organisation belongs to a body, or when it applied to it.
type Membership struct {
	Body string `json:"body"`
	// Applied tells that membership was applied for but not yet granted.
	Applied bool          `json:"applied,omitempty"`
	Since   calendar.Date `json:"since"`

	organisation models.ID
	evidence     string
}

// An Activity is something done together: a training, an exchange, an event.
type Activity struct {
	// Activity is its kind, such as exchange.
	Activity     string        `json:"activity"`
	Date         calendar.Date `json:"date"`
	Participants []Participant `json:"participants"`

	evidence string
}

// A Participant took part in an activity.
type Participant struct {
	Name string `json:"name"`
	// SME tells whether it is a small or medium-sized enterprise (Recommendation 2003/361/EC).
	SME bool `json:"sme,omitempty"`
	// Outside tells whether it belongs to no partnership of the programme.
	Outside bool `json:"outside,omitempty"`
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
	// Closed lists the phases whose latest round is closed.
	Closed []models.Phase
	// ConsultationStates lists the Member States in which the market was consulted; nil: not recorded.
	ConsultationStates []string
	// Today is the date in procedure time where the procurement runs.
	Today calendar.Date

	actionEvidence string
}

// FactsOf reads the facts from the dossier. An entry that does not fit its type counts as if it were not there. The
// caller fills in [Facts.ConsultationStates].
func FactsOf(d models.Dossier) Facts {
	var f Facts
	f.Today, _ = calendar.ParseDate("", d.Today())
	for _, m := range d.ActiveMembers() {
		organisation := d.Organisations[m.OrganisationID]
		organisation.ID = m.OrganisationID
		f.Members = append(f.Members, organisation)
		if !m.Buys() {
			f.Partners = append(f.Partners, m.OrganisationID)
		}
	}
	for _, e := range d.Of(EntryMembership) {
		if m, ok := body[Membership](e); ok {
			m.organisation, m.evidence = e.OrganisationID, reference(e)
			f.Memberships = append(f.Memberships, m)
		}
	}
	for _, e := range d.Of(EntryActivity) {
		if a, ok := body[Activity](e); ok {
			a.evidence = reference(e)
			f.Activities = append(f.Activities, a)
		}
	}
	if e, ok := d.Latest(EntryAction); ok {
		if a, ok := body[Action](e); ok {
			f.Action, f.actionEvidence = &a, reference(e)
		}
	}
	for _, p := range models.Phases() {
		if d.Round(p).Status == models.PhaseClosed {
			f.Closed = append(f.Closed, p)
		}
	}
	return f
}

func body[T any](e models.Entry) (T, bool) {
	var content T
	err := json.Unmarshal(e.Body, &content)
	return content, err == nil
}

func reference(e models.Entry) string { return string(e.ID) + "@" + e.Digest }
