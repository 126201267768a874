package letter

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/award"
	"github.com/ppi-engine/ppi/rules/evaluation"
	"github.com/ppi-engine/ppi/rules/wording"
)

// Text puts a letter into words, in its own language. What people wrote stays as they wrote it.
func Text(l evaluation.Letter) (models.LetterText, error) {
	w, own, err := wordsIn(l.Language)
	if err != nil {
		return models.LetterText{}, err
	}
	c := composer{l, w}
	text := models.LetterText{Title: w.Titles[c.kind()], Under: c.under(own), Parts: c.parts()}
	if l.Mode == models.ModeRehearsal {
		text.Warning = w.Sentences["rehearsal"]
	}
	return text, nil
}

// A composer composes the parts of a letter.
type composer struct {
	evaluation.Letter

	*words
}

// The kinds of letters, by what they say.
const (
	kindAward       = "award"
	kindEnd         = "non_award"
	kindInvited     = "invited"
	kindNotInvited  = "not_invited"
	kindDeadline    = "deadline"
	kindInformation = "information"
	kindPartnership = "partnership"
)

func (c composer) kind() string {
	switch {
	case c.Winner != "":
		return kindAward
	case c.EndedFor != "":
		return kindEnd
	case c.Invitation != nil && c.MovedFor != "":
		return kindDeadline
	case c.Invitation != nil:
		return kindInvited
	case len(c.Information) > 0:
		return kindInformation
	case c.PhaseEnded != nil:
		return kindPartnership
	}
	return kindNotInvited
}

func (c composer) parts() []models.LetterPart {
	switch c.kind() {
	case kindAward:
		return c.award()
	case kindEnd:
		return append(c.ended(), c.review())
	case kindDeadline:
		return append([]models.LetterPart{c.part("decision", c.say("moved"), c.given(c.MovedFor))}, c.invitation()...)
	case kindInvited:
		decision := c.part("decision", c.say("invited", "lot", c.lot()))
		if c.TalksOver {
			decision.Paragraphs = append(decision.Paragraphs, c.say("talks_over"))
		}
		return append([]models.LetterPart{decision}, c.invitation()...)
	case kindInformation:
		return []models.LetterPart{c.part("information", c.text(c.Information))}
	case kindPartnership:
		return c.phase()
	}
	parts := []models.LetterPart{c.part("decision", c.say("not_invited", "lot", c.lot())), c.notInvited()}
	return append(append(parts, c.scored()...), c.review())
}

// ended tells of a lot that ended without award: why, what was not opened of the recipient's tender, and why that was
// excluded before, if it was.
func (c composer) ended() []models.LetterPart {
	decision := c.part("decision", c.say("ended", "lot", c.lot(), "at", utc(c.DecidedAt)))
	reasons := c.part("reasons", strings.TrimSuffix(c.value(c.EndedFor), ".")+".", c.given(c.EndReason))
	if c.Unopened != "" {
		decision.Paragraphs = append(decision.Paragraphs, c.say("unopened_"+c.Unopened))
	}
	if why := c.LeftSealed; why != nil {
		reasons.Paragraphs = append(reasons.Paragraphs, c.say(string(why.Ground),
			"needed", strconv.Itoa(why.Needed), "released", strconv.Itoa(why.Released)))
	}
	if c.ExcludedFor == "" {
		return []models.LetterPart{decision, reasons}
	}
	excluded := c.why()
	excluded.Title = c.Sections["excluded"]
	return []models.LetterPart{decision, reasons, excluded}
}

// say fills a fixed sentence in.
func (c composer) say(sentence string, pairs ...string) string {
	return wording.Fill(c.Sentences[sentence], pairs...)
}

func (c composer) text(t models.Text) string { return t.In(c.Language, c.Languages...) }

// given is what somebody wrote, or that nothing was recorded.
func (c composer) given(text string) string {
	return cmp.Or(strings.TrimSpace(text), c.say("no_reason"))
}

func (c composer) part(title string, paragraphs ...string) models.LetterPart {
	return models.LetterPart{Title: c.Sections[title], Paragraphs: paragraphs}
}

