package views

import (
	"context"
	"slices"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// A Reader is who reads.
type Reader struct {
	// Actor is the person, with the roles held now on the procurement of the seat.
	Actor models.Actor
	// Seat is the reader's seat on the procurement that is read; nil: none.
	Seat *models.Seat
}

// A Subject is what is read of a procurement. Its row in readers says who may read it. The feed of events is not a
// subject: access to it is judged event by event.
type Subject string

// The subjects.
const (
	OfProcurement Subject = "procurement"
	OfMembers     Subject = "members"
	OfRoles       Subject = "roles"
	OfRoleOffers  Subject = "role-offers"
	OfPhases      Subject = "phases"
	OfMotions     Subject = "motions"
	OfTasks       Subject = "tasks"
	OfEntries     Subject = "entries"
	OfNeutrality  Subject = "neutrality"
	OfNeeds       Subject = "needs"
	OfTimetable   Subject = "timetable"
	OfEligibility Subject = "eligibility"
	OfWarnings    Subject = "warnings"
	OfDocuments   Subject = "documents"
	OfPackPreview Subject = "pack-preview"
	OfQuestions   Subject = "questions"
	OfUploads     Subject = "uploads"
	OfResponses   Subject = "responses"
	OfLots        Subject = "lots"
	OfTenders     Subject = "tenders"
	OfEnvelopes   Subject = "envelopes"
	OfHeaders     Subject = "headers"
	OfReleases    Subject = "releases"
	OfOpenings    Subject = "openings"
	OfOwnOpenings Subject = "own-openings"
	OfTenderers   Subject = "tenderers"
	OfScores      Subject = "scores"
	OfShortlist   Subject = "shortlist"
	OfRanking     Subject = "ranking"
	OfLetters     Subject = "letters"
	OfNotices     Subject = "notices"
	OfReport      Subject = "report"
	OfRetention   Subject = "retention"
	OfExport      Subject = "export"
	OfLinks       Subject = "links"
)

// readers holds the roles that may read each subject. Some views show less of it to some of them.
var readers = map[Subject][]models.Role{
	OfProcurement: append(models.Roles(), models.RoleRepresentative),
	OfMembers:     append(models.BuyerSide(), models.RoleRepresentative),
	OfRoles:       append(models.Roles(), models.RoleRepresentative),
	OfRoleOffers:  {models.RoleRepresentative},
	OfPhases:      models.BuyerSide(),
	OfMotions:     models.BuyerSide(),
	OfTasks:       models.BuyerSide(),
	OfEntries:     models.BuyerSide(),
	OfNeutrality:  models.BuyerSide(),
	OfNeeds:       models.BuyerSide(),
	OfTimetable:   models.BuyerSide(),
	OfEligibility: models.BuyerSide(),
	OfWarnings:    models.BuyerSide(),
	OfDocuments:   models.Roles(),
	OfPackPreview: models.BuyerSide(),
	OfQuestions:   append(models.BuyerSide(), models.RoleSupplier),
	OfUploads:     append(models.DocumentWriters(), models.RoleSupplier),
	OfResponses:   models.DocumentWriters(), // not to those who only watch: responses may hold trade secrets
	OfLots:        models.Roles(),
	OfTenders:     {models.RoleSupplier, models.RoleLeadProcurer, models.RoleOpener},
	OfEnvelopes:   {models.RoleSupplier, models.RoleOpener},
	OfHeaders:     {models.RoleOpener},
	OfReleases:    models.BuyerSide(),
	OfOpenings:    students(),
	OfOwnOpenings: append(students(), models.RoleSupplier),
	OfTenderers:   models.BuyerSide(),
	OfScores:      students(),
	OfShortlist:   models.BuyerSide(),
	OfRanking:     models.BuyerSide(),
	OfLetters:     append(students(), models.RoleSupplier),
	OfNotices:     models.Roles(),
	OfReport:      models.BuyerSide(),
	OfRetention:   models.BuyerSide(),
	OfLinks:       models.BuyerSide(),
	OfExport:      {models.RoleLeadProcurer, models.RoleBoard, models.RoleLegal, models.RoleObserver},
}

// students are the roles that may study tenders once they are opened; evaluators and the chair must have declared first
// that they have no conflict of interest.
func students() []models.Role {
	return []models.Role{
		models.RoleLeadProcurer, models.RoleBoard, models.RoleOpener, models.RoleEvaluator, models.RoleChair,
		models.RoleAwarder, models.RoleLegal, models.RoleObserver,
	}
}

// Readers are the roles that may read a subject; one of them is enough.
func Readers(of Subject) []models.Role { return slices.Clone(readers[of]) }

// may refuses a reader who holds none of the roles that may read the subject. For a reader without any role the
// procurement does not exist.
func (r Reader) may(read Subject) error {
	if r.Seat == nil {
		return models.NoSuchResource()
	}
	return r.Actor.MustHoldAny(readers[read]...)
}

// procurement is the ID of the procurement that is read, or nothing.
func (r Reader) procurement() models.ID {
	if r.Seat == nil {
		return ""
	}
	return r.Seat.Procurement.ID
}

// buyersEyes tells whether the reader sees what is not published.
func (r Reader) buyersEyes() bool { return r.Actor.HasAny(models.BuyerSide()...) }

// rows reads a subject of the reader's procurement, if the reader may read it.
func rows[T any](r Reader, of Subject, read func(procurement models.ID) (T, error)) (T, error) {
	if err := r.may(of); err != nil {
		var none T
		return none, err
	}
	return read(r.procurement())
}

// inTx is [rows] with a read that needs a transaction.
func inTx[T any](
	ctx context.Context, v *Views, r Reader, of Subject, read func(tx *store.Tx, procurement models.ID) (T, error),
) (T, error) {
	return rows(r, of, func(procurement models.ID) (T, error) {
		var found T
		err := v.Store.InTx(ctx, func(tx *store.Tx) error {
			var err error
			found, err = read(tx, procurement)
			return err
		})
		return found, err
	})
}

// dossier calls read with the whole dossier of the reader's procurement, if the reader may read the subject. The
// dossier is a snapshot of one instant and takes no lock: readers must not keep commands waiting.
func (v *Views) dossier(
	ctx context.Context, r Reader, of Subject, read func(*store.Tx, models.Dossier) error,
) error {
	if err := r.may(of); err != nil {
		return err
	}
	return v.Store.Snapshot(ctx, func(tx *store.Tx) error {
		d, err := tx.Dossier(r.Seat.Procurement, r.Seat.Now)
		if err != nil {
			return err
		}
		return read(tx, d)
	})
}
