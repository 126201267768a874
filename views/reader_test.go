package views_test

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// Who may read what, written down a second time and by hand: a change has to be made twice.
const (
	buyers   = "lead_procurer buyer board drafter opener evaluator chair awarder legal observer"
	everyone = buyers + " supplier signatory"
	voices   = "representative"
	students = "lead_procurer board opener evaluator chair awarder legal observer"
	writers  = "lead_procurer buyer board drafter opener evaluator chair awarder legal"
	boxes    = "supplier lead_procurer opener"
	// itself is said of a view that judges by something else than a role on the reader's procurement.
	itself = ""
)

// A looking is one view, looked at for something that does not exist.
type looking struct {
	who  string
	look func(context.Context, *views.Views, views.Reader) error
}

// at looks by a method of views.
func at[T any](who string, look func(context.Context, *views.Views, views.Reader) (T, error)) looking {
	return looking{who, func(ctx context.Context, v *views.Views, r views.Reader) error {
		_, err := look(ctx, v, r)
		return err
	}}
}

// by looks at one thing, all looks at a list.
func by[T any](who string, look func(*views.Views, context.Context, views.Reader,
	models.ID) (T, error), id models.ID,
) looking {
	return at(who, func(ctx context.Context, v *views.Views, r views.Reader) (T, error) { return look(v, ctx, r, id) })
}

func all[T any](who string, look func(*views.Views, context.Context, views.Reader, models.ID, int) (T, error)) looking {
	return at(who, func(ctx context.Context, v *views.Views, r views.Reader) (T, error) {
		return look(v, ctx, r, "", 10)
	})
}

func whole[T any](who string, look func(*views.Views, context.Context, views.Reader) (T, error)) looking {
	return at(who, func(ctx context.Context, v *views.Views, r views.Reader) (T, error) { return look(v, ctx, r) })
}

