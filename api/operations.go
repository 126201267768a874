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
		s.platform(), s.people(), s.representation(), s.consortium(), s.board(), s.commands(), s.dossier(),
		s.specification(), s.files(), s.questions(), s.calendar(), s.calls(), s.linter(), s.market(), s.lots(),
		s.tenders(), s.sealing(), s.evaluation(), s.conclusion(), s.feed(),
		s.endpoints(),
		docsPages(),
	)
}

// reads lets in the roles that may read a subject of a view.
func reads(of views.Subject) rest.Access { return rest.Roles(views.Readers(of)...) }

func (s *server) platform() []rest.Operation {
	const one = "/v1/organisations/{organisation}"
	return []rest.Operation{
		rest.Get("/livez", rest.Public(), "Tell whether the instance runs", s.live, rest.Uncounted()),
		rest.Get("/readyz", rest.Public(), "Tell whether requests can be answered", s.isReady, rest.Uncounted(),
			rest.Within(readyWithin)),

		rest.Get("/v1/keys", rest.Public(), "List the public keys that verify receipts, checkpoints and exports",
			s.listKeys),
		rest.Get("/v1/checkpoints/latest", rest.Public(), "Read the latest signed head of the public log",
			s.getCheckpoint, rest.MayRefuse(http.StatusNotFound)),
		rest.Get("/v1/public-log", rest.Public(), "Read the public log, to which the operator is held",
			s.readPublicLog, rest.MayRefuse(http.StatusConflict)),

		rest.Post("/v1/organisations", rest.Administrator(), "Register an organisation", s.createOrganisation),
		rest.Get("/v1/organisations", rest.Authenticated(), "List organisations", s.listOrganisations),
		rest.Get(one, rest.Authenticated(), "Read an organisation", s.getOrganisation),
		rest.Patch(one, rest.Administrator(), "Change an organisation", s.changeOrganisation),
	}
}

// calls are what calls for proposals ask of a consortium.
func (s *server) calls() []rest.Operation {
	return []rest.Operation{
		rest.Get("/v1/call-profiles", rest.Public(), "List the calls for proposals whose rules are known",
			s.listCallProfiles),
		rest.Get("/v1/call-profiles/{call}", rest.Public(),
			"Read the rules of a call, each explained and with its source", s.getCallProfile,
			rest.MayRefuse(http.StatusNotFound)),
		rest.Post(ofProcurement+"/eligibility", reads(views.OfEligibility),
			"Judge the consortium by every rule of its call, or of another: what was counted, and what would be needed",
			s.judgeEligibility, rest.Computes()),
	}
}

// calendar counts time limits, for everybody and for a procurement.
func (s *server) calendar() []rest.Operation {
	const all = "/v1/calendar"
	return []rest.Operation{
		rest.Get(all+"/places", rest.Public(), "List the places whose holidays are known", s.listPlaces),
		rest.Get(all+"/holidays", rest.Public(), "List the holidays of a place in a year", s.listHolidays),
		rest.Get(all+"/laws/{law}", rest.Public(), "Read what is known of the time limits of a law, and what is not",
			s.getLaw),
		rest.Get(all+"/period", rest.Public(), "Count a time limit, and explain the count", s.countPeriod),
		rest.Get(all+"/timetable", rest.Public(),
			"Judge a timetable: every unlawful step with its earliest date, and what was left out proposed",
			s.judgeTimetable),
		rest.Get(ofProcurement+"/timetable", reads(views.OfTimetable),
			"Judge a timetable by the law, the place and the procedure of the procurement", s.getTimetable),
	}
}

// linter reads texts that stand in no procurement.
func (s *server) linter() []rest.Operation {
	const text = "/v1/neutrality-check"
	return []rest.Operation{
		rest.Post(text, rest.Authenticated(), "Read a text as the neutrality linter does; nothing is kept", s.lintText,
			rest.Computes()),
		rest.Post(text+"/file", rest.Authenticated(),
			"Read a file (plain text, DOCX, PDF) as the neutrality linter does; nothing is kept", s.lintFile,
			rest.Computes(), rest.TakesBytes(largestLinted, receiveWithin), rest.Long(rest.Check, lintWithin)),
	}
}

