package models

// Kinds of entries about who opens.
const (
	// EntryOpenerKey is the public half of an opener's key.
	EntryOpenerKey EntryKind = "opener_key"
	// EntryOpenerSet is who opens, and how many of them together.
	EntryOpenerSet EntryKind = "opener_set"
)

// An OpenerKey is the public half of an opener's key, with the proof that its author has the secret half. The opener
// makes it on its own machine (docs/sealing.md).
type OpenerKey struct {
	Person ID     `json:"person" doc:"The author: nobody announces a key for another"`
	Key    string `json:"key" minLength:"43" maxLength:"43" doc:"As ppi seal key prints it"`
	Proof  string `json:"proof" minLength:"86" maxLength:"86" doc:"As ppi seal key prints it"`
}

// Check refuses a malformed ID.
func (k OpenerKey) Check() error { return Refusals(checkID("/person", k.Person, PrefixPerson)) }

// Subject is the person.
func (k OpenerKey) Subject() string { return string(k.Person) }

// An OpenerSet is who opens the envelopes of the procurement: any Threshold of the openers together.
type OpenerSet struct {
	Threshold int `json:"threshold" minimum:"2" maximum:"19" doc:"How many openers are needed"`
	// Openers stand in the order of their IDs.
	Openers     []SetOpener `json:"openers" minItems:"3" maxItems:"20" doc:"In ascending order of person"`
	Fingerprint string      `json:"fingerprint" maxLength:"80" doc:"As ppi seal set tells it; people compare it"`
}

// A SetOpener is an opener with its key, as the opener announced it.
type SetOpener struct {
	Buyer  ID     `json:"buyer"`
	Person ID     `json:"person"`
	Key    string `json:"key" minLength:"43" maxLength:"43"`
	Proof  string `json:"proof" minLength:"86" maxLength:"86"`
}

// Check refuses malformed IDs.
func (s OpenerSet) Check() error {
	var faults []*Refusal
	for _, o := range s.Openers {
		faults = append(faults, checkID("/openers", o.Buyer, PrefixOrganisation)...)
		faults = append(faults, checkID("/openers", o.Person, PrefixPerson)...)
	}
	return Refusals(faults)
}

// OpenerKeyOf is the last key that a person announced; false: none.
func (d Dossier) OpenerKeyOf(person ID) (OpenerKey, bool) {
	var last OpenerKey
	for _, e := range d.Of(EntryOpenerKey) {
		if k, ok := BodyOf[OpenerKey](e); ok && k.Person == person {
			last = k
		}
	}
	return last, last.Key != ""
}
