package models

import "slices"

// EntryAcceptance is what a buyer found when it examined what was delivered.
const EntryAcceptance EntryKind = "acceptance"

// What an examination came to.
const (
	Accepted                 = "accepted"
	AcceptedWithReservations = "accepted_with_reservations"
	AcceptanceRefused        = "refused"
)

// An Acceptance says what one buyer found when it examined what was delivered under a contract, also once the
// procurement is complete. It is never taken back: a later examination is a further entry.
type Acceptance struct {
	Contract   ID     `json:"contract" doc:"The entry of the contract"`
	ExaminedOn string `json:"examined_on" format:"date"`
	Outcome    string `json:"outcome" enum:"accepted,accepted_with_reservations,refused"`
	Findings   Text   `json:"findings,omitempty" doc:"What was found; required unless it was accepted as it is"`
	Document   string `json:"document,omitempty" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of the protocol"`
}

// Check refuses a malformed ID, date or digest, and reservations or a refusal without findings.
func (a Acceptance) Check() error {
	faults := append(checkID("/contract", a.Contract, PrefixEntry),
		checkOneOf("/outcome", a.Outcome, Accepted, AcceptedWithReservations, AcceptanceRefused)...)
	faults = append(faults, compact(checkDate("/examined_on", a.ExaminedOn))...)
	if a.Outcome != Accepted || len(a.Findings) > 0 {
		faults = append(faults, compact(CheckText("/findings", a.Findings, 8000))...)
	}
	if a.Document != "" {
		faults = append(faults, checkDigest("/document", a.Document)...)
	}
	return Refusals(faults)
}

// Subject is the contract.
func (a Acceptance) Subject() string { return string(a.Contract) }

// CheckAgainst refuses what is no contract, a buyer that it does not bind, and a day before its signature or after
// today.
func (a Acceptance) CheckAgainst(d Dossier, e Entry) error {
	signed, _, ok := d.ContractOf(a.Contract)
	switch today := d.Today(); {
	case !ok:
		return Refuse(CodeInvalidValue, "/contract", "there is no such contract").
			Accepting("the ID of a contract's entry")
	case !slices.Contains(signed.Buyers, e.OrganisationID):
		return Refuse(CodeInvalidValue, "/contract", "the contract does not bind your organisation").
			Accepting("a contract that binds %s", d.NameOf(e.OrganisationID))
	case a.ExaminedOn < signed.SignedOn || a.ExaminedOn > today:
		return Refuse(CodeInvalidValue, "/examined_on", "%s is before the signature or after today", a.ExaminedOn).
			Accepting("a date from %s to %s", signed.SignedOn, today)
	}
	return nil
}