func (s *server) people() []rest.Operation {
	const one, keys = "/v1/people/{person}", "/v1/people/{person}/api-keys"
	enrolling := rest.Administrator().Or(rest.Representative())
	owner := rest.Self().Or(rest.Representative())
	return []rest.Operation{
		rest.Get("/v1/me", rest.Authenticated(), "Read who I am and what I take part in", s.getMe),

		rest.Post("/v1/people", enrolling,
			"Register a person of my organisation; the code by which the person enrols is shown once", s.createPerson),
		rest.Get("/v1/people", enrolling, "List people", s.listPeople),
		rest.Get(one, rest.Self().Or(enrolling), "Read a person", s.getPerson),
		rest.Patch(one, enrolling, "Change a person of my organisation", s.changePerson),
		rest.Post(one+"/enrolments", enrolling,
			"Issue a new code for a person of my organisation whose code or keys are lost", s.issueCode),
		rest.Post("/v1/enrolments/actions/redeem", rest.Public(),
			"Redeem a code of enrolment for an API key; its secret is shown once", s.redeem,
			rest.AtMost(longestRedemption),
			rest.MayRefuse(http.StatusUnauthorized)),

		rest.Post(keys, rest.Self(), "Make an API key; its secret is shown once", s.createAPIKey),
		rest.Get(keys, owner, "List a person's API keys", s.listAPIKeys),
		rest.Get(keys+"/{key}", owner, "Read an API key", s.getAPIKey),
		rest.Delete(keys+"/{key}", owner, "Revoke an API key", s.revokeAPIKey),
	}
}

// representation is who speaks for an organisation, and what is offered to it.
func (s *server) representation() []rest.Operation {
	const all = "/v1/organisations/{organisation}/representatives"
	const recoveries, recovery = "/v1/organisations/{organisation}/recoveries", "/{recovery}"
	const offer = "/v1/role-offers/{offer}"
	known, representative, ok := rest.Authenticated(), rest.Representative(), rest.Answers(http.StatusOK)
	return []rest.Operation{
		rest.Post(all, rest.Administrator(),
			"Enrol the first representative of an organisation; the code is shown once", s.enrolRepresentative),
		rest.Get(all, known, "List who speaks for an organisation: my own, or one that buys with mine",
			s.listRepresentatives),
		rest.Put(all+"/{person}", representative, "Make a person of my organisation a representative",
			s.appointRepresentative),
		rest.Delete(all+"/{person}", representative, "Recall a representative of my organisation",
			s.recallRepresentative),

		rest.Post(recoveries, rest.Administrator(),
			"Ask for a new representative of an organisation that has none left, at its written request",
			s.requestRecovery),
		rest.Get(recoveries, known, "List the recoveries of an organisation: my own, or one that buys with mine",
			s.listRecoveries),
		rest.Get(recoveries+recovery, known, "Read a recovery", s.getRecovery),
		rest.Post(recoveries+recovery+"/actions/object", known, "Stop a recovery", s.objectToRecovery, ok),
		rest.Post(recoveries+recovery+"/actions/complete", rest.Administrator(),
			"Complete a recovery that nobody objected to; the new representative's code is shown once",
			s.completeRecovery, ok),

		rest.Get("/v1/role-offers", representative, "List the roles that are offered to people of my organisation",
			s.listReceived, rest.Discreet()),
		rest.Get(offer, representative, "Read the offer of a role to a person of my organisation", s.getReceived,
			rest.Discreet()),
		rest.Post(offer+"/actions/accept", representative,
			"Accept the offer of a role, and declare that my organisation will not tender", s.acceptOffer, ok,
			rest.Discreet()),
		rest.Delete(offer, representative, "Recall the person of my organisation who holds the role that was offered",
			s.recallOffered, rest.Discreet()),
		rest.Post(offer+"/actions/decline", representative,
			"Decline the offer of a role; the buyers' side is not told", s.declineOffer, ok, rest.Discreet()),
	}
}

