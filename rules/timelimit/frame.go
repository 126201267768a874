// Package timelimit counts the time limits of a procurement: by the law that its buyers have agreed on (Directive
// 2014/24/EU, Article 39), and by the days and the clocks of the place where its acts are due, that of the lead buyer
// (Regulation (EEC, Euratom) No 1182/71, Article 2(1)). How periods are counted is in rules/calendar.
package timelimit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
	"github.com/ppi-engine/ppi/rules/procedure"
)

// A Frame is what the time limits of one procurement are counted by.
type Frame struct {
	// Law is the country whose law governs.
	Law string
	// Agreed tells whether the buyers have agreed on it; else it is that of the lead buyer.
	Agreed bool
	// Pack holds the time limits of the law, Holidays the days and the zone of the place.
	Pack     calendar.Pack
	Holidays *calendar.Holidays

	zone    *time.Location
	dossier models.Dossier
}

// Of returns the frame of a procurement. It refuses a consortium without lead buyer, a place whose holidays are not
// known, and periods that were certified and cannot be counted.
func Of(d models.Dossier) (Frame, error) {
	// What was agreed when the lots were published goes on for them: suppliers rely on the law that the notice names.
	if in, ok := d.AgreementInForceAt(procedure.Begun(d)); ok {
		f, err := Under(d, in.Agreement.ApplicableLaw)
		f.Agreed = true
		return f, err
	}
	lead, err := leadOf(d)
	if err != nil {
		return Frame{}, err
	}
	return Under(d, lead.Country)
}

// Governing is [Of] where the record says which law governs and where, and both are known here; false: [Of] says why
// not.
func Governing(d models.Dossier) (Frame, bool) {
	f, err := Of(d)
	return f, err == nil
}

// Under is [Of] by the law of a country that is not agreed on yet.
func Under(d models.Dossier, law string) (Frame, error) {
	f := Frame{dossier: d, Law: law}
	lead, err := leadOf(d)
	if err != nil {
		return f, err
	}
	if f.Holidays, err = calendar.HolidaysOf(lead.Place()); err != nil {
		return f, models.At("/members", err)
	}
	local, err := localDays(d, lead.ID)
	if err != nil {
		return f, err
	}
	f.Holidays = f.Holidays.With(local)
	if f.zone, err = calendar.Zone("/zone", f.Holidays.Zone()); err != nil {
		return f, err
	}
	directive := calendar.Directive(d.TimeLimits().Directive)
	began := f.Day(procedure.Begun(d))
	if f.Pack, err = calendar.PackUnder(directive, f.Law, began); err != nil {
		return f, err
	}
	if own, err := calendar.PackUnder(directive, lead.Country, began); err != nil || !own.Outside {
		f.Pack = f.Pack.Bound() // whatever law is agreed, the Directive binds the lead buyer
	}
	return f, f.certified()
}

func leadOf(d models.Dossier) (models.Organisation, error) {
	members := d.Buyers()
	if len(members) == 0 || !members[0].Lead {
		return models.Organisation{}, models.Refuse(models.CodeLeadMissing, "/members",
			"the consortium has no lead buyer")
	}
	return d.Organisations[members[0].OrganisationID], nil
}

// localDays are the days that the lead buyer keeps besides those of its region.
func localDays(d models.Dossier, lead models.ID) ([]calendar.LocalDay, error) {
	var days []calendar.LocalDay
	for _, e := range d.Of(models.EntryLocalHolidays) {
		kept, ok := models.BodyOf[models.LocalHolidays](e)
		if !ok || e.OrganisationID != lead {
			continue
		}
		for _, day := range kept.Days {
			date, err := calendar.ParseDate("/days", day.Day)
			if err != nil {
				return nil, err
			}
			days = append(days, calendar.LocalDay{Day: date, Name: day.Name})
		}
	}
	return days, nil
}

// Unknown lists the time limits that the procurement is sure to need and that are neither known nor certified: of the
// stages of its procedure, for answers to questions, and the standstill.
func (f Frame) Unknown() []string {
	needed := []string{ruleAnswers, ruleStandstill}
	if way, err := procedure.Of(f.dossier); err == nil {
		for _, stage := range way.Stages {
			if limit := limitOf(f.Pack, stage); limit != "" {
				needed = append(needed, limit)
			}
		}
	}
	return slices.DeleteFunc(needed, func(rule string) bool {
		_, err := f.Pack.Rule(rule)
		return err == nil
	})
}

