package store

import (
	"context"

	"github.com/ppi-engine/ppi/models"
)

// A Face is what may be shown of a procurement to anybody, such as in the Temporal UI.
type Face struct {
	Title  string
	Buyers []string
	Status models.Status
}

// Face reads a procurement's public face: its title in its first language and the legal names of its
// contracting authorities, the lead buyer first. It returns [ErrNoProcurement].
func (s *Store) Face(ctx context.Context, procurement models.ID) (Face, error) {
	var face Face
	err := s.InTx(ctx, func(tx *Tx) error {
		p, err := tx.ReadProcurement(procurement)
		if err != nil {
			return err
		}
		face.Title, face.Status = p.Title.In(p.Languages[0], p.Languages...), p.Status
		members, organisations, err := tx.Members(procurement)
		for _, m := range members {
			if m.Active() && m.Buys() {
				face.Buyers = append(face.Buyers, organisations[m.OrganisationID].LegalName)
			}
		}
		return err
	})
	return face, err
}
