package api

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

// RecoveryView shows a request to replace the representatives of an organisation.
type RecoveryView struct {
	ID             models.ID  `json:"id"`
	OrganisationID models.ID  `json:"organisation_id"`
	PersonID       models.ID  `json:"person_id" doc:"Who shall represent the organisation"`
	RequestDigest  string     `json:"request_digest" doc:"SHA-256 of the organisation's written request"`
	RequestedBy    models.ID  `json:"requested_by" doc:"The administrator who has the written request"`
	RequestedAt    time.Time  `json:"requested_at" doc:"Real time"`
	ReadyAt        time.Time  `json:"ready_at" doc:"From when on it can be completed, if nobody objects (real time)"`
	ObjectedAt     *time.Time `json:"objected_at,omitempty" doc:"When it was stopped, in real time"`
	ObjectedBy     *models.ID `json:"objected_by,omitempty"`
	Objection      string     `json:"objection,omitempty"`
	CompletedAt    *time.Time `json:"completed_at,omitempty" doc:"Real time"`
}

func (v RecoveryView) Self() string {
	return "/v1/organisations/" + string(v.OrganisationID) + "/recoveries/" + string(v.ID)
}

func (v RecoveryView) AtVersion() int64 {
	return models.Recovery{ObjectedAt: v.ObjectedAt, CompletedAt: v.CompletedAt}.Version()
}

func showRecovery(r models.Recovery) RecoveryView {
	return RecoveryView{
		r.ID, r.OrganisationID, r.PersonID, r.RequestDigest, r.RequestedBy, utc(r.RequestedAt), utc(r.ReadyAt),
		utcOrNil(r.ObjectedAt), r.ObjectedBy, r.Objection, utcOrNil(r.CompletedAt),
	}
}

type newRecovery struct {
	OrganisationPath

	Body struct {
		PersonID models.ID    `json:"person_id,omitempty" doc:"Who shall represent it, if known to the platform"`
		Name     string       `json:"name,omitempty" maxLength:"200" doc:"Otherwise the person's name"`
		Email    emailAddress `json:"email,omitempty"`

		RequestDigest string `json:"request_digest" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of its written request"`
	}
}

func (s *server) requestRecovery(ctx context.Context, in *newRecovery) (*rest.Answer[RecoveryView], error) {
	id, err := pathID(models.PrefixOrganisation, "organisation", in.Organisation)
	if err != nil {
		return nil, err
	}
	done, err := s.acts.RequestRecovery(ctx, rest.By(ctx), acts.NewRecovery{
		Organisation: id, Person: in.Body.PersonID, Name: in.Body.Name, Email: string(in.Body.Email),
		RequestDigest: in.Body.RequestDigest,
	})
	return rest.Created(ctx, done, err, showRecovery)
}

type recoveriesQuery struct {
	OrganisationPath
	rest.Paging
}

func (s *server) listRecoveries(ctx context.Context, in *recoveriesQuery) (*rest.Listed[RecoveryView], error) {
	id, err := pathID(models.PrefixOrganisation, "organisation", in.Organisation)
	if err != nil {
		return nil, err
	}
	read := func(after models.ID, limit int) ([]models.Recovery, error) {
		return s.views.Recoveries(ctx, rest.Reader(ctx), id, after, limit)
	}
	return rest.List(ctx, in.Paging, nil, read, func(r models.Recovery) models.ID { return r.ID }, showRecovery)
}

// RecoveryPath is embedded by the inputs of operations on one recovery.
type RecoveryPath struct {
	OrganisationPath

	Recovery string `path:"recovery" doc:"ID of the recovery"`
}

func (in RecoveryPath) ids() (organisation, recovery models.ID, err error) {
	if organisation, err = pathID(models.PrefixOrganisation, "organisation", in.Organisation); err != nil {
		return "", "", err
	}
	recovery, err = pathID(models.PrefixRecovery, "recovery", in.Recovery)
	return organisation, recovery, err
}

func (s *server) getRecovery(ctx context.Context, in *struct{ RecoveryPath }) (*rest.Answer[RecoveryView], error) {
	organisation, id, err := in.ids()
	if err != nil {
		return nil, err
	}
	r, err := s.views.Recovery(ctx, rest.Reader(ctx), organisation, id)
	return rest.Got(ctx, r, err, showRecovery)
}

type objection struct {
	RecoveryPath

	Body struct {
		Reason string `json:"reason" maxLength:"2000" pattern:"\\S" patternDescription:"not blank"`
	}
}

func (s *server) objectToRecovery(ctx context.Context, in *objection) (*rest.Answer[RecoveryView], error) {
	organisation, id, err := in.ids()
	if err != nil {
		return nil, err
	}
	done, err := s.acts.ObjectToRecovery(ctx, rest.By(ctx), organisation, id, in.Body.Reason)
	return rest.Created(ctx, done, err, showRecovery)
}

func (s *server) completeRecovery(ctx context.Context, in *struct{ RecoveryPath }) (*rest.Answer[Enrolling], error) {
	organisation, id, err := in.ids()
	if err != nil {
		return nil, err
	}
	done, err := s.acts.CompleteRecovery(ctx, rest.By(ctx), organisation, id)
	return rest.Created(ctx, done, err, showEnrolling)
}
