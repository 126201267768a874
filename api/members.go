package api

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

type member struct {
	ProcurementID  models.ID  `json:"procurement_id"`
	OrganisationID models.ID  `json:"organisation_id"`
	Kind           string     `json:"kind" enum:"buyer,partner" doc:"A partner takes part, but does not vote or buy"`
	Lead           bool       `json:"lead" doc:"The lead buyer, who acts in the name and on behalf of the others"`
	BudgetShare    string     `json:"budget_share,omitempty" doc:"Percent of the common budget, an exact decimal"`
	JoinedAt       time.Time  `json:"joined_at" doc:"When it was put into the draft, in procedure time"`
	AcceptedAt     *time.Time `json:"accepted_at,omitempty" doc:"When it accepted this part; absent: it is invited"`
	AcceptedBy     *models.ID `json:"accepted_by,omitempty" doc:"The representative who accepted"`
	LeftAt         *time.Time `json:"left_at,omitempty"`

	// of is the version of the procurement, because the consortium is a part of it.
	of    int64
	fresh bool
}

func (m member) Self() string {
	return "/v1/procurements/" + string(m.ProcurementID) + "/members/" + string(m.OrganisationID)
}
func (m member) AtVersion() int64 { return m.of }
func (m member) IsNew() bool      { return m.fresh }

func showMember(m models.Member) member {
	return member{
		ProcurementID: m.ProcurementID, OrganisationID: m.OrganisationID, Kind: string(m.Kind),
		Lead: m.Lead, BudgetShare: m.BudgetShare, JoinedAt: utc(m.JoinedAt), AcceptedAt: utcOrNil(m.AcceptedAt),
		AcceptedBy: m.AcceptedBy, LeftAt: utcOrNil(m.LeftAt),
	}
}

func showMemberPut(p acts.MemberPut) member {
	m := showMember(p.Member)
	m.of, m.fresh = p.Of, p.Fresh
	return m
}

type membersQuery struct {
	ProcurementPath
	rest.Paging
}

func (s *server) listMembers(ctx context.Context, in *membersQuery) (*rest.Listed[member], error) {
	read := func(after models.ID, limit int) ([]models.Member, error) {
		return s.views.Members(ctx, rest.Reader(ctx), after, limit)
	}
	return rest.List(ctx, in.Paging, nil, read, func(m models.Member) models.ID { return m.OrganisationID },
		showMember)
}

// MemberPath is embedded by the inputs of operations on one member.
type MemberPath struct {
	ProcurementPath
	OrganisationPath
}

func (s *server) getMember(ctx context.Context, in *struct{ MemberPath }) (*rest.Answer[member], error) {
	id, err := pathID(models.PrefixOrganisation, "organisation", in.Organisation)
	if err != nil {
		return nil, err
	}
	m, err := s.views.Member(ctx, rest.Reader(ctx), id)
	return rest.Got(ctx, acts.MemberPut{Member: m, Of: rest.Reader(ctx).Seat.Procurement.Version}, err, showMemberPut)
}

type memberInput struct {
	MemberPath

	Body struct {
		Kind        string      `json:"kind,omitempty" enum:"buyer,partner" doc:"Absent: buyer"`
		Lead        bool        `json:"lead,omitempty"`
		BudgetShare budgetShare `json:"budget_share,omitempty" doc:"Absent: not yet agreed"`
	}
}

// putMember invites an organisation to the consortium of a draft or changes its part. The ETag of a member is the
// procurement's.
func (s *server) putMember(ctx context.Context, in *memberInput) (*rest.Answer[member], error) {
	id, err := pathID(models.PrefixOrganisation, "organisation", in.Organisation)
	if err != nil {
		return nil, err
	}
	m, err := s.acts.PutMember(ctx, rest.By(ctx), acts.MemberPart{
		Organisation: id, Kind: models.MemberKind(in.Body.Kind), Lead: in.Body.Lead,
		BudgetShare: string(in.Body.BudgetShare),
	})
	return rest.Changed(ctx, m, err, showMemberPut)
}

// Removed answers a removal with the version of what it was removed from.
type Removed struct {
	ETag string `header:"ETag" doc:"The new version of the procurement"`
}

func (s *server) removeMember(ctx context.Context, in *struct{ MemberPath }) (*Removed, error) {
	id, err := pathID(models.PrefixOrganisation, "organisation", in.Organisation)
	if err != nil {
		return nil, err
	}
	draft, err := s.acts.RemoveMember(ctx, rest.By(ctx), id)
	return &Removed{ETag: rest.ETag(draft.Version)}, err
}

func (s *server) acceptMembership(ctx context.Context, in *struct{ MemberPath }) (*rest.Answer[member], error) {
	id, err := pathID(models.PrefixOrganisation, "organisation", in.Organisation)
	if err != nil {
		return nil, err
	}
	done, err := s.acts.AcceptMembership(ctx, rest.By(ctx), id)
	return rest.Created(ctx, done, err, showMemberPut)
}

func (s *server) declineMembership(ctx context.Context, in *struct{ MemberPath }) (*Removed, error) {
	id, err := pathID(models.PrefixOrganisation, "organisation", in.Organisation)
	if err != nil {
		return nil, err
	}
	done, err := s.acts.DeclineMembership(ctx, rest.By(ctx), id)
	return &Removed{ETag: rest.ETag(done.Result.Version)}, err
}
