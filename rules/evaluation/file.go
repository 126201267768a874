package evaluation

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/govalues/decimal"

	"github.com/ppi-engine/ppi/models"
)

// ReadRanking reads the file of a lot's ranking: the answer of GET …/lots/{lot}/ranking, or a file of that form that
// somebody wrote (docs/evaluation.md). It refuses, with all faults at once, what is no JSON, fields that a ranking does
// not have or has twice, and numbers that are not plain or have more digits than the program keeps: nothing is rounded
// or passed over in silence.
func ReadRanking(text []byte) (Evaluation, error) {
	var said Evaluation
	var whole json.RawMessage
	if err := json.Unmarshal(text, &whole); err != nil {
		return said, models.Refuse(models.CodeInvalidValue, "", "the file is not JSON: %v", err).
			Accepting("one JSON object, and nothing after it")
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	root, err := readNode(decoder)
	if err != nil {
		return said, err
	}
	f := fileReader{}
	f.fits(root, reflect.TypeFor[Evaluation](), "")
	if err := models.Refusals(f.faults); err != nil {
		return said, err
	}
	if err := json.Unmarshal(text, &said); err != nil {
		return said, fmt.Errorf("read the ranking: %w", err)
	}
	return said, nil
}

// A node is a value of a file, with all members of an object in their order, also those of one name.
type node struct {
	object, list bool
	members      []member
	items        []node
	// value is a text, a [json.Number], a bool or nil, if the node is neither an object nor a list.
	value any
}

type member struct {
	name string
	node node
}

func readNode(decoder *json.Decoder) (node, error) {
	token, err := decoder.Token()
	if err != nil {
		return node{}, fmt.Errorf("read the ranking: %w", err)
	}
	delimiter, opens := token.(json.Delim)
	if !opens {
		return node{value: token}, nil
	}
	n := node{object: delimiter == '{', list: delimiter == '['}
	for decoder.More() {
		var m member
		if n.object {
			name, err := decoder.Token()
			if err != nil {
				return n, fmt.Errorf("read the ranking: %w", err)
			}
			m.name = fmt.Sprint(name)
		}
		if m.node, err = readNode(decoder); err != nil {
			return n, err
		}
		if n.object {
			n.members = append(n.members, m)
		} else {
			n.items = append(n.items, m.node)
		}
	}
	if _, err = decoder.Token(); err != nil && !errors.Is(err, io.EOF) {
		return n, fmt.Errorf("read the ranking: %w", err)
	}
	return n, nil
}

func (n node) absent() bool { return !n.object && !n.list && n.value == nil }

// text returns the text of a member; empty: there is none.
func (n node) text(name string) string {
	for _, m := range n.members {
		if text, ok := m.node.value.(string); ok && m.name == name {
			return text
		}
	}
	return ""
}

// A fileReader gathers what in a file does not fit.
type fileReader struct{ faults []*models.Refusal }

func (f *fileReader) refusef(at, accepted, format string, args ...any) {
	f.faults = append(f.faults, models.Refuse(codeAt(at), at, format, args...).Accepting("%s", accepted))
}

// codeAt is the code of a fault in a file by its place.
func codeAt(at string) models.Code {
	_, ofTender, _ := strings.Cut(strings.TrimPrefix(at, "/tenders/"), "/")
	part, _, _ := strings.Cut(ofTender, "/")
	switch {
	case strings.HasPrefix(at, "/scheme"):
		return models.CodeInvalidCriteria
	case strings.HasPrefix(at, "/tenders/") && (part == "scores" || part == "individual"):
		return models.CodeInvalidScore
	case strings.HasPrefix(at, "/tenders/") && part == "price":
		return models.CodeInvalidPrice
	}
	return models.CodeInvalidValue
}

// fits compares a value with the type that it is read as.
func (f *fileReader) fits(n node, as reflect.Type, at string) {
	switch {
	case as.Kind() == reflect.Pointer && n.absent():
	case as.Kind() == reflect.Pointer:
		f.fits(n, as.Elem(), at)
	case as == reflect.TypeFor[decimal.Decimal]():
		f.number(n, at)
	case as.Kind() == reflect.Struct:
		f.object(n, as, at)
	case (as.Kind() == reflect.Map || as.Kind() == reflect.Slice) && n.absent():
	case as.Kind() == reflect.Map:
		f.named(n, as.Elem(), at)
	case as.Kind() == reflect.Slice:
		f.listed(n, as.Elem(), at)
	default:
		f.plain(n, as, at)
	}
}

// number asks for a number of which no digit is lost.
func (f *fileReader) number(n node, at string) {
	const accepted = `a number in plain notation as text, such as "48" or "0.35"`
	text, isText := n.value.(string)
	_, decimals, _ := strings.Cut(text, ".")
	switch {
	case !isText:
		f.refusef(at, accepted, "%s is not a number as text", n.said())
	case !plainNumber(text):
		f.refusef(at, accepted, "%q is not a number", text)
	default:
		if _, err := decimal.ParseExact(text, len(decimals)); err != nil {
			f.refusef(at, fmt.Sprintf("a number of at most %d digits", decimal.MaxPrec),
				"%s has more digits than are computed with, and is not rounded", text)
		}
	}
}

// plainNumber tells whether a text is digits, with a sign and a point at most.
func plainNumber(text string) bool {
	whole, decimals, pointed := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	digits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	return digits(whole) && (!pointed || digits(decimals))
}

func (f *fileReader) object(n node, as reflect.Type, at string) {
	known := map[string]reflect.Type{}
	var names []string
	for field := range as.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name != "-" {
			known[name], names = field.Type, append(names, name)
		}
	}
	for field, m := range f.members(n, at) {
		if as, ok := known[m.name]; ok {
			f.fits(m.node, as, field)
		} else {
			f.refusef(field, "one of "+strings.Join(names, ", "), "%q is no field of this", m.name)
		}
	}
}

