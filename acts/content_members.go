package acts

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A MemberPut is a member of the consortium, after it was put there.
type MemberPut struct {
	models.Member

	// Of is the version of the procurement; the consortium is a part of it.
	Of int64
	// Fresh tells that the organisation was no member before.
	Fresh bool
}

// A MemberPart is the part of a member in the consortium.
type MemberPart struct {
	Organisation models.ID
	// Kind is [models.MemberBuyer] if empty.
	Kind models.MemberKind
	Lead bool
	// BudgetShare is a percentage of the common budget, an exact decimal; empty: not yet agreed.
	BudgetShare string
}

// PutMember invites an organisation to the consortium of a draft, or changes its part. The part stands once a
// representative of the organisation has accepted it; who puts a part for the own organisation and represents it
// accepts thereby. Members belong to the procurement: the change is made on the procurement's version.
func (a *Acts) PutMember(ctx context.Context, by By, part MemberPart) (MemberPut, error) {
	return change(ctx, a, by, func(d *deed) (MemberPut, error) {
		if err := d.enterDraft(); err != nil {
			return MemberPut{}, err
		}
		before, err := d.memberBefore(part.Organisation)
		if err != nil {
			return MemberPut{}, err
		}
		m, err := d.place(part)
		if err != nil {
			return MemberPut{}, err
		}
		if before != nil {
			m.JoinedAt = before.JoinedAt
			if m.Buys() == before.Buys() && m.Lead == before.Lead && m.BudgetShare == before.BudgetShare {
				m.AcceptedAt, m.AcceptedBy = before.AcceptedAt, before.AcceptedBy
			}
		}
		if m.AcceptedAt == nil && d.Actor.Represents(m.OrganisationID) {
			m.AcceptedAt, m.AcceptedBy = &d.Seat.Now, &d.Actor.PersonID
		}
		return d.keepMember(m, before)
	})
}

// memberBefore is the member as it stands; nil: it is none.
func (d *deed) memberBefore(organisation models.ID) (*models.Member, error) {
	all, _, err := d.tx.Members(d.procurement())
	if err != nil {
		return nil, err
	}
	return activeMember(all, organisation), nil
}

// keepMember writes a member down, and records what changed.
func (d *deed) keepMember(m models.Member, before *models.Member) (MemberPut, error) {
	if err := d.tx.PutMember(m); err != nil {
		return MemberPut{}, err
	}
	if err := d.tx.SaveDraft(&d.Seat.Procurement); err != nil {
		return MemberPut{}, err
	}
	if before != nil && before.Buys() && !m.Buys() {
		if err := d.endRolesOfBuyer(m); err != nil {
			return MemberPut{}, err
		}
	}
	put := MemberPut{Member: m, Of: d.Seat.Procurement.Version, Fresh: before == nil}
	if put.Fresh {
		if err := d.tellOfRecovery(m.OrganisationID); err != nil {
			return put, err
		}
	}
	switch {
	case before != nil && before.AcceptedAt != nil && m.AcceptedAt == nil:
		// A part that was accepted is another one now.
		if err := d.record(event.MemberChanged(aboutMember(m))); err != nil {
			return put, err
		}
		return put, d.record(event.MemberInvited(aboutMember(m)))
	case before != nil && sameInstant(before.AcceptedAt, m.AcceptedAt):
		return put, d.record(event.MemberChanged(aboutMember(m)))
	case m.AcceptedAt == nil:
		return put, d.record(event.MemberInvited(aboutMember(m)))
	}
	return put, d.record(aboutMember(m))
}

func aboutMember(m models.Member) event.MemberJoined {
	return event.MemberJoined{
		OrganisationID: m.OrganisationID, Kind: m.Kind, Lead: m.Lead, BudgetShare: m.BudgetShare,
	}
}

