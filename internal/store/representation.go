package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
)

// Represented locks an organisation and lists its representatives by ID, locked as well, so that two who recall each
// other are judged one after the other. It returns a refusal with [models.CodeNotFound].
func (tx *Tx) Represented(organisation models.ID) (models.Organisation, []models.Person, error) {
	o, err := tx.LockOrganisation(organisation)
	if err != nil {
		return o, nil, err
	}
	var people []models.Person
	err = tx.db().Clauses(forChange()).Where("organisation_id = ? AND representative", organisation).Order("id").
		Find(&people).Error
	if err != nil {
		return o, nil, fmt.Errorf("list representatives: %w", err)
	}
	return o, people, nil
}

// Representatives lists the representatives of an organisation by ID, those after the given one, at most limit.
func (s *Store) Representatives(
	ctx context.Context, organisation, after models.ID, limit int,
) ([]models.Person, error) {
	query := s.rows(ctx).Where("organisation_id = ? AND representative", organisation)
	return listAfter[models.Person](query, "list representatives", after, limit)
}

// HasKeyedRepresentative tells whether an organisation has a representative who has had an API key: until then, nobody
// has spoken for it.
func (tx *Tx) HasKeyedRepresentative(organisation models.ID) (bool, error) {
	return tx.meets("look for representatives", `SELECT EXISTS (SELECT FROM people p
		WHERE p.organisation_id = ? AND p.representative AND EXISTS (SELECT FROM api_keys k WHERE k.person_id = p.id))`,
		organisation)
}

// HasOtherVoice tells whether an organisation has a representative besides one person who has a key that is neither
// revoked nor expired.
func (tx *Tx) HasOtherVoice(organisation, person models.ID) (bool, error) {
	return tx.meets("look for other representatives", `SELECT EXISTS (SELECT FROM people p
		WHERE p.organisation_id = ? AND p.id <> ? AND p.representative AND EXISTS (SELECT FROM api_keys k
			WHERE k.person_id = p.id AND k.revoked_at IS NULL
				AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())))`, organisation, person)
}

// TakesPart tells whether an organisation has or had any part in a procurement: as a member, also an invited one, by a
// role, or by the offer of a role.
func (tx *Tx) TakesPart(organisation models.ID) (bool, error) {
	return tx.meets("look for procurements", `SELECT
		EXISTS (SELECT FROM consortium_members WHERE organisation_id = ?)
		OR EXISTS (SELECT FROM role_assignments WHERE organisation_id = ?)
		OR EXISTS (SELECT FROM role_offers WHERE organisation_id = ?)`, organisation, organisation, organisation)
}

// TakesPartLive tells the same of live procurements that have not ended.
func (tx *Tx) TakesPartLive(organisation models.ID) (bool, error) {
	return tx.meets("look for live procurements", `SELECT EXISTS (SELECT FROM procurements p
		WHERE p.mode = 'live' AND p.ended_at IS NULL AND p.id IN (
			SELECT procurement_id FROM consortium_members WHERE organisation_id = ?
			UNION ALL SELECT procurement_id FROM role_assignments WHERE organisation_id = ?
			UNION ALL SELECT procurement_id FROM role_offers WHERE organisation_id = ?))`,
		organisation, organisation, organisation)
}

// BuyTogether tells whether two organisations are members of one consortium now, in a procurement that has not ended;
// invited ones are not counted.
func (s *Store) BuyTogether(ctx context.Context, a, b models.ID) (bool, error) {
	var together bool
	err := s.rows(ctx).Raw(buyTogether, a, b).Scan(&together).Error
	if err != nil {
		return false, fmt.Errorf("look for a common consortium: %w", err)
	}
	return together, nil
}

// BuyTogether is the same within the transaction.
func (tx *Tx) BuyTogether(a, b models.ID) (bool, error) {
	return tx.meets("look for a common consortium", buyTogether, a, b)
}

