package eligibility

import (
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
)

// Explain says in a sentence what the rule asks for, in a language of [Languages], or else in English.
func (r Rule) Explain(language string) string {
	w := wordsIn(language)
	from, to := r.bounds()
	return w.fill(w.Rules[r.sentence()], []any{
		"at_least", r.AtLeast, "at_most", r.AtMost, "percent", r.Percent, "passed_on", r.PassedOn,
		"from", from, "to", to, "countries", r.Countries, "phases", phaseThings(r.Phases),
		"body", r.Body, "deadline", r.Deadline, "activity", thing(r.Activity),
		"participants", thing(r.With), "kinds", things(r.Kinds), "network", thing(r.Network), "day", r.On,
		"working_days", r.WorkingDays, "longest", r.LongestMonths, "every", r.EveryMonths, "within", r.WithinDays,
	})
}

// sentence names the sentence that explains the rule: that of its kind, in the form for the values it has.
func (r Rule) sentence() string {
	kind := string(r.Kind)
	switch {
	case r.Of != "" && len(r.Countries) > 0:
		kind += "_authorities_listed"
	case r.Of != "":
		kind += "_authorities"
	case r.Kind == KindCountries && len(r.Countries) > 0:
		kind += "_listed"
	case r.Every:
		kind += "_every"
	case r.OrApplied:
		kind += "_applied"
	case r.Stage == 2:
		kind += "_second"
	case r.PassedOn != "":
		kind += "_passed_on"
	case r.TwoCountries:
		kind += "_two_countries"
	case r.Kind == KindGrant:
		kind = r.bounded(kind, r.Amount.From, r.Amount.To)
	case r.Kind == KindStarts:
		kind = r.bounded(kind, r.Days.From.OrNothing(), r.Days.To.OrNothing())
	}
	return kind
}

// bounds are the lower and the upper bound of the rule, whatever they bound.
func (r Rule) bounds() (from, to any) {
	switch r.Kind {
	case KindGrant:
		return r.Amount.From, r.Amount.To
	case KindStarts:
		return r.Days.From, r.Days.To
	default:
		return r.Months.From, r.Months.To
	}
}

func phaseThings(phases []models.Phase) []thing {
	all := make([]thing, len(phases))
	for i, p := range phases {
		all[i] = thing(p)
	}
	return all
}

// A Judgement is what was found on one rule, in the words of a language.
type Judgement struct {
	Rule      Rule
	Explained string
	Finding   models.Finding
	// Reason says what was found, Needed what would meet the rule; empty if it is met.
	Reason, Needed string
	// Counted are the names of what was counted. Missing are those that do not meet the rule, or of which the record
	// does not say enough. AsOne are organisations that were taken to be one legal entity.
	Counted, Missing []string
	AsOne            [][]string
	// Evidence names entries, as id@digest.
	Evidence []string
}

// Explained judges every rule of a profile, those of all phases, and explains each in a language.
func Explained(p Profile, f Facts, language string) []Judgement {
	f.profile = p
	w := wordsIn(language)
	all := make([]Judgement, len(p.Rules))
	for i, r := range p.Rules {
		found := r.find(f)
		all[i] = Judgement{
			Rule: r, Explained: r.Explain(language), Finding: found.Finding, Reason: w.tellAll(found.says),
			Counted: found.counted, Missing: found.missing, AsOne: found.together, Evidence: found.evidence,
		}
		if found.needs != nil {
			all[i].Needed = w.fill(w.Needed[found.needs.sentence], found.needs.fill)
		}
	}
	return all
}

// AsOf returns the dossier as it is judged for an earlier or later instant: with the members of then, the phases closed
// by then, and without activities and memberships dated later. What else the record says counts as it stands now.
func AsOf(d models.Dossier, at time.Time) models.Dossier {
	d.Now = at
	d.Members, d.Rounds, d.Entries = membersAt(d.Members, at), roundsAt(d.Rounds, at), entriesAt(d)
	return d
}

func membersAt(members []models.Member, at time.Time) []models.Member {
	var then []models.Member
	for _, m := range members {
		if m.JoinedAt.After(at) {
			continue
		}
		if m.LeftAt != nil && m.LeftAt.After(at) {
			m.LeftAt = nil
		}
		then = append(then, m)
	}
	return then
}

func roundsAt(rounds []models.PhaseRound, at time.Time) []models.PhaseRound {
	var then []models.PhaseRound
	for _, r := range rounds {
		if r.OpenedAt.After(at) {
			continue
		}
		if r.Status == models.PhaseClosed && r.ClosedAt != nil && r.ClosedAt.After(at) {
			r.Status = models.PhaseOpen
		}
		then = append(then, r)
	}
	return then
}

// entriesAt leaves out what is dated after the day.
func entriesAt(d models.Dossier) []models.Entry {
	today, _ := calendar.ParseDate("", d.Today())
	var then []models.Entry
	for _, e := range d.Entries {
		day := today
		switch e.Kind {
		case EntryActivity:
			if a, ok := body[Activity](e); ok {
				day = a.Date
			}
		case EntryMembership:
			if m, ok := body[Membership](e); ok {
				day = m.Since
			}
		case models.EntryNetworkMember:
			if n, ok := body[models.NetworkMember](e); ok {
				day, _ = calendar.ParseDate("", n.Since)
			}
		default: // without a date of its own
		}
		if !day.After(today) {
			then = append(then, e)
		}
	}
	return then
}
