package models

// EntryModification is a modification of a contract that was signed.
const EntryModification EntryKind = "contract_modification"

// A ModificationGround is a ground on which a contract may be modified without a new procedure (Directive 2014/24/EU,
// Article 72; Directive 2014/25/EU, Article 89). What each allows is in the data of rules/contract.
type ModificationGround string

// The grounds.
const (
	// ModifyByClause: clear, precise and unequivocal clauses of the procurement documents provide for it.
	ModifyByClause ModificationGround = "review_clause"
	// ModifyAdditional: more has become necessary, and another contractor is no way.
	ModifyAdditional ModificationGround = "additional"
	// ModifyUnforeseen: a diligent authority could not foresee the need.
	ModifyUnforeseen ModificationGround = "unforeseen"
	// ModifyReplacement: a new contractor replaces the former one.
	ModifyReplacement ModificationGround = "replacement"
	// ModifyNotSubstantial: it is not substantial, whatever its value.
	ModifyNotSubstantial ModificationGround = "not_substantial"
	// ModifyDeMinimis: its value is low.
	ModifyDeMinimis ModificationGround = "de_minimis"
)

// ModificationGrounds lists the grounds.
func ModificationGrounds() []ModificationGround {
	return []ModificationGround{
		ModifyByClause, ModifyAdditional, ModifyUnforeseen, ModifyReplacement, ModifyNotSubstantial, ModifyDeMinimis,
	}
}

// ThresholdKinds are the kinds of contract of which Article 4 of Directive 2014/24/EU names a threshold. Article 15 of
// Directive 2014/25/EU has the same for the supplies of all entities.
func ThresholdKinds() []string {
	return []string{ContractWorks, "central_supplies", "sub_central_supplies", "social_services"}
}

// A Modification changes a contract after it was signed, also once the procurement is complete. It is never taken back:
// what is wrong is put right by a further one.
type Modification struct {
	Contract ID                 `json:"contract" doc:"The entry of the contract"`
	Ground   ModificationGround `json:"ground" doc:"By Article 72 of Directive 2014/24/EU or 89 of 2014/25/EU"`
	AgreedOn string             `json:"agreed_on" format:"date"`
	Value    Money              `json:"value" doc:"By how much the value changes, without VAT; 0.00: it does not"`
	Less     bool               `json:"less,omitempty" doc:"true: the value becomes less"`
	EndsOn   string             `json:"ends_on,omitempty" format:"date" doc:"The last day of the contract from now on"`
	What     Text               `json:"what" doc:"What is changed"`
	Reason   Text               `json:"reason" doc:"Why it is allowed on this ground"`
	Document string             `json:"document,omitempty" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of what was signed"`

	Clause    string `json:"clause,omitempty" maxLength:"2000" doc:"Where the review clause stands; for review_clause"`
	Successor string `json:"successor,omitempty" maxLength:"400" doc:"The new contractor; for replacement"`
	// Threshold and Euro say which threshold of the Directive is compared with what.
	Threshold string `json:"threshold,omitempty" doc:"The kind of contract in Article 4 (15); for de_minimis"`
	Euro      *Money `json:"euro,omitempty" doc:"Its value in euro, if the contract has another currency"`
}

// Check refuses malformed IDs, dates and amounts, and texts that are missing.
func (m Modification) Check() error {
	faults := append(checkID("/contract", m.Contract, PrefixEntry),
		checkOneOf("/ground", m.Ground, ModificationGrounds()...)...)
	faults = append(faults, compact(checkDate("/agreed_on", m.AgreedOn), m.Value.Check("/value"),
		CheckText("/what", m.What, 8000), CheckText("/reason", m.Reason, 8000))...)
	if m.EndsOn != "" {
		faults = append(faults, compact(checkDate("/ends_on", m.EndsOn))...)
	}
	if m.Document != "" {
		faults = append(faults, checkDigest("/document", m.Document)...)
	}
	if m.Threshold != "" {
		faults = append(faults, checkOneOf("/threshold", m.Threshold, ThresholdKinds()...)...)
	}
	if m.Euro != nil {
		faults = append(faults, compact(m.Euro.Check("/euro"))...)
	}
	return Refusals(faults)
}

// Subject is the contract.
func (m Modification) Subject() string { return string(m.Contract) }

// ContractOf returns a contract by the ID of its entry, with the entry.
func (d Dossier) ContractOf(id ID) (Contract, Entry, bool) {
	e, ok := find(d.Of(EntryContract), func(e Entry) bool { return e.ID == id })
	if !ok {
		return Contract{}, e, false
	}
	c, ok := BodyOf[Contract](e)
	return c, e, ok
}

// ModificationsOf lists the modifications of a contract, in the order in which they were recorded.
func (d Dossier) ModificationsOf(contract ID) []Modification {
	var all []Modification
	for _, e := range d.Of(EntryModification) {
		if m, ok := BodyOf[Modification](e); ok && m.Contract == contract {
			all = append(all, m)
		}
	}
	return all
}
