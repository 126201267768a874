package acts

import (
	"context"
	"slices"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// OfferRole offers a role on the buyers' side to a person of an organisation outside the consortium, such as an expert
// or an observer, in the name of the member that the actor represents. The answer is the same whether or not the
// organisation supplies: asking never tells who registered.
func (a *Acts) OfferRole(ctx context.Context, by By, in NewRole) (Done[models.RoleOffer], error) {
	if err := in.check(); err != nil {
		return Done[models.RoleOffer]{}, err
	}
	return once(ctx, a, by, func(d *deed) (models.RoleOffer, error) {
		if err := d.enterUnended(); err != nil {
			return models.RoleOffer{}, err
		}
		r, p, err := d.assignment(in)
		if err != nil {
			return models.RoleOffer{}, err
		}
		if err := d.mayOffer(r, p); err != nil {
			return models.RoleOffer{}, err
		}
		o := models.RoleOffer{
			ID: models.NewID(models.PrefixRoleOffer), ProcurementID: r.ProcurementID, PersonID: r.PersonID,
			OrganisationID: r.OrganisationID, OfferedFor: d.Actor.OrganisationID, OfferedBy: d.Actor.PersonID,
			Role: r.Role, ValidUntil: r.ValidUntil, OfferedAt: d.Seat.Now,
		}
		if err := d.tx.OfferRole(&o); err != nil {
			return o, err
		}
		return o, d.record(aboutOffer(o))
	})
}

func aboutOffer(o models.RoleOffer) event.RoleOffered {
	return event.RoleOffered{
		OfferID: o.ID, Role: o.Role, PersonID: o.PersonID, OrganisationID: o.OrganisationID, OfferedFor: o.OfferedFor,
		ValidUntil: utcOrNil(o.ValidUntil),
	}
}

func (d *deed) mayOffer(r models.RoleAssignment, p models.Person) error {
	if r.Role.OfSupplier() || r.Role.OfMember() {
		return models.Refuse(models.CodeNotAMember, "/role", "the role %s is held by an organisation's own people only",
			r.Role).
			Accepting("a role that advises, studies or watches, such as %s", models.RoleObserver)
	}
	members, named, err := d.tx.Members(r.ProcurementID)
	if err != nil {
		return err
	}
	switch m := activeMember(members, d.Actor.OrganisationID); {
	case m == nil:
		return models.Refuse(models.CodeNotAMember, "", "only members of the consortium offer roles").
			Accepting("a representative of a member that buys")
	case !m.Buys():
		return models.Refuse(models.CodePartnerDoesNotBuy, "",
			"%s is a partner of the consortium; buyers engage people outside it", named[m.OrganisationID].LegalName).
			Accepting("a representative of a member that buys")
	}
	if activeMember(members, r.OrganisationID) != nil {
		return models.Refuse(models.CodeOtherOrganisation, "/person_id",
			"%s is a member of the consortium, and gives the roles of its people itself",
			named[r.OrganisationID].LegalName).
			Accepting("a person of an organisation that is no member")
	}
	if p.Administrator {
		return runsPlatform()
	}
	return nil
}

func runsPlatform() *models.Refusal {
	return models.Refuse(models.CodeRoleIncompatible, "/person_id",
		"the person runs the platform, and who does so takes part in no procurement").
		Accepting("a person who is no administrator")
}

func activeMember(members []models.Member, organisation models.ID) *models.Member {
	i := slices.IndexFunc(members, func(m models.Member) bool { return m.OrganisationID == organisation && m.Active() })
	if i < 0 {
		return nil
	}
	return &members[i]
}

// buys tells whether an organisation is a member that buys and has not left.
func buys(members []models.Member, organisation models.ID) bool {
	m := activeMember(members, organisation)
	return m != nil && m.Buys()
}

// WithdrawRoleOffer withdraws an offer that the actor's member made. The answer does not tell whether the offer was
// declined before.
func (a *Acts) WithdrawRoleOffer(ctx context.Context, by By, id models.ID) (models.RoleOffer, error) {
	return change(ctx, a, by, func(d *deed) (models.RoleOffer, error) {
		if err := d.enter(alone); err != nil {
			return models.RoleOffer{}, err
		}
		o, err := d.tx.LockRoleOffer(id)
		switch {
		case err != nil:
			return o, err
		case o.ProcurementID != d.procurement() || o.OfferedFor != d.Actor.OrganisationID:
			return o, models.NoSuchResource()
		}
		o = o.Unanswered()
		switch {
		case o.Accepted:
			return o, models.Refuse(models.CodeOfferOver, "", "the offer was accepted").
				Accepting("the end of the role that it gave")
		case o.WithdrawnAt != nil:
			return o, nil
		}
		if err := d.On.check(o.Version()); err != nil {
			return o, err
		}
		o.WithdrawnAt = &d.Seat.Now
		if err := d.tx.WithdrawRoleOffer(o.ID, d.Seat.Now); err != nil {
			return o, err
		}
		return o, d.record(event.RoleOfferWithdrawn(aboutOffer(o)))
	})
}

// AcceptRoleOffer gives the role, in the name of the organisation that the actor represents, which declares that it
// will not tender. It refuses a supplier of the procurement with [models.CodeSupplies].
func (a *Acts) AcceptRoleOffer(ctx context.Context, by By, id models.ID) (Done[models.RoleOffer], error) {
	return once(ctx, a, by, func(d *deed) (models.RoleOffer, error) {
		o, err := d.answering(id)
		if err != nil {
			return o, err
		}
		given := models.RoleAssignment{
			ID: models.NewID(models.PrefixRole), ProcurementID: o.ProcurementID, PersonID: o.PersonID,
			OrganisationID: o.OrganisationID, EngagedBy: &o.OfferedFor, Role: o.Role, ValidFrom: d.Seat.Now,
			ValidUntil: o.ValidUntil, CreatedAt: d.Seat.Procurement.RealTime(d.Seat.Now),
		}
		if err := d.acceptable(o, given); err != nil {
			return o, err
		}
		if err := d.tx.GiveRole(&given); err != nil {
			return o, err
		}
		o.AnsweredAt, o.AnsweredBy, o.Accepted, o.RoleID = &d.Seat.Now, &d.Actor.PersonID, true, &given.ID
		if err := d.tx.SaveRoleOffer(&o); err != nil {
			return o, err
		}
		what := aboutRole(given)
		what.OfferID = o.ID
		return o, d.record(what)
	})
}

func (d *deed) acceptable(o models.RoleOffer, given models.RoleAssignment) error {
	if o.ValidUntil != nil && !o.ValidUntil.After(d.Seat.Now) {
		return models.Refuse(models.CodeOfferOver, "", "the time for which the role was offered is over").
			Accepting("an offer for a time to come")
	}
	p, err := d.tx.Person(o.PersonID)
	if err != nil {
		return err
	}
	if p.Administrator {
		return runsPlatform()
	}
	supplies, err := d.tx.Supplies(o.ProcurementID, o.OrganisationID, d.Seat.Now)
	if err != nil {
		return err
	}
	if supplies {
		return models.Refuse(models.CodeSupplies, "", "your organisation registered as a supplier of this procurement").
			Accepting("declining the offer; the buyers' side is not told")
	}
	return d.fits(given)
}

// DeclineRoleOffer declines in the name of the organisation that the actor represents. The buyers' side is not told.
func (a *Acts) DeclineRoleOffer(ctx context.Context, by By, id models.ID) (Done[models.RoleOffer], error) {
	return once(ctx, a, by, func(d *deed) (models.RoleOffer, error) {
		o, err := d.answering(id)
		if err != nil {
			return o, err
		}
		o.AnsweredAt, o.AnsweredBy = &d.Seat.Now, &d.Actor.PersonID
		if err := d.tx.SaveRoleOffer(&o); err != nil {
			return o, err
		}
		return o, d.recordApart(event.RoleOfferDeclined{OfferID: o.ID, OrganisationID: o.OrganisationID})
	})
}

// RecallOffered ends, in the name of the organisation that the actor represents, the role that the acceptance of an
// offer gave. The declaration that the organisation will not tender stands.
func (a *Acts) RecallOffered(ctx context.Context, by By, id models.ID) (models.RoleOffer, error) {
	return change(ctx, a, by, func(d *deed) (models.RoleOffer, error) {
		o, err := d.ofOwnOffer(id)
		if err != nil {
			return o, err
		}
		if err := d.On.check(o.Version()); err != nil {
			return o, err
		}
		if o.RoleID == nil {
			return o, models.Refuse(models.CodeOfferOver, "", "the offer was not accepted").
				Accepting("declining it, while it is open")
		}
		ending, err := d.tx.Role(o.ProcurementID, *o.RoleID)
		if err != nil {
			return o, err
		}
		_, err = d.endNow(ending)
		return o, err
	})
}

// answering locks the procurement of an open offer to the actor's organisation, and the offer.
func (d *deed) answering(id models.ID) (models.RoleOffer, error) {
	o, err := d.ofOwnOffer(id)
	if err == nil && !o.Open() {
		err = models.Refuse(models.CodeOfferOver, "", "the offer was answered or withdrawn before").
			Accepting("an offer that is open")
	}
	return o, err
}

// ofOwnOffer locks the procurement of an offer to the actor's organisation, and the offer.
func (d *deed) ofOwnOffer(id models.ID) (models.RoleOffer, error) {
	o, err := d.tx.RoleOffer(id)
	if err != nil {
		return o, err
	}
	if !d.Actor.Represents(o.OrganisationID) {
		return o, models.NoSuchResource()
	}
	p, err := d.tx.LockProcurement(o.ProcurementID)
	if err != nil {
		return o, err
	}
	if p.Status.Ended() {
		return o, models.Refuse(models.CodeEnded, "", "the procurement has ended: %s", p.Status)
	}
	if o, err = d.tx.LockRoleOffer(id); err != nil {
		return o, err
	}
	now, err := d.tx.Now()
	d.Seat = &models.Seat{Procurement: p, Now: p.Now(now)}
	return o, err
}
