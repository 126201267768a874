package models

// The rows of the kinds of entries, phase by phase.

var needsEntries = []EntryRule{
	{
		Kind: EntryNeedsStatement, Path: "needs-statements", What: "a buyer's need",
		Phase: PhaseNeeds, Writers: []Role{RoleBuyer, RoleDrafter},
		PerBuyer: true, wording: wordedBody[NeedsStatement],
	},
	{
		Kind: EntryCommonNeed, Path: "common-need", What: "the common need",
		Phase: PhaseNeeds, Writers: []Role{RoleLeadProcurer, RoleDrafter},
		Single: true, wording: wordedBody[CommonNeed],
	},
	{
		Kind: EntryNeedConfirmation, Path: "need-confirmations", What: "a buyer's confirmation of the common need",
		Phase: PhaseNeeds, Writers: []Role{RoleBuyer}, PerBuyer: true, Single: true, Final: true,
	},
	{
		Kind: EntryStateOfTheArt, Path: "state-of-the-art", What: "the report on the state of the art",
		Phase: PhaseNeeds, Writers: []Role{RoleLeadProcurer, RoleDrafter}, Single: true,
	},
	{
		Kind: EntryEstimate, Path: "estimates", What: "a buyer's estimate of value and quantity",
		Phase: PhaseNeeds, Writers: []Role{RoleBuyer}, PerBuyer: true, Single: true,
	},
	{
		Kind: EntryEndUserInput, Path: "end-user-input", What: "what end users told a buyer",
		Phase: PhaseNeeds, Writers: []Role{RoleBuyer, RoleDrafter}, PerBuyer: true,
	},
	{
		Kind: EntryAsIs, Path: "as-is-figures", What: "figures of a buyer's present service",
		Phase: PhaseNeeds, Writers: []Role{RoleBuyer, RoleDrafter}, PerBuyer: true,
	},
	{
		Kind: EntryPriorArtSearch, Path: "prior-art-searches",
		What:  "a search for what exists or is protected already",
		Phase: PhaseNeeds, Writers: []Role{RoleLeadProcurer, RoleDrafter}, Lasting: true,
	},
	{
		Kind: EntryStandards, Path: "standards-landscape", What: "the standards that concern the need",
		Phase: PhaseNeeds, Writers: []Role{RoleLeadProcurer, RoleDrafter}, Single: true,
	},
	{
		Kind: EntryPreliminaryCase, Path: "preliminary-cases",
		What:  "the preliminary business case, before or after the market consultation",
		Phase: PhaseNeeds, Writers: []Role{RoleLeadProcurer, RoleDrafter}, Single: true, Lasting: true,
	},
	{
		Kind: EntryNeedResolution, Path: "need-resolutions",
		What:  "what is done about needs that contradict or repeat each other",
		Phase: PhaseNeeds, Writers: []Role{RoleLeadProcurer, RoleDrafter, RoleBuyer}, Single: true,
	},
	{
		Kind: EntryMemorandum, Path: "memorandum", What: "the memorandum to cooperate",
		Phase: PhaseNeeds, Writers: []Role{RoleLeadProcurer, RoleDrafter, RoleLegal}, Single: true,
	},
	{
		Kind: EntryMemorandumSignature, Path: "memorandum-signatures",
		What:  "a buyer's signature under the memorandum to cooperate",
		Phase: PhaseNeeds, Writers: []Role{RoleBuyer, RoleLegal}, PerBuyer: true, Single: true, Final: true,
	},
	{
		Kind: EntryBudgetApproval, Path: "budget-approvals", What: "a buyer's approval of the money for its part",
		Phase: PhaseNeeds, Writers: []Role{RoleBuyer}, PerBuyer: true, Single: true, Lasting: true,
	},
}

