package acts

import (
	"bytes"
	"context"
	"fmt"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// Ask records a command for the process of a procurement. The command has no effect until the procurement's run has it
// carried out. Ask returns the command as recorded, and whether it was asked for before: a repeat returns the first
// command, with its outcome if there is one. It refuses a request whose ID was used for another request
// ([models.CodeKeyReused]).
func (a *Acts) Ask(
	ctx context.Context, by By, verb Verb, payload []byte,
) (cmd models.Command, repeated bool, err error) {
	cmd, fresh, err := a.Store.WriteCommand(ctx, models.Command{
		ID: by.Request.ID, ProcurementID: by.Seat.Procurement.ID, ActorID: by.Actor.PersonID, Verb: verb.Name,
		Fingerprint: by.Request.Fingerprint[:], IfMatch: by.On.list(), Payload: payload,
	}, verb.label())
	if err == nil {
		err = RefuseReuse(cmd, by.Request.Fingerprint[:])
	}
	return cmd, err == nil && !fresh, err
}

// AskAgain writes a command down once more, dated as it was, unless the record has it, and tells whether the record had
// lost it. Of two votes still the one asked for later stands.
func (a *Acts) AskAgain(ctx context.Context, cmd models.Command) (lost bool, err error) {
	verb, ok := verbOf(cmd.Verb)
	if !ok {
		return false, fmt.Errorf("no verb %q", cmd.Verb)
	}
	_, lost, err = a.Store.WriteCommand(ctx, cmd, verb.label())
	if lost || err != nil {
		a.Log.WarnContext(ctx, "a command without an outcome was looked for in the record",
			"command", cmd.ID, "procurement", cmd.ProcurementID, "lost", lost, "error", err)
	}
	return lost, err
}

func (v Verb) label() store.Label { return store.Label{By: v.By, PhaseIn: v.phaseIn} }

// RefuseReuse refuses a request whose ID belongs to the command of another one on record ([models.CodeKeyReused]).
func RefuseReuse(cmd models.Command, fingerprint []byte) error {
	if bytes.Equal(cmd.Fingerprint, fingerprint) {
		return nil
	}
	return models.Refuse(models.CodeKeyReused, models.FieldRequest,
		"the same request was made before with another body").
		Accepting("a new key for a new request, or the first request as it was")
}

// Pending tells whether a command has no outcome yet.
func Pending(cmd models.Command) bool { return cmd.Status == string(process.CommandPending) }
