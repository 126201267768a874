package models

import (
	"slices"
	"strings"
)

// What the consultation phase writes into the dossier.
const (
	// EntryAnnouncement invites everyone to a market consultation.
	EntryAnnouncement EntryKind = "consultation_announcement"
	// EntryQuestionnaire is what the market is asked.
	EntryQuestionnaire EntryKind = "questionnaire"
	// EntryConsultationEvent is a meeting with the market.
	EntryConsultationEvent EntryKind = "consultation_event"
	// EntryMarketContact is one line of the register of contacts and prior involvement.
	EntryMarketContact EntryKind = "market_contact"
	// EntryConsultationReport says what came of the consultation.
	EntryConsultationReport EntryKind = "consultation_report"
	// EntryRoute is the route that the procurement takes.
	EntryRoute EntryKind = "route"
)

// An Announcement invites everyone, on equal terms, to a preliminary market consultation (Directive
// 2014/24/EU, Article 40).
type Announcement struct {
	Title     Text       `json:"title"`
	Subject   Text       `json:"subject" doc:"What the market is consulted on and what for"`
	HowTo     Text       `json:"how_to_take_part"`
	Opens     *LocalTime `json:"opens,omitempty" doc:"From when responses are received; absent: at once"`
	Closes    LocalTime  `json:"closes" doc:"From then on nothing is received"`
	Places    []Source   `json:"places" minItems:"1" maxItems:"50" doc:"Where it is announced: official journal, site"`
	Countries []string   `json:"countries" minItems:"1" maxItems:"60" doc:"Countries whose market is asked, ISO 3166-1"`
	Materials []Source   `json:"materials,omitempty" maxItems:"200" doc:"What everyone who takes part is given"`
}

// Check refuses an announcement that does not say what, how, where and to whom. The calendar judges whether its times
// exist.
func (a Announcement) Check() error {
	faults := compact(CheckText("/title", a.Title, 400), CheckText("/subject", a.Subject, 20_000),
		CheckText("/how_to_take_part", a.HowTo, 8000))
	if len(a.Places) == 0 {
		faults = append(faults, Refuse(CodeInvalidValue, "/places", "no place of announcement is named").
			Accepting("at least one place that is open to all"))
	}
	faults = slices.Concat(faults, checkSources("/places", a.Places), checkSources("/materials", a.Materials),
		checkCountries("/countries", a.Countries))
	return Refusals(faults)
}

func checkSources(field string, all []Source) []*Refusal {
	var faults []*Refusal
	for _, s := range all {
		faults = append(faults, compact(checkWord(field, s.Title, 500))...)
	}
	return faults
}

func checkCountries(field string, all []string) []*Refusal {
	if len(all) == 0 {
		return []*Refusal{Refuse(CodeInvalidValue, field, "no country is named").
			Accepting("ISO 3166-1 codes such as FR")}
	}
	for i, c := range all {
		switch {
		case !ValidCountry(c):
			return []*Refusal{CheckCountry(field, c)}
		case slices.Contains(all[:i], c):
			return []*Refusal{Refuse(CodeInvalidValue, field, "%s is named twice", c).Accepting("each country once")}
		}
	}
	return nil
}

// Wording lists what everyone reads.
func (a Announcement) Wording() []Wording {
	return []Wording{{"/title", a.Title}, {"/subject", a.Subject}, {"/how_to_take_part", a.HowTo}}
}

// CheckAgainst refuses to change what was announced.
func (Announcement) CheckAgainst(d Dossier, e Entry) error { return d.unreleased(e) }

// A Questionnaire is what the market is asked; everyone is asked the same.
type Questionnaire struct {
	Questions []Question `json:"questions" minItems:"1" maxItems:"200"`
}

// How a question is answered.
const (
	AnswerText   = "text"
	AnswerNumber = "number"
	AnswerYesNo  = "yes_no"
	AnswerChoice = "choice"
)

