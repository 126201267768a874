package replay

import "github.com/ppi-engine/ppi/models/event"

// Tables of the platform: their rows are told by events that stand on no procurement.
const (
	Organisations = "organisations"
	People        = "people"
	APIKeys       = "api_keys"
	Enrolments    = "enrolments"
	Recoveries    = "recoveries"
	// SupplierRoles are the rows of role_assignments that are held for suppliers.
	SupplierRoles = "role_assignments of suppliers"
	Tenders       = "tenders"
	// Confirmations are of tenders, after notices of change.
	Confirmations = "tender_confirmations"
	Endpoints     = "endpoints"
)

// The states of a recovery.
const (
	recoveryOpen      = "open"
	recoveryStopped   = "stopped"
	recoveryCompleted = "completed"
)

func (f fold) platform(payload event.Payload) bool {
	switch p := payload.(type) {
	case event.OrganisationCreated:
		f.put(Organisations, string(p.OrganisationID), told{"identity": f.lately(p.Identity), "version": 1})
	case event.OrganisationChanged:
		f.put(Organisations, string(p.OrganisationID), told{"identity": f.lately(p.Identity), "version": p.Version})
	case event.PersonCreated:
		f.put(People, string(p.PersonID), told{
			"organisation_id": string(p.OrganisationID), "administrator": p.Administrator, "representative": false,
		})
	case event.PersonChanged:
		f.put(People, string(p.PersonID), told{"administrator": p.Administrator})
	case event.RepresentativeAppointed:
		f.put(People, string(p.PersonID), told{"representative": true})
	case event.RepresentativeRecalled:
		f.put(People, string(p.PersonID), told{"representative": false})
	case event.APIKeyCreated:
		f.put(APIKeys, string(p.APIKeyID), told{"person_id": string(p.PersonID), "revoked": false})
	case event.APIKeyRevoked:
		f.put(APIKeys, string(p.APIKeyID), told{"person_id": string(p.PersonID), "revoked": true})
	case event.EnrolmentIssued:
		f.put(Enrolments, string(p.EnrolmentID), told{
			"person_id": string(p.PersonID), "expires_at": p.ExpiresAt, "redeemed": false,
		})
	case event.PersonEnrolled:
		f.put(Enrolments, string(p.EnrolmentID), told{"person_id": string(p.PersonID), "redeemed": true})
	case event.RecoveryRequested:
		f.recovery(p, recoveryOpen)
	case event.RecoveryStopped:
		f.recovery(event.RecoveryRequested(p), recoveryStopped)
	case event.RecoveryCompleted:
		f.recovery(event.RecoveryRequested(p), recoveryCompleted)
	case event.SupplierRoleGiven:
		f.supplierRole(p)
	case event.SupplierRoleEnded:
		f.supplierRole(event.SupplierRoleGiven(p))
	case event.TenderReceived:
		f.put(Tenders, string(p.TenderID), told{
			"receipt": p.Receipt, "withdrawal": "", "as_receipted": f.lately(true),
		})
	case event.TenderWithdrawn:
		f.put(Tenders, string(p.TenderID), told{"withdrawal": p.Receipt})
	case event.TenderConfirmed:
		f.put(Confirmations, p.Receipt, told{"tender_id": string(p.TenderID), "as_receipted": true})
	default:
		return f.endpoint(payload)
	}
	return true
}

// endpoint tells of webhook endpoints what people have made of them. That one is paused stands in part on the
// procurement of which something could not be delivered.
func (f fold) endpoint(payload event.Payload) bool {
	switch p := payload.(type) {
	case event.EndpointCreated:
		f.settings(p, false)
		f.put(Endpoints, string(p.EndpointID), told{"owner_id": string(f.ActorID)})
	case event.EndpointChanged:
		f.settings(event.EndpointCreated(p), false)
	case event.EndpointRotated:
		f.settings(event.EndpointCreated(p), false)
	case event.EndpointPaused:
		f.settings(event.EndpointCreated(p), false)
	case event.EndpointResumed:
		f.settings(event.EndpointCreated(p), false)
	case event.EndpointRemoved:
		f.settings(event.EndpointCreated(p), true)
	default:
		return false
	}
	return true
}

func (f fold) settings(p event.EndpointCreated, removed bool) {
	f.put(Endpoints, string(p.EndpointID), told{
		"organisation_id": string(p.OrganisationID), "rehearsals": p.Rehearsals, "removed": removed,
		"settings": part(p.Settings),
	})
}

func (f fold) recovery(p event.RecoveryRequested, state string) {
	f.put(Recoveries, string(p.RecoveryID), told{
		"organisation_id": string(p.OrganisationID), "person_id": string(p.PersonID),
		"request_digest": p.RequestDigest, "ready_at": p.ReadyAt, "state": state,
	})
}

func (f fold) supplierRole(p event.SupplierRoleGiven) {
	f.put(SupplierRoles, string(p.RoleID), told{
		"procurement_id": string(p.ProcurementID), "role": string(p.Role), "person_id": string(p.PersonID),
		"organisation_id": string(p.OrganisationID), "valid_from": p.ValidFrom, "valid_until": p.ValidUntil,
		"language": p.Language,
	})
}