func (c composer) facts(pairs ...string) []models.LetterFact {
	var all []models.LetterFact
	for pair := range slices.Chunk(pairs, 2) {
		if pair[1] != "" {
			all = append(all, models.LetterFact{Name: c.Names[pair[0]], Value: pair[1]})
		}
	}
	return all
}

func (c composer) lot() string {
	return wording.Fill(c.Sections["lot"], "number", strconv.Itoa(c.LotNumber), "title", c.text(c.Title))
}

// under says what the letter is about, and from whom to whom; a letter of an earlier release does not say from whom.
func (c composer) under(own bool) []string {
	under := []string{c.text(c.Called), c.lot(), c.say("to", "name", c.Recipient)}
	if len(c.Buyers) > 0 {
		under = append(under, c.say("from", "names", strings.Join(c.Buyers, ", ")), c.Address)
	}
	under = append(under, c.say("sent", "at", utc(c.SentAt)))
	if !own {
		under = append(under, c.say("english"))
	}
	return slices.DeleteFunc(under, func(s string) bool { return s == "" })
}

// award tells of an award: the decision, why, the points, the reasons by criterion, the method, the standstill, and how
// to have it reviewed.
func (c composer) award() []models.LetterPart {
	parts := []models.LetterPart{c.decision()}
	if why := c.why(); len(why.Paragraphs)+len(why.Facts)+len(why.List) > 0 {
		parts = append(parts, why)
	}
	parts = append(parts, c.scored()...)
	if len(c.Method) > 0 {
		method := c.part("method")
		method.List = c.Method
		parts = append(parts, method)
	}
	return append(parts, c.standstill(), c.review())
}

// scored tells points and reasons, if there are any.
func (c composer) scored() []models.LetterPart {
	if len(c.Lines) == 0 {
		return nil
	}
	return slices.Concat([]models.LetterPart{c.points()}, c.costs(), c.criteria())
}

// compared tells whether the recipient's tender stands beside that of another who won.
func (c composer) compared() bool { return c.Winner != "" && !c.Won }

func (c composer) decision() models.LetterPart {
	awarded := c.say("awarded", "lot", c.lot(), "at", utc(c.DecidedAt), "winner", c.Winner)
	switch {
	case c.Won && c.Rank > 1:
		return c.part("decision", awarded, c.say("won_too", "rank", strconv.Itoa(c.Rank), "total", c.Total))
	case c.Won:
		return c.part("decision", awarded, c.say("won", "total", c.Total))
	case c.Rank > 0:
		lost := c.part("decision", awarded, c.say("lost", "rank", strconv.Itoa(c.Rank), "total", c.Total,
			"winner_total", c.WinnerTotal))
		if c.Tie != nil {
			lost.Paragraphs = append(lost.Paragraphs, c.tie(*c.Tie))
		}
		return lost
	case c.ExcludedFor != "" && len(c.NotInvited) == 0:
		return c.part("decision", awarded, c.say("excluded"))
	}
	return c.part("decision", awarded, c.say("no_tender"))
}

// why says why the recipient did not win: an exclusion, an announced bound, a limit of lots, or why it was not invited.
func (c composer) why() models.LetterPart {
	part := c.part("reasons")
	if c.Shortfall != nil {
		part.Paragraphs = append(part.Paragraphs, c.shortfall(*c.Shortfall))
	} else if c.ExcludedFor != "" {
		part.Paragraphs = append(part.Paragraphs, c.value(c.ExcludedFor))
		if !strings.Contains(c.ExcludedFor, " ") { // else the code is a sentence of its own
			part.Paragraphs = append(part.Paragraphs, c.given(c.text(c.ExclusionReason)))
		}
	}
	if c.LimitedFor != "" {
		part.Paragraphs = append(part.Paragraphs, c.say("limited"), c.LimitedFor)
	}
	if len(c.LowPrice) > 0 {
		part.Paragraphs = append(part.Paragraphs, c.say("low_price"), c.text(c.LowPrice))
	}
	part.Facts = append(part.Facts, c.grounds()...)
	for _, test := range slices.Sorted(maps.Keys(c.FailedTests)) {
		part.Facts = append(part.Facts, models.LetterFact{
			Name: c.say("test", "test", test), Value: c.FailedTests[test],
		})
	}
	if len(c.NotInvited) > 0 {
		part.Paragraphs = append([]string{c.say("not_invited", "lot", c.lot())}, part.Paragraphs...)
		if c.Shortfall == nil {
			part.List = c.NotInvited
		}
	}
	return part
}

