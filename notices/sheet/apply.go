package sheet

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

// apply puts what a cell says into the requirement of its row. What the cell shows just as it was exported stays as it
// is, to the character.
func (r *reader) apply(row *Row, c column, said string) {
	if c.key == keyEntry || c.key == keyNotes {
		return
	}
	q := &row.Requirement
	if said == (required{*q, row.Entry}).shown(r.dossier, c, &words{}) {
		return
	}
	word := strings.TrimSpace(said)
	switch c.key {
	case keyStatement, keyMinimum, keyHow:
		set(textOf(q, c.key), c.language, said)
	case keyCode:
		q.Code = word
	case keyType, keyPriority, keyUse, keyMethod:
		r.choose(row, c, word)
	case keyIndicator, keyUnit, keyAtLeast, keyAtMost:
		r.measure(row, c, word)
	case keyNeeds:
		q.Traces = r.ids(word, q.Traces)
	case keyEvidence:
		q.Evidence = r.ids(word, q.Evidence)
	case keyLots:
		r.lots(row, c, word)
	}
	if now := (required{*q, row.Entry}); row.Entry.ID != "" {
		before, _ := models.BodyOf[models.Requirement](row.Entry)
		w := &words{}
		if now.shown(r.dossier, c, w) != (required{before, row.Entry}).shown(r.dossier, c, w) {
			row.Fields = append(row.Fields, c.pointer())
		}
	}
}

// set writes a text in one language; none takes the language out.
func set(text *models.Text, language, said string) {
	all := maps.Clone(*text)
	if all == nil {
		all = models.Text{}
	}
	all[language] = said
	if strings.TrimSpace(said) == "" {
		delete(all, language)
	}
	if *text = all; len(all) == 0 {
		*text = nil
	}
}

// choose takes a value of a list, in any language.
func (r *reader) choose(row *Row, c column, word string) {
	code, ok := r.values[c.key][fold(word)]
	if word == "" && c.key == keyMethod {
		code, ok = "", true
	}
	if !ok {
		r.fault(models.Refuse(models.CodeCellInvalid, row.cells[c.pointer()], "%q is not a value of this column", word).
			Accepting("%s, or the words of the list in one of the six languages", strings.Join(values(c.key), ", ")))
		return
	}
	switch c.key {
	case keyType:
		row.Requirement.Type = code
	case keyPriority:
		row.Requirement.Priority = code
	case keyUse:
		row.Requirement.Use = code
	default:
		row.Requirement.Verification.Method = code
	}
}

// measure takes a part of what is bounded by numbers.
func (r *reader) measure(row *Row, c column, word string) {
	m := models.Measure{}
	if row.Requirement.Measure != nil {
		m = *row.Requirement.Measure
	}
	switch c.key {
	case keyIndicator:
		m.Indicator = word
	case keyUnit:
		m.Unit = word
	case keyAtLeast:
		m.AtLeast = r.number(row, c, word, m.AtLeast)
	default:
		m.AtMost = r.number(row, c, word, m.AtMost)
	}
	row.Requirement.Measure = &m
}

// number takes a decimal number as people write it: with a point, or with a comma where that can mean one thing only.
// The same number, written otherwise, changes nothing.
func (r *reader) number(row *Row, c column, word, before string) string {
	said := word
	if whole, part, comma := strings.Cut(word, ","); comma && !strings.ContainsAny(part, ",.") &&
		!strings.Contains(whole, ".") {
		if said = whole + "." + part; len(part) == 3 {
			r.fault(models.Refuse(models.CodeCellInvalid, row.cells[c.pointer()], "%q can be read in two ways", word).
				Accepting("%s, or %s", said, whole+part))
			return before
		}
	}
	if said == "" {
		return ""
	}
	if refusal := models.CheckDecimal("", said); refusal != nil {
		r.fault(models.Refuse(models.CodeCellInvalid, row.cells[c.pointer()], "%q is not a decimal number", word).
			Accepting("a number such as 4.5 or 4,5, without a unit"))
		return before
	}
	if models.SameDecimal(said, before) {
		return before
	}
	return said
}

// ids takes a list of IDs. The same IDs in another order change nothing.
func (r *reader) ids(word string, before []models.ID) []models.ID {
	var all []models.ID
	for _, id := range named(word) {
		all = append(all, models.ID(id))
	}
	return kept(all, before)
}

// kept is a list, or the list before if it has the same members.
func kept(now, before []models.ID) []models.ID {
	if slices.Equal(slices.Sorted(slices.Values(now)), slices.Sorted(slices.Values(before))) {
		return before
	}
	return now
}

// lots takes a list of lots by their numbers, or by their IDs.
func (r *reader) lots(row *Row, c column, word string) {
	var all []models.ID
	for _, name := range named(word) {
		at := slices.IndexFunc(r.dossier.Tendering.Lots, func(l models.Lot) bool {
			return string(l.ID) == name || strconv.Itoa(l.Number) == name
		})
		if at < 0 {
			var known []string
			for _, l := range r.dossier.Tendering.Lots {
				known = append(known, strconv.Itoa(l.Number))
			}
			r.fault(models.Refuse(models.CodeCellInvalid, row.cells[c.pointer()], "there is no lot %q", name).
				Accepting("numbers of lots: %v; or nothing, if it applies to all", known))
			return
		}
		all = append(all, r.dossier.Tendering.Lots[at].ID)
	}
	row.Requirement.Lots = kept(all, row.Requirement.Lots)
}

// named are the members of a list, which stand in lines or between commas, semicolons or blanks.
func named(word string) []string {
	return strings.FieldsFunc(word, func(r rune) bool { return strings.ContainsRune(",; \n\t\u00a0", r) })
}
