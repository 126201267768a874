package models

import (
	"mime"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A Purpose says what uploaded bytes are for.
type Purpose string

// The purposes.
const (
	// PurposeDocument is a buyers' document.
	PurposeDocument Purpose = "document"
	// PurposeEnvelope is a supplier's sealed envelope: nobody but its owner reads it before the box is closed.
	PurposeEnvelope Purpose = "envelope"
	// PurposeRendering is what the engine rendered of the record. Nobody uploads it.
	PurposeRendering Purpose = "rendering"
)

// OpenTo tells whether the actor may upload for the purpose.
func (p Purpose) OpenTo(actor Actor) bool {
	switch p {
	case PurposeEnvelope:
		return actor.HasAny(RoleSupplier)
	case PurposeDocument:
		return actor.HasAny(DocumentWriters()...)
	case PurposeRendering:
	}
	return false
}

// ChunkSize is how much of an upload travels and is stored at once.
const ChunkSize = 1 << 20

// An Upload is a file on its way in, announced by its size and digest. Once complete it is never changed.
type Upload struct {
	ID             ID `gorm:"primaryKey"`
	ProcurementID  ID
	OrganisationID ID
	PersonID       ID
	Purpose        Purpose
	Filename       string
	MediaType      string
	Size           int64
	// Digest is the SHA-256 of the bytes, in hexadecimal, as announced; once complete, as found.
	Digest      string
	CreatedAt   time.Time
	CompletedAt *time.Time
	// BoxID and Kind say for which box, and as what, a complete envelope is sealed, as its header says it; Header is
	// the SHA-256 of that header, in hexadecimal, HeaderLine the header itself.
	BoxID      ID           `gorm:"default:null"`
	Kind       EnvelopeKind `gorm:"default:null"`
	Header     string       `gorm:"default:null"`
	HeaderLine string       `gorm:"default:null"`
	// Fingerprint is that of the openers for whom it is sealed.
	Fingerprint string `gorm:"default:null"`
}

// BelongsTo tells whether an upload is of the actor's organisation and for a purpose that the actor may upload for. For
// everyone else there is no such upload.
func (u Upload) BelongsTo(actor Actor) bool {
	return u.OrganisationID == actor.OrganisationID && u.Purpose.OpenTo(actor)
}

// Complete tells whether all bytes are there and have the announced digest.
func (u Upload) Complete() bool { return u.CompletedAt != nil }

// Chunks is how many chunks the upload has.
func (u Upload) Chunks() int { return int((u.Size + ChunkSize - 1) / ChunkSize) }

// ChunkLength is the length of chunk n, counted from 0; 0 when there is no such chunk.
func (u Upload) ChunkLength(n int) int {
	switch {
	case n < 0 || n >= u.Chunks():
		return 0
	case n == u.Chunks()-1:
		return int(u.Size - int64(n)*ChunkSize)
	}
	return ChunkSize
}

// An Audience says who may read a document.
type Audience string

// The audiences.
const (
	AudienceBuyers Audience = "buyers"
	// AudienceTenderers is everyone registered as a supplier, from publication on.
	AudienceTenderers Audience = "tenderers"
)

// A ChangeEffect says what a significant change of a document for tenderers does, where a law gives more time for it.
type ChangeEffect string

// The effects of a change.
const (
	EffectNone ChangeEffect = "none"
	// EffectWider: more suppliers may be able to take part.
	EffectWider ChangeEffect = "wider_circle"
	// EffectFundamental: fundamental points of the documents are changed.
	EffectFundamental ChangeEffect = "fundamental"
)

// ChangeEffects lists the effects.
func ChangeEffects() []ChangeEffect {
	return []ChangeEffect{EffectNone, EffectWider, EffectFundamental}
}

// A Document is one of the buyers' documents, in one version. Earlier versions are kept.
type Document struct {
	ID            ID `gorm:"primaryKey"`
	ProcurementID ID
	Version       int64
	Title         Text `gorm:"serializer:json"`
	Audience      Audience
	UploadID      ID
	AuthorID      ID
	WrittenAt     time.Time
	// Rendering names what of the record the document renders, such as tender-pack.en.html: each publication writes its
	// next version. It is empty for a document that was uploaded.
	Rendering string
	// What follows is the upload's.
	Digest    string `gorm:"->"`
	Size      int64  `gorm:"->"`
	Filename  string `gorm:"->"`
	MediaType string `gorm:"->"`
}

// MediaTypeBytes says nothing about the content. [SafeMediaType] returns it for every type that is not on its list.
const MediaTypeBytes = "application/octet-stream"

// SafeMediaType returns the media type under which uploaded bytes are served: the given one if no browser runs it, else
// [MediaTypeBytes]. Capitals and blanks do not matter; the only parameter that is kept is the character set (RFC 9110
// §8.3.1).
func SafeMediaType(given string) string {
	media, parameters, err := mime.ParseMediaType(given)
	if err != nil || !slices.Contains(safeMediaTypes(), media) {
		return MediaTypeBytes
	}
	if charset := strings.ToLower(parameters["charset"]); charsetName.MatchString(charset) {
		return media + "; charset=" + charset
	}
	return media
}

// charsetName is the form of a name in IANA's registry of character sets (RFC 2978 §2.3), as far as it is a token.
var charsetName = regexp.MustCompile(`^[a-z0-9][a-z0-9._+-]{0,39}$`)

func safeMediaTypes() []string {
	return []string{
		"application/pdf", "application/json", "application/xml", "application/zip", "text/plain", "text/csv",
		"image/png", "image/jpeg",
		"application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet",
		"application/vnd.oasis.opendocument.presentation",
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		"application/vnd.openxmlformats-officedocument.presentationml.presentation",
	}
}
