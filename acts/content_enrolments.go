package acts

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/internal/auth"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// codeLasts is how long a person has to redeem a code of enrolment: time for a letter and a holiday.
const codeLasts = 14 * 24 * time.Hour

// An Enrolling is a person who has a code of enrolment.
type Enrolling struct {
	Person models.Person
	// Code is given to the person, who redeems it once for an API key. It is shown once: the stored result of the
	// request does not contain it.
	Code string
	// ExpiresAt is real time.
	ExpiresAt time.Time
}

// WithoutSecret returns the person as a repeat of the request gets it.
func (e Enrolling) WithoutSecret() Enrolling {
	e.Code = ""
	return e
}

// issueCode issues a code in place of any earlier one of the person.
func (d *deed) issueCode(p models.Person) (Enrolling, error) {
	now, err := d.tx.Now()
	if err != nil {
		return Enrolling{}, err
	}
	code := auth.NewCode()
	e := models.Enrolment{
		ID: code.ID, PersonID: p.ID, Digest: code.Digest(), CreatedBy: d.Actor.PersonID, CreatedAt: now,
		ExpiresAt: now.Add(codeLasts),
	}
	if err := d.tx.IssueEnrolment(&e); err != nil {
		return Enrolling{}, err
	}
	return Enrolling{p, code.Reveal(), e.ExpiresAt},
		d.record(event.EnrolmentIssued{PersonID: p.ID, EnrolmentID: e.ID, ExpiresAt: e.ExpiresAt})
}

// IssueCode issues a new code for a person whose code or whose keys are lost. When it is redeemed, all earlier keys of
// the person are revoked.
func (a *Acts) IssueCode(ctx context.Context, by By, person models.ID) (Done[Enrolling], error) {
	return once(ctx, a, by, func(d *deed) (Enrolling, error) {
		p, err := d.tx.LockPerson(person)
		if err != nil {
			return Enrolling{}, err
		}
		if err := d.mayEnrol(p); err != nil {
			return Enrolling{}, err
		}
		if p.ID == d.Actor.PersonID {
			return Enrolling{}, models.Refuse(models.CodeForbidden, "", "you have a key, and need no code").
				Accepting("a second API key in place of the one you use")
		}
		return d.issueCode(p)
	})
}

// An Enrolled is a person who redeemed a code, with the API key got for it.
type Enrolled struct {
	Person models.Person
	Key    MadeKey
}

// WithoutSecret returns the person as a repeat of the request gets it.
func (e Enrolled) WithoutSecret() Enrolled {
	e.Key = e.Key.WithoutSecret()
	return e
}

// Redeem gives whoever presents a code of enrolment an API key of the person for whom it was issued, and revokes the
// person's earlier keys. It returns refusals with [models.CodeEnrolmentUnknown] and [models.CodeEnrolmentOver].
func (a *Acts) Redeem(ctx context.Context, by By, presented, label string) (Done[Enrolled], error) {
	code, err := auth.ParseCode(presented)
	if err != nil {
		return Done[Enrolled]{}, unknownCode()
	}
	by.Request.ID = models.CommandID(code.ID, "redeem", "", by.Request.ID)
	return once(ctx, a, by, func(d *deed) (Enrolled, error) {
		p, e, now, err := d.presented(code)
		if err != nil {
			return Enrolled{}, err
		}
		d.Actor = models.Actor{PersonID: p.ID, OrganisationID: p.OrganisationID}
		if err := d.endKeys(p.ID, now); err != nil {
			return Enrolled{}, err
		}
		made, err := d.makeKey(NewKey{Owner: p.ID, Label: label}, now)
		if err != nil {
			return Enrolled{}, err
		}
		e.RedeemedAt = &now
		if err := d.tx.RedeemEnrolment(&e); err != nil {
			return Enrolled{}, err
		}
		return Enrolled{p, made},
			d.record(event.PersonEnrolled{PersonID: p.ID, EnrolmentID: e.ID, APIKeyID: made.Key.ID})
	})
}

// presented locks the person for whom a code was issued, as issuing one does, and then the enrolment, if it can be
// redeemed. What became of it is told only to who knows its secret.
func (d *deed) presented(code auth.Token) (models.Person, models.Enrolment, time.Time, error) {
	e, err := d.tx.Enrolment(code.ID)
	if r, refused := models.RefusalOf(err); refused && r.Code == models.CodeNotFound || err == nil &&
		!code.Matches(e.Digest) {
		return models.Person{}, e, time.Time{}, unknownCode()
	}
	if err != nil {
		return models.Person{}, e, time.Time{}, err
	}
	p, err := d.tx.LockPerson(e.PersonID)
	if err != nil {
		return p, e, time.Time{}, err
	}
	if e, err = d.tx.LockEnrolment(e.ID); err != nil {
		return p, e, time.Time{}, err
	}
	now, err := d.tx.Now()
	if err == nil && !e.Usable(now) {
		err = overCode(e)
	}
	return p, e, now, err
}

func unknownCode() *models.Refusal {
	return models.Refuse(models.CodeEnrolmentUnknown, "/code", "the code is not known").
		Accepting("the code as it was given to you, ppi-enrol_ and what follows")
}

func overCode(e models.Enrolment) *models.Refusal {
	r := models.Refuse(models.CodeEnrolmentOver, "/code", "the code expired on %s",
		e.ExpiresAt.UTC().Format(time.RFC3339))
	switch {
	case e.RedeemedAt != nil:
		r = models.Refuse(models.CodeEnrolmentOver, "/code",
			"the code was redeemed on %s; if that was not you, tell the representatives of your organisation at once",
			e.RedeemedAt.UTC().Format(time.RFC3339))
	case e.CancelledAt != nil:
		r = models.Refuse(models.CodeEnrolmentOver, "/code", "the code was cancelled on %s",
			e.CancelledAt.UTC().Format(time.RFC3339))
	}
	return r.Accepting("a new code from a representative of your organisation")
}

// endKeys revokes all keys of a person.
func (d *deed) endKeys(person models.ID, now time.Time) error {
	ended, err := d.tx.RevokeAPIKeys(person, now)
	if err != nil {
		return err
	}
	for _, k := range ended {
		if err := d.record(event.APIKeyRevoked(aboutKey(k))); err != nil {
			return err
		}
	}
	return nil
}
