package replay

import (
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// Tables of lots, boxes and what becomes of what was handed in.
const (
	Lots  = "lots"
	Boxes = "boxes"
	// FormerOpeners are those for whom earlier envelopes in a box are sealed.
	FormerOpeners = "former_openers"

	BoxOpeners = "box_openers"
	// BoxReleases and BoxHandovers are what openers did.
	BoxReleases  = "box_releases"
	BoxHandovers = "box_handovers"
	// OpenerTests are test envelopes, OpenerTestReleases those that openers released.
	OpenerTests        = "opener_tests"
	OpenerTestReleases = "opener_test_releases"
	Openings           = "openings"
	Sheets             = "score_sheets"
	LotAwards          = "lot_awards"
	// SealedEnds are the lots that ended because they could not be opened.
	SealedEnds = "sealed_ends"
	// SetAsides are the award decisions that were set aside.
	SetAsides = "set_asides"
	// Partnerships are the ended phases of innovation partnerships.
	Partnerships = "partnership_phases"
)

func (f fold) tenders(payload event.Payload) bool {
	switch p := payload.(type) {
	case event.LotCreated:
		f.put(Lots, string(p.LotID), told{
			"number": p.Number, "end_reason": "", "ended_at": "", "content": given(p.Digest),
		})
	case event.LotChanged:
		f.put(Lots, string(p.LotID), told{"number": given(p.Number), "content": given(p.Digest)})
	case event.LotEnded:
		f.put(Lots, string(p.LotID), told{"end_reason": p.Code, "ended_at": f.At})
	case event.ProcurementPublished:
		for _, lot := range p.Lots {
			f.open(lot.Box, lot.Lot, told{
				"deadline": lot.Deadline, "invited": "", "stage": given(string(lot.Stage)), "round": 1,
				"hands_in": given(string(lot.HandsIn)), "talks": "", "by_invitation": false,
			}, lot.SealedFor)
		}
	case event.CandidatesInvited:
		f.open(p.BoxID, p.LotID, told{
			"deadline": p.Deadline, "invited": f.lately(p.Invited), "stage": given(string(p.Stage)),
			"round": given(p.Round), "hands_in": given(string(p.HandsIn)), "talks": string(p.Talks),
			"by_invitation": true,
		}, p.SealedFor)
		f.letters(models.LetterSelection, p.Letters)
	case event.DeadlineMoved:
		f.put(Boxes, string(p.BoxID), told{"deadline": p.To})
	case event.OpenersChanged:
		f.put(FormerOpeners, Key(p.BoxID, len(f.box(p.BoxID).Former)+1), sealedFor(p.Former, told{"until": f.At}))
		f.put(Boxes, string(p.BoxID), sealedFor(p.SealedFor, told{}))
	case event.LotClosed:
		f.put(Boxes, string(p.BoxID), told{
			"closed_at": f.At, "content": Key(p.Received, p.Standing, p.Digest),
		})
	case event.LotUnsealed:
		f.put(Boxes, string(p.BoxID), told{"unsealed_at": f.At})
		if p.HandsIn.Evaluated() || f.early() && p.HandsIn == "" {
			f.evaluates(p.LotID)
		}
	case event.SheetWritten:
		f.put(Sheets, Key(p.TenderID, f.ActorID, p.Version), told{
			"scores": f.lately(p.Scores), "written_at": f.At,
		})
	default:
		return false
	}
	return true
}

// openings are what openers did, and what was found.
func (f fold) openings(payload event.Payload) bool {
	switch p := payload.(type) {
	case event.OpeningJoined:
		if p.BoxID != "" {
			f.put(BoxOpeners, Key(p.BoxID, f.ActorID), told{
				"organisation_id": string(p.OrganisationID), "opened_at": f.At,
			})
		}
	case event.BoxReleased:
		f.put(BoxReleases, Key(p.BoxID, p.Kind, f.ActorID, max(p.Turn, 1)), told{
			"organisation_id": string(p.Buyer), "digest": p.Digest, "content": p.Digest, "released_at": f.At,
		})
	case event.BoxHandedOver:
		f.put(BoxHandovers, Key(p.BoxID, p.Kind, p.From, p.To, p.Digest), told{
			"organisation_id": string(p.Buyer), "digest": p.Digest, "content": p.Digest, "handed_at": f.At,
			"turn": max(p.Turn, 1),
		})
	case event.LotLeftSealed:
		f.put(SealedEnds, string(p.LotID), told{
			"box_id": string(p.BoxID), "kind": string(p.Kind), "ground": string(p.Ground), "fingerprint": p.Openers,
			"needed":   p.Needed,
			"released": models.JoinIDs(p.Released), "withheld": models.JoinIDs(p.Withheld),
			"lost": models.JoinIDs(p.Lost), "ended_at": f.At,
		})
	case event.OpenersTested:
		f.put(OpenerTests, string(p.TestID), told{
			"fingerprint": p.Fingerprint, "header": p.Header, "organisation_id": string(p.Buyer), "due": p.Due,
			"made_at": f.At,
		})
	case event.OpenerPassed:
		f.put(OpenerTestReleases, Key(p.TestID, f.ActorID), told{
			"digest": p.Digest, "content": p.Digest, "released_at": f.At,
		})
	case event.EnvelopeOpened:
		f.put(Openings, f.nextOpening(p), told{
			"tender_id": string(p.TenderID), "n": p.Envelope, "person_id": string(f.ActorID),
			"readable": p.Readable, "plaintext_digest": p.Digest, "content": part(p.Content), "recorded_at": f.At,
		})
	default:
		return false
	}
	return true
}

// nextOpening is the key of the next record of an opener of an envelope: each person's are counted from 1.
func (f fold) nextOpening(p event.EnvelopeOpened) string {
	for n := 1; ; n++ {
		key := Key(p.TenderID, p.Envelope, f.ActorID, n)
		if f.rows[Openings][key] == nil {
			return key
		}
	}
}

func (f fold) award(payload event.Payload) bool {
	switch p := payload.(type) {
	case event.QualityLocked:
		f.put(Boxes, f.evaluated(p.LotID), told{"quality_locked_at": f.At})
	case event.LotAwarded:
		f.put(LotAwards, f.present(p.LotID), told{
			"awarded_at": f.At, "winner_id": string(p.TenderID), "partners": models.JoinIDs(p.Partners),
			"ranking": p.Ranking,
		})
	case event.PartnershipPhaseEnded:
		f.put(Partnerships, Key(p.LotID, p.Phase), told{
			"outcome": string(p.Outcome), "partners": models.JoinIDs(p.Partners), "ended_at": f.At,
		})
		f.letters(models.LetterPartnership, p.Letters)
	case event.StandstillOver:
		f.put(LotAwards, f.present(p.LotID), told{"standstill_over_at": f.At})
	case event.AwardSetAside:
		f.put(SetAsides, Key(p.LotID, p.Decision), told{
			"ground": string(p.Ground), "review_id": string(p.ReviewID), "flaw": string(p.Flaw),
			"tender_id": string(p.TenderID), "set_aside_at": f.At,
		})
		f.letters(models.LetterSetAside, p.Letters)
		f.put(LotAwards, Key(p.LotID, p.Decision+1), undecided())
		if p.Unlocked != "" {
			f.put(Boxes, string(p.Unlocked), told{"quality_locked_at": ""})
		}
	default:
		return false
	}
	return true
}

func (f fold) open(box, lot models.ID, columns told, to event.SealedFor) {
	sealedFor(to, columns)["lot_id"] = string(lot)
	columns["opened_at"], columns["closed_at"], columns["unsealed_at"], columns["content"] = f.At, "", "", ""
	columns["quality_locked_at"] = ""
	f.put(Boxes, string(box), columns)
}

// sealedFor adds to columns for whom envelopes are sealed.
func sealedFor(to event.SealedFor, columns told) told {
	columns["opener_set"], columns["fingerprint"], columns["opener_set_version"] = string(to.Entry), to.Fingerprint, ""
	if to.Version > 0 {
		columns["opener_set_version"] = to.Version
	}
	return columns
}

// evaluates begins the row of a lot's award once something that is evaluated was opened for the first time.
func (f fold) evaluates(lot models.ID) {
	if f.rows[LotAwards][string(lot)] == nil {
		f.put(LotAwards, string(lot), undecided())
	}
}

// undecided is the row of an award that is not decided.
func undecided() told {
	return told{
		"awarded_at": "", "winner_id": "", "partners": "", "ranking": "", "letters_at": "", "standstill_until": "",
		"standstill_over_at": "",
	}
}

// present is the key of the last decision on a lot: that of the lot alone, unless an earlier one was set aside.
func (f fold) present(lot models.ID) string {
	n := 1
	for f.rows[SetAsides][Key(lot, n)] != nil {
		n++
	}
	return awardKey(lot, n)
}

// awardKey is the key of the n-th decision on a lot.
func awardKey(lot models.ID, n int) string {
	if n == 1 {
		return string(lot)
	}
	return Key(lot, n)
}

// evaluated is the last box of a lot whose content is judged by the award criteria.
func (f fold) evaluated(lot models.ID) (box string) {
	var last string
	for key, row := range f.rows[Boxes] {
		opened := row["opened_at"].Value
		evaluated := models.Handed(row["hands_in"].Value).Evaluated() || row["hands_in"].Value == ""
		if row["lot_id"].Value == string(lot) && evaluated && opened >= last {
			box, last = key, opened
		}
	}
	return box
}
