package acts

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/store/pg"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// subjected content is about one thing, such as a lot. If the kind is single, one entry stands for each such thing.
// What an entry is about never changes.
type subjected interface {
	Subject() string
}

// contextual content is judged by the rest of the dossier as well, in the transaction that writes it; e is
// the entry as it will be, withdrawn ones too.
type contextual interface {
	CheckAgainst(d models.Dossier, e models.Entry) error
}

// documented content names documents of the procurement by digest.
type documented interface {
	Documents() []string
}

// following content names another procurement of this installation that this one follows; empty: none.
type following interface {
	Follows() models.ID
	// LeavesOut lists those of some contractors that the content does not name.
	LeavesOut(contractors []string) []string
}

// confirming content signs or confirms one version of another entry.
type confirming interface {
	Confirmed() models.Confirmation
}

// Write writes an entry.
func (k EntryKind) Write(ctx context.Context, a *Acts, by By, body Content) (Done[models.Entry], error) {
	return once(ctx, a, by, func(d *deed) (models.Entry, error) {
		e, err := k.begin(d)
		if err != nil {
			return e, err
		}
		return k.save(d, e, body, d.dossierOnce())
	})
}

// Import writes all entries, or refuses with the faults of all of them and writes none. Each is judged by the dossier
// as it was before.
func (k EntryKind) Import(ctx context.Context, a *Acts, by By, bodies []Content) (Done[[]models.Entry], error) {
	return once(ctx, a, by, func(d *deed) ([]models.Entry, error) {
		first, err := k.begin(d)
		if err != nil {
			return nil, err
		}
		if err := checkAll(bodies); err != nil {
			return nil, err
		}
		written, dossier := make([]models.Entry, len(bodies)), d.dossierOnce()
		for i, body := range bodies {
			if written[i], err = k.save(d, first, body, dossier); err != nil {
				return nil, within(err, i)
			}
		}
		return written, nil
	})
}

func checkAll(bodies []Content) error {
	var faults []*models.Refusal
	for i, body := range bodies {
		faults = append(faults, models.Faults(within(body.Check(), i))...)
	}
	return models.Refusals(faults)
}

// within makes a refusal point to item i of the list.
func within(err error, i int) error {
	r, refused := models.RefusalOf(err)
	if !refused {
		return err
	}
	at := "/items/" + strconv.Itoa(i)
	moved := *r
	moved.Field = at + r.Field
	moved.Others = nil
	for _, other := range r.Others {
		o := *other
		o.Field = at + other.Field
		moved.Others = append(moved.Others, &o)
	}
	return &moved
}

// Rewrite writes the next version of an entry.
func (k EntryKind) Rewrite(ctx context.Context, a *Acts, by By, id models.ID, body Content) (models.Entry, error) {
	return k.next(ctx, a, by, id, func(d *deed, e models.Entry) (models.Entry, error) {
		return k.save(d, e, body, d.dossierOnce())
	})
}

// Withdraw takes an entry back; it is kept and counts no longer.
func (k EntryKind) Withdraw(ctx context.Context, a *Acts, by By, id models.ID) (models.Entry, error) {
	return k.next(ctx, a, by, id, func(d *deed, e models.Entry) (models.Entry, error) {
		e.WithdrawnAt = &e.WrittenAt
		body, err := k.read(e.Body)
		if err != nil {
			return e, fmt.Errorf("read entry %s: %w", e.ID, err)
		}
		if err := d.entryFits(body, e, d.dossierOnce()); err != nil {
			return e, err
		}
		part, err := k.digest(&e, body)
		if err != nil {
			return e, err
		}
		if err := d.putEntry(&e); err != nil {
			return e, err
		}
		about := aboutEntry(e)
		about.Body = part
		return e, d.record(event.EntryWithdrawn(about))
	})
}

// next makes the next version of an entry that the actor has seen.
func (k EntryKind) next(
	ctx context.Context, a *Acts, by By, id models.ID, do func(*deed, models.Entry) (models.Entry, error),
) (models.Entry, error) {
	return change(ctx, a, by, func(d *deed) (models.Entry, error) {
		round, err := d.enterPhaseOf(k.Kind)
		if err != nil {
			return models.Entry{}, err
		}
		e, err := d.tx.Entry(d.procurement(), id)
		if errors.Is(err, store.ErrNoEntry) || (err == nil && e.Kind != k.Kind) {
			return e, models.NoSuchResource()
		}
		if err != nil {
			return e, err
		}
		if err := k.mayChange(d, e); err != nil {
			return e, err
		}
		e.Version, e.Round, e.AuthorID, e.WrittenAt = e.Version+1, round, d.Actor.PersonID, d.Seat.Now
		return do(d, e)
	})
}

