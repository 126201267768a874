package acts

import (
	"bytes"
	"context"
	"crypto/rand"
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/internal/opening"
	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// MakeOpenerTest seals a test envelope for the present openers. Before anything is published each of them releases one:
// so it is known that their keys work.
func (a *Acts) MakeOpenerTest(ctx context.Context, by By) (Done[models.OpenerTest], error) {
	return once(ctx, a, by, func(d *deed) (models.OpenerTest, error) {
		if err := d.enterContent(share); err != nil {
			return models.OpenerTest{}, err
		}
		dossier, err := d.dossier()
		if err != nil {
			return models.OpenerTest{}, err
		}
		set, ok := dossier.Openers()
		if !ok {
			return models.OpenerTest{}, models.Refuse(models.CodeOpenersMissing, "", "the openers are missing").
				Accepting("a test once there is a set of openers")
		}
		if waiting := waitingTests(dossier, set); waiting >= mostTests {
			return models.OpenerTest{}, models.Refuse(models.CodeOpenersUntested, "",
				"%d tests wait for openers", waiting).Accepting("the release of one of them")
		}
		test, made, err := makeTest(d.tx, dossier, set, d.Actor.OrganisationID, false)
		if err != nil {
			return test, err
		}
		return test, d.record(made)
	})
}

// makeTest seals a test for openers and keeps it: for the organisation that asks for it, or because a deadline comes
// near (due). It returns the event that tells so.
func makeTest(
	tx *store.Tx, d models.Dossier, set models.OpenerSet, organisation models.ID, due bool,
) (models.OpenerTest, event.OpenersTested, error) {
	test := models.OpenerTest{
		ID: models.NewID(models.PrefixBox), Fingerprint: set.Fingerprint, MadeAt: d.Now, Due: due,
		Passed: []models.ID{},
	}
	header, err := sealedTest(d, test, organisation)
	if err != nil {
		return test, event.OpenersTested{}, err
	}
	test.Header = string(header)
	return test, event.OpenersTested{
		TestID: test.ID, Fingerprint: test.Fingerprint, Header: models.Digest(header), Buyer: organisation, Due: due,
	}, tx.KeepTest(d.Procurement.ID, organisation, test)
}

// sealedTest seals a test and returns its header, of which alone releases speak.
func sealedTest(d models.Dossier, test models.OpenerTest, organisation models.ID) ([]byte, error) {
	box, err := opening.OfTest(d, test)
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	content := strings.NewReader("A test: " + rand.Text() + "\n")
	if _, err := envelope.Seal(&file, content, box.For(organisation, envelope.KindTest)); err != nil {
		return nil, err
	}
	header, _, _ := bytes.Cut(file.Bytes(), []byte("\n"))
	return header, nil
}

// PassOpenerTest takes the release of a test envelope by the opener who made it.
func (a *Acts) PassOpenerTest(
	ctx context.Context, by By, test models.ID, content []byte,
) (Done[models.OpenerTest], error) {
	return once(ctx, a, by, func(d *deed) (models.OpenerTest, error) {
		// One after the other: the last one ends the task.
		if err := d.enterContent(alone); err != nil {
			return models.OpenerTest{}, err
		}
		dossier, err := d.dossier()
		if err != nil {
			return models.OpenerTest{}, err
		}
		t, err := d.tx.OpenerTest(d.procurement(), test)
		if err != nil {
			return t, err
		}
		if err := opensTest(dossier, t, d.Actor.PersonID, content); err != nil {
			return t, models.At("/release", err)
		}
		digest := models.Digest(content)
		fresh, err := d.tx.KeepTestRelease(t.ID, d.Actor.PersonID, digest, string(content), d.Seat.Now)
		if err != nil {
			return t, err
		}
		if !fresh {
			return t, models.Refuse(models.CodeReleaseTwice, "/release", "you have released this test already")
		}
		for _, known := range dossier.Tendering.Tests {
			if known.ID == t.ID {
				t.Passed = append(slices.Clone(known.Passed), d.Actor.PersonID)
			}
		}
		if err := d.record(event.OpenerPassed{TestID: t.ID, Digest: digest}); err != nil {
			return t, err
		}
		return t, d.allPassed(dossier, t)
	})
}

// opensTest refuses a release of a test that its sender did not make, or that does not hold.
func opensTest(d models.Dossier, t models.OpenerTest, sender models.ID, content []byte) error {
	box, err := opening.OfTest(d, t)
	if err != nil {
		return err
	}
	header, err := envelope.ParseHeader([]byte(t.Header))
	if err != nil {
		return err
	}
	o, err := envelope.NewOpening(box, envelope.KindTest, []envelope.Header{header})
	if err != nil {
		return err
	}
	r, err := envelope.ReadRelease(content)
	if err != nil {
		return err
	}
	if r.Person != sender {
		return models.Refuse(models.CodeNotAnOpener, "", "the release is of %s", r.Person).
			Accepting("what you released yourself, %s", sender)
	}
	return o.Accept(r)
}

// allPassed ends the task of a test once all of its openers have released it.
func (d *deed) allPassed(dossier models.Dossier, t models.OpenerTest) error {
	set, _ := dossier.OpenersWith(t.Fingerprint)
	for _, o := range set.Openers {
		// Nobody waits for who cannot open any more, as its buyer says.
		if _, lost := dossier.LossOf(t.Fingerprint, o.Person); !lost && !slices.Contains(t.Passed, o.Person) {
			return nil
		}
	}
	return d.finish(models.TaskOpenerTest, string(t.ID))
}

// mostTests bounds how many tests of a set wait for openers.
const mostTests = 10

// waitingTests counts the tests of a set that not all of its openers have released.
func waitingTests(d models.Dossier, set models.OpenerSet) (n int) {
	for _, t := range d.Tendering.Tests {
		if t.Fingerprint == set.Fingerprint && len(t.Passed) < len(set.Openers) {
			n++
		}
	}
	return n
}
