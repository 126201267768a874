package views

import (
	"context"
	"errors"
	"io"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/eventlog"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// An Export is the export of one procurement's events that somebody may have.
type Export struct {
	views *Views
	of    models.ID
	shown eventlog.Shown
}

// Export judges whether the reader may export the events of the procurement, and returns the export. It has no parts of
// events for people whose organisation has tendered: those tell of their rivals' tenders.
func (v *Views) Export(ctx context.Context, r Reader) (Export, error) {
	if err := r.may(OfExport); err != nil {
		return Export{}, err
	}
	x := Export{views: v, of: r.procurement()}
	shown := SharedParts(r.Seat.Procurement.Status)
	if shown == nil {
		return x, nil
	}
	err := v.dossier(ctx, r, OfExport, func(_ *store.Tx, d models.Dossier) error {
		err := mayStudyAll(d, r.Actor.OrganisationID)
		if _, rival := models.RefusalOf(err); rival {
			return nil
		}
		x.shown = shown
		return err
	})
	return x, err
}

// SharedParts tells which parts of events an export carries for those who may study all tenders: none while the
// procurement goes on, because each becomes known at a time of its own; afterwards those that explain the decisions,
// such as scores and prices, and none that is personal, such as the reason of a vote in words. An export verifies
// without the others.
func SharedParts(status models.Status) eventlog.Shown {
	if !status.Ended() {
		return nil
	}
	return func(of event.Recorded, _ string) bool {
		payload, err := of.Payload()
		if err != nil {
			return false
		}
		switch p := payload.(type) {
		case event.SheetWritten, event.EnvelopeOpened, event.CandidatesInvited, event.DocumentWritten:
			return true
		case event.EntryWritten:
			rule, known := models.EntryRuleOf(p.Kind)
			return known && !rule.Personal
		}
		return false
	}
}

// Write writes all events with their proof, as `ppi audit verify` reads them. While a box of tenders of the procurement
// is open, the export ends before the publication that opened the box. begin is called first and told whether anything
// is left out. Write refuses with [models.CodeBoxOpen] when nothing can be exported.
func (e Export) Write(ctx context.Context, begin func(cut bool) io.Writer) error {
	err := e.views.Store.Log().ExportDisclosed(ctx, e.views.Checkpoints, e.of, e.shown, begin)
	if errors.Is(err, eventlog.ErrNothingRecorded) {
		return models.Refuse(models.CodeBoxOpen, "export", "nothing can be exported while a box of tenders is open").
			Accepting("the same request when the box is closed")
	}
	return err
}

// A Checkpoint is a signed head of the record.
type Checkpoint = audit.Checkpoint

// Checkpoint reads the latest signed head of the public log. Whoever keeps it can later prove that the record was
// rewritten, and learns nothing from it.
func (v *Views) Checkpoint(ctx context.Context) (Checkpoint, error) {
	c, err := v.Store.Log().PublicCheckpoint(ctx)
	if errors.Is(err, eventlog.ErrNoCheckpoint) {
		return c, models.Refuse(models.CodeNotFound, "", "no signed head of the public log has been made yet").
			Accepting("the same request in ten minutes")
	}
	return c, err
}

// PublicLog reads at most limit entries of the public log after the given one.
func (v *Views) PublicLog(ctx context.Context, after int64, limit int) ([]audit.PublicEntry, error) {
	entries, err := v.Store.Log().PublicLog(ctx, after, limit)
	if errors.Is(err, eventlog.ErrNoPlace) {
		return nil, placeLost("the number of an entry that the public log has, or 0")
	}
	return entries, err
}
