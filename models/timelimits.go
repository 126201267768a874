package models

import (
	"slices"
	"strings"
)

// What the record holds about the law that time limits are counted by.
const (
	// EntryTimeLimits says under which directive the procurement is, and what shortens or lengthens its time limits.
	EntryTimeLimits EntryKind = "time_limits"
	// EntryCertifiedPeriod is a period that the engine does not know, certified with its source.
	EntryCertifiedPeriod EntryKind = "certified_period"
	// EntryLocalHolidays are the holidays that the authority of a buyer keeps besides those of its region.
	EntryLocalHolidays EntryKind = "local_holidays"
	// EntryStandstillFact is what a law lets a contract wait for besides a number of days.
	EntryStandstillFact EntryKind = "standstill_fact"
)

// What may be claimed about the time limits of a procurement; what it does is for the law to say.
const (
	ClaimUrgency                = "urgency"
	ClaimDocumentsNotElectronic = "documents_not_electronic"
	ClaimNoAgreement            = "no_agreement"
	ClaimAgreedPeriod           = "agreed_period"
	ClaimSiteVisit              = "site_visit"
)

// The directives, and the kind of contract for which some laws count otherwise.
const (
	DirectiveClassic   = "2014/24"
	DirectiveUtilities = "2014/25"

	ContractWorks = "works"
)

// Claims lists what may be claimed.
func Claims() []string {
	return []string{
		ClaimUrgency, ClaimDocumentsNotElectronic, ClaimNoAgreement, ClaimAgreedPeriod, ClaimSiteVisit,
	}
}

// TimeLimits say under which directive the procurement is, and what shortens or lengthens its time limits. QuestionDays
// is how many days before the last day for answers the time for questions ends; 0: as the law that governs says, or
// three days.
type TimeLimits struct {
	Directive string `json:"directive" enum:"2014/24,2014/25" doc:"2014/25: the buyers are utilities"`
	Utilities string `json:"utilities,omitempty" maxLength:"8000" doc:"Why 2014/25 applies to every buyer"`

	Contract string  `json:"contract" enum:"works,supplies,services" doc:"What it is for; some laws differ for works"`
	Claims   []Claim `json:"claims,omitempty" maxItems:"5"`

	QuestionDays int `json:"question_days,omitempty" minimum:"0" maximum:"60" doc:"Questions end that early"`

	Outside *Outside `json:"outside,omitempty" doc:"Why the Directive does not apply, if the buyers hold that"`
}

// Grounds on which buyers hold that the Directive does not apply.
const (
	// OutsideBelow: the value is below the threshold (Article 4).
	OutsideBelow = "below_threshold"
	// OutsideExcluded: an article excludes the contract (Articles 7 to 12).
	OutsideExcluded = "excluded"
)

// An Outside says on which ground the buyers hold that the Directive does not apply, and why. It takes nothing away:
// the procedure goes on with all its rules.
type Outside struct {
	Ground  string `json:"ground" enum:"below_threshold,excluded"`
	Article string `json:"article,omitempty" maxLength:"60" doc:"The article that excludes it" example:"Article 12(1)"`
	Reasons string `json:"reasons" minLength:"1" maxLength:"8000" doc:"Why the ground holds"`
}

// check refuses an unknown ground, one without reasons, and an exclusion without the article that excludes.
func (o *Outside) check() []*Refusal {
	if o == nil {
		return nil
	}
	faults := checkOneOf("/outside/ground", o.Ground, OutsideBelow, OutsideExcluded)
	faults = append(faults, compact(checkWord("/outside/reasons", o.Reasons, 8000))...)
	if o.Ground == OutsideExcluded {
		faults = append(faults, compact(checkWord("/outside/article", o.Article, 60))...)
	}
	return faults
}

// same tells whether the same is said; nil says nothing.
func (o *Outside) same(other *Outside) bool {
	if o == nil || other == nil {
		return o == other
	}
	return *o == *other
}

// A Claim is one circumstance, with the reason that stands in the notice or in the report (Directive 2014/24/EU,
// Articles 27(3), 28(4) and (6), 47(2), 53(1)).
type Claim struct {
	Circumstance string `json:"circumstance" doc:"What is claimed" example:"urgency"`
	Reason       string `json:"reason" minLength:"1" maxLength:"8000" doc:"Why it is so"`
	Document     string `json:"document,omitempty" pattern:"^[0-9a-f]{64}$" doc:"Digest of what proves it"`
}