var capacityEntries = []EntryRule{
	{
		Kind: EntryAgreement, Path: "agreement", What: "the collaboration agreement",
		Phase: PhaseCapacity, Writers: []Role{RoleLeadProcurer, RoleLegal, RoleDrafter},
		Single: true, Alone: true, Lasting: true, wording: wordedBody[Agreement],
	},
	{
		Kind: EntrySignature, Path: "agreement-signatures",
		What:  "a buyer's signature under the collaboration agreement",
		Phase: PhaseCapacity, Writers: []Role{RoleBuyer, RoleLegal},
		PerBuyer: true, Single: true, Final: true, Alone: true, Lasting: true,
	},
	{
		Kind: EntryRolePlan, Path: "role-plan", What: "how many people each role needs",
		Phase: PhaseCapacity, Writers: []Role{RoleLeadProcurer}, Single: true,
	},
	{
		Kind: EntryActivity, Path: "activities", What: "a training, visit or exchange that took place",
		Phase: PhaseCapacity, Writers: []Role{RoleLeadProcurer, RoleBuyer}, Lasting: true,
	},
	{
		Kind: EntryInterestDeclaration, Path: "interest-declarations", What: "one's own declaration of interests",
		Phase: PhaseCapacity, Writers: BuyerSide(), Final: true, Lasting: true,
		Personal: true,
	},
	{
		Kind: EntryMembership, Path: "memberships", What: "a member's membership of a body that a call asks for",
		Phase: PhaseCapacity, Writers: []Role{RoleBuyer, RoleDrafter},
		PerBuyer: true, ByPartners: true, Single: true, Lasting: true,
	},
	{
		Kind: EntryMemberTraits, Path: "member-traits",
		What:  "what a member is, as a call asks for it: a practitioner, a university, a cluster organisation",
		Phase: PhaseCapacity, Writers: []Role{RoleBuyer, RoleDrafter},
		PerBuyer: true, ByPartners: true, Single: true, Lasting: true,
	},
	{
		Kind: EntryNetworkMember, Path: "network-members",
		What:  "an organisation that belongs to a network which the action runs",
		Phase: PhaseCapacity, Writers: []Role{RoleLeadProcurer, RoleBuyer, RoleDrafter}, Lasting: true,
	},
	{
		Kind: EntryCertifiedPeriod, Path: "certified-periods",
		What:  "a period of the applicable law that the engine does not know, with its source",
		Phase: PhaseCapacity, Writers: []Role{RoleLegal}, Single: true, Lasting: true,
	},
	{
		Kind: EntryLocalHolidays, Path: "local-holidays",
		What:  "the holidays that a buyer keeps besides those of its region",
		Phase: PhaseCapacity, Writers: []Role{RoleLeadProcurer, RoleLegal, RoleBuyer},
		PerBuyer: true, Single: true, Lasting: true,
	},
	{
		Kind: EntryGrantAction, Path: "grant-action", What: "the action that a call co-finances",
		Phase: PhaseCapacity, Writers: []Role{RoleLeadProcurer}, Single: true, Lasting: true, Enduring: true,
	},
}

