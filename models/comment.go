package models

import (
	"fmt"
	"slices"
	"strings"
)

const (
	// EntrySpecificationComment is what somebody of the buyers' side remarks on a part of the specification.
	EntrySpecificationComment EntryKind = "specification_comment"
	// EntryCommentResolution says what came of a comment.
	EntryCommentResolution EntryKind = "comment_resolution"
)

// What came of a comment.
const (
	// CommentAccepted: the specification was changed, or will be before it is frozen.
	CommentAccepted = "accepted"
	// CommentRejected: it stays as it is.
	CommentRejected = "rejected"
	// CommentAnswered: the comment was a question.
	CommentAnswered = "answered"
)

// A SpecificationComment is about one version of a part of the specification. Until it is resolved or withdrawn, the
// specification is not frozen.
type SpecificationComment struct {
	Entry   ID     `json:"entry" doc:"The requirement, or other part of the specification, that it is about"`
	Version int64  `json:"version,omitempty" minimum:"0" doc:"The version that was read; absent: the one that stands"`
	Field   string `json:"field,omitempty" maxLength:"200" doc:"JSON pointer into it" example:"/statement/en"`
	Text    string `json:"text" minLength:"1" maxLength:"8000"`
}

// Check refuses a comment without words, or on what is no field.
func (c SpecificationComment) Check() error {
	faults := append(checkID("/entry", c.Entry, PrefixEntry), compact(checkWord("/text", c.Text, 8000))...)
	if c.Field != "" && !strings.HasPrefix(c.Field, "/") {
		faults = append(faults, Refuse(CodeInvalidValue, "/field", "%q is not a JSON pointer", c.Field).
			Accepting("a pointer such as /statement/en, or nothing"))
	}
	return Refusals(faults)
}

// Drawn fills in the version that stands.
func (c SpecificationComment) Drawn(d Dossier) SpecificationComment {
	if e, ok := d.Standing(c.Entry, SpecificationKinds()...); ok && c.Version == 0 {
		c.Version = e.Version
	}
	return c
}

// Subject is the part of the specification that it is about.
func (c SpecificationComment) Subject() string { return string(c.Entry) }

// CheckAgainst refuses a comment on what is no part of the specification, and a change of somebody else's comment.
func (c SpecificationComment) CheckAgainst(d Dossier, e Entry) error {
	if authors := d.Authors[e.ID]; e.Version > 1 && !slices.Contains(authors, e.AuthorID) {
		return Refuse(CodeForbidden, "", "the comment is somebody else's").
			Accepting("its author; a resolution of the comment; or a comment of your own")
	}
	if e.WithdrawnAt != nil {
		return nil
	}
	about, ok := d.Standing(c.Entry, SpecificationKinds()...)
	switch {
	case !ok:
		return Refuse(CodeInvalidValue, "/entry", "%s is no part of the specification", c.Entry).
			Accepting("the ID of a requirement or of another part that stands")
	case c.Version > about.Version:
		return Refuse(CodeInvalidValue, "/version", "there is no version %d yet", c.Version).
			Accepting("a version up to %d, or none", about.Version)
	}
	return nil
}

// A CommentResolution says what came of a comment, and why.
type CommentResolution struct {
	Comment ID     `json:"comment" doc:"The comment that is resolved"`
	Digest  string `json:"digest" pattern:"^[0-9a-f]{64}$" doc:"Digest of the comment as it was read"`
	Outcome string `json:"outcome" enum:"accepted,rejected,answered"`
	Reason  string `json:"reason" minLength:"1" maxLength:"8000" doc:"What was changed, why not, or the answer"`
}

// Check refuses a resolution without its reason.
func (r CommentResolution) Check() error {
	return Refusals(slices.Concat(checkID("/comment", r.Comment, PrefixEntry), checkDigest("/digest", r.Digest),
		checkOneOf("/outcome", r.Outcome, CommentAccepted, CommentRejected, CommentAnswered),
		compact(checkWord("/reason", r.Reason, 8000))))
}

// Subject is the comment in the words that were read: a comment that is written anew is resolved anew.
func (r CommentResolution) Subject() string { return string(r.Comment) + "@" + r.Digest }

// CheckAgainst refuses to resolve anything but a comment as it stands, and one's own comment.
func (r CommentResolution) CheckAgainst(d Dossier, e Entry) error {
	comment, ok := d.Standing(r.Comment, EntrySpecificationComment)
	switch {
	case !ok:
		return Refuse(CodeInvalidValue, "/comment", "%s is not a comment that stands", r.Comment).
			Accepting("the ID of a comment on the specification")
	case comment.Digest != r.Digest:
		return Refuse(CodeInvalidValue, "/digest", "this is not the comment as it stands").
			Accepting("%s, after reading it", comment.Digest)
	case slices.Contains(d.Authors[comment.ID], e.AuthorID) || comment.AuthorID == e.AuthorID:
		return Refuse(CodeOwnWork, "", "the comment is your own, so you do not resolve it").
			Accepting("another person; you may withdraw the comment")
	}
	return nil
}

// A Remark is a comment with what came of it.
type Remark struct {
	Entry   Entry
	Comment SpecificationComment
	// Resolution is nil while the comment is open.
	Resolution *CommentResolution
	ResolvedBy Entry
}

// Remarks lists the comments on parts of the specification that stand, in the order in which they were first written.
func (d Dossier) Remarks() []Remark {
	var all []Remark
	for _, e := range d.Of(EntrySpecificationComment) {
		comment, ok := BodyOf[SpecificationComment](e)
		if _, stands := d.Standing(comment.Entry, SpecificationKinds()...); !ok || !stands {
			continue
		}
		remark := Remark{Entry: e, Comment: comment}
		for _, by := range d.Of(EntryCommentResolution) {
			if r, ok := BodyOf[CommentResolution](by); ok && r.Comment == e.ID && r.Digest == e.Digest {
				remark.Resolution, remark.ResolvedBy = &r, by
			}
		}
		all = append(all, remark)
	}
	return all
}

// OpenComments says which comments on the specification are not resolved, each in words; none: nothing is open.
func (d Dossier) OpenComments() []string {
	var open []string
	for _, r := range d.Remarks() {
		if r.Resolution != nil {
			continue
		}
		about, _ := d.Standing(r.Comment.Entry)
		open = append(open, fmt.Sprintf("%s on %s (%s)", d.PersonOf(r.Entry.AuthorID), d.PartNamed(about), r.Entry.ID))
	}
	return open
}

// PartNamed is what people call a part of the specification: the code of a requirement, else its kind.
func (d Dossier) PartNamed(e Entry) string {
	if r, ok := BodyOf[Requirement](e); ok && e.Kind == EntryRequirement {
		return r.Code
	}
	return strings.ReplaceAll(string(e.Kind), "_", " ")
}
