package acts

import (
	"slices"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// A Verb is one thing that people do to the process of a procurement. Its row says all of it: the operation of the
// API, the label of the command, the locks, what is done and what the board decides on are made from the row.
type Verb struct {
	Name models.Verb
	// Summary says to people what it does.
	Summary string
	// By are the roles that may ask for it. The API looks before it writes the command down; the transaction that
	// carries it out looks again.
	By []models.Role
	// in are the statuses of the procurement in which it is allowed.
	in []models.Status
	// boxes names the boxes to lock, so that nobody hands in meanwhile; nil: none.
	boxes func(s store.Summons) ([]models.ID, error)
	// phaseIn is the field of the payload that names a phase, for the label of the command; empty: none does. Every
	// label names the lot and the motion, if there is one.
	phaseIn string
	// brief tells that most commands are carried out by where the procurement stands, without its whole dossier.
	brief bool
	work  work
}

var (
	whileDraft     = []models.Status{models.StatusDraft}
	whileRunning   = []models.Status{models.StatusRunning}
	whileSuspended = []models.Status{models.StatusSuspended}
	whileOpen      = []models.Status{models.StatusRunning, models.StatusSuspended}
)

// Verbs is the table of all that can be done to the process.
func Verbs() []Verb { return slices.Concat(processVerbs(), lotVerbs(), awardVerbs(), marketVerbs()) }

// verbOf looks a verb up; false: this release does not know it.
func verbOf(name models.Verb) (Verb, bool) {
	for _, v := range Verbs() {
		if v.Name == name {
			return v, true
		}
	}
	return Verb{}, false
}

// processVerbs concern the procurement as a whole.
func processVerbs() []Verb {
	lead, board := []models.Role{models.RoleLeadProcurer}, []models.Role{models.RoleBoard}
	return []Verb{
		{Name: models.VerbStart, Summary: "Start the procurement", By: lead, in: whileDraft, work: does(start)},
		{
			Name: models.VerbVote, Summary: "Cast a buyer's vote on a gate or a motion", By: board,
			in: whileOpen, boxes: boxesOfMotion, phaseIn: "phase", work: does(vote),
		},
		{
			Name: models.VerbCount, Summary: "Count the votes on a gate or a motion as things stand now",
			By: []models.Role{models.RoleLeadProcurer, models.RoleBoard},
			in: whileOpen, boxes: boxesOfMotion, phaseIn: "phase", work: does(countAgain),
		},
		{
			Name: models.VerbSuspend, Summary: "Move to suspend the procurement", By: board,
			in: whileRunning, work: moves(nil, (*call).suspend),
		},
		{
			Name: models.VerbResume, Summary: "Move to resume it", By: board,
			in: whileSuspended, work: moves(nil, (*call).resume),
		},
		{
			Name: models.VerbReturn, Summary: "Move to return to an earlier phase", By: board,
			in: whileRunning, phaseIn: "to", work: moves((*call).mayReturn, (*call).returnTo),
		},
		{
			Name: models.VerbCancel, Summary: "Move to cancel it without award", By: board,
			in: whileOpen, boxes: allBoxes, work: moves((*call).mayCancel, (*call).cancel),
		},
		{
			Name:    models.VerbLeave,
			Summary: "Leave the consortium: a buyer by its board, a partner by its representative",
			By:      []models.Role{models.RoleBoard, models.RoleRepresentative},
			in:      whileOpen, boxes: allBoxes, work: does(leave),
		},
		{
			Name: models.VerbAdvance, Summary: "Move the clock of a rehearsal forward", By: lead,
			in: whileOpen, boxes: allBoxes, brief: true, work: does(advance),
		},
	}
}

// lotVerbs concern lots and their boxes.
func lotVerbs() []Verb {
	lead := []models.Role{models.RoleLeadProcurer}
	return []Verb{
		{
			Name: models.VerbPublish, Summary: "Publish all lots that are ready: their boxes take tenders", By: lead,
			in: whileRunning, work: does(publish),
		},
		{
			Name: models.VerbMoveDeadline, Summary: "Move the deadline of an open lot to a later instant", By: lead,
			in: whileOpen, boxes: boxOfLot, work: does(moveDeadline),
		},
		{
			Name:    models.VerbExtendForOutage,
			Summary: "Give all open lots the time back in which suppliers could not reach the platform", By: lead,
			in: whileOpen, boxes: allBoxes, work: does(extendForOutage),
		},
		{
			Name:    models.VerbChangeOpeners,
			Summary: "Have what is handed in from now on sealed for the present openers, in all open boxes", By: lead,
			in: whileRunning, boxes: allBoxes, work: does(changeOpeners),
		},
		{
			Name: models.VerbPublishAnswers, Summary: "Publish answers to questions, to all at once",
			By: []models.Role{models.RoleLeadProcurer, models.RoleLegal},
			in: whileRunning, boxes: boxesOfDeadlines, work: does(publishAnswers),
		},
		{
			Name: models.VerbEndLot,
			Summary: "End a lot without award: the lead procurer one that was never published; " +
				"the board, by motion, any other",
			By: []models.Role{models.RoleLeadProcurer, models.RoleBoard},
			in: whileOpen, boxes: boxOfLot, work: decided(does(endLot), (*call).mayEndLot, (*call).endPublished),
		},
	}
}

// awardVerbs lead from the opening of tenders to the standstill.
func awardVerbs() []Verb {
	return []Verb{
		{
			Name: models.VerbOpen, Summary: "Open a lot after its deadline, together with an opener of another buyer",
			By: []models.Role{models.RoleOpener}, in: whileRunning, work: does(unseal),
		},
		{
			Name:    models.VerbInvite,
			Summary: "Move to invite the selected candidates of a lot to the next stage, all at once",
			By:      []models.Role{models.RoleBoard}, in: whileRunning,
			work: moves((*call).mayInvite, (*call).invite),
		},
		{
			Name: models.VerbLockQuality, Summary: "Lock the quality scores of a lot; prices may be opened after it",
			By: []models.Role{models.RoleChair}, in: whileRunning, work: does(lockQuality),
		},
		{
			Name: models.VerbAward, Summary: "Move to award a lot to the tender that ranks first",
			By: []models.Role{models.RoleBoard}, in: whileRunning,
			work: moves((*call).mayAward, (*call).award),
		},
		{
			Name:    models.VerbSetAside,
			Summary: "Move to set the award of a lot aside before a contract is signed",
			By:      []models.Role{models.RoleBoard}, in: whileRunning,
			work: moves((*call).maySetAside, (*call).setAside),
		},
		{
			Name:    models.VerbEndPartnershipPhase,
			Summary: "Move to end a phase of an innovation partnership: to go on, to purchase, or to stop",
			By:      []models.Role{models.RoleBoard}, in: whileRunning,
			work: moves((*call).mayEndPartnershipPhase, (*call).endPartnershipPhase),
		},
		{
			Name:    models.VerbSendLetters,
			Summary: "Record that all tenderers of an awarded lot were told; the standstill begins",
			By:      []models.Role{models.RoleLeadProcurer}, in: whileRunning, work: does(sendLetters),
		},
	}
}

// marketVerbs address the market.
func marketVerbs() []Verb {
	lead := []models.Role{models.RoleLeadProcurer}
	return []Verb{
		{
			Name: models.VerbAnnounce, Summary: "Announce a market consultation to all", By: lead,
			in: whileRunning, work: does(announce),
		},
		{
			Name: models.VerbExtendConsultation, Summary: "Give the market more time to respond", By: lead,
			in: whileOpen, work: does(extendConsultation),
		},
		{
			Name:    models.VerbRelease,
			Summary: "Tell the market what a bulletin, an engagement plan or a consultation report says", By: lead,
			in: whileRunning, work: does(releaseEntry),
		},
	}
}
