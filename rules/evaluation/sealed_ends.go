package evaluation

import (
	"slices"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// withheldAfter is how long openers have, from the instant from which they could release, before they count as
// withholding: who releases in the afternoon withholds nothing. It is no legal period.
const withheldAfter = 24 * time.Hour

// LeaveSealed says how a lot is left that ends because its box cannot be opened. It refuses where the facts do not bear
// the ground out: where nothing waits to be released, where enough openers can still release, or, for a ground that
// blames them, where they had no time to or cannot any more.
func LeaveSealed(d models.Dossier, lot models.Lot, ground models.SealedGround) (models.LeftSealed, error) {
	if !lot.Published() {
		return models.LeftSealed{}, models.Refuse(models.CodeLotNotOpen, "/sealed", "lot %d has not been published",
			lot.Number).Accepting("no such ground")
	}
	box := lot.Box()
	if err := mayRelease(lot, box, models.EnvelopeOther); err != nil {
		return models.LeftSealed{}, models.At("/sealed", err)
	}
	kind, p, since := awaited(d, box)
	if kind == "" {
		return models.LeftSealed{}, notBorneOut("nothing in lot %d waits to be released by its openers", lot.Number).
			Accepting("no such ground; prices are released after quality is locked")
	}
	left := models.LeftSealed{
		LotID: lot.ID, BoxID: box.ID, Kind: kind, Ground: ground, Fingerprint: p.Openers.Fingerprint, Needed: p.Needed,
		Released: p.Released, Withheld: p.Able, Lost: p.Lost, EndedAt: d.Now,
	}
	return left, bearsOut(d, p, ground, since)
}

// CheckSealedCode refuses to tell the public a code that is not why a box cannot be opened. The list
// non-award-justification has none of its own for it.
func CheckSealedCode(code models.NonAwardCode) error {
	fitting := []models.NonAwardCode{"tch-pr-error", "other"}
	if slices.Contains(fitting, code) {
		return nil
	}
	return models.Refuse(models.CodeInvalidValue, "/code", "%s is not why a box cannot be opened", code).
		Accepting("one of %v", fitting)
}

// bearsOut refuses a ground that is not that of the box.
func bearsOut(d models.Dossier, p Progress, ground models.SealedGround, since time.Time) error {
	openable, over := p.openable(), since.Add(withheldAfter)
	switch {
	case !openable && ground != models.OpenersLost:
		return notBorneOut("%d of %d openers have released, and only %d more can", len(p.Released), p.Needed,
			len(p.Able)).Accepting("%s", models.OpenersLost)
	case !openable && d.Now.Before(over):
		return notBorneOut("openers could release from %s on only, and who is said to be lost may be found",
			models.Instant(since)).Accepting("this from %s on", models.Instant(over))
	case !openable:
		return nil
	case ground != models.OpenersWithhold:
		return notBorneOut("%d of %d openers have released, and these can still: %s", len(p.Released), p.Needed,
			namesOf(d, p.Able)).
			Accepting("%s if they do not, or first the opener-losses of those who cannot", models.OpenersWithhold)
	case d.Procurement.Status == models.StatusSuspended:
		return notBorneOut("the procurement is suspended: no opener can release").
			Accepting("this once it is resumed, and they do not release")
	case d.Now.Before(over):
		return notBorneOut("openers could release from %s on only", models.Instant(since)).
			Accepting("this from %s on", models.Instant(over))
	}
	return nil
}

// awaited finds the envelopes that openers are to release next, how far they have come, and since when they can; an
// empty kind: there are none. Where several sets of openers are awaited, it is one that cannot release any more, if
// there is one, and else the first.
func awaited(d models.Dossier, box models.Box) (kind models.EnvelopeKind, of Progress, since time.Time) {
	kinds, from := d.Tendering.KindsIn(box.ID), box.ClosedAt
	prices := func(k models.EnvelopeKind) bool { return k == models.EnvelopePrice }
	switch {
	case box.UnsealedAt == nil:
		kinds = slices.DeleteFunc(kinds, prices)
	case box.QualityLockedAt == nil || !slices.ContainsFunc(kinds, prices):
		return "", Progress{}, time.Time{}
	default:
		kinds, from = []models.EnvelopeKind{models.EnvelopePrice}, box.QualityLockedAt
	}
	for _, k := range kinds {
		for _, p := range ProgressOf(d, box, k) {
			if p.missing() > 0 && (kind == "" || of.openable() && !p.openable()) {
				kind, of, since = k, p, latest(*from, turned(d, box, k, p.N))
			}
		}
	}
	return kind, of, since
}

// openable tells whether enough openers have released or can.
func (p Progress) openable() bool { return len(p.Able) >= p.missing() }

// turned is when the openers of a kind were last asked for something else than before, or could not act: by the
// releases of an earlier sitting, by what changed whose prices are opened, and by a suspension.
func turned(d models.Dossier, box models.Box, kind models.EnvelopeKind, turn int) (at time.Time) {
	for _, m := range d.Tendering.Resumed {
		if m.DecidedAt != nil {
			at = latest(at, *m.DecidedAt)
		}
	}
	sitting := box.SittingOf(turn)
	for _, r := range d.Tendering.Releases {
		if r.BoxID == box.ID && r.Kind == kind && box.SittingOf(r.Turn) < sitting {
			at = latest(at, r.ReleasedAt)
		}
	}
	if sitting == 1 {
		return at
	}
	for _, e := range slices.Concat(d.Of(models.EntryConflictDeclaration), d.Of(models.EntryAdmission)) {
		at = latest(at, e.WrittenAt)
	}
	return at
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func notBorneOut(format string, args ...any) *models.Refusal {
	return models.Refuse(models.CodeGroundNotBorneOut, "/sealed", format, args...)
}

// What of a tender was not opened when its lot ended.
const (
	// UnopenedWhole: nothing of it was opened.
	UnopenedWhole = "all"
	// UnopenedPrice: its price was not.
	UnopenedPrice = "price"
)

// unopened tells what of something that stands in a box was never opened; empty: everything was.
func unopened(d models.Dossier, t models.Tender) string {
	if d.Tendering.BoxOf(t).UnsealedAt == nil {
		return UnopenedWhole
	}
	for _, e := range t.Envelopes {
		if _, found := d.FoundIn(t.ID, e.N); e.Kind == models.EnvelopePrice && !found {
			return UnopenedPrice
		}
	}
	return ""
}