func lookings() map[string]looking {
	const lot, tender, other = models.ID("lot_none"), models.ID("tnd_none"), models.ID("none")
	return map[string]looking{
		"Procurement": at(everyone+" "+voices,
			func(_ context.Context, v *views.Views, r views.Reader) (models.Seat, error) { return v.Procurement(r) }),
		"Members":    all(buyers+" "+voices, (*views.Views).Members),
		"Member":     by(buyers+" "+voices, (*views.Views).Member, other),
		"Roles":      all(everyone+" "+voices, (*views.Views).Roles),
		"Role":       by(everyone+" "+voices, (*views.Views).Role, other),
		"RoleOffers": all(voices, (*views.Views).RoleOffers),
		"RoleOffer":  by(voices, (*views.Views).RoleOffer, other),
		"Rounds":     whole(buyers, (*views.Views).Rounds),
		"Gate": at(buyers, func(ctx context.Context, v *views.Views, r views.Reader) (views.Gate, error) {
			return v.Gate(ctx, r, models.PhaseNeeds)
		}),
		"Motions":            all(buyers, (*views.Views).Motions),
		"Tasks":              all(buyers, (*views.Views).Tasks),
		"Timetable":          at(buyers, timetable),
		"Eligibility":        at(buyers, eligibility),
		"NeutralityFindings": whole(buyers, (*views.Views).NeutralityFindings),
		"NeedFindings":       whole(buyers, (*views.Views).NeedFindings),
		"Warnings":           whole(buyers, (*views.Views).Warnings),
		"Trace":              whole(buyers, (*views.Views).Trace),
		"RequirementSheet": at(buyers, func(ctx context.Context, v *views.Views, r views.Reader) (views.Rendering,
			error,
		) {
			return v.RequirementSheet(ctx, r, "tr")
		}),
		"CompareSpecifications": at(buyers,
			func(ctx context.Context, v *views.Views, r views.Reader) (views.Comparison, error) {
				return v.CompareSpecifications(ctx, r, "", "")
			}),
		"Entries": at(buyers, func(ctx context.Context, v *views.Views, r views.Reader) ([]models.Entry, error) {
			return v.Entries(ctx, r, models.EntryCommonNeed, "", 10)
		}),
		"Entry": at(buyers, func(ctx context.Context, v *views.Views, r views.Reader) (models.Entry, error) {
			return v.Entry(ctx, r, models.EntryCommonNeed, other)
		}),
		"Documents": all(everyone, (*views.Views).Documents),
		"Document":  by(everyone, (*views.Views).Document, other),
		"DocumentVersion": at(everyone, func(ctx context.Context, v *views.Views, r views.Reader) (models.Document,
			error,
		) {
			return v.DocumentVersion(ctx, r, other, 1)
		}),
		"DocumentVersions": by(everyone, (*views.Views).DocumentVersions, other),
		"Questions":        all(buyers+" supplier", (*views.Views).Questions),
		"Question":         by(buyers+" supplier", (*views.Views).Question, other),
		"PreviewPack":      whole(buyers, (*views.Views).PreviewPack),
		"PreviewFile": at(buyers, func(ctx context.Context, v *views.Views, r views.Reader) (views.Rendering, error) {
			return v.PreviewFile(ctx, r, "none")
		}),
		"Upload":       by(writers+" supplier", (*views.Views).Upload, other),
		"UploadedFile": by(writers+" supplier", (*views.Views).UploadedFile, other),
		"Responses":    all(writers, (*views.Views).Responses),
		"Response":     by(writers, (*views.Views).Response, other),
		"Lots":         all(everyone, (*views.Views).Lots),
		"Lot":          by(everyone, (*views.Views).Lot, lot),
		"Tenders": at(boxes, func(ctx context.Context, v *views.Views, r views.Reader) ([]models.Tender, error) {
			return v.Tenders(ctx, r, "", "", 10)
		}),
		"Tender":       by(boxes, (*views.Views).Tender, tender),
		"Receipt":      by(boxes, (*views.Views).Receipt, tender),
		"Withdrawal":   by(boxes, (*views.Views).Withdrawal, tender),
		"Changes":      by(boxes, (*views.Views).Changes, tender),
		"Confirmation": by(boxes, (*views.Views).Confirmation, tender),
		"Envelope": at("supplier opener", func(ctx context.Context, v *views.Views, r views.Reader) (models.Upload,
			error,
		) {
			return v.Envelope(ctx, r, tender, 1)
		}),
		"Openings": by(students+" supplier", (*views.Views).Openings, tender),
		"Plaintext": at(students, func(ctx context.Context, v *views.Views, r views.Reader) (views.Plaintext, error) {
			return v.Plaintext(ctx, r, tender, 1)
		}),
		"Sealing": at(everyone, func(ctx context.Context, v *views.Views, r views.Reader) (views.BoxDescription,
			error,
		) {
			return v.Sealing(ctx, r, other, "")
		}),
		"Headers": at("opener", func(ctx context.Context, v *views.Views, r views.Reader) ([]byte, error) {
			return v.Headers(ctx, r, other, models.EnvelopeQuality, "")
		}),
		"OpeningStates": by(buyers, (*views.Views).OpeningStates, other),
		"OpenerTests":   whole(buyers, (*views.Views).OpenerTests),
		"OpenerTest":    by(buyers, (*views.Views).OpenerTest, other),
		"Tenderers":     by(buyers, (*views.Views).Tenderers, lot),
		"Sheets":        by(students, (*views.Views).Sheets, lot),
		"Shortlist": at(buyers, func(ctx context.Context, v *views.Views, r views.Reader) (views.Shortlist, error) {
			return v.Shortlist(ctx, r, lot, models.Going{})
		}),
		"Ranking": by(buyers, (*views.Views).Ranking, lot),
		"Quality": by(buyers, (*views.Views).Quality, lot),
		"Method": at(buyers, func(ctx context.Context, v *views.Views, r views.Reader) (views.Method, error) {
			return v.Method(ctx, r, lot, "")
		}),
		"Letter": at(students+" supplier", func(ctx context.Context, v *views.Views, r views.Reader) (views.LetterSent,
			error,
		) {
			return v.Letter(ctx, r, tender, "")
		}),
		"RenderReport": at(buyers, func(ctx context.Context, v *views.Views, r views.Reader) (views.Rendering, error) {
			return v.RenderReport(ctx, r, "", views.FormatHTML)
		}),
		"RenderLetter": at(students+" supplier", func(ctx context.Context, v *views.Views, r views.Reader) (
			views.Rendering, error,
		) {
			return v.RenderLetter(ctx, r, tender, "", views.FormatHTML)
		}),
		"Links":   whole(buyers, (*views.Views).Links),
		"Notices": all(everyone, (*views.Views).Notices),
		"Record":  whole(buyers, (*views.Views).Record),

		"Retention": whole(buyers, (*views.Views).Retention),

		"Export": whole("lead_procurer board legal observer", (*views.Views).Export),

		"Procurements": {who: itself},
		"OwnResponses": {who: itself},
		"Endpoints":    {who: itself},
		"Endpoint":     {who: itself},
		"Backlog":      {who: itself},
		"Deliveries":   {who: itself},
		"Feed":         {who: itself},

		"People":          {who: itself},
		"Person":          {who: itself},
		"Keys":            {who: itself},
		"Key":             {who: itself},
		"Representatives": {who: itself},
		"Recoveries":      {who: itself},
		"Recovery":        {who: itself},
		"OpenRecovery":    {who: itself},
		"RoleOffersTo":    {who: itself},
		"RoleOfferTo":     {who: itself},
	}
}

