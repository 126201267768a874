package api

import (
	"context"
	"encoding/json"
	"time"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// A ReleaseView is an entry as the market was told it.
type ReleaseView struct {
	EntryID    models.ID        `json:"entry_id"`
	Kind       models.EntryKind `json:"kind"`
	Digest     string           `json:"digest" doc:"SHA-256 of the whole entry's canonical form (RFC 8785)"`
	ReleasedAt time.Time        `json:"released_at" doc:"Procedure time"`
	Content    json.RawMessage  `json:"content" doc:"What is told"`
}

type releasesQuery struct {
	ProcurementPath
	rest.Paging
}

func (s *server) listReleases(ctx context.Context, in *releasesQuery) (*rest.Listed[ReleaseView], error) {
	id, err := pathID(models.PrefixProcurement, "procurement", in.Procurement)
	if err != nil {
		return nil, err
	}
	return rest.List(ctx, in.Paging, nil,
		func(after models.ID, limit int) ([]views.Release, error) {
			return s.views.Releases(ctx, id, after, limit)
		},
		func(r views.Release) models.ID { return r.EntryID },
		func(r views.Release) ReleaseView {
			return ReleaseView{
				EntryID: r.EntryID, Kind: r.Kind, Digest: r.Digest, ReleasedAt: utc(r.ReleasedAt),
				Content: r.Content,
			}
		})
}

// A ConsultationView is a market consultation, identified by its announcement.
type ConsultationView struct {
	Announcement  models.ID  `json:"announcement"`
	Questionnaire models.ID  `json:"questionnaire"`
	AnnouncedAt   time.Time  `json:"announced_at" doc:"Procedure time"`
	OpensAt       time.Time  `json:"opens_at"`
	ClosesAt      time.Time  `json:"closes_at"`
	ClosesLocal   string     `json:"closes_local" doc:"What clocks show then"`
	ClosesZone    string     `json:"closes_zone" doc:"IANA zone"`
	ClosedAt      *time.Time `json:"closed_at,omitempty"`
}

type consultationsQuery struct {
	ProcurementPath
	rest.Paging
}

func (s *server) listConsultations(
	ctx context.Context, in *consultationsQuery,
) (*rest.Listed[ConsultationView], error) {
	id, err := pathID(models.PrefixProcurement, "procurement", in.Procurement)
	if err != nil {
		return nil, err
	}
	return rest.List(ctx, in.Paging, nil,
		func(after models.ID, limit int) ([]models.Consultation, error) {
			return s.views.Consultations(ctx, id, after, limit)
		},
		func(c models.Consultation) models.ID { return c.AnnouncementID },
		func(c models.Consultation) ConsultationView {
			return ConsultationView{
				Announcement: c.AnnouncementID, Questionnaire: c.QuestionnaireID, AnnouncedAt: utc(c.AnnouncedAt),
				OpensAt: utc(c.OpensAt), ClosesAt: utc(c.ClosesAt), ClosesLocal: c.ClosesLocal,
				ClosesZone: c.ClosesZone, ClosedAt: utcOrNil(c.ClosedAt),
			}
		})
}
