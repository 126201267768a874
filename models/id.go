package models

import (
	"regexp"
	"strings"

	"github.com/google/uuid"
)

// An ID names one thing of the record for ever: a typed prefix, an underscore and a UUIDv7
// (RFC 9562 §5.7), for example prc_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e10. The prefix keeps an ID of
// one kind from being taken for another; the UUIDv7 sorts by the time it was made.
type ID string

// A Prefix says what an [ID] names.
type Prefix string

// The prefixes in use.
const (
	PrefixOrganisation Prefix = "org"
	PrefixPerson       Prefix = "per"
	PrefixAPIKey       Prefix = "key"
	PrefixEnrolment    Prefix = "enr"
	PrefixRecovery     Prefix = "rcv"
	PrefixProcurement  Prefix = "prc"
	PrefixRole         Prefix = "rol"
	PrefixRoleOffer    Prefix = "off"
	PrefixVote         Prefix = "vot"
	PrefixTask         Prefix = "tsk"
	PrefixDocument     Prefix = "doc"
	PrefixUpload       Prefix = "upl"
	PrefixLot          Prefix = "lot"
	PrefixBox          Prefix = "box"
	PrefixTender       Prefix = "tnd"
	PrefixEvent        Prefix = "evt"
	PrefixEndpoint     Prefix = "whe"
	PrefixEntry        Prefix = "ent"
	PrefixMotion       Prefix = "mot"
	PrefixDecision     Prefix = "dec"
	PrefixNotice       Prefix = "ntc"
	PrefixResponse     Prefix = "rsp"
	PrefixQuestion     Prefix = "qst"
)

var idPattern = regexp.MustCompile(`^[a-z]{3}_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// NewID makes an ID that no other will equal.
func NewID(prefix Prefix) ID {
	return ID(string(prefix) + "_" + uuid.Must(uuid.NewV7()).String())
}

// ParseID reads an ID of the given kind. It returns a refusal with [CodeInvalidID] when s is
// anything else.
func ParseID(prefix Prefix, field, s string) (ID, error) {
	if !idPattern.MatchString(s) || !strings.HasPrefix(s, string(prefix)+"_") {
		return "", Refuse(CodeInvalidID, field, "%q is not an ID of this kind", s).
			Accepting("%s_ followed by a UUID version 7 in lower case", prefix)
	}
	return ID(s), nil
}

// UUID returns the part after the prefix.
func (id ID) UUID() string {
	_, u, _ := strings.Cut(string(id), "_")
	return u
}

// Valid tells whether id is well formed, of whatever kind.
func (id ID) Valid() bool { return idPattern.MatchString(string(id)) }

// Is tells whether id is well formed and of the given kind.
func (id ID) Is(prefix Prefix) bool {
	return idPattern.MatchString(string(id)) && strings.HasPrefix(string(id), string(prefix)+"_")
}
