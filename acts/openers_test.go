package acts_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
)

// An openersWorld is a procurement with openers of buyers who have announced their keys.
type openersWorld struct {
	dossier models.Dossier
	set     models.OpenerSet
}

// openersFor makes an opener of each buyer, by numbers, with a key that is announced, and the set of all.
func openersFor(t *testing.T, threshold int, buyers ...int) openersWorld {
	t.Helper()
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	w := openersWorld{dossier: models.Dossier{
		Procurement: models.Procurement{ID: models.NewID(models.PrefixProcurement), Mode: models.ModeRehearsal},
		Now:         now,
	}}
	ids := map[int]models.ID{}
	var all []envelope.Announcement
	for _, b := range buyers {
		if ids[b] == "" {
			ids[b] = models.NewID(models.PrefixOrganisation)
		}
		person := models.NewID(models.PrefixPerson)
		w.dossier.Roles = append(w.dossier.Roles, models.RoleAssignment{
			PersonID: person, OrganisationID: ids[b], Role: models.RoleOpener, ValidFrom: now.Add(-time.Hour),
		})
		key, err := envelope.NewKey(envelope.Owner{
			Mode: w.dossier.Procurement.Mode, Procurement: w.dossier.Procurement.ID, Buyer: ids[b], Person: person,
		})
		require.NoError(t, err)
		a, err := key.Announce()
		require.NoError(t, err)
		all = append(all, a)
		proof, err := a.Proof.MarshalText()
		require.NoError(t, err)
		w.announce(t, models.OpenerKey{Person: person, Key: a.Key.String(), Proof: string(proof)}, ids[b])
		w.set.Openers = append(w.set.Openers, models.SetOpener{
			Buyer: ids[b], Person: person, Key: a.Key.String(), Proof: string(proof),
		})
	}
	w.set.Threshold = threshold
	if set, err := envelope.NewSet(threshold, all); err == nil {
		w.set.Fingerprint, err = set.Fingerprint()
		require.NoError(t, err)
	}
	return w
}

func (w *openersWorld) announce(t *testing.T, k models.OpenerKey, buyer models.ID) models.Entry {
	t.Helper()
	body, err := json.Marshal(k)
	require.NoError(t, err)
	e := models.Entry{
		ID: models.NewID(models.PrefixEntry), Kind: models.EntryOpenerKey, OrganisationID: buyer, Version: 1,
		AuthorID: k.Person, Body: body,
	}
	w.dossier.Entries = append(w.dossier.Entries, e)
	return e
}

// judge judges an entry of a kind as it is judged when it is written.
func judge(t *testing.T, kind models.EntryKind, content any, d models.Dossier, e models.Entry) error {
	t.Helper()
	body, err := json.Marshal(content)
	require.NoError(t, err)
	row, known := acts.EntryKindOf(kind)
	require.True(t, known)
	read, err := row.Read(body)
	require.NoError(t, err)
	if err := read.Check(); err != nil {
		return err
	}
	judged, is := read.(interface {
		CheckAgainst(d models.Dossier, e models.Entry) error
	})
	require.True(t, is)
	return judged.CheckAgainst(d, e)
}

func refusedWith(t *testing.T, code models.Code, err error) {
	t.Helper()
	r, is := models.RefusalOf(err)
	require.True(t, is, "%v", err)
	require.Equal(t, code, r.Code, "%v", r)
}

func TestAnOpenerAnnouncesItsOwnKeyWithProof(t *testing.T) {
	t.Parallel()
	w := openersFor(t, 2, 1, 2, 3)
	e := w.dossier.Entries[0]
	k, _ := models.BodyOf[models.OpenerKey](e)
	require.NoError(t, judge(t, models.EntryOpenerKey, k, w.dossier, e))

	byAnother := e
	byAnother.AuthorID = w.set.Openers[1].Person
	refusedWith(t, models.CodeForbidden, judge(t, models.EntryOpenerKey, k, w.dossier, byAnother))
	ofAnotherBuyer := e
	ofAnotherBuyer.OrganisationID = w.set.Openers[1].Buyer
	refusedWith(t, models.CodeOpenerUnproven, judge(t, models.EntryOpenerKey, k, w.dossier, ofAnotherBuyer))
	elsewhere := w.dossier
	elsewhere.Procurement.ID = models.NewID(models.PrefixProcurement)
	refusedWith(t, models.CodeOpenerUnproven, judge(t, models.EntryOpenerKey, k, elsewhere, e))
	live := w.dossier
	live.Procurement.Mode = models.ModeLive
	refusedWith(t, models.CodeOpenerUnproven, judge(t, models.EntryOpenerKey, k, live, e))
	stolen := k
	stolen.Key = w.set.Openers[1].Key
	refusedWith(t, models.CodeOpenerUnproven, judge(t, models.EntryOpenerKey, stolen, w.dossier, e))
	stolen.Key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	refusedWith(t, models.CodeOpenerUnproven, judge(t, models.EntryOpenerKey, stolen, w.dossier, e))
}

