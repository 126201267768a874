package api

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
)

// Enrolling shows a person who was given a code of enrolment; the code is shown once.
type Enrolling struct {
	PersonView

	Enrolment Enrolment `json:"enrolment"`
}

// An Enrolment is a code by which a person gets an API key.
type Enrolment struct {
	Code      string    `json:"code,omitempty" doc:"Give it to the person. Shown once: only its digest is kept"`
	ExpiresAt time.Time `json:"expires_at" doc:"Real time"`
	Note      string    `json:"note,omitempty" doc:"Why the code is not shown"`
}

const codeNote = "The code was shown once, when it was issued. If it is lost, issue another; that cancels this one."

func showEnrolling(e acts.Enrolling) Enrolling {
	shown := Enrolling{showPerson(e.Person), Enrolment{Code: e.Code, ExpiresAt: utc(e.ExpiresAt)}}
	if e.Code == "" {
		shown.Enrolment.Note = codeNote
	}
	return shown
}

func (s *server) issueCode(ctx context.Context, in *PersonPath) (*rest.Answer[Enrolling], error) {
	id, err := pathID(models.PrefixPerson, "person", in.Person)
	if err != nil {
		return nil, err
	}
	done, err := s.acts.IssueCode(ctx, rest.By(ctx), id)
	return rest.Created(ctx, done, err, showEnrolling)
}

// longestRedemption is in bytes.
const longestRedemption = 4 << 10

type redemption struct {
	Body struct {
		Code  string `json:"code" maxLength:"200" doc:"The code as it was given to you"`
		Label string `json:"label" maxLength:"200" pattern:"\\S" patternDescription:"not blank" doc:"What it is for"`
	}
}

// Enrolled shows a person with the key got for a code.
type Enrolled struct {
	PersonView

	Key MadeKey `json:"key" doc:"All earlier keys of the person are revoked"`
}

func showEnrolled(e acts.Enrolled) Enrolled {
	return Enrolled{showPerson(e.Person), showMadeKey(e.Key)}
}

func (s *server) redeem(ctx context.Context, in *redemption) (*rest.Answer[Enrolled], error) {
	done, err := s.acts.Redeem(ctx, rest.By(ctx), in.Body.Code, in.Body.Label)
	return rest.Created(ctx, done, err, showEnrolled)
}
