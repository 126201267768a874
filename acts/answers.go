package acts

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/notices/pack"
	"github.com/ppi-engine/ppi/rules/calendar"
	"github.com/ppi-engine/ppi/rules/publication"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

// publishAnswers answers questions to all at once. An answer that comes too late for the deadline of a lot needs a
// later deadline with it (Directive 2014/24/EU, Article 47(3)(a)).
func publishAnswers(c *call, in process.PublishAnswers) (*process.PublishAnswersResult, error) {
	all, err := c.tx.Questions(c.p.ID)
	if err != nil {
		return nil, err
	}
	answered, err := c.answered(all, in.Questions)
	if err != nil {
		return nil, err
	}
	result := &process.PublishAnswersResult{References: []string{}, Notices: []models.ID{}}
	for _, moved := range in.Deadlines {
		notice, err := c.moveWithAnswers(moved, in.Reason)
		if err != nil {
			return nil, err
		}
		result.Notices = append(result.Notices, notice.ID)
	}
	d, err := c.dossier()
	if err != nil {
		return nil, err
	}
	if err := timelimit.CheckAnswersTo(d, answered, "/deadlines"); err != nil {
		return nil, err
	}
	for i, q := range all {
		if !slices.Contains(in.Questions, q.ID) {
			continue
		}
		if all[i], err = c.publishAnswer(q); err != nil {
			return nil, err
		}
		result.References = append(result.References, all[i].Reference)
	}
	slices.Sort(result.References)
	if err := c.publishLog(d, all, result.References); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(all, models.TenderQuestion.Open) {
		return result, nil
	}
	return result, c.finish(models.TaskQuestions, string(c.p.ID))
}

// answered finds the questions that are answered, and refuses those that have no answer in every language, or one that
// repeats what somebody said in confidence.
func (c *call) answered(all []models.TenderQuestion, ids []models.ID) ([]models.TenderQuestion, error) {
	var found []models.TenderQuestion
	var faults []*models.Refusal
	responses, err := c.tx.Responses(models.ConsultationResponse{ProcurementID: c.p.ID}, "", 0)
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		at := fmt.Sprintf("/questions/%d", i)
		n := slices.IndexFunc(all, func(q models.TenderQuestion) bool { return q.ID == id })
		switch {
		case n < 0 || slices.Contains(ids[:i], id):
			faults = append(faults, models.Refuse(models.CodeInvalidValue, at,
				"%s is no question of this procurement, or is listed twice", id).
				Accepting("questions of this procurement, each once"))
			continue
		case !all[n].Open():
			faults = append(faults, questionClosed(at))
			continue
		case all[n].DraftedAt == nil:
			faults = append(faults, models.Refuse(models.CodeAnswerMissing, at, "no answer is drafted").
				Accepting("a question with a draft of its answer"))
			continue
		}
		texts := []models.Wording{
			{Field: at + "/asks", Text: all[n].Asks}, {Field: at + "/answer", Text: all[n].Answer},
		}
		faults = append(faults, models.RefuseUntranslated("", texts, c.p.Languages)...)
		faults = append(faults, publication.Discloses(texts, responses)...)
		found = append(found, all[n])
	}
	return found, models.Refusals(faults)
}

func (c *call) moveWithAnswers(moved process.LotDeadline, reason string) (models.Notice, error) {
	if strings.TrimSpace(reason) == "" {
		return models.Notice{}, models.Refuse(models.CodeInvalidValue, "/reason",
			"a deadline is moved, and no reason is given").Accepting("the reason, which is published")
	}
	lot, err := c.lot(moved.Lot)
	if err != nil {
		return models.Notice{}, err
	}
	return c.decideDeadline(lot, moved.Deadline, reason)
}

// decideDeadline moves the deadline of an open lot because the buyers have decided so, and as far as the law asks for.
func (c *call) decideDeadline(lot models.Lot, until process.LocalTime, reason string) (models.Notice, error) {
	d, err := c.dossier()
	if err != nil {
		return models.Notice{}, err
	}
	if err := timelimit.CheckMoved(d, "/deadline", until); err != nil {
		return models.Notice{}, err
	}
	return c.extend(lot, until, reason, nil)
}

func (c *call) publishAnswer(q models.TenderQuestion) (models.TenderQuestion, error) {
	q.Reference, q.PublishedAt = q.LogReference(), &c.now
	c.tx.PublishAnswer(q)
	_, digest, err := models.Canonical(q.Drafted())
	if err != nil {
		return q, err
	}
	return q, c.record(event.QuestionAnswered{QuestionID: q.ID, Reference: q.Reference, Digest: digest})
}

// publishLog renders all answers that were published, in every language, as the next versions of documents for
// tenderers.
func (c *call) publishLog(d models.Dossier, all []models.TenderQuestion, references []string) error {
	files, err := pack.LogFiles(publication.Log(d, all))
	if err != nil {
		return err
	}
	kept, err := c.keepFiles(d, files)
	if err != nil {
		return err
	}
	return c.record(event.AnswersPublished{References: references, Digest: kept[0].Digest})
}

