package replay

import (
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// Tables of lots, boxes and what becomes of what was handed in.
const (
	Lots       = "lots"
	Boxes      = "boxes"
	BoxOpeners = "box_openers"
	Openings   = "openings"
	Sheets     = "score_sheets"
	LotAwards  = "lot_awards"
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
				"hands_in": given(string(lot.HandsIn)), "by_invitation": false,
			})
		}
	case event.CandidatesInvited:
		f.open(p.BoxID, p.LotID, told{
			"deadline": p.Deadline, "invited": f.lately(p.Invited), "stage": given(string(p.Stage)),
			"round": given(p.Round), "hands_in": given(string(p.HandsIn)), "by_invitation": true,
		})
		f.letters(models.LetterSelection, p.Letters)
	case event.DeadlineMoved:
		f.put(Boxes, string(p.BoxID), told{"deadline": p.To})
	case event.LotClosed:
		f.put(Boxes, string(p.BoxID), told{
			"closed_at": f.At, "content": Key(p.Received, p.Standing, p.Digest),
		})
	case event.LotUnsealed:
		f.put(Boxes, string(p.BoxID), told{"unsealed_at": f.At})
		if p.HandsIn == models.HandedTender || f.early() && p.HandsIn == "" {
			f.put(LotAwards, string(p.LotID), told{
				"quality_locked_at": "", "awarded_at": "", "winner_id": "", "ranking": "", "letters_at": "",
				"standstill_until": "", "standstill_over_at": "",
			})
		}
	case event.OpeningJoined:
		if p.BoxID != "" {
			f.put(BoxOpeners, Key(p.BoxID, f.ActorID), told{
				"organisation_id": string(p.OrganisationID), "opened_at": f.At,
			})
		}
	case event.EnvelopeOpened:
		f.put(Openings, f.nextOpening(p), told{
			"tender_id": string(p.TenderID), "n": p.Envelope, "person_id": string(f.ActorID),
			"readable": p.Readable, "plaintext_digest": p.Digest, "content": part(p.Content), "recorded_at": f.At,
		})
	case event.SheetWritten:
		f.put(Sheets, Key(p.TenderID, f.ActorID, p.Version), told{
			"scores": f.lately(p.Scores), "written_at": f.At,
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
		f.put(LotAwards, string(p.LotID), told{"quality_locked_at": f.At})
	case event.LotAwarded:
		f.put(LotAwards, string(p.LotID), told{
			"awarded_at": f.At, "winner_id": string(p.TenderID), "ranking": p.Ranking,
		})
	case event.StandstillOver:
		f.put(LotAwards, string(p.LotID), told{"standstill_over_at": f.At})
	default:
		return false
	}
	return true
}

func (f fold) open(box, lot models.ID, columns told) {
	columns["lot_id"] = string(lot)
	columns["opened_at"], columns["closed_at"], columns["unsealed_at"], columns["content"] = f.At, "", "", ""
	f.put(Boxes, string(box), columns)
}
