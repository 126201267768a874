package route

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

func taking(t *testing.T, route string) models.Dossier {
	t.Helper()
	body, err := json.Marshal(models.Route{Route: route, Reason: "as consulted"})
	require.NoError(t, err)
	return models.Dossier{Entries: []models.Entry{{ID: "ent_route", Kind: models.EntryRoute, Body: body}}}
}

func TestAProcedureFitsTheRouteThatWasTaken(t *testing.T) {
	t.Parallel()
	all := []models.ProcedureCode{"open", "restricted", "neg-w-call", "comp-dial", "innovation"}
	for route, fits := range map[string][]models.ProcedureCode{
		models.RoutePPI:                   all[:4],
		models.RouteOrdinary:              all[:4],
		models.RouteInnovationPartnership: all[4:],
		models.RoutePCP:                   {},
	} {
		d := taking(t, route)
		for _, code := range all {
			err := Fits(d, code)
			if slices.Contains(fits, code) {
				require.NoError(t, err, "%s by %s", route, code)
				continue
			}
			r, refused := models.RefusalOf(err)
			require.True(t, refused, "%s by %s", route, code)
			require.Equal(t, models.CodeProcedureUnfit, r.Code)
			require.Contains(t, r.Detail, "Directive 2014/24/EU, Article")
			require.NotEmpty(t, r.Accepted)
		}
	}
}

func TestBeforeARouteIsConfirmedNothingIsRefused(t *testing.T) {
	t.Parallel()
	require.NoError(t, Fits(models.Dossier{}, models.ProcedureOpen))
}

func TestTheTableHasEveryRouteOnce(t *testing.T) {
	t.Parallel()
	rows, err := load()
	require.NoError(t, err)
	require.Len(t, rows, 4)
	for _, broken := range []string{
		"- {route: ppi, name: n}", "- {route: ppi, name: n, source: s, more: x}",
		"- {route: ppi, name: n, source: s}\n- {route: ppi, name: n, source: s}",
	} {
		_, err := read([]byte(broken))
		require.Error(t, err, broken)
	}
}
