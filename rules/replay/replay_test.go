package replay

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A story is a procurement told by events: GENCI leads, BSC buys with it, and each has somebody on the board.
type story struct {
	*testing.T
	*State

	// early tells that events are of an earlier release, unsigned that they are of one in which nobody signed awards;
	// still, that time stands.
	early, still, unsigned  bool
	transaction             uint64
	at                      time.Time
	procurement, genci, bsc models.ID
	anna, berta             models.ID
	// of are the events by their types.
	of map[models.EventType][]models.ID
}

func tell(t *testing.T) *story {
	t.Helper()
	s := &story{
		T: t, of: map[models.EventType][]models.ID{}, State: NewState(0, Contents{
			Parts: map[models.ID][]event.KeptPart{}, Bodies: map[string]json.RawMessage{},
		}), at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
		procurement: models.NewID(models.PrefixProcurement), genci: models.NewID(models.PrefixOrganisation),
		bsc: models.NewID(models.PrefixOrganisation), anna: models.NewID(models.PrefixPerson),
		berta: models.NewID(models.PrefixPerson),
	}
	s.good(s.anna, event.ProcurementCreated{Mode: models.ModeLive, Zone: "Europe/Paris"})
	s.good(s.anna, event.MemberJoined{OrganisationID: s.genci, Lead: true})
	s.good(s.berta, event.MemberJoined{OrganisationID: s.bsc})
	s.good(s.anna, s.board(s.anna, s.genci))
	s.good(s.berta, s.board(s.berta, s.bsc))
	return s
}

// Before editions were counted every procurement was of the first: neither events nor what was adopted said so.
func TestAProcurementThatWasToldWithoutAnEditionIsOfTheFirst(t *testing.T) {
	t.Parallel()
	s := tell(t)
	s.good(s.anna, event.ProcurementCreated{Mode: models.ModeLive, Zone: "Europe/Paris", Edition: models.EditionNeeds})
	edition := func(procurement models.ID) string { return s.Rows(Procurements)[string(procurement)]["edition"].Value }
	require.Equal(t, "1", edition(s.procurement))
	adopt := func(procurement models.ID) {
		fold{s.State, Placed{}}.adopt(event.RecordAdopted{Rows: []event.AdoptedRow{{
			Table: Procurements, Key: string(procurement),
			Columns: []event.AdoptedColumn{{Name: "zone", Value: "Europe/Paris"}},
		}}})
	}
	adopt(s.procurement)
	require.Equal(t, "1", edition(s.procurement), "what an event told stays")
	adopt("prc_old")
	require.Equal(t, "0", edition("prc_old"))
	require.Equal(t, "0", tell(t).told())
}

// told is the edition that the first events of a story tell.
func (s *story) told() string { return s.Rows(Procurements)[string(s.procurement)]["edition"].Value }

// Before there were partners all members bought, and nothing said so: neither events, nor what was adopted.
func TestMembersThatWereToldWithoutAKindBuy(t *testing.T) {
	t.Parallel()
	s := tell(t)
	s.good(s.anna, event.MemberInvited{OrganisationID: "org_u", Kind: models.MemberPartner})
	s.good(s.anna, event.MemberChanged{OrganisationID: s.bsc, Kind: models.MemberPartner})
	fold{s.State, Placed{}}.adopt(event.RecordAdopted{Rows: []event.AdoptedRow{
		{Table: Members, Key: "org_old", Columns: []event.AdoptedColumn{{Name: "lead", Value: "false"}}},
		{Table: Members, Key: "org_u", Columns: []event.AdoptedColumn{{Name: "lead", Value: "false"}}},
	}})
	for member, kind := range map[models.ID]models.MemberKind{
		s.genci: models.MemberBuyer, s.bsc: models.MemberPartner, "org_u": models.MemberPartner,
		"org_old": models.MemberBuyer,
	} {
		require.Equal(t, string(kind), s.Rows(Members)[string(member)]["kind"].Value, member)
	}
}

func (s *story) board(person, organisation models.ID) event.RoleGiven {
	return event.RoleGiven{
		RoleID: models.NewID(models.PrefixRole), Role: models.RoleBoard, PersonID: person, OrganisationID: organisation,
		ValidFrom: s.at,
	}
}