// begin makes the first version of an entry, still without content and ID.
func (k EntryKind) begin(d *deed) (models.Entry, error) {
	round, err := d.enterPhaseOf(k.Kind)
	if err != nil {
		return models.Entry{}, err
	}
	e := models.Entry{
		ProcurementID: d.procurement(), Kind: k.Kind, Phase: k.Phase,
		Round: round, Version: 1, AuthorID: d.Actor.PersonID, WrittenAt: d.Seat.Now,
	}
	if k.PerBuyer {
		e.OrganisationID, err = d.speaksFor(k)
	}
	return e, err
}

func (k EntryKind) save(
	d *deed, e models.Entry, body Content, dossier func() (models.Dossier, error),
) (models.Entry, error) {
	if reflect.TypeOf(body) != k.content {
		return e, fmt.Errorf("write entry of kind %s: its content is a %T", k.Kind, body)
	}
	if e.ID == "" {
		e.ID = models.NewID(models.PrefixEntry)
	}
	if err := body.Check(); err != nil {
		return e, err
	}
	body, err := k.drawnFrom(dossier, body)
	if err != nil {
		return e, err
	}
	part, err := k.digest(&e, body)
	if err != nil {
		return e, err
	}
	if err := about(body, &e); err != nil {
		return e, err
	}
	if err := d.entryFits(body, e, dossier); err != nil {
		return e, err
	}
	if err := d.putEntry(&e); err != nil {
		return e, err
	}
	about := aboutEntry(e)
	about.Body = part
	if c, ok := body.(confirming); ok {
		confirmed := c.Confirmed()
		about.Confirms = &confirmed
	}
	if err := d.record(about); err != nil || k.follow == nil {
		return e, err
	}
	before, err := dossier()
	if err != nil {
		return e, err
	}
	return e, k.follow(d, before, e)
}

// digest writes the content down under its digest. The digest of a salted kind is that of the part in which the event
// keeps the content, which is returned.
func (k EntryKind) digest(e *models.Entry, body Content) (part event.Part, err error) {
	if e.Body, e.Digest, err = models.Canonical(body); err != nil {
		return part, fmt.Errorf("write down entry: %w", err)
	}
	if !k.Salted() {
		return part, nil
	}
	if part, err = event.NewPart(body); err != nil {
		return part, fmt.Errorf("write down entry: %w", err)
	}
	e.Digest = part.Digest()
	return part, nil
}

// about notes what the entry is about when it is first written, and refuses to make it about something else.
func about(body Content, e *models.Entry) error {
	s, ok := body.(subjected)
	if !ok || e.Version > 1 && s.Subject() == e.Subject {
		return nil
	}
	if e.Version > 1 {
		return models.Refuse(models.CodeInvalidValue, "", "the subject of an entry never changes").
			Accepting("the same subject as before, or a new entry")
	}
	e.Subject = s.Subject()
	return nil
}

// dossierOnce reads the dossier once, if it is asked for.
func (d *deed) dossierOnce() func() (models.Dossier, error) { return sync.OnceValues(d.dossier) }

// enterPhaseOf locks the procurement for content, asks that the phase of the kind is open, and returns its round.
func (d *deed) enterPhaseOf(kind models.EntryKind) (int, error) {
	rule, _ := models.EntryRuleOf(kind)
	how := share
	if rule.Alone {
		how = alone
	}
	if err := d.enter(how); err != nil {
		return 0, err
	}
	switch status := d.Seat.Procurement.Status; {
	case status.Ended() && (!rule.Enduring || status != models.StatusCompleted):
		return 0, models.Refuse(models.CodeEnded, "", "the procurement has ended: %s", status)
	case status == models.StatusSuspended:
		return 0, models.Refuse(models.CodeSuspended, "", "the procurement is suspended").Accepting("resuming it first")
	}
	rounds, err := d.tx.Rounds(d.procurement())
	if err != nil {
		return 0, err
	}
	round := models.Dossier{Rounds: rounds}.Round(rule.Phase)
	lasting := rule.Lasting || rule.Enduring
	if round.Status != models.PhaseOpen && (round.Status != models.PhaseClosed || !lasting) {
		return 0, models.Refuse(models.CodePhaseNotOpen, "", "the phase %s is %s", rule.Phase, round.Status).
			Accepting("entries of this kind while %s is open", rule.Phase)
	}
	return round.Round, nil
}

