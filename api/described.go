package api

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

// The types of this file describe themselves in the OpenAPI document, where the tag of a field has no room for it.

// speakForModels describes types of package models by types of this file, because models knows nothing of huma.
func speakForModels(r huma.Registry) {
	speaks := func(model, spokesman any) {
		r.RegisterTypeAlias(reflect.TypeOf(model), reflect.TypeOf(spokesman))
	}
	speaks(models.NonAwardCode(""), nonAwardCode{})
	speaks(models.ExclusionCode(""), exclusionCode{})
	speaks(models.CandidateExclusion(""), candidateExclusion{})
	speaks(models.AwardMethod(""), awardMethod{})
	speaks(models.SetAsideGround(""), setAsideGround{})
	speaks(models.SealedGround(""), sealedGround{})
	speaks(models.Flaw(""), flaw{})
	speaks(models.ModificationGround(""), modificationGround{})
	speaks(models.BulletinInterval(""), bulletinInterval{})
	speaks(models.DecisionRule(""), decisionRule{})
	speaks(models.OrganisationKind(""), organisationKind{})
	speaks(models.EnvelopeKind(""), envelopeKind{})
	speaks(models.Purpose(""), purpose{})
	speaks(models.EndpointStatus(""), endpointStatus{})
	speaks(models.DeliveryFault(""), deliveryFault{})
}

// oneOf is the schema of a text that must be one of the values.
func oneOf[T ~string](description string, values ...T) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString, Description: description}
	for _, value := range values {
		s.Enum = append(s.Enum, string(value))
	}
	return s
}

type nonAwardCode struct{}

// Schema names the values.
func (nonAwardCode) Schema(huma.Registry) *huma.Schema {
	return oneOf("eForms code list non-award-justification", models.NonAwardCodes()...)
}

type exclusionCode struct{}

// Schema names the values.
func (exclusionCode) Schema(huma.Registry) *huma.Schema { return oneOf("", models.ExclusionCodes()...) }

type candidateExclusion struct{}

// Schema names the values.
func (candidateExclusion) Schema(huma.Registry) *huma.Schema {
	return oneOf("Why the candidate is excluded (Directive 2014/24/EU, Article 57)", models.CandidateExclusions()...)
}

type awardMethod struct{}

// Schema names the values.
func (awardMethod) Schema(huma.Registry) *huma.Schema { return oneOf("", models.AwardMethods()...) }

type setAsideGround struct{}

// Schema names the values.
func (setAsideGround) Schema(huma.Registry) *huma.Schema {
	return oneOf("evidence_missing: what the winner is asked for by Directive 2014/24/EU, Article 59(4); "+
		"winner_excluded: by Article 57(5)", models.SetAsideGrounds()...)
}

type sealedGround struct{}

// Schema names the values.
func (sealedGround) Schema(huma.Registry) *huma.Schema {
	return oneOf("openers_withhold: enough openers could release, for a day at least, and have not; openers_lost: too "+
		"few are left who can", models.SealedGrounds()...)
}

type flaw struct{}

// Schema names the values.
func (flaw) Schema(huma.Registry) *huma.Schema {
	return oneOf("The step in which a review body found what is wrong. quality_evaluation and admission: quality is "+
		"scored again; specification and procedure: the lot ends", models.Flaws()...)
}

type modificationGround struct{}

// Schema names the values.
func (modificationGround) Schema(huma.Registry) *huma.Schema {
	return oneOf("Directive 2014/24/EU, Article 72(1)(a) to (e), and de_minimis: (2); 2014/25/EU: Article 89",
		models.ModificationGrounds()...)
}

type bulletinInterval struct{}

// Schema says what an interval looks like.
func (bulletinInterval) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: "^(P[1-9][0-9]{0,2}D|[1-9][0-9]{0,2})$"}
}

type decisionRule struct{}

// Schema names the values.
func (decisionRule) Schema(huma.Registry) *huma.Schema {
	return oneOf("unanimous: every member votes, and all votes cast approve; majority and two_thirds: of the members; "+
		"majority_of_votes and two_thirds_of_votes: of approvals and rejections; weighted: more than half of the "+
		"weight of the members; lead_alone: the lead buyer. Members are the buyers that are not recused. Nothing is "+
		"carried without an approval", models.DecisionRules()...)
}

type organisationKind struct{}

// Schema names the values.
func (organisationKind) Schema(huma.Registry) *huma.Schema {
	return oneOf("", models.OrganisationKinds()...)
}

type envelopeKind struct{}

// Schema names the values.
func (envelopeKind) Schema(huma.Registry) *huma.Schema { return oneOf("", models.EnvelopeKinds()...) }

type purpose struct{}

// Schema names the values.
func (purpose) Schema(huma.Registry) *huma.Schema {
	return oneOf("Suppliers upload envelopes, which they have sealed before; nobody else reads an envelope before "+
		"the box is closed", models.PurposeDocument, models.PurposeEnvelope)
}

