package acts

import (
	"fmt"
	"slices"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// testedAhead is how long before a deadline openers show again that they can open: early enough to find whoever has
// lost a key, and once more when hardly anything can happen any more. It is no legal period.
func testedAhead() []time.Duration { return []time.Duration{7 * 24 * time.Hour, 24 * time.Hour} }

// openerTestAt is when openers of an open box are to be tested next, the former ones too: tenders may be sealed for
// them. It returns those who are, by their fingerprints; none: no test is due before the deadline.
func openerTestAt(tests []models.OpenerTest, box models.Box) (at time.Time, openers []string) {
	for _, ahead := range testedAhead() {
		at = box.Deadline.Add(-ahead).UTC()
		if !at.After(box.OpenedAt) {
			continue
		}
		for _, of := range box.SealedFor() {
			if of.Fingerprint != "" && !slices.ContainsFunc(tests, func(t models.OpenerTest) bool {
				return t.Due && t.Fingerprint == of.Fingerprint && !t.MadeAt.Before(at)
			}) {
				openers = append(openers, of.Fingerprint)
			}
		}
		if len(openers) > 0 {
			return at, openers
		}
	}
	return time.Time{}, nil
}

// testOpeners seals a test envelope for the openers of a box and raises a task, which ends once all have released it.
// It tells nothing of what is in the box.
func testOpeners(c *call, due process.Due) error {
	d, err := c.dossier()
	if err != nil {
		return err
	}
	_, box, ok := d.Tendering.Box(due.Subject)
	if !ok {
		return fmt.Errorf("test the openers of box %s: there is none", due.Subject)
	}
	_, openers := openerTestAt(d.Tendering.Tests, box)
	if len(openers) == 0 {
		return nil // tested for another lot meanwhile
	}
	if err := c.endTests(d, openers...); err != nil {
		return err
	}
	for _, fingerprint := range openers {
		set, ok := d.OpenersWith(fingerprint)
		if !ok {
			return fmt.Errorf("test the openers of box %s: %s is known no more", due.Subject, fingerprint)
		}
		test, made, err := makeTest(c.tx, d, set, d.ActiveMembers()[0].OrganisationID, true)
		if err != nil {
			return err
		}
		if err := c.record(made); err != nil {
			return err
		}
		var people []models.ID
		for _, o := range set.Openers {
			if _, lost := d.LossOf(fingerprint, o.Person); !lost {
				people = append(people, o.Person)
			}
		}
		if err := c.raise(models.TaskOpenerTest, string(test.ID), map[string]any{
			"openers": people, "fingerprint": fingerprint, "lot": box.LotID, "deadline": utc(box.Deadline),
		}); err != nil {
			return err
		}
	}
	return nil
}

// endTests ends the tasks of tests of openers with these fingerprints: another test succeeds them, or it is too late.
func (c *call) endTests(d models.Dossier, openers ...string) error {
	r, err := c.reading(false)
	if err != nil {
		return err
	}
	for _, task := range r.Tasks {
		of := func(t models.OpenerTest) bool {
			return string(t.ID) == task.SubjectID && slices.Contains(openers, t.Fingerprint)
		}
		if task.Kind != models.TaskOpenerTest || !slices.ContainsFunc(d.Tendering.Tests, of) {
			continue
		}
		if err := c.finish(task.Kind, task.SubjectID); err != nil {
			return err
		}
	}
	return nil
}

// endTestsWith ends those of the openers of a box that closes, but for those who still open another one.
func (c *call) endTestsWith(box models.Box) error {
	r, err := c.reading(false)
	if err != nil {
		return err
	}
	var over []string
	for _, of := range box.SealedFor() {
		if !slices.ContainsFunc(r.Dossier.Tendering.Lots, func(l models.Lot) bool {
			return l.Open() && l.Box().ID != box.ID && l.Box().SealedForAny(of.Fingerprint)
		}) {
			over = append(over, of.Fingerprint)
		}
	}
	return c.endTests(r.Dossier, over...)
}
