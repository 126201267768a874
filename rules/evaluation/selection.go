package evaluation

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/procedure"
	"github.com/ppi-engine/ppi/rules/timelimit"
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
			"envelopes %v of the request were not found readable by two openers", unopened).
			Accepting("findings once two openers of different buyers have recorded the same for each envelope")
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

// A Shortlist says of every candidate for a lot whether it is invited, and why not.
type Shortlist struct {
	Lot        models.ID        `json:"lot"`
	Stage      models.StageCode `json:"stage" doc:"The stage to which they are invited"`
	Least      int              `json:"least" doc:"Fewest to invite, if that many qualify"`
	Most       int              `json:"most,omitempty" doc:"Most to invite; absent: all who qualify"`
	Candidates []Candidate      `json:"candidates"`
	Invited    int              `json:"invited"`
	// Digest is the SHA-256 of all of this, in hexadecimal; the decision to invite names it.
	Digest string `json:"digest"`
}

// A Candidate is an economic operator that asked to participate.
type Candidate struct {
	Request      models.ID   `json:"request"`
	Organisation models.ID   `json:"organisation"`
	Name         string      `json:"name"`
	Qualifies    bool        `json:"qualifies"`
	Points       string      `json:"points,omitempty"`
	Because      string      `json:"because,omitempty" doc:"Why these points"`
	Invited      bool        `json:"invited"`
	Excluded     string      `json:"excluded,omitempty" doc:"Why the candidate was excluded"`
	Reason       models.Text `json:"reason,omitempty" doc:"What it is told of an exclusion"`
	// Reasons say in words why it is not invited.
	Reasons []string `json:"reasons,omitempty"`
}

// ComposeShortlist judges all candidates of a lot by what was found about each. It refuses before the requests are
// opened, while findings are missing, and when nobody qualifies.
func ComposeShortlist(d models.Dossier, lot models.Lot) (Shortlist, error) {
	list := Shortlist{Lot: lot.ID, Candidates: []Candidate{}}
	box := lot.Box()
	way, err := procedure.Of(d)
	if err != nil {
		return list, err
	}
	next, further := way.After(box.Stage)
	switch {
	case lot.EndedAt != nil:
		return list, lot.RefuseEnded("/lot")
	case !lot.Published() || !further:
		return list, models.Refuse(models.CodeNoFurtherStage, "/lot",
			"nobody is to be invited for lot %d now: the %s has no further stage", lot.Number, way.Name)
	case box.UnsealedAt == nil:
		return list, models.Refuse(models.CodeNotUnsealed, "/lot",
			"the requests to participate in lot %d are not opened", lot.Number).
			Accepting("this after openers of two buyers have opened the lot, each by the action open")
	}
	criteria, _, _ := d.SelectionFor(lot.ID)
	list.Stage, list.Least, list.Most = next.Code, criteria.Least, criteria.Most
	if list.Candidates, err = candidates(d, lot, criteria.Most); err != nil {
		return list, err
	}
	for _, c := range list.Candidates {
		if c.Invited {
			list.Invited++
		}
	}
	if list.Invited == 0 {
		return list, models.Refuse(models.CodeNobodyQualifies, "/lot",
			"none of %d candidates for lot %d qualifies", len(list.Candidates), lot.Number).
			Accepting("ending the lot with a reason")
	}
	list.Digest, err = digest(list)
	return list, err
}

// candidates judges who asked to participate in a lot, in the order of the requests. Of those who qualify, the best are
// invited, up to most. Candidates who tie with the last of them are invited too, because nothing that was announced
// tells them apart.
func candidates(d models.Dossier, lot models.Lot, most int) ([]Candidate, error) {
	all := []Candidate{}
	var missing []string
	var points []decimal.Decimal
	for _, t := range d.Tendering.RequestsFor(lot.ID) {
		c := Candidate{Request: t.ID, Organisation: t.OrganisationID, Name: tenderer(d, t)}
		s, e, found := d.SelectionOf(t.ID)
		// Findings by a person who is no longer impartial do not count (Article 24), unless the candidates were invited
		// before.
		if !found || !d.Later(t) && d.Impartial(e.AuthorID, lot.ID) != nil {
			missing = append(missing, c.Name)
			all = append(all, c)
			continue
		}
		c.Because = s.Because
		c.Qualifies, c.Points, c.Excluded, c.Reason = s.Qualifies(), s.Points, string(s.Excluded), s.Reason
		for _, f := range s.Findings {
			if !f.Met {
				c.Reasons = append(c.Reasons, f.Criterion+": "+f.Reason)
			}
		}
		if c.Qualifies {
			points = append(points, pointsOf(c))
		}
		all = append(all, c)
	}
	if len(missing) > 0 {
		return all, models.Refuse(models.CodeSelectionMissing, "/lot",
			"findings are still missing about %s", missing).
			Accepting("findings about every candidate of lot %d", lot.Number)
	}
	invite(all, points, most)
	return all, nil
}

