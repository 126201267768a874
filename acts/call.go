package acts

import (
	"slices"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
)

// A call is a command, or something due, being carried out: one transaction that holds the
// procurement's row, so that nothing it reads of the procurement changes until it commits.
type call struct {
	tx  *store.Tx
	cmd models.Command
	// address is that of the API; see [Acts].
	address string
	// p is saved at the end, with its version raised by one.
	p models.Procurement
	// now is procedure time, clock the database's, both read after the locks were taken.
	now, clock time.Time
	// held are the actor's roles now.
	held []models.RoleAssignment
	// read is what was read of the procurement; nil: it has changed since and is to be read again.
	read *store.Reading
	// judged is the gate that a vote was cast on, which the vote does not change.
	judged *judgedGate
	// seen was read for another purpose and is still valid, except for its rounds: the state sums up the gates from it.
	seen *models.Dossier
	// step counts the steps of a command that has several; more asks for another.
	step int
	more bool
}

// A judgedGate is the gate of a phase in a round as it is in this call.
type judgedGate struct {
	models.Gate

	phase models.Phase
	round int
}

// is tells whether it is the gate of a phase in a round; nil is none.
func (g *judgedGate) is(phase models.Phase, round int) bool {
	return g != nil && g.phase == phase && g.round == round
}

// enter locks the boxes and the procurement, for a command or without one, and then reads the clock and what became of
// the command meanwhile. It reads the dossier, too, whole or not: what is not read then is read when it is needed.
func enter(
	tx *store.Tx, procurement models.ID, boxes []models.ID, cmd models.Command, whole bool,
) (*call, error) {
	h, err := tx.Hold(procurement, boxes, cmd, whole)
	if err != nil {
		return nil, err
	}
	c := &call{
		tx: tx, cmd: cmd, p: h.Procurement, now: h.Procurement.Now(h.Clock), clock: h.Clock, held: h.Roles,
		read: &h.Reading,
	}
	c.cmd.Status, c.cmd.Steps = h.Status, h.Steps
	return c, nil
}

// reading returns the procurement as it is now: the whole dossier, or only the state of the process. It is read once,
// and again only after the call has changed something: each change records its event, by [call.record], or by
// [call.note], which makes the change in what was read, too. Nobody else changes anything meanwhile.
func (c *call) reading(whole bool) (store.Reading, error) {
	if c.read == nil || (whole && !c.read.Whole) {
		r, err := c.tx.Read(c.p, c.now, whole)
		if err != nil {
			return r, err
		}
		c.read = &r
	}
	c.read.Dossier.Procurement, c.read.Dossier.Now = c.p, c.now
	return *c.read, nil
}

// dossier returns all that the gates are judged on.
func (c *call) dossier() (models.Dossier, error) {
	r, err := c.reading(true)
	return r.Dossier, err
}

// rounds are all rounds of all phases, oldest first.
func (c *call) rounds() ([]models.PhaseRound, error) {
	r, err := c.reading(false)
	return r.Dossier.Rounds, err
}

// lot finds a lot in the dossier.
func (c *call) lot(id models.ID) (models.Lot, error) {
	d, err := c.dossier()
	if err != nil {
		return models.Lot{}, err
	}
	lot, ok := d.Tendering.Lot(id)
	if !ok {
		return lot, models.NoSuchResource()
	}
	return lot, nil
}

// permit checks again under the locks what the API checked when it wrote the command down.
func (c *call) permit(verb Verb) error {
	if c.cmd.Steps > 0 {
		return c.permitStatus(verb) // its own first steps have changed what it was permitted on
	}
	if !slices.ContainsFunc(c.held, func(a models.RoleAssignment) bool { return slices.Contains(verb.By, a.Role) }) {
		return models.Refuse(models.CodeForbidden, "",
			"your roles on this procurement do not allow the command %s", c.cmd.Verb).
			Accepting("one of the roles %s", verb.By)
	}
	if c.cmd.IfMatch != nil && !slices.Contains(c.cmd.IfMatch, c.p.Version) {
		return models.Refuse(models.CodeStale, models.FieldVersion,
			"the procurement is at version %d, and the command was made on another one", c.p.Version).
			Accepting(`"%d", once you have read what has changed`, c.p.Version)
	}
	return c.permitStatus(verb)
}

func (c *call) permitStatus(verb Verb) error {
	if slices.Contains(verb.in, c.p.Status) {
		return nil
	}
	code, detail := models.CodeNotRunning, "the procurement is not running: it is "+string(c.p.Status)
	switch {
	case c.p.Status.Ended():
		code, detail = models.CodeEnded, "the procurement has ended: "+string(c.p.Status)
	case c.p.Status == models.StatusSuspended:
		code, detail = models.CodeSuspended, "the procurement is suspended"
	case slices.Equal(verb.in, []models.Status{models.StatusDraft}):
		code, detail = models.CodeNotDraft, "the procurement has already started"
	case slices.Equal(verb.in, []models.Status{models.StatusSuspended}):
		code, detail = models.CodeNotSuspended, "the procurement is not suspended"
	}
	return models.Refuse(code, "", "%s", detail).
		Accepting("%s in one of the states %s", c.cmd.Verb, verb.in)
}

// record appends an event of this call, by its actor, at its procedure time. It tells of a change just made: what was
// read before is out of date.
func (c *call) record(what event.Payload) error {
	c.read = nil
	_, err := c.tx.Append(event.Event{
		ProcurementID: c.p.ID, ActorID: c.cmd.ActorID, At: c.now, RecordedAt: c.clock, Payload: what,
	})
	return err
}

// note appends an event as record does, of a change that is small enough to be made in what was read, too. So nothing
// is read again. Others may have what was read: change replaces slices, and nothing within them. It is nil if the event
// changes nothing in what is read.
func (c *call) note(what event.Payload, change func(r *store.Reading)) error {
	read := c.read
	err := c.record(what)
	if c.read = read; read != nil && change != nil {
		change(read)
	}
	return err
}

// outcome answers with the state as the transaction leaves it.
func (c *call) outcome(status process.CommandStatus) (process.Outcome, error) {
	state, err := c.state()
	return process.Outcome{
		CommandID: c.cmd.ID, Step: c.step, Verb: c.cmd.Verb,
		Status: status, More: c.more, Version: c.p.Version, State: state,
	}, err
}

// buyerOf returns the member for which the actor holds the board role.
func (c *call) buyerOf() (models.ID, error) {
	buyers, err := c.consortium()
	if err != nil {
		return "", err
	}
	for _, a := range c.held {
		if a.Role == models.RoleBoard && buyers.buys(a.OrganisationID) {
			return a.OrganisationID, nil
		}
	}
	return "", models.Refuse(models.CodeNotAMember, "", "you are not on the board for any member of the consortium").
		Accepting("a board member of a contracting authority that belongs to the consortium")
}
