package acts

import (
	"bytes"
	"context"

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
	}, store.Label{By: verb.By, PhaseIn: verb.phaseIn})
	switch {
	case err != nil:
		return cmd, false, err
	case !bytes.Equal(cmd.Fingerprint, by.Request.Fingerprint[:]):
		return cmd, false, models.Refuse(models.CodeKeyReused, models.FieldRequest,
			"the same request was made before with another body").
			Accepting("a new key for a new request, or the first request as it was")
	}
	return cmd, !fresh, nil
}

// Pending tells whether a command has no outcome yet.
func Pending(cmd models.Command) bool { return cmd.Status == string(process.CommandPending) }