var specificationEntries = []EntryRule{
	{
		Kind: EntryRequirement, Path: "requirements", What: "a requirement",
		Phase: PhaseSpecification, Writers: []Role{RoleLeadProcurer, RoleDrafter},
		Single: true, Importable: true, wording: wordedBody[Requirement],
	},
	{
		Kind: EntryGlossary, Path: "glossary", What: "the glossary",
		Phase: PhaseSpecification, Writers: []Role{RoleLeadProcurer, RoleDrafter},
		Single: true, wording: wordedBody[Glossary],
	},
	{
		Kind: EntryClauses, Path: "specification-clauses",
		What:  "the clauses on intellectual property and confidentiality",
		Phase: PhaseSpecification, Writers: []Role{RoleLeadProcurer, RoleDrafter, RoleLegal},
		Single: true, wording: wordedBody[Clauses],
	},
	{
		Kind: EntryLotsDecision, Path: "lots-decision", What: "whether the procurement is divided into lots",
		Phase: PhaseSpecification, Writers: []Role{RoleLeadProcurer, RoleDrafter},
		Single: true, wording: wordedBody[LotsDecision],
	},
	{
		Kind: EntryLotLimits, Path: "lot-limits",
		What:  "for how many lots one tenderer may tender, and how many it may be awarded",
		Phase: PhaseSpecification, Writers: []Role{RoleLeadProcurer, RoleDrafter}, Single: true,
	},
	{
		Kind: EntryPCPPlan, Path: "pcp-plan",
		What:  "the phases of a pre-commercial procurement",
		Phase: PhaseSpecification, Writers: []Role{RoleLeadProcurer, RoleDrafter},
		Single: true, wording: wordedBody[PCPPlan],
	},
	{
		Kind: EntryConformancePlan, Path: "conformance-plan",
		What:  "the tests, announced with the specification, by which tenders show that they meet minimum requirements",
		Phase: PhaseSpecification, Writers: []Role{RoleLeadProcurer, RoleDrafter},
		Single: true, wording: wordedBody[ConformancePlan],
	},
	{
		Kind: EntryProcedureChoice, Path: "procedure-choice",
		What:  "by which procedure tenderers are found; without one, by the open procedure",
		Phase: PhaseSpecification, Writers: []Role{RoleLeadProcurer, RoleDrafter},
		Single: true, wording: wordedBody[ProcedureChoice],
	},
	{
		Kind: EntryBusinessCase, Path: "business-case", What: "the business case",
		Phase: PhaseSpecification, Writers: []Role{RoleLeadProcurer, RoleDrafter},
		Single: true, wording: wordedBody[BusinessCase],
	},
	{
		Kind: EntrySpecificationVersion, Path: "specification-versions",
		What:  "a frozen version of the specification",
		Phase: PhaseSpecification, Writers: []Role{RoleLeadProcurer, RoleDrafter}, Single: true,
	},
	{
		Kind: EntrySpecificationApproval, Path: "specification-approvals",
		What:  "a buyer's approval of the frozen specification",
		Phase: PhaseSpecification, Writers: []Role{RoleBuyer}, PerBuyer: true, Single: true, Final: true,
	},
	{
		Kind: EntryLegalCertification, Path: "legal-certifications",
		What:  "the legal certification of the frozen specification",
		Phase: PhaseSpecification, Writers: []Role{RoleLegal}, Single: true, Final: true,
	},
	{
		Kind: EntrySpecificationComment, Path: "specification-comments",
		What:  "a comment on a part of the specification",
		Phase: PhaseSpecification, Writers: BuyerSide(),
	},
	{
		Kind: EntryCommentResolution, Path: "comment-resolutions",
		What:  "what came of a comment on the specification",
		Phase: PhaseSpecification, Writers: []Role{RoleLeadProcurer, RoleDrafter}, Single: true, Final: true,
	},
}

