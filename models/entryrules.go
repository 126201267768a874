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

	EntryAwardCriteria:       {PhaseTender, []Role{RoleLeadProcurer, RoleDrafter}, false, true},
	EntryOpeningKey:          {PhaseTender, []Role{RoleLeadProcurer}, false, true},
	EntryConflictDeclaration: {PhaseTender, []Role{RoleEvaluator, RoleChair}, false, false},
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
var finalEntries = []EntryKind{EntryConflictDeclaration}

// Final tells whether entries of the kind are never changed or withdrawn.
func (k EntryKind) Final() bool { return slices.Contains(finalEntries, k) }