// grounds tells the grounds of an exclusion, how each was found and what self-cleaning came to.
func (c composer) grounds() []models.LetterFact {
	var told []models.LetterFact
	for _, g := range c.Grounds {
		told = append(told, c.facts("ground", c.value(string(g.Ground)), "found_by", g.Evidence,
			"on", g.On, "measures", c.value(g.Measures), "measures_reason", g.Reason)...)
	}
	return told
}

func (c composer) shortfall(s evaluation.Shortfall) string {
	sentence := "short_" + string(s.Bound)
	if s.PriceOpened {
		sentence += "_opened"
	}
	return strings.TrimSpace(c.say(sentence, "of", c.text(s.Of), "reached", s.Reached,
		"needed", s.Needed) + " " + s.Because)
}

func (c composer) title(l evaluation.Comparison) string {
	if l.Criterion == award.PriceLine {
		return c.Names["price"]
	}
	return cmp.Or(c.text(l.Title), l.Criterion)
}

// points puts the recipient's points beside those of the successful tender, if that is another.
func (c composer) points() models.LetterPart {
	part := c.part("own_points")
	if c.compared() {
		part = c.part("points")
	}
	table := models.LetterTable{
		Caption: part.Title, Head: []string{c.Names["criterion"], c.Names["weight"], c.Names["how"], c.Names["points"]},
	}
	row := func(cells []string, winner string) []string {
		if c.compared() {
			return append(cells, winner)
		}
		return cells
	}
	table.Head = row(table.Head, c.Names["winner_points"])
	for _, l := range c.Lines {
		table.Rows = append(table.Rows,
			row([]string{c.title(l), l.Weight, c.formula(l.How), l.Points.String()}, l.Winner.String()))
	}
	if c.Rank > 0 {
		table.Rows = append(table.Rows, row([]string{c.Names["total"], "", "", c.Total}, c.WinnerTotal))
		part.Paragraphs = c.advantages()
	}
	part.Table = &table
	part.Facts = c.prices()
	return part
}

// prices puts the recipient's price beside that of the successful tender.
func (c composer) prices() []models.LetterFact {
	if c.Price == nil {
		return nil
	}
	facts := c.facts("own_price", c.Price.Amount+" "+c.Price.Currency)
	if c.compared() && c.WinnerPrice != nil {
		facts = append(facts, c.facts("winner_price", c.WinnerPrice.Amount+" "+c.WinnerPrice.Currency)...)
	}
	return facts
}

// advantages sums up under which criteria the successful tender was better, and under which it was not.
func (c composer) advantages() []string {
	if !c.compared() {
		return nil
	}
	var better, equal, worse []string
	for _, l := range c.Lines {
		switch title := c.title(l); l.Winner.Cmp(l.Points) {
		case 1:
			better = append(better, title)
		case 0:
			equal = append(equal, title)
		default:
			worse = append(worse, title)
		}
	}
	var all []string
	for _, group := range []struct {
		sentence string
		titles   []string
	}{{"winner_better", better}, {"winner_equal", equal}, {"winner_worse", worse}} {
		if len(group.titles) > 0 {
			all = append(all, c.say(group.sentence, "titles", strings.Join(group.titles, "; ")))
		}
	}
	return all
}

// criteria gives, for each criterion of quality, the reasons for the recipient's score, and what was found of the
// successful tender.
func (c composer) criteria() []models.LetterPart {
	var parts []models.LetterPart
	for _, l := range c.Lines {
		if l.Criterion == award.PriceLine {
			continue
		}
		part := models.LetterPart{Title: c.say("criterion", "title", c.title(l))}
		if c.Consensus == models.ConsensusMean {
			part.Paragraphs = append(part.Paragraphs, c.say("mean"))
		}
		score := ""
		if l.Score != "" {
			score = c.say("score_of", "score", l.Score, "max", l.Max)
		}
		part.Facts = c.facts("score", score, "reason", c.given(cmp.Or(l.Reason, c.Reasons[l.Criterion])))
		if c.compared() && c.Consensus != "" {
			part.Facts = append(part.Facts, c.facts("winner_reason", c.ofWinner(l))...)
		}
		parts = append(parts, part)
	}
	return parts
}

