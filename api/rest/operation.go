package rest

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// An Operation is one row of the table of operations.
type Operation struct {
	Method, Path, Summary string
	// Access says who may call it.
	Access Access
	// Keyed operations need an Idempotency-Key, conditional ones an If-Match.
	Keyed, Conditional bool
	// Hidden operations are served but not part of the described API.
	Hidden bool

	// status is the HTTP status of success.
	status int
	// maxBody bounds the body in bytes; 0 takes the router's limit.
	maxBody int64
	// takesBody tells whether there is a body to bind; takesBytes, that the body is bytes for the handler.
	takesBody, takesBytes bool
	// media are the media types of a body of bytes.
	media []string
	// bodyTimeout is how long the body may take to arrive; 0 takes the router's limit.
	bodyTimeout time.Duration
	// within is how long it may take, from when the body has arrived to the answer; 0 takes the router's limit.
	within time.Duration
	// givesBytes tells that the answer is a file rather than a resource.
	givesBytes bool
	// takes and gives describe body and answer where the handler's own types do not.
	takes, gives Schema
	// givesAlso are media types that an answer can have besides JSON.
	givesAlso []string
	// refuses are statuses of problems besides those that the rest of the row implies.
	refuses []int
	// mayCreate marks a PUT that answers 201 when there was nothing before.
	mayCreate bool
	// discreet operations show by being called that somebody supplies, or means to.
	discreet bool
	// keepsOutcome marks an operation that writes a command down for the procurement's workflow.
	keepsOutcome bool
	// uncounted requests do not count against the limits of callers.
	uncounted bool
	// receives marks the receipt of tenders, whose callers are looked up on connections of its own.
	receives bool
	// work says what kind of work the operation is, sometimes what it can be, which its handler finds out; empty: it
	// reads.
	work, sometimes Work
	// answerTimeout is until when the answer must have been taken; 0 takes the server's limit.
	answerTimeout time.Duration

	bind func(*Router, *Operation)
}

// A Handler answers a request whose parameters and body are an I with an O.
type Handler[I, O any] func(context.Context, *I) (*O, error)

// Get makes a row that reads.
func Get[I, O any](
	path string, access Access, summary string, handle Handler[I, O], options ...Option,
) Operation {
	return bound(Operation{
		Method: http.MethodGet, Path: path, Access: access, Summary: summary, status: http.StatusOK,
	}, handle, options)
}

// Post makes a row that makes something, once for each Idempotency-Key. Its status of success is 201.
func Post[I, O any](
	path string, access Access, summary string, handle Handler[I, O], options ...Option,
) Operation {
	return bound(Operation{
		Method: http.MethodPost, Path: path, Access: access, Summary: summary, status: http.StatusCreated, Keyed: true,
	}, handle, options)
}

// Put makes a row that replaces what exists, in the version that If-Match names.
func Put[I, O any](
	path string, access Access, summary string, handle Handler[I, O], options ...Option,
) Operation {
	return bound(change(http.MethodPut, path, access, summary), handle, options)
}

// Patch makes a row that changes a part of what exists, in the version that If-Match names.
func Patch[I, O any](
	path string, access Access, summary string, handle Handler[I, O], options ...Option,
) Operation {
	return bound(change(http.MethodPatch, path, access, summary), handle, options)
}

// Delete makes a row that ends what exists, in the version that If-Match names.
func Delete[I, O any](
	path string, access Access, summary string, handle Handler[I, O], options ...Option,
) Operation {
	return bound(change(http.MethodDelete, path, access, summary), handle, options)
}

func change(method, path string, access Access, summary string) Operation {
	return Operation{
		Method: method, Path: path, Access: access, Summary: summary, status: http.StatusOK, Conditional: true,
	}
}

// bound makes a row whose handler is bound, validated and described by huma.
func bound[I, O any](o Operation, handle Handler[I, O], options []Option) Operation {
	_, o.takesBody = reflect.TypeFor[I]().FieldByName("Body")
	for _, apply := range options {
		apply(&o)
	}
	if o.work == "" && o.Method != http.MethodGet && o.Access.kind != accessPublic {
		o.work = Write
	}
	o.bind = func(r *Router, o *Operation) {
		huma.Register(r.huma, r.describe(o), func(ctx context.Context, in *I) (*O, error) {
			out, err := handle(ctx, in)
			if err != nil {
				return nil, r.translate.problem(ctx, traced(ctx, err))
			}
			return out, nil
		})
		r.documentHeaders(o)
	}
	return o
}

// An Option changes what the method of an operation implies.
type Option func(*Operation)

// Conditional makes a POST ask for If-Match, because it acts on a version of what exists.
func Conditional() Option { return func(o *Operation) { o.Conditional = true } }

// Unconditional lets a PUT do without If-Match, because its result does not depend on what was there before.
func Unconditional() Option { return func(o *Operation) { o.Conditional = false } }

// KeepsOutcome marks an operation whose outcome is kept for good under its Idempotency-Key. The person who asked may
// learn it, even if the operation itself ended the role in which the person asked.
func KeepsOutcome() Option { return func(o *Operation) { o.keepsOutcome = true } }