// happens carries an event, and returns what is wrong with it.
func (s *story) happens(actor models.ID, payload event.Payload) string {
	s.Helper()
	if !s.still {
		s.at = s.at.Add(time.Minute)
	}
	recorded, err := event.Event{
		ID: models.NewID(models.PrefixEvent), ProcurementID: s.procurement, ActorID: actor, At: s.at, RecordedAt: s.at,
		Payload: payload,
	}.Record()
	require.NoError(s, err)
	s.of[recorded.Type] = append(s.of[recorded.Type], recorded.ID)
	s.contents.Parts[recorded.ID] = event.Kept(payload)
	fault, err := s.Apply(Placed{Recorded: recorded, Early: s.early, Unsigned: s.unsigned, Transaction: s.transaction})
	require.NoError(s, err)
	return fault
}

func (s *story) good(actor models.ID, payload event.Payload) {
	s.Helper()
	require.Empty(s, s.happens(actor, payload))
}

const (
	onNeeds = "gate/needs"
	gate    = "7d793037a0760186574b0282f2f435e7ba3cb3d3f6bd7a0a6a3e4d4d5c6e7f80"
	other   = "0d793037a0760186574b0282f2f435e7ba3cb3d3f6bd7a0a6a3e4d4d5c6e7f80"
)

func (s *story) vote(person, organisation models.ID, choice models.Choice) event.VoteCast {
	return event.VoteCast{
		VoteID: models.NewID(models.PrefixVote), Subject: onNeeds, Round: 1, Digest: gate, OrganisationID: organisation,
		PersonID: person, Choice: choice,
	}
}

// counted is the closing of the needs phase by the given votes.
func (s *story) counted(votes ...event.VoteCast) event.PhaseClosed {
	count := models.VoteCount{Decision: models.DecisionApproved, Terms: models.VotingTerms{Rule: models.RuleUnanimous}}
	for _, v := range votes {
		count.Buyers = append(count.Buyers, models.CountedBuyer{
			Organisation: v.OrganisationID, Lead: v.OrganisationID == s.genci, Vote: v.VoteID, Choice: v.Choice,
		})
	}
	return event.PhaseClosed{Phase: models.PhaseNeeds, Round: 1, Digest: gate, Count: &count}
}

func TestADecisionFollowsFromTheVotesThatWereCast(t *testing.T) {
	t.Parallel()
	s := tell(t)
	s.good("", event.PhaseOpened{Phase: models.PhaseNeeds, Round: 1})
	anna, berta := s.vote(s.anna, s.genci, models.ChoiceApprove), s.vote(s.berta, s.bsc, models.ChoiceApprove)
	s.good(s.anna, anna)
	s.good(s.berta, berta)
	s.good(s.berta, s.counted(anna, berta))
	require.Equal(t, "closed", s.value(Rounds, "needs 1", "status"))
	require.Len(t, s.Rows(Decisions), 1)
}

// declares has a person declare whether it has an interest in the procurement.
func (s *story) declares(person models.ID, conflict bool) {
	s.Helper()
	body, err := event.NewPart(map[string]any{"person": person, "conflict": conflict})
	require.NoError(s, err)
	s.good(person, event.EntryWritten{
		EntryID: models.NewID(models.PrefixEntry), Kind: models.EntryInterestDeclaration, Version: 1,
		Digest: body.Digest(), Body: body,
	})
}

// A vote does not outlast what it was on, the impartiality of who cast it, or another vote of its buyer.
func TestAVoteIsVoidedForAReason(t *testing.T) {
	t.Parallel()
	for _, replaced := range []bool{false, true} {
		s := tell(t)
		s.good("", event.PhaseOpened{Phase: models.PhaseNeeds, Round: 1})
		anna, berta := s.vote(s.anna, s.genci, models.ChoiceApprove), s.vote(s.berta, s.bsc, models.ChoiceReject)
		s.good(s.anna, anna)
		s.good(s.berta, berta)
		void := event.VoteVoided{VoteID: berta.VoteID, Subject: onNeeds, Digest: gate}
		if replaced {
			s.good(s.berta, void)
			s.good(s.berta, s.vote(s.berta, s.bsc, models.ChoiceApprove))
		} else {
			s.declares(s.berta, true)
			s.good(s.anna, void)
		}
		require.Empty(t, s.Finish())

		s.good(s.anna, event.VoteVoided{VoteID: anna.VoteID, Subject: onNeeds, Digest: other})
		require.Empty(t, s.Finish())
	}
}

// A forgery is an event that does not follow from those before, and what is said of it.
type forgery struct {
	name string
	tell func(s *story, anna, berta event.VoteCast) (models.ID, event.Payload)
	says string
}

