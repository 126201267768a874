package api

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

type member struct {
	ProcurementID  models.ID  `json:"procurement_id"`
	OrganisationID models.ID  `json:"organisation_id"`
	Lead           bool       `json:"lead" doc:"The lead buyer, who acts in the name and on behalf of the others"`
	BudgetShare    string     `json:"budget_share,omitempty" doc:"Percent of the common budget, an exact decimal"`
	JoinedAt       time.Time  `json:"joined_at"`
	LeftAt         *time.Time `json:"left_at,omitempty"`

	// of is the version of the procurement, whose part the consortium is.
	of     int64
	joined bool
}

func (m member) self() string {
	return "/v1/procurements/" + string(m.ProcurementID) + "/members/" + string(m.OrganisationID)
}
func (m member) version() int64 { return m.of }
func (m member) isNew() bool    { return m.joined }

func showMember(m models.Member) member {
	return member{
		ProcurementID: m.ProcurementID, OrganisationID: m.OrganisationID, Lead: m.Lead, BudgetShare: m.BudgetShare,
		JoinedAt: utc(m.JoinedAt), LeftAt: utcOrNil(m.LeftAt),
	}
}

func memberData(m models.Member) map[string]any {
	return map[string]any{"organisation_id": m.OrganisationID, "lead": m.Lead, "budget_share": m.BudgetShare}
}

type membersQuery struct {
	ProcurementPath
	Paging
}

func (s *server) listMembers(ctx context.Context, in *membersQuery) (*Listed[member], error) {
	call := callOf(ctx)
	read := func(after models.ID, limit int) ([]models.Member, error) {
		return s.store.ListMembers(ctx, call.procurement(), after, limit)
	}
	return list(s, call, in.Paging, nil, read, func(m models.Member) models.ID { return m.OrganisationID }, showMember)
}

// MemberPath is embedded by the input of what concerns one member.
type MemberPath struct {
	ProcurementPath
	OrganisationPath
}

func (s *server) getMember(ctx context.Context, in *struct{ MemberPath }) (*Answer[member], error) {
	call := callOf(ctx)
	id, err := pathID(models.PrefixOrganisation, "organisation", in.Organisation)
	if err != nil {
		return nil, err
	}
	found, err := s.store.Member(ctx, call.procurement(), id)
	if err != nil {
		return nil, err
	}
	m := showMember(found)
	m.of = call.standing.Procurement.Version
	return show(ctx, m), nil
}

type memberInput struct {
	MemberPath

	Body struct {
		Lead        bool   `json:"lead,omitempty"`
		BudgetShare string `json:"budget_share,omitempty" pattern:"^(100(\\.0{1,6})?|[0-9]{1,2}(\\.[0-9]{1,6})?)$" patternDescription:"a decimal above 0 and up to 100 with at most 6 places" doc:"Absent: not yet agreed"`
	}
}

// putMember takes an organisation into the consortium of a draft or changes its part. Members belong
// to the procurement: the ETag is the procurement's.
func (s *server) putMember(ctx context.Context, in *memberInput) (*Answer[member], error) {
	id, err := pathID(models.PrefixOrganisation, "organisation", in.Organisation)
	if err != nil {
		return nil, err
	}
	return change(ctx, s, func(tx *store.Tx) (member, error) {
		st, err := s.enterDraft(ctx, tx)
		if err != nil {
			return member{}, err
		}
		m, joined, err := in.place(tx, st, id)
		if err != nil {
			return member{}, err
		}
		if err := tx.PutMember(m); err != nil {
			return member{}, err
		}
		if err := tx.SaveDraft(&st.Procurement); err != nil {
			return member{}, err
		}
		kind := models.EventMemberChanged
		if joined {
			kind = models.EventMemberJoined
		}
		shown := showMember(m)
		shown.of, shown.joined = st.Procurement.Version, joined
		return shown, record(ctx, tx, kind, memberData(m))
	})
}

