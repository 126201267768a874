package models

// EntryEndUserInput is what end users told a buyer.
const EntryEndUserInput EntryKind = "end_user_input"

// EndUserMethods lists the ways in which end users are asked.
func EndUserMethods() []string {
	return []string{
		"survey", "interviews", "workshop", "observation", "scenarios", "voice_of_the_customer", "complaints", "other",
	}
}

// An EndUserInput says how a buyer has asked those who will use what is bought, and what they said. It counts people
// and names none of them.
type EndUserInput struct {
	Method   string      `json:"method" enum:"survey,interviews,workshop,observation,scenarios,voice_of_the_customer,complaints,other"` //nolint:lll // a tag cannot be broken
	How      string      `json:"how,omitempty" maxLength:"2000" doc:"What was done; required for the method other"`
	Groups   []UserGroup `json:"groups" minItems:"1" maxItems:"100" doc:"Who was asked; no names"`
	From     string      `json:"from" format:"date" doc:"The first day"`
	Until    string      `json:"until" format:"date" doc:"The last day"`
	Findings Text        `json:"findings" doc:"What they said"`
	Document string      `json:"document,omitempty" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of the evaluation"`
}

// A UserGroup is a number of people who have something to do with the need.
type UserGroup struct {
	Group string `json:"group" minLength:"1" maxLength:"400" example:"Nurses of the night shift"`
	Count int    `json:"count" minimum:"1" doc:"How many of them answered"`
}

// Check refuses input of nobody, in no known way, or without what was said.
func (i EndUserInput) Check() error {
	faults := append(checkOneOf("/method", i.Method, EndUserMethods()...), checkPeriod("/from", i.From, "/until",
		i.Until)...)
	if i.Method == "other" {
		faults = append(faults, compact(checkWord("/how", i.How, 2000))...)
	}
	if len(i.Groups) == 0 {
		faults = append(faults, Refuse(CodeInvalidValue, "/groups", "nobody was asked").
			Accepting("at least one group of people, with their number"))
	}
	for n, g := range i.Groups {
		at := item("/groups", n)
		faults = append(faults, compact(checkWord(at+"/group", g.Group, 400))...)
		if g.Count < 1 {
			faults = append(faults, Refuse(CodeInvalidValue, at+"/count", "nobody of the group answered").
				Accepting("1 or more"))
		}
	}
	faults = append(faults, compact(CheckText("/findings", i.Findings, 20_000))...)
	if i.Document != "" {
		faults = append(faults, checkDigest("/document", i.Document)...)
	}
	return Refusals(faults)
}

// Documents names the evaluation, if it is there.
func (i EndUserInput) Documents() []string { return given(i.Document) }

// CheckAgainst refuses what end users are still to say.
func (i EndUserInput) CheckAgainst(d Dossier, e Entry) error { return d.past(e, "/until", i.Until) }

// Asked is how many people answered.
func (i EndUserInput) Asked() int {
	n := 0
	for _, g := range i.Groups {
		n += g.Count
	}
	return n
}
