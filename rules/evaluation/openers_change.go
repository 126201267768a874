package evaluation

import (
	"slices"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

// mostFormerOpeners bounds how often the openers of a box are changed: each set of them has to be opened by.
const mostFormerOpeners = 9

// SealingFrozen refuses to change for whom envelopes are sealed while those for a published lot are or were sealed so,
// unless a box is open: then a notice of change can still tell suppliers.
func SealingFrozen(d models.Dossier) error {
	if slices.ContainsFunc(d.Tendering.Lots, takes(d)) || !slices.ContainsFunc(d.Tendering.Lots, sealing) {
		return nil
	}
	return models.Refuse(models.CodeFrozen, "",
		"what was handed in is sealed for those who open according to the publication, and no box is open").
		Accepting("a change while a box is open, or after every published lot has ended")
}

// takes tells whether the box of a lot takes what is handed in now.
func takes(d models.Dossier) func(models.Lot) bool {
	return func(l models.Lot) bool { return l.Open() && !l.Box().Over(d.Now) }
}

// MayChangeOpeners lists the open lots that are not sealed for the present set of openers. It refuses where there are
// none, where these openers are not ready as before a publication, where suppliers would learn of it too late
// (Directive 2014/24/EU, Articles 47(3)(a) and 53(2)), and to go back to former openers: for whom an envelope is sealed
// would be said twice.
func MayChangeOpeners(d models.Dossier) ([]models.Lot, error) {
	set, _ := d.Openers()
	var lots []models.Lot
	open := slices.DeleteFunc(slices.Clone(d.Tendering.Lots), func(l models.Lot) bool { return !takes(d)(l) })
	for _, l := range open {
		switch box := l.Box(); {
		case models.SameFingerprint(box.Fingerprint, set.Fingerprint):
			continue
		case box.SealedForAny(set.Fingerprint):
			return nil, models.Refuse(models.CodeOpenersRefused, "", "these were openers of lot %d before", l.Number).
				Accepting("a set in which an opener has another key")
		case len(box.Former) == mostFormerOpeners:
			return nil, models.Refuse(models.CodeOpenersRefused, "", "the openers of lot %d were changed %d times",
				l.Number, mostFormerOpeners).Accepting("no further change")
		}
		lots = append(lots, l)
	}
	switch {
	case len(open) == 0:
		return nil, models.Refuse(models.CodeLotNotOpen, "", "no lot is open whose deadline is still ahead").
			Accepting("this while tenders are taken")
	case len(lots) == 0:
		return nil, models.Refuse(models.CodeOpenersRefused, "",
			"whatever is handed in to an open box is sealed for these openers already").
			Accepting("this after a PUT of the entry %s that names other openers, or other keys", models.EntryOpenerSet)
	}
	if faults := openerFaults(d); len(faults) > 0 {
		return nil, models.Refusals(faults)
	}
	return lots, timelimit.CheckAnswers(d, "")
}

// An OpenersNotice informs the public that the openers of open boxes were changed. Whoever compares a fingerprint with
// that of a notice finds the present one in the last of these, and in the contract notice before there is one.
type OpenersNotice struct {
	Procurement models.ID   `json:"procurement"`
	Mode        models.Mode `json:"mode"`
	Title       models.Text `json:"title"`
	// Lots are those whose boxes are open.
	Lots []ChangedLot `json:"lots"`
	// Openers are for whom envelopes are sealed from now on.
	Openers models.PublishedOpeners `json:"openers"`
	Reason  string                  `json:"reason"`
	// AsksTenderers is as in a [ChangeNotice]. AsksToSealAnew asks them to seal anew what they have handed in, and to
	// replace it. What is not replaced stays, sealed for the former openers.
	AsksTenderers  bool      `json:"asks_tenderers_to_confirm"`
	AsksToSealAnew bool      `json:"asks_tenderers_to_seal_anew"`
	DispatchedAt   time.Time `json:"dispatched_at"`
}

// A ChangedLot is a lot whose openers were changed.
type ChangedLot struct {
	Lot    models.ID `json:"lot"`
	Number int       `json:"number"`
	Box    models.ID `json:"box"`
	// Changes is the notice that published the lot, by its digest.
	Changes string `json:"changes,omitempty"`
	// Former are its openers until now.
	Former models.PublishedOpeners `json:"former_openers"`
}

// ComposeOpenersNotice writes the notice that what is handed in for lots from now on is sealed for the present openers.
func ComposeOpenersNotice(d models.Dossier, lots []models.Lot, reason string) OpenersNotice {
	n := OpenersNotice{
		Procurement: d.Procurement.ID, Mode: d.Procurement.Mode, Title: d.Procurement.Title,
		Openers: d.PublishedOpeners(), Reason: reason, AsksTenderers: true, AsksToSealAnew: true,
		DispatchedAt: d.Now.UTC(),
	}
	for _, l := range lots {
		former, _ := d.OpenersWith(l.Box().Fingerprint)
		n.Lots = append(n.Lots, ChangedLot{l.ID, l.Number, l.Box().ID, noticeOf(d, l), former.Published()})
	}
	return n
}
