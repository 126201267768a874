package evaluation

import (
	"slices"
	"strings"
	"time"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

// A Letter informs one tenderer of the decision: who won and why, why the recipient did not, and when a contract can be
// concluded at the earliest, or on what grounds nothing is awarded (Directive 2014/24/EU, Article 55(1) and (2);
// Directive 89/665/EEC, Article 2a(2)).
type Letter struct {
	Procurement models.ID   `json:"procurement"`
	Lot         models.ID   `json:"lot"`
	LotNumber   int         `json:"lot_number"`
	Title       models.Text `json:"title"`
	Tender      models.ID   `json:"tender"`
	Recipient   string      `json:"recipient" doc:"Name of the tenderer"`
	Won         bool        `json:"won"`
	Winner      string      `json:"winner,omitempty" doc:"Name of the successful tenderer; absent: there is none"`
	DecidedAt   time.Time   `json:"decided_at"`
	// EndedFor and EndReason are the grounds on which the lot ended without award; if they are given, all that follows
	// is absent.
	EndedFor  string `json:"ended_for,omitempty" doc:"eForms code list non-award-justification"`
	EndReason string `json:"end_reason,omitempty" doc:"What the board wrote"`
	// Rank and Total are absent for a tender that was excluded; then ExcludedFor says why. Lines and Reasons are absent
	// if it was never scored.
	Rank            int               `json:"rank,omitempty"`
	Total           string            `json:"total,omitempty"`
	WinnerTotal     string            `json:"winner_total,omitempty"`
	Lines           []Comparison      `json:"lines,omitempty" doc:"The recipient's points beside the winner's"`
	ExcludedFor     string            `json:"excluded_for,omitempty" doc:"Code of the exclusion"`
	ExclusionReason models.Text       `json:"exclusion_reason,omitempty"`
	FailedTests     map[string]string `json:"failed_tests,omitempty" doc:"What the announced tests found, by test"`
	Reasons         map[string]string `json:"reasons,omitempty" doc:"What the panel wrote on this tender, by criterion"`
	// LimitedFor says why the recipient did not win although it ranks before the winner.
	LimitedFor string `json:"limited_for,omitempty" doc:"The limit of lots that one tenderer is awarded"`
	// Invitation invites a candidate to the next stage; NotInvited says why another is not. All else is absent then.
	Invitation *Invitation `json:"invitation,omitempty"`
	NotInvited []string    `json:"not_invited_for,omitempty"`
	// TalksOver tells that the negotiation or dialogue is over, and the tender that is asked for is the final one.
	TalksOver bool `json:"talks_over,omitempty"`
	// Information is what all participants of a negotiation or dialogue are told at once.
	Information models.Text `json:"information,omitempty"`
	// PhaseEnded tells a partner how a phase of an innovation partnership ended.
	PhaseEnded *PhaseEnded `json:"phase_ended,omitempty"`
	// SetAside tells that the decision of an earlier letter was set aside; all else is absent then.
	SetAside *DecisionSetAside `json:"set_aside,omitempty"`
	// MovedFor says why the deadline of an earlier invitation was moved.
	MovedFor string `json:"moved_for,omitempty"`
	// EarliestContract is the first day on which a contract can be concluded.
	EarliestContract string    `json:"earliest_contract,omitempty"`
	Standstill       string    `json:"standstill,omitempty" doc:"How it was counted"`
	SentAt           time.Time `json:"sent_at"`
}

// An Invitation says what a candidate is invited to.
type Invitation struct {
	Box           models.ID        `json:"box"`
	Stage         models.StageCode `json:"stage"`
	Deadline      time.Time        `json:"deadline"`
	DeadlineLocal string           `json:"deadline_local"`
	DeadlineZone  string           `json:"deadline_zone"`
	// Notice and Criteria are the digests of the contract notice and of the award criteria; Languages are those in
	// which tenders may be written (Directive 2014/24/EU, Annex IX(1)).
	Notice    string   `json:"notice"`
	Criteria  string   `json:"award_criteria"`
	Languages []string `json:"languages"`
	// SendTo is the address to which tenders are sent electronically; Documents are the procurement documents with
	// their addresses.
	SendTo    string             `json:"send_to" doc:"Address to which tenders are sent"`
	Documents []InvitingDocument `json:"documents"`
	Quality   string             `json:"quality_key" doc:"Key for envelopes without prices; not that of requests"`
	Price     string             `json:"price_key" doc:"Key for envelopes with prices"`
}

// An InvitingDocument is a procurement document as it is when the invitation is sent.
type InvitingDocument struct {
	ID      models.ID   `json:"id"`
	Version int64       `json:"version"`
	Title   models.Text `json:"title"`
	Digest  string      `json:"sha256"`
	Address string      `json:"address" doc:"Where its latest version can be read"`
}

// A Place says where the documents of an invitation are found.
type Place struct {
	// Address is the URL of the API, without a slash at the end; empty: addresses begin with their path.
	Address string
	// Documents are those that tenderers may read.
	Documents []models.Document
}

// A Comparison is one line of the recipient's points beside the winner's.
type Comparison struct {
	Criterion string          `json:"criterion"`
	Points    decimal.Decimal `json:"points"`
	Winner    decimal.Decimal `json:"winner_points"`
	How       string          `json:"how"`
}

// ComposeLetters writes one letter to each tenderer of an awarded lot. It refuses with
// [models.CodeRankingChanged] when the record no longer gives the ranking that the board decided on.
func ComposeLetters(d models.Dossier, lot models.Lot, sent time.Time, s timelimit.Standstill) ([]Letter, error) {
	e, err := Evaluate(d, lot.ID)
	if err != nil {
		return nil, err
	}
	decided := d.Tendering.Awards[lot.ID]
	if e.Digest != decided.Ranking {
		return nil, models.Refuse(models.CodeRankingChanged, "/lot",
			"the record no longer gives the ranking on which lot %d was awarded", lot.Number).
			Accepting("ending the lot with a reason")
	}
	at := slices.IndexFunc(e.Ranking.Places, func(x award.Place) bool { return x.Tender == decided.WinnerID })
	if at < 0 {
		return nil, models.Refuse(models.CodeNoWinner, "/lot", "the winner is not in the ranking")
	}
	winner := e.Ranking.Places[at]
	standstill, earliest := s.Told()
	var letters []Letter
	for _, t := range d.Tendering.TendersFor(lot.ID) {
		l := Letter{
			Procurement: d.Procurement.ID, Lot: lot.ID, LotNumber: lot.Number, Title: lot.Title, Tender: t.ID,
			Recipient: tenderer(d, t), Winner: winnerName(d, decided), Won: decided.Won(t.ID),
			DecidedAt: decided.AwardedAt.UTC(), WinnerTotal: winner.Total.String(),
			EarliestContract: earliest, Standstill: standstill, SentAt: sent.UTC(),
		}
		letters = append(letters, l.about(d, t, e, winner))
	}
	for _, t := range silent(d, lot) {
		letters = append(letters, Letter{
			Procurement: d.Procurement.ID, Lot: lot.ID, LotNumber: lot.Number, Title: lot.Title, Tender: t.ID,
			Recipient: tenderer(d, t), Winner: winnerName(d, decided), DecidedAt: decided.AwardedAt.UTC(),
			WinnerTotal: winner.Total.String(), EarliestContract: earliest, Standstill: standstill, SentAt: sent.UTC(),
		})
	}
	return letters, nil
}

// ComposeEndLetters writes one letter to everyone who took part in the last stage of a lot that has ended without
// award: those whose tender or request stands, and those who were invited and handed in nothing.
func ComposeEndLetters(d models.Dossier, lot models.Lot, reason string) []Letter {
	var letters []Letter
	box := lot.Box()
	concerned := d.Tendering.In(box.ID)
	for _, request := range d.Tendering.RequestsFor(lot.ID) {
		invited := box.ByInvitation && box.OpenTo(request.OrganisationID)
		handedIn := slices.ContainsFunc(concerned,
			func(t models.Tender) bool { return t.OrganisationID == request.OrganisationID })
		if invited && !handedIn {
			concerned = append(concerned, request)
		}
	}
	for _, t := range concerned {
		letters = append(letters, Letter{
			Procurement: d.Procurement.ID, Lot: lot.ID, LotNumber: lot.Number, Title: lot.Title, Tender: t.ID,
			Recipient: tenderer(d, t), DecidedAt: lot.EndedAt.UTC(),
			EndedFor: lot.EndReason, EndReason: reason, SentAt: d.Now.UTC(),
		})
	}
	return letters
}

// silent lists, by what they handed in last, those who were invited to the last box of a lot and handed in nothing:
// they are concerned by the decision as long as they may challenge it (Directive 89/665/EEC, Article 2a(2)).
func silent(d models.Dossier, lot models.Lot) []models.Tender {
	var last []models.Tender
	box := lot.Box()
	for _, organisation := range box.Invited {
		t, ok := latestOf(d, lot.ID, organisation)
		if ok && t.BoxID != box.ID {
			last = append(last, t)
		}
	}
	return last
}

func winnerName(d models.Dossier, decided models.LotAward) string {
	var names []string
	for _, id := range decided.Winners() {
		t, _ := d.Tendering.Tender(id)
		names = append(names, tenderer(d, t))
	}
	return strings.Join(names, ", ")
}

func tenderer(d models.Dossier, t models.Tender) string {
	return d.Tendering.Tenderers[t.OrganisationID].LegalName
}

// about adds what became of the recipient's own tender.
func (l Letter) about(d models.Dossier, t models.Tender, e Evaluation, winner award.Place) Letter {
	i := slices.IndexFunc(e.Ranking.Places, func(x award.Place) bool { return x.Tender == t.ID })
	if i < 0 {
		return l
	}
	own := e.Ranking.Places[i]
	if own.Excluded == "" {
		l.Rank, l.Total, l.LimitedFor = own.Rank, own.Total.String(), limitedFor(d, own, winner)
	} else {
		l.ExcludedFor, l.FailedTests = own.Excluded, failedTests(d, t.ID)
		if a, _, ok := d.AdmissionOf(t.ID); ok && a.Decision == models.AdmissionExcluded {
			l.ExclusionReason = a.Reason
		}
	}
	if len(own.Lines) > 0 {
		l.Reasons = panelReasons(d, t)
	}
	for _, line := range own.Lines {
		c := Comparison{Criterion: line.Criterion, Points: line.Points, How: line.How}
		w := slices.IndexFunc(winner.Lines, func(x award.Line) bool { return x.Criterion == line.Criterion })
		if w >= 0 {
			c.Winner = winner.Lines[w].Points
		}
		l.Lines = append(l.Lines, c)
	}
	return l
}

// panelReasons is what the panel wrote on a tender, by criterion: the reasons of the consensus, or where the mean
// counts those of each evaluator with the score, by its size, so that nobody reads who gave which.
func panelReasons(d models.Dossier, t models.Tender) map[string]string {
	reasons := map[string]string{}
	if criteria, _, _ := d.CriteriaFor(t.LotID); criteria.Consensus == models.ConsensusMean {
		given := map[string][]string{}
		for _, sheet := range panelSheets(d, t) {
			for _, s := range sheet.Scores {
				given[s.Criterion] = append(given[s.Criterion], s.Score+": "+s.Reason)
			}
		}
		for criterion, all := range given {
			slices.Sort(all)
			reasons[criterion] = strings.Join(all, "\n")
		}
		return reasons
	}
	for _, e := range d.Of(models.EntryConsensus) {
		if c, ok := models.BodyOf[Consensus](e); ok && c.Tender == t.ID {
			for _, s := range c.Scores {
				reasons[s.Criterion] = s.Reason
			}
		}
	}
	return reasons
}
