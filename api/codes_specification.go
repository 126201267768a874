package api

import (
	"net/http"

	"github.com/ppi-engine/ppi/models"
)

func problemsOfSpecification() map[models.Code]problemType {
	return map[models.Code]problemType{
		models.CodeNotFrozen:        {http.StatusConflict, "The specification is not frozen", "Something was changed since, or nothing was frozen yet. Freeze a version and name its digest.", 0},
		models.CodeOwnWork:          {http.StatusForbidden, "It is one's own work", "Who wrote it neither approves, certifies nor excuses it; another person does.", 0},
		models.CodeLotsNotAsDecided: {http.StatusConflict, "The lots are not those decided on", "Publish the lots that the buyers approved with the specification, or return to it.", 0},
		models.CodeDocumentUnknown:  {http.StatusConflict, "There is no such document", "Upload the document and write it to the procurement first.", 0},
	}
}
