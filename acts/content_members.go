package acts

import (
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
	// Joined tells that the organisation was no member before.
	Joined bool
}

// A MemberPart is the part of a member in the consortium.
type MemberPart struct {
	Organisation models.ID
	Lead         bool
	// BudgetShare is a percentage of the common budget, an exact decimal; empty: not yet agreed.
	BudgetShare string
}

// PutMember takes an organisation into the consortium of a draft or changes its part. Members belong to the
// procurement: the change is made on the procurement's version.
func (a *Acts) PutMember(ctx context.Context, by By, part MemberPart) (MemberPut, error) {
	return change(ctx, a, by, func(d *deed) (MemberPut, error) {
		if err := d.enterDraft(); err != nil {
			return MemberPut{}, err
		}
		m, joined, err := d.place(part)
		if err != nil {
			return MemberPut{}, err
		}
		if err := d.tx.PutMember(m); err != nil {
			return MemberPut{}, err
		}
		if err := d.tx.SaveDraft(&d.Seat.Procurement); err != nil {
			return MemberPut{}, err
		}
		var what event.Payload = event.MemberChanged(aboutMember(m))
		if joined {
			what = aboutMember(m)
		}
		return MemberPut{Member: m, Of: d.Seat.Procurement.Version, Joined: joined}, d.record(what)
	})
}

func aboutMember(m models.Member) event.MemberJoined {
	return event.MemberJoined{OrganisationID: m.OrganisationID, Lead: m.Lead, BudgetShare: m.BudgetShare}
}

// place judges a member among the others and tells whether it is new.
func (d *deed) place(part MemberPart) (models.Member, bool, error) {
	m := models.Member{
		ProcurementID: d.procurement(), OrganisationID: part.Organisation, Lead: part.Lead, JoinedAt: d.Seat.Now,
	}
	o, err := d.tx.Organisation(m.OrganisationID)
	if err != nil {
		return m, false, err
	}
	if o.Kind != models.OrganisationContractingAuthority {
		return m, false, models.Refuse(models.CodeNotAnAuthority, "organisation",
			"%s is registered as %s", o.LegalName, o.Kind).
			Accepting("an organisation that is registered as contracting_authority")
	}
	all, organisations, err := d.tx.Members(m.ProcurementID)
	if err != nil {
		return m, false, err
	}
	others := slices.DeleteFunc(slices.Clone(all), func(o models.Member) bool {
		return o.OrganisationID == m.OrganisationID
	})
	if m.BudgetShare, err = shareBeside(others, part.BudgetShare); err != nil {
		return m, false, err
	}
	if err := leadBeside(others, organisations, m); err != nil {
		return m, false, err
	}
	i := slices.IndexFunc(all, func(o models.Member) bool { return o.OrganisationID == m.OrganisationID })
	if i >= 0 {
		m.JoinedAt = all[i].JoinedAt
	}
	return m, i < 0, nil
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

// RemoveMember takes a member out of a draft, and returns the draft. The roles of the member's people must end first;
// otherwise these people would go on acting for an organisation that is no longer a buyer.
func (a *Acts) RemoveMember(ctx context.Context, by By, organisation models.ID) (models.Procurement, error) {
	return change(ctx, a, by, func(d *deed) (models.Procurement, error) {
		if err := d.enterDraft(); err != nil {
			return models.Procurement{}, err
		}
		if err := d.mayGo(organisation); err != nil {
			return models.Procurement{}, err
		}
		if err := d.tx.RemoveMember(d.procurement(), organisation); err != nil {
			return models.Procurement{}, err
		}
		if err := d.tx.SaveDraft(&d.Seat.Procurement); err != nil {
			return models.Procurement{}, err
		}
		return d.Seat.Procurement, d.record(event.MemberRemoved{OrganisationID: organisation})
	})
}

func (d *deed) mayGo(organisation models.ID) error {
	all, _, err := d.tx.Members(d.procurement())
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(m models.Member) bool { return m.OrganisationID == organisation }) {
		return models.NoSuchResource()
	}
	assignments, err := d.tx.Roles(d.procurement())
	if err != nil {
		return err
	}
	for _, a := range assignments {
		if a.OrganisationID == organisation && forMembers(a.Role) && !over(a, d.Seat.Now) {
			return models.Refuse(models.CodeStillReferred, "",
				"a person of the organisation holds the role %s on this procurement", a.Role).
				Accepting("removing it after the roles of its people have ended")
		}
	}
	return nil
}
