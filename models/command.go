package models

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"time"
)

// A Verb is something a person does to the process of a procurement.
type Verb string

// The verbs.
const (
	VerbStart   Verb = "start"
	VerbVote    Verb = "vote"
	VerbCount   Verb = "count"
	VerbSuspend Verb = "suspend"
	VerbResume  Verb = "resume"
	VerbCancel  Verb = "cancel"
	VerbReturn  Verb = "return"
	VerbLeave   Verb = "leave"
	VerbAdvance Verb = "advance"

	VerbPublish      Verb = "publish"
	VerbMoveDeadline Verb = "move_deadline"
	VerbEndLot       Verb = "end_lot"

	VerbPublishAnswers  Verb = "publish_answers"
	VerbExtendForOutage Verb = "extend_for_outage"
	VerbChangeOpeners   Verb = "change_openers"

	VerbInvite      Verb = "invite"
	VerbOpen        Verb = "open"
	VerbLockQuality Verb = "lock_quality"
	VerbAward       Verb = "award"
	VerbSendLetters Verb = "send_letters"
	// VerbSetAside sets the award of a lot aside.
	VerbSetAside Verb = "set_aside"
	// VerbEndPartnershipPhase ends a phase of an innovation partnership.
	VerbEndPartnershipPhase Verb = "end_partnership_phase"

	VerbAnnounce           Verb = "announce"
	VerbExtendConsultation Verb = "extend_consultation"
	VerbRelease            Verb = "release"
)

// Verbs lists the verbs, always in the same order. The row of each verb in acts says what it does.
func Verbs() []Verb {
	return []Verb{
		VerbAdvance, VerbAnnounce, VerbAward, VerbCancel, VerbChangeOpeners, VerbCount, VerbEndLot,
		VerbEndPartnershipPhase, VerbExtendConsultation, VerbExtendForOutage, VerbInvite, VerbLeave, VerbLockQuality,
		VerbMoveDeadline, VerbOpen, VerbPublish, VerbPublishAnswers, VerbRelease, VerbResume, VerbReturn,
		VerbSendLetters, VerbSetAside, VerbStart, VerbSuspend, VerbVote,
	}
}

// A Command is what a person asked of the process: written down first, without effect, then carried
// out by the workflow in one transaction that also writes its outcome.
type Command struct {
	// ID is the [CommandID] of the request.
	ID            string `gorm:"primaryKey"`
	ProcurementID ID
	ActorID       ID
	Verb          Verb
	// Fingerprint is the SHA-256 of the request's body, to tell a repeat from another request.
	Fingerprint []byte
	// IfMatch holds the versions that the caller may have seen; nil: any, empty: none of ours.
	IfMatch []int64         `gorm:"serializer:json"`
	Payload json.RawMessage `gorm:"type:jsonb"`
	// Label tells people who asks for what, such as "vote · needs · BSC"; nothing in it is confidential.
	Label     string
	Status    string
	CreatedAt time.Time
	// DoneAt, Result and Refusal are the outcome.
	DoneAt *time.Time
	// ToldAt is when the procurement's run had the outcome in its history; only then is the command finished.
	ToldAt  *time.Time
	Result  json.RawMessage `gorm:"type:jsonb"`
	Refusal *Refusal        `gorm:"serializer:json"`
	// FaultID finds the cause of a failed command in the log.
	FaultID string
	// Steps counts the steps carried out of a command that has several.
	Steps int
	// Version is that of the procurement after the command.
	Version int64
}

// CommandID derives the ID under which a repeat of the same request is recognised: the SHA-256, in hexadecimal, of who
// asks, of the method, the route and the caller's key. Each part is preceded by its length, so that no two requests
// share an ID by concatenation.
func CommandID(principal ID, method, route, key string) string {
	h := sha256.New()
	for _, part := range []string{string(principal), method, route, key} {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		h.Write([]byte(part))
	}
	return hex.EncodeToString(h.Sum(nil))
}

var commandID = regexp.MustCompile(`^[0-9a-f]{64}$`)

// ValidCommandID tells whether id has the form of a [CommandID].
func ValidCommandID(id string) bool { return commandID.MatchString(id) }
