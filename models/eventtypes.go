package models

// What happens on the platform.
const (
	EventOrganisationCreated EventType = "organisation.created"
	EventOrganisationChanged EventType = "organisation.changed"
	EventPersonCreated       EventType = "person.created"
	EventPersonChanged       EventType = "person.changed"
	EventAPIKeyCreated       EventType = "api_key.created"
	EventAPIKeyRevoked       EventType = "api_key.revoked"
)

// What happens to a procurement before it starts, and to those who take part in it.
const (
	EventProcurementCreated EventType = "procurement.created"
	EventProcurementChanged EventType = "procurement.changed"
	EventMemberJoined       EventType = "member.joined"
	EventMemberChanged      EventType = "member.changed"
	EventMemberRemoved      EventType = "member.removed"
	EventRoleGiven          EventType = "role.given"
	EventRoleEnded          EventType = "role.ended"
)