// A Question is one of a questionnaire.
type Question struct {
	ID       string `json:"id" pattern:"^[a-z][a-z0-9_]{0,59}$" doc:"Names the question" example:"readiness"`
	Text     Text   `json:"text"`
	Answer   string `json:"answer" enum:"text,number,yes_no,choice"`
	Choices  []Text `json:"choices,omitempty" maxItems:"50" doc:"Of a choice: what can be chosen, by number from 1"`
	Required bool   `json:"required,omitempty"`
}

// Check refuses a questionnaire without questions, or with two questions of the same ID.
func (q Questionnaire) Check() error {
	var faults []*Refusal
	if len(q.Questions) == 0 {
		faults = append(faults, Refuse(CodeInvalidValue, "/questions", "the questionnaire has no question").
			Accepting("at least one question"))
	}
	seen := map[string]bool{}
	for _, question := range q.Questions {
		faults = append(faults, question.check()...)
		if seen[question.ID] {
			faults = append(faults, Refuse(CodeInvalidValue, "/questions", "%q names two questions", question.ID).
				Accepting("a different ID for each question"))
		}
		seen[question.ID] = true
	}
	return Refusals(faults)
}

func (q Question) check() []*Refusal {
	faults := compact(checkShortName("/questions", q.ID), CheckText("/questions", q.Text, 4000))
	faults = append(faults, checkOneOf("/questions", q.Answer, AnswerText, AnswerNumber, AnswerYesNo, AnswerChoice)...)
	fits := len(q.Choices) == 0
	if q.Answer == AnswerChoice {
		fits = len(q.Choices) >= 2
	}
	if !fits {
		faults = append(faults, Refuse(CodeInvalidValue, "/questions",
			"%q is answered by %s and has %d choices", q.ID, q.Answer, len(q.Choices)).
			Accepting("two or more choices for a question answered by choice, none for others"))
	}
	for _, c := range q.Choices {
		faults = append(faults, compact(CheckText("/questions", c, 1000))...)
	}
	return faults
}

// Wording lists the questions and what can be chosen.
func (q Questionnaire) Wording() []Wording {
	var all []Wording
	for _, question := range q.Questions {
		all = append(all, Wording{"/questions/" + question.ID, question.Text})
		for _, c := range question.Choices {
			all = append(all, Wording{"/questions/" + question.ID + "/choices", c})
		}
	}
	return all
}

// CheckAgainst refuses to change what was announced.
func (Questionnaire) CheckAgainst(d Dossier, e Entry) error { return d.unreleased(e) }

// A ConsultationEvent is a meeting with the market as part of a consultation.
type ConsultationEvent struct {
	Announcement  ID                  `json:"announcement" doc:"The announcement that invited to it"`
	Format        string              `json:"format" enum:"webinar,meeting,workshop,hearing,visit,other"`
	Title         Text                `json:"title"`
	Date          string              `json:"date" format:"date" doc:"By the calendar of the procurement's zone"`
	Place         string              `json:"place" minLength:"1" maxLength:"400" doc:"Town, venue, or address online"`
	Participants  int                 `json:"participants" minimum:"0" maximum:"100000" doc:"How many, without buyers"`
	Organisations []EventOrganisation `json:"organisations" maxItems:"2000" doc:"Of which organisations"`
	Minutes       Proof               `json:"minutes" doc:"What was said, as a document or in short"`
}

// An EventOrganisation took part in an event. People are counted, not named.
type EventOrganisation struct {
	Name    string `json:"name" minLength:"1" maxLength:"400"`
	Country string `json:"country,omitempty" maxLength:"2" doc:"ISO 3166-1; absent where it is not known"`
	SME     bool   `json:"sme,omitempty" doc:"A small or medium-sized enterprise (Recommendation 2003/361/EC)"`
}

