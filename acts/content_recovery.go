package acts

import (
	"context"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A NewRecovery asks for a new representative of an organisation that has none left.
type NewRecovery struct {
	Organisation models.ID
	// Person is somebody of the organisation whom the platform knows; empty: Name and Email are those of a new person.
	Person      models.ID
	Name, Email string
	// RequestDigest is the SHA-256, in hexadecimal digits, of the organisation's written request.
	RequestDigest string
}

// RequestRecovery asks for it in the name of the organisation, whose written request the administrator has. All who
// buy with the organisation are told, and for 72 hours anyone of them can stop it. Only a contracting authority that
// takes part in rehearsals, and in nothing else, waits for nothing: the time of an economic operator must not tell
// whether it supplies.
func (a *Acts) RequestRecovery(ctx context.Context, by By, in NewRecovery) (Done[models.Recovery], error) {
	return once(ctx, a, by, func(d *deed) (models.Recovery, error) {
		if err := Administer(d.Actor); err != nil {
			return models.Recovery{}, err
		}
		o, err := d.tx.LockOrganisation(in.Organisation)
		if err != nil {
			return models.Recovery{}, err
		}
		if o.ID == d.Actor.OrganisationID {
			return models.Recovery{}, models.Refuse(models.CodeForbidden, "", "%s is your own organisation",
				o.LegalName).
				Accepting("an organisation that does not run the platform")
		}
		p, err := d.recovering(in)
		if err != nil {
			return models.Recovery{}, err
		}
		if err := d.stopLate(o.ID); err != nil {
			return models.Recovery{}, err
		}
		r, err := d.newRecovery(o, p, in.RequestDigest)
		if err != nil {
			return r, err
		}
		if err := d.tx.RequestRecovery(&r); err != nil {
			return r, err
		}
		if err := d.record(aboutRecovery(r)); err != nil {
			return r, err
		}
		return r, d.tellMembers(r, event.MemberRecoveryRequested(aboutRecovery(r)))
	})
}

func aboutRecovery(r models.Recovery) event.RecoveryRequested {
	return event.RecoveryRequested{
		RecoveryID: r.ID, OrganisationID: r.OrganisationID, PersonID: r.PersonID, RequestDigest: r.RequestDigest,
		ReadyAt: utc(r.ReadyAt),
	}
}

// recovering finds or registers the person who shall represent the organisation.
func (d *deed) recovering(in NewRecovery) (models.Person, error) {
	if (in.Person == "") == (strings.TrimSpace(in.Name) == "") {
		return models.Person{}, models.Refuse(models.CodeInvalidValue, "/person_id",
			"a recovery names either a person of the organisation or a new one").
			Accepting("either person_id or name")
	}
	if in.Person == "" {
		p := models.Person{OrganisationID: in.Organisation, Name: in.Name, Email: in.Email}
		if err := d.tx.CreatePerson(&p); err != nil {
			return p, err
		}
		return p, d.record(event.PersonCreated{PersonID: p.ID, OrganisationID: p.OrganisationID})
	}
	p, err := d.tx.Person(in.Person)
	if r, refused := models.RefusalOf(err); refused && r.Code == models.CodeNotFound || err == nil &&
		p.OrganisationID != in.Organisation {
		return p, models.Refuse(models.CodeInvalidValue, "/person_id", "there is no such person in the organisation").
			Accepting("the ID of a person of the organisation, or name and email of a new one")
	}
	if err == nil && p.Administrator {
		err = models.Refuse(models.CodeRoleIncompatible, "/person_id", "%s runs the platform", p.Name).
			Accepting("a person who is no administrator")
	}
	return p, err
}

// stopLate ends an earlier recovery that nobody has completed in time.
func (d *deed) stopLate(organisation models.ID) error {
	earlier, err := d.tx.OpenRecovery(organisation)
	if err != nil || earlier == nil {
		return err
	}
	now, err := d.tx.Now()
	if err != nil {
		return err
	}
	late, err := d.tooLate(*earlier, now)
	if err != nil || !late {
		return err
	}
	return d.stop(earlier, "not completed in time", now)
}

// tooLate tells whether a recovery cannot be completed any more: it was requested too long ago, or without the wait and
// before the organisation took part in what is live.
func (d *deed) tooLate(r models.Recovery, now time.Time) (bool, error) {
	if r.Expired(now) || r.Waited() {
		return r.Expired(now), nil
	}
	return d.tx.TakesPartLive(r.OrganisationID)
}

func (d *deed) newRecovery(o models.Organisation, p models.Person, digest string) (models.Recovery, error) {
	r := models.Recovery{
		ID: models.NewID(models.PrefixRecovery), OrganisationID: p.OrganisationID, PersonID: p.ID,
		RequestDigest: digest, RequestedBy: d.Actor.PersonID,
	}
	var err error
	if r.RequestedAt, err = d.tx.Now(); err != nil {
		return r, err
	}
	r.ReadyAt = r.RequestedAt.Add(models.RecoveryWait)
	rehearses, err := d.rehearsesOnly(o)
	if rehearses {
		r.ReadyAt = r.RequestedAt
	}
	return r, err
}

func (d *deed) rehearsesOnly(o models.Organisation) (bool, error) {
	if o.Kind != models.OrganisationContractingAuthority {
		return false, nil
	}
	takesPart, err := d.tx.TakesPart(o.ID)
	if err != nil || !takesPart {
		return false, err
	}
	live, err := d.tx.TakesPartLive(o.ID)
	return !live, err
}

// tellMembers records what became of a recovery on every procurement in which the organisation is a member, and keeps
// a task there while the recovery is open.
func (d *deed) tellMembers(r models.Recovery, what event.Payload) error {
	memberships, err := d.tx.Memberships(r.OrganisationID)
	if err != nil {
		return err
	}
	for _, id := range memberships {
		p, err := d.tx.ShareProcurement(id)
		if err != nil {
			return err
		}
		now, err := d.tx.Now()
		if err != nil {
			return err
		}
		on := &deed{By: d.By, tx: d.tx}
		on.Seat = &models.Seat{Procurement: p, Now: p.Now(now)}
		if err := on.tell(r, what); err != nil {
			return err
		}
	}
	return nil
}

// tell records what became of a recovery on the deed's procurement.
func (d *deed) tell(r models.Recovery, what event.Payload) error {
	if err := d.record(what); err != nil {
		return err
	}
	return d.keepTask(r)
}

// tellOfRecovery tells those who are joined by an organisation of its open recovery.
func (d *deed) tellOfRecovery(organisation models.ID) error {
	r, err := d.tx.OpenRecovery(organisation)
	if err != nil || r == nil {
		return err
	}
	return d.tell(*r, event.MemberRecoveryRequested(aboutRecovery(*r)))
}

// keepTask keeps a task while the recovery is open.
func (d *deed) keepTask(r models.Recovery) error {
	if !r.Open() {
		return d.finish(models.TaskRecovery, string(r.OrganisationID))
	}
	return d.raise(models.TaskRecovery, string(r.OrganisationID),
		map[string]any{"recovery": r.ID, "ready_at": rfc3339(r.ReadyAt)})
}

// ObjectToRecovery stops a recovery: for anybody of the organisation, for all whose organisation buys with it, and for
// administrators, who may withdraw it.
func (a *Acts) ObjectToRecovery(
	ctx context.Context, by By, organisation, id models.ID, reason string,
) (Done[models.Recovery], error) {
	return once(ctx, a, by, func(d *deed) (models.Recovery, error) {
		if err := d.mayObject(organisation); err != nil {
			return models.Recovery{}, err
		}
		r, now, err := d.openRecovery(organisation, id)
		if err != nil {
			return r, err
		}
		return r, d.stop(&r, reason, now)
	})
}

// stop ends a recovery without a new representative.
func (d *deed) stop(r *models.Recovery, reason string, now time.Time) error {
	r.ObjectedAt, r.ObjectedBy, r.Objection = &now, &d.Actor.PersonID, reason
	if err := d.tx.SaveRecovery(r); err != nil {
		return err
	}
	if err := d.record(event.RecoveryStopped(aboutRecovery(*r))); err != nil {
		return err
	}
	return d.tellMembers(*r, event.MemberRecoveryStopped(aboutRecovery(*r)))
}

func (d *deed) mayObject(organisation models.ID) error {
	if d.Actor.OrganisationID == organisation || d.Actor.Administrator {
		return nil
	}
	together, err := d.tx.BuyTogether(d.Actor.OrganisationID, organisation)
	if err == nil && !together {
		return models.NoSuchResource()
	}
	return err
}

// openRecovery locks a recovery for what ends it, at an instant of real time.
func (d *deed) openRecovery(organisation, id models.ID) (models.Recovery, time.Time, error) {
	r, err := d.tx.LockRecovery(organisation, id)
	if err != nil {
		return r, time.Time{}, err
	}
	if !r.Open() {
		return r, time.Time{}, models.Refuse(models.CodeRecoveryOver, "",
			"the recovery was completed or stopped before").
			Accepting("a recovery that is open")
	}
	now, err := d.tx.Now()
	return r, now, err
}

// CompleteRecovery makes the person of a recovery the organisation's only representative, once nobody has objected in
// time, and issues the code by which that person gets a key. Earlier representatives are recalled, their keys and those
// of the new one are revoked, and all codes are cancelled: whoever found a lost key holds nothing, nor what was made
// with it.
func (a *Acts) CompleteRecovery(ctx context.Context, by By, organisation, id models.ID) (Done[Enrolling], error) {
	return once(ctx, a, by, func(d *deed) (Enrolling, error) {
		if err := Administer(d.Actor); err != nil {
			return Enrolling{}, err
		}
		_, earlier, err := d.tx.Represented(organisation)
		if err != nil {
			return Enrolling{}, err
		}
		r, err := d.recoveryDue(organisation, id)
		if err != nil {
			return Enrolling{}, err
		}
		for i, p := range earlier {
			if err := d.recall(&earlier[i], r.ID); err != nil {
				return Enrolling{}, err
			}
			if err := d.endKeys(p.ID, *r.CompletedAt); err != nil {
				return Enrolling{}, err
			}
		}
		p, err := d.tx.LockPerson(r.PersonID)
		if err != nil {
			return Enrolling{}, err
		}
		if p.Administrator {
			return Enrolling{}, models.Refuse(models.CodeRoleIncompatible, "", "%s runs the platform by now", p.Name).
				Accepting("a recovery with another person")
		}
		if err := d.endKeys(p.ID, *r.CompletedAt); err != nil {
			return Enrolling{}, err
		}
		if err := d.tx.CancelEnrolments(organisation, *r.CompletedAt); err != nil {
			return Enrolling{}, err
		}
		if err := d.appoint(&p, r.ID); err != nil {
			return Enrolling{}, err
		}
		if err := d.record(event.RecoveryCompleted(aboutRecovery(r))); err != nil {
			return Enrolling{}, err
		}
		if err := d.tellMembers(r, event.MemberRecoveryCompleted(aboutRecovery(r))); err != nil {
			return Enrolling{}, err
		}
		return d.issueCode(p)
	})
}

// recoveryDue completes a recovery whose time has come.
func (d *deed) recoveryDue(organisation, id models.ID) (models.Recovery, error) {
	r, now, err := d.openRecovery(organisation, id)
	if err != nil {
		return r, err
	}
	late, err := d.tooLate(r, now)
	switch {
	case err != nil:
		return r, err
	case now.Before(r.ReadyAt):
		return r, models.Refuse(models.CodeRecoveryWaits, "", "objections are taken until %s",
			r.ReadyAt.UTC().Format(time.RFC3339)).
			Accepting("the same request from then on")
	case late:
		return r, models.Refuse(models.CodeRecoveryOver, "",
			"the recovery was requested too long ago, or before the organisation took part in what is live").
			Accepting("another recovery, which all who buy with the organisation now are told of")
	}
	r.CompletedAt = &now
	return r, d.tx.SaveRecovery(&r)
}
