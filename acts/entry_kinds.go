package acts

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/consolidation"
	"github.com/ppi-engine/ppi/rules/contract"
	"github.com/ppi-engine/ppi/rules/evaluation"
	"github.com/ppi-engine/ppi/rules/market"
	"github.com/ppi-engine/ppi/rules/procedure"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

// entryKinds is the table of the kinds of entries, phase by phase, each with the type of what an entry says. The row in
// models says the rest.
var entryKinds = []EntryKind{
	says[models.NeedsStatement](models.EntryNeedsStatement),
	says[models.CommonNeed](models.EntryCommonNeed),
	says[models.NeedConfirmation](models.EntryNeedConfirmation),
	says[models.StateOfTheArt](models.EntryStateOfTheArt),
	says[models.Estimate](models.EntryEstimate),
	says[models.EndUserInput](models.EntryEndUserInput),
	says[models.AsIs](models.EntryAsIs),
	says[models.PriorArtSearch](models.EntryPriorArtSearch),
	says[models.StandardsLandscape](models.EntryStandards),
	says[models.PreliminaryCase](models.EntryPreliminaryCase),
	says[consolidation.Resolution](models.EntryNeedResolution),
	says[models.Memorandum](models.EntryMemorandum),
	says[models.MemorandumSignature](models.EntryMemorandumSignature),
	says[models.BudgetApproval](models.EntryBudgetApproval),

	says[models.Agreement](models.EntryAgreement),
	says[models.Signature](models.EntrySignature).followedBy((*deed).agreementInForce),
	says[models.RolePlan](models.EntryRolePlan),
	says[models.Activity](models.EntryActivity),
	says[models.InterestDeclaration](models.EntryInterestDeclaration),
	says[models.Membership](models.EntryMembership),
	says[models.TraitsOfMember](models.EntryMemberTraits),
	says[models.NetworkMember](models.EntryNetworkMember),
	says[timelimit.CertifiedPeriod](models.EntryCertifiedPeriod),
	says[models.LocalHolidays](models.EntryLocalHolidays),
	says[models.GrantAction](models.EntryGrantAction),

	says[models.Requirement](models.EntryRequirement),
	says[models.Glossary](models.EntryGlossary),
	says[models.Clauses](models.EntryClauses),
	says[models.LotsDecision](models.EntryLotsDecision),
	says[models.LotLimits](models.EntryLotLimits),
	says[models.PCPPlan](models.EntryPCPPlan),
	says[models.ConformancePlan](models.EntryConformancePlan),
	says[procedure.Choice](models.EntryProcedureChoice),
	says[models.BusinessCase](models.EntryBusinessCase),
	says[models.SpecificationVersion](models.EntrySpecificationVersion),
	says[models.Approval](models.EntrySpecificationApproval),
	says[models.LegalCertification](models.EntryLegalCertification),
	says[models.SpecificationComment](models.EntrySpecificationComment),
	says[models.CommentResolution](models.EntryCommentResolution),

	says[market.Announcement](models.EntryAnnouncement),
	says[market.Questionnaire](models.EntryQuestionnaire),
	says[models.ConsultationEvent](models.EntryConsultationEvent),
	says[models.MarketContact](models.EntryMarketContact),
	says[models.ConsultationReport](models.EntryConsultationReport),
	says[models.PrecedingPCP](models.EntryPrecedingPCP),
	says[models.Route](models.EntryRoute),

	says[models.EngagementPlan](models.EntryEngagementPlan),
	says[market.Bulletin](models.EntryBulletin),
	says[models.MarketChange](models.EntryMarketChange),
	says[models.PlanningNotice](models.EntryPlanningNotice),

	says[models.NeutralityAnswer](models.EntryNeutralityAnswer),

	says[models.TimeLimits](models.EntryTimeLimits),
	says[models.PCPResult](models.EntryPCPPhase),
	says[evaluation.Criteria](models.EntryAwardCriteria),
	says[openerKey](models.EntryOpenerKey),
	says[openerSet](models.EntryOpenerSet),
	says[models.OpenerLoss](models.EntryOpenerLoss),
	says[models.ConflictDeclaration](models.EntryConflictDeclaration),
	says[evaluation.SelectionCriteria](models.EntrySelectionCriteria),
	says[evaluation.Conduct](models.EntryConduct),
	says[evaluation.PartnershipPlan](models.EntryPartnershipPlan),
	says[evaluation.FrameworkTerms](models.EntryFramework),
	says[evaluation.PartnershipReport](models.EntryPartnershipReport),
	says[evaluation.Talk](models.EntryTalk),
	says[evaluation.SharedInformation](models.EntrySharedInformation).followedBy((*deed).tellParticipants),
	says[evaluation.Selection](models.EntrySelection),
	says[models.Admission](models.EntryAdmission),
	says[evaluation.Consensus](models.EntryConsensus),
	says[models.ConformanceResult](models.EntryConformanceResult),
	says[models.PriceInquiry](models.EntryPriceInquiry),
	says[models.CompletionRequest](models.EntryCompletionRequest),
	says[models.TenderSession](models.EntryTenderSession),
	says[evaluation.CostValues](models.EntryCostValues),
	says[evaluation.TieDraw](models.EntryTieDraw),
	says[models.AwardSignature](models.EntryAwardSignature),
	says[models.Review](models.EntryReview),
	says[models.ReviewBody](models.EntryReviewBody),
	says[models.StandstillFact](models.EntryStandstillFact),
	says[timelimit.Contract](models.EntryContract),
	says[contract.Modification](models.EntryModification).followedBy((*deed).tellOfModification),
	says[models.Acceptance](models.EntryAcceptance),
	says[contract.CallOff](models.EntryCallOff),
	says[models.Purchase](models.EntryPurchase),
	says[models.NonPurchase](models.EntryNonPurchase),
	says[models.PublicationProof](models.EntryPublicationProof).followedBy((*deed).provePublication),
	says[evaluation.Report](models.EntryIndividualReport),
}

