package rest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/internal/auth"
	"github.com/ppi-engine/ppi/models"
)

const problemMediaType = "application/problem+json"

// A Problem is the body of every answer that is not a success (RFC 9457).
type Problem struct {
	Type      string      `json:"type" format:"uri" doc:"Names the kind of problem; it never changes"`
	Title     string      `json:"title" doc:"The kind of problem in words, the same for all of its type"`
	Status    int         `json:"status" doc:"HTTP status"`
	Detail    string      `json:"detail" doc:"What was wrong this time"`
	Instance  string      `json:"instance,omitempty" doc:"Path of the request"`
	Code      models.Code `json:"code" doc:"The kind of problem for programs; it never changes"`
	RequestID string      `json:"request_id,omitempty" doc:"The request's X-Request-Id"`
	ErrorID   string      `json:"error_id,omitempty" doc:"Finds the cause of an internal error in the operator's log"`
	Errors    []Fault     `json:"errors,omitempty" doc:"Each fault of the request, to correct all at once"`

	headers http.Header
}

// A Fault is one thing that is wrong with a request.
type Fault struct {
	Pointer   string      `json:"pointer,omitempty" doc:"JSON Pointer (RFC 6901) into the body"`
	Parameter string      `json:"parameter,omitempty" doc:"Name of the query parameter, header or part of the path"`
	Code      models.Code `json:"code"`
	Detail    string      `json:"detail"`
	Accepted  string      `json:"accepted,omitempty" doc:"What would have been accepted"`
}

// Error returns the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus tells huma the status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders tells huma the headers.
func (p *Problem) GetHeaders() http.Header { return p.headers }

// ContentType tells huma the media type.
func (p *Problem) ContentType(string) string { return problemMediaType }

// A translator turns errors into problems.
type translator struct {
	base string
	log  *slog.Logger
}

// problem translates any error, and notes in the request with which code it is answered.
func (t *translator) problem(ctx context.Context, err error) *Problem {
	p := t.translate(ctx, err)
	requestOf(ctx).code = p.Code
	return p
}

// translate translates any error. A refusal is shown in full. Of a fault of the engine only an ID is shown; the cause
// is logged under that ID.
func (t *translator) translate(ctx context.Context, err error) *Problem {
	if done, ok := errors.AsType[*Problem](err); ok {
		return done
	}
	if known, ok := errors.AsType[*knownFault](err); ok {
		return t.failed(ctx, known.id)
	}
	if refusal, ok := models.RefusalOf(err); ok {
		if fault := beside(err); fault != nil {
			t.log.ErrorContext(ctx, "a fault beside a refusal", "request", requestOf(ctx).id, "refusal", refusal.Code,
				"cause", fault)
		}
		return t.refusal(ctx, inHeaders(refusal))
	}
	if failure, ok := errors.AsType[*auth.Failure](err); ok {
		p := t.refusal(ctx, models.Refuse(models.CodeUnauthenticated, "", "%s", failure.Reason))
		p.headers.Set("WWW-Authenticate", challenge(failure))
		return p
	}
	if acts.MayRepeat(err) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		t.log.WarnContext(ctx, "request not carried out", "request", requestOf(ctx).id, "cause", err)
		return t.refusal(ctx, models.Refuse(models.CodeUnavailable, "",
			"The engine could not carry this out in time; repeat the request."))
	}
	return t.fault(ctx, err)
}

// A knownFault is a fault of the engine whose cause is in the log already.
type knownFault struct{ id string }

// Error says where the cause is.
func (f *knownFault) Error() string { return "fault " + f.id }

// KnownFault makes an error that is answered as a fault of the engine whose cause is in the log under the ID.
func KnownFault(id string) error { return &knownFault{id} }

// beside collects the errors that came with a refusal, such as an attempt that could not be recorded.
func beside(err error) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		if inner := errors.Unwrap(err); inner != nil {
			return beside(inner)
		}
		return nil
	}
	var faults []error
	for _, part := range joined.Unwrap() {
		if _, refused := models.RefusalOf(part); refused {
			part = beside(part)
		}
		faults = append(faults, part)
	}
	return errors.Join(faults...)
}

func (t *translator) fault(ctx context.Context, cause error) *Problem {
	id := uuid.NewString()
	t.log.ErrorContext(ctx, "internal error", "error_id", id, "request", requestOf(ctx).id, "cause", cause)
	return t.failed(ctx, id)
}

// failed tells of a fault whose cause is in the log under its ID.
func (t *translator) failed(ctx context.Context, id string) *Problem {
	p := t.refusal(ctx, models.Refuse(models.CodeInternal, "",
		"The engine failed; the operator finds the cause in the log under error_id."))
	p.ErrorID = id
	return p
}

func (t *translator) refusal(ctx context.Context, r *models.Refusal) *Problem {
	req := requestOf(ctx)
	refused, known := models.RefusalTypeOf(r.Code)
	if !known {
		return t.fault(ctx, fmt.Errorf("refusal with a code that has no row: %w", r))
	}
	p := &Problem{
		Type:      t.base + string(r.Code),
		Title:     refused.Title,
		Status:    Status(refused.Kind),
		Detail:    r.Detail,
		Instance:  req.instance,
		Code:      r.Code,
		RequestID: req.id,
		Errors:    faults(r),
		headers:   http.Header{},
	}
	if pause := cmp.Or(r.Wait, refused.Kind.RetryAfter()); pause > 0 {
		p.headers.Set(headerRetryAfter, strconv.Itoa(wholeSeconds(pause)))
	}
	return p
}

// faults lists what a refusal names; one that names neither a place nor a remedy says all in its detail.
func faults(r *models.Refusal) []Fault {
	if r.Field == "" && r.Accepted == "" && len(r.Others) == 0 {
		return nil
	}
	return flatten(r)
}

func flatten(r *models.Refusal) []Fault {
	all := []Fault{faultOf(r)}
	for _, other := range r.Others {
		all = append(all, flatten(other)...)
	}
	return all
}

func faultOf(r *models.Refusal) Fault {
	f := Fault{Code: r.Code, Detail: r.Detail, Accepted: r.Accepted}
	if strings.HasPrefix(r.Field, "/") {
		f.Pointer = r.Field
	} else {
		f.Parameter = r.Field
	}
	return f
}

// inHeaders makes a refusal name the header in which the request gave its version or its ID.
func inHeaders(r *models.Refusal) *models.Refusal {
	if r.Code == models.CodeKeyReused {
		return models.Refuse(models.CodeKeyReused, headerIdempotencyKey,
			"this Idempotency-Key was used for a request with another body").
			Accepting("a new key for a new request, or the first request as it was")
	}
	named := *r
	switch r.Field {
	case models.FieldVersion:
		named.Field = headerIfMatch
	case models.FieldRequest:
		named.Field = headerIdempotencyKey
	}
	return &named
}

func challenge(f *auth.Failure) string {
	if !f.Presented {
		return `Bearer realm="ppi"`
	}
	return `Bearer realm="ppi", error="invalid_token", error_description="` + f.Reason + `"`
}

// Abort answers with the problem of err and ends the request.
func Abort(c *gin.Context, err error) {
	ctx := c.Request.Context()
	p := requestOf(ctx).router.translate.problem(ctx, err)
	maps.Copy(c.Writer.Header(), p.headers)
	body, err := json.Marshal(p)
	if err != nil {
		// A Problem holds strings and numbers only; they always marshal.
		panic(err)
	}
	c.Data(p.Status, problemMediaType, body)
	c.Abort()
}
