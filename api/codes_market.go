package api

import (
	"net/http"

	"github.com/ppi-engine/ppi/models"
)

func problemsOfMarket() map[models.Code]problemType {
	return map[models.Code]problemType{
		models.CodeNotAnnounced:        {http.StatusConflict, "The consultation was not announced", "Announce it to all first.", 0},
		models.CodeConsultationNotOpen: {http.StatusConflict, "The consultation is not open yet", "Responses are received from the instant that was announced.", 0},
		models.CodeConsultationClosed:  {http.StatusConflict, "The consultation has closed", "By the database's clock it was over when the request came. Nothing is received any more.", 0},
		models.CodeResponseLimit:       {http.StatusConflict, "There are very many responses", "The detail names how many an operator may give to one consultation. All that were received count.", 0},
		models.CodeConsultationRunning: {http.StatusConflict, "A consultation is open", "Extend it, or wait until it has closed.", 0},
		models.CodeAlreadyReleased:     {http.StatusConflict, "It was released before", "Everyone reads the same. Write a new entry to say something else.", 0},
		models.CodeNotReleasable:       {http.StatusUnprocessableEntity, "The entry is not of a kind that is released", "The market is told of bulletins, engagement plans and consultation reports; announcements go out with their consultation.", 0},
		models.CodeEntryChanged:        {http.StatusConflict, "The entry has changed since it was read", "Read it again and name its digest.", 0},
		models.CodeInputsMissing:       {http.StatusConflict, "The report leaves inputs out", "It says of each response and event whether it was used, and why.", 0},
		models.CodeConfidential:        {http.StatusConflict, "The report discloses what is confidential", "It repeats, word for word, what an operator marked as confidential with a reason.", 0},
		models.CodeRouteInconsistent:   {http.StatusConflict, "The route does not follow from the state of the art", "Choose a route that its conclusion points to, or say why another is taken.", 0},
		models.CodeProductNamed:        {http.StatusUnprocessableEntity, "A product is named", "What goes out to the market favours nobody: describe what is needed.", 0},
	}
}
