package rest

import (
	"net/http"

	"github.com/ppi-engine/ppi/models"
)

// httpStatus maps each kind of refusal to its HTTP status (RFC 9457 §3.1: the status belongs to the type).
var httpStatus = map[models.RefusalKind]int{
	models.RefusalMalformed:       http.StatusBadRequest,
	models.RefusalUnacceptable:    http.StatusUnprocessableEntity,
	models.RefusalUnauthenticated: http.StatusUnauthorized,
	models.RefusalForbidden:       http.StatusForbidden,
	models.RefusalAbsent:          http.StatusNotFound,
	models.RefusalConflict:        http.StatusConflict,
	models.RefusalStale:           http.StatusPreconditionFailed,
	models.RefusalUnversioned:     http.StatusPreconditionRequired,
	models.RefusalNotOffered:      http.StatusMethodNotAllowed,
	models.RefusalTooLarge:        http.StatusRequestEntityTooLarge,
	models.RefusalOtherMedia:      http.StatusUnsupportedMediaType,
	models.RefusalTooSlow:         http.StatusRequestTimeout,
	models.RefusalTooMany:         http.StatusTooManyRequests,
	models.RefusalUnavailable:     http.StatusServiceUnavailable,
	models.RefusalFault:           http.StatusInternalServerError,
}

// Status is the HTTP status of a kind of refusal.
func Status(kind models.RefusalKind) int { return httpStatus[kind] }
