package models

import "slices"

// The memorandum by which buyers say that they want to cooperate, before any agreement.
const (
	EntryMemorandum          EntryKind = "memorandum"
	EntryMemorandumSignature EntryKind = "memorandum_signature"
)

// A Memorandum says that the buyers want to buy together. It binds nobody; the collaboration agreement does.
type Memorandum struct {
	Purpose  Text   `json:"purpose" doc:"What the buyers want to do together"`
	Terms    Text   `json:"terms,omitempty" doc:"How, until they have signed an agreement"`
	Document string `json:"document,omitempty" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of the document"`
}

// Check refuses a memorandum without purpose.
func (m Memorandum) Check() error {
	faults := compact(CheckText("/purpose", m.Purpose, 20_000))
	if len(m.Terms) > 0 {
		faults = append(faults, compact(CheckText("/terms", m.Terms, 20_000))...)
	}
	if m.Document != "" {
		faults = append(faults, checkDigest("/document", m.Document)...)
	}
	return Refusals(faults)
}

// Documents names the document, if it is there.
func (m Memorandum) Documents() []string { return given(m.Document) }

// A MemorandumSignature puts a buyer's name under one version of the memorandum.
type MemorandumSignature struct {
	Confirmation

	Capacity string `json:"capacity" minLength:"1" maxLength:"400" doc:"As what the author signs" example:"Mayor"`
}

// Check refuses a malformed ID or digest, and a signature that does not say in which capacity it is given.
func (s MemorandumSignature) Check() error {
	return Refusals(append(Faults(s.Confirmation.Check()), compact(checkWord("/capacity", s.Capacity, 400))...))
}

// Drawn fills in the version of the memorandum.
func (s MemorandumSignature) Drawn(d Dossier) MemorandumSignature {
	standing, _ := d.Latest(EntryMemorandum)
	s.Confirmation = s.of(standing)
	return s
}

// CheckAgainst refuses to sign anything but the memorandum as it stands, and to sign it twice.
func (s MemorandumSignature) CheckAgainst(d Dossier, e Entry) error {
	standing, err := s.mustBeLatest(d, EntryMemorandum, "memorandum", "/entry")
	if err != nil {
		return err
	}
	return d.once(e, func(other Entry) bool { return signsMemorandum(other, standing) })
}

func signsMemorandum(signature, e Entry) bool {
	s, ok := BodyOf[MemorandumSignature](signature)
	return ok && s.Confirms(e, signature.WrittenAt)
}

// MemorandumUnsigned names the buyers that have not signed the memorandum as it stands; false: there is none.
func (d Dossier) MemorandumUnsigned() (names []string, written bool) {
	standing, written := d.Latest(EntryMemorandum)
	if !written {
		return nil, false
	}
	for _, m := range d.Buyers() {
		if !slices.ContainsFunc(d.Of(EntryMemorandumSignature), func(e Entry) bool {
			return e.OrganisationID == m.OrganisationID && signsMemorandum(e, standing)
		}) {
			names = append(names, d.NameOf(m.OrganisationID))
		}
	}
	return names, true
}
