package activities_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/ppi-engine/ppi/activities"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

func TestOnlyWhatMaySucceedLaterIsRepeatedAndNoErrorTellsOfTheRecord(t *testing.T) {
	t.Parallel()
	d := newDelivering(t, 0)
	var log strings.Builder
	transactions := &activities.Activities{Store: d.store, Log: slog.New(slog.NewTextHandler(&log, nil))}
	written, _, err := d.store.WriteCommand(t.Context(), models.Command{
		ID: models.CommandID(d.owner, "POST", "teleport", "key"), ProcurementID: d.feed.ProcurementID, ActorID: d.owner,
		Verb: "teleport", Fingerprint: make([]byte, 32), Payload: []byte(`{}`),
	}, store.Label{})
	require.NoError(t, err)
	execute := func(ctx context.Context, id string) *temporal.ApplicationError {
		_, err := transactions.Execute(ctx, process.Execute{ProcurementID: d.feed.ProcurementID, CommandID: id})
		fault := new(temporal.ApplicationError)
		require.ErrorAs(t, err, &fault)
		return fault
	}
	repeated := func(fault *temporal.ApplicationError) {
		require.False(t, fault.NonRetryable())
		require.Equal(t, activities.ErrTypeUnreachable, fault.Type())
		require.Equal(t, temporal.ApplicationErrorCategoryBenign, fault.Category())
		require.Equal(t, "the record is out of reach", fault.Message())
	}

	repeated(execute(t.Context(), written.ID)) // a newer release knows the verb
	require.Regexp(t, `msg="transaction to be repeated" command=`+written.ID+" procurement="+
		string(d.feed.ProcurementID)+" error=", log.String())
	unknown := execute(t.Context(), strings.Repeat("ab", 32))
	require.True(t, unknown.NonRetryable())
	require.Equal(t, activities.ErrTypeFault, unknown.Type())

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	repeated(execute(ctx, written.ID))

	d.exec("ALTER TABLE phase_rounds RENAME TO phase_rounds_gone")
	_, err = transactions.RunDue(t.Context(), process.RunDue{ProcurementID: d.feed.ProcurementID})
	fault := new(temporal.ApplicationError)
	require.ErrorAs(t, err, &fault)
	require.True(t, fault.NonRetryable())
	require.NotContains(t, err.Error(), "phase_rounds")
	require.Contains(t, log.String(), "phase_rounds")
	require.Contains(t, log.String(), strings.TrimPrefix(fault.Message(), "fault "))
}

func TestARunAsksForItsStateUntilItGetsIt(t *testing.T) {
	t.Parallel()
	d := newDelivering(t, 0)
	transactions := &activities.Activities{Store: d.store, Log: slog.New(slog.DiscardHandler)}
	load := func(id models.ID) *temporal.ApplicationError {
		_, err := transactions.Load(t.Context(), id, 0)
		fault := new(temporal.ApplicationError)
		require.ErrorAs(t, err, &fault)
		return fault
	}
	require.True(t, load(models.NewID(models.PrefixProcurement)).NonRetryable(), "there is none to read")
	d.exec("ALTER TABLE phase_rounds RENAME TO phase_rounds_gone")
	require.False(t, load(d.feed.ProcurementID).NonRetryable())
	require.NotContains(t, load(d.feed.ProcurementID).Error(), "phase_rounds")
}
