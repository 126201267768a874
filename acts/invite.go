package acts

import (
	"slices"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// mayInvite judges what is moved: to invite those of the shortlist to the next stage of a lot.
func (c *call) mayInvite(in process.Invite) error {
	_, _, _, err := c.invitation(in)
	return err
}

// invite opens the box of the next stage for those who are invited, and tells every candidate, all at once
// (Directive 2014/24/EU, Article 54(1)).
func (c *call) invite(in process.Invite) error {
	d, list, stage, err := c.invitation(in)
	if err != nil {
		return err
	}
	lot, _ := d.Tendering.Lot(in.Lot)
	var invited []models.ID
	for _, candidate := range list.Candidates {
		if candidate.Invited {
			invited = append(invited, candidate.Organisation)
		}
	}
	box, err := c.open(&lot, stage, in.Deadline, invited...)
	if err != nil {
		return err
	}
	digests, err := c.keepLetters(models.LetterSelection, evaluation.ComposeInvitations(d, lot, list, box), true)
	if err != nil {
		return err
	}
	return c.record(event.CandidatesInvited{
		LotID: lot.ID, BoxID: box.ID, Shortlist: list.Digest, Deadline: utc(box.Deadline), Letters: digests,
	})
}

func (c *call) invitation(in process.Invite) (models.Dossier, evaluation.Shortlist, models.Stage, error) {
	d, err := c.dossier()
	if err != nil {
		return d, evaluation.Shortlist{}, models.Stage{}, err
	}
	lot, ok := d.Tendering.Lot(in.Lot)
	if !ok {
		return d, evaluation.Shortlist{}, models.Stage{}, models.NoSuchResource()
	}
	list, stage, err := evaluation.MayInvite(d, lot, in.Shortlist, in.Deadline)
	return d, list, stage, err
}

// selectionAuthors are those who made what the board decides on: the selection criteria and the findings. They may
// not cast their buyer's vote.
func selectionAuthors(d models.Dossier, lot models.ID) []models.ID {
	var authors []models.ID
	if _, criteria, ok := d.SelectionFor(lot); ok {
		authors = append(authors, d.Authors[criteria.ID]...)
	}
	for _, t := range d.Tendering.RequestsFor(lot) {
		if _, e, ok := d.SelectionOf(t.ID); ok {
			authors = append(authors, d.Authors[e.ID]...)
		}
	}
	slices.Sort(authors)
	return slices.Compact(authors)
}
