package acts

import (
	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/evaluation"
	"github.com/ppi-engine/ppi/rules/market"
	"github.com/ppi-engine/ppi/rules/procedure"
)

// The kinds of entries, phase by phase, each with the type of its content.
var (
	EntryNeedsStatement   = EntryKind[models.NeedsStatement]{models.EntryNeedsStatement}
	EntryCommonNeed       = EntryKind[models.CommonNeed]{models.EntryCommonNeed}
	EntryNeedConfirmation = EntryKind[models.Confirmation]{models.EntryNeedConfirmation}
	EntryStateOfTheArt    = EntryKind[models.StateOfTheArt]{models.EntryStateOfTheArt}
	EntryEstimate         = EntryKind[models.Estimate]{models.EntryEstimate}

	EntryAgreement           = EntryKind[models.Agreement]{models.EntryAgreement}
	EntrySignature           = EntryKind[models.Signature]{models.EntrySignature}
	EntryRolePlan            = EntryKind[models.RolePlan]{models.EntryRolePlan}
	EntryActivity            = EntryKind[models.Activity]{models.EntryActivity}
	EntryInterestDeclaration = EntryKind[models.InterestDeclaration]{models.EntryInterestDeclaration}
	EntryMembership          = EntryKind[models.Membership]{models.EntryMembership}
	EntryGrantAction         = EntryKind[models.GrantAction]{models.EntryGrantAction}

	EntryRequirement           = EntryKind[models.Requirement]{models.EntryRequirement}
	EntryGlossary              = EntryKind[models.Glossary]{models.EntryGlossary}
	EntryClauses               = EntryKind[models.Clauses]{models.EntryClauses}
	EntryLotsDecision          = EntryKind[models.LotsDecision]{models.EntryLotsDecision}
	EntryProcedureChoice       = EntryKind[procedure.Choice]{models.EntryProcedureChoice}
	EntryBusinessCase          = EntryKind[models.BusinessCase]{models.EntryBusinessCase}
	EntrySpecificationVersion  = EntryKind[models.SpecificationVersion]{models.EntrySpecificationVersion}
	EntrySpecificationApproval = EntryKind[models.Approval]{models.EntrySpecificationApproval}
	EntryLegalCertification    = EntryKind[models.LegalCertification]{models.EntryLegalCertification}

	EntryAnnouncement       = EntryKind[market.Announcement]{models.EntryAnnouncement}
	EntryQuestionnaire      = EntryKind[market.Questionnaire]{models.EntryQuestionnaire}
	EntryConsultationEvent  = EntryKind[models.ConsultationEvent]{models.EntryConsultationEvent}
	EntryMarketContact      = EntryKind[models.MarketContact]{models.EntryMarketContact}
	EntryConsultationReport = EntryKind[models.ConsultationReport]{models.EntryConsultationReport}
	EntryRoute              = EntryKind[models.Route]{models.EntryRoute}

	EntryEngagementPlan = EntryKind[models.EngagementPlan]{models.EntryEngagementPlan}
	EntryBulletin       = EntryKind[market.Bulletin]{models.EntryBulletin}
	EntryMarketChange   = EntryKind[models.MarketChange]{models.EntryMarketChange}
	EntryPlanningNotice = EntryKind[models.PlanningNotice]{models.EntryPlanningNotice}

	EntryNeutralityAnswer = EntryKind[models.NeutralityAnswer]{models.EntryNeutralityAnswer}

	EntryAwardCriteria       = EntryKind[evaluation.Criteria]{models.EntryAwardCriteria}
	EntryOpeningKey          = EntryKind[openingKey]{models.EntryOpeningKey}
	EntryConflictDeclaration = EntryKind[models.ConflictDeclaration]{models.EntryConflictDeclaration}
	EntrySelectionCriteria   = EntryKind[evaluation.SelectionCriteria]{models.EntrySelectionCriteria}
	EntrySelection           = EntryKind[evaluation.Selection]{models.EntrySelection}
	EntryAdmission           = EntryKind[models.Admission]{models.EntryAdmission}
	EntryConsensus           = EntryKind[evaluation.Consensus]{models.EntryConsensus}
	EntryPriceInquiry        = EntryKind[models.PriceInquiry]{models.EntryPriceInquiry}
	EntryReview              = EntryKind[models.Review]{models.EntryReview}
	EntryContract            = EntryKind[models.Contract]{models.EntryContract}
	EntryPurchase            = EntryKind[models.Purchase]{models.EntryPurchase}
	EntryNonPurchase         = EntryKind[models.NonPurchase]{models.EntryNonPurchase}
	EntryIndividualReport    = EntryKind[evaluation.Report]{models.EntryIndividualReport}
)

// An openingKey is an opening key for which envelopes can be sealed.
type openingKey struct {
	evaluation.OpeningKey
}

// Check refuses what is no public key of age.
func (k openingKey) Check() error {
	return models.Refusals([]*models.Refusal{
		seal.CheckRecipient("/quality", k.Quality), seal.CheckRecipient("/price", k.Price),
	})
}
