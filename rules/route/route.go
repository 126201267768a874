// Package route judges whether a procedure fits the route that a procurement took after the market consultation.
package route

import (
	"bytes"
	_ "embed" // the table of routes
	"fmt"
	"slices"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"

	"github.com/ppi-engine/ppi/models"
)

//go:embed routes.yaml
var table []byte

// A Row says of one route by which procedures its tenderers may be found.
type Row struct {
	// Route is one of the routes of models, Name what people call it.
	Route string `yaml:"route"`
	Name  string `yaml:"name"`
	// Procedures is empty for a route outside of the Directive.
	Procedures []models.ProcedureCode `yaml:"procedures"`
	Source     string                 `yaml:"source"`
}

// load reads the embedded table once. An error means that the program was built with broken data.
var load = sync.OnceValues(func() ([]Row, error) { return read(table) })

// read reads a table, and refuses a route without name or source and one that stands in it twice.
func read(content []byte) ([]Row, error) {
	var rows []Row
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(&rows); err != nil {
		return nil, fmt.Errorf("decode routes: %w", err)
	}
	for i, r := range rows {
		if r.Route == "" || r.Name == "" || r.Source == "" {
			return nil, fmt.Errorf("route %q lacks its code, name or source", r.Route)
		}
		if slices.ContainsFunc(rows[:i], func(other Row) bool { return other.Route == r.Route }) {
			return nil, fmt.Errorf("the route %q stands there twice", r.Route)
		}
	}
	return rows, nil
}

// Of returns the row of the route that the procurement has taken; false: none is confirmed.
func Of(d models.Dossier) (Row, bool, error) {
	e, ok := d.Latest(models.EntryRoute)
	taken, readable := models.BodyOf[models.Route](e)
	if !ok || !readable {
		return Row{}, false, nil
	}
	rows, err := load()
	if err != nil {
		return Row{}, false, err
	}
	i := slices.IndexFunc(rows, func(r Row) bool { return r.Route == taken.Route })
	if i < 0 {
		return Row{}, false, fmt.Errorf("the table of routes lacks %q", taken.Route)
	}
	return rows[i], true, nil
}

// Fits refuses a procedure by which the route that was taken may not find its tenderers
// ([models.CodeProcedureUnfit]). Until a route is confirmed, every procedure fits.
func Fits(d models.Dossier, code models.ProcedureCode) error {
	r, taken, err := Of(d)
	switch {
	case err != nil || !taken || slices.Contains(r.Procedures, code):
		return err
	case len(r.Procedures) == 0:
		return models.Refuse(models.CodeProcedureUnfit, "/procedure",
			"the route is a %s, which is outside of the procedures of the Directive (%s)", r.Name, r.Source).
			Accepting("the results of its phases in the place of tenders; or another route, " +
				"after a return to the consultation")
	}
	allowed := make([]string, len(r.Procedures))
	for i, p := range r.Procedures {
		allowed[i] = string(p)
	}
	return models.Refuse(models.CodeProcedureUnfit, "/procedure", "the procedure %s does not fit the route %s (%s)",
		code, r.Name, r.Source).
		Accepting("the procedure-choice %s; or another route, after a return to the consultation",
			strings.Join(allowed, " or "))
}
