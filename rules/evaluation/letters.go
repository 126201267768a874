package evaluation

import (
	"slices"
	"strings"
	"time"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
	"github.com/ppi-engine/ppi/rules/timelimit"
	"github.com/ppi-engine/ppi/rules/wording"
)

// A Letter informs one tenderer of the decision: who won and why, why the recipient did not, and when a contract can be
// concluded at the earliest, or on what grounds nothing is awarded (Directive 2014/24/EU, Article 55(1) and (2);
// Directive 89/665/EEC, Article 2a(2)).
type Letter struct {
	// Language is that in which the letter is written, Languages those of the procurement. These, Mode, Called, Buyers
	// and Law are absent in letters of earlier releases.
	Language  string             `json:"language,omitempty" doc:"BCP 47 tag of the language in which it is written"`
	Languages []string           `json:"languages,omitempty"`
	Mode      models.Mode        `json:"mode,omitempty" enum:"live,rehearsal"`
	Called    models.Text        `json:"procurement_title,omitempty"`
	Buyers    []string           `json:"buyers,omitempty" doc:"Names of the buyers, the lead buyer first"`
	Review    *models.ReviewBody `json:"review_body,omitempty" doc:"To which a review is applied for"`
	Address   string             `json:"lead_buyer_address,omitempty" doc:"Where the lead buyer receives post"`
	Law       string             `json:"law,omitempty" doc:"The country whose law governs (ISO 3166-1)"`

	Procurement models.ID   `json:"procurement"`
	Lot         models.ID   `json:"lot"`
	LotNumber   int         `json:"lot_number"`
	Title       models.Text `json:"title"`
	Tender      models.ID   `json:"tender"`
	Recipient   string      `json:"recipient" doc:"Name of the tenderer"`
	Won         bool        `json:"won"`
	Winner      string      `json:"winner,omitempty" doc:"Name of the successful tenderer; absent: there is none"`
	DecidedAt   time.Time   `json:"decided_at"`
	// EndedFor and EndReason are the grounds on which the lot ended without award. Of what follows only Unopened,
	// LeftSealed and the exclusion of the tender are given then.
	EndedFor  string `json:"ended_for,omitempty" doc:"eForms code list non-award-justification"`
	EndReason string `json:"end_reason,omitempty" doc:"What the board wrote"`
	// Unopened tells what was not opened of what the recipient handed in, LeftSealed why the lot could not be opened.
	Unopened   string      `json:"unopened,omitempty" enum:"all,price" doc:"What was not opened of it"`
	LeftSealed *NotOpening `json:"left_sealed,omitempty" doc:"Why it could not be opened"`
	// Rank and Total are absent for a tender that was excluded; then ExcludedFor says why. Lines and Reasons are absent
	// if it was never scored.
	Rank        int    `json:"rank,omitempty"`
	Total       string `json:"total,omitempty"`
	WinnerTotal string `json:"winner_total,omitempty"`
	// Price and WinnerPrice are those of a tender that is ranked, and of the successful one, where prices are compared.
	Price       *models.Money `json:"price,omitempty"`
	WinnerPrice *models.Money `json:"winner_price,omitempty"`
	// Costs are what counts besides the price, Cost and WinnerCost the sums with the price that are compared. Tie says
	// what decided at an equal total.
	Costs           []CostComparison  `json:"costs,omitempty" doc:"What counts besides the price"`
	Cost            string            `json:"cost,omitempty" doc:"The price with all costs"`
	WinnerCost      string            `json:"winner_cost,omitempty"`
	Tie             *TieDecision      `json:"tie,omitempty" doc:"What decided at an equal total"`
	Lines           []Comparison      `json:"lines,omitempty" doc:"The recipient's points beside the winner's"`
	ExcludedFor     string            `json:"excluded_for,omitempty" doc:"Code of the exclusion"`
	ExclusionReason models.Text       `json:"exclusion_reason,omitempty"`
	FailedTests     map[string]string `json:"failed_tests,omitempty" doc:"What the announced tests found, by test"`
	// Grounds are the exclusion grounds that were found, Shortfall is the announced bound that the tender missed, and
	// LowPrice why its explanation of a low price was rejected.
	Grounds   []models.ExclusionFinding `json:"grounds,omitempty" doc:"Exclusion grounds found (Article 57)"`
	Shortfall *Shortfall                `json:"shortfall,omitempty"`
	LowPrice  models.Text               `json:"low_price_rejected,omitempty" doc:"Why its explanation was rejected"`
	// Consensus says how scores came about, Method how tenders were ranked, in the language of the letter where the
	// program has it.
	Consensus string            `json:"consensus,omitempty" enum:"chair,mean"`
	Method    []string          `json:"method,omitempty" doc:"How tenders were ranked, sentence by sentence"`
	Reasons   map[string]string `json:"reasons,omitempty" doc:"What the panel wrote on this tender, by criterion"`
	// LimitedFor says why the recipient did not win although it ranks before the winner.
	LimitedFor string `json:"limited_for,omitempty" doc:"The limit of lots that one tenderer is awarded"`
	// Invitation invites a candidate to the next stage; NotInvited says why another is not. All else is absent then.
	Invitation *Invitation `json:"invitation,omitempty"`
	NotInvited []string    `json:"not_invited_for,omitempty"`
	// Findings are what was found of a candidate that is not invited, by selection criterion.
	Findings []Finding `json:"findings,omitempty"`
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
	// StandstillUntil is the instant before which no contract is concluded; absent if that depends on what is still to
	// happen.
	StandstillUntil *time.Time `json:"standstill_until,omitempty"`
	// Text is the letter in words. Letters of earlier releases have none; they are put into words when they are read.
	Text *models.LetterText `json:"text,omitempty"`
}

