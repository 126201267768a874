package models

import (
	"regexp"
	"slices"
	"time"
)

// What the capacity phase writes into the dossier, beside the agreement.
const (
	// EntryActivity is a training, a visit, an exchange.
	EntryActivity EntryKind = "activity"
	// EntryRolePlan says how many people each role needs.
	EntryRolePlan EntryKind = "role_plan"
	// EntryInterestDeclaration is a person's own declaration of interests.
	EntryInterestDeclaration EntryKind = "interest_declaration"
	// EntryMembership says since when a member belongs to a body that a call asks for.
	EntryMembership EntryKind = "membership"
	// EntryGrantAction is the action that a call co-finances, as applied for.
	EntryGrantAction EntryKind = "grant_action"
)

// ActivityTraining is the kind of activity that makes a person trained.
const ActivityTraining = "training"

// An Activity is something done to learn or to coordinate (call COS-PPI-2020-2-04, activity IV). People are
// named by ID only; others are counted by organisation.
type Activity struct {
	Activity string `json:"activity" pattern:"^[a-z][a-z_]{0,59}$" doc:"training, visit, exchange…" example:"training"`

	Topic string `json:"topic" pattern:"^[a-z][a-z0-9_]{0,59}$" doc:"A short name, as in a role plan" example:"law"`

	Title        Text          `json:"title"`
	Date         string        `json:"date" format:"date" doc:"The day, or the first one, in the procurement's zone"`
	Until        string        `json:"until,omitempty" format:"date" doc:"The last day of several"`
	TravelDays   int           `json:"travel_days,omitempty" minimum:"0" maximum:"31" doc:"Working days lost to travel"`
	Provider     string        `json:"provider" minLength:"1" maxLength:"400"`
	Participants []Participant `json:"participants" minItems:"1" maxItems:"500"`
	Proof        Proof         `json:"proof"`
}

// A Participant is a person, or a number of people of one organisation.
type Participant struct {
	Person       ID     `json:"person,omitempty" doc:"A person known here; absent: people of an organisation"`
	Organisation string `json:"organisation,omitempty" maxLength:"400" doc:"Its name; required without a person"`
	Count        int    `json:"count,omitempty" minimum:"0" maximum:"10000" doc:"How many people of the organisation"`
	SME          bool   `json:"sme,omitempty" doc:"A small or medium-sized enterprise (Recommendation 2003/361/EC)"`
	Outside      bool   `json:"outside,omitempty" doc:"Belongs to no partnership of the programme"`
	Country      string `json:"country,omitempty" maxLength:"2" doc:"Where it is seated; ISO 3166-1, Kosovo is XK"`
	Part         string `json:"part,omitempty" enum:"visitor,host" doc:"In an exchange: who travels, and who receives"`
}

// The parts in an exchange.
const (
	PartVisitor = "visitor"
	PartHost    = "host"
)

// A Proof shows that something took place.
type Proof struct {
	Document string `json:"document,omitempty" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of an upload, such as a list"`
	Note     string `json:"note,omitempty" maxLength:"4000" doc:"What shows it where there is no document"`
}

