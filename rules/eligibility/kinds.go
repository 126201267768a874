package eligibility

// A Kind says what a rule asks for.
type Kind string

// The kinds of rule.
const (
	// KindContractingAuthorities: at least AtLeast members are contracting authorities.
	KindContractingAuthorities Kind = "contracting_authorities"
	// KindLegalEntities: there are at least AtLeast different members.
	KindLegalEntities Kind = "legal_entities"
	// KindMaxMembers: there are at most AtMost different members.
	KindMaxMembers Kind = "max_members"
	// KindMembersOfKind: at least AtLeast members are of one of the Kinds, or Every one is.
	KindMembersOfKind Kind = "members_of_kind"
	// KindMembersDoNotSupply: no member has answered the consultation or handed in a tender.
	KindMembersDoNotSupply Kind = "members_do_not_supply"
	// KindCountries: the members (or those the rule is about) are from at least AtLeast different countries, of those
	// listed if any are.
	KindCountries Kind = "countries"
	// KindMemberStates: of these countries, at least AtLeast are Member States.
	KindMemberStates Kind = "member_states"
	// KindEligibleCountries: every member is from one of the countries.
	KindEligibleCountries Kind = "eligible_countries"
	// KindLessDevelopedRegion: at least AtLeast members are from a less developed or transition region.
	KindLessDevelopedRegion Kind = "less_developed_region"
	// KindMembership: every member belongs to the body, or has applied, by the deadline.
	KindMembership Kind = "membership"
	// KindSubmission: the application, or that of its second stage, was submitted by the deadline.
	KindSubmission Kind = "submission"
	// KindStarts: the action starts on one of the Days.
	KindStarts Kind = "starts"
	// KindDuration: the action lasts a number of months within Months.
	KindDuration Kind = "duration"
	// KindCoFinancing: the Union pays at most Percent of the eligible costs, and PassedOn of support that is passed on.
	KindCoFinancing Kind = "co_financing"
	// KindCostShare: costs other than those of procurement are at most Percent of the eligible costs.
	KindCostShare Kind = "cost_share"
	// KindGrant: the grant is within Amount, in euro.
	KindGrant Kind = "grant"
	// KindTargetCountries: the action aims at no less than AtLeast countries outside the Union.
	KindTargetCountries Kind = "target_countries"
	// KindNetworkMembers: at least AtLeast members of a network are of one of the Kinds.
	KindNetworkMembers Kind = "network_members"
	// KindNetworkCountries: the members of a network are from at least AtLeast eligible countries.
	KindNetworkCountries Kind = "network_countries"
	// KindConsultationStates: the market is consulted in at least AtLeast Member States.
	KindConsultationStates Kind = "consultation_states"
	// KindPhasesClosed: the phases have been carried out.
	KindPhasesClosed Kind = "phases_closed"
	// KindActivityValid: an activity counts only if it lasts long enough, not too long, and joins two countries.
	KindActivityValid Kind = "activity_valid"
	// KindActivityCount: there are at least AtLeast activities of the kind.
	KindActivityCount Kind = "activity_count"
	// KindActivityShare: at least Percent of the activities have such participants.
	KindActivityShare Kind = "activity_share"
	// KindActivityYearly: there are at least AtLeast activities in each full year of the action.
	KindActivityYearly Kind = "activity_yearly"
	// KindActivityPeriodic: there are at least AtLeast activities in each period of EveryMonths, or up to WithinDays
	// after it.
	KindActivityPeriodic Kind = "activity_periodic"
)

// A kindRow says which values rules of a kind need, and how they are judged.
type kindRow struct {
	needs []string
	find  func(Rule, Facts) finding
}

// kinds is the table of the kinds of rule. What explains them is in words/, one sentence for each.
var kinds = map[Kind]kindRow{
	KindContractingAuthorities: {[]string{"at_least"}, Rule.contractingAuthorities},
	KindLegalEntities:          {[]string{"at_least"}, Rule.legalEntities},
	KindMaxMembers:             {[]string{"at_most"}, Rule.maxMembers},
	KindMembersOfKind:          {[]string{"at_least or every", "kinds"}, Rule.membersOfKind},
	KindMembersDoNotSupply:     {nil, Rule.membersDoNotSupply},
	KindCountries:              {[]string{"at_least", "of", "countries, if any"}, Rule.countries},
	KindMemberStates:           {[]string{"at_least", "of"}, Rule.memberStates},
	KindEligibleCountries:      {[]string{"countries"}, Rule.eligibleCountries},
	KindLessDevelopedRegion:    {[]string{"at_least"}, Rule.lessDevelopedRegion},
	KindMembership:             {[]string{"body", "deadline"}, Rule.membership},
	KindSubmission:             {[]string{"deadline", "stage"}, ofAction(Rule.submission)},
	KindStarts:                 {[]string{"days"}, ofAction(Rule.starts)},
	KindDuration:               {[]string{"months"}, ofAction(Rule.duration)},
	KindCoFinancing:            {[]string{"percent", "passed_on"}, ofAction(Rule.coFinancing)},
	KindCostShare:              {[]string{"percent"}, ofAction(Rule.costShare)},
	KindGrant:                  {[]string{"amount"}, ofAction(Rule.grant)},
	KindTargetCountries:        {[]string{"at_least"}, Rule.targetCountries},
	KindNetworkMembers:         {[]string{"at_least", "network", "kinds"}, Rule.networkMembers},
	KindNetworkCountries:       {[]string{"at_least", "network"}, Rule.networkCountries},
	KindConsultationStates:     {[]string{"at_least"}, Rule.consultationStates},
	KindPhasesClosed:           {[]string{"phases"}, Rule.phasesClosed},
	KindActivityValid:          {[]string{"activity", "working_days", "longest_months"}, Rule.activityValid},
	KindActivityCount:          {[]string{"at_least", "activity"}, Rule.activityCount},
	KindActivityShare:          {[]string{"percent", "activity", "participants"}, Rule.activityShare},
	KindActivityYearly:         {[]string{"at_least", "activity"}, Rule.activityYearly},
	KindActivityPeriodic: {
		[]string{"at_least", "activity", "every_months", "within_days"}, Rule.activityPeriodic,
	},
}
