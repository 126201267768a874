// Package sheet writes the requirements of a specification into a workbook (.xlsx) and reads them from one, because
// that is where people work on them. What a cell says wrong is refused by the name of the cell.
//
// A workbook is foreign: it is read within fixed bounds, without formulas, macros and links, and nothing of it is
// believed but what its cells show.
package sheet

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/ppi-engine/ppi/models"
)

// MediaType is that of a workbook.
const MediaType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// What a workbook may hold.
const (
	// MostBytes is how large a file may be.
	MostBytes = 4 << 20
	// MostRows is how many requirements a sheet may have: a version of the specification has no more parts.
	MostRows = 2000
	// mostColumns is how far to the right something may stand.
	mostColumns = 120
	// mostUnpacked is how large all parts of a file may be together, mostParts how many there may be.
	mostUnpacked = 32 << 20
	mostParts    = 500
	// mostFaults is how many faults of a sheet are told at once.
	mostFaults = 200
)

// The keys of columns, as words/*.yaml names them.
const (
	keyEntry     = "entry"
	keyCode      = "code"
	keyType      = "type"
	keyPriority  = "priority"
	keyUse       = "use"
	keyStatement = "statement"
	keyMinimum   = "minimum"
	keyIndicator = "indicator"
	keyUnit      = "unit"
	keyAtLeast   = "at_least"
	keyAtMost    = "at_most"
	keyMethod    = "method"
	keyHow       = "how"
	keyNeeds     = "needs"
	keyEvidence  = "evidence"
	keyLots      = "lots"
	keyNotes     = "notes"
)

// A column is one column of the sheet.
type column struct {
	key string
	// language is that of a text; empty: the column holds no text in a language.
	language string
}

// pointers are where the content of a column stands in a requirement.
var pointers = map[string]string{
	keyCode: "/code", keyType: "/type", keyPriority: "/priority", keyUse: "/use", keyStatement: "/statement",
	keyMinimum: "/minimum", keyIndicator: "/measure/indicator", keyUnit: "/measure/unit",
	keyAtLeast: "/measure/at_least", keyAtMost: "/measure/at_most", keyMethod: "/verification/method",
	keyHow: "/verification/how", keyNeeds: "/traces", keyEvidence: "/evidence", keyLots: "/lots",
}

// pointer is where the content of the column stands in a requirement; empty: nowhere.
func (c column) pointer() string {
	if c.language == "" {
		return pointers[c.key]
	}
	return pointers[c.key] + "/" + c.language
}

// keys lists the columns from left to right.
func keys() []string {
	return []string{
		keyEntry, keyCode, keyType, keyPriority, keyUse, keyStatement, keyMinimum, keyIndicator, keyUnit, keyAtLeast,
		keyAtMost, keyMethod, keyHow, keyNeeds, keyEvidence, keyLots, keyNotes,
	}
}

// translated tells whether there is a column of the key for each language.
func translated(key string) bool { return key == keyStatement || key == keyMinimum || key == keyHow }

// values lists what a column of the key may say; nil: whatever it likes.
func values(key string) []string {
	switch key {
	case keyType:
		return models.RequirementTypes()
	case keyPriority:
		return models.Priorities()
	case keyUse:
		return models.RequirementUses()
	case keyMethod:
		return models.VerificationMethods()
	}
	return nil
}

// columns are those of the procurement: texts have one for each of its languages, and for each in which a text exists.
func columns(d models.Dossier) []column {
	languages := slices.Clone(d.Procurement.Languages)
	for _, r := range standing(d) {
		for _, text := range []models.Text{r.Statement, r.Minimum, r.Verification.How} {
			for _, language := range text.Languages() {
				if !slices.Contains(languages, language) {
					languages = append(languages, language)
				}
			}
		}
	}
	var all []column
	for _, key := range keys() {
		if !translated(key) {
			all = append(all, column{key: key})
			continue
		}
		for _, language := range languages {
			all = append(all, column{key, language})
		}
	}
	return all
}

// A required is a requirement that stands, with its entry.
type required models.StandingRequirement

// standing lists the requirements by code.
func standing(d models.Dossier) []required {
	var all []required
	for _, r := range d.Requirements() {
		all = append(all, required(r))
	}
	slices.SortStableFunc(all, func(a, b required) int {
		return cmp.Or(cmp.Compare(len(a.Code), len(b.Code)), cmp.Compare(a.Code, b.Code))
	})
	return all
}

// shown is what a cell shows of a requirement. Codes of a list are given by the words of a language.
func (r required) shown(d models.Dossier, c column, w *words) string {
	m := r.Measure
	if m == nil {
		m = new(models.Measure)
	}
	switch c.key {
	case keyEntry:
		return string(r.Entry.ID) + "@" + strconv.FormatInt(r.Entry.Version, 10)
	case keyCode:
		return r.Code
	case keyType:
		return w.value(r.Type)
	case keyPriority:
		return w.value(r.Priority)
	case keyUse:
		return w.value(r.Use)
	case keyMethod:
		return w.value(r.Verification.Method)
	case keyIndicator:
		return clean(m.Indicator)
	case keyUnit:
		return clean(m.Unit)
	case keyAtLeast:
		return m.AtLeast
	case keyAtMost:
		return m.AtMost
	case keyNeeds:
		return lines(r.Traces)
	case keyEvidence:
		return lines(r.Evidence)
	case keyLots:
		return numbers(d, r.Lots)
	case keyStatement, keyMinimum, keyHow:
		return clean((*textOf(&r.Requirement, c.key))[c.language])
	}
	return ""
}

// textOf is the text of a requirement that the columns of a key hold.
func textOf(r *models.Requirement, key string) *models.Text {
	switch key {
	case keyStatement:
		return &r.Statement
	case keyMinimum:
		return &r.Minimum
	default:
		return &r.Verification.How
	}
}

func lines(ids []models.ID) string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = string(id)
	}
	return strings.Join(all, "\n")
}

// numbers names lots as people do. A lot that is not known keeps its ID.
func numbers(d models.Dossier, ids []models.ID) string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = string(id)
		if lot, ok := d.Tendering.Lot(id); ok {
			all[i] = strconv.Itoa(lot.Number)
		}
	}
	return strings.Join(all, ", ")
}

// clean is a text as a workbook can hold it: composed, with lines that end in one way, and without characters that its
// format cannot hold.
func clean(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(norm.NFC.String(s))
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r >= 0x20 && r != 0xFFFE && r != 0xFFFF {
			return r
		}
		return '\uFFFD'
	}, s)
}