// ofWinner is what was found of the successful tender, and that something is withheld.
func (c composer) ofWinner(l evaluation.Comparison) string {
	switch {
	case l.Withheld && l.WinnerReason == "":
		return c.say("withheld")
	case l.Withheld:
		return l.WinnerReason + "\n" + c.say("withheld_in_part")
	}
	return c.given(l.WinnerReason)
}

func (c composer) standstill() models.LetterPart {
	part := c.part("standstill")
	if c.EarliestContract != "" {
		part.Paragraphs = append(part.Paragraphs, c.say("earliest", "day", c.EarliestContract))
	} else {
		part.Paragraphs = append(part.Paragraphs, c.say("awaited"))
	}
	until := ""
	if c.StandstillUntil != nil {
		until = utc(*c.StandstillUntil)
	}
	part.Facts = c.facts("standstill_until", until, "counted", c.Standstill, "law", c.law(c.Law))
	return part
}

// review says how to have the decision reviewed: by the body that the record names, if it does.
func (c composer) review() models.LetterPart {
	law := cmp.Or(c.law(c.Law), c.say("law_of_lead"))
	part := c.part("review", c.say("review", "law", law))
	if c.Review != nil {
		named := c.say("review_body", "name", c.Review.Name, "address", c.Review.Address.Line(), "law", law)
		part = c.part("review", named, c.text(c.Review.Deadlines))
	}
	if c.kind() == kindAward {
		part.Paragraphs = append(part.Paragraphs, c.say("review_in_time"))
	}
	return part
}

func (c composer) notInvited() models.LetterPart {
	part := c.part("reasons")
	if c.ExcludedFor != "" {
		part.Paragraphs = []string{c.value(c.ExcludedFor), c.given(c.text(c.ExclusionReason))}
	}
	part.Facts = c.grounds()
	if c.Shortfall != nil {
		part.Paragraphs = append(part.Paragraphs, c.shortfall(*c.Shortfall))
	}
	for _, f := range c.Findings {
		found := "not_met"
		if f.Met {
			found = "met"
		}
		part.Facts = append(part.Facts, models.LetterFact{
			Name: c.text(f.Title), Value: c.say(found, "reason", c.given(f.Reason)),
		})
	}
	if c.Shortfall == nil && len(c.Findings) == 0 { // else the same is said in the letter's language
		part.List = c.NotInvited
	}
	if len(part.Paragraphs)+len(part.Facts)+len(part.List) == 0 {
		part.Paragraphs = []string{c.say("no_reason")}
	}
	return part
}

func (c composer) invitation() []models.LetterPart {
	in := c.Invitation
	part := c.part("invitation")
	part.Facts = c.facts(
		"deadline", strings.Replace(in.DeadlineLocal, "T", " ", 1)+" ("+in.DeadlineZone+")",
		"deadline_utc", utc(in.Deadline), "languages", strings.Join(in.Languages, ", "), "send_to", in.SendTo,
		"notice", in.Notice, "award_criteria", in.Criteria,
	)
	parts := []models.LetterPart{part}
	if len(in.Documents) > 0 {
		documents := c.part("documents")
		for _, d := range in.Documents {
			documents.Facts = append(documents.Facts, models.LetterFact{
				Name: c.text(d.Title), Value: d.Address + "\nSHA-256 " + d.Digest,
			})
		}
		parts = append(parts, documents)
	}
	return parts
}

func (c composer) phase() []models.LetterPart {
	p := c.PhaseEnded
	goes := "goes_on_no"
	if p.GoesOn {
		goes = "goes_on_yes"
	}
	attained := "attained_no"
	if p.Attained {
		attained = "attained_yes"
	}
	decision := c.part("decision", c.say("phase_ended", "title", c.text(p.Title)), c.value(string(p.Outcome)),
		c.say(goes))
	reasons := c.part("reasons", c.say(attained), c.given(p.Findings), c.given(p.Reason))
	return []models.LetterPart{decision, reasons, c.review()}
}

func utc(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05") }