func (f *fileReader) named(n node, as reflect.Type, at string) {
	for field, m := range f.members(n, at) {
		f.fits(m.node, as, field)
	}
}

// members yields the members of an object by their places, each name once. It refuses what is no object, and a name
// that is given again.
func (f *fileReader) members(n node, at string) iter.Seq2[string, member] {
	return func(yield func(string, member) bool) {
		if !n.object {
			f.refusef(at, "an object", "%s is not an object", n.said())
		}
		for i, m := range n.members {
			field := at + "/" + m.name
			if slices.ContainsFunc(n.members[:i], func(earlier member) bool { return earlier.name == m.name }) {
				f.refusef(field, "each name once", "%q is given twice", m.name)
			} else if !yield(field, m) {
				return
			}
		}
	}
}

// listed names a tender by its ID, as refusals of what is computed do.
func (f *fileReader) listed(n node, as reflect.Type, at string) {
	if !n.list {
		f.refusef(at, "a list", "%s is not a list", n.said())
	}
	for i, item := range n.items {
		name := strconv.Itoa(i)
		if at == "/tenders" {
			if item.object && item.text("id") == "" {
				f.refusef(at+"/"+name+"/id", "an ID of its own for each tender", "the tender has no ID")
			}
			name = cmp.Or(item.text("id"), name)
		}
		f.fits(item, as, at+"/"+name)
	}
}

func (f *fileReader) plain(n node, as reflect.Type, at string) {
	switch value := n.value.(type) {
	case string:
		if as.Kind() == reflect.String {
			return
		}
	case bool:
		if as.Kind() == reflect.Bool {
			return
		}
	case json.Number:
		if _, err := strconv.Atoi(value.String()); err == nil && as.Kind() == reflect.Int {
			return
		}
	}
	switch as.Kind() {
	case reflect.Bool:
		f.refusef(at, "true or false", "%s is neither true nor false", n.said())
	case reflect.Int:
		f.refusef(at, "a whole number, without quotation marks", "%s is not a whole number", n.said())
	default:
		f.refusef(at, `a text, and a number as text too, such as "100.00"`, "%s is not a text", n.said())
	}
}

// said is a value for a refusal.
func (n node) said() string {
	switch {
	case n.object:
		return "an object"
	case n.list:
		return "a list"
	case n.value == nil:
		return "null"
	}
	if text, ok := n.value.(string); ok {
		return strconv.Quote(text)
	}
	return fmt.Sprint(n.value)
}
