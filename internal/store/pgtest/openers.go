package pgtest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/models"
)

// An Opener is a person who opens for a buyer, with its key.
type Opener struct {
	Person, Buyer models.ID
	Key           envelope.Key
}

// SealFor has any threshold of the openers open together what is sealed in a procurement, without the checks of the
// rules: it gives them the role, announces their keys, writes the set, and has all pass a test. exec carries out
// statements with all rights.
func SealFor(
	t testing.TB, exec func(statement string, arguments ...any), procurement models.ID, mode models.Mode, threshold int,
	openers []Opener,
) models.OpenerSet {
	t.Helper()
	announced := make([]envelope.Announcement, len(openers))
	for i := range openers {
		o := &openers[i]
		exec(`INSERT INTO role_assignments (id, procurement_id, person_id, organisation_id, role, valid_from)
			VALUES ($1, $2, $3, $4, 'opener', clock_timestamp() - interval '1 hour')`,
			models.NewID(models.PrefixRole), procurement, o.Person, o.Buyer)
		var err error
		o.Key, err = envelope.NewKey(envelope.Owner{
			Mode: mode, Procurement: procurement, Buyer: o.Buyer, Person: o.Person,
		})
		require.NoError(t, err)
		announced[i], err = o.Key.Announce()
		require.NoError(t, err)
	}
	set, err := envelope.NewSet(threshold, announced)
	require.NoError(t, err)
	named := models.OpenerSet{Threshold: threshold}
	named.Fingerprint, err = set.Fingerprint()
	require.NoError(t, err)
	for _, o := range set.Openers {
		proof, err := o.Proof.MarshalText()
		require.NoError(t, err)
		named.Openers = append(named.Openers, models.SetOpener{
			Buyer: o.Buyer, Person: o.Person, Key: o.Key.String(), Proof: string(proof),
		})
		writeEntry(t, exec, procurement, models.EntryOpenerKey, o.Person, o.Buyer,
			models.OpenerKey{Person: o.Person, Key: o.Key.String(), Proof: string(proof)})
	}
	writeEntry(t, exec, procurement, models.EntryOpenerSet, openers[0].Person, openers[0].Buyer, named)
	passTests(exec, procurement, named)
	return named
}

func writeEntry(
	t testing.TB, exec func(string, ...any), procurement models.ID, kind models.EntryKind,
	author, organisation models.ID, content any,
) {
	t.Helper()
	body, digest, err := models.Canonical(content)
	require.NoError(t, err)
	id := models.NewID(models.PrefixEntry)
	exec(`INSERT INTO entries (id, procurement_id, kind, phase, round, organisation_id, version, author_id, body,
			digest, written_at, single)
		VALUES ($1, $2, $3, 'tender', 1, $4, 1, $5, $6, $7, clock_timestamp(), $8)`,
		id, procurement, kind, organisation, author, body, digest, kind == models.EntryOpenerSet)
	exec(`INSERT INTO entry_versions (entry_id, version, author_id, body, digest, written_at)
		SELECT id, version, author_id, body, digest, written_at FROM entries WHERE id = $1`, id)
}

func passTests(exec func(string, ...any), procurement models.ID, set models.OpenerSet) {
	test := models.NewID(models.PrefixBox)
	exec(`INSERT INTO opener_tests (id, procurement_id, fingerprint, organisation_id, header, made_at)
		VALUES ($1, $2, $3, $4, '{}', clock_timestamp())`, test, procurement, set.Fingerprint, set.Openers[0].Buyer)
	for _, o := range set.Openers {
		exec("INSERT INTO opener_test_releases (test_id, person_id, digest, content, released_at) "+
			"VALUES ($1, $2, $3, '{}', clock_timestamp())", test, o.Person, models.Digest([]byte("{}")))
	}
}

// SealBoxes is a statement that has all boxes of the procurement $1 sealed for the present openers.
const SealBoxes = `UPDATE boxes b SET opener_set = e.id, opener_set_version = e.version,
		fingerprint = e.body ->> 'fingerprint'
	FROM entries e WHERE b.procurement_id = $1 AND e.procurement_id = $1 AND e.kind = 'opener_set'
		AND e.withdrawn_at IS NULL`