func TestAForgedDecisionIsNamed(t *testing.T) {
	t.Parallel()
	for _, c := range append(forgedAwards(), []forgery{
		{"a vote by somebody who is not on the board", func(s *story, _, _ event.VoteCast) (models.ID, event.Payload) {
			return s.anna, s.vote(s.anna, s.bsc, models.ChoiceApprove)
		}, "was not on the board"},
		{"a vote of an organisation that does not buy", func(s *story, _, _ event.VoteCast) (models.ID, event.Payload) {
			return s.anna, s.vote(s.anna, models.NewID(models.PrefixOrganisation), models.ChoiceApprove)
		}, "which was no member"},
		{"a vote in another's name", func(s *story, _, _ event.VoteCast) (models.ID, event.Payload) {
			return s.anna, s.vote(s.berta, s.bsc, models.ChoiceApprove)
		}, "was cast by"},
		{"a vote that was never cast", func(s *story, anna, _ event.VoteCast) (models.ID, event.Payload) {
			return s.anna, s.counted(anna, s.vote(s.berta, s.bsc, models.ChoiceApprove))
		}, "never cast"},
		{"a vote that was turned round", func(s *story, anna, berta event.VoteCast) (models.ID, event.Payload) {
			berta.Choice = models.ChoiceAbstain
			return s.anna, s.counted(anna, berta)
		}, "otherwise than it was cast"},
		{"a vote that was left out", func(s *story, anna, berta event.VoteCast) (models.ID, event.Payload) {
			closed := s.counted(anna, berta)
			closed.Count.Buyers[1].Vote, closed.Count.Buyers[1].Choice = "", ""
			return s.anna, closed
		}, "stood and was not counted"},
		{"a member that was left out", func(s *story, anna, _ event.VoteCast) (models.ID, event.Payload) {
			return s.anna, s.counted(anna)
		}, "the members were"},
		{"another rule than the one agreed", func(s *story, anna, berta event.VoteCast) (models.ID, event.Payload) {
			closed := s.counted(anna, berta)
			closed.Count.Terms.Rule = models.RuleLeadAlone
			return s.anna, closed
		}, "no agreement was in force"},
		{"votes that do not make it", func(s *story, anna, berta event.VoteCast) (models.ID, event.Payload) {
			no := s.vote(s.berta, s.bsc, models.ChoiceReject)
			s.good(s.berta, event.VoteVoided{VoteID: berta.VoteID, Subject: onNeeds, Digest: gate})
			s.good(s.berta, no)
			return s.anna, s.counted(anna, no)
		}, "counted again"},
		{"a vote that was voided", func(s *story, anna, berta event.VoteCast) (models.ID, event.Payload) {
			s.good(s.berta, event.VoteVoided{VoteID: berta.VoteID, Subject: onNeeds})
			return s.anna, s.counted(anna, berta)
		}, "after it was voided"},
		{"a vote voided for nothing", func(_ *story, _, berta event.VoteCast) (models.ID, event.Payload) {
			return "", event.VoteVoided{VoteID: berta.VoteID, Subject: onNeeds, Digest: gate}
		}, "what it was on had not changed"},
		{"a vote voided for another buyer's", func(s *story, anna, berta event.VoteCast) (models.ID, event.Payload) {
			s.good("", event.VoteVoided{VoteID: anna.VoteID, Subject: onNeeds, Digest: gate})
			s.good("", event.VoteVoided{VoteID: berta.VoteID, Subject: onNeeds, Digest: gate})
			return s.anna, s.vote(s.anna, s.genci, models.ChoiceApprove)
		}, "what it was on had not changed"},
		{"a vote voided for a later one", func(s *story, _, berta event.VoteCast) (models.ID, event.Payload) {
			s.good("", event.VoteVoided{VoteID: berta.VoteID, Subject: onNeeds, Digest: gate})
			s.transaction++
			return s.berta, s.vote(s.berta, s.bsc, models.ChoiceReject)
		}, "what it was on had not changed"},
		{"a vote voided though its voter is free", func(s *story, _, berta event.VoteCast) (models.ID, event.Payload) {
			s.declares(s.berta, false)
			return "", event.VoteVoided{VoteID: berta.VoteID, Subject: onNeeds, Digest: gate}
		}, "what it was on had not changed"},
		{"a vote voided twice", func(s *story, _, berta event.VoteCast) (models.ID, event.Payload) {
			s.good("", event.VoteVoided{VoteID: berta.VoteID, Subject: onNeeds, Digest: other})
			return "", event.VoteVoided{VoteID: berta.VoteID, Subject: onNeeds, Digest: other}
		}, "was voided twice"},
		{"a vote voided and counted without", func(s *story, anna, berta event.VoteCast) (models.ID, event.Payload) {
			s.good("", event.VoteVoided{VoteID: berta.VoteID, Subject: onNeeds, Digest: other})
			closed := s.counted(anna, berta)
			closed.Count.Buyers[1].Vote, closed.Count.Buyers[1].Choice = "", ""
			return s.anna, closed
		}, "what it was on had changed"},
		{"a vote on a motion voided for a change", func(s *story, _, berta event.VoteCast) (models.ID, event.Payload) {
			berta.VoteID, berta.Subject = models.NewID(models.PrefixVote), "motion/mot_1"
			s.good(s.berta, berta)
			return "", event.VoteVoided{VoteID: berta.VoteID, Subject: berta.Subject, Digest: other}
		}, "what it was on had not changed"},
		{"an agreement that nobody signed", func(s *story, _, _ event.VoteCast) (models.ID, event.Payload) {
			return s.anna, event.AgreementInForce{
				EntryID: models.NewID(models.PrefixEntry), Version: 1, Digest: gate,
				Terms: models.VotingTerms{Rule: models.RuleLeadAlone},
			}
		}, "had not signed it"},
		{"an award that nobody decided", func(s *story, _, _ event.VoteCast) (models.ID, event.Payload) {
			return s.anna, event.LotAwarded{
				LotID: models.NewID(models.PrefixLot), TenderID: models.NewID(models.PrefixTender), Ranking: gate,
			}
		}, "no motion to award was carried"},
		{"a motion carried without votes", func(s *story, _, _ event.VoteCast) (models.ID, event.Payload) {
			return s.anna, event.MotionDecided{
				MotionID: models.NewID(models.PrefixMotion), Verb: models.VerbCancel, Status: models.MotionCarried,
			}
		}, "no votes were counted"},
		{"a phase closed without a count", func(s *story, _, _ event.VoteCast) (models.ID, event.Payload) {
			return s.anna, event.PhaseClosed{Phase: models.PhaseNeeds, Round: 1, Digest: gate}
		}, "no votes were counted"},
		{"a lot that takes tenders ended by nobody", func(s *story, _, _ event.VoteCast) (models.ID, event.Payload) {
			lot := models.NewID(models.PrefixLot)
			s.good(s.anna, event.LotEnded{LotID: models.NewID(models.PrefixLot)}) // it was never published
			s.good(s.anna, event.ProcurementPublished{Lots: []event.PublishedLot{{
				Lot: lot, Box: models.NewID(models.PrefixBox),
			}}})
			return s.anna, event.LotEnded{LotID: lot}
		}, "no motion to end_lot was carried"},
		{"a procurement cancelled by nobody", func(s *story, _, _ event.VoteCast) (models.ID, event.Payload) {
			return s.anna, event.ProcurementCancelled{Code: "chan-need"}
		}, "no motion to cancel was carried"},
		{"an opening joined by somebody else", func(s *story, _, _ event.VoteCast) (models.ID, event.Payload) {
			return s.anna, event.OpeningJoined{BoxID: s.openBox(), OrganisationID: s.genci}
		}, "was no opener"},
		{"a score of somebody else", func(s *story, _, _ event.VoteCast) (models.ID, event.Payload) {
			return s.anna, event.SheetWritten{TenderID: models.NewID(models.PrefixTender), Version: 1}
		}, "was no evaluator"},
		{"rows adopted later", func(*story, event.VoteCast, event.VoteCast) (models.ID, event.Payload) {
			return "", event.RecordAdopted{Rows: []event.AdoptedRow{{Table: Votes, Key: "vot_1"}}}
		}, "no record of an earlier release was adopted"},
		{"a part erased before the end", func(*story, event.VoteCast, event.VoteCast) (models.ID, event.Payload) {
			return "", event.PartErased{EventID: models.NewID(models.PrefixEvent), Part: "reason"}
		}, "had not ended"},
		{"a box opened while it takes tenders", func(s *story, _, _ event.VoteCast) (models.ID, event.Payload) {
			return s.anna, event.LotUnsealed{LotID: models.NewID(models.PrefixLot), BoxID: s.openBox()}
		}, "was not closed"},
		{"a box opened by one buyer", func(s *story, _, _ event.VoteCast) (models.ID, event.Payload) {
			box, lot := s.openBox(), models.NewID(models.PrefixLot)
			s.good("", event.LotClosed{LotID: lot, BoxID: box})
			opener := s.board(s.anna, s.genci)
			opener.Role = models.RoleOpener
			s.good(s.anna, opener)
			s.good(s.anna, event.OpeningJoined{LotID: lot, BoxID: box, OrganisationID: s.genci})
			return s.anna, event.LotUnsealed{LotID: lot, BoxID: box}
		}, "openers of 1 buyers"},
		{"envelopes released by somebody else", func(s *story, _, _ event.VoteCast) (models.ID, event.Payload) {
			l := s.tendered(models.ConsensusChair)
			return s.anna, event.BoxReleased{BoxID: l.box, Kind: models.EnvelopeQuality, Buyer: s.bsc}
		}, "was no opener"},
		{"envelopes released of an open box", func(s *story, _, _ event.VoteCast) (models.ID, event.Payload) {
			opener := s.board(s.anna, s.genci)
			opener.Role = models.RoleOpener
			s.good(s.anna, opener)
			return s.anna, event.BoxReleased{BoxID: s.openBox(), Kind: models.EnvelopeQuality, Buyer: s.genci}
		}, "of a box that was not closed"},
		{"prices released while quality is scored", func(s *story, _, _ event.VoteCast) (models.ID, event.Payload) {
			opener := s.board(s.anna, s.genci)
			opener.Role = models.RoleOpener
			s.good(s.anna, opener)
			box := s.openBox()
			s.good("", event.LotClosed{LotID: models.NewID(models.PrefixLot), BoxID: box})
			return s.anna, event.BoxReleased{BoxID: box, Kind: models.EnvelopePrice, Buyer: s.genci}
		}, "before quality was locked"},
		{"an envelope opened that nobody released", func(s *story, _, _ event.VoteCast) (models.ID, event.Payload) {
			l := s.tendered(models.ConsensusChair)
			clear(l.rows[BoxReleases])
			return "", event.EnvelopeOpened{TenderID: l.first, Envelope: 1, Readable: true}
		}, "before enough openers had released it"},
		{"a deadline moved to an earlier instant", func(s *story, _, _ event.VoteCast) (models.ID, event.Payload) {
			return s.anna, event.DeadlineMoved{BoxID: s.openBox(), To: s.at.Add(time.Hour)}
		}, "not moved to a later instant"},
	}...) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := tell(t)
			s.good("", event.PhaseOpened{Phase: models.PhaseNeeds, Round: 1})
			anna, berta := s.vote(s.anna, s.genci, models.ChoiceApprove), s.vote(s.berta, s.bsc, models.ChoiceApprove)
			s.good(s.anna, anna)
			s.good(s.berta, berta)
			said := []string{s.happens(c.tell(s, anna, berta))}
			for _, fault := range s.Finish() {
				said = append(said, fault.Detail)
			}
			require.Contains(t, strings.Join(said, "\n"), c.says)
		})
	}
}

