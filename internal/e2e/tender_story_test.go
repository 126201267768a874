package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A tenderPlay is a tender phase under way: one lot, two suppliers, and the people who open and evaluate.
type tenderPlay struct {
	*bundle

	lot     models.ID
	openers []*rig.Opener
	// threshold is how many of the openers open together.
	threshold  int
	evaluators []*apiclient.Client
	chair      *apiclient.Client
	// awarder signs awards: the decision of that number, 1 if it is 0, with the further partners.
	awarder   *apiclient.Client
	decision  int
	partners  []models.ID
	suppliers []*supplier
	// gone are those who did not go on from talks.
	gone             []*supplier
	ranking          rankingView
	standstill       time.Time
	earliestContract string
}

// A supplier has handed in a tender.
type supplier struct {
	*apiclient.Client

	organisation, person string
	tender               models.ID
	offer                []byte
	amount               string
	// score is what evaluators give it.
	score string
}

type rankingView struct {
	Digest    string `json:"digest"`
	Reversals []any  `json:"reversals"`
	Ranking   struct {
		Places []struct {
			Tender        models.ID `json:"tender"`
			Rank          int       `json:"rank"`
			Total         string    `json:"total"`
			Excluded      string    `json:"excluded"`
			AskAboutPrice string    `json:"ask_about_price"`
			Lines         []struct {
				Criterion string `json:"criterion"`
				How       string `json:"how"`
			} `json:"lines"`
		} `json:"standings"`
	} `json:"ranking"`
}

// writeTender plays the tender phase from the lot's description to the individual report. Until the notice
// the market is kept informed.
func (b *bundle) writeTender(t *testing.T) {
	t.Helper()
	p := b.describeTender(t)
	if _, status := b.phase(t, models.PhaseEngagement); status == string(models.PhaseOpen) {
		b.engageMarket(t)
	}
	b.act(t, b.Lead, models.VerbPublish, nil)
	p.supplyTwo(t)
	p.rank(t)
	p.decided(t)
	p.report(t)
}

// published publishes one lot in a procurement whose market is informed.
func (b *bundle) published(t *testing.T) *tenderPlay {
	t.Helper()
	p := b.describeTender(t)
	b.act(t, b.Lead, models.VerbPublish, nil)
	return p
}

// tendered has two suppliers hand in tenders for a published lot.
func (b *bundle) tendered(t *testing.T) *tenderPlay {
	t.Helper()
	p := b.published(t)
	p.supplyTwo(t)
	return p
}

// ranked brings a lot with two tenders to its ranking.
func (b *bundle) ranked(t *testing.T) *tenderPlay {
	t.Helper()
	p := b.tendered(t)
	p.rank(t)
	return p
}

func (p *tenderPlay) supplyTwo(t *testing.T) {
	t.Helper()
	p.supply(t, "480000.00", "8")
	p.supply(t, "400000.00", "5")
}

// rank plays from the deadline to the ranking.
func (p *tenderPlay) rank(t *testing.T) {
	t.Helper()
	p.opened(t)
	p.declare(t)
	p.admit(t)
	p.score(t)
	p.openPrices(t)
}

// decided plays from the ranking to the purchases.
func (p *tenderPlay) decided(t *testing.T) {
	t.Helper()
	p.award(t)
	p.sendLetters(t)
	p.conclude(t)
}

// completes plays from the purchases to the end of the procurement, and saves its last run under a name.
func (p *tenderPlay) completes(t *testing.T, history string) {
	t.Helper()
	p.report(t)
	p.approve(t, models.PhaseTender)
	require.Equal(t, "completed", p.status(t))
	p.awaitClosed(t)
	p.saveLastRun(t, history)
}

// judged plays from the deadline of a round to its ranking, by a panel that has declared.
func (p *tenderPlay) judged(t *testing.T) {
	t.Helper()
	p.opened(t)
	p.admit(t)
	p.score(t)
	p.openPrices(t)
}

// locked plays from the deadline to the lock of quality, by a panel that declares.
func (p *tenderPlay) locked(t *testing.T) {
	t.Helper()
	p.opened(t)
	p.declare(t)
	p.admit(t)
	p.score(t)
}

// opened lets the deadline pass, and has what came in opened.
func (p *tenderPlay) opened(t *testing.T) {
	t.Helper()
	p.closeBox(t)
	p.open(t)
}

// describeTender describes one lot with its criteria, and has openers show that they can open.
func (b *bundle) describeTender(t *testing.T) *tenderPlay {
	t.Helper()
	p := &tenderPlay{bundle: b}
	p.staff(t)
	p.lot = b.post(t, b.Lead, "/lots", map[string]any{
		"title":    models.Text{"en": "Nodes"},
		"deadline": b.deadlineIn(t, 40),
	}).ID
	b.post(t, b.Lead, "/award-criteria", rig.AwardCriteria(p.lot))
	_, err := p.SealFor(t.Context(), p.threshold, p.openers...)
	require.NoError(t, err)
	require.NoError(t, p.Test(t.Context(), p.openers...))
	return p
}

