package views_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// buys makes an organisation the lead buyer of a procurement.
func (r *record) buys(p models.Procurement, organisation models.ID) {
	r.Helper()
	r.tx(func(tx *store.Tx) error {
		return tx.PutMember(models.Member{
			ProcurementID: p.ID, OrganisationID: organisation, Kind: models.MemberBuyer, Lead: true,
			JoinedAt: p.CreatedAt,
		})
	})
}

// earlier makes another procurement of an organisation, whose lot was published some time before.
func (r *record) earlier(organisation models.ID, title string, before time.Duration, change func(*models.Procurement),
) models.Procurement {
	r.Helper()
	p := r.procurement
	p.ID, p.Title = models.NewID(models.PrefixProcurement), models.Text{"en": title}
	if change != nil {
		change(&p)
	}
	r.tx(func(tx *store.Tx) error {
		require.NoError(r, tx.CreateProcurement(&p))
		l := models.Lot{
			ID: models.NewID(models.PrefixLot), ProcurementID: p.ID, Number: 1, Title: models.Text{"en": "Lot"},
			Description: models.Text{}, DeadlineLocal: "2027-03-01T12:00", DeadlineZone: "Europe/Paris", Version: 1,
			CreatedAt: p.CreatedAt,
		}
		require.NoError(r, tx.CreateLot(&l))
		if before > 0 {
			at := r.procurement.CreatedAt.Add(-before)
			tx.OpenBox(models.Box{
				ID: models.NewID(models.PrefixBox), ProcurementID: p.ID, LotID: l.ID, Stage: "tender", Round: 1,
				HandsIn: models.HandedTender, OpenedAt: at, Deadline: at.Add(time.Hour),
				DeadlineLocal: "2100-01-01T12:00", DeadlineZone: "UTC",
			})
		}
		return nil
	})
	r.buys(p, organisation)
	return p
}

// Directive 2014/24/EU, Article 5(3): what the same buyers published before may belong to this procurement. What is not
// published is nobody else's to know.
func TestAnEarlierPublishedProcurementOfTheSameBuyersIsRemarked(t *testing.T) {
	t.Parallel()
	r := setUpDraft(t)
	r.buys(r.procurement, r.buyer)
	const month = 30 * 24 * time.Hour
	same := r.earlier(r.buyer, "Quantum computers", 3*month, nil)
	r.earlier(r.buyer, "Quantum clocks", 0, nil)
	r.earlier(r.buyer, "Quantum radar", 26*month, nil)
	r.earlier(r.buyer, "Quantum keys", month, func(p *models.Procurement) {
		p.Status, p.EndReason, p.StartedAt, p.EndedAt = models.StatusCancelled, "chan-need", &p.CreatedAt, &p.CreatedAt
	})
	r.earlier(r.buyer, "Quantum nets", month, func(p *models.Procurement) { p.Mode = models.ModeLive })
	var stranger models.ID
	r.tx(func(tx *store.Tx) error {
		o := models.Organisation{
			LegalName: "Buyer " + uuid.NewString(), Country: "FR", Kind: models.OrganisationContractingAuthority,
		}
		err := tx.CreateOrganisation(&o)
		stranger = o.ID
		return err
	})
	r.earlier(stranger, "Quantum sensors", month, nil)
	all, err := r.views.Warnings(t.Context(), r.as(models.RoleObserver))
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, models.WarnReviewBody, all[0].Code, "there are lots")
	require.Equal(t, models.WarnTogether, all[1].Code)
	require.Equal(t, []models.ID{same.ID}, all[1].About)
	require.Contains(t, all[1].Detail, "less than 12 months before")
}
