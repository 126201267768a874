package acts

import (
	"context"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A NewOrganisation is one that is to take part in procurements.
type NewOrganisation struct {
	LegalName string
	// Country is an ISO 3166-1 alpha-2 code.
	Country string
	// Kind says whether it can buy or supply. It never changes.
	Kind models.OrganisationKind
	// SME and LessDevelopedRegion are as in [models.Organisation].
	SME, LessDevelopedRegion *bool
}

// RegisterOrganisation makes an organisation known to the platform.
func (a *Acts) RegisterOrganisation(ctx context.Context, by By, in NewOrganisation) (Done[models.Organisation], error) {
	if r := models.CheckCountry("/country", in.Country); r != nil {
		return Done[models.Organisation]{}, r
	}
	return once(ctx, a, by, func(d *deed) (models.Organisation, error) {
		if err := Administer(d.Actor); err != nil {
			return models.Organisation{}, err
		}
		o := models.Organisation{
			LegalName: in.LegalName, Country: in.Country, Kind: in.Kind, SME: in.SME,
			LessDevelopedRegion: in.LessDevelopedRegion,
		}
		if err := d.tx.CreateOrganisation(&o); err != nil {
			return o, err
		}
		identity, err := event.NewPart(o.Identity())
		if err != nil {
			return o, err
		}
		return o, d.record(event.OrganisationCreated{OrganisationID: o.ID, Identity: identity})
	})
}

// An OrganisationChange holds new values for an organisation; nil: unchanged.
type OrganisationChange struct {
	LegalName, Country *string
	// SME and LessDevelopedRegion point to the new value, which may be nil for unknown.
	SME, LessDevelopedRegion **bool
}

// ChangeOrganisation changes an organisation.
func (a *Acts) ChangeOrganisation(
	ctx context.Context, by By, id models.ID, in OrganisationChange,
) (models.Organisation, error) {
	if in.Country != nil {
		if r := models.CheckCountry("/country", *in.Country); r != nil {
			return models.Organisation{}, r
		}
	}
	return change(ctx, a, by, func(d *deed) (models.Organisation, error) {
		if err := Administer(d.Actor); err != nil {
			return models.Organisation{}, err
		}
		o, err := d.tx.LockOrganisation(id)
		if err != nil {
			return o, err
		}
		if err := d.On.check(o.Version); err != nil {
			return o, err
		}
		setIf(&o.LegalName, in.LegalName)
		setIf(&o.Country, in.Country)
		setIf(&o.SME, in.SME)
		setIf(&o.LessDevelopedRegion, in.LessDevelopedRegion)
		if err := d.tx.SaveOrganisation(&o); err != nil {
			return o, err
		}
		identity, err := event.NewPart(o.Identity())
		if err != nil {
			return o, err
		}
		return o, d.record(event.OrganisationChanged{OrganisationID: o.ID, Version: o.Version, Identity: identity})
	})
}
