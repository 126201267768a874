package api

import (
	"context"
	"net/url"
	"time"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

type procurement struct {
	ID          models.ID     `json:"id"`
	Title       models.Text   `json:"title"`
	Description models.Text   `json:"description"`
	Languages   []string      `json:"languages" doc:"Published text is in all of them; the first is the default"`
	Mode        models.Mode   `json:"mode" enum:"live,rehearsal"`
	Now         time.Time     `json:"now" doc:"Procedure time: real time if live, else the rehearsal's own clock"`
	Status      models.Status `json:"status" enum:"draft,running,suspended,cancelled,completed"`
	Profile     string        `json:"profile,omitempty"`
	Zone        string        `json:"zone"`
	EndReason   string        `json:"end_reason,omitempty"`
	CreatedBy   models.ID     `json:"created_by"`
	CreatedAt   time.Time     `json:"created_at" doc:"Real time"`
	StartedAt   *time.Time    `json:"started_at,omitempty"`
	EndedAt     *time.Time    `json:"ended_at,omitempty"`
	Version     int64         `json:"version"`
}

func (p procurement) Self() string     { return "/v1/procurements/" + string(p.ID) }
func (p procurement) AtVersion() int64 { return p.Version }

func showProcurement(st models.Seat) procurement {
	p := st.Procurement
	return procurement{
		ID: p.ID, Title: p.Title, Description: p.Description, Languages: p.Languages, Mode: p.Mode, Now: utc(st.Now),
		Status: p.Status, Profile: p.Profile, Zone: p.Zone, EndReason: p.EndReason, CreatedBy: p.CreatedBy,
		CreatedAt: utc(p.CreatedAt), StartedAt: utcOrNil(p.StartedAt), EndedAt: utcOrNil(p.EndedAt), Version: p.Version,
	}
}

type newProcurement struct {
	Body struct {
		Title       models.Text `json:"title"`
		Description models.Text `json:"description,omitempty"`

		Languages []string `json:"languages" minItems:"1" maxItems:"24" uniqueItems:"true" maxLength:"35" doc:"BCP 47"`

		Mode  models.Mode `json:"mode" enum:"live,rehearsal" doc:"It cannot be changed later"`
		Clock *time.Time  `json:"clock,omitempty" doc:"Procedure time at which a rehearsal begins; absent: now"`

		Profile callProfile `json:"profile,omitempty" doc:"Call profile that eligibility is judged by"`

		Zone string `json:"zone" maxLength:"64" doc:"IANA zone in which days are counted, such as Europe/Paris"`
	}
}

func (s *server) createProcurement(ctx context.Context, in *newProcurement) (*rest.Answer[procurement], error) {
	b := in.Body
	done, err := s.acts.CreateProcurement(ctx, rest.By(ctx), acts.NewProcurement{
		Title: b.Title, Description: b.Description, Languages: b.Languages, Mode: b.Mode, Clock: b.Clock,
		Profile: string(b.Profile), Zone: b.Zone,
	})
	return rest.Created(ctx, done, err, showProcurement)
}

type procurementsQuery struct {
	rest.Paging

	Status models.Status `query:"status" enum:"draft,running,suspended,cancelled,completed" doc:"Only with this status"`
}

func (s *server) listProcurements(ctx context.Context, in *procurementsQuery) (*rest.Listed[procurement], error) {
	filters := url.Values{}
	if in.Status != "" {
		filters.Set("status", string(in.Status))
	}
	read := func(after models.ID, limit int) ([]models.Seat, error) {
		return s.views.Procurements(ctx, rest.Reader(ctx), in.Status, after, limit)
	}
	return rest.List(ctx, in.Paging, filters, read, func(st models.Seat) models.ID { return st.Procurement.ID },
		showProcurement)
}

func (s *server) getProcurement(ctx context.Context, _ *struct{ ProcurementPath }) (*rest.Answer[procurement], error) {
	st, err := s.views.Procurement(rest.Reader(ctx))
	return rest.Got(ctx, st, err, showProcurement)
}

type procurementPatch struct {
	ProcurementPath

	Body struct {
		Title       *models.Text `json:"title,omitempty"`
		Description *models.Text `json:"description,omitempty"`

		Languages *[]string `json:"languages,omitempty" minItems:"1" maxItems:"24" uniqueItems:"true" maxLength:"35"`

		Profile rest.Optional[string] `json:"profile,omitzero" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$"`
		Zone    *string               `json:"zone,omitempty" maxLength:"64"`
	}
}

func (s *server) changeProcurement(ctx context.Context, in *procurementPatch) (*rest.Answer[procurement], error) {
	b := in.Body
	st, err := s.acts.ChangeProcurement(ctx, rest.By(ctx), acts.ProcurementChange{
		Title: b.Title, Description: b.Description, Languages: b.Languages, Profile: b.Profile.OrZero(), Zone: b.Zone,
	})
	return rest.Changed(ctx, st, err, showProcurement)
}
