package models

import (
	"slices"
	"time"

	"github.com/ppi-engine/ppi/models/zone"
)

// What calls for proposals ask of members and of the networks that an action runs.
const (
	// EntryMemberTraits says what a member is, such as a practitioner or a university.
	EntryMemberTraits EntryKind = "member_traits"
	// EntryNetworkMember is an organisation that belongs to a network which the action runs.
	EntryNetworkMember EntryKind = "network_member"
)

// A MemberTrait is what a call for proposals can ask an organisation to be.
type MemberTrait string

// The traits.
const (
	// TraitPractitioner is an end user of the field that the call is about, such as a fire brigade.
	TraitPractitioner MemberTrait = "practitioner"
	// TraitPublicBuyer is a contracting authority that need not buy here.
	TraitPublicBuyer         MemberTrait = "public_buyer"
	TraitSME                 MemberTrait = "sme"
	TraitStartup             MemberTrait = "startup"
	TraitUniversity          MemberTrait = "university"
	TraitIncubator           MemberTrait = "incubator"
	TraitClusterOrganisation MemberTrait = "cluster_organisation"
	TraitBusinessNetwork     MemberTrait = "business_network"
)

// MemberTraits lists the traits.
func MemberTraits() []MemberTrait {
	return []MemberTrait{
		TraitPractitioner, TraitPublicBuyer, TraitSME, TraitStartup, TraitUniversity, TraitIncubator,
		TraitClusterOrganisation, TraitBusinessNetwork,
	}
}

// checkTraits refuses an empty list, an unknown trait, and one that is there twice.
func checkTraits(field string, traits []MemberTrait) []*Refusal {
	seen := map[MemberTrait]bool{}
	for _, t := range traits {
		if !slices.Contains(MemberTraits(), t) || seen[t] {
			return []*Refusal{Refuse(CodeInvalidValue, field, "%q is no kind of organisation, or is there twice", t).
				Accepting("some of %v", MemberTraits())}
		}
		seen[t] = true
	}
	if len(traits) == 0 {
		return []*Refusal{Refuse(CodeInvalidValue, field, "it is not said what the organisation is").
			Accepting("some of %v", MemberTraits())}
	}
	return nil
}

// TraitsOfMember says what a member is, as a call for proposals asks for it.
type TraitsOfMember struct {
	Traits []MemberTrait `json:"traits" minItems:"1" maxItems:"8" uniqueItems:"true" doc:"What the organisation is"`
	Proof  Proof         `json:"proof"`
}

// Check refuses traits that do not exist, and a statement without proof.
func (t TraitsOfMember) Check() error {
	return Refusals(append(checkTraits("/traits", t.Traits), t.Proof.check("/proof")...))
}

// Documents names the document that proves it, if one does.
func (t TraitsOfMember) Documents() []string { return given(t.Proof.Document) }

// A NetworkName tells the networks of an action apart.
type NetworkName string

// The networks of an innovation broker.
const (
	NetworkBuyers    NetworkName = "buyers"
	NetworkSuppliers NetworkName = "suppliers"
)

// NetworkNames lists the networks.
func NetworkNames() []NetworkName { return []NetworkName{NetworkBuyers, NetworkSuppliers} }

// A NetworkMember is an organisation that belongs to a network which the action runs. It is no member of the
// consortium.
type NetworkMember struct {
	Network      NetworkName   `json:"network" enum:"buyers,suppliers"`
	Organisation string        `json:"organisation" minLength:"1" maxLength:"400" doc:"Its legal name"`
	Country      string        `json:"country" pattern:"^[A-Z]{2}$" doc:"ISO 3166-1 alpha-2; Greece is GR, Kosovo XK"`
	Traits       []MemberTrait `json:"traits" minItems:"1" maxItems:"8" uniqueItems:"true" doc:"What it is"`
	Since        string        `json:"since" format:"date" doc:"Since when it belongs to the network"`
	Proof        Proof         `json:"proof"`
}

// Check refuses a network that does not exist, and a member of it without name, country, kind, date or proof.
func (n NetworkMember) Check() error {
	faults := compact(checkWord("/organisation", n.Organisation, 400), checkDate("/since", n.Since),
		checkProgrammeCountry("/country", n.Country))
	if !slices.Contains(NetworkNames(), n.Network) {
		faults = append(faults, Refuse(CodeInvalidValue, "/network", "%q is no network", n.Network).
			Accepting("one of %v", NetworkNames()))
	}
	return Refusals(slices.Concat(faults, checkTraits("/traits", n.Traits), n.Proof.check("/proof")))
}

// Documents names the document that proves it, if one does.
func (n NetworkMember) Documents() []string { return given(n.Proof.Document) }

// kosovo takes part in programmes of the European Union under a code that ISO 3166-1 leaves to its users.
const kosovo = "XK"

// checkProgrammeCountry refuses what is neither a country nor Kosovo.
func checkProgrammeCountry(field, code string) *Refusal {
	if code == kosovo {
		return nil
	}
	return CheckCountry(field, code)
}

// checkHour refuses an hour of a day that is not on that day, or in no zone.
func checkHour(local, zoneName, day string) []*Refusal {
	if local == "" && zoneName == "" {
		return nil
	}
	var faults []*Refusal
	if at, err := time.Parse("2006-01-02T15:04", local); err != nil || at.Format(time.DateOnly) != day {
		faults = append(faults, Refuse(CodeInvalidValue, "/local", "%q is no time of the day %s", local, day).
			Accepting("date and time without offset on that day, such as %sT16:30", day))
	}
	if _, known := zone.Load(zoneName); !known || zoneName == "" {
		faults = append(faults, Refuse(CodeInvalidValue, "/zone", "%q is not a time zone", zoneName).
			Accepting("an IANA zone such as Europe/Brussels"))
	}
	return faults
}
