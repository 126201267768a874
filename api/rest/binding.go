package rest

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ppi-engine/ppi/models"
)

// longestEcho is how many characters of a text from a request an answer repeats at most.
const longestEcho = 200

// doesNotFit is said of a value that fits the schema but not the type of its field.
const doesNotFit = "a value does not fit its field"

// DoesNotFit refuses a body that fits the schema but not the type that the schema describes.
func DoesNotFit() *models.Refusal { return models.Refuse(models.CodeInvalidValue, "", doesNotFit) }

// clip shortens text from a request to what an answer may repeat.
func clip(s string) string {
	runes := []rune(s)
	if len(runes) <= longestEcho {
		return s
	}
	return string(runes[:longestEcho]) + "…"
}

// mostFaults is how many faults of one body are told: a body of nothing but faults must not cost more than it is worth.
const mostFaults = 50

// bindingProblem makes a problem of the errors that huma found while it bound and validated a request. The offending
// value itself is never repeated: it may be a secret, and a problem ends up in the caller's logs.
func bindingProblem(ctx context.Context, status int, message string, errs []error) *Problem {
	r := requestOf(ctx).router
	if r == nil {
		return &Problem{Status: status} // huma asks for the type when it describes an operation
	}
	var all []*models.Refusal
	for _, err := range errs[:min(len(errs), mostFaults)] {
		all = append(all, bindingFault(status, err))
	}
	if len(all) == 0 {
		all = append(all, models.Refuse(bindingCode(status), "", "%s", message))
	}
	return r.translate.problem(ctx, models.Refusals(all))
}

func bindingFault(status int, err error) *models.Refusal {
	var detail *huma.ErrorDetail
	if !errors.As(err, &detail) {
		return models.Refuse(bindingCode(status), "", "the request cannot be accepted")
	}
	message := detail.Message
	if strings.HasPrefix(message, "json: ") || strings.HasPrefix(message, "parsing time") {
		message = doesNotFit // Go's own words name our types
	}
	r := models.Refuse(bindingCode(status), field(detail.Location), "%s", clip(message))
	if detail.Message == "unknown query parameter" {
		r.Code = models.CodeInvalidRequest
	}
	return r
}

func bindingCode(status int) models.Code {
	switch status {
	case http.StatusUnprocessableEntity:
		return models.CodeInvalidValue
	case http.StatusInternalServerError:
		return models.CodeInternal
	}
	return models.CodeInvalidRequest
}

// field turns huma's location, such as body.lots[2].title or query.limit, into what a refusal names.
func field(location string) string {
	part, rest, _ := strings.Cut(location, ".")
	if part != "body" && !strings.HasPrefix(part, "body[") {
		return clip(rest)
	}
	path := strings.TrimPrefix(location, "body")
	if path == "" {
		return ""
	}
	path = strings.NewReplacer("~", "~0", "/", "~1").Replace(path)
	path = strings.NewReplacer("[", "/", "]", "", ".", "/").Replace(path)
	return clip("/" + strings.TrimPrefix(path, "/"))
}