// deadlineIn is noon in Paris so many days from now in procedure time.
func (b *bundle) deadlineIn(t *testing.T, days int) map[string]any {
	t.Helper()
	return map[string]any{
		"local": b.now(t).AddDate(0, 0, days).Format(time.DateOnly) + "T12:00",
		"zone":  "Europe/Paris",
	}
}

func (p *tenderPlay) staff(t *testing.T) {
	t.Helper()
	for _, buyer := range p.Buyers[:2] {
		evaluator, err := p.Staff(t.Context(), buyer.Organisation, models.RoleEvaluator)
		require.NoError(t, err)
		p.evaluators = append(p.evaluators, evaluator)
	}
	var err error
	// Two of three openers of three buyers, or three of four openers of two.
	of := []int{0, 1, 2}
	if p.threshold = 2; len(p.Buyers) == 2 {
		of, p.threshold = []int{0, 1, 0, 1}, 3
	}
	organisations := make([]string, len(of))
	for i, n := range of {
		organisations[i] = p.Buyers[n].Organisation
	}
	p.openers, err = p.Openers(t.Context(), organisations...)
	require.NoError(t, err)
	p.chair, err = p.Staff(t.Context(), p.Buyers[0].Organisation, models.RoleChair)
	require.NoError(t, err)
	p.awarder, err = p.Staff(t.Context(), p.Buyers[0].Organisation, models.RoleAwarder)
	require.NoError(t, err)
}

// supply has a new supplier register and hand in two sealed envelopes.
func (p *tenderPlay) supply(t *testing.T, amount, score string) *supplier {
	t.Helper()
	s := p.newSupplier(t, amount, score)
	p.handIn(t, s)
	return s
}

// handIn has a supplier hand in two sealed envelopes.
func (p *tenderPlay) handIn(t *testing.T, s *supplier) {
	t.Helper()
	s.offer = []byte("We offer nodes, number " + strconv.Itoa(len(p.suppliers)))
	p.sends(t, s, p.sealed(t, s, "quality", s.offer), p.sealed(t, s, "price", []byte(s.amount)))
}

// sends has a supplier hand in envelopes that it has uploaded.
func (p *tenderPlay) sends(t *testing.T, s *supplier, envelopes ...map[string]any) {
	t.Helper()
	var receipt struct {
		Tender models.ID `json:"tender_id"`
		Note   string    `json:"note"`
	}
	_, err := s.Post(t.Context(), p.Path("/lots/"+string(p.lot)+"/tenders"), map[string]any{"envelopes": envelopes},
		&receipt)
	require.NoError(t, err)
	require.NotEmpty(t, receipt.Note)
	s.tender = receipt.Tender
	p.suppliers = append(p.suppliers, s)
}

func (p *tenderPlay) newSupplier(t *testing.T, amount, score string) *supplier {
	t.Helper()
	s := p.newOperator(t, amount, score)
	_, err := s.Post(t.Context(), p.Path("/registrations"), nil, nil)
	require.NoError(t, err)
	return s
}

// newOperator is somebody who may become a supplier.
func (p *tenderPlay) newOperator(t *testing.T, amount, score string) *supplier {
	t.Helper()
	s := &supplier{amount: amount, score: score}
	var err error
	s.organisation, err = p.Organisation(t.Context(), "Supplier of "+amount, "NL", models.OrganisationEconomicOperator)
	require.NoError(t, err)
	s.Client = p.Voice(s.organisation)
	s.person = string(p.person(t, s.Client))
	return s
}

// sealed seals an envelope for the present box of the lot and uploads it. Of a price, plain is its amount.
func (p *tenderPlay) sealed(t *testing.T, s *supplier, kind models.EnvelopeKind, plain []byte) map[string]any {
	t.Helper()
	file, err := p.Seal(t.Context(), s.Client, s.organisation, p.lot, kind, plain)
	require.NoError(t, err)
	upload := p.upload(t, s.Client, file, "envelope")
	return map[string]any{"kind": kind, "upload": upload, "digest": rig.Digest(file)}
}

func (b *bundle) upload(
	t *testing.T, who *apiclient.Client, content []byte, purpose models.Purpose,
) models.ID {
	t.Helper()
	id, err := b.Upload(t.Context(), who, content, purpose)
	require.NoError(t, err)
	return id
}