func TestEveryViewLetsInExactlyTheRolesItShould(t *testing.T) {
	t.Parallel()
	r := setUp(t)
	for name, view := range lookings() {
		if view.who == itself {
			continue
		}
		for _, role := range append(models.Roles(), models.RoleRepresentative) {
			err := view.look(t.Context(), r.views, r.as(role))
			refusal, _ := models.RefusalOf(err)
			turnedAway := refusal != nil && refusal.Code == models.CodeForbidden
			require.True(t, err == nil || refusal != nil, "%s as %s: %v", name, role, err)
			letIn := strings.Contains(" "+view.who+" ", " "+string(role)+" ")
			require.Equal(t, letIn, !turnedAway, "%s as %s: %v", name, role, err)
		}
	}
}

func TestForWhoHoldsNoRoleThereIsNothingToView(t *testing.T) {
	t.Parallel()
	r := setUp(t)
	former := r.as(models.RoleLeadProcurer)
	former.Actor.Roles, former.Seat.Roles = nil, nil
	nowhere := r.as(models.RoleLeadProcurer)
	nowhere.Seat = nil
	for name, view := range lookings() {
		if view.who == itself {
			continue
		}
		t.Log(name)
		refused(t, view.look(t.Context(), r.views, former), models.CodeNotFound)
		refused(t, view.look(t.Context(), r.views, nowhere), models.CodeNotFound)
	}
}

func TestEveryViewOfAReaderIsInTheTableOfThisTest(t *testing.T) {
	t.Parallel()
	table, reader := lookings(), reflect.TypeFor[views.Reader]()
	for method := range reflect.TypeFor[*views.Views]().Methods() {
		for in := range method.Type.Ins() {
			if in == reader {
				require.Contains(t, table, method.Name, "decide who may read it and write it down")
			}
		}
	}
}

func eligibility(ctx context.Context, v *views.Views, r views.Reader) (views.Eligibility, error) {
	return v.Eligibility(ctx, r, views.EligibilityQuestion{})
}

func timetable(ctx context.Context, v *views.Views, r views.Reader) (views.ProcurementTimetable, error) {
	return v.Timetable(ctx, r, views.CalendarIntention{})
}
