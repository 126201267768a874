package acts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// opened opens a round of the phase of a draft: entries need no more of the process.
func (b *bench) opened(phase models.Phase) *bench {
	b.Helper()
	require.NoError(b, b.acts.Store.InTx(b.Context(), func(tx *store.Tx) error {
		p, err := tx.LockProcurement(b.draft)
		if err != nil {
			return err
		}
		now, err := tx.Now()
		if err != nil {
			return err
		}
		_, err = tx.OpenRounds(b.draft, p.Now(now), phase)
		return err
	}))
	return b
}

var (
	glossaries, _ = acts.EntryKindOf(models.EntryGlossary)
	clauses, _    = acts.EntryKindOf(models.EntryClauses)
)

func glossary(term string) models.Glossary {
	meaning := models.Text{"en": "what it says"}
	return models.Glossary{Terms: []models.Term{{Term: models.Text{"en": term}, Meaning: meaning}}}
}

func TestAnEntryIsWrittenWhileItsPhaseIsOpen(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	_, err := glossaries.Write(t.Context(), b.acts, b.asLead(), glossary("qubit"))
	refused(t, err, models.CodePhaseNotOpen)

	b.opened(models.PhaseSpecification)
	by := b.asLead()
	by.Roles = glossaries.Writers
	first, err := glossaries.Write(t.Context(), b.acts, by, glossary("qubit"))
	require.NoError(t, err)
	require.Equal(t, int64(1), first.Result.Version)
	again, err := glossaries.Write(t.Context(), b.acts, by, glossary("qubit"))
	require.NoError(t, err)
	require.True(t, again.Again)
	require.Equal(t, first.Result.ID, again.Result.ID)
	require.Equal(t, first.Result.Digest, again.Result.Digest)
	require.JSONEq(t, string(first.Result.Body), string(again.Result.Body))
	_, err = glossaries.Write(t.Context(), b.acts, b.asLead(), glossary("gate"))
	refused(t, err, models.CodeAlreadyExists)
	require.Equal(t, 1, b.happened(event.EntryWritten{}))
}

func TestAnEntryIsRewrittenAndWithdrawnOnItsPresentVersion(t *testing.T) {
	t.Parallel()
	b := setUp(t).opened(models.PhaseSpecification)
	made, err := glossaries.Write(t.Context(), b.acts, b.asLead(), glossary("qubit"))
	require.NoError(t, err)
	by := b.asLead()
	by.On = acts.Versions{Of: []int64{1}}
	next, err := glossaries.Rewrite(t.Context(), b.acts, by, made.Result.ID, glossary("gate"))
	require.NoError(t, err)
	require.Equal(t, int64(2), next.Version)
	require.NotEqual(t, made.Result.Digest, next.Digest)
	_, err = glossaries.Rewrite(t.Context(), b.acts, by, made.Result.ID, glossary("gate"))
	refused(t, err, models.CodeStale)
	_, err = clauses.Withdraw(t.Context(), b.acts, b.asLead(), made.Result.ID)
	refused(t, err, models.CodeNotFound)
	withdrawn, err := glossaries.Withdraw(t.Context(), b.acts, b.asLead(), made.Result.ID)
	require.NoError(t, err)
	require.NotNil(t, withdrawn.WithdrawnAt)
	require.Equal(t, 1, b.happened(event.EntryWithdrawn{}))
}

func TestAnImportWritesAllOrNone(t *testing.T) {
	t.Parallel()
	b := setUp(t).opened(models.PhaseSpecification)
	all := []acts.Content{glossary("qubit"), glossary("gate")}
	_, err := glossaries.Import(t.Context(), b.acts, b.asLead(), all)
	refusedAt(t, err, models.CodeAlreadyExists, "/items/1")
	require.Zero(t, b.happened(event.EntryWritten{}))
}

func TestAnEntrySaysWhatItsKindSays(t *testing.T) {
	t.Parallel()
	b := setUp(t).opened(models.PhaseSpecification)
	_, err := glossaries.Write(t.Context(), b.acts, b.asLead(), models.Clauses{})
	require.ErrorContains(t, err, "models.Clauses")
	require.Zero(t, b.happened(event.EntryWritten{}))
}
