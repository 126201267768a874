package replay

import (
	"cmp"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// Tables of a procurement and of who takes part in it.
const (
	Procurements = "procurements"
	Members      = "consortium_members"
	// Roles are the rows of role_assignments on the buyers' side.
	Roles      = "role_assignments"
	RoleOffers = "role_offers"
)

func (f fold) consortium(payload event.Payload) bool {
	switch p := payload.(type) {
	case event.ProcurementCreated:
		f.put(Procurements, string(f.ProcurementID), told{
			"mode": string(p.Mode), "zone": p.Zone, "profile": p.Profile, "status": string(models.StatusDraft),
			"end_reason": "", "text": given(p.Digest), "clock_offset": f.offset(), "created_by": string(f.ActorID),
			"edition":    int(p.Edition),
			"created_at": f.RecordedAt, "started_at": "", "ended_at": "",
		})
	case event.ProcurementChanged:
		if p.Digest != "" {
			f.put(Procurements, string(f.ProcurementID), told{"zone": p.Zone, "profile": p.Profile, "text": p.Digest})
		}
	case event.MemberInvited:
		f.member(event.MemberJoined(p), false)
	case event.MemberJoined:
		f.member(p, true)
	case event.MemberChanged:
		f.put(Members, string(p.OrganisationID), told{
			"kind": kindOf(p.Kind), "lead": p.Lead, "budget_share": p.BudgetShare,
		})
	case event.MemberDeclined:
		f.remove(Members, string(p.OrganisationID))
	case event.MemberRemoved:
		f.remove(Members, string(p.OrganisationID))
	case event.MemberLeft:
		f.put(Members, string(p.OrganisationID), told{"left_at": f.At})
	case event.RoleGiven:
		f.role(p)
		if p.OfferID != "" {
			f.put(RoleOffers, string(p.OfferID), told{"state": offerAccepted})
		}
	case event.RoleEnded:
		f.role(event.RoleGiven(p))
	case event.RoleOffered:
		f.offer(p, offerOpen)
	case event.RoleOfferWithdrawn:
		f.offer(event.RoleOffered(p), offerWithdrawn)
	default:
		return false
	}
	return true
}

// The states of an offer as the procurement's events tell them. That one was declined stands on no procurement: to its
// log the offer stays open.
const (
	offerOpen      = "open"
	offerAccepted  = "accepted"
	offerWithdrawn = "withdrawn"
)

// given is nothing where an earlier release told nothing.
func given[T comparable](value T) any {
	var none T
	if value == none {
		return nil
	}
	return value
}

// part is nothing where earlier releases told nothing.
func part(p event.Part) any {
	if p.IsZero() {
		return nil
	}
	return p
}

// member tells of a part that was accepted by the actor, or was not.
func (f fold) member(p event.MemberJoined, accepted bool) {
	columns := told{
		"kind": kindOf(p.Kind), "lead": p.Lead, "budget_share": p.BudgetShare,
		"accepted_at": "", "accepted_by": "", "left_at": "",
	}
	if accepted {
		columns["accepted_at"], columns["accepted_by"] = f.At, string(f.ActorID)
	}
	if f.rows[Members][string(p.OrganisationID)] == nil {
		columns["joined_at"] = f.At
	}
	f.put(Members, string(p.OrganisationID), columns)
}

// kindOf is the kind of a member; before there were partners all members bought, and events did not say so.
func kindOf(told models.MemberKind) string { return string(cmp.Or(told, models.MemberBuyer)) }

func (f fold) role(p event.RoleGiven) {
	f.put(Roles, string(p.RoleID), told{
		"role": string(p.Role), "person_id": string(p.PersonID), "organisation_id": string(p.OrganisationID),
		"engaged_by": string(p.EngagedBy), "valid_from": p.ValidFrom, "valid_until": p.ValidUntil,
		"language": "", // only suppliers ask for one
	})
}

func (f fold) offer(p event.RoleOffered, state string) {
	f.put(RoleOffers, string(p.OfferID), told{
		"role": string(p.Role), "person_id": string(p.PersonID), "organisation_id": string(p.OrganisationID),
		"offered_for": string(p.OfferedFor), "valid_until": p.ValidUntil, "state": state,
	})
}