// place judges a member among the others and tells whether it is new.
func (in *memberInput) place(tx *store.Tx, st store.Standing, id models.ID) (models.Member, bool, error) {
	m := models.Member{ProcurementID: st.Procurement.ID, OrganisationID: id, Lead: in.Body.Lead, JoinedAt: st.Now}
	o, err := tx.Organisation(id)
	if err != nil {
		return m, false, err
	}
	if o.Kind != models.OrganisationContractingAuthority {
		return m, false, models.Refuse(models.CodeNotAnAuthority, "organisation", "the organisation is registered as %s", o.Kind)
	}
	all, _, err := tx.Members(st.Procurement.ID)
	if err != nil {
		return m, false, err
	}
	if m.BudgetShare, err = shareBeside(others(all, id), in.Body.BudgetShare); err != nil {
		return m, false, err
	}
	if err := leadBeside(others(all, id), m); err != nil {
		return m, false, err
	}
	i := slices.IndexFunc(all, func(o models.Member) bool { return o.OrganisationID == id })
	if i >= 0 {
		m.JoinedAt = all[i].JoinedAt
	}
	return m, i < 0, nil
}

func others(all []models.Member, id models.ID) []models.Member {
	return slices.DeleteFunc(slices.Clone(all), func(m models.Member) bool { return m.OrganisationID == id })
}

func leadBeside(others []models.Member, m models.Member) error {
	for _, o := range others {
		if o.Lead && m.Lead {
			return models.Refuse(models.CodeLeadExists, "/lead", "%s is the lead buyer", o.OrganisationID)
		}
	}
	return nil
}

// shareBeside returns the share in its shortest form, if it fits beside the others' shares.
func shareBeside(others []models.Member, share string) (string, error) {
	if share == "" {
		return "", nil
	}
	sum, err := decimal.Parse(share)
	if err != nil || !sum.IsPos() {
		return "", models.Refuse(models.CodeInvalidValue, "/budget_share", "the share is not a part of the budget").Accepting("a decimal above 0 and up to 100")
	}
	shortest := sum.Trim(0).String()
	for _, o := range others {
		if o.BudgetShare == "" {
			continue
		}
		part, err := decimal.Parse(o.BudgetShare)
		if err == nil {
			sum, err = sum.Add(part)
		}
		if err != nil {
			return "", fmt.Errorf("add share of %s: %w", o.OrganisationID, err)
		}
	}
	if sum.Cmp(decimal.Hundred) > 0 {
		return "", models.Refuse(models.CodeSharesExceeded, "/budget_share", "all shares together would be %s percent", sum.Trim(0))
	}
	return shortest, nil
}

// Removed answers a removal with the version of what it was removed from.
type Removed struct {
	ETag string `header:"ETag" doc:"The new version of the procurement"`
}

// removeMember takes a member out of a draft. Its people's roles end first, or they would go on acting
// for a buyer that is none.
func (s *server) removeMember(ctx context.Context, in *struct{ MemberPath }) (*Removed, error) {
	id, err := pathID(models.PrefixOrganisation, "organisation", in.Organisation)
	if err != nil {
		return nil, err
	}
	var version int64
	err = s.store.InTx(ctx, func(tx *store.Tx) error {
		st, err := s.enterDraft(ctx, tx)
		if err != nil {
			return err
		}
		if err := mayGo(tx, st, id); err != nil {
			return err
		}
		if err := tx.RemoveMember(st.Procurement.ID, id); err != nil {
			return err
		}
		if err := tx.SaveDraft(&st.Procurement); err != nil {
			return err
		}
		version = st.Procurement.Version
		return record(ctx, tx, models.EventMemberRemoved, map[string]any{"organisation_id": id})
	})
	return &Removed{ETag: etag(version)}, err
}

func mayGo(tx *store.Tx, st store.Standing, id models.ID) error {
	all, _, err := tx.Members(st.Procurement.ID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(m models.Member) bool { return m.OrganisationID == id }) {
		return noResource()
	}
	assignments, err := tx.Roles(st.Procurement.ID)
	if err != nil {
		return err
	}
	for _, a := range assignments {
		if a.OrganisationID == id && forMembers(a.Role) && !over(a, st.Now) {
			return models.Refuse(models.CodeStillReferred, "", "a person of the organisation is %s by the role %s", a.Role, a.ID).Accepting("the removal once such roles have ended")
		}
	}
	return nil
}
