package api

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

// RoleOfferView shows the offer of a role to a person of an organisation that is no member. Whether it was declined is
// shown to that organisation only.
type RoleOfferView struct {
	ID             models.ID   `json:"id"`
	ProcurementID  models.ID   `json:"procurement_id"`
	PersonID       models.ID   `json:"person_id" doc:"To whom the role is offered"`
	OrganisationID models.ID   `json:"organisation_id" doc:"The person's organisation, which answers"`
	OfferedFor     models.ID   `json:"offered_for" doc:"The member in whose name it is offered"`
	Role           models.Role `json:"role"`
	ValidUntil     *time.Time  `json:"valid_until,omitempty" doc:"Procedure time; absent: until further notice"`
	OfferedAt      time.Time   `json:"offered_at" doc:"Procedure time"`
	AnsweredAt     *time.Time  `json:"answered_at,omitempty" doc:"Procedure time"`
	Accepted       bool        `json:"accepted"`
	WithdrawnAt    *time.Time  `json:"withdrawn_at,omitempty" doc:"Procedure time"`
	RoleID         *models.ID  `json:"role_id,omitempty" doc:"The role that the acceptance gave"`

	// self is the path under which the reader finds it.
	self string
}

func (v RoleOfferView) Self() string { return v.self }

func (v RoleOfferView) AtVersion() int64 {
	return models.RoleOffer{AnsweredAt: v.AnsweredAt, WithdrawnAt: v.WithdrawnAt}.Version()
}

func showRoleOffer(o models.RoleOffer, at string) RoleOfferView {
	return RoleOfferView{
		ID: o.ID, ProcurementID: o.ProcurementID, PersonID: o.PersonID, OrganisationID: o.OrganisationID,
		OfferedFor: o.OfferedFor, Role: o.Role, ValidUntil: utcOrNil(o.ValidUntil), OfferedAt: utc(o.OfferedAt),
		AnsweredAt: utcOrNil(o.AnsweredAt), Accepted: o.Accepted, WithdrawnAt: utcOrNil(o.WithdrawnAt),
		RoleID: o.RoleID, self: at + "/" + string(o.ID),
	}
}

// showOffered shows an offer to the side that made it, showReceived to the side that got it.
func showOffered(o models.RoleOffer) RoleOfferView {
	return showRoleOffer(o, "/v1/procurements/"+string(o.ProcurementID)+"/role-offers")
}

func showReceived(o models.RoleOffer) RoleOfferView { return showRoleOffer(o, "/v1/role-offers") }

type newRoleOffer struct {
	ProcurementPath

	Body struct {
		PersonID   models.ID  `json:"person_id"`
		Role       givenRole  `json:"role"`
		ValidUntil *time.Time `json:"valid_until,omitempty" doc:"Procedure time; absent: until further notice"`
	}
}

func (s *server) offerRole(ctx context.Context, in *newRoleOffer) (*rest.Answer[RoleOfferView], error) {
	done, err := s.acts.OfferRole(ctx, rest.By(ctx), acts.NewRole{
		Person: in.Body.PersonID, Role: models.Role(in.Body.Role), Until: in.Body.ValidUntil,
	})
	return rest.Created(ctx, done, err, showOffered)
}

func (s *server) listOffered(ctx context.Context, in *rolesQuery) (*rest.Listed[RoleOfferView], error) {
	read := func(after models.ID, limit int) ([]models.RoleOffer, error) {
		return s.views.RoleOffers(ctx, rest.Reader(ctx), after, limit)
	}
	return rest.List(ctx, in.Paging, nil, read, func(o models.RoleOffer) models.ID { return o.ID }, showOffered)
}

// RoleOfferPath is embedded by the inputs of operations on one offer.
type RoleOfferPath struct {
	Offer string `path:"offer" doc:"ID of the offer"`
}

func (in RoleOfferPath) id() (models.ID, error) {
	return pathID(models.PrefixRoleOffer, "offer", in.Offer)
}

type offeredPath struct {
	ProcurementPath
	RoleOfferPath
}

func (s *server) getOffered(ctx context.Context, in *offeredPath) (*rest.Answer[RoleOfferView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	o, err := s.views.RoleOffer(ctx, rest.Reader(ctx), id)
	return rest.Got(ctx, o, err, showOffered)
}

func (s *server) withdrawOffer(ctx context.Context, in *offeredPath) (*rest.Answer[RoleOfferView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	o, err := s.acts.WithdrawRoleOffer(ctx, rest.By(ctx), id)
	return rest.Changed(ctx, o, err, showOffered)
}

func (s *server) listReceived(ctx context.Context, in *struct{ rest.Paging }) (*rest.Listed[RoleOfferView], error) {
	read := func(after models.ID, limit int) ([]models.RoleOffer, error) {
		return s.views.RoleOffersTo(ctx, rest.Reader(ctx), after, limit)
	}
	return rest.List(ctx, in.Paging, nil, read, func(o models.RoleOffer) models.ID { return o.ID }, showReceived)
}

func (s *server) getReceived(ctx context.Context, in *struct{ RoleOfferPath }) (*rest.Answer[RoleOfferView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	o, err := s.views.RoleOfferTo(ctx, rest.Reader(ctx), id)
	return rest.Got(ctx, o, err, showReceived)
}

func (s *server) recallOffered(ctx context.Context, in *struct{ RoleOfferPath }) (*rest.Answer[RoleOfferView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	o, err := s.acts.RecallOffered(ctx, rest.By(ctx), id)
	return rest.Changed(ctx, o, err, showReceived)
}

type acceptance struct {
	RoleOfferPath

	Body struct {
		WillNotTender bool `json:"will_not_tender" doc:"True: your organisation declares that it will not tender"`
	}
}

func (s *server) acceptOffer(ctx context.Context, in *acceptance) (*rest.Answer[RoleOfferView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	if !in.Body.WillNotTender {
		return nil, models.Refuse(models.CodeInvalidValue, "/will_not_tender",
			"who acts on the buyers' side declares that its organisation will not tender").
			Accepting("true, or declining the offer")
	}
	done, err := s.acts.AcceptRoleOffer(ctx, rest.By(ctx), id)
	return rest.Created(ctx, done, err, showReceived)
}

func (s *server) declineOffer(ctx context.Context, in *struct{ RoleOfferPath }) (*rest.Answer[RoleOfferView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	done, err := s.acts.DeclineRoleOffer(ctx, rest.By(ctx), id)
	return rest.Created(ctx, done, err, showReceived)
}
