package models

import (
	"regexp"
	"slices"
	"strconv"
)

// What the engagement phase writes into the dossier.
const (
	// EntryEngagementPlan says how often and where the market is informed.
	EntryEngagementPlan EntryKind = "engagement_plan"
	// EntryBulletin informs the market.
	EntryBulletin EntryKind = "bulletin"
	// EntryMarketChange is a change that the market is to learn of.
	EntryMarketChange EntryKind = "market_change"
	// EntryPlanningNotice is a prior information notice that was sent.
	EntryPlanningNotice EntryKind = "planning_notice"
)

// The topics on which the market is kept informed (call COS-PPI-2020-2-04, activity III).
const (
	TopicBudget = "budget"
	TopicTiming = "timing"
	TopicNeeds  = "needs"
)

// Topics lists what bulletins must cover.
func Topics() []string { return []string{TopicBudget, TopicTiming, TopicNeeds} }

// A BulletinInterval is a number of days, plain or as an ISO 8601 duration.
type BulletinInterval string

// An EngagementPlan says how often and where the market is informed. It is in force from its release until another plan
// is released.
type EngagementPlan struct {
	Interval       BulletinInterval `json:"interval" doc:"Longest time between bulletins on a topic" example:"P60D"`
	Channels       []Source         `json:"channels" minItems:"1" maxItems:"50" doc:"Where bulletins appear, for all"`
	Shortens       bool             `json:"shortens_time_limits,omitempty" doc:"A planning notice shortens time limits"`
	ContractNotice string           `json:"contract_notice,omitempty" format:"date" doc:"Day it is expected to be sent"`
}

const longestInterval = 366

var intervalPattern = regexp.MustCompile(`^(?:P([1-9][0-9]{0,2})D|([1-9][0-9]{0,2}))$`)

// Days is the interval in days; 0 when it is malformed.
func (p EngagementPlan) Days() int {
	m := intervalPattern.FindStringSubmatch(string(p.Interval))
	if m == nil {
		return 0
	}
	days, err := strconv.Atoi(m[1] + m[2])
	if err != nil || days > longestInterval {
		return 0
	}
	return days
}

// Check refuses a plan without interval or channel.
func (p EngagementPlan) Check() error {
	faults := checkSources("/channels", p.Channels)
	if p.Days() == 0 {
		faults = append(faults, Refuse(CodeInvalidValue, "/interval", "%q is not an interval", p.Interval).
			Accepting("1 to %d days, such as P60D or 60", longestInterval))
	}
	if len(p.Channels) == 0 {
		faults = append(faults, Refuse(CodeInvalidValue, "/channels", "no channel for bulletins is named").
			Accepting("at least one place that is open to all"))
	}
	if p.ContractNotice != "" {
		faults = append(faults, compact(checkDate("/contract_notice", p.ContractNotice))...)
	}
	if p.Shortens && p.ContractNotice == "" {
		faults = append(faults, Refuse(CodeInvalidValue, "/contract_notice",
			"the day of the contract notice is missing: the window of a planning notice is counted from it").
			Accepting("the day on which it is expected to be sent"))
	}
	return Refusals(faults)
}

// CheckAgainst refuses to change a plan that was released.
func (EngagementPlan) CheckAgainst(d Dossier, e Entry) error { return d.unreleased(e) }

// Plan returns the engagement plan in force, the last one released.
func (d Dossier) Plan() (EngagementPlan, Entry, bool) {
	released := d.Released(EntryEngagementPlan)
	if len(released) == 0 {
		return EngagementPlan{}, Entry{}, false
	}
	e := released[len(released)-1]
	p, ok := BodyOf[EngagementPlan](e)
	return p, e, ok
}

// A Bulletin informs the market. The market learns of it at its release.
type Bulletin struct {
	Covers    []string `json:"covers" minItems:"1" maxItems:"3" enum:"budget,timing,needs"`
	Title     Text     `json:"title"`
	Text      Text     `json:"text"`
	Replaces  ID       `json:"replaces,omitempty" doc:"The released bulletin that this one corrects"`
	Announces []ID     `json:"announces,omitempty" maxItems:"200" doc:"The changes that it announces"`
}

// Check refuses a bulletin that says nothing or covers no topic.
func (b Bulletin) Check() error {
	faults := compact(CheckText("/title", b.Title, 400), CheckText("/text", b.Text, 40_000))
	if len(b.Covers) == 0 {
		faults = append(faults, Refuse(CodeInvalidValue, "/covers", "the bulletin covers no topic").
			Accepting("at least one of %v", Topics()))
	}
	for i, topic := range b.Covers {
		faults = append(faults, checkOneOf("/covers", topic, Topics()...)...)
		if slices.Contains(b.Covers[:i], topic) {
			faults = append(faults, Refuse(CodeInvalidValue, "/covers", "%s is named twice", topic).
				Accepting("each topic once"))
		}
	}
	if b.Replaces != "" {
		faults = append(faults, checkID("/replaces", b.Replaces, PrefixEntry)...)
	}
	for _, change := range b.Announces {
		faults = append(faults, checkID("/announces", change, PrefixEntry)...)
	}
	return Refusals(faults)
}

