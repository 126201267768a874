package models

// Types of events of documents, lots and tenders. What tells of a tender before its box is closed names
// neither lot nor supplier: see api/receipt.go.
const (
	EventDocumentWritten      EventType = "document.written"
	EventLotCreated           EventType = "lot.created"
	EventLotChanged           EventType = "lot.changed"
	EventProcurementPublished EventType = "procurement.published"
	EventDeadlineMoved        EventType = "lot.deadline_moved"
	EventTenderReceived       EventType = "tender.received"
	EventTenderWithdrawn      EventType = "tender.withdrawn"
	EventTenderRefused        EventType = "tender.refused"
)