var consultationEntries = []EntryRule{
	{
		Kind: EntryAnnouncement, Path: "consultation-announcements",
		What:  "the announcement of a market consultation",
		Phase: PhaseConsultation, Writers: []Role{RoleLeadProcurer, RoleDrafter},
		wording: wordedBody[Announcement],
	},
	{
		Kind: EntryQuestionnaire, Path: "questionnaires", What: "what the market is asked",
		Phase: PhaseConsultation, Writers: []Role{RoleLeadProcurer, RoleDrafter},
		wording: wordedBody[Questionnaire],
	},
	{
		Kind: EntryConsultationEvent, Path: "consultation-events",
		What:  "a meeting with the market, with its minutes",
		Phase: PhaseConsultation, Writers: []Role{RoleLeadProcurer, RoleDrafter, RoleBuyer}, Final: true,
	},
	{
		Kind: EntryMarketContact, Path: "market-contacts", What: "a contact with an economic operator",
		Phase: PhaseConsultation, Writers: []Role{RoleLeadProcurer, RoleDrafter, RoleBuyer, RoleLegal},
		Final: true, Lasting: true,
		Personal: true,
	},
	{
		Kind: EntryConsultationReport, Path: "consultation-reports", What: "a report on the market consultation",
		Phase: PhaseConsultation, Writers: []Role{RoleLeadProcurer, RoleDrafter},
		wording: wordedBody[ConsultationReport],
	},
	{
		Kind: EntryPrecedingPCP, Path: "preceding-pcps",
		What:  "the pre-commercial procurement that this one follows",
		Phase: PhaseConsultation, Writers: []Role{RoleLeadProcurer, RoleDrafter},
		Single: true, wording: wordedBody[PrecedingPCP],
	},
	{
		Kind: EntryRoute, Path: "route", What: "the route that the procurement takes",
		Phase: PhaseConsultation, Writers: []Role{RoleLeadProcurer}, Single: true,
	},
}

var engagementEntries = []EntryRule{
	{
		Kind: EntryEngagementPlan, Path: "engagement-plans", What: "how often and where the market is informed",
		Phase: PhaseEngagement, Writers: []Role{RoleLeadProcurer}, Lasting: true,
	},
	{
		Kind: EntryBulletin, Path: "bulletins", What: "a bulletin to the market",
		Phase: PhaseEngagement, Writers: []Role{RoleLeadProcurer, RoleDrafter},
		Lasting: true, wording: wordedBody[Bulletin],
	},
	{
		Kind: EntryMarketChange, Path: "market-changes", What: "a change that the market is to learn of",
		Phase: PhaseEngagement, Writers: []Role{RoleLeadProcurer, RoleBuyer}, Lasting: true,
	},
	{
		Kind: EntryPlanningNotice, Path: "planning-notices", What: "a planning notice that was sent",
		Phase: PhaseEngagement, Writers: []Role{RoleLeadProcurer}, Lasting: true,
	},
}

var neutralityEntries = []EntryRule{
	{
		Kind: EntryNeutralityAnswer, Path: "neutrality-answers",
		What:  "why words to which a neutrality finding points may stay",
		Phase: PhaseNeeds, Writers: []Role{RoleLeadProcurer, RoleDrafter, RoleBuyer, RoleLegal}, Lasting: true,
	},
}

