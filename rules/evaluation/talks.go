package evaluation

import (
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/procedure"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

// Conduct is how talks on a lot are conducted, in a procedure with talks.
type Conduct struct {
	models.Conduct
}

// CheckAgainst refuses a conduct without a lot of the procurement or after its publication, one where nobody is talked
// with, and what the procedure does not allow to be announced.
func (c Conduct) CheckAgainst(d models.Dossier, _ models.Entry) error {
	if err := unpublished(d, c.Lot); err != nil {
		return err
	}
	way, err := procedure.Of(d)
	if err != nil {
		return err
	}
	return models.Refusals(c.faults(way, ""))
}

// faults lists what of the conduct does not fit the procedure. The fields begin with at.
func (c Conduct) faults(way models.Procedure, at string) []*models.Refusal {
	talks := func(fits func(models.Stage) bool) bool { return slices.ContainsFunc(way.Stages, fits) }
	var faults []*models.Refusal
	if !talks(func(s models.Stage) bool { return s.Talks != "" }) {
		return append(faults, models.Refuse(models.CodeNoTalks, at+"/lot", "the %s has no talks", way.Name).
			Accepting("this in a procedure with negotiations or a dialogue"))
	}
	if c.AwardInitial && !talks(func(s models.Stage) bool { return s.Reservable }) {
		faults = append(faults, models.Refuse(models.CodeInvalidValue, at+"/award_initial",
			"in the %s nothing is awarded without talks (%s)", way.Name, way.Source).
			Accepting("false"))
	}
	if len(c.Payments) > 0 && !talks(func(s models.Stage) bool { return s.Talks == models.TalksDialogue }) {
		faults = append(faults, models.Refuse(models.CodeInvalidValue, at+"/payments",
			"prizes and payments are for participants of a dialogue (Directive 2014/24/EU, Article 30(8))").
			Accepting("no payments"))
	}
	return faults
}

// conductFaults lists what the contract notice lacks to say how talks are conducted.
func conductFaults(d models.Dossier, way models.Procedure, lot models.Lot, at string) []*models.Refusal {
	if !way.Asks(models.NoticeConduct) {
		return nil
	}
	conduct, _, ok := d.ConductOf(lot.ID)
	if !ok {
		return []*models.Refusal{models.Refuse(models.CodeConductMissing, at,
			"it is not said how the talks on lot %d are conducted, and the %s needs it", lot.Number, way.Name).
			Accepting("how they are conducted, and whether the number of participants is reduced")}
	}
	return append(Conduct{conduct}.faults(way, at),
		models.RefuseUntranslated(at, conduct.Wording(), d.Procurement.Languages)...)
}

// Talk is a talk with one participant.
type Talk struct {
	models.Talk
}

// CheckAgainst refuses a talk with anybody but a participant of the present round, one that is still to come or was
// before what is discussed was opened, and a writer who is not impartial.
func (s Talk) CheckAgainst(d models.Dossier, e models.Entry) error {
	t, ok := d.Tendering.Tender(s.Tender)
	if !ok || !t.HandsIn.Evaluated() {
		return models.Refuse(models.CodeInvalidValue, "/tender",
			"there is no such tender or solution in a closed box of this procurement").
			Accepting("the ID of what the participant handed in at the present round")
	}
	if err := d.Unsealed(t); err != nil {
		return err
	}
	lot, _ := d.Tendering.Lot(t.LotID)
	if err := talking(d, lot, "/tender"); err != nil {
		return err
	}
	if d.Later(t) {
		return models.RoundOver(lot, t)
	}
	if a, _, checked := d.AdmissionOf(t.ID); checked && a.Decision == models.AdmissionExcluded {
		return models.Refuse(models.CodeNotAdmitted, "/tender", "what %s handed in is excluded", tenderer(d, t)).
			Accepting("a talk with a participant who remains")
	}
	f, err := timelimit.Of(d)
	if err != nil {
		return err
	}
	opened := f.Day(*lot.Box().UnsealedAt).String()
	if today := f.Today().String(); s.Date < opened || s.Date > today {
		return models.Refuse(models.CodeInvalidValue, "/date",
			"%s is before the %s were opened, or after today", s.Date, t.HandsIn.Called()).
			Accepting("a day from %s to %s", opened, today)
	}
	return d.Impartial(e.AuthorID, t.LotID)
}

// talking refuses a lot on which there are no talks now: before its publication, at a stage without talks, and while
// what is to be discussed is not opened.
func talking(d models.Dossier, lot models.Lot, field string) error {
	way, err := procedure.Of(d)
	if err != nil {
		return err
	}
	stage, _ := way.Stage(lot.Box().Stage)
	switch {
	case lot.EndedAt != nil:
		return lot.RefuseEnded(field)
	case stage.Talks == "":
		return models.Refuse(models.CodeNoTalks, field,
			"lot %d is not at a stage of the %s at which anything is discussed", lot.Number, way.Name).
			Accepting("a lot that is negotiated or in dialogue")
	case !lot.Open() && lot.Box().UnsealedAt == nil:
		return models.Refuse(models.CodeNoTalks, field, "what was handed in for lot %d is not opened", lot.Number).
			Accepting("this after it was opened")
	case d.Tendering.Awards[lot.ID].Awarded():
		return models.Refuse(models.CodeAlreadyAwarded, field, "the award of lot %d is decided", lot.Number)
	}
	return nil
}

// SharedInformation is what all participants are told.
type SharedInformation struct {
	models.SharedInformation
}

// CheckAgainst refuses information on a lot on which there are no talks, in too few languages, to nobody, and on
// talks of another lot.
func (s SharedInformation) CheckAgainst(d models.Dossier, _ models.Entry) error {
	lot, ok := d.Tendering.Lot(s.Lot)
	if !ok {
		return models.Refuse(models.CodeInvalidValue, "/lot", "there is no such lot").
			Accepting("a lot of the procurement")
	}
	if err := talking(d, lot, "/lot"); err != nil {
		return err
	}
	if len(d.Participants(lot)) == 0 {
		return models.Refuse(models.CodeNoTalks, "/lot", "nobody takes part in lot %d", lot.Number)
	}
	faults := models.RefuseUntranslated("", s.Wording(), d.Procurement.Languages)
	for _, id := range s.Talks {
		if !slices.ContainsFunc(d.Of(models.EntryTalk), func(e models.Entry) bool {
			t, _ := d.Tendering.Tender(models.ID(e.Subject))
			return e.ID == id && t.LotID == s.Lot
		}) {
			faults = append(faults, models.Refuse(models.CodeInvalidValue, "/talks",
				"%s is no talk on lot %d", id, lot.Number).
				Accepting("IDs of talks on the lot"))
		}
	}
	return models.Refusals(faults)
}

// ComposeInformation writes one letter with the same words to each participant of the present round of a lot.
func ComposeInformation(d models.Dossier, lot models.Lot, text models.Text) []Letter {
	var letters []Letter
	for _, organisation := range d.Participants(lot) {
		t, ok := latestOf(d, lot.ID, organisation)
		if !ok {
			continue
		}
		l := letterTo(d, lot, t)
		l.Information = text
		letters = append(letters, l)
	}
	return letters
}

// latestOf is what an organisation handed in last of what stands in the closed boxes of a lot.
func latestOf(d models.Dossier, lot, organisation models.ID) (models.Tender, bool) {
	l, _ := d.Tendering.Lot(lot)
	for _, b := range slices.Backward(l.Boxes) {
		for _, t := range d.Tendering.In(b.ID) {
			if t.OrganisationID == organisation {
				return t, true
			}
		}
	}
	return models.Tender{}, false
}

// heard refuses to go on from a stage with talks while somebody who goes on was not heard in this round, and while
// something that one of them learned was not told to all.
func heard(d models.Dossier, lot models.Lot, stage models.Stage, all []Candidate) error {
	if stage.Talks == "" {
		return nil
	}
	var unheard []string
	for _, c := range all {
		if c.Invited && len(d.TalksOn(c.Request)) == 0 {
			unheard = append(unheard, c.Name)
		}
	}
	if len(unheard) > 0 {
		return models.Refuse(models.CodeTalksMissing, "/lot", "there was no talk in this round with %s",
			strings.Join(unheard, ", ")).
			Accepting("this after a talk with everyone who goes on")
	}
	if untold := d.Untold(lot.Box().ID); len(untold) > 0 {
		talk, _ := models.BodyOf[models.Talk](untold[0])
		return models.Refuse(models.CodeNewsUntold, "/lot",
			"what was said in the talk of %s with %s and all others need was not told to them", talk.Date,
			d.TendererOf(talk.Tender)).
			Accepting("this after shared information that names the talk %s", untold[0].ID)
	}
	return nil
}

// Final refuses to award a lot on tenders that are to be negotiated, unless the contract notice reserved that
// (Directive 2014/24/EU, Article 29(4)), and on solutions.
func Final(d models.Dossier, lot models.Lot) error {
	way, err := procedure.Of(d)
	if err != nil {
		return err
	}
	box := lot.Box()
	stage, _ := way.Stage(box.Stage)
	conduct, _, _ := d.ConductOf(lot.ID)
	switch {
	case !lot.Published() || way.Last(box.Stage):
		return nil
	case stage.Reservable && conduct.AwardInitial && (box.Round > 1 || d.Talked(box.ID)):
		return models.Refuse(models.CodeNotAnnouncedSo, "/lot",
			"lot %d was negotiated, so it is awarded on final tenders (Directive 2014/24/EU, Article 29(7))",
			lot.Number).
			Accepting("an award on final tenders, after everyone who remains was invited to them")
	case stage.Reservable && conduct.AwardInitial:
		return nil
	case stage.Reservable:
		return models.Refuse(models.CodeNotAnnouncedSo, "/lot",
			"the contract notice does not reserve to award lot %d without negotiation", lot.Number).
			Accepting("an award on final tenders, after everyone who remains was invited to them")
	}
	return models.Refuse(models.CodeNotAnnouncedSo, "/lot",
		"the %s for lot %d are not final (%s)", box.HandsIn.Called(), lot.Number, stage.Source).
		Accepting("an award on final tenders, after everyone who remains was invited to them")
}
