// Package procedure holds the procedures by which tenderers are found, as dated data: the stages of each, and who may
// hand in what at each stage.
package procedure

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
	"github.com/ppi-engine/ppi/rules/route"
)

//go:embed *.yaml
var files embed.FS

// described is a procedure with the day from which its description applies.
type described struct {
	models.Procedure

	from calendar.Date
}

// load reads the embedded files once, the oldest descriptions first. An error means that the program was built
// with broken data.
var load = sync.OnceValues(func() ([]described,
	error,
) { //nolint:gochecknoglobals // embedded data, read once and never changed
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list procedures: %w", err)
	}
	var all []described
	for _, name := range names {
		content, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		p, err := read(content)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b described) int {
		return cmp.Or(a.from.Compare(b.from), cmp.Compare(a.Code, b.Code))
	})
	return all, nil
})

// read reads one description, and refuses fields and values that mean nothing.
func read(content []byte) (described, error) {
	var p described
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	err := decoder.Decode(&p.Procedure)
	if err != nil {
		return p, fmt.Errorf("decode YAML: %w", err)
	}
	if p.from, err = calendar.ParseDate("/valid_from", p.ValidFrom); err != nil {
		return p, err
	}
	return p, check(p.Procedure)
}

// check refuses a procedure without a name, source or stages, grounds that say nothing, a stage that takes something
// unknown or is repeated without talks, and a procedure that does not end with tenders that are not discussed.
func check(p models.Procedure) error {
	if p.Code == "" || p.Name == "" || p.Source == "" || len(p.Stages) == 0 {
		return fmt.Errorf("procedure %q lacks its code, name, source or stages", p.Code)
	}
	for _, g := range p.Grounds {
		if g.Code == "" || g.Says == "" || g.Source == "" {
			return fmt.Errorf("ground %q of %s lacks its code, words or source", g.Code, p.Code)
		}
	}
	for i, s := range p.Stages {
		known := slices.Contains(models.AllHanded(), s.HandsIn)
		if s.Code == "" || s.Source == "" || !known || s.Invited != (i > 0) || (s.Least > 0) != s.Invited {
			return fmt.Errorf("stage %d of %s: it needs a code, a source and what is handed in; "+
				"after the first, only those who were invited hand in, and their least number is given", i+1, p.Code)
		}
		if err := checkTalks(s); err != nil {
			return fmt.Errorf("stage %s of %s: %w", s.Code, p.Code, err)
		}
	}
	last := p.Stages[len(p.Stages)-1]
	if last.HandsIn != models.HandedTender || last.Talks != "" {
		return fmt.Errorf("%s does not end with tenders that are final", p.Code)
	}
	return nil
}

// checkTalks refuses talks on what is not judged by the award criteria, and a stage that repeats, or whose tenders may
// be awarded without talks, where there are none.
func checkTalks(s models.Stage) error {
	switch known := s.Talks == "" || s.Talks == models.TalksNegotiation || s.Talks == models.TalksDialogue; {
	case !known:
		return fmt.Errorf("%q are no talks", s.Talks)
	case s.Talks != "" && !s.HandsIn.Evaluated():
		return fmt.Errorf("%s are not discussed", s.HandsIn.Called())
	case s.Talks == "" && (s.Rounds || s.Reservable):
		return errors.New("it needs talks to repeat, or to be awarded without them")
	}
	return nil
}

// Known lists the procedures that may be begun on a day, by code.
func Known(on calendar.Date) ([]models.Procedure, error) {
	all, err := load()
	if err != nil {
		return nil, err
	}
	latest := map[models.ProcedureCode]models.Procedure{}
	for _, p := range all {
		if p.from.Compare(on) <= 0 {
			latest[p.Code] = p.Procedure
		}
	}
	known := make([]models.Procedure, 0, len(latest))
	for _, p := range latest {
		known = append(known, p)
	}
	slices.SortFunc(known, func(a, b models.Procedure) int { return cmp.Compare(a.Code, b.Code) })
	return known, nil
}

// Of returns the procedure that was decided on, by default the open one, as it was described when the first running lot
// was published. It refuses a procedure that could not be begun then ([models.CodeInvalidValue]).
func Of(d models.Dossier) (models.Procedure, error) {
	code := models.ProcedureOpen
	if e, ok := d.Latest(models.EntryProcedureChoice); ok {
		if choice, readable := models.BodyOf[models.ProcedureChoice](e); readable {
			code = choice.Procedure
		}
	}
	return named(d, code)
}

func named(d models.Dossier, code models.ProcedureCode) (models.Procedure, error) {
	zone, err := calendar.Zone("/zone", d.Procurement.Zone)
	if err != nil {
		return models.Procedure{}, err
	}
	known, err := Known(calendar.DateOf(Begun(d), zone))
	if err != nil {
		return models.Procedure{}, err
	}
	codes := make([]string, len(known))
	for i, p := range known {
		if p.Code == code {
			return p, nil
		}
		codes[i] = string(p.Code)
	}
	return models.Procedure{}, models.Refuse(models.CodeInvalidValue, "/procedure",
		"the engine does not know the procedure %q", code).
		Accepting("one of %v", codes)
}

// Begun returns when the procedure of the running lots began; now, while none is published.
func Begun(d models.Dossier) time.Time {
	at := d.Now
	for _, lot := range d.Tendering.Lots {
		if lot.Running() && lot.Boxes[0].OpenedAt.Before(at) {
			at = lot.Boxes[0].OpenedAt
		}
	}
	return at
}

// Choice is the decision on a procedure that the engine knows.
type Choice struct {
	models.ProcedureChoice
}

// CheckAgainst refuses a procedure that cannot be begun, one that does not fit the route, and one without a ground that
// it needs.
func (c Choice) CheckAgainst(d models.Dossier, e models.Entry) error {
	p, err := named(d, c.Procedure)
	if err != nil || e.WithdrawnAt != nil {
		return err
	}
	if err := route.Fits(d, c.Procedure); err != nil {
		return err
	}
	return models.Refusals(Grounded(p, c.ProcedureChoice, "/ground"))
}

// Grounded refuses a choice without one of the grounds of the procedure ([models.CodeGroundMissing]), and a ground
// where the procedure is free to choose. The field is where the ground is named.
func Grounded(p models.Procedure, c models.ProcedureChoice, field string) []*models.Refusal {
	_, known := p.GroundOf(c.Ground)
	switch {
	case len(p.Grounds) == 0 && c.Ground != "":
		return []*models.Refusal{models.Refuse(models.CodeGroundMissing, field,
			"the %s is free to choose; it needs no ground", p.Name).
			Accepting("no ground")}
	case len(p.Grounds) == 0 || known:
		return nil
	}
	accepted := make([]string, len(p.Grounds))
	for i, g := range p.Grounds {
		accepted[i] = fmt.Sprintf("%s (%s: %s)", g.Code, g.Source, g.Says)
	}
	return []*models.Refusal{models.Refuse(models.CodeGroundMissing, field,
		"the %s may be chosen only on one of the grounds of %s", p.Name, p.Source).
		Accepting("one of %s", strings.Join(accepted, "; "))}
}
