package models

import (
	"encoding/json"
	"time"
)

// TaskBulletin asks the lead procurer to inform the market again; its subject is the procurement.
const TaskBulletin = "bulletin_overdue"

// A Task asks people to look after something.
type Task struct {
	ID            ID `gorm:"primaryKey"`
	ProcurementID ID
	Kind          string
	SubjectID     string
	Detail        json.RawMessage `gorm:"type:jsonb"`
	// RaisedAt, RemindedAt and DoneAt are procedure time; DoneAt is nil while the task is open.
	RaisedAt   time.Time
	RemindedAt *time.Time
	DoneAt     *time.Time
}

// LastRaised is when people were last told of the task.
func (t Task) LastRaised() time.Time {
	if t.RemindedAt != nil {
		return *t.RemindedAt
	}
	return t.RaisedAt
}
