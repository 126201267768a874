package models

import (
	"slices"
	"time"

	"github.com/ppi-engine/ppi/models/zone"
)

// A LocalTime is an instant as people set it: what clocks show in a zone.
type LocalTime struct {
	Local string `json:"local" maxLength:"19" doc:"Date and time without offset" example:"2018-07-09T12:00"`
	Zone  string `json:"zone" maxLength:"64" doc:"IANA zone" example:"Europe/Paris"`
}

// A Release fixes one version of an entry and tells it to the market: everyone reads the same from the
// same instant on (Directive 2014/24/EU, Article 18(1)). What was released is never changed.
type Release struct {
	EntryID       ID `gorm:"primaryKey"`
	ProcurementID ID
	Kind          EntryKind
	Digest        string
	// ReleasedAt is procedure time.
	ReleasedAt time.Time
	PersonID   ID
	// Basis names the entries of the dossier that it was about, as they were then.
	Basis []Reference `gorm:"serializer:json"`
}

// A Consultation is a market consultation from its announcement on (Directive 2014/24/EU, Article 40).
// AnnouncementID, the entry that announced it, names it.
type Consultation struct {
	AnnouncementID  ID `gorm:"primaryKey"`
	ProcurementID   ID
	QuestionnaireID ID
	AnnouncedAt     time.Time
	// OpensAt and ClosesAt bound when responses are received: from the one until before the other.
	OpensAt     time.Time
	ClosesAt    time.Time
	ClosesLocal string
	ClosesZone  string
	// ClosedAt is set when it was closed; nothing is received afterwards, even if a clock steps back.
	ClosedAt *time.Time
}

// Receives refuses a response at the instant now (procedure time) before the consultation opens and from
// its closing on.
func (c Consultation) Receives(now time.Time) error {
	switch {
	case now.Before(c.OpensAt):
		return Refuse(CodeConsultationNotOpen, "",
			"responses are received from %s", Instant(c.OpensAt)).
			Accepting("a response from then until %s (%s)", c.ClosesLocal, c.ClosesZone)
	case c.ClosedAt != nil || !now.Before(c.ClosesAt):
		return Refuse(CodeConsultationClosed, "", "the consultation closed at %s (%s)", c.ClosesLocal, c.ClosesZone)
	}
	return nil
}

// A ConsultationResponse is what an economic operator answered, as it was received.
type ConsultationResponse struct {
	ID             ID `gorm:"primaryKey"`
	ProcurementID  ID
	AnnouncementID ID
	OrganisationID ID
	PersonID       ID
	// ReceivedAt is procedure time, RecordedAt the database's.
	ReceivedAt time.Time
	RecordedAt time.Time
	Content    ResponseContent `gorm:"serializer:json"`
	// Digest is the SHA-256 of the content's canonical form (RFC 8785), in hexadecimal.
	Digest string
}

// TableName says where responses are kept.
func (ConsultationResponse) TableName() string { return "consultation_responses" }

// A Market is the part of a dossier about what was released to the market and what was answered.
type Market struct {
	Consultations []Consultation
	// Releases are in the order of their release.
	Releases []Release
	// Responses come without content.
	Responses []ConsultationResponse
}

// Release finds the release of an entry.
func (m Market) Release(entry ID) (Release, bool) {
	return find(m.Releases, func(r Release) bool { return r.EntryID == entry })
}

// Consultation finds a consultation by its announcement.
func (m Market) Consultation(announcement ID) (Consultation, bool) {
	return find(m.Consultations, func(c Consultation) bool { return c.AnnouncementID == announcement })
}

// OpenConsultation finds the consultation that has not closed.
func (m Market) OpenConsultation() (Consultation, bool) {
	return find(m.Consultations, func(c Consultation) bool { return c.ClosedAt == nil })
}

// Released lists the entries of a kind that were released to the market, in the order of their release.
func (d Dossier) Released(kind EntryKind) []Entry {
	var found []Entry
	for _, r := range d.Market.Releases {
		if e, ok := d.Standing(r.EntryID, kind); ok {
			found = append(found, e)
		}
	}
	return found
}

// unreleased refuses to change what the market was told.
func (d Dossier) unreleased(e Entry) error {
	r, ok := d.Market.Release(e.ID)
	if !ok {
		return nil
	}
	return Refuse(CodeFrozen, "",
		"the entry was released at %s: everyone reads the same text", Instant(r.ReleasedAt)).
		Accepting("a new entry, which can be released as well")
}

// ConsultationInputs names all that a report on the market consultation must deal with: responses, then
// events.
func (d Dossier) ConsultationInputs() []ID {
	var inputs []ID
	for _, r := range d.Market.Responses {
		inputs = append(inputs, r.ID)
	}
	for _, e := range d.Of(EntryConsultationEvent) {
		inputs = append(inputs, e.ID)
	}
	return inputs
}

// Consulted lists the consultations that were about the common need as it stands.
func (d Dossier) Consulted() []Consultation {
	need, ok := d.Latest(EntryCommonNeed)
	if !ok {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(d.Market.Consultations), func(c Consultation) bool {
		r, ok := d.Market.Release(c.AnnouncementID)
		return !ok || !slices.Contains(r.Basis, Reference{need.ID, need.Kind, need.Digest})
	})
}

// day is the date of an instant in the procurement's zone, as 2026-03-02; in UTC if the zone is not known.
func (d Dossier) day(at time.Time) string {
	there, known := zone.Load(d.Procurement.Zone)
	if !known {
		there = time.UTC
	}
	return at.In(there).Format(time.DateOnly)
}
