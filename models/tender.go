package models

import (
	"slices"
	"time"
)

// An EnvelopeKind says what an envelope holds. Envelopes of different kinds are opened at different times:
// price after quality is locked.
type EnvelopeKind string

// The kinds of envelopes.
const (
	EnvelopeQuality       EnvelopeKind = "quality"
	EnvelopePrice         EnvelopeKind = "price"
	EnvelopeQualification EnvelopeKind = "qualification"
	EnvelopeOther         EnvelopeKind = "other"
)

// EnvelopeKinds lists every kind.
func EnvelopeKinds() []EnvelopeKind {
	return []EnvelopeKind{EnvelopeQuality, EnvelopePrice, EnvelopeQualification, EnvelopeOther}
}

// MostEnvelopes is how many envelopes a tender has at most.
const MostEnvelopes = 20

// An Envelope is one sealed file of a tender.
type Envelope struct {
	TenderID ID `gorm:"primaryKey"`
	// N counts the envelopes of a tender from 1, in the order the supplier gave them.
	N        int `gorm:"primaryKey"`
	Kind     EnvelopeKind
	UploadID ID
	// Digest is the SHA-256 of the sealed bytes, in hexadecimal; Size is theirs.
	Digest string
	Size   int64
	// Fingerprint is that of the openers it is sealed for. It is read with a dossier only.
	Fingerprint string `gorm:"-"`
}

// TableName says whose envelopes they are.
func (Envelope) TableName() string { return "tender_envelopes" }

// CheckEnvelopes refuses a list that cannot be a tender: none or too many envelopes, an unknown kind, two of quality or
// two of price, one file twice, malformed IDs or digests.
func CheckEnvelopes(field string, envelopes []Envelope) []*Refusal {
	var faults []*Refusal
	if len(envelopes) == 0 || len(envelopes) > MostEnvelopes {
		return append(faults, Refuse(CodeInvalidValue, field, "the tender has %d envelopes", len(envelopes)).
			Accepting("1 to %d envelopes", MostEnvelopes))
	}
	for i, e := range envelopes {
		faults = append(faults, checkOneOf(field, string(e.Kind), kindNames()...)...)
		faults = append(faults, checkID(field, e.UploadID, PrefixUpload)...)
		faults = append(faults, checkDigest(field, e.Digest)...)
		if slices.ContainsFunc(envelopes[:i], func(o Envelope) bool { return o.UploadID == e.UploadID }) {
			faults = append(faults, Refuse(CodeInvalidValue, field, "upload %s is in the tender twice", e.UploadID).
				Accepting("each file once"))
		}
		if e.Kind.Single() && slices.ContainsFunc(envelopes[:i], func(o Envelope) bool { return o.Kind == e.Kind }) {
			faults = append(faults, Refuse(CodeInvalidValue, field, "the tender has two envelopes for %s", e.Kind).
				Accepting("at most one"))
		}
	}
	return faults
}

// Single tells whether a tender has at most one envelope of the kind.
func (k EnvelopeKind) Single() bool { return k == EnvelopeQuality || k == EnvelopePrice }

func kindNames() []string {
	names := make([]string, 0, len(EnvelopeKinds()))
	for _, k := range EnvelopeKinds() {
		names = append(names, string(k))
	}
	return names
}

// A TenderEnd says how a tender ended before the deadline; empty while it stands.
type TenderEnd string

// The ends of a tender.
const (
	TenderReplaced  TenderEnd = "replaced"
	TenderWithdrawn TenderEnd = "withdrawn"
)

// A Tender is what a supplier handed in for a lot: a tender or, at the stage of requests, a request to participate. It
// is kept as received; an organisation has at most one standing in each box.
type Tender struct {
	ID ID `gorm:"primaryKey"`
	// ProcurementID is that of the lot.
	ProcurementID ID
	LotID         ID
	// BoxID is the box that it was put into; HandsIn what that box takes.
	BoxID          ID
	HandsIn        Handed
	OrganisationID ID
	// PersonID handed it in.
	PersonID ID
	// SupersedesID is the organisation's tender that this one replaced; empty: none.
	SupersedesID ID
	// Manifest is the SHA-256 of the list of envelopes, in hexadecimal.
	Manifest string
	// ReceivedAt is the instant of receipt in procedure time, RecordedAt the same instant in real time.
	ReceivedAt time.Time
	RecordedAt time.Time
	// Receipt is the signed note the supplier got; Withdrawal the one for the withdrawal, if there was one.
	Receipt    string
	EndedAt    *time.Time
	EndedBy    TenderEnd
	Withdrawal string
	Envelopes  []Envelope `gorm:"-"`
}

// Standing tells whether the tender counts: it was neither replaced nor withdrawn.
func (t Tender) Standing() bool { return t.EndedAt == nil }

// Version is 1 while the tender stands. It changes once, when the tender is replaced or withdrawn.
func (t Tender) Version() int64 {
	if t.Standing() {
		return 1
	}
	return 2
}

// A TenderConfirmation says that a tenderer holds on to its tender after a change of what was published.
type TenderConfirmation struct {
	TenderID ID
	// NoticeID is the last notice of change that the tenderer had read.
	NoticeID ID
	// ConfirmedAt is in procedure time, RecordedAt the same instant in real time.
	ConfirmedAt time.Time
	RecordedAt  time.Time
	// Receipt is the signed note that the supplier got.
	Receipt string
}

// A TenderChange is a notice of change that was dispatched after a tender was handed in, while the tender could still
// be replaced or withdrawn. It asks the tenderer to do that or to confirm the tender. A tenderer that does not answer
// has handed its tender in all the same.
type TenderChange struct {
	TenderID ID
	NoticeID ID
	// Digest is the SHA-256 of the notice, in hexadecimal.
	Digest       string
	DispatchedAt time.Time
	// ConfirmedAt is when the tenderer first confirmed the tender after this change; nil: it did not.
	ConfirmedAt *time.Time
}

// Confirmable refuses to confirm a tender after the changes that its tenderer was told of, oldest first, unless the
// notice is the last of them and was not confirmed yet ([CodeNothingToConfirm]; [CodeInvalidValue] for another notice).
func Confirmable(changes []TenderChange, notice ID) *Refusal {
	if len(changes) == 0 || changes[len(changes)-1].ConfirmedAt != nil {
		return Refuse(CodeNothingToConfirm, "", "nothing was changed since the tender was handed in or confirmed").
			Accepting("a confirmation after a notice of change")
	}
	if last := changes[len(changes)-1]; last.NoticeID != notice {
		return Refuse(CodeInvalidValue, "/notice", "the last notice of change is %s of %s", last.NoticeID,
			Instant(last.DispatchedAt)).
			Accepting("%s, once you have read what has changed", last.NoticeID)
	}
	return nil
}

// Ended refuses to act on a tender that no longer stands ([CodeTenderWithdrawn], [CodeTenderReplaced]);
// it returns nil for one that does.
func (t Tender) Ended() *Refusal {
	switch t.EndedBy {
	case TenderWithdrawn:
		return Refuse(CodeTenderWithdrawn, "",
			"tender %s was withdrawn at %s", t.ID, Instant(*t.EndedAt)).
			Accepting("a new tender")
	case TenderReplaced:
		return Refuse(CodeTenderReplaced, "",
			"tender %s was replaced at %s", t.ID, Instant(*t.EndedAt)).
			Accepting("acting on the tender that stands")
	}
	return nil
}