// EntryKinds lists the kinds of entries that can be written.
func EntryKinds() []EntryKind { return slices.Clone(entryKinds) }

// EntryKindOf returns the row of a kind; false: entries of it cannot be written.
func EntryKindOf(kind models.EntryKind) (EntryKind, bool) {
	i := slices.IndexFunc(entryKinds, func(k EntryKind) bool { return k.Kind == kind })
	if i < 0 {
		return EntryKind{}, false
	}
	return entryKinds[i], true
}

// An EntryKind is one kind of entry: its row in models, and the type of its content.
type EntryKind struct {
	models.EntryRule

	content reflect.Type
	read    func(body []byte) (Content, error)
	// draw completes content with what it takes from the dossier; nil: it says all by itself.
	draw func(body Content, d models.Dossier) Content
	// follow does what follows from an entry that was just written into the dossier before; nil: nothing follows.
	follow func(d *deed, before models.Dossier, e models.Entry) error
}

// Content is what an entry says. It refuses what its schema cannot.
type Content interface {
	Check() error
}

// drawn content takes a part of what it says from the rest of the dossier, in the transaction that writes it.
type drawn[T any] interface {
	Drawn(d models.Dossier) T
}

// says makes the row of a kind whose entries say a T.
func says[T Content](kind models.EntryKind) EntryKind {
	rule, _ := models.EntryRuleOf(kind)
	row := EntryKind{EntryRule: rule, content: reflect.TypeFor[T](), read: readContent[T]}
	if reflect.TypeFor[T]().Implements(reflect.TypeFor[drawn[T]]()) {
		row.draw = drawContent[T]
	}
	return row
}

// followedBy says what follows from an entry of the kind.
func (k EntryKind) followedBy(follow func(d *deed, before models.Dossier, e models.Entry) error) EntryKind {
	k.follow = follow
	return k
}

func readContent[T Content](body []byte) (Content, error) {
	var content T
	if err := json.Unmarshal(body, &content); err != nil {
		return nil, fmt.Errorf("read content: %w", err)
	}
	return content, nil
}

func drawContent[T Content](body Content, d models.Dossier) Content {
	if c, ok := body.(drawn[T]); ok {
		return c.Drawn(d)
	}
	return body
}

// Content is the type of what an entry of the kind says.
func (k EntryKind) Content() reflect.Type { return k.content }

// Read reads what an entry says.
func (k EntryKind) Read(body []byte) (Content, error) { return k.read(body) }

// drawnFrom completes content that takes a part of what it says from the dossier.
func (k EntryKind) drawnFrom(dossier func() (models.Dossier, error), body Content) (Content, error) {
	if k.draw == nil {
		return body, nil
	}
	d, err := dossier()
	if err != nil {
		return body, err
	}
	return k.draw(body, d), nil
}