var shortName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,59}$`)

// Check refuses an activity without date, participant or proof.
func (a Activity) Check() error {
	faults := compact(
		checkShortName("/activity", a.Activity), checkShortName("/topic", a.Topic), CheckText("/title", a.Title, 400),
		checkDate("/date", a.Date), checkWord("/provider", a.Provider, 400))
	if a.Until != "" {
		faults = append(faults, compact(checkDate("/until", a.Until))...)
		if a.Until < a.Date {
			faults = append(faults, Refuse(CodeInvalidValue, "/until",
				"the last day %s is before the first, %s", a.Until, a.Date).Accepting("%s or later", a.Date))
		}
	}
	if len(a.Participants) == 0 {
		faults = append(faults, Refuse(CodeInvalidValue, "/participants", "nobody took part").
			Accepting("at least one participant"))
	}
	if a.TravelDays < 0 {
		faults = append(faults, Refuse(CodeInvalidValue, "/travel_days", "days cannot be fewer than none").
			Accepting("0 or more"))
	}
	for _, p := range a.Participants {
		faults = append(faults, p.check()...)
	}
	return Refusals(append(faults, a.Proof.check("/proof")...))
}

func checkShortName(field, s string) *Refusal {
	if shortName.MatchString(s) {
		return nil
	}
	return Refuse(CodeInvalidValue, field, "%q is not a short name", s).
		Accepting("1 to 60 lower-case letters, digits and _, a letter first")
}

func (p Participant) check() []*Refusal {
	if p.Country != "" {
		if fault := checkProgrammeCountry("/participants", p.Country); fault != nil {
			return []*Refusal{fault}
		}
	}
	if p.Part != "" && p.Part != PartVisitor && p.Part != PartHost {
		return []*Refusal{Refuse(CodeInvalidValue, "/participants", "%q is no part in an exchange", p.Part).
			Accepting("%s or %s", PartVisitor, PartHost)}
	}
	if p.Person != "" {
		return checkID("/participants", p.Person, PrefixPerson)
	}
	if fault := checkWord("/participants", p.Organisation, 400); fault != nil || p.Count < 1 {
		return []*Refusal{Refuse(CodeInvalidValue, "/participants",
			"a participant is neither a person nor a number of people of an organisation").
			Accepting("person; or organisation and count")}
	}
	return nil
}

// check refuses a proof that is neither a document nor a note. The field is the one that holds it.
func (p Proof) check(field string) []*Refusal {
	if p.Document != "" {
		return checkDigest(field+"/document", p.Document)
	}
	return compact(checkWord(field+"/note", p.Note, 4000))
}

// Documents names the document that proves it, if one does.
func (a Activity) Documents() []string { return given(a.Proof.Document) }

// CheckAgainst refuses an activity that has not taken place yet.
func (a Activity) CheckAgainst(d Dossier, _ Entry) error {
	if today := d.Today(); max(a.Date, a.Until) > today {
		return Refuse(CodeInvalidValue, "/date", "today is %s: the activity is still to come", today).
			Accepting("a day up to %s", today)
	}
	return nil
}

// Today is the date in the procurement's zone, as 2026-03-02; in UTC if the zone is not known.
func (d Dossier) Today() string {
	return d.day(d.Now)
}

// Trained tells whether the activity is a training in which the person took part.
func (a Activity) Trained(person ID) bool {
	return a.Activity == ActivityTraining &&
		slices.ContainsFunc(a.Participants, func(p Participant) bool { return p.Person == person })
}

// An InterestDeclaration says whether its author has an interest that might be seen to compromise
// impartiality in this procurement (Directive 2014/24/EU, Article 24), before any tenderer is known.
type InterestDeclaration struct {
	Person    ID     `json:"person" doc:"The author: nobody declares for another"`
	Conflict  bool   `json:"conflict" doc:"true: I have such an interest; I fill no role"`
	Statement string `json:"statement" minLength:"1" maxLength:"4000" doc:"In the author's words: the interest, if any"`
}

// Check refuses a declaration without words.
func (i InterestDeclaration) Check() error {
	return Refusals(append(checkID("/person", i.Person, PrefixPerson),
		compact(checkWord("/statement", i.Statement, 4000))...))
}

// Subject is the person.
func (i InterestDeclaration) Subject() string { return string(i.Person) }

// CheckAgainst refuses a declaration by another than the person.
func (i InterestDeclaration) CheckAgainst(_ Dossier, e Entry) error {
	if e.AuthorID != i.Person {
		return Refuse(CodeForbidden, "/person", "nobody can declare for another person").Accepting("%s", e.AuthorID)
	}
	return nil
}

// InterestOf returns what a person has declared: the first declaration of a conflict if there is one, which no later
// declaration lifts, or else the last declaration. The entry is empty if the person has declared nothing.
func (d Dossier) InterestOf(person ID) (declared Entry, conflict bool) {
	for _, e := range d.Of(EntryInterestDeclaration) {
		if e.Subject != "" && e.Subject != string(person) {
			continue
		}
		i, ok := BodyOf[InterestDeclaration](e)
		switch {
		case !ok || i.Person != person:
		case i.Conflict:
			return e, true
		default:
			declared = e
		}
	}
	return declared, false
}

// A Membership says since when a member belongs to a body that a call requires, or has applied to it.
type Membership struct {
	Body    string `json:"body" minLength:"1" maxLength:"400" doc:"As the call names it" example:"Cluster Platform"`
	Applied bool   `json:"applied,omitempty" doc:"Membership was applied for but not yet granted"`
	Since   string `json:"since" format:"date"`
	// Local is what clocks in Zone showed when membership began or was applied for. A call that sets an hour needs it
	// if that was on the day of its deadline.
	Local string `json:"local,omitempty" maxLength:"16" doc:"The hour, on that day" example:"2021-02-02T16:30"`
	Zone  string `json:"zone,omitempty" maxLength:"64" doc:"IANA zone of local; required with it"`
}

// Check refuses a malformed date, a body without name, and an hour of another day or without zone.
func (m Membership) Check() error {
	faults := compact(checkWord("/body", m.Body, 400), checkDate("/since", m.Since))
	return Refusals(append(faults, checkHour(m.Local, m.Zone, m.Since)...))
}

// Subject is the body.
func (m Membership) Subject() string { return m.Body }

// A GrantAction is the action that a call co-finances, as the consortium applied for it.
type GrantAction struct {
	Starts      string     `json:"starts,omitempty" format:"date" doc:"First day of the action"`
	Months      int        `json:"months" minimum:"0" maximum:"120" doc:"How long it lasts; 0: not said"`
	CoFinancing string     `json:"co_financing,omitempty" doc:"Percent of eligible costs that the EU pays" example:"90"`
	Grant       string     `json:"grant,omitempty" doc:"What the EU pays, in euro" example:"3000000"`
	SubmittedAt *time.Time `json:"submitted_at,omitempty" doc:"When the application was submitted"`
	SecondAt    *time.Time `json:"second_stage_submitted_at,omitempty" doc:"When that of the second stage was"`
	PassedOn    string     `json:"co_financing_passed_on,omitempty" doc:"Percent the EU pays of support passed on"`
	Eligible    string     `json:"eligible_costs,omitempty" doc:"All eligible costs, in euro" example:"6000000"`
	Procurement string     `json:"procurement_costs,omitempty" doc:"Of these, those of the procurement itself, in euro"`
	Targets     []string   `json:"target_countries,omitempty" maxItems:"50" doc:"Outside the EU, that it aims at"`

	RecordsUntil  string `json:"records_until,omitempty" format:"date" doc:"Until when the grant asks to keep records"`
	RecordsSource string `json:"records_source,omitempty" maxLength:"400" doc:"Where it says so; required with it"`
}

// Check refuses malformed dates and numbers.
func (a GrantAction) Check() error {
	faults := compact(optionalDecimal("/co_financing", a.CoFinancing), optionalDecimal("/grant", a.Grant),
		optionalDecimal("/co_financing_passed_on", a.PassedOn), optionalDecimal("/eligible_costs", a.Eligible),
		optionalDecimal("/procurement_costs", a.Procurement))
	for _, country := range a.Targets {
		faults = append(faults, compact(checkProgrammeCountry("/target_countries", country))...)
	}
	if a.Starts != "" {
		faults = append(faults, compact(checkDate("/starts", a.Starts))...)
	}
	if a.RecordsUntil != "" || a.RecordsSource != "" {
		faults = append(faults, compact(checkDate("/records_until", a.RecordsUntil),
			checkWord("/records_source", a.RecordsSource, 400))...)
	}
	return Refusals(faults)
}