// box is the last box of the lot.
func (p *tenderPlay) box(t *testing.T) models.ID {
	t.Helper()
	id, err := p.BoxOf(t.Context(), p.Lead, p.lot)
	require.NoError(t, err)
	return id
}

// closeBox lets the deadline pass.
func (p *tenderPlay) closeBox(t *testing.T) {
	t.Helper()
	var lot struct {
		Deadline struct {
			At time.Time `json:"at"`
		} `json:"deadline"`
		ClosedAt *time.Time `json:"closed_at"`
	}
	p.get(t, p.Lead, "/lots/"+string(p.lot), &lot)
	p.advance(t, lot.Deadline.At.Add(time.Second))
	p.get(t, p.Lead, "/lots/"+string(p.lot), &lot)
	require.NotNil(t, lot.ClosedAt)
}

// open has as many openers as are needed release what is not a price, and one of them open the lot.
func (p *tenderPlay) open(t *testing.T) {
	t.Helper()
	require.NoError(t, p.OpenBox(t.Context(), p.lot, p.openers[:p.threshold]...))
}

func (b *bundle) download(t *testing.T, who *apiclient.Client, path string) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, who.Base+b.Path(path), nil)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+who.Key)
	response, err := who.HTTP.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, "%s", content)
	return content
}

// declare has the panel declare to have no interest in any tenderer, by name of all.
func (p *tenderPlay) declare(t *testing.T) {
	t.Helper()
	for _, who := range append([]*apiclient.Client{p.chair}, p.evaluators...) {
		p.post(t, who, "/conflict-declarations",
			map[string]any{"lot": p.lot, "tenderers": p.tenderers(t, who), "conflict": false})
	}
}

func (p *tenderPlay) tenderers(t *testing.T, who *apiclient.Client) []models.ID {
	t.Helper()
	var found struct {
		Items []struct {
			Organisation models.ID `json:"organisation_id"`
		} `json:"items"`
	}
	p.get(t, who, "/lots/"+string(p.lot)+"/tenderers", &found)
	var all []models.ID
	for _, item := range found.Items {
		all = append(all, item.Organisation)
	}
	return all
}

func (p *tenderPlay) admit(t *testing.T) {
	t.Helper()
	for _, s := range p.suppliers {
		p.post(t, p.Lead, "/admissions", map[string]any{"tender": s.tender, "decision": "admitted"})
	}
}

func scores(score string) []models.Score {
	return []models.Score{
		{Criterion: "energy", Score: score, Reason: "measured on the benchmark named in the documents"},
		{Criterion: "service", Score: score, Reason: "staff on site within four hours"},
	}
}

// score has every evaluator score every tender, the chair write down the consensus, and lock it.
func (p *tenderPlay) score(t *testing.T) {
	t.Helper()
	for _, who := range p.evaluators {
		for _, s := range p.suppliers {
			require.Equal(t, s.offer, p.download(t, who, "/tenders/"+string(s.tender)+"/envelopes/1/plaintext"))
			p.writeSheet(t, who, s)
		}
	}
	for _, s := range p.suppliers {
		p.post(t, p.chair, "/consensus-scores", map[string]any{"tender": s.tender, "scores": scores(s.score)})
	}
	p.act(t, p.chair, models.VerbLockQuality, map[string]any{"lot": p.lot})
}

func (p *tenderPlay) writeSheet(t *testing.T, who *apiclient.Client, s *supplier) {
	t.Helper()
	_, err := who.Post(t.Context(), p.Path("/tenders/"+string(s.tender)+"/score-sheets"),
		map[string]any{"scores": scores(s.score)}, nil)
	require.NoError(t, err)
}

// openPrices has as many openers as are needed release the prices, and reads the ranking.
func (p *tenderPlay) openPrices(t *testing.T) {
	t.Helper()
	require.NoError(t, p.OpenPrices(t.Context(), p.lot, p.openers[:p.threshold]...))
	p.readRanking(t)
}

func (p *tenderPlay) readRanking(t *testing.T) {
	t.Helper()
	p.ranking = rankingView{}
	p.get(t, p.Lead, "/lots/"+string(p.lot)+"/ranking", &p.ranking)
}

// award has the board decide for the tender that ranks first.
func (p *tenderPlay) award(t *testing.T) {
	t.Helper()
	first := p.ranking.Ranking.Places[0]
	require.Equal(t, 1, first.Rank)
	p.move(t, models.VerbAward, map[string]any{"lot": p.lot, "tender": first.Tender, "ranking": p.ranking.Digest})
	require.Equal(t, 1, p.countEvents(t, event.LotAwarded{}))
}

