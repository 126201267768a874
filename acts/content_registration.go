package acts

import (
	"context"
	"errors"
	"slices"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// Register registers the organisation that the actor represents as a supplier, once a lot is published: from then on
// everyone may read the documents and hand in a tender (Directive 2014/24/EU, Article 53(1)). The actor is its first
// person, and its first signatory. Language is that in which it wants its letters, one of the procurement's; empty: it
// does not say. It returns the role supplier.
func (a *Acts) Register(
	ctx context.Context, by By, procurement models.ID, language string,
) (Done[models.RoleAssignment], error) {
	published, err := a.Store.HasPublishedLot(ctx, procurement)
	if err != nil {
		return Done[models.RoleAssignment]{}, err
	}
	if !published {
		return Done[models.RoleAssignment]{}, models.NoSuchResource()
	}
	return once(ctx, a, by, func(d *deed) (models.RoleAssignment, error) {
		given, err := d.registration(procurement, language)
		if err != nil {
			return given, err
		}
		if err := d.supply(given); err != nil {
			return given, err
		}
		signatory := given
		signatory.ID, signatory.Role = models.NewID(models.PrefixRole), models.RoleSignatory
		return given, d.supply(signatory)
	})
}

func (d *deed) supply(r models.RoleAssignment) error {
	if err := d.tx.GiveRole(&r); err != nil {
		return err
	}
	return d.recordGiven(r)
}

// registration judges the person who registers, who needs no role yet. The procurement is locked, so that no other role
// is given meanwhile.
func (d *deed) registration(procurement models.ID, language string) (models.RoleAssignment, error) {
	a := models.RoleAssignment{
		ID: models.NewID(models.PrefixRole), ProcurementID: procurement, PersonID: d.Actor.PersonID,
		OrganisationID: d.Actor.OrganisationID, Role: models.RoleSupplier,
		Language: language,
	}
	if err := d.mayRegister(); err != nil {
		return a, err
	}
	p, err := d.tx.LockProcurement(procurement)
	switch {
	case errors.Is(err, store.ErrNoProcurement):
		return a, models.NoSuchResource()
	case err != nil:
		return a, err
	case p.Status.Ended():
		return a, models.Refuse(models.CodeEnded, "", "the procurement has ended: %s", p.Status)
	case language != "" && !slices.Contains(p.Languages, language):
		return a, models.Refuse(models.CodeInvalidValue, "/language", "the procurement is not in %q", language).
			Accepting("one of %v, or none", p.Languages)
	}
	if a.CreatedAt, err = d.tx.Now(); err != nil {
		return a, err
	}
	a.ValidFrom = p.Now(a.CreatedAt)
	d.Seat = &models.Seat{Procurement: p, Now: a.ValidFrom}
	return a, d.fits(a)
}

func (d *deed) mayRegister() error {
	organisation, err := d.tx.Organisation(d.Actor.OrganisationID)
	switch {
	case err != nil:
		return err
	case organisation.Kind != models.OrganisationEconomicOperator:
		return models.Refuse(models.CodeNotAnOperator, "", "%s is registered as %s", organisation.LegalName,
			organisation.Kind).
			Accepting("a representative of an economic operator")
	case !d.Actor.Representative:
		return models.Refuse(models.CodeOtherOrganisation, "", "only a representative registers %s as a supplier",
			organisation.LegalName).
			Accepting("a representative of the organisation, who then gives its people their roles")
	}
	return nil
}
