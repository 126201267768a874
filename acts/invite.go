package acts

import (
	"slices"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// mayInvite judges the motion to invite the candidates on the shortlist to the next stage of a lot.
func (c *call) mayInvite(in process.Invite) error {
	_, err := c.invitation(in)
	return err
}

// invite opens the box of the next stage for those who are invited, and tells every candidate, all at once
// (Directive 2014/24/EU, Article 54(1)).
func (c *call) invite(in process.Invite) error {
	to, err := c.invitation(in)
	if err != nil {
		return err
	}
	var invited []models.ID
	for _, candidate := range to.list.Candidates {
		if candidate.Invited {
			invited = append(invited, candidate.Organisation)
		}
	}
	box, err := c.open(&to.lot, to.stage, in.Deadline, invited...)
	if err != nil {
		return err
	}
	place, err := c.place()
	if err != nil {
		return err
	}
	letters := evaluation.ComposeInvitations(to.dossier, to.lot, to.list, box, place)
	digests, err := c.keepLetters(models.LetterSelection, letters, true)
	if err != nil {
		return err
	}
	slices.Sort(invited)
	part, err := event.NewPart(invited)
	if err != nil {
		return err
	}
	return c.record(event.CandidatesInvited{
		LotID: to.lot.ID, BoxID: box.ID, Shortlist: to.list.Digest, Deadline: utc(box.Deadline), Letters: digests,
		Invited: part, Stage: box.Stage, Round: box.Round, HandsIn: box.HandsIn, Talks: box.Talks,
		SealedFor: sealedFor(box),
	})
}

// place says where candidates find the procurement documents.
func (c *call) place() (evaluation.Place, error) {
	documents, err := c.tx.Documents(c.p.ID, models.AudienceTenderers)
	return evaluation.Place{Address: c.address, Documents: documents}, err
}

// An invitation is whom the board invites for which lot, and to which stage.
type invitation struct {
	dossier models.Dossier
	lot     models.Lot
	list    evaluation.Shortlist
	stage   models.Stage
}

func (c *call) invitation(in process.Invite) (to invitation, err error) {
	if to.dossier, err = c.dossier(); err != nil {
		return to, err
	}
	var ok bool
	if to.lot, ok = to.dossier.Tendering.Lot(in.Lot); !ok {
		return to, models.NoSuchResource()
	}
	to.list, to.stage, err = evaluation.MayInvite(to.dossier, to.lot, in.Going, in.Shortlist, in.Deadline)
	return to, err
}
