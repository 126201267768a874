package event

import (
	"reflect"
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

// A Row describes one type of event.
type Row struct {
	// Type names what happened, dot separated, past tense.
	Type models.EventType
	// Payload is an empty payload: its Go type is that of every event of this type.
	Payload  Payload
	Audience Audience
	// Means is what happened, in one sentence.
	Means string
}

// Subjects are the fields of the payload whose IDs a webhook names: all but those of people.
func (r Row) Subjects() []string {
	names := []string{}
	for field := range reflect.TypeOf(r.Payload).Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Type == reflect.TypeFor[models.ID]() && name != "person_id" {
			names = append(names, name)
		}
	}
	return names
}

// Catalogue lists all rows.
func Catalogue() []Row { return slices.Clone(catalogue) }

// Types are part of the public feed: rows are added, never renamed or removed.
var catalogue = []Row{
	// The platform.
	{"organisation.created", OrganisationCreated{}, platform, "An organisation was registered."},
	{"organisation.changed", OrganisationChanged{}, platform, "The data of an organisation was changed."},
	{"person.created", PersonCreated{}, platform, "A person was registered."},
	{"person.changed", PersonChanged{}, platform, "The data of a person was changed."},
	{"person.enrolment_issued", EnrolmentIssued{}, platform, "A code was issued by which a person gets an API key."},
	{"person.enrolled", PersonEnrolled{}, platform, "A person redeemed a code of enrolment for an API key."},
	{
		"representative.appointed",
		RepresentativeAppointed{},
		platform,
		"A person became a representative of an organisation.",
	},
	{
		"representative.recalled",
		RepresentativeRecalled{},
		platform,
		"A person is no longer a representative of an organisation.",
	},
	{
		"recovery.requested",
		RecoveryRequested{},
		platform,
		"At its written request, an organisation that has no representative left shall get a new one.",
	},
	{"recovery.stopped", RecoveryStopped{}, platform, "A recovery was stopped, or not completed in time."},
	{"recovery.completed", RecoveryCompleted{}, platform, "An organisation has a new representative, no earlier one."},
	{"api_key.created", APIKeyCreated{}, platform, "A person was given an API key."},
	{"api_key.revoked", APIKeyRevoked{}, platform, "An API key was revoked."},

	// The keys of the installation.
	{
		"installation_key.introduced",
		InstallationKeyIntroduced{},
		platform,
		"The installation began to use a key of its own.",
	},
	{
		"installation_key.named",
		InstallationKeyNamed{},
		platform,
		"A signing key of the installation got a further name, because its public address has changed.",
	},
	{
		"installation_key.retired",
		InstallationKeyRetired{},
		platform,
		"The installation does not use a key of its own any more.",
	},

	// The record itself.
	{
		"record.adopted",
		RecordAdopted{},
		nobody,
		"Rows of the record were taken as they stood, because no event before tells of them.",
	},
	{"part.erased", PartErased{}, buyersOnly, "A part of an event was erased, after the time for which it was kept."},
	{
		"record.restored",
		RecordRestored{},
		platform,
		"The record was restored from a backup. Checkpoints outside of it prove that the log had more entries.",
	},

	// Webhook endpoints.
	{"endpoint.created", EndpointCreated{}, platform, "A webhook endpoint was registered."},
	{"endpoint.changed", EndpointChanged{}, platform, "A webhook endpoint was changed."},
	{"endpoint.secret_rotated", EndpointRotated{}, platform, "A webhook endpoint was given a new secret."},
	{
		"endpoint.secret_lost",
		EndpointSecretLost{},
		platform,
		"The secret of a webhook endpoint cannot be read any more: its owner makes a new one.",
	},
	{"endpoint.paused", EndpointPaused{}, platform, "A webhook endpoint was paused by a person."},
	{"endpoint.resumed", EndpointResumed{}, platform, "A paused webhook endpoint was resumed."},
	{"endpoint.removed", EndpointRemoved{}, platform, "A webhook endpoint was removed."},
	{
		"endpoint.disabled",
		EndpointDisabled{},
		buyersOnly,
		"A webhook endpoint answered 410 Gone under an earlier release, so nothing was delivered to it any more.",
	},
	{
		"endpoint.gone",
		EndpointGone{},
		buyersOnly,
		"A webhook endpoint answered 410 Gone, so everything for it waits for a person.",
	},
	{
		"endpoint.parked",
		EndpointParked{},
		buyersOnly,
		"Webhooks of the procurement wait for a person, because one could not be delivered.",
	},
	{
		"endpoint.unparked",
		EndpointUnparked{},
		buyersOnly,
		"Webhooks of the procurement that waited for a person are delivered again.",
	},
	{
		"endpoint.passed",
		EndpointPassed{},
		buyersOnly,
		"Events of the procurement that waited for a webhook endpoint will not be delivered.",
	},
	{
		"endpoint.replayed",
		EndpointReplayed{},
		platform,
		"A person asked that events are sent to a webhook endpoint again, or after all.",
	},

	// The draft of a procurement, and who takes part in it.
	{"procurement.created", ProcurementCreated{}, process, "A procurement was drafted."},
	{"procurement.changed", ProcurementChanged{}, process, "The draft of a procurement was changed."},
	{"member.invited", MemberInvited{}, process, "A buyer was invited to the consortium, or to a new part in it."},
	{"member.joined", MemberJoined{}, process, "A buyer accepted its part and joined the consortium."},
	{"member.declined", MemberDeclined{}, process, "A buyer declined to join the consortium, or left its draft."},
	{"member.changed", MemberChanged{}, process, "A buyer's part in the consortium was changed."},
	{"member.removed", MemberRemoved{}, process, "A buyer was taken out of the consortium of a draft."},
	{
		"member.recovery_requested",
		MemberRecoveryRequested{},
		buyersOnly,
		"At its written request, a buyer that has no representative left shall get a new one. Anybody who buys with " +
			"it can object.",
	},
	{
		"member.recovery_stopped",
		MemberRecoveryStopped{},
		buyersOnly,
		"The recovery was stopped, or not completed in time.",
	},
	{
		"member.recovery_completed",
		MemberRecoveryCompleted{},
		buyersOnly,
		"A buyer has a new representative, and no earlier one.",
	},
	{
		"role.offered",
		RoleOffered{},
		process,
		"A role was offered to a person of an organisation that is no member.",
	},
	{"role.offer_withdrawn", RoleOfferWithdrawn{}, process, "The offer of a role was withdrawn."},
	{"role.offer_declined", RoleOfferDeclined{}, nobody, "The offer of a role was declined."},
	{"supplier.role_given", SupplierRoleGiven{}, nobody, "A supplier gave its person a role on the procurement."},
	{"supplier.role_ended", SupplierRoleEnded{}, nobody, "The end of a role that is held for a supplier was set."},
	{"role.given", RoleGiven{}, exceptSuppliers, "A person was given a role on the procurement."},
	{"role.ended", RoleEnded{}, exceptSuppliers, "The end of a person's role on the procurement was set."},

	// The process.
	{"procurement.started", ProcurementStarted{}, process, "The procurement was started."},
	{"procurement.suspended", ProcurementSuspended{}, process, "The board suspended the procurement."},
	{"procurement.resumed", ProcurementResumed{}, process, "The board resumed the procurement."},
	{"procurement.returned", ProcurementReturned{}, process, "The board returned the procurement to an earlier phase."},
	{"procurement.cancelled", ProcurementCancelled{}, public, "The board cancelled the procurement."},
	{
		"procurement.completed",
		ProcurementCompleted{},
		public,
		"The last phase was closed: the procurement is complete.",
	},
	{
		"procurement.restored",
		ProcurementRestored{},
		process,
		"The record was restored from a backup. What had been done after the backup is missing.",
	},
	{"clock.advanced", ClockAdvanced{}, process, "The clock of a rehearsal was moved forward."},
	{"phase.opened", PhaseOpened{}, process, "A phase was opened."},
	{
		"phase.closed",
		PhaseClosed{},
		process,
		"A phase was closed: all criteria of its gate are met and the board has approved.",
	},
	{"gate.rejected", GateRejected{}, process, "The board rejected the gate of a phase."},
	{"command.refused", CommandRefused{}, process, "A command was refused; it changed nothing."},
	{"command.failed", CommandFailed{}, process, "A command failed by a fault of the engine; it changed nothing."},
	{"vote.cast", VoteCast{}, process, "A buyer's vote was cast on a gate or a motion."},
	{"vote.voided", VoteVoided{}, process, "A vote no longer counts."},
	{"motion.moved", MotionMoved{}, process, "A motion was put to the board."},
	{"motion.decided", MotionDecided{}, process, "A motion was decided, or has lapsed."},
	{"member.left", MemberLeft{}, process, "A buyer left the consortium of a procurement under way."},
	{
		"consortium.eligibility_lost",
		EligibilityLost{},
		process,
		"The consortium no longer meets the conditions of its call profile.",
	},
	{"task.raised", TaskRaised{}, process, "A task was raised: something waits for a person."},
	{"task.reminded", TaskReminded{}, process, "People were reminded of a task."},
	{"task.done", TaskDone{}, process, "A task was done."},
	{"entry.written", EntryWritten{}, process, "A version of an entry was written."},
	{"entry.withdrawn", EntryWithdrawn{}, process, "An entry was withdrawn."},
	{
		"agreement.in_force",
		AgreementInForce{},
		process,
		"A version of the collaboration agreement came into force: the last buyer has signed it.",
	},
	{"entry.released", EntryReleased{}, process, "An entry was released to the market in the version that was read."},
	{"document.written", DocumentWritten{}, process, "A version of a document was written."},
	{"notice.dispatched", NoticeDispatched{}, process, "A notice was dispatched."},

	// Market consultation. An event about a response names neither the operator nor the person: nobody else may learn
	// who is interested (Directive 2014/24/EU, Article 21).
	{"consultation.announced", ConsultationAnnounced{}, process, "A market consultation was announced."},
	{
		"consultation.extended",
		ConsultationExtended{},
		process,
		"The market was given more time to respond to a consultation.",
	},
	{"consultation.closed", ConsultationClosed{}, process, "A market consultation was closed on its date."},
	{
		"consultation.response_received",
		ResponseReceived{},
		process,
		"A response to a market consultation was received.",
	},

	// Lots and tenders.
	{"lot.created", LotCreated{}, process, "A lot was drafted."},
	{"lot.changed", LotChanged{}, process, "A lot was changed."},
	{
		"procurement.published",
		ProcurementPublished{},
		public,
		"The contract notice was dispatched, and the boxes of its lots take tenders.",
	},
	{"lot.deadline_moved", DeadlineMoved{}, public, "The deadline for tenders of a lot was moved to a later instant."},
	{
		"lot.openers_changed",
		OpenersChanged{},
		public,
		"The openers of an open box of a lot were changed: what is handed in from now on is sealed for others.",
	},
	// Events about a question name neither the supplier nor the person.
	{"question.asked", QuestionAsked{}, buyersOnly, "A supplier asked a question about the tender pack."},
	{"question.answer_drafted", AnswerDrafted{}, buyersOnly, "A version of an answer to a question was drafted."},
	{"question.answered", QuestionAnswered{}, buyersOnly, "The answer to a question was published."},
	{"question.set_aside", QuestionSetAside{}, buyersOnly, "It was said why a question is not answered."},
	{
		"document.changed",
		DocumentChanged{},
		public,
		"A document of a published tender pack was changed or added; tenders that are handed in stay valid.",
	},
	{
		"answers.published",
		AnswersPublished{},
		public,
		"Answers to questions about the tender pack were published to all at once.",
	},
	{"tender.received", TenderReceived{}, nobody, "A tender was received."},
	{"tender.withdrawn", TenderWithdrawn{}, nobody, "A tender was withdrawn."},
	{"tender.confirmed", TenderConfirmed{}, nobody, "A tender was confirmed after a notice of change."},
	{
		"tender.refused",
		TenderRefused{},
		afterClosing,
		"Somebody tried to hand in or to withdraw a tender after the deadline or after the box was closed.",
	},
	{
		"tender.refusals_counted",
		TenderRefusalsCounted{},
		afterClosing,
		"Within an hour somebody tried the same thing with a tender too late more than once.",
	},
	{
		"receipt.entered",
		ReceiptEntered{},
		nobody,
		"A receipt was entered that a supplier holds, of a tender that the record, restored from a backup, does " +
			"not know.",
	},
	{"lot.closed", LotClosed{}, process, "The box of a lot was closed, at its deadline or because the lot ended."},
	{"lot.ended", LotEnded{}, public, "A lot ended without award."},

	// Opening, evaluation and award.
	{"openers.tested", OpenersTested{}, process, "A test envelope was sealed for the openers."},
	{"opener.passed", OpenerPassed{}, process, "An opener has released a test envelope."},
	{"box.released", BoxReleased{}, process, "An opener has released all envelopes of a kind in a box."},
	{"box.handed_over", BoxHandedOver{}, process, "An opener has handed its shares over to a colleague."},
	{
		"lot.left_sealed",
		LotLeftSealed{},
		process,
		"A lot ended because its box cannot be opened: openers withhold what they would have to release, or too few " +
			"are left.",
	},
	{"box.release_refused", ReleaseRefused{}, process, "Somebody wanted to open a box before that was allowed."},
	{
		"lot.opening_joined",
		OpeningJoined{},
		process,
		"An opener joined the opening of a lot that was sealed for an opening key, before release 0.2.",
	},
	{"lot.unsealed", LotUnsealed{}, process, "Enough openers have released them: the tenders of a lot are opened."},
	{
		"envelope.opening_refused",
		OpeningRefused{},
		process,
		"Somebody asked for an envelope before it could be opened.",
	},
	{
		"envelope.opening_refusals_counted",
		OpeningRefusalsCounted{},
		process,
		"Within an hour somebody asked for the same envelope, or tried to open the same box, too early more than once.",
	},
	{"envelope.opened", EnvelopeOpened{}, process, "An envelope was opened, and what was in it recorded."},
	{
		"envelope.disputed",
		OpeningDisputed{},
		process,
		"Openers recorded different contents of one envelope, before release 0.2.",
	},
	{"score_sheet.written", SheetWritten{}, process, "A version of a score sheet was written."},
	{
		"lot.quality_locked",
		QualityLocked{},
		process,
		"The scores for quality of a lot were locked: prices may be opened.",
	},
	{"lot.awarded", LotAwarded{}, process, "The board decided the award of a lot."},
	{
		"lot.award_set_aside",
		AwardSetAside{},
		process,
		"The award of a lot was set aside before a contract was signed.",
	},
	{
		"lot.candidates_invited",
		CandidatesInvited{},
		buyersOnly,
		"The selected candidates of a lot were invited to its next stage, and the others were told why they were not.",
	},
	{
		"lot.candidates_told",
		CandidatesTold{},
		buyersOnly,
		"The candidates that were invited were told by letter that the deadline has moved.",
	},
	{"lot.letters_sent", LettersSent{}, process, "The letters on the outcome of a lot were sent to its tenderers."},
	{
		"lot.partnership_phase_ended",
		PartnershipPhaseEnded{},
		process,
		"The board ended a phase of an innovation partnership, and all partners were informed.",
	},
	{"lot.standstill_over", StandstillOver{}, process, "The standstill of a lot is over."},
}
