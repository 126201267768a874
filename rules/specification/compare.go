package specification

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

// What became of a part of the specification between two versions.
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed"
)

// A Difference is what became of one part.
type Difference struct {
	Entry models.ID
	Kind  models.EntryKind
	// Name is what people call it: the code of a requirement, else the kind in words.
	Name   string
	Change string
	// From and To are the digests of its versions; empty where it is not there.
	From, To string
	Fields   []FieldDifference
}

// A FieldDifference is what became of one value. An empty one is absent.
type FieldDifference struct {
	// Field is a JSON pointer; a member of a list that has an ID or a code is named by it.
	Field    string
	Language string
	Old, New string
	// Words tell it word by word.
	Words []Piece
}

// A Part is a version of a part of the specification.
type Part struct {
	models.Reference

	Name string
	Body json.RawMessage
}

// Compare says what became of each part between two versions, requirements first, by their codes.
func Compare(from, to []Part) ([]Difference, error) {
	before, after := byEntry(from), byEntry(to)
	var all []Difference
	for _, p := range slices.Concat(from, to) {
		old, was := before[p.Entry]
		now, is := after[p.Entry]
		d := Difference{Entry: p.Entry, Kind: p.Kind, Name: p.Name, From: old.Digest, To: now.Digest, Change: Changed}
		switch {
		case was && is && old.Digest == now.Digest, slices.ContainsFunc(all, d.same):
			continue
		case !was:
			d.Change = Added
		case !is:
			d.Change = Removed
		}
		var err error
		if d.Fields, err = fields(old.Body, now.Body); err != nil {
			return nil, fmt.Errorf("compare %s: %w", p.Entry, err)
		}
		all = append(all, d)
	}
	slices.SortStableFunc(all, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(len(a.Name), len(b.Name)),
			cmp.Compare(a.Name, b.Name))
	})
	return all, nil
}

func byEntry(parts []Part) map[models.ID]Part {
	all := map[models.ID]Part{}
	for _, p := range parts {
		all[p.Entry] = p
	}
	return all
}

func (d Difference) same(other Difference) bool { return d.Entry == other.Entry }

func (d Difference) rank() int {
	if d.Kind == models.EntryRequirement {
		return 0
	}
	return 1
}

// fields compares two bodies, value by value. A body that is absent has no values.
func fields(before, after json.RawMessage) ([]FieldDifference, error) {
	old, err := flatten(before)
	if err != nil {
		return nil, err
	}
	now, err := flatten(after)
	if err != nil {
		return nil, err
	}
	var all []FieldDifference
	for _, at := range union(old, now) {
		if old[at] == now[at] {
			continue
		}
		d := FieldDifference{Field: at, Old: old[at], New: now[at], Words: Words(old[at], now[at])}
		if last := at[strings.LastIndex(at, "/")+1:]; models.ValidLanguage(last) {
			d.Language = last
		}
		all = append(all, d)
	}
	return all, nil
}

func union(a, b map[string]string) []string {
	var all []string
	for _, m := range []map[string]string{a, b} {
		for at := range m {
			if !slices.Contains(all, at) {
				all = append(all, at)
			}
		}
	}
	slices.Sort(all)
	return all
}

// flatten lists the values of a body by their places. A list of plain values is one value.
func flatten(body json.RawMessage) (map[string]string, error) {
	all := map[string]string{}
	if len(body) == 0 {
		return all, nil
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return nil, fmt.Errorf("read content: %w", err)
	}
	spread("", value, all)
	return all, nil
}

func spread(at string, value any, into map[string]string) {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			spread(at+"/"+name, member, into)
		}
	case []any:
		plain := make([]string, 0, len(v))
		for i, member := range v {
			if whole, isObject := member.(map[string]any); isObject {
				spread(at+"/"+called(whole, i), member, into)
				continue
			}
			plain = append(plain, fmt.Sprint(member))
		}
		if len(plain) > 0 {
			into[at] = strings.Join(plain, ", ")
		}
	case nil:
	default:
		into[at] = fmt.Sprint(v)
	}
}

// called is the name of a member of a list: its ID or code, else its place.
func called(member map[string]any, i int) string {
	for _, name := range []string{"id", "code"} {
		if s, ok := member[name].(string); ok && s != "" {
			return s
		}
	}
	return strconv.Itoa(i)
}