// A NotOpening says why a lot could not be opened. Who of the openers did not release is for the buyers' record.
type NotOpening struct {
	Ground   models.SealedGround `json:"ground" enum:"openers_withhold,openers_lost"`
	Needed   int                 `json:"needed" doc:"How many openers open together"`
	Released int                 `json:"released" doc:"How many of them had released"`
}

// A Shortfall says which announced bound a tender missed, and by what.
type Shortfall struct {
	Bound   award.Bound `json:"bound" enum:"criterion,group,quality,best,ceiling,shortlist"`
	Of      models.Text `json:"of,omitempty" doc:"Title of the criterion or group"`
	Reached string      `json:"reached"`
	Needed  string      `json:"needed" doc:"The minimum, the ceiling, how many went on, or what the last of them has"`
	Because string      `json:"because,omitempty" doc:"How points for the shortlist came about"`
	// PriceOpened tells, of who is not among the best, that it was when prices were opened: what became known later
	// took it out. Letters of earlier releases do not tell it.
	PriceOpened bool `json:"price_opened,omitempty" doc:"Its price was opened while it was among the best"`
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
	// Openers are for whom what is handed in is sealed.
	Openers models.PublishedOpeners `json:"openers"`
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
	Winner    decimal.Decimal `json:"winner_points,omitzero" doc:"Absent: none, or nobody has won"`
	How       string          `json:"how"`
	// Title, Weight, Max, Score and Reason are of the recipient's tender; absent for the price, and in letters of
	// earlier releases. Under the mean, Score and Reason are those of all evaluators by the size of the score.
	Title  models.Text `json:"title,omitempty"`
	Weight string      `json:"weight,omitempty" doc:"Points that the criterion is worth"`
	Max    string      `json:"max,omitempty" doc:"The highest score"`
	Score  string      `json:"score,omitempty"`
	Reason string      `json:"reason,omitempty"`
	// WinnerReason is what was found of the successful tender (Directive 2014/24/EU, Article 55(2)(c)), without what
	// is withheld as confidential (Article 55(3)).
	WinnerReason string `json:"winner_reason,omitempty"`
	Withheld     bool   `json:"winner_reason_withheld,omitempty" doc:"Reasons are withheld (Article 55(3))"`
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
	winner, ok := e.Ranking.Of(decided.WinnerID)
	if !ok {
		return nil, models.Refuse(models.CodeNoWinner, "/lot", "the winner is not in the ranking")
	}
	told := telling{Dossier: d, lot: lot, evaluation: e, decided: decided, winner: winner, sent: sent, standstill: s}
	told.criteria, _, _ = d.CriteriaFor(lot.ID)
	var letters []Letter
	for _, t := range d.Tendering.TendersFor(lot.ID) {
		l, err := told.toTenderer(t)
		if err != nil {
			return nil, err
		}
		letters = append(letters, l)
	}
	for _, t := range concerned(d, lot) {
		letters = append(letters, told.toConcerned(t))
	}
	return letters, nil
}

