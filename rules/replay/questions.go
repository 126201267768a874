package replay

import (
	"github.com/ppi-engine/ppi/models/event"
)

// Questions is the table of what suppliers ask about the tender pack.
const Questions = "questions"

func (f fold) questions(payload event.Payload) bool {
	switch p := payload.(type) {
	case event.QuestionAsked:
		f.put(Questions, string(p.QuestionID), told{
			"lot_id": string(p.LotID), "language": p.Language, "text": part(p.Text), "from": part(p.From), "version": 1,
			"asked_at": f.At, "recorded_at": f.RecordedAt, "drafted": "", "drafted_by": "", "drafted_at": "",
			"reference": "", "published_at": "", "set_aside": "", "set_aside_at": "",
		})
	case event.AnswerDrafted:
		f.put(Questions, string(p.QuestionID), told{
			"version": p.Version, "drafted": p.Digest, "drafted_by": string(f.ActorID), "drafted_at": f.At,
		})
	case event.QuestionAnswered:
		f.put(Questions, string(p.QuestionID), told{"reference": p.Reference, "published_at": f.At})
	case event.QuestionSetAside:
		f.put(Questions, string(p.QuestionID), told{"set_aside": part(p.Reason), "set_aside_at": f.At})
	default:
		return false
	}
	return true
}