func (s *server) consortium() []rest.Operation {
	const member = ofProcurement + "/members/{organisation}"
	const offer = ofProcurement + "/role-offers/{offer}"
	lead, representative := rest.Roles(models.RoleLeadProcurer), rest.Roles(models.RoleRepresentative)
	staffing := rest.Roles(models.RoleRepresentative, models.RoleSupplier)
	return []rest.Operation{
		rest.Post("/v1/procurements", rest.Authenticated(),
			"Draft a procurement, as a person of a contracting authority", s.createProcurement),
		rest.Get("/v1/procurements", rest.Authenticated(), "List the procurements in which I hold a role",
			s.listProcurements),
		rest.Get(ofProcurement, reads(views.OfProcurement), "Read a procurement", s.getProcurement),
		rest.Patch(ofProcurement, lead, "Change a draft", s.changeProcurement),
		rest.Get(ofProcurement+"/links", reads(views.OfLinks),
			"Read which pre-commercial procurements it follows, and what follows it", s.getLinks),

		rest.Get(ofProcurement+"/members", reads(views.OfMembers), "List the members of the consortium", s.listMembers),
		rest.Get(member, reads(views.OfMembers), "Read a member", s.getMember),
		rest.Put(member, lead, "Invite a buyer or a partner to the consortium, or change its part", s.putMember,
			rest.MayCreate()),
		rest.Post(member+"/actions/accept", representative, "Accept my organisation's part in the consortium",
			s.acceptMembership, rest.Conditional(), rest.Answers(http.StatusOK)),
		rest.Post(member+"/actions/decline", representative,
			"Decline my organisation's part, or withdraw from the draft", s.declineMembership, rest.Conditional(),
			rest.Answers(http.StatusNoContent)),
		rest.Delete(member, lead, "Remove a member from a draft", s.removeMember, rest.Answers(http.StatusNoContent)),

		rest.Post(ofProcurement+"/roles", staffing, "Give a person of my organisation a role", s.giveRole),
		rest.Get(ofProcurement+"/roles", reads(views.OfRoles), "List the roles of my side, ended ones too",
			s.listRoles),
		rest.Get(ofProcurement+"/roles/{role}", reads(views.OfRoles), "Read a role", s.getRole),
		rest.Delete(ofProcurement+"/roles/{role}", reads(views.OfRoles),
			"End a role now: my own, one of my organisation's people, or one of somebody it engaged", s.endRole),

		rest.Post(ofProcurement+"/role-offers", representative,
			"Offer a role to a person of an organisation that is no member", s.offerRole),
		rest.Get(ofProcurement+"/role-offers", reads(views.OfRoleOffers), "List the offers of my organisation",
			s.listOffered),
		rest.Get(offer, reads(views.OfRoleOffers), "Read an offer of my organisation", s.getOffered),
		rest.Delete(offer, representative, "Withdraw an offer of my organisation", s.withdrawOffer),
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
			"Read needs, requirements, clauses and criteria as a tenderer's lawyer would, and list what may favour "+
				"somebody",
			s.listNeutralityFindings),
		rest.Get(ofProcurement+"/need-findings", reads(views.OfNeeds),
			"Compare the needs of all buyers with each other and with the common need, and list what contradicts, "+
				"repeats or leaves out what",
			s.listNeedFindings),
		rest.Get(ofProcurement+"/warnings", reads(views.OfWarnings),
			"List what is lawful, or may be, and needs a thought: the value of the procurement, whether it belongs to "+
				"an earlier one, and tenders that look agreed", s.listWarnings),
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

		rest.Get(ofProcurement+"/tender-pack", rest.Public(),
			"List the documents of the tender pack, once published: free and complete, without registration",
			s.listPack, rest.MayRefuse(http.StatusNotFound)),
		rest.Get(ofProcurement+"/tender-pack/documents/{document}/content", rest.Public(),
			"Read a document of the tender pack, in its latest or in an earlier version", s.getPackContent,
			rest.GivesBytes(), rest.MayRefuse(http.StatusNotFound)),
		rest.Get(ofProcurement+"/tender-pack/notices", rest.Public(),
			"List the notices of a published procurement, with every change of a deadline", s.listPublicNotices,
			rest.MayRefuse(http.StatusNotFound)),
		rest.Get(ofProcurement+"/tender-pack/preview", reads(views.OfPackPreview),
			"Preview the tender pack before it is published, and list what it lacks", s.previewPack),
		rest.Get(ofProcurement+"/tender-pack/preview/{file}", reads(views.OfPackPreview),
			"Read a file of the preview as it would be published", s.previewFile, rest.GivesBytes()),

		rest.Post(ofProcurement+"/uploads", uploaders, "Begin an upload: state the size and digest of a file",
			s.createUpload),
		rest.Get(upload, uploaders, "Read how far an upload of mine is", s.getUpload),
		rest.Put(upload+"/chunks/{n}", uploaders, "Send one chunk; chunks may come in any order and be repeated",
			s.putChunk, rest.TakesBytes(models.ChunkSize, chunkTimeout), rest.Unconditional(),
			rest.Answers(http.StatusNoContent)),
		rest.Post(upload+"/actions/complete", uploaders, "Complete an upload: have the file checked and kept for good",
			s.completeUpload, rest.Answers(http.StatusOK), rest.Long(rest.Check, completeWithin)),
		rest.Get(upload+"/content", uploaders, "Read back the file of a complete upload of mine", s.getUploadContent,
			rest.GivesBytes()),
	}
}