// Wording lists what everyone reads.
func (b Bulletin) Wording() []Wording { return []Wording{{"/title", b.Title}, {"/text", b.Text}} }

// CheckAgainst refuses to change a released bulletin, to correct one that was not released or was corrected before, and
// to announce what is not a market change.
func (b Bulletin) CheckAgainst(d Dossier, e Entry) error {
	if err := d.unreleased(e); err != nil || e.WithdrawnAt != nil {
		return err
	}
	if b.Replaces != "" {
		if _, told := d.Market.Release(b.Replaces); !told {
			return Refuse(CodeInvalidValue, "/replaces", "%s was not released", b.Replaces).
				Accepting("a released bulletin")
		}
		if _, standing := find(d.Bulletins(),
			func(s ReleasedBulletin) bool { return s.Entry.ID == b.Replaces }); !standing {
			return Refuse(CodeInvalidValue, "/replaces", "%s is not a bulletin, or was already replaced", b.Replaces).
				Accepting("the bulletin that replaced it")
		}
	}
	for _, id := range b.Announces {
		change, ok := d.Standing(id, EntryMarketChange)
		if !ok {
			return Refuse(CodeInvalidValue, "/announces", "%s is not a market change", id).
				Accepting("a standing market change")
		}
		if about, _ := BodyOf[MarketChange](change); !slices.Contains(b.Covers, about.Topic) {
			return Refuse(CodeInvalidValue, "/covers", "the change %s is about the topic %s", id, about.Topic).
				Accepting("a bulletin that covers %s", about.Topic)
		}
	}
	return nil
}

// A ReleasedBulletin is a bulletin that was released and not replaced.
type ReleasedBulletin struct {
	Bulletin
	Entry   Entry
	Release Release
}

// Bulletins lists the bulletins that stand: released and not replaced by another, in the order of their release.
func (d Dossier) Bulletins() []ReleasedBulletin {
	var told []ReleasedBulletin
	for _, e := range d.Released(EntryBulletin) {
		b, ok := BodyOf[Bulletin](e)
		if !ok {
			continue
		}
		release, _ := d.Market.Release(e.ID)
		told = slices.DeleteFunc(told, func(s ReleasedBulletin) bool { return s.Entry.ID == b.Replaces })
		told = append(told, ReleasedBulletin{b, e, release})
	}
	return told
}

// LastOn returns the last standing bulletin that covers a topic.
func (d Dossier) LastOn(topic string) (ReleasedBulletin, bool) {
	told := d.Bulletins()
	slices.Reverse(told)
	return find(told, func(b ReleasedBulletin) bool { return slices.Contains(b.Covers, topic) })
}

// A MarketChange is a change of budget, timing or needs that the market is to learn of.
type MarketChange struct {
	Topic  string `json:"topic" enum:"budget,timing,needs"`
	Change Text   `json:"change" doc:"What has changed, from what to what"`
	Reason string `json:"reason" minLength:"1" maxLength:"8000"`
}

// Check refuses a change of no topic, or without words or reason.
func (m MarketChange) Check() error {
	return Refusals(append(checkOneOf("/topic", m.Topic, Topics()...),
		compact(CheckText("/change", m.Change, 8000), checkWord("/reason", m.Reason, 8000))...))
}

// CheckAgainst refuses to alter a change that was announced.
func (MarketChange) CheckAgainst(d Dossier, e Entry) error {
	if by, announced := d.AnnouncedBy(e.ID); announced {
		return Refuse(CodeFrozen, "", "the bulletin %s has announced this change", by.ID).Accepting("a new change")
	}
	return nil
}

// AnnouncedBy finds the released bulletin that announced a change, replaced or not.
func (d Dossier) AnnouncedBy(change ID) (Entry, bool) {
	return find(d.Released(EntryBulletin), func(e Entry) bool {
		b, ok := BodyOf[Bulletin](e)
		return ok && slices.Contains(b.Announces, change)
	})
}

// A PlanningNotice is a prior information notice that was sent (Directive 2014/24/EU, Article 48).
type PlanningNotice struct {
	SentOn    string `json:"sent_on" format:"date" doc:"Day of dispatch, by the calendar of the procurement's zone"`
	Reference string `json:"reference" minLength:"1" maxLength:"200" doc:"Number of the notice"`
	Place     string `json:"place" minLength:"1" maxLength:"400" doc:"Where it was sent for publication" example:"TED"`
	Complete  bool   `json:"complete" doc:"true: has all known items of Annex V, part B, section I"`
}

// Check refuses a notice without day, reference or place.
func (n PlanningNotice) Check() error {
	return Refusals(compact(checkDate("/sent_on", n.SentOn), checkWord("/reference", n.Reference, 200),
		checkWord("/place", n.Place, 400)))
}

// CheckAgainst refuses a notice that is still to be sent.
func (n PlanningNotice) CheckAgainst(d Dossier, e Entry) error {
	if today := d.Today(); e.WithdrawnAt == nil && n.SentOn > today {
		return Refuse(CodeInvalidValue, "/sent_on", "today is %s: the notice has not been sent yet", today).
			Accepting("a day up to %s", today)
	}
	return nil
}
