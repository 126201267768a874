package audit

import (
	"context"
	"fmt"

	"github.com/ppi-engine/ppi/internal/opening"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// Proofs say how many files of openers had their proofs computed again.
type Proofs struct {
	Releases  int `json:"releases"`
	Handovers int `json:"handovers"`
	// Envelopes are how many were released or handed over by them.
	Envelopes int `json:"envelopes"`
}

// CompareReleases computes all proofs of stored releases and handovers again, from the stored headers. That the files
// are those of which events told, [Follow] compares: this finds those that were never right, or whose headers or
// openers were altered. It names each.
func (r *Report) CompareReleases(ctx context.Context, record *store.Store) error {
	var procurements []models.ID
	err := record.View(ctx, func(v store.View) (err error) {
		procurements, err = v.Procurements(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("compare releases: %w", err)
	}
	r.Proofs = &Proofs{}
	for _, id := range procurements {
		if err := r.compareReleases(ctx, record, id); err != nil {
			return fmt.Errorf("compare releases: %w", err)
		}
	}
	return nil
}

func (r *Report) compareReleases(ctx context.Context, record *store.Store, procurement models.ID) error {
	all, err := record.KeptOpenings(ctx, procurement)
	if err != nil {
		return err
	}
	for _, of := range all {
		k, err := opening.Keep(ctx, record, of)
		faults := k.Faults(of.Fingerprint)
		if _, refused := models.RefusalOf(err); refused {
			faults = []opening.Fault{{What: opening.FaultyOpening, Detail: err.Error()}}
		} else if err != nil {
			return err
		}
		r.Proofs.count(k)
		for _, f := range faults {
			r.found(differenceOf(k, f))
		}
	}
	return nil
}

func (p *Proofs) count(k opening.Kept) {
	p.Releases, p.Handovers = p.Releases+len(k.Releases), p.Handovers+len(k.Handovers)
	p.Envelopes += len(k.Headers)
}

// String says how much was computed.
func (p Proofs) String() string {
	return fmt.Sprintf("%d, and of handovers: %d; envelopes: %d", p.Releases, p.Handovers, p.Envelopes)
}

func differenceOf(of opening.Kept, f opening.Fault) Difference {
	d := Difference{
		ProcurementID: of.Procurement, Table: "box_releases", Key: fmt.Sprintf("%s %s", of.Box, of.Kind),
		Detail: "the proofs do not hold: " + f.Detail,
	}
	switch f.What {
	case opening.FaultyHandover:
		d.Table, d.Key = "box_handovers", fmt.Sprintf("%s %s %s", d.Key, f.Person, f.To)
	case opening.FaultyRelease:
		d.Key = fmt.Sprintf("%s %s %d", d.Key, f.Person, of.Turn)
	}
	return d
}
