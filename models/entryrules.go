package models

import "slices"

// An EntryRule says who writes entries of a kind, when, and how many stand at once.
type EntryRule struct {
	// Phase is the phase that must be open.
	Phase Phase
	// Writers are the roles that may write it.
	Writers []Role
	// PerBuyer entries speak for the writer's organisation, others for the consortium.
	PerBuyer bool
	// Single entries stand alone: one per buyer, or one for the consortium, and for each subject.
	Single bool
}

var entryRules = map[EntryKind]EntryRule{
	EntryNeedsStatement:   {PhaseNeeds, []Role{RoleBuyer, RoleDrafter}, true, false},
	EntryCommonNeed:       {PhaseNeeds, []Role{RoleLeadProcurer, RoleDrafter}, false, true},
	EntryNeedConfirmation: {PhaseNeeds, []Role{RoleBuyer}, true, true},
	EntryStateOfTheArt:    {PhaseNeeds, []Role{RoleLeadProcurer, RoleDrafter}, false, true},
	EntryEstimate:         {PhaseNeeds, []Role{RoleBuyer}, true, true},

	EntryAgreement:           {PhaseCapacity, []Role{RoleLeadProcurer, RoleLegal, RoleDrafter}, false, true},
	EntrySignature:           {PhaseCapacity, []Role{RoleBuyer, RoleLegal}, true, true},
	EntryRolePlan:            {PhaseCapacity, []Role{RoleLeadProcurer}, false, true},
	EntryActivity:            {PhaseCapacity, []Role{RoleLeadProcurer, RoleBuyer}, false, false},
	EntryInterestDeclaration: {PhaseCapacity, BuyerSide(), false, true},
	EntryMembership:          {PhaseCapacity, []Role{RoleBuyer}, true, true},
	EntryGrantAction:         {PhaseCapacity, []Role{RoleLeadProcurer}, false, true},

	EntryRequirement:           {PhaseSpecification, []Role{RoleLeadProcurer, RoleDrafter}, false, true},
	EntryGlossary:              {PhaseSpecification, []Role{RoleLeadProcurer, RoleDrafter}, false, true},
	EntryClauses:               {PhaseSpecification, []Role{RoleLeadProcurer, RoleDrafter, RoleLegal}, false, true},
	EntryLotsDecision:          {PhaseSpecification, []Role{RoleLeadProcurer, RoleDrafter}, false, true},
	EntryProcedureChoice:       {PhaseSpecification, []Role{RoleLeadProcurer, RoleDrafter}, false, true},
	EntryBusinessCase:          {PhaseSpecification, []Role{RoleLeadProcurer, RoleDrafter}, false, true},
	EntrySpecificationVersion:  {PhaseSpecification, []Role{RoleLeadProcurer, RoleDrafter}, false, true},
	EntrySpecificationApproval: {PhaseSpecification, []Role{RoleBuyer}, true, true},
	EntryLegalCertification:    {PhaseSpecification, []Role{RoleLegal}, false, true},

	EntryAnnouncement:       {PhaseConsultation, []Role{RoleLeadProcurer, RoleDrafter}, false, false},
	EntryQuestionnaire:      {PhaseConsultation, []Role{RoleLeadProcurer, RoleDrafter}, false, false},
	EntryConsultationEvent:  {PhaseConsultation, []Role{RoleLeadProcurer, RoleDrafter, RoleBuyer}, false, false},
	EntryMarketContact:      {PhaseConsultation, []Role{RoleLeadProcurer, RoleDrafter, RoleBuyer, RoleLegal}, false, false},
	EntryConsultationReport: {PhaseConsultation, []Role{RoleLeadProcurer, RoleDrafter}, false, false},
	EntryRoute:              {PhaseConsultation, []Role{RoleLeadProcurer}, false, true},

	EntryEngagementPlan: {PhaseEngagement, []Role{RoleLeadProcurer}, false, false},
	EntryBulletin:       {PhaseEngagement, []Role{RoleLeadProcurer, RoleDrafter}, false, false},
	EntryMarketChange:   {PhaseEngagement, []Role{RoleLeadProcurer, RoleBuyer}, false, false},
	EntryPlanningNotice: {PhaseEngagement, []Role{RoleLeadProcurer}, false, false},

	EntryNeutralityAnswer: {PhaseNeeds, []Role{RoleLeadProcurer, RoleDrafter, RoleBuyer, RoleLegal}, false, false},

	EntryAwardCriteria:       {PhaseTender, []Role{RoleLeadProcurer, RoleDrafter}, false, true},
	EntryOpeningKey:          {PhaseTender, []Role{RoleLeadProcurer}, false, true},
	EntryConflictDeclaration: {PhaseTender, []Role{RoleEvaluator, RoleChair, RoleBoard, RoleAwarder}, false, false},
	EntrySelectionCriteria:   {PhaseTender, []Role{RoleLeadProcurer, RoleDrafter}, false, true},
	EntrySelection:           {PhaseTender, []Role{RoleLeadProcurer, RoleChair, RoleLegal}, false, true},
	EntryAdmission:           {PhaseTender, []Role{RoleLeadProcurer, RoleChair, RoleLegal}, false, true},
	EntryConsensus:           {PhaseTender, []Role{RoleChair}, false, true},
	EntryPriceInquiry:        {PhaseTender, []Role{RoleLeadProcurer, RoleChair}, false, true},
	EntryReview:              {PhaseTender, []Role{RoleLeadProcurer, RoleLegal}, false, false},
	EntryContract:            {PhaseTender, []Role{RoleLeadProcurer, RoleAwarder, RoleBuyer}, false, false},
	EntryPurchase:            {PhaseTender, []Role{RoleBuyer}, true, false},
	EntryNonPurchase:         {PhaseTender, []Role{RoleBuyer}, true, true},
	EntryIndividualReport:    {PhaseTender, []Role{RoleLeadProcurer, RoleLegal}, false, true},
}

// EntryRuleOf returns the rule of a kind; false when there is no such kind.
func EntryRuleOf(kind EntryKind) (EntryRule, bool) {
	rule, ok := entryRules[kind]
	return rule, ok
}

// finalEntries record what was done or declared: they are never changed or withdrawn.
var finalEntries = []EntryKind{EntryConflictDeclaration, EntrySignature}

// Final tells whether entries of the kind are never changed or withdrawn.
func (k EntryKind) Final() bool { return slices.Contains(finalEntries, k) }

// lastingEntries are written from the day their phase opens until the procurement ends, because what they
// are about goes on: an amended agreement is signed anew, people are trained and declare, findings are answered,
// suppliers are met, the market is informed.
var lastingEntries = []EntryKind{
	EntryAgreement, EntrySignature, EntryActivity, EntryInterestDeclaration, EntryMembership, EntryGrantAction, EntryNeutralityAnswer,
	EntryMarketContact, EntryEngagementPlan, EntryBulletin, EntryMarketChange, EntryPlanningNotice,
}

// Lasting tells whether entries of the kind are written after their phase has closed as well.
func (k EntryKind) Lasting() bool { return slices.Contains(lastingEntries, k) }