// Check refuses a directive and circumstances that no rule knows, one that is claimed twice, a claim without reason, a
// procurement that is held to be outside without ground and reasons, and an agreement with all candidates that no
// document shows.
func (l TimeLimits) Check() error {
	faults := checkOneOf("/directive", l.Directive, DirectiveClassic, DirectiveUtilities)
	faults = append(faults, checkOneOf("/contract", l.Contract, ContractWorks, "supplies", "services")...)
	if l.Directive == DirectiveUtilities {
		faults = append(faults, compact(checkWord("/utilities", l.Utilities, 8000))...)
	}
	faults = append(faults, l.Outside.check()...)
	if l.QuestionDays < 0 || l.QuestionDays > mostQuestionDays {
		faults = append(faults, Refuse(CodeInvalidValue, "/question_days",
			"questions cannot end %d days before answers", l.QuestionDays).Accepting("0 to %d", mostQuestionDays))
	}
	if l.Claimed(ClaimNoAgreement) && l.Claimed(ClaimAgreedPeriod) {
		faults = append(faults, Refuse(CodeInvalidValue, "/claims",
			"the time limit is claimed to be agreed and not agreed").
			Accepting("%s or %s", ClaimAgreedPeriod, ClaimNoAgreement))
	}
	for i, c := range l.Claims {
		faults = append(faults, checkOneOf("/claims", c.Circumstance, Claims()...)...)
		faults = append(faults, compact(checkWord("/claims", c.Reason, 8000))...)
		if c.Document != "" {
			faults = append(faults, checkDigest("/claims", c.Document)...)
		}
		if c.Circumstance == ClaimAgreedPeriod && c.Document == "" {
			faults = append(faults, Refuse(CodeInvalidValue, "/claims",
				"that all candidates have agreed to the time limit is shown by no document").
				Accepting("the digest of an uploaded document in which each of them agrees"))
		}
		if slices.ContainsFunc(l.Claims[:i], func(b Claim) bool { return b.Circumstance == c.Circumstance }) {
			faults = append(faults, Refuse(CodeInvalidValue, "/claims", "%s is claimed twice", c.Circumstance).
				Accepting("each circumstance once"))
		}
	}
	return Refusals(faults)
}

// mostQuestionDays bounds how early the time for questions ends: a longer time would leave none.
const mostQuestionDays = 60

// Documents names the documents that prove the claims.
func (l TimeLimits) Documents() []string {
	var all []string
	for _, c := range l.Claims {
		all = append(all, given(c.Document)...)
	}
	return all
}

// Claimed tells whether a circumstance is claimed.
func (l TimeLimits) Claimed(circumstance string) bool {
	return slices.ContainsFunc(l.Claims, func(c Claim) bool { return c.Circumstance == circumstance })
}

// CheckAgainst refuses to change, while lots are published, what their notice rests on; only what is agreed with the
// candidates comes later.
func (l TimeLimits) CheckAgainst(d Dossier, e Entry) error {
	if !slices.ContainsFunc(d.Tendering.Lots, Lot.Running) {
		return nil
	}
	before := d.TimeLimits()
	after := l
	if e.WithdrawnAt != nil {
		after = TimeLimits{Directive: DirectiveClassic}
	}
	later := []string{ClaimAgreedPeriod, ClaimNoAgreement}
	for _, c := range Claims() {
		if before.Claimed(c) != after.Claimed(c) && !slices.Contains(later, c) || before.Directive != after.Directive ||
			before.Contract != after.Contract || before.QuestionDays != after.QuestionDays ||
			!before.Outside.same(after.Outside) {
			return Refuse(CodeFrozen, "/claims", "the contract notice rests on what was claimed before: %s",
				strings.Join(before.claimed(), ", ")).
				Accepting("%s, or a change once every published lot has ended", strings.Join(later, " or "))
		}
	}
	return nil
}

func (l TimeLimits) claimed() []string {
	all := []string{"Directive " + l.Directive + "/EU"}
	for _, c := range l.Claims {
		all = append(all, c.Circumstance)
	}
	return all
}

// TimeLimits returns what is claimed about time limits; by default nothing, under Directive 2014/24/EU.
func (d Dossier) TimeLimits() TimeLimits {
	if e, ok := d.Latest(EntryTimeLimits); ok {
		if limits, readable := BodyOf[TimeLimits](e); readable {
			return limits
		}
	}
	return TimeLimits{Directive: DirectiveClassic}
}

// A CertifiedPeriod is what the law of a country says on one time limit that the engine does not know, or knows
// otherwise. It never goes below the Directive.
type CertifiedPeriod struct {
	Law            string `json:"law" pattern:"^[A-Z]{2}$" doc:"The country whose law it is (ISO 3166-1)" example:"RO"`
	Rule           string `json:"rule" minLength:"1" maxLength:"60" doc:"Which time limit" example:"standstill"`
	N              int    `json:"n" minimum:"1" maximum:"3660"`
	Unit           string `json:"unit" enum:"days,working_days,months"`
	RunsFrom       string `json:"runs_from,omitempty" maxLength:"60" doc:"The event; absent: as in the Directive"`
	FirstDayCounts bool   `json:"first_day_counts,omitempty" doc:"The day of the event is the first day"`
	Stays          bool   `json:"stays,omitempty" doc:"A last day on a weekend or holiday does not move"`
	Source         string `json:"source" minLength:"1" maxLength:"2000" doc:"Act and article, as they were read"`
	ReadOn         string `json:"read_on" format:"date" doc:"Day on which the text in force was read"`
}