var tenderEntries = []EntryRule{
	{
		Kind: EntryTimeLimits, Path: "time-limits",
		What:  "under which directive the procurement is, and what shortens or lengthens its time limits",
		Phase: PhaseTender, Writers: []Role{RoleLeadProcurer, RoleLegal}, Single: true,
	},
	{
		Kind: EntryPCPPhase, Path: "pcp-phases", What: "what came of a phase of a pre-commercial procurement",
		Phase: PhaseTender, Writers: []Role{RoleLeadProcurer}, Single: true,
	},
	{
		Kind: EntryAwardCriteria, Path: "award-criteria", What: "how tenders for a lot are ranked",
		Phase: PhaseTender, Writers: []Role{RoleLeadProcurer, RoleDrafter},
		Single: true, wording: wordedBody[AwardCriteria],
	},
	{
		Kind: EntryOpenerKey, Path: "opener-keys",
		What:  "the public half of one's own key, by an opener, with the proof that the opener has the other half",
		Phase: PhaseTender, Writers: []Role{RoleOpener}, PerBuyer: true, Final: true,
	},
	{
		Kind: EntryOpenerSet, Path: "opener-set",
		What:  "who opens envelopes, how many of them together, and the fingerprint by which people know them",
		Phase: PhaseTender, Writers: []Role{RoleLeadProcurer}, Single: true,
	},
	{
		Kind: EntryOpenerLoss, Path: "opener-losses",
		What:  "that an opener of one's own buyer cannot release any more: its key is lost, or for another reason",
		Phase: PhaseTender, Writers: []Role{RoleOpener, RoleBoard}, PerBuyer: true, Single: true, Personal: true,
	},
	{
		Kind: EntryConflictDeclaration, Path: "conflict-declarations",
		What:  "one's own declaration on the tenderers of a lot, by a person who evaluates or decides",
		Phase: PhaseTender, Writers: []Role{RoleEvaluator, RoleChair, RoleBoard, RoleAwarder}, Final: true,
		Personal: true,
	},
	{
		Kind: EntrySelectionCriteria, Path: "selection-criteria",
		What:  "who is able to perform the contract of a lot, and how many are invited to tender",
		Phase: PhaseTender, Writers: []Role{RoleLeadProcurer, RoleDrafter},
		Single: true, wording: wordedBody[SelectionCriteria],
	},
	{
		Kind: EntryConduct, Path: "conduct", What: "how the negotiation or dialogue on a lot is conducted",
		Phase: PhaseTender, Writers: []Role{RoleLeadProcurer, RoleDrafter}, Single: true,
		wording: wordedBody[Conduct],
	},
	{
		Kind: EntryPartnershipPlan, Path: "partnership-plans",
		What:  "in which phases the innovation partnership of a lot goes, and what ends it",
		Phase: PhaseTender, Writers: []Role{RoleLeadProcurer, RoleDrafter}, Single: true,
		wording: wordedBody[PartnershipPlan],
	},
	{
		Kind: EntryFramework, Path: "framework-terms",
		What:  "the terms by which a lot is awarded as a framework agreement",
		Phase: PhaseTender, Writers: []Role{RoleLeadProcurer, RoleDrafter}, Single: true,
		wording: wordedBody[FrameworkTerms],
	},
	{
		Kind: EntryPartnershipReport, Path: "partnership-reports",
		What:  "whether a partner has attained the targets of a phase",
		Phase: PhaseTender, Writers: []Role{RoleLeadProcurer, RoleChair}, Final: true, OfTender: true,
		Confidential: true,
	},
	{
		Kind: EntryTalk, Path: "talks",
		What:  "a talk with one participant of a negotiation or dialogue, with its minutes",
		Phase: PhaseTender, Writers: []Role{RoleLeadProcurer, RoleChair}, Final: true, OfTender: true,
		Confidential: true,
	},
	{
		Kind: EntrySharedInformation, Path: "shared-information",
		What:  "what all participants of a negotiation or dialogue were told at once",
		Phase: PhaseTender, Writers: []Role{RoleLeadProcurer}, Final: true, wording: wordedBody[SharedInformation],
	},
	{
		Kind: EntrySelection, Path: "selections", What: "what was found about a candidate",
		Phase: PhaseTender, Writers: []Role{RoleChair}, Single: true, OfTender: true,
	},
	{
		Kind: EntryAdmission, Path: "admissions", What: "the outcome of the formal check of a tender",
		Phase: PhaseTender, Writers: []Role{RoleLeadProcurer, RoleChair, RoleLegal}, Single: true, OfTender: true,
	},
	{
		Kind: EntryConsensus, Path: "consensus-scores", What: "the scores of a tender on which the panel agreed",
		Phase: PhaseTender, Writers: []Role{RoleChair}, Single: true, OfTender: true, Scoring: true,
	},
	{
		Kind: EntryConformanceResult, Path: "conformance-results",
		What:  "what the announced tests have shown of a tender",
		Phase: PhaseTender, Writers: []Role{RoleLeadProcurer, RoleChair}, Single: true, OfTender: true,
	},
	{
		Kind: EntryPriceInquiry, Path: "price-inquiries",
		What:  "the question to a tenderer about its price, and what came of it",
		Phase: PhaseTender, Writers: []Role{RoleLeadProcurer, RoleChair}, Single: true, OfTender: true,
	},
	{
		Kind: EntryCompletionRequest, Path: "completion-requests",
		What:  "the request to a tenderer to complete its tender, and its answer",
		Phase: PhaseTender, Writers: []Role{RoleLeadProcurer, RoleChair, RoleLegal}, OfTender: true,
	},
	{
		Kind: EntryTenderSession, Path: "tender-sessions",
		What:  "a presentation, demonstration or visit by which a tender was evaluated",
		Phase: PhaseTender, Writers: []Role{RoleLeadProcurer, RoleChair}, Final: true, OfTender: true,
	},
	{
		Kind: EntryCostValues, Path: "cost-values",
		What:  "what a tender states for the costs by which it is ranked",
		Phase: PhaseTender, Writers: []Role{RoleLeadProcurer, RoleChair}, Single: true, OfTender: true,
	},
	{
		Kind: EntryTieDraw, Path: "tie-draws", What: "a draw of lots between tied tenders",
		Phase: PhaseTender, Writers: []Role{RoleLeadProcurer, RoleChair}, Final: true, Alone: true,
	},
	{
		Kind: EntryAwardSignature, Path: "award-signatures",
		What:  "the signature of an awarder under the decision to award a lot",
		Phase: PhaseTender, Writers: []Role{RoleAwarder}, Final: true,
	},
	{
		Kind: EntryReview, Path: "review-applications", What: "an application for review of an award",
		Phase: PhaseTender, Writers: []Role{RoleLeadProcurer, RoleLegal},
	},
	{
		Kind: EntryReviewBody, Path: "review-body",
		What:  "to which body a review is applied for, and until when",
		Phase: PhaseTender, Writers: []Role{RoleLeadProcurer, RoleLegal}, Single: true, wording: wordedBody[ReviewBody],
	},
	{
		Kind: EntryStandstillFact, Path: "standstill-facts",
		What:  "a day for which the law lets the contract wait",
		Phase: PhaseTender, Writers: []Role{RoleLeadProcurer, RoleLegal}, Single: true,
	},
	{
		Kind: EntryContract, Path: "contracts", What: "a contract that was signed",
		Phase: PhaseTender, Writers: []Role{RoleLeadProcurer, RoleAwarder, RoleBuyer}, Alone: true,
	},
	{
		Kind: EntryModification, Path: "contract-modifications", What: "a modification of a contract",
		Phase: PhaseTender, Writers: []Role{RoleLeadProcurer, RoleAwarder, RoleLegal, RoleBuyer},
		Final: true, Alone: true, Enduring: true,
	},
	{
		Kind: EntryCallOff, Path: "call-offs", What: "what a buyer orders under a framework agreement",
		Phase: PhaseTender, Writers: []Role{RoleBuyer}, PerBuyer: true, Alone: true, Enduring: true,
	},
	{
		Kind: EntryAcceptance, Path: "acceptances", What: "what a buyer found when it examined what was delivered",
		Phase: PhaseTender, Writers: []Role{RoleBuyer}, PerBuyer: true, Final: true, Enduring: true,
	},
	{
		Kind: EntryPurchase, Path: "purchases", What: "what a buyer bought under a contract",
		Phase: PhaseTender, Writers: []Role{RoleBuyer}, PerBuyer: true,
	},
	{
		Kind: EntryNonPurchase, Path: "non-purchases", What: "why a buyer buys nothing",
		Phase: PhaseTender, Writers: []Role{RoleBuyer}, PerBuyer: true, Single: true,
	},
	{
		Kind: EntryPublicationProof, Path: "publication-proofs",
		What:  "what the Publications Office has confirmed of a notice",
		Phase: PhaseTender, Writers: []Role{RoleLeadProcurer}, Single: true, Enduring: true,
	},
	{
		Kind: EntryIndividualReport, Path: "individual-report", What: "the individual report on the procedure",
		Phase: PhaseTender, Writers: []Role{RoleLeadProcurer, RoleLegal}, Single: true,
	},
}
