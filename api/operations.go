package api

import (
	"net/http"
	"reflect"
	"slices"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// ofProcurement begins the path of whatever concerns one procurement.
const ofProcurement = "/v1/procurements/{procurement}"

// operations is the whole API and who may call it. Routing, access, the OpenAPI document and the access
// test are made from it; what is not here is not served.
func (s *server) operations() []rest.Operation {
	return slices.Concat(
		s.platform(), s.people(), s.consortium(), s.board(), s.commands(), s.dossier(), s.files(), s.market(),
		s.lots(), s.tenders(), s.evaluation(), s.conclusion(), s.feed(), s.endpoints(), docsPages(),
	)
}

// reads lets in the roles that may read a subject of a view.
func reads(of views.Subject) rest.Access { return rest.Roles(views.Readers(of)...) }

func (s *server) platform() []rest.Operation {
	const one = "/v1/organisations/{organisation}"
	return []rest.Operation{
		rest.Get("/livez", rest.Public(), "Tell whether the instance runs", s.live),
		rest.Get("/readyz", rest.Public(), "Tell whether requests can be answered", s.isReady,
			rest.Within(readyWithin)),

		rest.Get("/v1/keys", rest.Public(), "List the public keys that verify receipts, checkpoints and exports",
			s.listKeys),
		rest.Get("/v1/checkpoints/latest", rest.Public(), "Read the latest signed head of the record that is public",
			s.getCheckpoint, rest.MayRefuse(http.StatusNotFound)),

		rest.Post("/v1/organisations", rest.Administrator(), "Register an organisation", s.createOrganisation),
		rest.Get("/v1/organisations", rest.Authenticated(), "List organisations", s.listOrganisations),
		rest.Get(one, rest.Authenticated(), "Read an organisation", s.getOrganisation),
		rest.Patch(one, rest.Administrator(), "Change an organisation", s.changeOrganisation),
	}
}

func (s *server) people() []rest.Operation {
	const one, keys = "/v1/people/{person}", "/v1/people/{person}/api-keys"
	return []rest.Operation{
		rest.Get("/v1/me", rest.Authenticated(), "Read who I am and what I take part in", s.getMe),

		rest.Post("/v1/people", rest.Administrator(), "Register a person", s.createPerson),
		rest.Get("/v1/people", rest.Administrator(), "List people", s.listPeople),
		rest.Get(one, rest.Administrator(), "Read a person", s.getPerson),
		rest.Patch(one, rest.Administrator(), "Change a person", s.changePerson),

		rest.Post(keys, rest.Self(), "Make an API key; its secret is shown once", s.createAPIKey),
		rest.Get(keys, rest.Self(), "List a person's API keys", s.listAPIKeys),
		rest.Get(keys+"/{key}", rest.Self(), "Read an API key", s.getAPIKey),
		rest.Delete(keys+"/{key}", rest.Self(), "Revoke an API key", s.revokeAPIKey),
	}
}

func (s *server) consortium() []rest.Operation {
	const member = ofProcurement + "/members/{organisation}"
	lead := rest.Roles(models.RoleLeadProcurer)
	return []rest.Operation{
		rest.Post("/v1/procurements", rest.Authenticated(),
			"Draft a procurement, as a person of a contracting authority", s.createProcurement),
		rest.Get("/v1/procurements", rest.Authenticated(), "List the procurements in which I hold a role",
			s.listProcurements),
		rest.Get(ofProcurement, reads(views.OfProcurement), "Read a procurement", s.getProcurement),
		rest.Patch(ofProcurement, lead, "Change a draft", s.changeProcurement),

		rest.Get(ofProcurement+"/members", reads(views.OfMembers), "List the members of the consortium", s.listMembers),
		rest.Get(member, reads(views.OfMembers), "Read a member", s.getMember),
		rest.Put(member, lead, "Add a contracting authority, or change its part", s.putMember, rest.MayCreate()),
		rest.Delete(member, lead, "Remove a member from a draft", s.removeMember, rest.Answers(http.StatusNoContent)),

		rest.Post(ofProcurement+"/roles", lead, "Give a person a role", s.giveRole),
		rest.Get(ofProcurement+"/roles", reads(views.OfRoles), "List roles, ended ones too", s.listRoles),
		rest.Get(ofProcurement+"/roles/{role}", reads(views.OfRoles), "Read a role", s.getRole),
		rest.Delete(ofProcurement+"/roles/{role}", lead, "End a role now", s.endRole),
	}
}

// board is what the board decides on, and what asks for attention.
func (s *server) board() []rest.Operation {
	return []rest.Operation{
		rest.Get(ofProcurement+"/phases", reads(views.OfPhases), "List every round of every phase", s.listPhases),
		rest.Get(ofProcurement+"/phases/{phase}/gate", reads(views.OfPhases), "Judge the gate of a phase as it is now",
			s.getGate),
		rest.Get(ofProcurement+"/motions", reads(views.OfMotions), "List the motions of the board", s.listMotions),
		rest.Get(ofProcurement+"/tasks", reads(views.OfTasks), "List what asks for attention, open tasks first",
			s.listTasks),
		rest.Get(ofProcurement+"/neutrality-findings", reads(views.OfNeutrality),
			"Read needs and requirements as a tenderer's lawyer would, and list what may favour somebody",
			s.listNeutralityFindings),
	}
}

// commands are one operation for each verb.
func (s *server) commands() []rest.Operation {
	var all []rest.Operation
	for _, verb := range acts.Verbs() {
		all = append(all, s.act(verb))
	}
	return all
}

// dossier is what the buyers write, kind by kind.
func (s *server) dossier() []rest.Operation {
	var all []rest.Operation
	for _, kind := range acts.EntryKinds() {
		all = append(all, s.entries(kind)...)
	}
	return all
}

func (s *server) files() []rest.Operation {
	const document, upload = ofProcurement + "/documents/{document}", ofProcurement + "/uploads/{upload}"
	writers, readers := rest.Roles(models.DocumentWriters()...), reads(views.OfDocuments)
	uploaders := reads(views.OfUploads)
	return []rest.Operation{
		rest.Post(ofProcurement+"/documents", writers, "Write a document from a complete upload", s.createDocument),
		rest.Get(ofProcurement+"/documents", readers,
			"List documents; suppliers see those for tenderers, once published", s.listDocuments),
		rest.Get(document, readers, "Read the description of a document", s.getDocument),
		rest.Put(document, writers, "Write the next version of a document", s.rewriteDocument),
		rest.Get(document+"/versions", readers, "List all versions of a document, oldest first",
			s.listDocumentVersions),
		rest.Get(document+"/content", readers, "Read the file of a document", s.getDocumentContent, rest.GivesBytes()),

		rest.Post(ofProcurement+"/uploads", uploaders, "Begin an upload: state the size and digest of a file",
			s.createUpload),
		rest.Get(upload, uploaders, "Read how far an upload of mine is", s.getUpload),
		rest.Put(upload+"/chunks/{n}", uploaders, "Send one chunk; chunks may come in any order and be repeated",
			s.putChunk, rest.TakesBytes(models.ChunkSize, chunkTimeout), rest.Unconditional(),
			rest.Answers(http.StatusNoContent)),
		rest.Post(upload+"/actions/complete", uploaders, "Complete an upload: have the file checked and kept for good",
			s.completeUpload, rest.Answers(http.StatusOK), rest.Within(completeWithin)),
		rest.Get(upload+"/content", uploaders, "Read back the file of a complete upload of mine", s.getUploadContent,
			rest.GivesBytes()),
	}
}

// market is what goes out to the market and comes back from it. Whatever is released can be read by everyone who
// has a key, on equal terms.
func (s *server) market() []rest.Operation {
	const own = ofProcurement + "/consultations/{announcement}/responses"
	const all = ofProcurement + "/consultation-responses"
	return []rest.Operation{
		rest.Get(ofProcurement+"/releases", rest.Authenticated(), "List what the market was told", s.listReleases),
		rest.Get(ofProcurement+"/consultations", rest.Authenticated(), "List market consultations",
			s.listConsultations),
		rest.Post(own, rest.Authenticated(),
			"Respond to a market consultation, as a person of an economic operator", s.respond),
		rest.Get(own, rest.Authenticated(), "List my organisation's responses", s.listOwnResponses),
		rest.Get(all, reads(views.OfResponses), "List all responses, with what is confidential", s.listResponses),
		rest.Get(all+"/{response}", reads(views.OfResponses), "Read a response", s.getResponse),
	}
}

func (s *server) lots() []rest.Operation {
	const one = ofProcurement + "/lots/{lot}"
	writers, readers := rest.Roles(models.RoleLeadProcurer, models.RoleDrafter), reads(views.OfLots)
	return []rest.Operation{
		rest.Post(ofProcurement+"/lots", writers, "Describe a lot", s.createLot),
		rest.Get(ofProcurement+"/lots", readers, "List lots; suppliers see those that were published", s.listLots),
		rest.Get(one, readers, "Read a lot", s.getLot),
		rest.Patch(one, writers, "Change a lot that is not published", s.changeLot),
	}
}

// tenders is what suppliers hand in, until it is opened.
func (s *server) tenders() []rest.Operation {
	const one = ofProcurement + "/tenders/{tender}"
	supplier, readers := rest.Roles(models.RoleSupplier), reads(views.OfTenders)
	return []rest.Operation{
		rest.Post(ofProcurement+"/registrations", rest.Authenticated(),
			"Register as a supplier, once lots are published", s.register),
		rest.Post(ofProcurement+"/lots/{lot}/tenders", supplier, "Hand in a tender: sealed envelopes uploaded before",
			s.submitTender),
		rest.Post(one+"/actions/replace", supplier, "Replace my tender by another", s.replaceTender,
			rest.Conditional()),
		rest.Post(one+"/actions/withdraw", supplier, "Withdraw my tender", s.withdrawTender, rest.Conditional(),
			rest.Answers(http.StatusOK)),
		rest.Get(ofProcurement+"/tenders", readers,
			"List tenders: a supplier's own; the buyers' once the box is closed", s.listTenders),
		rest.Get(one, readers, "Read a tender", s.getTender),
		rest.Get(one+"/receipt", readers, "Read the signed receipt of a tender again", s.getReceipt),
		rest.Get(one+"/withdrawal", readers, "Read the signed receipt of a withdrawal again", s.getWithdrawal),
		rest.Get(one+"/envelopes/{n}/content", reads(views.OfEnvelopes),
			"Read a sealed envelope: the supplier's own; the openers' once they have opened the lot", s.getEnvelope,
			rest.GivesBytes()),
	}
}

// evaluation is what becomes of tenders once their box is closed.
func (s *server) evaluation() []rest.Operation {
	const lot, tender = ofProcurement + "/lots/{lot}", ofProcurement + "/tenders/{tender}"
	return []rest.Operation{
		rest.Post(tender+"/openings", rest.Roles(models.RoleOpener), "Record what I found in an envelope",
			s.recordOpening),
		rest.Get(tender+"/openings", reads(views.OfOpenings), "List what openers found in the envelopes of a tender",
			s.listOpenings),
		rest.Get(tender+"/envelopes/{n}/plaintext", reads(views.OfOpenings),
			"Read what was in an envelope, if openers uploaded it", s.getPlaintext, rest.GivesBytes()),
		rest.Get(lot+"/tenderers", reads(views.OfTenderers), "List who tendered for a lot, once it is opened",
			s.listTenderers),

		rest.Post(tender+"/score-sheets", rest.Roles(models.RoleEvaluator), "Write my own scores of a tender",
			s.writeSheet),
		rest.Get(lot+"/score-sheets", reads(views.OfScores),
			"List individual scores: my own, and the others' once all of mine are in", s.listSheets),
		rest.Get(lot+"/shortlist", reads(views.OfShortlist),
			"Say of every candidate whether it is invited to tender, and if not, why", s.getShortlist),
		rest.Get(lot+"/ranking", reads(views.OfRanking), "Rank the tenders for a lot, every line explained",
			s.getRanking),
	}
}

func (s *server) conclusion() []rest.Operation {
	return []rest.Operation{
		rest.Get(ofProcurement+"/tenders/{tender}/letter", reads(views.OfLetters),
			"Read the letter about a tender: a supplier's own", s.getLetter),
		rest.Post(ofProcurement+"/notices", rest.Roles(models.RoleLeadProcurer), "Dispatch the award notice",
			s.sendNotice),
		rest.Get(ofProcurement+"/notices", reads(views.OfNotices), "List the notices that were dispatched",
			s.listNotices),
		rest.Get(ofProcurement+"/report-record", reads(views.OfReport),
			"Read what the record knows for the individual report", s.getRecord),
	}
}

// feed is what happens. It is no subject of a view: access is judged event by event.
func (s *server) feed() []rest.Operation {
	return []rest.Operation{
		rest.Get("/v1/events", rest.Authenticated(),
			"Read what happens in the procurements I have a role in, oldest first", s.readEvents,
			rest.MayRefuse(http.StatusNotFound, http.StatusTooManyRequests)),
		rest.Get(ofProcurement+"/events", rest.Roles(models.BuyerSide()...),
			"Read what happened in a procurement, oldest first, or export it with its proof", s.readProcurementEvents,
			rest.Gives(rest.SchemaOf(reflect.TypeFor[FeedAnswer]()), mediaLines),
			rest.MayRefuse(http.StatusConflict, http.StatusTooManyRequests)),
		rest.Get("/v1/event-types", rest.Public(),
			"List what can happen: each type of event, who is told, and what its payload holds", s.listEventTypes),
		rest.Get("/v1/event-types/{type}", rest.Public(), "Read a type of event", s.getEventType),
	}
}

// endpoints are open to every caller here; views and acts judge access, because an endpoint belongs to its owner and
// administrators may do some things with it.
func (s *server) endpoints() []rest.Operation {
	const one = "/v1/endpoints/{endpoint}"
	known, ok := rest.Authenticated(), rest.Answers(http.StatusOK)
	return []rest.Operation{
		rest.Post("/v1/endpoints", known,
			"Register a webhook endpoint for procurements I lead; its secret is shown once", s.createEndpoint),
		rest.Get("/v1/endpoints", known, "List my webhook endpoints; an administrator's list has all", s.listEndpoints),
		rest.Get(one, known, "Read a webhook endpoint", s.getEndpoint),
		rest.Patch(one, known, "Change my webhook endpoint", s.changeEndpoint),
		rest.Delete(one, known, "Remove a webhook endpoint", s.removeEndpoint, rest.Answers(http.StatusNoContent)),
		rest.Get(one+"/backlog", known, "Read what has not been delivered to a webhook endpoint", s.getBacklog),
		rest.Get(one+"/deliveries", known, "List the deliveries to my webhook endpoint, with the attempts",
			s.listDeliveries),
		rest.Post(one+"/actions/rotate", known, "Replace my endpoint's secret; both sign for 24 hours",
			s.rotateEndpoint, rest.Conditional(), ok),
		rest.Post(one+"/actions/ping", known, "Send a test message to my endpoint", s.pingEndpoint, ok),
		rest.Post(one+"/actions/pause", known, "Pause the deliveries to an endpoint", s.pauseEndpoint,
			rest.Conditional(), ok),
		rest.Post(one+"/actions/resume", known, "Resume the deliveries to an endpoint that are paused or parked",
			s.resumeEndpoint, rest.Conditional(), ok),
	}
}