type endpointStatus struct{}

// Schema names the values.
func (endpointStatus) Schema(huma.Registry) *huma.Schema {
	return oneOf("disabled: the endpoint answered 410 Gone under an earlier release; resume it",
		models.EndpointActive, models.EndpointPaused, models.EndpointDisabled)
}

// deliveryState narrows a list of deliveries.
type deliveryState models.DeliveryState

// Schema names the values.
func (deliveryState) Schema(huma.Registry) *huma.Schema {
	return oneOf("pending: has not arrived; of these, retrying and parked are next of their procurement; passed: will "+
		"not be delivered", models.DeliveryStates()...)
}

type deliveryFault struct{}

// Schema names the values.
func (deliveryFault) Schema(huma.Registry) *huma.Schema {
	return oneOf("address: the host name leads nowhere, or to where webhooks may not be sent",
		models.FaultStatus, models.FaultRedirect, models.FaultGone, models.FaultTimeout,
		models.FaultAddress, models.FaultTLS, models.FaultNetwork)
}

// givenRole is a role that can be given on a procurement.
type givenRole models.Role

// Schema names the values.
func (givenRole) Schema(huma.Registry) *huma.Schema { return oneOf("", models.Roles()...) }

// findingCode is a kind of finding about the neutrality of a text.
type findingCode string

// Schema names the values.
func (findingCode) Schema(huma.Registry) *huma.Schema {
	return oneOf[findingCode]("", "brand", "brand_or_equivalent", "origin", "standard_without_equivalent", "vague",
		"solution_first", "over_specified", "local_preference", "subcontracting_limited", "selection_as_award",
		"language_not_checked")
}

// emailAddress is a text in the form of an e-mail address.
type emailAddress string

const longestEmail = 320

// Schema says what an address looks like.
func (emailAddress) Schema(huma.Registry) *huma.Schema {
	length := longestEmail
	return &huma.Schema{
		Type: huma.TypeString, MaxLength: &length,
		Pattern: `^[^@\s]+@[^@\s]+$`, PatternDescription: "an e-mail address",
	}
}

// optionalEmail is an e-mail address in a merge patch.
type optionalEmail struct{ rest.Optional[string] }

// Schema describes the address or null.
func (optionalEmail) Schema(r huma.Registry) *huma.Schema {
	return rest.Optional[emailAddress]{}.Schema(r)
}

// budgetShare is a member's part of the common budget in percent.
type budgetShare string

// Schema says what a share looks like.
func (budgetShare) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeString, Pattern: `^(100(\.0{1,6})?|[0-9]{1,2}(\.[0-9]{1,6})?)$`,
		PatternDescription: "a decimal above 0 and up to 100 with at most 6 places",
	}
}

// endpointURL is where an endpoint receives webhooks.
type endpointURL string

// Schema says which addresses are taken.
func (endpointURL) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeString, Description: "https; http only into networks that the operator allows. A host with " +
			"letters beyond ASCII is kept and shown as A-labels (xn--…)",
	}
}

// onlyTypes are the types of events that an endpoint is told of.
type onlyTypes []string

// Schema says what a type includes.
func (onlyTypes) Schema(huma.Registry) *huma.Schema {
	return listOfTexts("Only these types of events and those below them, such as lot or lot.closed; absent: all")
}

// onlyProcurements are the procurements that an endpoint is told of.
type onlyProcurements []models.ID

// Schema says which can be named.
func (onlyProcurements) Schema(huma.Registry) *huma.Schema {
	return listOfTexts("Only these procurements, which I lead; absent: all that I lead, also those to come")
}

func listOfTexts(description string) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString}, Description: description,
	}
}

// callProfile names the rules of a call for proposals.
type callProfile string

const longestProfile = 64

// Schema says what a name looks like.
func (callProfile) Schema(huma.Registry) *huma.Schema {
	length := longestProfile
	return &huma.Schema{Type: huma.TypeString, MaxLength: &length, Pattern: "^[A-Za-z0-9][A-Za-z0-9._-]*$"}
}

// audienceNames say who is told of events of a type.
type audienceNames []string

// Schema says who each of them is.
func (audienceNames) Schema(huma.Registry) *huma.Schema {
	return listOfTexts("Who is told: administrators (of what concerns the platform), buyers (every role of the " +
		"procurement but supplier), suppliers (who registered for the procurement) by the feed, portals by webhooks; " +
		"empty: nobody, the event is only in the record")
}

// wholeExport asks for all events of a procurement at once.
type wholeExport bool

// Schema says what is exported, for whom, and when a part of it is held back.
func (wholeExport) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeBoolean,
		Description: "1 answers with all events and their proof as JSON Lines, which ppi audit verify reads; the " +
			"other parameters do not apply. For lead procurers, board members, legal advisers and observers. While a " +
			"box of tenders is open, the export ends before the publication that opened the box, and the header " +
			"Ppi-Export-Cut says so",
	}
}
