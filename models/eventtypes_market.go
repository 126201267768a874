package models

// Types of events of market consultation and engagement. What tells of a response names neither the
// operator nor the person: who is interested is nobody else's business (Directive 2014/24/EU, Article 21).
const (
	EventEntryReleased        EventType = "entry.released"
	EventConsultationOpened   EventType = "consultation.announced"
	EventConsultationExtended EventType = "consultation.extended"
	EventConsultationClosed   EventType = "consultation.closed"
	EventResponseReceived     EventType = "consultation.response_received"
	EventTaskReminded         EventType = "task.reminded"
)