// boxesOfDeadlines names the open boxes of the lots whose deadlines are moved.
func boxesOfDeadlines(s store.Summons) ([]models.ID, error) {
	in, err := decode[process.PublishAnswers](s.Command.Verb, s.Command.Payload)
	if err != nil {
		return nil, err
	}
	var boxes []models.ID
	for _, moved := range in.Deadlines {
		if moved.Lot != "" {
			boxes = append(boxes, openBoxes(s, moved.Lot)...)
		}
	}
	return boxes, nil
}

// limitAnswers notes when the time for answers about a box is over, where the law is known.
func (c *call) limitAnswers(box models.Box) error {
	d, err := c.dossier()
	if err != nil {
		return err
	}
	f, known := timelimit.Governing(d)
	if !known {
		return nil
	}
	over, err := f.AnswersOver(box)
	if _, unknown := models.RefusalOf(err); unknown {
		return nil
	}
	if err == nil {
		c.tx.LimitAnswers(c.p.ID, box.ID, over)
	}
	return err
}

const (
	// lengthensBy is by how many days a deadline is moved that the law moves because a question was not answered in
	// time.
	lengthensBy = 7
	unanswered  = "Further information that was requested in good time was not supplied in time " +
		"(Directive 2014/24/EU, Article 47(3)(a))."
)

// answersOver finds whether questions about a lot are open when the time to answer them is over. If so its deadline is
// moved, because the law says that it shall be, and while it is still ahead.
func answersOver(c *call, due process.Due) error {
	d, err := c.dossier()
	if err != nil {
		return err
	}
	at := slices.IndexFunc(d.Tendering.Lots, func(l models.Lot) bool { return l.Open() && l.Box().ID == due.Subject })
	if at < 0 {
		return fmt.Errorf("look at answers of box %s: it is not open", due.Subject)
	}
	lot := d.Tendering.Lots[at]
	all, err := c.tx.Questions(c.p.ID)
	if err != nil {
		return err
	}
	until, err := c.shallEnd(d, lot, all)
	if err == nil && until.Local != "" {
		_, err = c.extend(lot, until, unanswered, nil)
		return err
	}
	if _, refused := models.RefusalOf(err); err != nil && !refused {
		return err
	}
	// Nothing is to be moved, or no later deadline can be found: the task that asks for the answers stays.
	c.tx.AnswersChecked(due.Subject, c.now)
	c.read = nil
	return nil
}

// shallEnd is the deadline to which that of a lot shall be moved because questions that were asked in good time are
// open; empty: it stays.
func (c *call) shallEnd(
	d models.Dossier, lot models.Lot, all []models.TenderQuestion,
) (none process.LocalTime, err error) {
	f, err := timelimit.Of(d)
	if err != nil {
		return none, err
	}
	open, err := f.InGoodTime(all, lot)
	if err != nil || len(open) == 0 || lot.Box().Over(c.now) {
		return none, err
	}
	until, err := c.lengthened(f, lot.Box())
	if err != nil {
		return none, err
	}
	_, err = calendar.InstantAhead("/deadline", until.Local, until.Zone, c.now)
	return until, err
}

// lengthened is the first deadline, a number of weeks later, that leaves time for an answer. It refuses where there is
// none within a year.
func (c *call) lengthened(f timelimit.Frame, box models.Box) (process.LocalTime, error) {
	for days := lengthensBy; days <= 52*lengthensBy; days += lengthensBy {
		moved, err := f.Later(box, days)
		if err != nil {
			return process.LocalTime{}, err
		}
		over, err := f.AnswersOver(moved)
		if err != nil {
			return process.LocalTime{}, err
		}
		if over.After(c.now) {
			return process.LocalTime{Local: moved.DeadlineLocal, Zone: moved.DeadlineZone}, nil
		}
	}
	return process.LocalTime{}, models.Refuse(models.CodeRuleUnknown, "/deadline",
		"no deadline within a year leaves time for an answer")
}

// extend moves the deadline of an open lot to a later instant, and tells the public why.
func (c *call) extend(
	lot models.Lot, until process.LocalTime, reason string, outage *models.Outage,
) (models.Notice, error) {
	to, err := calendar.InstantAhead("/deadline", until.Local, until.Zone, c.now)
	if err != nil {
		return models.Notice{}, err
	}
	if err := mayMove(lot, to, c.now); err != nil {
		return models.Notice{}, err
	}
	if err := c.tx.MoveDeadline(lot.Box(), to, until.Local, until.Zone); err != nil {
		return models.Notice{}, err
	}
	moved := lot.Box()
	moved.Deadline, moved.DeadlineLocal, moved.DeadlineZone = to, until.Local, until.Zone
	if err := c.limitAnswers(moved); err != nil {
		return models.Notice{}, err
	}
	notice, err := c.tellOfMove(lot, moved, reason, outage)
	if err != nil {
		return models.Notice{}, err
	}
	return notice, c.record(event.DeadlineMoved{
		LotID: lot.ID, BoxID: moved.ID, From: utc(lot.Box().Deadline), To: utc(to), Zone: until.Zone,
		NoticeID: notice.ID,
	})
}