// letterTo begins a letter about what somebody handed in, on a decision that is taken now.
func letterTo(d models.Dossier, lot models.Lot, t models.Tender) Letter {
	l := Letter{
		Language: languageOf(d, t), Languages: d.Procurement.Languages, Mode: d.Procurement.Mode,
		Called: d.Procurement.Title, Procurement: d.Procurement.ID, Lot: lot.ID, LotNumber: lot.Number,
		Title: lot.Title, Tender: t.ID, Recipient: tenderer(d, t), DecidedAt: d.Now.UTC(), SentAt: d.Now.UTC(),
	}
	l.Review = d.ReviewBody()
	for _, b := range buyers(d) {
		l.Buyers = append(l.Buyers, b.Name)
		if b.Lead && b.Address != nil {
			l.Address = b.Address.Line()
		}
	}
	if frame, known := timelimit.Governing(d); known { // else the letter does not say what governs
		l.Law = frame.Law
	}
	return l
}

// languageOf is the language for a tenderer's letters: the one that it asked for when it registered, if the procurement
// has it, else the first of the procurement.
func languageOf(d models.Dossier, t models.Tender) string {
	all := d.Procurement.Languages
	if asked := d.Tendering.Languages[t.OrganisationID]; slices.Contains(all, asked) {
		return asked
	}
	if len(all) == 0 {
		return wording.English
	}
	return all[0]
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
		l := letterTo(d, lot, t)
		l.DecidedAt, l.EndedFor, l.EndReason = lot.EndedAt.UTC(), lot.EndReason, reason
		if t.BoxID == box.ID {
			l.notOpened(d, t)
			l.excluded(d, t)
		}
		letters = append(letters, l)
	}
	return letters
}

// notOpened tells what of the tender was not opened, and why.
func (l *Letter) notOpened(d models.Dossier, t models.Tender) {
	l.Unopened = unopened(d, t)
	if left, ok := d.Tendering.LeftSealed(t.LotID); ok && l.Unopened != "" {
		l.LeftSealed = &NotOpening{left.Ground, left.Needed, len(left.Released)}
	}
}

// excluded tells why the tender, or its candidate, was excluded before the lot ended (Directive 2014/24/EU, Article
// 55(2)(a) and (b)).
func (l *Letter) excluded(d models.Dossier, t models.Tender) {
	if s, _, ok := d.SelectionOf(t.ID); ok && s.Excluded != "" {
		l.ExcludedFor, l.ExclusionReason, l.Grounds = string(s.Excluded), s.Reason, s.Grounds
	}
	if a, _, ok := d.AdmissionOf(t.ID); ok && a.Decision == models.AdmissionExcluded {
		l.ExcludedFor, l.ExclusionReason, l.Grounds = string(a.Code), a.Reason, a.Grounds
	}
}

// concerned lists, by what they handed in last, those besides the tenderers whom an award concerns as long as they may
// challenge it (Directive 89/665/EEC, Article 2a(2)): who was invited to the last box of a lot and handed in nothing,
// and who handed in a tender or solution at an earlier stage and was not invited to go on. Candidates who were never
// invited were told so with the reasons; they are not concerned.
func concerned(d models.Dossier, lot models.Lot) []models.Tender {
	var last []models.Tender
	box := lot.Box()
	seen := map[models.ID]bool{}
	add := func(organisation models.ID) {
		t, ok := latestOf(d, lot.ID, organisation)
		if ok && t.BoxID != box.ID && !seen[organisation] {
			last = append(last, t)
		}
		seen[organisation] = true
	}
	for _, organisation := range box.Invited {
		add(organisation)
	}
	for _, b := range lot.Boxes {
		for _, t := range d.Tendering.In(b.ID) {
			if t.HandsIn.Evaluated() {
				add(t.OrganisationID)
			}
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
