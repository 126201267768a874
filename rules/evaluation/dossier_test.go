package evaluation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// A desk is a lot with tenders under evaluation.
type desk struct {
	*testing.T
	models.Dossier

	lot        models.ID
	locked     time.Time
	tenders    []models.Tender
	evaluators []models.ID
}

// offer is what one tenderer's tender comes to.
type offer struct{ price, score string }

// newDesk is a lot whose quality is locked and whose prices are known: 40 points for the price, 60 for the
// one criterion.
func newDesk(t *testing.T, consensus string, offers ...offer) *desk {
	t.Helper()
	d := &desk{T: t, lot: models.NewID(models.PrefixLot), locked: now.Add(-time.Hour)}
	d.Dossier = models.Dossier{
		Procurement: models.Procurement{Zone: "Europe/Paris", Languages: []string{"en"}}, Now: now,
		Authors: map[models.ID][]models.ID{}, Members: []models.Member{
			{OrganisationID: "org_a", Lead: true},
			{OrganisationID: "org_b"},
		},
		Organisations: map[models.ID]models.Organisation{
			"org_a": {ID: "org_a", LegalName: "Lead", Country: "FR"},
			"org_b": {ID: "org_b", Country: "ES"},
		},
	}
	d.Tendering = models.Tendering{
		Lots:      []models.Lot{{ID: d.lot, Number: 1, Boxes: []models.Box{d.box()}}},
		Awards:    map[models.ID]models.LotAward{d.lot: {LotID: d.lot}},
		Tenderers: map[models.ID]models.Organisation{},
	}
	criteria := models.AwardCriteria{
		Lot: d.lot, Method: "relative_to_lowest", Currency: "EUR", PriceWeight: "40", Digits: 2, Rounding: "half_up",
		TieBreak: []string{"price"}, Consensus: consensus,
		Low:      &models.LowPriceMark{Against: "mean_of_others", Percent: "50"},
		Criteria: []models.AwardCriterion{{ID: "energy", Weight: "60", Max: "10"}},
	}
	d.write(models.EntryAwardCriteria, string(d.lot), "", criteria)
	for range 2 {
		person := models.NewID(models.PrefixPerson)
		d.evaluators = append(d.evaluators, person)
		d.Roles = append(d.Roles, models.RoleAssignment{
			PersonID: person, Role: models.RoleEvaluator,
			OrganisationID: "org_a",
		})
	}
	for _, o := range offers {
		d.tender(o)
	}
	for _, person := range d.evaluators {
		d.write(models.EntryConflictDeclaration, "", person, models.ConflictDeclaration{Lot: d.lot})
	}
	return d
}

// box is that of the lot's tenders, closed and opened when the scores were locked.
func (d *desk) box() models.Box {
	return models.Box{
		ID: "box_1", LotID: d.lot, HandsIn: models.HandedTender, OpenedAt: d.locked, ClosedAt: &d.locked,
		UnsealedAt: &d.locked, QualityLockedAt: &d.locked,
	}
}

// lockedAt sets when the quality scores of the lot's last box were locked; nil: they are not.
func (d *desk) lockedAt(at *time.Time) {
	boxes := d.Tendering.Lots[0].Boxes
	boxes[len(boxes)-1].QualityLockedAt = at
}

func (d *desk) tender(o offer) {
	t := models.Tender{
		ID: models.NewID(models.PrefixTender), LotID: d.lot, BoxID: "box_1", HandsIn: models.HandedTender,
		OrganisationID: models.NewID(models.PrefixOrganisation),
	}
	t.Envelopes = []models.Envelope{
		{TenderID: t.ID, N: 1, Kind: models.EnvelopeQuality, Fingerprint: "FINGERPRINT"},
		{TenderID: t.ID, N: 2, Kind: models.EnvelopePrice, Fingerprint: "FINGERPRINT"},
	}
	d.tenders = append(d.tenders, t)
	d.Tendering.Received = append(d.Tendering.Received, t)
	d.Tendering.Tenderers[t.OrganisationID] = models.Organisation{
		ID:        t.OrganisationID,
		LegalName: "Supplier of " + o.price,
	}
	d.write(models.EntryAdmission, string(t.ID), "", models.Admission{Tender: t.ID, Decision: models.AdmissionAdmitted})
	d.write(models.EntryConsensus, string(t.ID), "", Consensus{t.ID, scores(o.score)})
	for _, person := range d.evaluators {
		d.Tendering.Sheets = append(d.Tendering.Sheets,
			models.ScoreSheet{TenderID: t.ID, PersonID: person, Scores: scores(o.score)})
	}
	d.Tendering.Openings = append(d.Tendering.Openings, models.Opening{
		TenderID: t.ID, N: 2, Readable: true, Price: &models.Money{Amount: o.price, Currency: "EUR"},
	})
}

func scores(score string) []models.Score {
	return []models.Score{{Criterion: "energy", Score: score, Reason: "measured"}}
}

func (d *desk) write(kind models.EntryKind, subject string, author models.ID, content any) models.ID {
	d.Helper()
	text, digest, err := models.Canonical(content)
	require.NoError(d, err)
	e := models.Entry{
		ID: models.NewID(models.PrefixEntry), Kind: kind, Subject: subject, AuthorID: author, Body: text,
		Digest: digest, WrittenAt: now.Add(-2 * time.Hour),
	}
	d.Entries = append(d.Entries, e)
	return e.ID
}

// award has the lot awarded now, on the ranking as it is.
func (d *desk) award(winner models.ID) {
	d.Helper()
	e, err := Evaluate(d.Dossier, d.lot)
	require.NoError(d, err)
	d.change(func(s *models.LotAward) { s.AwardedAt, s.WinnerID, s.Ranking = &now, winner, e.Digest })
}

// stage changes how far the lot has come.
func (d *desk) change(change func(*models.LotAward)) {
	s := d.Tendering.Awards[d.lot]
	change(&s)
	d.Tendering.Awards[d.lot] = s
}

// exclude excludes a tender, so long after the scores were locked.
func (d *desk) exclude(n int, after time.Duration) {
	d.Helper()
	d.check(n, models.Admission{
		Decision: models.AdmissionExcluded, Code: "not_conforming",
		Reason: models.Text{"en": "No."},
	}, d.locked.Add(after))
}

// check puts another outcome of a tender's formal check in the place of the one there is.
func (d *desk) check(n int, a models.Admission, at time.Time) {
	d.Helper()
	a.Tender = d.tenders[n].ID
	for i, e := range d.Entries {
		if e.Kind == models.EntryAdmission && e.Subject == string(a.Tender) {
			text, digest, err := models.Canonical(a)
			require.NoError(d, err)
			d.Entries[i].Body, d.Entries[i].Digest, d.Entries[i].WrittenAt = text, digest, at
		}
	}
}

func requireRefused(t *testing.T, code models.Code, err error) {
	t.Helper()
	refusal, ok := models.RefusalOf(err)
	require.True(t, ok, "%v", err)
	require.Equal(t, code, refusal.Code, refusal.Detail)
}
