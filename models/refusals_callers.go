package models

// Codes of who is asking, and of organisations, people, keys, members and roles.
const (
	CodeUnauthenticated     Code = "unauthenticated"
	CodeForbidden           Code = "forbidden"
	CodeNotFound            Code = "not_found"
	CodeRoleIncompatible    Code = "role_incompatible"
	CodeAuthorMayNotVote    Code = "author_may_not_vote"
	CodeOwnWork             Code = "own_work"
	CodeAlreadyExists       Code = "already_exists"
	CodeLastAdministrator   Code = "last_administrator"
	CodeNotAnAuthority      Code = "not_a_contracting_authority"
	CodeKeyLimit            Code = "api_key_limit_reached"
	CodeLastLeadProcurer    Code = "last_lead_procurer"
	CodeSharesExceeded      Code = "budget_shares_exceeded"
	CodeLeadExists          Code = "lead_exists"
	CodeNotAMember          Code = "not_a_member"
	CodeLastMember          Code = "last_member"
	CodeLeadMissing         Code = "lead_missing"
	CodeEnrolmentUnknown    Code = "enrolment_code_unknown"
	CodeEnrolmentOver       Code = "enrolment_code_over"
	CodeRepresented         Code = "organisation_represented"
	CodeNotRepresented      Code = "organisation_not_represented"
	CodeLastRepresentative  Code = "last_representative"
	CodeRecoveryWaits       Code = "recovery_waits"
	CodeRecoveryOver        Code = "recovery_over"
	CodeMemberNotAccepted   Code = "member_not_accepted"
	CodeOtherOrganisation   Code = "other_organisation"
	CodeOfferOver           Code = "role_offer_over"
	CodeSupplies            Code = "organisation_supplies"
	CodeDeclaredNotToTender Code = "declared_not_to_tender"
	CodePartnerSupplies     Code = "partner_supplies"
	CodePartnerDoesNotBuy   Code = "partner_does_not_buy"
)

var refusedCallers = []RefusalType{
	{
		CodeUnauthenticated, RefusalUnauthenticated, "The caller is not known",
		"Send the header Authorization: Bearer with an API key that is neither expired nor revoked.",
	},
	{
		CodeForbidden, RefusalForbidden, "The caller may not do this",
		"The operation needs a role that the caller does not hold now.",
	},
	{
		CodeNotFound, RefusalAbsent, "There is no such resource",
		"It does not exist, or the caller holds no role that lets them see it.",
	},
	{
		CodeRoleIncompatible, RefusalConflict, "The roles exclude each other",
		"One person must not hold both roles in one procurement.",
	},
	{
		CodeAuthorMayNotVote, RefusalForbidden, "Authors do not approve their own work",
		"Another board member of the same buyer casts the vote.",
	},
	{
		CodeOwnWork, RefusalForbidden, "The caller wrote this",
		"Nobody approves, certifies or excuses what they wrote themselves. Another person does it.",
	},
	{CodeAlreadyExists, RefusalConflict, "It already exists", "Change the one that exists."},
	{
		CodeLastAdministrator, RefusalConflict, "The platform needs an administrator",
		"First make another person an administrator.",
	},
	{
		CodeNotAnAuthority, RefusalConflict, "The organisation is not a contracting authority",
		"Only contracting authorities buy in a consortium or create procurements; others can be its partners.",
	},
	{
		CodeKeyLimit, RefusalConflict, "The person has as many API keys as allowed",
		"A person can have two valid keys, so that one can replace the other. Revoke one first.",
	},
	{
		CodeLastLeadProcurer, RefusalConflict, "The procurement needs a lead procurer",
		"First give the role to another person.",
	},
	{
		CodeSharesExceeded, RefusalConflict, "The budget shares exceed 100 percent",
		"First lower the share of another member.",
	},
	{
		CodeLeadExists, RefusalConflict, "The consortium already has a lead buyer",
		"First take the lead from the member that has it.",
	},
	{
		CodeNotAMember, RefusalConflict, "The organisation is not a member",
		"Only members of the consortium can do this.",
	},
	{CodeLastMember, RefusalConflict, "The last member cannot leave", "Cancel the procurement instead."},
	{CodeLeadMissing, RefusalConflict, "The consortium has no lead buyer", "Mark one member as the lead."},
	{
		CodeEnrolmentUnknown, RefusalUnauthenticated, "The code of enrolment is not known",
		"Send the code as it was given to you. A code is valid once, and for one person.",
	},
	{
		CodeEnrolmentOver, RefusalConflict, "The code of enrolment is not valid any more",
		"It was redeemed or cancelled, or has expired. A representative of the organisation issues another.",
	},
	{
		CodeRepresented, RefusalConflict, "The organisation has a representative, or takes part in a procurement",
		"Administrators enrol only the first representative. Representatives appoint further ones; when none " +
			"is left, the organisation asks in writing for a recovery.",
	},
	{
		CodeNotRepresented, RefusalConflict, "Nobody speaks for the organisation yet",
		"First its representative redeems the code that an administrator has issued.",
	},
	{
		CodeLastRepresentative, RefusalConflict, "The organisation needs a representative",
		"First appoint another person of the organisation.",
	},
	{
		CodeRecoveryWaits, RefusalConflict, "The recovery is still open to objections",
		"It can be completed at the instant that it names, if nobody has objected.",
	},
	{
		CodeRecoveryOver, RefusalConflict, "The recovery is over",
		"If it is still needed, request another one.",
	},
	{
		CodeMemberNotAccepted, RefusalConflict, "A member has not accepted its part",
		"A representative of each member accepts its part in the consortium before the procurement starts.",
	},
	{
		CodeOtherOrganisation, RefusalForbidden, "The caller does not speak for that organisation",
		"Only the representatives of an organisation give and end the roles of its people.",
	},
	{
		CodeOfferOver, RefusalConflict, "The offer of the role is not open",
		"It was answered or withdrawn. If the role is still wanted, it is offered again.",
	},
	{
		CodeSupplies, RefusalConflict, "The organisation is a supplier of this procurement",
		"Whose organisation supplies cannot act on the buyers' side (Directive 2014/24/EU, Articles 24 and 41).",
	},
	{
		CodeDeclaredNotToTender, RefusalConflict, "The organisation has declared that it will not tender",
		"It accepted a role on the buyers' side of this procurement (Directive 2014/24/EU, Articles 24 and 41).",
	},
	{
		CodePartnerSupplies, RefusalConflict, "A partner of the consortium is no supplier",
		"An organisation that offers on the market prepares no procurement in which it could tender.",
	},
	{
		CodePartnerDoesNotBuy, RefusalConflict, "A partner of the consortium does not buy",
		"It has no vote, no share of the budget and no part in the agreement; this is done by or for a buyer.",
	},
}
