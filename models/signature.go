package models

import "slices"

// A Signature puts one buyer's name under one version of the agreement. Its author signs.
type Signature struct {
	Agreement ID     `json:"agreement" doc:"The agreement's entry"`
	Digest    string `json:"digest" doc:"Digest of the version that is signed"`
	Version   int64  `json:"version,omitempty" minimum:"1" doc:"The version signed; absent: the engine fills it in"`
	Capacity  string `json:"capacity" minLength:"1" maxLength:"400" doc:"As what the author signs" example:"Mayor"`
}

// Check refuses a malformed ID or digest, and a signature that does not say in which capacity it is given.
func (s Signature) Check() error {
	return Refusals(slices.Concat(checkID("/agreement", s.Agreement, PrefixEntry), checkDigest("/digest", s.Digest),
		compact(checkWord("/capacity", s.Capacity, 400))))
}

func (s Signature) confirmation() Confirmation { return Confirmation{s.Agreement, s.Digest, s.Version} }

// Subject names the version: each buyer signs it once.
func (s Signature) Subject() string { return s.confirmation().Subject() }

// Confirmed is the version that is signed.
func (s Signature) Confirmed() Confirmation { return s.confirmation() }

// Drawn fills in the version of the agreement.
func (s Signature) Drawn(d Dossier) Signature {
	standing, _ := d.Latest(EntryAgreement)
	s.Version = s.confirmation().of(standing).Version
	return s
}

// CheckAgainst refuses to sign anything but the agreement as it stands, between exactly the members and complete in
// every language.
func (s Signature) CheckAgainst(d Dossier, e Entry) error {
	standing, err := s.confirmation().mustBeLatest(d, EntryAgreement, "agreement", "/agreement")
	if err != nil {
		return err
	}
	if a, ok := BodyOf[Agreement](standing); !ok || !a.between(d.Buyers()) {
		return Refuse(CodeInvalidValue, "/agreement",
			"the parties of the agreement are not the members, so it cannot come into force").
			Accepting("a signature under a next version, with one share for each member: %s",
				d.namesWithIDs(organisationsOf(d.Buyers())))
	}
	if lacking := d.Untranslated(standing); len(lacking) > 0 {
		return Refuse(CodeMissingTranslation, "/agreement",
			"the agreement is not complete in every language: %v", lacking).
			Accepting("a signature once the agreement is complete")
	}
	return d.once(e, func(other Entry) bool { return signs(other, standing) })
}

// signs tells whether a signature is under the agreement in the version e.
func signs(signature, e Entry) bool {
	s, ok := BodyOf[Signature](signature)
	return ok && s.confirmation().Confirms(e, signature.WrittenAt)
}

// SignatureOf returns a member's signature under the agreement in the version e.
func (d Dossier) SignatureOf(member ID, e Entry) (Entry, bool) {
	return find(d.Of(EntrySignature), func(s Entry) bool { return s.OrganisationID == member && signs(s, e) })
}