// questions are what suppliers ask about the tender pack. The action publish_answers answers them.
func (s *server) questions() []rest.Operation {
	const one = ofProcurement + "/questions/{question}"
	readers := reads(views.OfQuestions)
	answerers := rest.Roles(models.RoleLeadProcurer, models.RoleLegal, models.RoleDrafter)
	return []rest.Operation{
		rest.Post(ofProcurement+"/questions", rest.Roles(models.RoleSupplier),
			"Ask a question about the tender pack, as a registered supplier; the buyers are not told who asks",
			s.askQuestion, rest.Discreet()),
		rest.Get(ofProcurement+"/questions", readers,
			"List questions: a supplier's own; the buyers' side all, without who asked", s.listQuestions,
			rest.Discreet()),
		rest.Get(one, readers, "Read a question", s.getQuestion, rest.Discreet()),
		rest.Put(one+"/answer", answerers, "Draft the answer to a question", s.draftAnswer),
		rest.Post(one+"/actions/set_aside", rest.Roles(models.RoleLeadProcurer, models.RoleLegal),
			"Say why a question is not answered: it came late, or its answer means nothing for a tender",
			s.setQuestionAside, rest.Conditional(), rest.Answers(http.StatusOK)),
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
			"Respond to a market consultation, as a person of an economic operator", s.respond, rest.Discreet()),
		rest.Get(own, rest.Authenticated(), "List my organisation's responses", s.listOwnResponses,
			rest.Discreet()),
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
	signatory, readers := rest.Roles(models.RoleSignatory), reads(views.OfTenders)
	return []rest.Operation{
		rest.Post(ofProcurement+"/registrations", rest.Authenticated(),
			"Register my organisation as a supplier, once lots are published", s.register, rest.Discreet()),
		rest.Post(ofProcurement+"/lots/{lot}/tenders", signatory, "Hand in a tender: sealed envelopes uploaded before",
			s.submitTender, rest.Receives()),
		rest.Post(one+"/actions/replace", signatory, "Replace my tender by another", s.replaceTender,
			rest.Conditional(), rest.Receives()),
		rest.Post(one+"/actions/withdraw", signatory, "Withdraw my tender", s.withdrawTender, rest.Conditional(),
			rest.Answers(http.StatusOK), rest.Receives()),
		rest.Post(one+"/actions/confirm", signatory,
			"Confirm my tender after a notice of change; without an answer it counts as handed in all the same",
			s.confirmTender, rest.Conditional(), rest.Answers(http.StatusOK), rest.Receives()),
		rest.Get(ofProcurement+"/tenders", readers,
			"List tenders: a supplier's own; the buyers' once the box is closed", s.listTenders),
		rest.Get(one, readers, "Read a tender", s.getTender),
		rest.Get(one+"/receipt", readers, "Read the signed receipt of a tender again", s.getReceipt),
		rest.Get(one+"/withdrawal", readers, "Read the signed receipt of a withdrawal again", s.getWithdrawal),
		rest.Get(one+"/changes", readers,
			"List what was changed since a tender was handed in, and whether it was confirmed; who tendered is asked",
			s.listChanges),
		rest.Get(one+"/confirmation", readers, "Read the signed receipt of the last confirmation again",
			s.getConfirmation),
		rest.Get(one+"/envelopes/{n}/content", reads(views.OfEnvelopes),
			"Read a sealed envelope: the supplier's own; the openers' once they have opened the lot", s.getEnvelope,
			rest.GivesBytes()),
	}
}