// sign has an awarder sign the award: not another decision, not twice, and tenderers are not told before.
func (p *tenderPlay) sign(t *testing.T) {
	t.Helper()
	p.refused(t, models.CodeAwardUnsigned, p.Lead, models.VerbSendLetters,
		map[string]any{"lot": p.lot, "means": "electronic"})
	signature := map[string]any{
		"lot": p.lot, "tender": p.ranking.Ranking.Places[0].Tender, "ranking": rig.Digest(nil), "capacity": "Director",
		"decision": max(p.decision, 1),
	}
	if len(p.partners) > 0 {
		signature["partners"] = p.partners
	}
	p.refusedPost(t, models.CodeInvalidValue, p.awarder, "/award-signatures", signature)
	signature["ranking"] = p.ranking.Digest
	p.post(t, p.awarder, "/award-signatures", signature)
	p.refusedPost(t, models.CodeAlreadyExists, p.awarder, "/award-signatures", signature)
}

// sendLetters tells the tenderers and lets the standstill pass.
func (p *tenderPlay) sendLetters(t *testing.T) {
	t.Helper()
	p.tell(t)
	p.advance(t, p.standstill.Add(time.Hour))
	require.Equal(t, 1, p.countEvents(t, event.StandstillOver{}))
}

func (p *tenderPlay) tell(t *testing.T) {
	t.Helper()
	p.sign(t)
	var out struct {
		Result struct {
			Letters          int       `json:"letters"`
			StandstillUntil  time.Time `json:"standstill_until"`
			EarliestContract string    `json:"earliest_contract"`
		} `json:"result"`
	}
	_, err := p.Lead.Act(t.Context(), p.Procurement, string(models.VerbSendLetters),
		map[string]any{"lot": p.lot, "means": "electronic"}, &out)
	require.NoError(t, err)
	require.Equal(t, len(p.suppliers)+len(p.gone), out.Result.Letters)
	p.standstill, p.earliestContract = out.Result.StandstillUntil, out.Result.EarliestContract
	for _, s := range p.gone { // Directive 89/665/EEC, Article 2a(2)
		var letter struct {
			Winner           string   `json:"winner"`
			EarliestContract string   `json:"earliest_contract"`
			NotInvited       []string `json:"not_invited_for"`
		}
		p.get(t, s.Client, "/tenders/"+string(s.tender)+"/letter", &letter)
		require.NotEmpty(t, letter.Winner)
		require.NotEmpty(t, letter.NotInvited, "it reads once more why it did not go on")
		require.Equal(t, p.earliestContract, letter.EarliestContract)
		lines := p.letter(t, s, models.LetterSelection).Lines
		require.NotEmpty(t, lines, "it was told its points when it did not go on")
		require.NotEmpty(t, lines[0].Reason)
	}
}

// conclude has one contract signed for all buyers, and each record its purchase.
func (p *tenderPlay) conclude(t *testing.T) {
	t.Helper()
	p.refusedPost(t, models.CodeBudgetNotApproved, p.Lead, "/contracts", p.contract("480000.00"))
	each := strconv.Itoa(480_000/len(p.Buyers)) + ".00"
	require.NoError(t, p.ApproveResult(t.Context(), p.ranking.Ranking.Places[0].Tender, each, p.Buyers...))
	contract := p.post(t, p.Lead, "/contracts", p.contract("480000.00"))
	for _, buyer := range p.Buyers {
		p.post(t, buyer.Officer, "/purchases", map[string]any{
			"contract": contract.ID, "ordered_on": p.earliestContract,
			"value": models.Money{Amount: "160000.00", Currency: "EUR"},
		})
	}
}

func (p *tenderPlay) contract(amount string) map[string]any {
	var buyers []string
	for _, buyer := range p.Buyers {
		buyers = append(buyers, buyer.Organisation)
	}
	return map[string]any{
		"lot": p.lot, "tender": p.ranking.Ranking.Places[0].Tender, "buyers": buyers, "signed_on": p.earliestContract,
		"value": models.Money{Amount: amount, Currency: "EUR"},
	}
}

// report dispatches the award notice and writes the individual report on the record.
func (p *tenderPlay) report(t *testing.T) {
	t.Helper()
	_, err := p.Lead.Post(t.Context(), p.Path("/notices"), map[string]any{"kind": "award"}, nil)
	require.NoError(t, err)
	p.writeReport(t)
}

func (b *bundle) writeReport(t *testing.T) {
	t.Helper()
	var record struct {
		Digest string          `json:"digest"`
		Lots   json.RawMessage `json:"lots"`
	}
	b.get(t, b.Lead, "/report-record", &record)
	b.post(t, b.Lead, "/individual-report", map[string]any{
		"record": record.Digest, "subject": models.Text{"en": "Computing nodes"},
		"procedure": models.Text{"en": "Open procedure: the need is well described."},
		"conflicts": models.Text{"en": "None were found."}, "subcontracting": models.Text{"en": "None is known."},
	})
}
