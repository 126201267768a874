package models

import (
	"cmp"
	"slices"
	"time"
)

// An AgreementReference names the version of the agreement that is in force, and since when it is.
type AgreementReference struct {
	Entry   ID        `json:"entry" doc:"The agreement's entry"`
	Version int64     `json:"version" doc:"Its version"`
	Digest  string    `json:"digest" doc:"SHA-256 of what it says"`
	Since   time.Time `json:"in_force_since" doc:"When the last buyer signed it, procedure time"`
}

// An AgreementInForce is the version of the agreement that governs the consortium.
type AgreementInForce struct {
	AgreementReference

	Agreement Agreement
}

// AgreementInForce returns the agreement that is in force now; see [Dossier.AgreementInForceAt].
func (d Dossier) AgreementInForce() (AgreementInForce, bool) { return d.AgreementInForceAt(d.Now) }

// AgreementInForceAt returns the version of the agreement that was in force at an instant of procedure time; false:
// none was. A version comes into force with its last signature: when each buyer has signed that very version and its
// parties are exactly the buyers. It stays in force until another version comes into force (Directive 2014/24/EU,
// Article 39(4): the participants agree). So a new wording, the end of the entry and a member that leaves change
// nothing: what was agreed holds for those who remain.
func (d Dossier) AgreementInForceAt(at time.Time) (AgreementInForce, bool) {
	var (
		force AgreementInForce
		found bool
		by    = map[AgreementReference][]ID{}
		texts = d.agreementTexts()
	)
	for _, signature := range d.signaturesUntil(at) {
		text, ok := signedText(texts, signature)
		if !ok {
			continue
		}
		version := AgreementReference{Entry: text.ID, Version: text.Version, Digest: text.Digest}
		by[version] = append(by[version], signature.OrganisationID)
		a, ok := BodyOf[Agreement](text)
		if ok && d.signedByAll(a, by[version], signature.WrittenAt) {
			version.Since = signature.WrittenAt
			force, found = AgreementInForce{version, a}, true
		}
	}
	return force, found
}

// signedByAll tells whether the parties of an agreement are exactly those who bought together at an instant, and each
// of them has signed.
func (d Dossier) signedByAll(a Agreement, signers []ID, at time.Time) bool {
	var members []Member
	for _, m := range d.Members {
		if m.Buys() && (m.LeftAt == nil || m.LeftAt.After(at)) {
			members = append(members, m)
		}
	}
	return a.between(members) && !slices.ContainsFunc(members,
		func(m Member) bool { return !slices.Contains(signers, m.OrganisationID) })
}

// signaturesUntil lists the signatures that were given by an instant, in their order.
func (d Dossier) signaturesUntil(at time.Time) []Entry {
	given := slices.DeleteFunc(d.Of(EntrySignature), func(e Entry) bool { return e.WrittenAt.After(at) })
	slices.SortFunc(given, func(a, b Entry) int {
		return cmp.Or(a.WrittenAt.Compare(b.WrittenAt), cmp.Compare(a.ID, b.ID))
	})
	return given
}

// agreementTexts lists all versions of all agreements, those of an entry in their order. That an entry was withdrawn is
// no text.
func (d Dossier) agreementTexts() []Entry {
	var texts []Entry
	for _, e := range slices.Concat(d.Earlier, d.Entries) {
		if e.Kind == EntryAgreement && e.WithdrawnAt == nil {
			texts = append(texts, e)
		}
	}
	return texts
}

// signedText finds the version that was signed: of those with the same text, the last that stood by then.
func signedText(texts []Entry, signature Entry) (Entry, bool) {
	var text Entry
	for _, e := range texts {
		if signs(signature, e) && e.Version > text.Version {
			text = e
		}
	}
	return text, text.Version > 0
}
