package models

import "time"

// An EventType names what happened, dot separated, past tense. Types are part of the public feed:
// they are added, never renamed.
type EventType string

// An Event is one line of the record: it is inserted by the transaction that changes something and
// is never altered. Personal data stays out of it, only IDs go in, so that erasing a person does not
// break the chain (Regulation (EU) 2016/679, Article 17).
type Event struct {
	ID ID
	// ProcurementID is empty for what concerns the platform, such as a new organisation.
	ProcurementID ID
	Type          EventType
	// ActorID is the person who acted; empty when the engine did.
	ActorID ID
	// At is procedure time: database time plus the procurement's offset.
	At time.Time
	// RecordedAt is the database's own time.
	RecordedAt time.Time
	// Data holds IDs, codes, digests, instants and amounts.
	Data map[string]any
}