// speaksFor returns the member of the consortium for which the actor holds a role that may write: a buyer, or a partner
// too if entries of the kind say of any member.
func (d *deed) speaksFor(k EntryKind) (models.ID, error) {
	held, err := d.tx.RolesHeld(d.procurement(), d.Actor.PersonID, d.Seat.Now)
	if err != nil {
		return "", err
	}
	members, named, err := d.tx.Members(d.procurement())
	if err != nil {
		return "", err
	}
	for _, a := range held {
		m := activeMember(members, a.OrganisationID)
		switch {
		case m == nil || !slices.Contains(k.Writers, a.Role):
		case !m.Buys() && !k.ByPartners:
			return "", models.Refuse(models.CodePartnerDoesNotBuy, "", "%s is a partner of the consortium; this is %s",
				named[m.OrganisationID].LegalName, k.What).
				Accepting("a person of a buyer")
		default:
			return a.OrganisationID, nil
		}
	}
	return "", models.Refuse(models.CodeNotAMember, "",
		"you hold no role that may write this for a member of the consortium").
		Accepting("a person with such a role for a member of the consortium")
}

func (k EntryKind) mayChange(d *deed, e models.Entry) error {
	if k.Final {
		return models.Refuse(models.CodeEntryFinal, "", "what was done, said or declared stays on record: %s", k.What).
			Accepting("a further entry that corrects it")
	}
	if e.WithdrawnAt != nil {
		return models.Refuse(models.CodeNotFound, "", "the entry was withdrawn").Accepting("a new entry")
	}
	if k.PerBuyer {
		buyer, err := d.speaksFor(k)
		if err != nil {
			return err
		}
		if buyer != e.OrganisationID {
			return models.Refuse(models.CodeForbidden, "", "the entry speaks for another buyer").
				Accepting("a person of that buyer")
		}
	}
	return d.On.check(e.Version)
}

// entryFits judges an entry by the rest of the dossier, if its content asks for that, and by the documents it names.
func (d *deed) entryFits(body Content, e models.Entry, dossier func() (models.Dossier, error)) error {
	if named, ok := body.(documented); ok && e.WithdrawnAt == nil {
		for _, digest := range named.Documents() {
			if err := d.tx.DocumentWritten(e.ProcurementID, digest); err != nil {
				return err
			}
		}
	}
	if f, ok := body.(following); ok && e.WithdrawnAt == nil && f.Follows() != "" {
		if err := d.mayFollow(f); err != nil {
			return err
		}
	}
	c, ok := body.(contextual)
	if !ok {
		return nil
	}
	all, err := dossier()
	if err != nil {
		return err
	}
	return c.CheckAgainst(all, e)
}

// mayFollow refuses a procurement that is no pre-commercial procurement of one of the buyers, real or rehearsed as this
// one is.
func (d *deed) mayFollow(f following) error {
	const field = "/procurement"
	before, err := d.tx.Predecessor(d.procurement(), f.Follows())
	r, refused := models.RefusalOf(err)
	switch {
	case refused && r.Code == models.CodeNotFound, err == nil && f.Follows() == d.procurement():
		return models.Refuse(models.CodeNoSuccessor, field, "no other procurement of one of the buyers has this ID").
			Accepting("one in which a buyer of this consortium buys, or no ID if it did not run here")
	case err != nil:
		return err
	case before.Mode != d.Seat.Procurement.Mode:
		return models.Refuse(models.CodeNoSuccessor, field,
			"the other procurement is of the mode %s, and this one is of the mode %s", before.Mode,
			d.Seat.Procurement.Mode).
			Accepting("a procurement of the same mode")
	case before.Route != models.RoutePCP:
		return models.Refuse(models.CodeNoSuccessor, field, "the other procurement does not take the route %s",
			models.RoutePCP).
			Accepting("a procurement whose route is %s", models.RoutePCP)
	}
	if left := f.LeavesOut(before.Contractors); len(left) > 0 {
		return models.Refuse(models.CodeNoSuccessor, "/contractors", "contractors of that procurement are left out: %s",
			strings.Join(left, ", ")).
			Accepting("all contractors, of every phase")
	}
	return nil
}

func (d *deed) putEntry(e *models.Entry) error {
	rule, _ := models.EntryRuleOf(e.Kind)
	written, err := d.tx.WriteEntry(e, rule.Single)
	if v, ok := pg.ViolationOf(err); ok && v.Constraint == "entries_single" {
		return models.Refuse(models.CodeAlreadyExists, "",
			"such an entry already exists").
			Accepting("the next version of the existing entry")
	}
	if err == nil && !written {
		return models.Refuse(models.CodeStale, models.FieldVersion, "the entry has changed since you read it").
			Accepting("the same change, made on the present version")
	}
	return err
}

func aboutEntry(e models.Entry) event.EntryWritten {
	return event.EntryWritten{
		EntryID: e.ID, Kind: e.Kind, Phase: e.Phase, Round: e.Round,
		Version: e.Version, Digest: e.Digest, OrganisationID: e.OrganisationID,
	}
}
