package models

import (
	"slices"
	"strings"
)

// EntryStandards is the overview of the standards that concern the need.
const EntryStandards EntryKind = "standards_landscape"

// A StandardsLandscape lists the standards that concern the need, or says that there are none.
type StandardsLandscape struct {
	Standards []Standard `json:"standards,omitempty" maxItems:"500"`
	None      Text       `json:"none,omitempty" doc:"Where was looked, if no standard concerns the need"`
}

// A Standard is one that concerns the need.
type Standard struct {
	Number    string `json:"number" minLength:"1" maxLength:"200" example:"EN ISO 13485"`
	Title     string `json:"title" minLength:"1" maxLength:"1000"`
	Body      string `json:"body" minLength:"1" maxLength:"200" doc:"Who publishes it" example:"CEN"`
	Version   string `json:"version,omitempty" maxLength:"200" doc:"Year or edition; absent: any" example:"2016"`
	Relevance string `json:"relevance" minLength:"1" maxLength:"8000" doc:"What it has to do with the need"`
	Needs     []ID   `json:"needs,omitempty" maxItems:"500" doc:"The needs that rest on it; absent: none does"`
}

// Check refuses a landscape that neither lists a standard nor says why there is none.
func (s StandardsLandscape) Check() error {
	var faults []*Refusal
	switch {
	case len(s.Standards) == 0:
		faults = compact(CheckText("/none", s.None, 8000))
	case len(s.None) > 0:
		faults = append(faults, Refuse(CodeInvalidValue, "/none", "standards are listed").
			Accepting("either standards, or why there are none"))
	}
	for n, x := range s.Standards {
		at := item("/standards", n)
		faults = append(faults, compact(checkWord(at+"/number", x.Number, 200), checkWord(at+"/title", x.Title, 1000),
			checkWord(at+"/body", x.Body, 200), checkWord(at+"/relevance", x.Relevance, 8000))...)
		for _, id := range x.Needs {
			faults = append(faults, checkID(at+"/needs", id, PrefixEntry)...)
		}
		if slices.ContainsFunc(s.Standards[:n], func(y Standard) bool {
			return strings.EqualFold(x.Number, y.Number) && x.Version == y.Version
		}) {
			faults = append(faults, Refuse(CodeInvalidValue, at+"/number", "%s is listed twice", x.Number).
				Accepting("each standard once"))
		}
	}
	return Refusals(faults)
}

// CheckAgainst refuses a standard on which something rests that is no need.
func (s StandardsLandscape) CheckAgainst(d Dossier, e Entry) error {
	if e.WithdrawnAt != nil {
		return nil
	}
	for n, x := range s.Standards {
		for _, id := range x.Needs {
			if _, ok := d.Standing(id, EntryNeedsStatement, EntryCommonNeed); !ok {
				return Refuse(CodeInvalidValue, item("/standards", n)+"/needs", "%s is no standing need", id).
					Accepting("IDs of needs statements, or of the common need")
			}
		}
	}
	return nil
}