// openBox publishes a lot whose box takes tenders for thirty days.
func (s *story) openBox() models.ID {
	box := models.NewID(models.PrefixBox)
	s.good(s.anna, event.ProcurementPublished{Lots: []event.PublishedLot{{
		Lot: models.NewID(models.PrefixLot), Number: 1, Box: box, Deadline: s.at.AddDate(0, 0, 30),
	}}})
	return box
}

func TestAnOfferAndARecoveryAreToldToTheirEnd(t *testing.T) {
	t.Parallel()
	s := tell(t)
	offer := event.RoleOffered{
		OfferID: models.NewID(models.PrefixRoleOffer), Role: models.RoleObserver,
		PersonID:       models.NewID(models.PrefixPerson),
		OrganisationID: models.NewID(models.PrefixOrganisation), OfferedFor: s.genci,
	}
	s.good(s.anna, offer)
	require.Equal(t, "open", s.value(RoleOffers, string(offer.OfferID), "state"))
	given := s.board(offer.PersonID, offer.OrganisationID)
	given.Role, given.OfferID = models.RoleObserver, offer.OfferID
	s.good(s.anna, given)
	require.Equal(t, "accepted", s.value(RoleOffers, string(offer.OfferID), "state"))

	recovery := event.RecoveryRequested{
		RecoveryID: models.NewID(models.PrefixRecovery), OrganisationID: s.bsc, PersonID: s.berta, RequestDigest: gate,
		ReadyAt: s.at,
	}
	s.good("", recovery)
	require.Equal(t, "open", s.value(Recoveries, string(recovery.RecoveryID), "state"))
	s.good("", event.RecoveryStopped(recovery))
	require.Equal(t, "stopped", s.value(Recoveries, string(recovery.RecoveryID), "state"))
}

func TestEventsOfAnEarlierReleaseAreNotJudged(t *testing.T) {
	t.Parallel()
	s := tell(t)
	s.early = true
	s.good(s.anna, event.LotAwarded{LotID: models.NewID(models.PrefixLot)})
	s.early = false
	require.NotEmpty(t, s.happens(s.anna, event.LotAwarded{LotID: models.NewID(models.PrefixLot)}))
}
