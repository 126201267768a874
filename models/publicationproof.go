package models

import "regexp"

// EntryPublicationProof is what the Publications Office of the European Union has confirmed of a notice.
const EntryPublicationProof EntryKind = "publication_proof"

// A PublicationProof says under which number the Publications Office received a notice that was dispatched, and when it
// published it: buyers must be able to prove when a notice was dispatched (Directive 2014/24/EU, Article 51). It comes
// days after the dispatch, so nothing waits for it; until it is recorded a task asks for it.
type PublicationProof struct {
	Notice     ID     `json:"notice" doc:"The notice that was dispatched"`
	Number     string `json:"number" pattern:"^[0-9]{1,8}-(19|20)[0-9]{2}$" doc:"OPP-010" example:"123456-2026"`
	ReceivedOn string `json:"received_on" format:"date" doc:"The day for which its receipt is confirmed"`

	PublishedOn  string `json:"published_on,omitempty" format:"date" doc:"Day of publication; absent: still to come"`
	Confirmation string `json:"confirmation,omitempty" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of the confirmation"`
}

// publicationNumber is the form of eForms OPP-010-notice.
var publicationNumber = regexp.MustCompile(`^[0-9]{1,8}-(19|20)[0-9]{2}$`)

// Check refuses a malformed number or day, and a publication before the receipt.
func (p PublicationProof) Check() error {
	faults := append(checkID("/notice", p.Notice, PrefixNotice), compact(checkDate("/received_on", p.ReceivedOn))...)
	if !publicationNumber.MatchString(p.Number) {
		faults = append(faults, Refuse(CodeInvalidValue, "/number", "%q is no publication number", p.Number).
			Accepting("a number and a year, such as 123456-2026"))
	}
	if p.PublishedOn != "" {
		faults = append(faults, compact(checkDate("/published_on", p.PublishedOn))...)
		if p.PublishedOn < p.ReceivedOn {
			faults = append(faults, Refuse(CodeInvalidValue, "/published_on", "it was received on %s only",
				p.ReceivedOn).
				Accepting("%s or later", p.ReceivedOn))
		}
	}
	if p.Confirmation != "" {
		faults = append(faults, checkDigest("/confirmation", p.Confirmation)...)
	}
	return Refusals(faults)
}

// Subject is the notice.
func (p PublicationProof) Subject() string { return string(p.Notice) }

// Documents names the confirmation, if it is a document.
func (p PublicationProof) Documents() []string { return given(p.Confirmation) }

// CheckAgainst refuses a proof of what was not dispatched, one of a day before its dispatch or still to come, and to
// take one back: it is corrected by its next version.
func (p PublicationProof) CheckAgainst(d Dossier, e Entry) error {
	if e.WithdrawnAt != nil {
		return Refuse(CodeEntryFinal, "", "what was confirmed stays on record").
			Accepting("a next version that corrects it")
	}
	notice, ok := find(d.Tendering.Notices, func(n Notice) bool { return n.ID == p.Notice })
	if !ok {
		return Refuse(CodeInvalidValue, "/notice", "no such notice was dispatched").
			Accepting("the ID of a notice of this procurement")
	}
	var faults []*Refusal
	if sent := d.day(notice.DispatchedAt); p.ReceivedOn < sent {
		faults = append(faults, Refuse(CodeInvalidValue, "/received_on", "the notice was dispatched on %s only", sent).
			Accepting("%s or later", sent))
	}
	if today := d.Today(); max(p.ReceivedOn, p.PublishedOn) > today {
		faults = append(faults, Refuse(CodeInvalidValue, "/received_on", "today is %s", today).
			Accepting("days up to %s", today))
	}
	return Refusals(faults)
}
