package models

import (
	"slices"
	"strings"
)

// The routes a procurement can take after the market consultation.
const (
	RoutePPI                   = "ppi"
	RoutePCP                   = "pcp"
	RouteOrdinary              = "ordinary_purchase"
	RouteInnovationPartnership = "innovation_partnership"
)

// A Route is how the need is to be met.
type Route struct {
	Route     string `json:"route" enum:"ppi,pcp,ordinary_purchase,innovation_partnership"`
	Reason    string `json:"reason" minLength:"1" maxLength:"8000"`
	Deviation string `json:"deviation,omitempty" maxLength:"8000" doc:"Why another than the state of the art suggests"`
}

// Check refuses an unknown route and one without reason.
func (r Route) Check() error {
	return Refusals(append(checkOneOf("/route", r.Route, RoutePPI, RoutePCP, RouteOrdinary, RouteInnovationPartnership),
		compact(checkWord("/reason", r.Reason, 8000))...))
}

// RoutesFor lists the routes that a conclusion on the state of the art points to: what is on sale is bought
// as usual, what is close to the market by a procurement of innovation, what needs research by a
// pre-commercial procurement or, where development and purchase go together, an innovation partnership
// (Directive 2014/24/EU, Articles 14 and 31).
func RoutesFor(conclusion string) []string {
	return map[string][]string{
		ConclusionUnmet:       {RoutePPI, RoutePCP, RouteInnovationPartnership},
		ConclusionNearMarket:  {RoutePPI, RouteInnovationPartnership},
		ConclusionOffTheShelf: {RouteOrdinary},
		ConclusionNeedsRD:     {RoutePCP, RouteInnovationPartnership},
	}[conclusion]
}

// CheckAgainst refuses a route that the state of the art does not point to, unless it says why.
func (r Route) CheckAgainst(d Dossier, e Entry) error {
	if e.WithdrawnAt != nil || strings.TrimSpace(r.Deviation) != "" {
		return nil
	}
	report, ok := d.Latest(EntryStateOfTheArt)
	if !ok {
		return Refuse(CodeInvalidValue, "/route", "there is no report on the state of the art").
			Accepting("a route with a reason in deviation")
	}
	art, _ := BodyOf[StateOfTheArt](report)
	if allowed := RoutesFor(art.Conclusion); !slices.Contains(allowed, r.Route) {
		return Refuse(CodeRouteInconsistent, "/route",
			"the conclusion of the report on the state of the art is %s", art.Conclusion).
			Accepting("one of %v, or another with a reason in deviation", allowed)
	}
	return nil
}