// AcceptMembership accepts the part of the organisation that the actor represents, as it is on the version of the
// procurement that the actor has read.
func (a *Acts) AcceptMembership(ctx context.Context, by By, organisation models.ID) (Done[MemberPut], error) {
	return once(ctx, a, by, func(d *deed) (MemberPut, error) {
		m, err := d.ownMembership(organisation)
		if err != nil {
			return MemberPut{}, err
		}
		if m.AcceptedAt != nil {
			return MemberPut{Member: *m, Of: d.Seat.Procurement.Version}, nil
		}
		accepted := *m
		accepted.AcceptedAt, accepted.AcceptedBy = &d.Seat.Now, &d.Actor.PersonID
		return d.keepMember(accepted, m)
	})
}

// DeclineMembership takes the organisation that the actor represents out of a draft, whether or not it had accepted.
func (a *Acts) DeclineMembership(ctx context.Context, by By, organisation models.ID) (Done[models.Procurement], error) {
	return once(ctx, a, by, func(d *deed) (models.Procurement, error) {
		m, err := d.ownMembership(organisation)
		if err != nil {
			return models.Procurement{}, err
		}
		return d.takeOut(*m, event.MemberDeclined{OrganisationID: organisation})
	})
}

// endRolesOf ends the roles of an organisation's people and of those whom it engaged.
func (d *deed) endRolesOf(organisation models.ID) error {
	return d.endRoles(organisation, func(models.RoleAssignment) bool { return true })
}

// endRolesOfBuyer ends the roles that a member can no longer give because it has become a partner.
func (d *deed) endRolesOfBuyer(m models.Member) error {
	return d.endRoles(m.OrganisationID, func(r models.RoleAssignment) bool {
		return r.EngagedBy != nil || !m.MayHold(r.Role)
	})
}

// endRoles ends those that end among the roles of an organisation's people and of those whom it engaged.
func (d *deed) endRoles(organisation models.ID, ends func(models.RoleAssignment) bool) error {
	all, err := d.tx.Roles(d.procurement())
	if err != nil {
		return err
	}
	for _, r := range all {
		if r.OrganisationID != organisation && (r.EngagedBy == nil || *r.EngagedBy != organisation) {
			continue
		}
		if !ends(r) {
			continue
		}
		if _, err := d.endNow(r); err != nil {
			return err
		}
	}
	return nil
}

// ownMembership locks the draft for a representative of a member. Nobody answers for another organisation.
func (d *deed) ownMembership(organisation models.ID) (*models.Member, error) {
	if err := d.enterDraft(); err != nil {
		return nil, err
	}
	m, err := d.memberBefore(organisation)
	switch {
	case err != nil:
		return nil, err
	case m == nil:
		return nil, models.NoSuchResource()
	case !d.Actor.Represents(organisation):
		return nil, models.Refuse(models.CodeOtherOrganisation, "", "only its own representatives answer for a member").
			Accepting("a representative of that organisation")
	}
	return m, nil
}

// place judges a member among the others.
func (d *deed) place(part MemberPart) (models.Member, error) {
	m := models.Member{
		ProcurementID: d.procurement(), OrganisationID: part.Organisation, Kind: cmp.Or(part.Kind, models.MemberBuyer),
		Lead: part.Lead, JoinedAt: d.Seat.Now,
	}
	if err := d.canJoin(m, part); err != nil {
		return m, err
	}
	all, organisations, err := d.tx.Members(m.ProcurementID)
	if err != nil {
		return m, err
	}
	others := slices.DeleteFunc(slices.Clone(all), func(o models.Member) bool {
		return o.OrganisationID == m.OrganisationID
	})
	if m.BudgetShare, err = shareBeside(others, part.BudgetShare); err != nil {
		return m, err
	}
	return m, leadBeside(others, organisations, m)
}

