package store

import (
	"context"
	"fmt"

	"gorm.io/gorm/clause"

	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
)

// forChange locks a row against other changes, but not against rows that refer to it.
func forChange() clause.Locking { return clause.Locking{Strength: "NO KEY UPDATE"} }

// Person reads a person. It returns a refusal with [models.CodeNotFound].
func (s *Store) Person(ctx context.Context, id models.ID) (models.Person, error) {
	return takeByID[models.Person](s.rows(ctx), "read person", id)
}

// Person reads a person within the transaction. It returns a refusal with [models.CodeNotFound].
func (tx *Tx) Person(id models.ID) (models.Person, error) {
	return takeByID[models.Person](tx.db(), "read person", id)
}

// LockPerson reads a person to change the person or what belongs to the person. It returns a refusal with
// [models.CodeNotFound].
func (tx *Tx) LockPerson(id models.ID) (models.Person, error) {
	return takeByID[models.Person](tx.db().Clauses(forChange()), "lock person", id)
}

// People lists people by ID, those after the given one, at most limit; an empty organisation means all.
func (s *Store) People(ctx context.Context, organisation, after models.ID, limit int) ([]models.Person, error) {
	db := s.rows(ctx)
	if organisation != "" {
		db = db.Where("organisation_id = ?", organisation)
	}
	return listAfter[models.Person](db, "list people", after, limit)
}

// CreatePerson inserts a person as version 1 and sets the ID and the time of creation. It returns refusals with
// [models.CodeAlreadyExists] (the address is taken) and [models.CodeInvalidValue] (no such organisation).
func (tx *Tx) CreatePerson(p *models.Person) error {
	now, err := tx.Now()
	if err != nil {
		return err
	}
	p.ID, p.Version, p.CreatedAt = models.NewID(models.PrefixPerson), 1, now
	return personFault("create person", tx.db().Create(p).Error)
}

// SavePerson writes back what can change of a locked person and raises its version. It returns a
// refusal with [models.CodeAlreadyExists] when the address is taken.
func (tx *Tx) SavePerson(p *models.Person) error {
	p.Version++
	changes := tx.db().Model(p).Select("name", "email", "administrator", "representative", "version")
	return personFault("save person", changes.Updates(p).Error)
}

func personFault(doing string, err error) error {
	violation, _ := pg.ViolationOf(err)
	switch {
	case err == nil:
		return nil
	case violation.Constraint == "people_email":
		return models.Refuse(models.CodeAlreadyExists, "/email", "another person has this e-mail address").
			Accepting("an address that no other person has, or none")
	case violation.Kind == pg.ViolationForeignKey:
		return models.Refuse(models.CodeInvalidValue, "/organisation_id", "there is no such organisation").
			Accepting("the ID of a registered organisation")
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// OtherAdministrators counts the administrators besides one person. It locks the rows of all administrators, so that
// the number stays true until the transaction ends.
func (tx *Tx) OtherAdministrators(person models.ID) (int, error) {
	var ids []models.ID
	err := tx.db().Raw("SELECT id FROM people WHERE administrator ORDER BY id FOR NO KEY UPDATE").Scan(&ids).Error
	if err != nil {
		return 0, fmt.Errorf("count administrators: %w", err)
	}
	others := 0
	for _, id := range ids {
		if id != person {
			others++
		}
	}
	return others, nil
}
