package evaluation

import (
	"fmt"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/procedure"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

// MayInvite refuses a list other than the one that the record gives now, openers who are not ready, and a deadline
// that is not lawful.
func MayInvite(
	d models.Dossier, lot models.Lot, to models.Going, shortlist string, deadline models.LocalTime,
) (Shortlist, models.Stage, error) {
	list, err := ComposeShortlist(d, lot, to)
	if err != nil {
		return list, models.Stage{}, err
	}
	if list.Digest != shortlist {
		return list, models.Stage{}, models.Refuse(models.CodeShortlistChanged, "/shortlist",
			"the list of candidates has changed since you read it, or was read for another stage or number").
			Accepting("the digest %s, after reading the list again", list.Digest)
	}
	stage, err := goingTo(d, lot, to)
	if err != nil {
		return list, stage, err
	}
	if faults := openerFaults(d); len(faults) > 0 {
		return list, stage, models.Refusals(faults)
	}
	return list, stage, timelimit.CheckDeadline(d, lot, stage, "/deadline", deadline)
}

// ComposeInvitations writes one letter to each candidate: the invitation, or why there is none (Directive
// 2014/24/EU, Articles 54, 55(1) and 55(2)(a)). All leave at once.
func ComposeInvitations(d models.Dossier, lot models.Lot, list Shortlist, box models.Box,
	at Place,
) []Letter {
	letters := make([]Letter, len(list.Candidates))
	for i, c := range list.Candidates {
		t, _ := d.Tendering.Tender(c.Request)
		l := letterTo(d, lot, t)
		l.ExcludedFor, l.ExclusionReason, l.NotInvited = c.Excluded, c.Reason, c.Reasons
		l.Grounds = c.Grounds
		if c.Invited {
			l.Invitation = invitationTo(d, lot, box, at)
			l.TalksOver = talksOver(d, lot, box)
		} else {
			l.explain(d, list, c)
		}
		letters[i] = l
	}
	return letters
}

// talksOver tells whether the invitation to a box ends the talks on a lot: all who remain are told so when they are
// asked for their final tenders (Articles 29(7) and 30(6)).
func talksOver(d models.Dossier, lot models.Lot, box models.Box) bool {
	way, err := procedure.Of(d)
	if err != nil || len(lot.Boxes) < 2 {
		return false
	}
	before, _ := way.Stage(lot.Boxes[len(lot.Boxes)-2].Stage)
	return before.Talks != "" && way.Last(box.Stage)
}

// ComposeDeadlineLetters writes one letter to everyone who was invited to the lot's box: the invitation, with the
// deadline that the box has now.
func ComposeDeadlineLetters(d models.Dossier, lot models.Lot, reason string, at Place) []Letter {
	var letters []Letter
	for _, request := range d.Tendering.RequestsFor(lot.ID) {
		if box := lot.Box(); box.ByInvitation && box.OpenTo(request.OrganisationID) {
			l := letterTo(d, lot, request)
			l.Invitation, l.MovedFor = invitationTo(d, lot, box, at), reason
			letters = append(letters, l)
		}
	}
	return letters
}

// invitationTo says what Annex IX(1) of Directive 2014/24/EU asks for, and where the procurement documents are (Article
// 54(2)).
func invitationTo(d models.Dossier, lot models.Lot, box models.Box, at Place) *Invitation {
	_, criteria, _ := d.CriteriaFor(lot.ID)
	in := fmt.Sprintf("%s/v1/procurements/%s/", at.Address, d.Procurement.ID)
	documents := make([]InvitingDocument, len(at.Documents))
	for i, doc := range at.Documents {
		documents[i] = InvitingDocument{
			ID: doc.ID, Version: doc.Version, Title: doc.Title, Digest: doc.Digest,
			Address: in + "documents/" + string(doc.ID),
		}
	}
	return &Invitation{
		Box: box.ID, Stage: box.Stage, Deadline: box.Deadline.UTC(), DeadlineLocal: box.DeadlineLocal,
		DeadlineZone: box.DeadlineZone, Notice: noticeOf(d, lot), Criteria: criteria.Digest,
		Languages: d.Procurement.Languages, SendTo: in + "lots/" + string(lot.ID) + "/tenders", Documents: documents,
		Openers: d.PublishedOpeners(),
	}
}