const buyTogether = `SELECT EXISTS (SELECT FROM consortium_members x
	JOIN consortium_members y ON y.procurement_id = x.procurement_id
	JOIN procurements p ON p.id = x.procurement_id AND p.ended_at IS NULL
	WHERE x.organisation_id = ? AND y.organisation_id = ?
		AND x.accepted_at IS NOT NULL AND y.accepted_at IS NOT NULL AND x.left_at IS NULL AND y.left_at IS NULL)`

func (tx *Tx) meets(doing, question string, args ...any) (bool, error) {
	var met bool
	if err := tx.db().Raw(question, args...).Scan(&met).Error; err != nil {
		return false, fmt.Errorf("%s: %w", doing, err)
	}
	return met, nil
}

// Memberships lists the procurements that have not ended in which an organisation is a member now, by ID.
func (tx *Tx) Memberships(organisation models.ID) ([]models.ID, error) {
	var ids []models.ID
	err := tx.db().Raw(`SELECT m.procurement_id FROM consortium_members m JOIN procurements p ON p.id = m.procurement_id
		WHERE m.organisation_id = ? AND m.left_at IS NULL AND p.ended_at IS NULL
		ORDER BY m.procurement_id`, organisation).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("list memberships: %w", err)
	}
	return ids, nil
}

// HoldsRoles tells whether a person holds any role, or one that begins later, on a procurement that has not ended.
func (tx *Tx) HoldsRoles(person models.ID) (bool, error) {
	return tx.meets("look for roles", `SELECT EXISTS (SELECT FROM role_assignments r
		JOIN procurements p ON p.id = r.procurement_id
		WHERE r.person_id = ? AND p.ended_at IS NULL AND (r.valid_until IS NULL
			OR r.valid_until > clock_timestamp() + p.clock_offset * interval '1 microsecond'))`, person)
}

// Supplies tells whether an organisation is a supplier of a procurement: it holds such a role at the procedure time at,
// or has handed in a tender, even one that it withdrew.
func (tx *Tx) Supplies(procurement, organisation models.ID, at time.Time) (bool, error) {
	return tx.meets("look for a supplier", `SELECT
		EXISTS (SELECT FROM role_assignments WHERE procurement_id = ? AND organisation_id = ?
			AND role IN `+ofSuppliers+` AND (valid_until IS NULL OR valid_until > ?))
		OR EXISTS (SELECT FROM tenders t JOIN lots l ON l.id = t.lot_id
			WHERE l.procurement_id = ? AND t.organisation_id = ?)`,
		procurement, organisation, at, procurement, organisation)
}

// IssueEnrolment inserts a code and cancels an earlier one of the same person that was not redeemed.
func (tx *Tx) IssueEnrolment(e *models.Enrolment) error {
	if err := tx.CancelEnrolment(e.PersonID, e.CreatedAt); err != nil {
		return err
	}
	if err := tx.db().Create(e).Error; err != nil {
		return fmt.Errorf("issue enrolment code: %w", err)
	}
	return nil
}

// CancelEnrolments cancels the codes of all people of an organisation that were not redeemed, at the instant now (real
// time).
func (tx *Tx) CancelEnrolments(organisation models.ID, now time.Time) error {
	err := tx.db().Exec(`UPDATE enrolments SET cancelled_at = ? WHERE redeemed_at IS NULL AND cancelled_at IS NULL
		AND person_id IN (SELECT id FROM people WHERE organisation_id = ?)`, now, organisation).Error
	if err != nil {
		return fmt.Errorf("cancel enrolment codes: %w", err)
	}
	return nil
}

// CancelEnrolment cancels the code of a person that was not redeemed, if there is one, at the instant now (real time).
func (tx *Tx) CancelEnrolment(person models.ID, now time.Time) error {
	err := tx.db().Exec(`UPDATE enrolments SET cancelled_at = ?
		WHERE person_id = ? AND redeemed_at IS NULL AND cancelled_at IS NULL`, now, person).Error
	if err != nil {
		return fmt.Errorf("cancel enrolment code: %w", err)
	}
	return nil
}