// Check refuses an event without date, place or minutes, and one with more organisations than people.
func (c ConsultationEvent) Check() error {
	faults := slices.Concat(checkID("/announcement", c.Announcement, PrefixEntry),
		checkOneOf("/format", c.Format, "webinar", "meeting", "workshop", "hearing", "visit", "other"),
		compact(CheckText("/title", c.Title, 400), checkDate("/date", c.Date), checkWord("/place", c.Place, 400)),
		c.Minutes.check("/minutes"))
	if c.Participants < len(c.Organisations) {
		faults = append(faults, Refuse(CodeInvalidValue, "/participants",
			"%d people cannot come from %d organisations", c.Participants, len(c.Organisations)).
			Accepting("at least one person of each organisation"))
	}
	for _, o := range c.Organisations {
		faults = append(faults, compact(checkWord("/organisations", o.Name, 400))...)
		if o.Country != "" {
			faults = append(faults, compact(CheckCountry("/organisations", o.Country))...)
		}
	}
	return Refusals(faults)
}

// Documents names the minutes, if they are a document.
func (c ConsultationEvent) Documents() []string { return given(c.Minutes.Document) }

// CheckAgainst refuses an event of a consultation that was not announced, one from before everyone was
// invited, and one that is still to come.
func (c ConsultationEvent) CheckAgainst(d Dossier, e Entry) error {
	if e.WithdrawnAt != nil {
		return nil
	}
	consultation, ok := d.Market.Consultation(c.Announcement)
	if !ok {
		return Refuse(CodeNotAnnounced, "/announcement", "the consultation %s was not announced", c.Announcement).
			Accepting("an event to which everyone was invited")
	}
	if from, today := d.day(consultation.AnnouncedAt), d.Today(); c.Date < from || c.Date > today {
		return Refuse(CodeInvalidValue, "/date", "%s is before the announcement or after today", c.Date).
			Accepting("a day from %s to %s", from, today)
	}
	return nil
}

// How an operator was involved before the procedure (Directive 2014/24/EU, Article 41).
const (
	InvolvementNone     = "none"
	InvolvementAdvised  = "advised"
	InvolvementPrepared = "took_part_in_preparation"
)

// A MarketContact is one line of the register of contacts with economic operators: who, when, what was
// shared, and how everyone else came to know the same (Directive 2014/24/EU, Articles 40 and 41).
type MarketContact struct {
	Operator      string `json:"operator" minLength:"1" maxLength:"400" doc:"Name of the economic operator"`
	Organisation  ID     `json:"organisation,omitempty" doc:"The operator, if it is known here"`
	Date          string `json:"date" format:"date"`
	With          []ID   `json:"with" minItems:"1" maxItems:"50" doc:"Who took part for the buyers: people known here"`
	Shared        string `json:"shared" minLength:"1" maxLength:"8000" doc:"What was shared or exchanged"`
	SharedWithAll string `json:"shared_with_all" minLength:"1" maxLength:"8000" doc:"How others learn it, or why not"`
	Involvement   string `json:"involvement" enum:"none,advised,took_part_in_preparation"`
	Measures      string `json:"measures,omitempty" maxLength:"8000" doc:"For fair competition; required if involved"`
}

// Check refuses a contact without operator, date or subject, and an involvement without measures.
func (m MarketContact) Check() error {
	faults := slices.Concat(compact(checkWord("/operator", m.Operator, 400), checkDate("/date", m.Date),
		checkWord("/shared", m.Shared, 8000),
		checkWord("/shared_with_all", m.SharedWithAll, 8000)),
		checkOneOf("/involvement", m.Involvement, InvolvementNone, InvolvementAdvised, InvolvementPrepared))
	if m.Organisation != "" {
		faults = append(faults, checkID("/organisation", m.Organisation, PrefixOrganisation)...)
	}
	if len(m.With) == 0 {
		faults = append(faults, Refuse(CodeInvalidValue, "/with", "nobody took part for the buyers").
			Accepting("at least one person"))
	}
	for _, person := range m.With {
		faults = append(faults, checkID("/with", person, PrefixPerson)...)
	}
	if m.Involvement != InvolvementNone && strings.TrimSpace(m.Measures) == "" {
		faults = append(faults, Refuse(CodeInvalidValue, "/measures",
			"the operator was involved, and no measure keeps competition fair").
			Accepting("what was done, such as giving everyone the same information and enough time"))
	}
	return Refusals(faults)
}

