package models

import "time"

// A LostReceipt is a receipt that the installation gave to a supplier, for something that the record does not know any
// more: the record was restored from a backup.
type LostReceipt struct {
	// Digest is the SHA-256 of the signed text, Note.
	Digest string `gorm:"primaryKey"`
	// Act is what the receipt confirms: that a tender was received, withdrawn or confirmed.
	Act            string
	TenderID       ID
	ProcurementID  ID
	LotID          ID
	BoxID          ID
	OrganisationID ID
	// ProcedureTime is when it happened, as the receipt says; EnteredAt is the real time at which it was entered.
	ProcedureTime time.Time
	Note          string
	EnteredAt     time.Time
}
