package acts

import (
	"context"
	"strings"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/rules/calendar"
)

// A NewOrganisation is one that is to take part in procurements.
type NewOrganisation struct {
	LegalName string
	// Country is an ISO 3166-1 alpha-2 code.
	Country string
	// Region is an ISO 3166-2 code of that country; empty: not said.
	Region string
	// Address is where it receives post; nil: not said.
	Address *models.Address
	// Kind says whether it can buy or supply. It never changes.
	Kind models.OrganisationKind
	// SME and LessDevelopedRegion are as in [models.Organisation].
	SME, LessDevelopedRegion *bool
}

// RegisterOrganisation makes an organisation known to the platform.
func (a *Acts) RegisterOrganisation(ctx context.Context, by By, in NewOrganisation) (Done[models.Organisation], error) {
	if err := checkPlace(in.Country, in.Region); err != nil {
		return Done[models.Organisation]{}, err
	}
	if err := checkAddress(in.Address); err != nil {
		return Done[models.Organisation]{}, err
	}
	return once(ctx, a, by, func(d *deed) (models.Organisation, error) {
		if err := Administer(d.Actor); err != nil {
			return models.Organisation{}, err
		}
		o := models.Organisation{
			LegalName: in.LegalName, Country: in.Country, Region: in.Region, Address: in.Address, Kind: in.Kind,
			SME: in.SME, LessDevelopedRegion: in.LessDevelopedRegion,
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
	LegalName, Country, Region *string
	// Address points to the new address, which may be nil for unknown.
	Address **models.Address
	// SME and LessDevelopedRegion point to the new value, which may be nil for unknown.
	SME, LessDevelopedRegion **bool
}

// ChangeOrganisation changes an organisation.
func (a *Acts) ChangeOrganisation(
	ctx context.Context, by By, id models.ID, in OrganisationChange,
) (models.Organisation, error) {
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
		setIf(&o.Region, in.Region)
		if err := checkPlace(o.Country, o.Region); err != nil && (in.Country != nil || in.Region != nil) {
			return o, err
		}
		setIf(&o.Address, in.Address)
		if err := checkAddress(o.Address); err != nil {
			return o, err
		}
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

func checkAddress(a *models.Address) error {
	if a == nil {
		return nil
	}
	return models.Refusals(a.Check("/address"))
}

// checkPlace refuses a country that is none, and a region that is not one of it. In a country whose holidays are not
// known, any region of it is taken.
func checkPlace(country, region string) error {
	if r := models.CheckCountry("/country", country); r != nil {
		return r
	}
	if region == "" {
		return nil
	}
	part, within := strings.CutPrefix(region, country+"-")
	if !within || part == "" {
		return models.Refuse(models.CodeInvalidValue, "/region", "%q is not a region of %s", region, country).
			Accepting("an ISO 3166-2 code that begins with %s-", country)
	}
	if _, err := calendar.HolidaysOf(country); err != nil {
		return nil //nolint:nilerr // the holidays of the country are not known, so nothing is known of its regions
	}
	if _, err := calendar.HolidaysOf(region); err != nil {
		refusal, _ := models.RefusalOf(err)
		return models.Refuse(models.CodeInvalidValue, "/region", "%q is not a region of %s that is known here", region,
			country).Accepting("%s", refusal.Accepted)
	}
	return nil
}
