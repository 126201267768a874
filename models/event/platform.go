package event

import (
	"time"

	"github.com/ppi-engine/ppi/models"
)

// OrganisationCreated is the payload of organisation.created.
type OrganisationCreated struct {
	OrganisationID models.ID `json:"organisation_id" doc:"The organisation"`
	Identity       Part      `json:"identity,omitzero" doc:"Its name and what it was registered as, by salted digest"`
}

// OrganisationChanged is the payload of organisation.changed.
type OrganisationChanged struct {
	OrganisationID models.ID `json:"organisation_id" doc:"The organisation"`
	Version        int64     `json:"version" doc:"Its version from now on"`
	Identity       Part      `json:"identity,omitzero" doc:"Its name and what it was registered as, by salted digest"`
}

// PersonCreated is the payload of person.created.
type PersonCreated struct {
	PersonID       models.ID `json:"person_id" doc:"The person"`
	OrganisationID models.ID `json:"organisation_id" doc:"The organisation the person belongs to"`
	Administrator  bool      `json:"administrator" doc:"Whether the person runs the platform"`
}

// PersonChanged is the payload of person.changed.
type PersonChanged struct {
	PersonID      models.ID `json:"person_id" doc:"The person"`
	Version       int64     `json:"version" doc:"The person's version from now on"`
	Administrator bool      `json:"administrator" doc:"Whether the person runs the platform from now on"`
}

// APIKeyCreated is the payload of api_key.created.
type APIKeyCreated struct {
	APIKeyID models.ID `json:"api_key_id" doc:"The key's public part"`
	PersonID models.ID `json:"person_id" doc:"The person who owns it"`
}

// APIKeyRevoked is the payload of api_key.revoked.
type APIKeyRevoked APIKeyCreated

// EndpointCreated is the payload of endpoint.created.
type EndpointCreated struct {
	EndpointID     models.ID `json:"endpoint_id" doc:"The endpoint"`
	OrganisationID models.ID `json:"organisation_id" doc:"The organisation it belongs to"`
	Rehearsals     bool      `json:"rehearsals" doc:"Whether it gets events of rehearsals, and no others"`

	Settings Part `json:"settings,omitzero" doc:"Where it is and what it selects, by salted digest; absent: as before"`
}

// All other events about an endpoint have the same payload.
type (
	// EndpointChanged is the payload of endpoint.changed.
	EndpointChanged EndpointCreated
	// EndpointRotated is the payload of endpoint.secret_rotated.
	EndpointRotated EndpointCreated
	// EndpointPaused is the payload of endpoint.paused.
	EndpointPaused EndpointCreated
	// EndpointResumed is the payload of endpoint.resumed.
	EndpointResumed EndpointCreated
	// EndpointRemoved is the payload of endpoint.removed.
	EndpointRemoved EndpointCreated
)

// EndpointParked is the payload of endpoint.parked.
type EndpointParked struct {
	EndpointID models.ID `json:"endpoint_id" doc:"The endpoint"`
	EventID    models.ID `json:"event_id" doc:"The event that could not be delivered"`
	Reason     string    `json:"reason" doc:"Code of why it could not be delivered"`
	TaskID     models.ID `json:"task_id" doc:"The task to look after it; empty if one was open already"`
}

// EndpointGone is the payload of endpoint.gone.
type EndpointGone EndpointParked

// EndpointDisabled is the payload of endpoint.disabled, which earlier releases recorded instead of endpoint.gone.
type EndpointDisabled EndpointParked

// EndpointPassed is the payload of endpoint.passed.
type EndpointPassed struct {
	EndpointID models.ID        `json:"endpoint_id" doc:"The endpoint"`
	EventID    models.ID        `json:"event_id" doc:"The event that is not delivered; the first, if there are several"`
	Events     int64            `json:"events" doc:"How many events are not delivered"`
	For        models.PassedFor `json:"for" doc:"Why: person, or unsubscribed"`
}

// EndpointReplayed is the payload of endpoint.replayed.
type EndpointReplayed struct {
	EndpointID     models.ID  `json:"endpoint_id" doc:"The endpoint"`
	OrganisationID models.ID  `json:"organisation_id" doc:"The organisation it belongs to"`
	EventID        models.ID  `json:"event_id,omitempty" doc:"The event, if only one was asked for"`
	Since          *time.Time `json:"since,omitempty" doc:"The instant since which all was asked for"`
	Missing        bool       `json:"missing" doc:"Whether only what has not arrived was asked for"`
	Events         int64      `json:"events" doc:"How many events are sent that would not have been sent otherwise"`
}

// EndpointUnparked is the payload of endpoint.unparked.
type EndpointUnparked struct {
	EndpointID models.ID             `json:"endpoint_id" doc:"The endpoint"`
	Status     models.EndpointStatus `json:"status" doc:"The endpoint's status"`
	Tasks      []models.ID           `json:"tasks,omitempty" doc:"The tasks to look after it that are done by this"`
}

// EndpointSecretLost is the payload of endpoint.secret_lost.
type EndpointSecretLost EndpointCreated

// InstallationKeyIntroduced is the payload of installation_key.introduced.
type InstallationKeyIntroduced struct {
	Use         models.KeyUse `json:"use" doc:"What the key is for: master, checkpoint or receipt"`
	Fingerprint string        `json:"fingerprint" doc:"The 32 bytes in hexadecimal that tell the key from others"`
	Verifier    string        `json:"verifier,omitempty" doc:"Public key with its name; of signing keys only"`
}

// InstallationKeyNamed is the payload of installation_key.named.
type InstallationKeyNamed InstallationKeyIntroduced

// InstallationKeyRetired is the payload of installation_key.retired.
type InstallationKeyRetired struct {
	Use         models.KeyUse `json:"use" doc:"What the key was for: master, checkpoint or receipt"`
	Fingerprint string        `json:"fingerprint" doc:"The 32 bytes in hexadecimal that tell the key from others"`
	Because     models.KeyEnd `json:"because" doc:"Why: rotated, exposed or lost"`
}

// RecordRestored is the payload of record.restored.
type RecordRestored struct {
	Kept int64  `json:"kept" doc:"So many entries of the log are the same as were signed before"`
	Lost int64  `json:"lost" doc:"So many entries the log had when it was last signed"`
	Root string `json:"root" doc:"Merkle root of that log, in base64, as its checkpoint has it"`
}

func (RecordRestored) event()      {}
func (OrganisationCreated) event() {}
func (OrganisationChanged) event() {}
func (PersonCreated) event()       {}
func (PersonChanged) event()       {}
func (APIKeyCreated) event()       {}
func (APIKeyRevoked) event()       {}
func (EndpointCreated) event()     {}
func (EndpointChanged) event()     {}
func (EndpointRotated) event()     {}
func (EndpointPaused) event()      {}
func (EndpointResumed) event()     {}
func (EndpointRemoved) event()     {}
func (EndpointParked) event()      {}
func (EndpointDisabled) event()    {}
func (EndpointUnparked) event()    {}
func (EndpointGone) event()        {}
func (EndpointPassed) event()      {}
func (EndpointReplayed) event()    {}
func (EndpointSecretLost) event()  {}

func (InstallationKeyIntroduced) event() {}
func (InstallationKeyNamed) event()      {}
func (InstallationKeyRetired) event()    {}