// sealing is for whom envelopes are sealed, and who opens them.
func (s *server) sealing() []rest.Operation {
	const box, tests = ofProcurement + "/boxes/{box}", ofProcurement + "/opener-tests"
	opener := rest.Roles(models.RoleOpener)
	return []rest.Operation{
		rest.Get(box+"/sealing", reads(views.OfLots), "Describe a box to whoever seals for it or opens it",
			s.getSealing),
		rest.Get(box+"/headers", reads(views.OfHeaders),
			"Read the headers of the envelopes of a kind, once they may be opened", s.getHeaders, rest.GivesBytes()),
		rest.Post(box+"/releases", opener, "Release all envelopes of a kind in a box", s.release,
			rest.AtMost(longestRelease), rest.Long(rest.Write, releaseWithin)),
		rest.Get(box+"/releases", reads(views.OfReleases), "Tell how far a box is opened, once it is closed",
			s.listOpenerReleases),
		rest.Post(box+"/handovers", opener, "Hand shares over to a colleague, or take them", s.handOver,
			rest.AtMost(longestHandover), rest.Long(rest.Write, releaseWithin)),
		rest.Post(tests, rest.Roles(models.RoleLeadProcurer, models.RoleOpener),
			"Seal a test envelope for the present openers", s.makeOpenerTest),
		rest.Get(tests, reads(views.OfReleases), "List the test envelopes and who has released them",
			s.listOpenerTests),
		rest.Get(tests+"/{test}", reads(views.OfReleases), "Read a test envelope with what opens it", s.getOpenerTest),
		rest.Post(tests+"/{test}/releases", opener, "Release a test envelope", s.passOpenerTest),
	}
}

// evaluation is what becomes of tenders once their box is closed.
func (s *server) evaluation() []rest.Operation {
	const lot, tender = ofProcurement + "/lots/{lot}", ofProcurement + "/tenders/{tender}"
	return []rest.Operation{
		rest.Get(tender+"/openings", reads(views.OfOwnOpenings), "List what was found in the envelopes of a tender",
			s.listOpenings),
		rest.Get(tender+"/envelopes/{n}/plaintext", reads(views.OfOpenings),
			"Read what was in an envelope, opened anew", s.getPlaintext, rest.GivesBytes()),
		rest.Get(lot+"/tenderers", reads(views.OfTenderers), "List who tendered for a lot, once it is opened",
			s.listTenderers),

		rest.Post(tender+"/score-sheets", rest.Roles(models.RoleEvaluator), "Write my own scores of a tender",
			s.writeSheet),
		rest.Get(lot+"/score-sheets", reads(views.OfScores),
			"List individual scores: my own, and the others' once all of mine are in", s.listSheets),
		rest.Get(lot+"/shortlist", reads(views.OfShortlist),
			"Say of every candidate whether it is invited to tender, and if not, why", s.getShortlist),
		rest.Get(lot+"/method", reads(views.OfEntries),
			"Tell in words how tenders for a lot are ranked, and what to think of before that is published",
			s.getMethod),
		rest.Get(lot+"/quality", reads(views.OfRanking),
			"Say of every tender whether it goes on to prices, and if not, why, once quality is locked", s.getQuality),
		rest.Get(lot+"/ranking", reads(views.OfRanking), "Rank the tenders for a lot, every line explained",
			s.getRanking),
	}
}