// Check refuses a period that is not well formed; whether it is a time limit is for the rules to say.
func (p CertifiedPeriod) Check() error {
	faults := compact(CheckCountry("/law", p.Law), checkWord("/rule", p.Rule, 60), checkWord("/source", p.Source, 2000),
		checkDate("/read_on", p.ReadOn))
	return Refusals(append(faults, checkOneOf("/unit", p.Unit, "days", "working_days", "months")...))
}

// Subject is what stands once: one period for each time limit of a law.
func (p CertifiedPeriod) Subject() string { return p.Law + " " + p.Rule }

// LocalHolidays are the days that the authority of a buyer keeps besides those of its region: a patron saint's day, a
// day that a town has chosen.
type LocalHolidays struct {
	Days   []LocalHoliday `json:"days" minItems:"1" maxItems:"400"`
	Source string         `json:"source" minLength:"1" maxLength:"2000" doc:"Where they were published"`
}

// A LocalHoliday is one such day.
type LocalHoliday struct {
	Day  string `json:"day" format:"date" example:"2026-09-24"`
	Name string `json:"name" minLength:"1" maxLength:"200"`
}

// Check refuses days that are none, days without a name, and days without a source.
func (l LocalHolidays) Check() error {
	faults := compact(checkWord("/source", l.Source, 2000))
	if len(l.Days) == 0 {
		faults = append(faults, Refuse(CodeInvalidValue, "/days", "no day is given").Accepting("at least one day"))
	}
	for _, day := range l.Days {
		faults = append(faults, compact(checkDate("/days", day.Day), checkWord("/days", day.Name, 200))...)
	}
	return Refusals(faults)
}

// What a contract may have to wait for besides a number of days. The first three begin the standstill where its law
// does not count from dispatch.
const (
	FactLettersReceived      = "letters_receipt"
	FactLettersDelivered     = "letters_delivery"
	FactAwardNoticePublished = "award_notice_publication"
	FactDecisionFinal        = "decision_final"
	FactObjectionsDecided    = "objections_decided"
	FactDocumentsInOrder     = "documents_in_order"
)

// StandstillFacts lists them.
func StandstillFacts() []string {
	return []string{
		FactLettersReceived, FactLettersDelivered, FactAwardNoticePublished, FactDecisionFinal, FactObjectionsDecided,
		FactDocumentsInOrder,
	}
}

// A StandstillFact says on which day something happened for which a law lets the contract on a lot wait: the last
// tenderer had the letter, the decision can no longer be challenged.
type StandstillFact struct {
	Lot      ID     `json:"lot"`
	Fact     string `json:"fact" doc:"As awaited: letters_delivery, decision_final…"`
	On       string `json:"on" format:"date" doc:"The day it happened, of several the last"`
	Evidence string `json:"evidence" minLength:"1" maxLength:"4000" doc:"What shows it"`
}

// Check refuses a fact that no law waits for, without day or evidence.
func (f StandstillFact) Check() error {
	faults := checkID("/lot", f.Lot, PrefixLot)
	faults = append(faults, checkOneOf("/fact", f.Fact, StandstillFacts()...)...)
	return Refusals(append(faults, compact(checkDate("/on", f.On), checkWord("/evidence", f.Evidence, 4000))...))
}

// Subject is what stands once: each fact of each lot.
func (f StandstillFact) Subject() string { return string(f.Lot) + " " + f.Fact }

// CheckAgainst refuses a fact about a lot whose tenderers were not informed, one that lies before their letters or is
// still to come, and changing one once a contract was signed.
func (f StandstillFact) CheckAgainst(d Dossier, e Entry) error {
	award := d.Tendering.Awards[f.Lot]
	switch today := d.Today(); {
	case award.LettersAt == nil:
		return Refuse(CodeStandstill, "/lot", "the tenderers have not been informed of the decision").
			Accepting("a lot whose letters were sent")
	case e.WithdrawnAt == nil && (f.On < d.day(*award.LettersAt) || f.On > today):
		return Refuse(CodeInvalidValue, "/on", "%s is before the letters of %s or after today", f.On,
			d.day(*award.LettersAt)).Accepting("a day from %s to %s", d.day(*award.LettersAt), today)
	}
	for _, signed := range d.Of(EntryContract) {
		if c, ok := BodyOf[Contract](signed); ok && c.Lot == f.Lot {
			return Refuse(CodeContractSigned, "/lot", "the contract was signed on %s", c.SignedOn).
				Accepting("a lot without a contract")
		}
	}
	return nil
}

// StandstillFact returns the day of a fact of a lot. What happened before the letters on the present award, after an
// earlier one, is none.
func (d Dossier) StandstillFact(lot ID, fact string) (StandstillFact, bool) {
	for _, e := range d.Of(EntryStandstillFact) {
		if f, ok := BodyOf[StandstillFact](e); ok && f.Lot == lot && f.Fact == fact {
			told := d.Tendering.Awards[lot].LettersAt
			return f, told == nil || f.On >= d.day(*told)
		}
	}
	return StandstillFact{}, false
}
