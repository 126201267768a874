package timelimit

import (
	"slices"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
)

const (
	// ruleStandstill is the time between the letters and a contract (Directive 89/665/EEC, Article 2a(2)).
	ruleStandstill = "standstill"
	// ruleAnswers is the last day for answers to questions (Directive 2014/24/EU, Articles 47(3)(a) and 53(2)).
	ruleAnswers = "answers"
	// ruleQuestions is the last day for questions, in the countries whose law names one.
	ruleQuestions = "questions"
)

// A Standstill is the time during which no contract is concluded.
type Standstill struct {
	// Until is the first instant at which a contract may be concluded, as far as is known.
	Until time.Time
	// FirstDay is that day at the place, and Because how it was counted.
	FirstDay calendar.Date
	Because  calendar.Explained
	// Awaits are the facts that the law lets the contract wait for besides, and that are not recorded yet.
	Awaits []string
}

// CountStandstill counts the standstill from letters that are to be sent. Where the law counts from another event, or
// waits for more, that is named; until it is recorded the count from the letters is the least. It refuses letters by
// means with which the law does not let it begin.
func CountStandstill(d models.Dossier, latest time.Time, electronic bool) (Standstill, error) {
	f, err := Of(d)
	if err != nil {
		return Standstill{}, err
	}
	s, err := f.standstill(f.Day(latest), electronic)
	if err == nil {
		err = lettersBegin(s.Because, "/means")
	}
	return s, err
}

// lettersBegin refuses letters that are not electronic where the law lets the standstill begin with no others.
func lettersBegin(because calendar.Explained, field string) error {
	if !slices.Contains(because.Needs, calendar.ElectronicLetters) {
		return nil
	}
	return models.Refuse(models.CodeInvalidValue, field,
		"the law of %s lets the standstill begin only with letters that are sent electronically (%s)", because.Law,
		because.RuleSource).Accepting("letters by electronic means")
}

func (f Frame) standstill(from calendar.Date, electronic bool) (s Standstill, err error) {
	if s.Because, err = f.Count(ruleStandstill, from, lettersBy(electronic)...); err != nil {
		return s, err
	}
	s.Awaits = awaited(s.Because, electronic)
	s.FirstDay = s.Because.Free
	s.Until, err = s.Because.Ends()
	return s, err
}

// lettersBy is the circumstance by which letters were sent.
func lettersBy(electronic bool) []calendar.Circumstance {
	if electronic {
		return []calendar.Circumstance{calendar.ElectronicLetters}
	}
	return nil
}

// awaited are the facts for which a standstill waits besides its days. An electronic letter is received when it is
// sent; whether it was delivered is another question.
func awaited(e calendar.Explained, electronic bool) []string {
	var facts []string
	event := begins(e)
	if slices.Contains(models.StandstillFacts(), string(event)) &&
		(event != calendar.EventLettersReceipt || !electronic) {
		facts = append(facts, string(event))
	}
	for _, wait := range e.WaitsFor {
		facts = append(facts, string(wait))
	}
	return facts
}

// begins is the event with which the period of the law begins, also where the Directive's, from the letters, is longer.
func begins(e calendar.Explained) calendar.Event {
	if e.Floor != nil && e.Floor.RunsFrom != "" {
		return e.Floor.RunsFrom
	}
	return e.RunsFrom
}

// Told is how letters tell of the standstill in a language, and the first day on which a contract can be concluded;
// empty: that day depends on what is still to happen.
func (s Standstill) Told(language string) (text, earliest string) {
	if slices.Contains(s.Awaits, string(s.Because.RunsFrom)) {
		return s.Because.Pending(language), ""
	}
	if len(s.Awaits) > 0 {
		return s.Because.In(language), ""
	}
	return s.Because.In(language), s.FirstDay.String()
}

// A Contract is a contract that was signed once everything was over that the law lets it wait for.
type Contract struct {
	models.Contract
}

// CheckAgainst refuses as [models.Contract.CheckAgainst] does, and while something that the law lets the contract wait
// for is not recorded or ends later ([models.CodeStandstill]).
func (c Contract) CheckAgainst(d models.Dossier, e models.Entry) error {
	if err := c.Contract.CheckAgainst(d, e); err != nil {
		return err
	}
	award, ok := d.Tendering.AwardOf(c.Lot)
	if !ok || award.LettersAt == nil {
		return nil // refused above
	}
	f, err := Of(d)
	if err != nil {
		return err
	}
	electronic := lettersElectronic(d, c.Lot)
	s, err := f.standstill(f.Day(*award.LettersAt), electronic)
	if err != nil {
		return err
	}
	if missing := f.unrecorded(c.Lot, s.Awaits); len(missing) > 0 {
		return models.Refuse(models.CodeStandstill, "/lot",
			"the law of %s lets the contract wait for more than days: %s", f.Law, strings.Join(missing, ", ")).
			Accepting("a contract once each of them is recorded as a standstill fact")
	}
	return f.afterFacts(c, s, electronic)
}

func (f Frame) unrecorded(lot models.ID, awaits []string) []string {
	return slices.DeleteFunc(slices.Clone(awaits), func(fact string) bool {
		_, recorded := f.dossier.StandstillFact(lot, fact)
		return recorded
	})
}

// afterFacts refuses a contract that was signed before the end of the period that began with a recorded fact, or before
// the day of a fact.
func (f Frame) afterFacts(c Contract, s Standstill, electronic bool) error {
	earliest := s.FirstDay
	for _, name := range s.Awaits {
		fact, _ := f.dossier.StandstillFact(c.Lot, name)
		on, err := calendar.ParseDate("/on", fact.On)
		if err != nil {
			return err
		}
		if calendar.Event(name) == begins(s.Because) {
			again, err := f.standstill(on, electronic)
			if err != nil {
				return err
			}
			on = again.FirstDay
			if alone := again.Because.Floor; alone != nil && alone.RunsFrom != "" {
				on = alone.LastDay.AddDays(1) // the Directive counts from the letters, not from this event
			}
		}
		if on.After(earliest) {
			earliest = on
		}
	}
	signed, err := calendar.ParseDate("/signed_on", c.SignedOn)
	if err != nil {
		return err
	}
	if signed.Before(earliest) {
		return models.Refuse(models.CodeStandstill, "/signed_on", "%s is before the end of the standstill", c.SignedOn).
			Accepting("%s or later", earliest)
	}
	return nil
}

// lettersElectronic tells whether the letters on the present award of a lot were sent by electronic means.
func lettersElectronic(d models.Dossier, lot models.ID) bool {
	told := d.Tendering.Awards[lot].LettersAt
	for _, letter := range d.Tendering.Letters {
		earlier := told != nil && letter.SentAt.Before(*told)
		if letter.LotID == lot && letter.Kind == models.LetterAward && !letter.Electronic && !earlier {
			return false
		}
	}
	return true
}