// invite marks who is invited, and notes for the others how many points were needed.
func invite(all []Candidate, points []decimal.Decimal, most int) {
	lowest := decimal.Zero
	limited := most > 0 && len(points) > most
	if limited {
		slices.SortFunc(points, func(a, b decimal.Decimal) int { return b.Cmp(a) })
		lowest = points[most-1]
	}
	for i := range all {
		c := &all[i]
		c.Invited = c.Qualifies && (!limited || cmp.Compare(pointsOf(*c).Cmp(lowest), 0) >= 0)
		if c.Qualifies && !c.Invited {
			c.Reasons = append(c.Reasons, c.Points+" points ("+c.Because+
				"); the last candidate who is invited has "+lowest.String())
		}
	}
}

func pointsOf(c Candidate) decimal.Decimal {
	var r reader
	return r.number(c.Points)
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
	for _, k := range criteria.Criteria {
		faults = append(faults, untranslated(d, at+"/"+k.ID+"/title", k.Title)...)
		faults = append(faults, untranslated(d, at+"/"+k.ID+"/requirement", k.Requirement)...)
	}
	if criteria.Most > 0 {
		faults = append(faults, untranslated(d, at+"/rule", criteria.Rule)...)
	}
	return faults
}

// MayInvite refuses a list other than the one that the record gives now, an opening key that was used before, and a
// deadline that is not lawful.
func MayInvite(
	d models.Dossier, lot models.Lot, shortlist string, deadline models.LocalTime,
) (Shortlist, models.Stage, error) {
	list, err := ComposeShortlist(d, lot)
	if err != nil {
		return list, models.Stage{}, err
	}
	if list.Digest != shortlist {
		return list, models.Stage{}, models.Refuse(models.CodeShortlistChanged, "/shortlist",
			"the list of candidates has changed since you read it").
			Accepting("the digest %s, after reading the list again", list.Digest)
	}
	way, err := procedure.Of(d)
	if err != nil {
		return list, models.Stage{}, err
	}
	stage, _ := way.After(lot.Box().Stage)
	if faults := keyFaults(d); len(faults) > 0 {
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
		l := Letter{
			Procurement: d.Procurement.ID, Lot: lot.ID, LotNumber: lot.Number, Title: lot.Title, Tender: c.Request,
			Recipient: c.Name, DecidedAt: d.Now.UTC(), SentAt: d.Now.UTC(), ExcludedFor: c.Excluded,
			ExclusionReason: c.Reason, NotInvited: c.Reasons,
		}
		if c.Invited {
			l.Invitation = invitationTo(d, lot, box, at)
		}
		letters[i] = l
	}
	return letters
}

// ComposeDeadlineLetters writes one letter to everyone who was invited to the lot's box: the invitation, with the
// deadline that the box has now.
func ComposeDeadlineLetters(d models.Dossier, lot models.Lot, reason string, at Place) []Letter {
	var letters []Letter
	for _, request := range d.Tendering.RequestsFor(lot.ID) {
		if box := lot.Box(); box.ByInvitation && box.OpenTo(request.OrganisationID) {
			letters = append(letters, Letter{
				Procurement: d.Procurement.ID, Lot: lot.ID, LotNumber: lot.Number, Title: lot.Title, Tender: request.ID,
				Recipient: tenderer(d, request), DecidedAt: d.Now.UTC(), SentAt: d.Now.UTC(),
				Invitation: invitationTo(d, lot, box, at), MovedFor: reason,
			})
		}
	}
	return letters
}

// invitationTo says what Annex IX(1) of Directive 2014/24/EU asks for, and where the procurement documents are (Article
// 54(2)).
func invitationTo(d models.Dossier, lot models.Lot, box models.Box, at Place) *Invitation {
	entry, _ := d.Latest(models.EntryOpeningKey)
	key, _ := models.BodyOf[models.OpeningKey](entry)
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
		Quality: key.Quality, Price: key.Price,
	}
}
