package models

import "time"

// A Credential is what the record says of the owner of an API key, at one instant of real time.
type Credential struct {
	Key    APIKey `gorm:"embedded;embeddedPrefix:key_"`
	Person Person `gorm:"embedded;embeddedPrefix:person_"`
	// Kind is that of the person's organisation.
	Kind OrganisationKind
	// At is the database's clock when the key was read.
	At time.Time
}