// CheckAgainst refuses a contact that is still to come.
func (m MarketContact) CheckAgainst(d Dossier, e Entry) error {
	if today := d.Today(); e.WithdrawnAt == nil && m.Date > today {
		return Refuse(CodeInvalidValue, "/date", "today is %s: the contact is still to come", today).
			Accepting("a day up to %s", today)
	}
	return nil
}

// A ConsultationReport says what came of the market consultation. Its summary and findings are what is
// released; the rest is for the buyers.
type ConsultationReport struct {
	Summary  Text       `json:"summary" doc:"Released, so without anything confidential"`
	Findings Text       `json:"findings,omitempty" doc:"Released, so without anything confidential"`
	Inputs   []InputUse `json:"inputs" maxItems:"20000" doc:"Each response and event, with what came of it"`
	// Silence, ReachReason and RegisterComplete tell the gate what it cannot compute.
	Silence          string `json:"silence,omitempty" maxLength:"8000" doc:"If nobody responded: why, what was done"`
	ReachReason      string `json:"reach_reason,omitempty" maxLength:"8000" doc:"Why a buyer's country was not asked"`
	RegisterComplete bool   `json:"register_complete" doc:"true: the register of market contacts lists all there were"`
}

// An InputUse says what came of one input.
type InputUse struct {
	Input  ID     `json:"input" doc:"A response or an event"`
	Used   bool   `json:"used"`
	Reason string `json:"reason" minLength:"1" maxLength:"4000" doc:"What it was used for, or why it was not"`
}

// Check refuses a report without summary, and an input without reason or dealt with twice.
func (r ConsultationReport) Check() error {
	faults := compact(CheckText("/summary", r.Summary, 40_000))
	if len(r.Findings) > 0 {
		faults = append(faults, compact(CheckText("/findings", r.Findings, 100_000))...)
	}
	seen := map[ID]bool{}
	for _, in := range r.Inputs {
		if !in.Input.Is(PrefixResponse) && !in.Input.Is(PrefixEntry) {
			faults = append(faults, Refuse(CodeInvalidID, "/inputs", "%q is neither a response nor an event", in.Input).
				Accepting("rsp_… or ent_…"))
		}
		faults = append(faults, compact(checkWord("/inputs", in.Reason, 4000))...)
		if seen[in.Input] {
			faults = append(faults, Refuse(CodeInvalidValue, "/inputs", "%s is dealt with twice", in.Input).
				Accepting("each input once"))
		}
		seen[in.Input] = true
	}
	return Refusals(faults)
}

// Wording lists what is released.
func (r ConsultationReport) Wording() []Wording {
	return []Wording{{"/summary", r.Summary}, {"/findings", r.Findings}}
}

// Public is the part of the report that is released.
func (r ConsultationReport) Public() any {
	return struct {
		Summary  Text `json:"summary"`
		Findings Text `json:"findings,omitempty"`
	}{r.Summary, r.Findings}
}

// CheckAgainst refuses to change a released report, and one about inputs that do not exist.
func (r ConsultationReport) CheckAgainst(d Dossier, e Entry) error {
	if err := d.unreleased(e); err != nil || e.WithdrawnAt != nil {
		return err
	}
	inputs := d.ConsultationInputs()
	for _, in := range r.Inputs {
		if !slices.Contains(inputs, in.Input) {
			return Refuse(CodeInvalidValue, "/inputs", "%s is not an input of the consultation", in.Input).
				Accepting("a response, or a standing event")
		}
	}
	return nil
}

// Uncovered lists the inputs that the report does not deal with.
func (r ConsultationReport) Uncovered(inputs []ID) []ID {
	return slices.DeleteFunc(slices.Clone(inputs), func(id ID) bool {
		return slices.ContainsFunc(r.Inputs, func(in InputUse) bool { return in.Input == id })
	})
}
