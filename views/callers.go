package views

import (
	"context"

	"github.com/ppi-engine/ppi/models"
)

// Credential reads an API key and its owner.
func (v *Views) Credential(ctx context.Context, key models.ID) (models.Credential, error) {
	return v.Store.Credential(ctx, key)
}

// KeyAndSeat reads, at once, an API key and the seat of its owner on a procurement; the seat is nil when no procurement
// has the ID.
func (v *Views) KeyAndSeat(
	ctx context.Context, key, procurement models.ID,
) (models.Credential, *models.Seat, error) {
	a, err := v.Store.KeyAndSeat(ctx, key, procurement)
	return a.Credential, a.Seat, err
}

// HasOutcome tells whether a command was carried out or refused.
func (v *Views) HasOutcome(ctx context.Context, command string) bool {
	cmd, err := v.Store.Command(ctx, command)
	return err == nil && cmd.DoneAt != nil
}

// Command reads a command as the record has it now.
func (v *Views) Command(ctx context.Context, id string) (models.Command, error) {
	return v.Store.Command(ctx, id)
}

// Face is what may be shown of a procurement to anybody, such as to people who look at its run in the Temporal UI: its
// title and the legal names of its contracting authorities.
func (v *Views) Face(ctx context.Context, procurement models.ID) (title string, buyers []string, err error) {
	face, err := v.Store.Face(ctx, procurement)
	return face.Title, face.Buyers, err
}