// certified adds the periods of the law that a person has certified.
func (f *Frame) certified() error {
	for _, e := range f.dossier.Of(models.EntryCertifiedPeriod) {
		p, ok := models.BodyOf[models.CertifiedPeriod](e)
		if !ok || p.Law != f.Law {
			continue
		}
		if f.Pack.Knows(p.Rule) {
			continue // a later release knows it
		}
		with, err := WithCertified(f.Pack, p, e.ID)
		if err != nil {
			return err
		}
		f.Pack = with
	}
	return nil
}

// WithCertified adds a certified period to the rules of its law, with the entry that certifies it: letters and notices
// name nobody. What is not said of it is as in the Directive.
func WithCertified(pack calendar.Pack, p models.CertifiedPeriod, entry models.ID) (calendar.Pack, error) {
	shape, err := pack.Shape(p.Rule)
	if err != nil {
		return pack, models.At("/rule", err)
	}
	shape.Length = calendar.Length{N: p.N, Unit: calendar.Unit(p.Unit)}
	shape.RunsFrom = cmp.Or(calendar.Event(p.RunsFrom), shape.RunsFrom)
	shape.Counting = calendar.Counting{FirstDay: p.FirstDayCounts, Stays: p.Stays, Own: pack.Outside}
	shape.Source = fmt.Sprintf("%s, read on %s", strings.TrimSpace(p.Source), p.ReadOn)
	return pack.With(shape, string(entry))
}

// Day is the date of an instant at the place.
func (f Frame) Day(at time.Time) calendar.Date { return calendar.DateOf(at, f.zone) }

// Today is the present date at the place.
func (f Frame) Today() calendar.Date { return f.Day(f.dossier.Now) }

// Count counts a period of the law from a day.
func (f Frame) Count(
	rule string, from calendar.Date, circumstances ...calendar.Circumstance,
) (calendar.Explained, error) {
	return f.Pack.Count(rule, from, f.Holidays, circumstances...)
}

// claimed are the circumstances that the buyers claim; tenders are always handed in electronically here, and the notice
// is sent so.
func (f Frame) claimed() []calendar.Circumstance {
	all := []calendar.Circumstance{calendar.ElectronicSubmission, calendar.ElectronicNotice}
	limits := f.dossier.TimeLimits()
	for _, c := range limits.Claims {
		all = append(all, calendar.Circumstance(c.Circumstance))
	}
	// Works only lengthen time limits, so they are assumed until something else is said.
	if limits.Contract == models.ContractWorks || limits.Contract == "" {
		all = append(all, calendar.WorksContract)
	}
	return all
}

// planned adds that a planning notice shortens the time limits, if one was complete and sent in its window before the
// contract notice, and the plan says that it does (Directive 2014/24/EU, Article 27(2)).
func (f Frame) planned(noticed calendar.Date) []calendar.Circumstance {
	if plan, _, ok := f.dossier.Plan(); !ok || !plan.Shortens {
		return nil
	}
	if _, err := f.PlanningNotice(noticed); err != nil {
		return nil
	}
	return []calendar.Circumstance{calendar.PlanningNotice}
}

// PlanningNotice returns the planning notice that may shorten the time limits of a contract notice of that day, or
// refuses (Directive 2014/24/EU, Articles 27(2) and 28(3)).
func (f Frame) PlanningNotice(noticed calendar.Date) (models.Entry, error) {
	refused := error(models.Refuse(models.CodeShorteningNotAllowed, "", "no complete planning notice was sent").
		Accepting("a planning notice that was sent and is complete"))
	for _, e := range f.dossier.Of(models.EntryPlanningNotice) {
		n, ok := models.BodyOf[models.PlanningNotice](e)
		if !ok || !n.Complete {
			continue
		}
		sent, err := calendar.ParseDate("/sent_on", n.SentOn)
		if err == nil {
			err = f.Pack.CheckPlanningNotice("/sent_on", sent, noticed)
		}
		if err == nil {
			return e, nil
		}
		refused = err
	}
	return models.Entry{}, refused
}
