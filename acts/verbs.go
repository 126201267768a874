package acts

import (
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// A verb is how a command is carried out: in which statuses it is allowed, whose boxes it closes
// meanwhile, and what it does. run refuses before it writes.
type verb struct {
	in    []models.Status
	boxes func(tx *store.Tx, cmd models.Command) ([]models.ID, error)
	run   func(c *call) (any, error)
}

var (
	whileDraft     = []models.Status{models.StatusDraft}
	whileRunning   = []models.Status{models.StatusRunning}
	whileSuspended = []models.Status{models.StatusSuspended}
	whileOpen      = []models.Status{models.StatusRunning, models.StatusSuspended}
)

// verbOf looks up the table of all that can be done to the process.
func verbOf(name models.Verb) (verb, bool) {
	v, known := map[models.Verb]verb{
		models.VerbStart:   {in: whileDraft, run: start},
		models.VerbVote:    {in: whileOpen, boxes: boxesOfMotion, run: vote},
		models.VerbSuspend: {in: whileRunning, run: moveSuspend},
		models.VerbResume:  {in: whileSuspended, run: moveResume},
		models.VerbReturn:  {in: whileRunning, run: moveReturn},
		models.VerbCancel:  {in: whileOpen, boxes: allBoxes, run: moveCancel},
		models.VerbLeave:   {in: whileOpen, boxes: allBoxes, run: leave},
		models.VerbAdvance: {in: whileOpen, boxes: allBoxes, run: advance},

		models.VerbPublish:      {in: whileRunning, run: publish},
		models.VerbMoveDeadline: {in: whileOpen, boxes: boxOfLot, run: moveDeadline},
		models.VerbEndLot:       {in: whileOpen, boxes: boxOfLot, run: endLot},

		models.VerbOpen:        {in: whileRunning, run: unseal},
		models.VerbLockQuality: {in: whileRunning, run: lockQuality},
		models.VerbAward:       {in: whileRunning, run: moveAward},
		models.VerbSendLetters: {in: whileRunning, run: sendLetters},

		models.VerbAnnounce:           {in: whileRunning, run: announce},
		models.VerbExtendConsultation: {in: whileOpen, run: extendConsultation},
		models.VerbRelease:            {in: whileRunning, run: releaseEntry},
	}[name]
	return v, known
}
