package views

import (
	"context"

	"github.com/ppi-engine/ppi/models"
)

// Organisations lists organisations, those after the given one.
func (v *Views) Organisations(ctx context.Context, after models.ID, limit int) ([]models.Organisation, error) {
	return v.Store.Organisations(ctx, after, limit)
}

// Organisation reads an organisation.
func (v *Views) Organisation(ctx context.Context, id models.ID) (models.Organisation, error) {
	return v.Store.Organisation(ctx, id)
}

// A refusal of those who may not read about people.
func notARepresentative() error {
	return models.Refuse(models.CodeForbidden, "", "only representatives of the organisation may read this").
		Accepting("%s", models.RoleRepresentative)
}

// People lists people, those after the given one: to an administrator those of the organisation, an empty one means
// all; to a representative those of the own organisation.
func (v *Views) People(
	ctx context.Context, r Reader, organisation, after models.ID, limit int,
) ([]models.Person, error) {
	if !r.Actor.Administrator {
		if organisation == "" {
			organisation = r.Actor.OrganisationID
		}
		if !r.Actor.Represents(organisation) {
			return nil, notARepresentative()
		}
	}
	return v.Store.People(ctx, organisation, after, limit)
}

// Person reads a person: oneself, as a representative one of the own organisation, as an administrator anyone.
func (v *Views) Person(ctx context.Context, r Reader, id models.ID) (models.Person, error) {
	p, err := v.Store.Person(ctx, id)
	if err == nil && r.Actor.PersonID != id && !r.Actor.Administrator && !r.Actor.Represents(p.OrganisationID) {
		err = models.NoSuchResource()
	}
	return p, err
}

// Keys lists the API keys of a person, those after the given one, to the person and to the representatives of the
// person's organisation.
func (v *Views) Keys(ctx context.Context, r Reader, owner, after models.ID, limit int) ([]models.APIKey, error) {
	if err := v.seesKeys(ctx, r, owner); err != nil {
		return nil, err
	}
	return v.Store.APIKeys(ctx, owner, after, limit)
}

// Key reads an API key of a person, as [Views.Keys].
func (v *Views) Key(ctx context.Context, r Reader, owner, id models.ID) (models.APIKey, error) {
	if err := v.seesKeys(ctx, r, owner); err != nil {
		return models.APIKey{}, err
	}
	return v.Store.APIKey(ctx, owner, id)
}

func (v *Views) seesKeys(ctx context.Context, r Reader, owner models.ID) error {
	if r.Actor.PersonID == owner {
		return nil
	}
	p, err := v.Store.Person(ctx, owner)
	if err == nil && !r.Actor.Represents(p.OrganisationID) {
		err = models.NoSuchResource()
	}
	return err
}

// Representatives lists who speaks for an organisation, those after the given one: to its own people, to
// administrators, and to all whose organisation buys with it.
func (v *Views) Representatives(
	ctx context.Context, r Reader, organisation, after models.ID, limit int,
) ([]models.Person, error) {
	if err := v.deals(ctx, r, organisation); err != nil {
		return nil, err
	}
	return v.Store.Representatives(ctx, organisation, after, limit)
}

// Recoveries lists the recoveries of an organisation's representation, those after the given one, to the same readers.
func (v *Views) Recoveries(
	ctx context.Context, r Reader, organisation, after models.ID, limit int,
) ([]models.Recovery, error) {
	if err := v.deals(ctx, r, organisation); err != nil {
		return nil, err
	}
	return v.Store.Recoveries(ctx, organisation, after, limit)
}

// OpenRecovery reads the recovery of the reader's own organisation that is neither completed nor stopped; nil: there is
// none.
func (v *Views) OpenRecovery(ctx context.Context, r Reader) (*models.Recovery, error) {
	return v.Store.OpenRecovery(ctx, r.Actor.OrganisationID)
}

// Recovery reads a recovery of an organisation's representation.
func (v *Views) Recovery(ctx context.Context, r Reader, organisation, id models.ID) (models.Recovery, error) {
	if err := v.deals(ctx, r, organisation); err != nil {
		return models.Recovery{}, err
	}
	return v.Store.Recovery(ctx, organisation, id)
}

// deals refuses those who have nothing to do with an organisation. That two organisations supply the same procurement
// is no dealing: it would tell each of the other.
func (v *Views) deals(ctx context.Context, r Reader, organisation models.ID) error {
	if r.Actor.Administrator || r.Actor.OrganisationID == organisation {
		return nil
	}
	together, err := v.Store.BuyTogether(ctx, r.Actor.OrganisationID, organisation)
	if err == nil && !together {
		err = models.NoSuchResource()
	}
	return err
}