func TestASetIsMadeOfAnnouncedKeysByTheRules(t *testing.T) {
	t.Parallel()
	w := openersFor(t, 2, 1, 2, 3)
	require.NoError(t, judge(t, models.EntryOpenerSet, w.set, w.dossier, models.Entry{}))
	two := openersFor(t, 2, 1, 1, 2, 2)
	refusedWith(t, models.CodeBuyerOpensAlone, judge(t, models.EntryOpenerSet, two.set, two.dossier, models.Entry{}))
	blocked := openersFor(t, 3, 1, 1, 2, 2)
	require.NoError(t, judge(t, models.EntryOpenerSet, blocked.set, blocked.dossier, models.Entry{}))

	for code, change := range map[models.Code]func(w *openersWorld){
		models.CodeFingerprintDiffers: func(w *openersWorld) { w.set.Fingerprint = "0000" },
		models.CodeThresholdRefused:   func(w *openersWorld) { w.set.Threshold = 3 },
		models.CodeOpenerTwice: func(w *openersWorld) {
			w.set.Openers = append(w.set.Openers, w.set.Openers[0])
		},
		models.CodeOpenerUnproven: func(w *openersWorld) { w.set.Openers[0].Proof = w.set.Openers[1].Proof },
		models.CodeFrozen: func(w *openersWorld) {
			w.dossier.Tendering.Lots = []models.Lot{{Boxes: []models.Box{{HandsIn: models.HandedTender}}}}
		},
	} {
		w := openersFor(t, 2, 1, 2, 3)
		change(&w)
		refusedWith(t, code, judge(t, models.EntryOpenerSet, w.set, w.dossier, models.Entry{}))
	}
	for name, change := range map[string]func(w *openersWorld){
		"not in order": func(w *openersWorld) {
			w.set.Openers[0], w.set.Openers[1] = w.set.Openers[1], w.set.Openers[0]
		},
		"no longer opener": func(w *openersWorld) {
			w.dossier.Roles[0].Role = models.RoleEvaluator
		},
		"opener of another buyer": func(w *openersWorld) { w.dossier.Roles[0].OrganisationID = w.set.Openers[1].Buyer },
		"never announced":         func(w *openersWorld) { w.dossier.Entries = w.dossier.Entries[1:] },
		"announced another key since": func(w *openersWorld) {
			again := openersFor(t, 2, 1, 2, 3).set.Openers[0]
			w.announce(t, models.OpenerKey{Person: w.set.Openers[0].Person, Key: again.Key, Proof: again.Proof}, "")
		},
	} {
		w := openersFor(t, 2, 1, 2, 3)
		change(&w)
		err := judge(t, models.EntryOpenerSet, w.set, w.dossier, models.Entry{})
		r, is := models.RefusalOf(err)
		require.True(t, is, name)
		require.Equal(t, models.CodeOpenersRefused, r.Code, name)
	}
	w.set.Openers[0].Person = "somebody"
	refusedWith(t, models.CodeInvalidID, judge(t, models.EntryOpenerSet, w.set, w.dossier, models.Entry{}))
}

// For whom tenders are sealed is what suppliers and openers compare: it never changes without a trace of who it was.
func TestTheOpenersOfABoxDoNotChangeWithoutATrace(t *testing.T) {
	t.Parallel()
	b := openBox(t)
	change := func() error {
		_, err := b.db.SQL.Exec(t.Context(), "UPDATE boxes SET fingerprint = 'OTHERS' WHERE id = $1",
			pgtest.BoxOf(b.lot))
		return err
	}
	require.ErrorContains(t, change(), "the openers of box")
	b.exec(`INSERT INTO former_openers (box_id, n, opener_set, opener_set_version, fingerprint, until)
		SELECT id, 1, opener_set, opener_set_version, fingerprint, clock_timestamp() FROM boxes WHERE id = $1`,
		pgtest.BoxOf(b.lot))
	b.shut()
	require.ErrorContains(t, change(), "the openers of box", "nor after the box was closed")
}
