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

// People lists people, those after the given one; an empty organisation means those of all.
func (v *Views) People(ctx context.Context, organisation, after models.ID, limit int) ([]models.Person, error) {
	return v.Store.People(ctx, organisation, after, limit)
}

// Person reads a person.
func (v *Views) Person(ctx context.Context, id models.ID) (models.Person, error) {
	return v.Store.Person(ctx, id)
}

// Keys lists the API keys of a person, those after the given one.
func (v *Views) Keys(ctx context.Context, owner, after models.ID, limit int) ([]models.APIKey, error) {
	return v.Store.APIKeys(ctx, owner, after, limit)
}

// Key reads an API key of a person.
func (v *Views) Key(ctx context.Context, owner, id models.ID) (models.APIKey, error) {
	return v.Store.APIKey(ctx, owner, id)
}
