package process

import (
	"time"

	"github.com/ppi-engine/ppi/models"
)

// A Version names one version of an entry as its reader saw it.
type Version struct {
	Entry  models.ID `json:"entry"`
	Digest string    `json:"digest" pattern:"^[0-9a-f]{64}$" doc:"Digest of the version, as it was read"`
}

// Announce invites the market to a consultation and fixes what it is told and asked.
type Announce struct {
	Announcement  Version `json:"announcement"`
	Questionnaire Version `json:"questionnaire"`
}

// AnnounceResult says from when until when responses are received.
type AnnounceResult struct {
	Announcement models.ID `json:"announcement"`
	OpensAt      time.Time `json:"opens_at"`
	ClosesAt     time.Time `json:"closes_at"`
}

// ExtendConsultation gives the market more time to respond.
type ExtendConsultation struct {
	Announcement models.ID        `json:"announcement"`
	Closes       models.LocalTime `json:"closes"`
	Reason       string           `json:"reason" minLength:"1" maxLength:"4000"`
}

// ExtendConsultationResult says from where to where the closing was moved.
type ExtendConsultationResult struct {
	Announcement models.ID `json:"announcement"`
	From         time.Time `json:"from"`
	To           time.Time `json:"to"`
}

// Release tells the market what an entry says and fixes it: a bulletin, an engagement plan, a report.
type Release struct {
	Version
}

// ReleaseResult says since when everyone can read it.
type ReleaseResult struct {
	Entry      models.ID        `json:"entry"`
	Kind       models.EntryKind `json:"kind"`
	ReleasedAt time.Time        `json:"released_at"`
}