func (s *server) conclusion() []rest.Operation {
	return []rest.Operation{
		rest.Get(ofProcurement+"/tenders/{tender}/letter", reads(views.OfLetters),
			"Read the letter about a tender: a supplier's own", s.getLetter),
		rest.Get(ofProcurement+"/tenders/{tender}/letter.html", reads(views.OfLetters),
			"Read the letter about a tender as a web page, in its recipient's language", s.letterAs(views.FormatHTML),
			rest.GivesBytes()),
		rest.Get(ofProcurement+"/tenders/{tender}/letter.pdf", reads(views.OfLetters),
			"Read the letter about a tender as PDF", s.letterAs(views.FormatPDF), rest.GivesBytes()),
		rest.Post(ofProcurement+"/notices", rest.Roles(models.RoleLeadProcurer), "Dispatch the award notice",
			s.sendNotice),
		rest.Get(ofProcurement+"/notices", reads(views.OfNotices), "List the notices that were dispatched",
			s.listNotices),
		rest.Get(ofProcurement+"/report-record", reads(views.OfReport),
			"Read what the record knows for the individual report", s.getRecord),
		rest.Get(ofProcurement+"/report-record.html", reads(views.OfReport),
			"Read the individual report as a web page, each item with its evidence", s.reportAs(views.FormatHTML),
			rest.GivesBytes()),
		rest.Get(ofProcurement+"/report-record.pdf", reads(views.OfReport),
			"Read the individual report as PDF", s.reportAs(views.FormatPDF), rest.GivesBytes()),
		rest.Get(ofProcurement+"/retention", reads(views.OfRetention),
			"Read until when the record is kept, and why", s.getRetention),
	}
}

// feed is what happens. It is no subject of a view: access is judged event by event.
func (s *server) feed() []rest.Operation {
	return []rest.Operation{
		rest.Get("/v1/events", rest.Authenticated(),
			"Read what happens in the procurements I have a role in, oldest first", s.readEvents,
			rest.MayRefuse(http.StatusNotFound, http.StatusConflict)),
		rest.Get(ofProcurement+"/events", rest.Roles(models.BuyerSide()...),
			"Read what happened in a procurement, oldest first, or export it with its proof", s.readProcurementEvents,
			rest.Gives(rest.SchemaOf(reflect.TypeFor[FeedAnswer]()), mediaLines),
			rest.MayRefuse(http.StatusConflict), rest.Sometimes(rest.Export)),
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
		rest.Get(one+"/deliveries", known,
			"List the deliveries to my webhook endpoint, with the attempts and what each waits for",
			s.listDeliveries),
		rest.Post(one+"/actions/rotate", known, "Replace my endpoint's secret; both sign for 24 hours",
			s.rotateEndpoint, rest.Conditional(), ok),
		rest.Post(one+"/actions/ping", known, "Send a test message to my endpoint", s.pingEndpoint, ok),
		rest.Post(one+"/actions/replay", known,
			"Have events sent to my endpoint again or after all: one, all since an instant, or all that are missing",
			s.replayEndpoint, ok, rest.Long(rest.Replay, replayWithin), rest.MayRefuse(http.StatusTooManyRequests)),
		rest.Post(one+"/actions/pass", known,
			"Have an event pass that my endpoint cannot take, so that those behind it are delivered",
			s.passDelivery, ok),
		rest.Post(one+"/actions/pause", known, "Pause the deliveries to an endpoint", s.pauseEndpoint,
			rest.Conditional(), ok),
		rest.Post(one+"/actions/resume", known,
			"Resume the deliveries to an endpoint that are paused or parked; nothing is skipped",
			s.resumeEndpoint, rest.Conditional(), ok),
	}
}