// Answers sets the status of success where the method's usual one does not fit.
func Answers(status int) Option { return func(o *Operation) { o.status = status } }

// Computes says that a POST only computes an answer: nothing is kept, so there is nothing to do once, and the status of
// success is 200.
func Computes() Option { return func(o *Operation) { o.Keyed, o.status = false, http.StatusOK } }

// MayCreate says that a PUT answers 201 when there was nothing before.
func MayCreate() Option { return func(o *Operation) { o.mayCreate = true } }

// TakesBytes says that the body is bytes of [models.MediaTypeBytes], or of another media type that is named, at most n
// and within the time: the handler finds them by [Bytes].
func TakesBytes(n int64, within time.Duration, also ...string) Option {
	return func(o *Operation) {
		o.takesBytes, o.maxBody, o.bodyTimeout, o.work = true, n, within, Transfer
		o.media = append([]string{mediaBytes}, also...)
	}
}

// GivesBytes says that the answer is a file, which is sent as long as its reader goes on taking it.
func GivesBytes() Option { return func(o *Operation) { o.givesBytes, o.work = true, Transfer } }

// Uncounted lets in any number of requests, because the health of the instance is read from the answers.
func Uncounted() Option { return func(o *Operation) { o.uncounted = true } }

// Receives marks the receipt of tenders: callers are looked up on connections that nothing else uses.
func Receives() Option { return func(o *Operation) { o.receives, o.work = true, Receipt } }

// Long says that the operation is long work of a kind, and how long it may take. Whoever calls has [answerTime] more to
// send the body and take the answer.
func Long(work Work, within time.Duration) Option {
	return func(o *Operation) { o.work, o.within, o.answerTimeout = work, within, within+answerTime }
}

// answerTime is more than a body may take to arrive.
const answerTime = time.Minute

// Within sets how long an operation may take, where the usual time does not fit.
func Within(d time.Duration) Option { return func(o *Operation) { o.within = d } }

// Takes says what a body must be, where the handler takes any JSON.
func Takes(body Schema) Option { return func(o *Operation) { o.takes = body } }

// Gives describes the answer where the handler may give anything, and names the media types that it may have instead of
// JSON.
func Gives(answer Schema, also ...string) Option {
	return func(o *Operation) { o.gives, o.givesAlso = answer, also }
}

// Discreet keeps out of the log who calls the operation, and for which procurement: it would tell who means to tender
// (Directive 2014/24/EU, Article 21).
func Discreet() Option { return func(o *Operation) { o.discreet = true } }

// AtMost bounds the body in bytes, instead of the router's limit: what everybody may send, without a key, must cost
// little, and what an opener sends has a part for each envelope of a box.
func AtMost(n int64) Option { return func(o *Operation) { o.maxBody = n } }

// MayRefuse adds statuses of problems to those that the rest of its row implies.
func MayRefuse(statuses ...int) Option { return func(o *Operation) { o.refuses = statuses } }

// Sometimes says that the operation can be long work of a kind; then its handler calls [Enter].
func Sometimes(work Work) Option { return func(o *Operation) { o.sometimes = work } }

// limits names what is counted of the callers of the operation.
func (o *Operation) limits() []string {
	if o.uncounted {
		return []string{}
	}
	names := []string{"requests of a key or an address in a minute"}
	for _, work := range []Work{o.work, o.sometimes} {
		if work != "" {
			names = append(names, string(work)+" of a person and an organisation at once")
		}
	}
	return names
}

// ID names the operation in the OpenAPI document, such as get-v1-procurements-procurement.
func (o *Operation) ID() string {
	return strings.ToLower(o.Method) + strings.NewReplacer("/", "-", "{", "", "}", "").Replace(o.Path)
}

// route is the path in gin's notation.
func (o *Operation) route() string { return strings.NewReplacer("{", ":", "}", "").Replace(o.Path) }

// onProcurement tells whether the operation concerns the procurement that its path names.
func (o *Operation) onProcurement() bool { return o.Access.kind == accessRoles }

// problems lists the statuses other than success that a row can answer.
func (o *Operation) problems() []int {
	statuses := []int{http.StatusBadRequest, http.StatusServiceUnavailable}
	if !o.uncounted {
		statuses = append(statuses, http.StatusTooManyRequests)
	}
	if o.Access.kind != accessPublic {
		statuses = append(statuses, http.StatusUnauthorized, http.StatusForbidden)
	}
	if strings.Contains(o.Path, "{") {
		statuses = append(statuses, http.StatusNotFound)
	}
	if o.Conditional {
		statuses = append(statuses, http.StatusPreconditionFailed, http.StatusPreconditionRequired)
	}
	if o.Method != http.MethodGet {
		statuses = append(statuses, http.StatusConflict, http.StatusRequestEntityTooLarge)
	}
	if o.givesBytes {
		statuses = append(statuses, http.StatusConflict)
	}
	if o.takesBody || o.takesBytes {
		statuses = append(statuses, http.StatusRequestTimeout, http.StatusUnsupportedMediaType)
	}
	statuses = append(statuses, o.refuses...)
	slices.Sort(statuses)
	return append(statuses, http.StatusUnprocessableEntity) // huma adds 500
}
