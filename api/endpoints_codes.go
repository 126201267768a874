package api

import (
	"net/http"

	"github.com/ppi-engine/ppi/models"
)

func problemsOfWebhooks() map[models.Code]problemType {
	return map[models.Code]problemType{
		models.CodeEndpointLimit:    {http.StatusConflict, "The organisation has as many endpoints as allowed", "Remove one that is no longer needed.", 0},
		models.CodeEndpointDisabled: {http.StatusConflict, "The endpoint is disabled for good", "It answered 410 Gone. Register a new one.", 0},
		models.CodeBoxOpen:          {http.StatusConflict, "A box of tenders is open", "What is asked for would tell how many tenders came in. Ask again once the box is closed.", 0},
	}
}
