package models

// Types of events of opening, evaluation and award.
const (
	EventOpeningJoined   EventType = "lot.opening_joined"
	EventOpeningRefused  EventType = "envelope.opening_refused"
	EventLotUnsealed     EventType = "lot.unsealed"
	EventEnvelopeOpened  EventType = "envelope.opened"
	EventOpeningDisputed EventType = "envelope.disputed"
	EventSheetWritten    EventType = "score_sheet.written"
	EventQualityLocked   EventType = "lot.quality_locked"
	EventLotAwarded      EventType = "lot.awarded"
	EventLettersSent     EventType = "lot.letters_sent"
	EventStandstillOver  EventType = "lot.standstill_over"
	EventNoticeSent      EventType = "notice.dispatched"
)