// Enrolment reads an enrolment. It returns a refusal with [models.CodeNotFound].
func (tx *Tx) Enrolment(id models.ID) (models.Enrolment, error) {
	return takeByID[models.Enrolment](tx.db(), "read enrolment", id)
}

// LockEnrolment reads an enrolment to redeem it. It returns a refusal with [models.CodeNotFound].
func (tx *Tx) LockEnrolment(id models.ID) (models.Enrolment, error) {
	return takeByID[models.Enrolment](tx.db().Clauses(forChange()), "lock enrolment", id)
}

// RedeemEnrolment records that a locked code was redeemed at the instant of e.RedeemedAt.
func (tx *Tx) RedeemEnrolment(e *models.Enrolment) error {
	if err := tx.db().Model(e).Select("redeemed_at").Updates(e).Error; err != nil {
		return fmt.Errorf("redeem enrolment code: %w", err)
	}
	return nil
}

// RequestRecovery inserts a recovery. It returns a refusal with [models.CodeAlreadyExists] while another is open.
func (tx *Tx) RequestRecovery(r *models.Recovery) error {
	err := tx.db().Create(r).Error
	if violation, _ := pg.ViolationOf(err); violation.Constraint == "recoveries_open" {
		return models.Refuse(models.CodeAlreadyExists, "", "a recovery for this organisation is under way").
			Accepting("another one after that was completed or stopped")
	}
	if err != nil {
		return fmt.Errorf("request recovery: %w", err)
	}
	return nil
}

// OpenRecovery reads the recovery of an organisation that is neither completed nor stopped; nil: there is none.
func (tx *Tx) OpenRecovery(organisation models.ID) (*models.Recovery, error) {
	return openRecovery(tx.db().Clauses(forChange()), organisation)
}

func openRecovery(db *gorm.DB, organisation models.ID) (*models.Recovery, error) {
	var found []models.Recovery
	err := db.Where("organisation_id = ? AND objected_at IS NULL AND completed_at IS NULL", organisation).
		Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("look for an open recovery: %w", err)
	}
	if len(found) == 0 {
		return nil, nil //nolint:nilnil // no recovery is the usual case
	}
	return &found[0], nil
}

// LockRecovery reads a recovery of an organisation to change it. It returns a refusal with [models.CodeNotFound].
func (tx *Tx) LockRecovery(organisation, id models.ID) (models.Recovery, error) {
	return takeByID[models.Recovery](tx.db().Clauses(forChange()).Where("organisation_id = ?", organisation),
		"lock recovery", id)
}

// SaveRecovery writes back what can change of a locked recovery.
func (tx *Tx) SaveRecovery(r *models.Recovery) error {
	err := tx.db().Model(r).Select("objected_at", "objected_by", "objection", "completed_at").Updates(r).Error
	if err != nil {
		return fmt.Errorf("save recovery: %w", err)
	}
	return nil
}

// Recovery reads a recovery of an organisation. It returns a refusal with [models.CodeNotFound].
func (s *Store) Recovery(ctx context.Context, organisation, id models.ID) (models.Recovery, error) {
	return takeByID[models.Recovery](s.rows(ctx).Where("organisation_id = ?", organisation), "read recovery", id)
}

// OpenRecovery reads the open recovery of an organisation; nil: there is none.
func (s *Store) OpenRecovery(ctx context.Context, organisation models.ID) (*models.Recovery, error) {
	return openRecovery(s.rows(ctx), organisation)
}

// Recoveries lists the recoveries of an organisation by ID, those after the given one, at most limit.
func (s *Store) Recoveries(ctx context.Context, organisation, after models.ID, limit int) ([]models.Recovery, error) {
	query := s.rows(ctx).Where("organisation_id = ?", organisation)
	return listAfter[models.Recovery](query, "list recoveries", after, limit)
}
