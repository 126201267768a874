package evaluation

import (
	"slices"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/procedure"
)

// SelectionCriteria are the selection criteria of a lot in a procedure by invitation.
type SelectionCriteria struct {
	models.SelectionCriteria
}

// CheckAgainst refuses criteria without a lot of the procurement, any change after the lot was published, and fewer
// invitations than the procedure asks for.
func (c SelectionCriteria) CheckAgainst(d models.Dossier, _ models.Entry) error {
	if err := unpublished(d, c.Lot); err != nil {
		return err
	}
	way, err := procedure.Of(d)
	if err != nil {
		return err
	}
	if fault := tooFew(way, c.Least, "/least"); fault != nil {
		return fault
	}
	return nil
}

// tooFew refuses an announced lowest number below that of the procedure.
func tooFew(way models.Procedure, least int, field string) *models.Refusal {
	for _, stage := range way.Stages {
		if least < stage.Least {
			return models.Refuse(models.CodeInvalidValue, field,
				"%d is less than %d, the lowest number to invite (%s)", least, stage.Least, stage.Source).
				Accepting("%d or more; fewer are invited where fewer qualify", stage.Least)
		}
	}
	return nil
}

// Selection is what was found about one candidate.
type Selection struct {
	models.Selection
}

// CheckAgainst refuses findings on anything but a request in an opened box, findings by a person who is not impartial
// or has not declared, findings after the candidates were invited, and anything but one finding for each criterion.
func (s Selection) CheckAgainst(d models.Dossier, e models.Entry) error {
	t, ok := d.Tendering.Tender(s.Request)
	if !ok || t.HandsIn != models.HandedRequest {
		return models.Refuse(models.CodeInvalidValue, "/request",
			"there is no such request to participate in a closed box").
			Accepting("the ID of a request to participate in a closed box")
	}
	if err := d.Unsealed(t); err != nil {
		return err
	}
	lot, _ := d.Tendering.Lot(t.LotID)
	switch {
	case lot.EndedAt != nil:
		return lot.RefuseEnded("/request")
	case d.Later(t):
		return models.Refuse(models.CodeFrozen, "", "the candidates of lot %d were invited", lot.Number).
			Accepting("ending the lot with a reason")
	}
	if err := d.MayEvaluate(e.AuthorID, t.LotID); err != nil {
		return err
	}
	if unopened := d.Unopened(t); s.Excluded == "" && len(unopened) > 0 {
		return models.Refuse(models.CodeNotUnsealed, "/request",
			"envelopes %v of the request are not read, or cannot be", unopened).
			Accepting("findings once every envelope is read; a request that cannot be read is rejected as such")
	}
	criteria, _, ok := d.SelectionFor(t.LotID)
	if !ok {
		return models.Refuse(models.CodeSelectionMissing, "/request", "lot %d has no selection criteria", lot.Number)
	}
	return models.Refusals(s.faults(criteria))
}

// faults lists where the selection departs from what the criteria ask.
func (s Selection) faults(criteria models.SelectionCriteria) []*models.Refusal {
	if s.Excluded != "" {
		return nil
	}
	asked, found := make([]string, len(criteria.Criteria)), make([]string, len(s.Findings))
	for i, k := range criteria.Criteria {
		asked[i] = k.ID
	}
	for i, f := range s.Findings {
		found[i] = f.Criterion
	}
	slices.Sort(asked)
	slices.Sort(found)
	var faults []*models.Refusal
	if !slices.Equal(asked, found) {
		faults = append(faults, models.Refuse(models.CodeInvalidValue, "/findings",
			"the findings are on %s", found).
			Accepting("one finding on each of %s", asked))
	}
	if criteria.Most > 0 && s.Qualifies() && s.Points == "" {
		faults = append(faults, models.Refuse(models.CodeInvalidValue, "/points",
			"at most %d are invited, so every candidate who qualifies needs points", criteria.Most).
			Accepting("points by the announced rule, and why"))
	}
	return faults
}

// selectionFaults lists what the selection criteria lack that the contract notice has to state.
func selectionFaults(d models.Dossier, way models.Procedure, lot models.Lot, at string) []*models.Refusal {
	if !way.Asks(models.NoticeSelection) {
		return nil
	}
	criteria, _, ok := d.SelectionFor(lot.ID)
	if !ok {
		return []*models.Refusal{models.Refuse(models.CodeSelectionMissing, at,
			"lot %d has no selection criteria, and the %s needs them", lot.Number, way.Name).
			Accepting("criteria, the lowest number to invite and, if there is one, the highest")}
	}
	var faults []*models.Refusal
	if fault := tooFew(way, criteria.Least, at+"/least"); fault != nil {
		faults = append(faults, fault)
	}
	return append(faults, models.RefuseUntranslated(at, criteria.Wording(), d.Procurement.Languages)...)
}
