package replay

import (
	"maps"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// Tables of what is written, and of the market.
const (
	Entries          = "entries"
	EntryVersions    = "entry_versions"
	Documents        = "documents"
	DocumentVersions = "document_versions"
	Releases         = "releases"
	Notices          = "notices"
	Letters          = "letters"
	Consultations    = "consultations"
	Responses        = "consultation_responses"
)

func (f fold) content(payload event.Payload) bool {
	switch p := payload.(type) {
	case event.EntryWritten:
		f.entry(p, false)
	case event.EntryWithdrawn:
		f.entry(event.EntryWritten(p), true)
	case event.DocumentWritten:
		version := told{
			"audience": string(p.Audience), "bytes": p.Digest, "title": part(p.Title), "author_id": string(f.ActorID),
			"written_at": f.At,
		}
		f.put(DocumentVersions, Key(p.DocumentID, p.Version), version)
		version["version"], version["rendering"] = p.Version, p.Rendering
		f.put(Documents, string(p.DocumentID), version)
	case event.EntryReleased:
		f.put(Releases, Key(p.EntryID, p.Digest), told{
			"kind": string(p.Kind), "released_at": f.At, "person_id": string(f.ActorID),
		})
	case event.NoticeDispatched:
		f.put(Notices, string(p.NoticeID), told{
			"kind": string(p.Kind), "digest": p.Digest, "content": p.Digest, "dispatched_at": f.At,
			"person_id": string(f.ActorID),
		})
	case event.CandidatesTold:
		f.letters(toldOf(p), p.Letters)
	case event.LettersSent:
		if p.Code != "" {
			f.letters(models.LetterNonAward, p.Letters)
			break
		}
		f.letters(models.LetterAward, p.Letters)
		f.put(LotAwards, f.present(p.LotID), told{"letters_at": f.At, "standstill_until": p.StandstillUntil})
	case event.ConsultationAnnounced:
		f.put(Consultations, string(p.AnnouncementID), told{
			"questionnaire_id": string(p.QuestionnaireID), "opens_at": p.OpensAt, "closes_at": p.ClosesAt,
			"closes_zone": p.Zone, "closed_at": "", "announced_at": f.At,
		})
	case event.ConsultationExtended:
		f.put(Consultations, string(p.AnnouncementID), told{"closes_at": p.To, "closes_zone": p.Zone})
	case event.ConsultationClosed:
		f.put(Consultations, string(p.AnnouncementID), told{"closed_at": f.At})
	case event.ResponseReceived:
		f.put(Responses, string(p.ResponseID), told{
			"announcement_id": string(p.AnnouncementID), "digest": p.Digest, "content": p.Digest,
			"from": f.lately(p.From), "received_at": f.At, "recorded_at": f.RecordedAt,
		})
	default:
		return false
	}
	return true
}

func (f fold) entry(p event.EntryWritten, withdrawn bool) {
	ended := ""
	if withdrawn {
		ended = models.Instant(f.At)
	}
	version := told{
		"digest": p.Digest, "body": p.Digest, "author_id": string(f.ActorID), "written_at": f.At, "withdrawn_at": ended,
	}
	f.put(EntryVersions, Key(p.EntryID, p.Version), version)
	maps.Copy(version, told{
		"kind": string(p.Kind), "phase": string(p.Phase), "round": p.Round, "version": p.Version,
		"organisation_id": string(p.OrganisationID),
	})
	f.put(Entries, string(p.EntryID), version)
}

func (f fold) letters(kind models.LetterKind, digests []string) {
	for _, d := range digests {
		f.put(Letters, d, told{
			"kind": string(kind), "content": d, "addressed": true, "sent_at": f.At, "person_id": string(f.ActorID),
		})
	}
}

// toldOf is what letters to those who were invited were about: a moved deadline, or what participants in talks need.
func toldOf(p event.CandidatesTold) models.LetterKind {
	if p.EntryID != "" {
		return models.LetterInformation
	}
	return models.LetterDeadline
}