// canJoin refuses buyers that are no contracting authority, partners that could supply, lead or pay, and organisations
// for which nobody speaks: an invitation would be a thing that whoever enrols first could accept.
func (d *deed) canJoin(m models.Member, part MemberPart) error {
	o, err := d.tx.Organisation(m.OrganisationID)
	if err != nil {
		return err
	}
	switch {
	case m.Buys() && o.Kind != models.OrganisationContractingAuthority:
		return models.Refuse(models.CodeNotAnAuthority, "organisation", "%s is registered as %s", o.LegalName, o.Kind).
			Accepting("an organisation that is registered as contracting_authority, or the kind %s",
				models.MemberPartner)
	case !m.Buys() && o.Kind == models.OrganisationEconomicOperator:
		return models.Refuse(models.CodePartnerSupplies, "organisation",
			"%s is registered as %s: who may offer the solution takes no part in the consortium", o.LegalName, o.Kind).
			Accepting("an organisation that is registered as %s or %s", models.OrganisationOther,
				models.OrganisationContractingAuthority)
	case !m.Buys() && m.Lead:
		return models.Refuse(models.CodePartnerDoesNotBuy, "/lead", "%s is a partner, and the lead buyer buys",
			o.LegalName).
			Accepting("lead: false, or the kind %s", models.MemberBuyer)
	case !m.Buys() && part.BudgetShare != "":
		return models.Refuse(models.CodePartnerDoesNotBuy, "/budget_share",
			"%s is a partner, which bears no share of what is bought", o.LegalName).
			Accepting("no share, or the kind %s", models.MemberBuyer)
	}
	represented, err := d.tx.HasKeyedRepresentative(o.ID)
	if err == nil && !represented {
		return models.Refuse(models.CodeNotRepresented, "organisation", "nobody speaks for %s yet", o.LegalName).
			Accepting("an organisation whose representative has enrolled")
	}
	return err
}

func leadBeside(others []models.Member, named map[models.ID]models.Organisation, m models.Member) error {
	for _, o := range others {
		if o.Lead && m.Lead {
			return models.Refuse(models.CodeLeadExists, "/lead",
				"%s is the lead buyer", named[o.OrganisationID].LegalName).
				Accepting("one lead buyer; set lead to false for the other member first")
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
		return "", models.Refuse(models.CodeInvalidValue, "/budget_share",
			"the share is not a percentage of the budget").
			Accepting("a decimal above 0 and up to 100")
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
		return "", models.Refuse(models.CodeSharesExceeded, "/budget_share",
			"all shares together would be %s percent", sum.Trim(0)).
			Accepting("shares of at most 100 percent in all")
	}
	return shortest, nil
}

// RemoveMember takes a member out of a draft, and returns the draft.
func (a *Acts) RemoveMember(ctx context.Context, by By, organisation models.ID) (models.Procurement, error) {
	return change(ctx, a, by, func(d *deed) (models.Procurement, error) {
		if err := d.enterDraft(); err != nil {
			return models.Procurement{}, err
		}
		m, err := d.memberBefore(organisation)
		if err != nil {
			return models.Procurement{}, err
		}
		if m == nil {
			return models.Procurement{}, models.NoSuchResource()
		}
		return d.takeOut(*m, event.MemberRemoved{OrganisationID: organisation})
	})
}

// takeOut deletes a member of a draft, with the roles of its people and of those whom it engaged, and records why. The
// lead buyer cannot go: the draft is in its name.
func (d *deed) takeOut(m models.Member, why event.Payload) (models.Procurement, error) {
	if m.Lead {
		return models.Procurement{}, models.Refuse(models.CodeLeadMissing, "",
			"the draft is in the name of the lead buyer").
			Accepting("this after another member has become the lead")
	}
	if err := d.endRolesOf(m.OrganisationID); err != nil {
		return models.Procurement{}, err
	}
	if err := d.tx.RemoveMember(d.procurement(), m.OrganisationID); err != nil {
		return models.Procurement{}, err
	}
	if err := d.tx.SaveDraft(&d.Seat.Procurement); err != nil {
		return models.Procurement{}, err
	}
	return d.Seat.Procurement, d.record(why)
}
