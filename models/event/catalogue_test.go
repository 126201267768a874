package event

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

var update = flag.Bool("update", false, "write the catalogue as it is now to testdata")

func TestEveryRowSaysAllOfItsType(t *testing.T) {
	t.Parallel()
	types, payloads := map[models.EventType]bool{}, map[reflect.Type]bool{}
	for _, row := range Catalogue() {
		require.Regexp(t, `^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$`, row.Type)
		require.Regexp(t, `^[A-Z].+\.$`, row.Means, row.Type)
		require.False(t, types[row.Type], "%s has two rows", row.Type)
		require.False(t, payloads[reflect.TypeOf(row.Payload)], "%T has two rows", row.Payload)
		require.Equal(t, row.Type, TypeOf(row.Payload))
		found, known := Find(row.Type)
		require.True(t, known)
		require.Equal(t, row, found)
		types[row.Type], payloads[reflect.TypeOf(row.Payload)] = true, true
	}
}

func TestEveryFieldOfAPayloadIsNamedAndDescribed(t *testing.T) {
	t.Parallel()
	var described func(t *testing.T, of reflect.Type)
	described = func(t *testing.T, of reflect.Type) {
		t.Helper()
		for field := range of.Fields() {
			where := of.Name() + "." + field.Name
			if !field.IsExported() {
				continue // kept beside the event
			}
			require.Regexp(t, `^[a-z][a-z0-9_]*(,omitempty|,omitzero)?$`, field.Tag.Get("json"), where)
			require.Regexp(t, `^[A-Z].*[^.]$`, field.Tag.Get("doc"), where)
			inner := field.Type
			for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice {
				inner = inner.Elem()
			}
			require.NotContains(t, []reflect.Kind{reflect.Map, reflect.Interface, reflect.Float64}, inner.Kind(), where)
			if inner.Kind() == reflect.Struct && inner.PkgPath() == of.PkgPath() && inner != reflect.TypeFor[Part]() {
				described(t, inner)
			}
		}
	}
	for _, row := range Catalogue() {
		described(t, reflect.TypeOf(row.Payload))
	}
}

// A payload without a row could be written down, and would fail when it is appended.
func TestEveryPayloadHasARowAndIsRecordedSomewhere(t *testing.T) {
	t.Parallel()
	var rows []string
	for _, row := range Catalogue() {
		rows = append(rows, reflect.TypeOf(row.Payload).Name())
	}
	var payloads []string
	inspect(t, ".", func(n ast.Node) {
		if f, ok := n.(*ast.FuncDecl); ok && f.Name.Name == "event" && f.Recv != nil {
			payloads = append(payloads, f.Recv.List[0].Type.(*ast.Ident).Name)
		}
	})
	require.ElementsMatch(t, rows, payloads)

	recorded := map[string]bool{}
	for _, dir := range []string{"../../acts", "../../internal/auth", "../../internal/keyring", "../../views/audit"} {
		inspect(t, dir, func(n ast.Node) {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if of, ok := s.X.(*ast.Ident); ok && of.Name == "event" {
					recorded[s.Sel.Name] = true
				}
			}
		})
	}
	// What earlier releases recorded stays readable.
	former := []string{"EndpointDisabled", "OpeningJoined", "OpeningDisputed"}
	for _, name := range rows {
		require.Equal(t, !slices.Contains(former, name), recorded[name], "whether %s is recorded by an act", name)
	}
}

func inspect(t *testing.T, dir string, look func(ast.Node)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			look(n)
			return true
		})
	}
}

// The catalogue is public. Rows and fields are added; who is told what does not change by accident.
func TestTheCatalogueIsWhatWasPublished(t *testing.T) {
	t.Parallel()
	const golden = "testdata/catalogue.txt"
	var now strings.Builder
	for _, row := range Catalogue() {
		fmt.Fprintln(&now, published(row))
	}
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(now.String()), 0o600))
	}
	before, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(before), now.String(), "rows and fields are added only; if that is so, repeat with -update")
}

// published is a row in one line.
func published(row Row) string {
	who := row.Audience.Names()
	if row.Audience.Sealed {
		who = append(who, "sealed")
	}
	if c := row.Audience.PortalsUnless; c != nil {
		who = append(who, "portals unless "+c.Field+" is "+c.Value)
	}
	line := strings.Join([]string{string(row.Type), strings.Join(who, ", "), fields(reflect.TypeOf(row.Payload))},
		" | ")
	return strings.TrimRight(line, " |")
}

var ofOurs = regexp.MustCompile(`\b(models|event|time)\.`)

func fields(of reflect.Type) string {
	var all []string
	for field := range of.Fields() {
		if !field.IsExported() {
			continue // kept beside the event
		}
		kind := field.Type
		name := field.Tag.Get("json") + " " + ofOurs.ReplaceAllString(kind.String(), "")
		if kind.Kind() == reflect.Slice && kind.Elem().Kind() == reflect.Struct {
			name += "{" + fields(kind.Elem()) + "}"
		}
		all = append(all, name)
	}
	return strings.Join(all, "; ")
}

func TestAPayloadOutsideTheCatalogueIsNotRecorded(t *testing.T) {
	t.Parallel()
	for _, p := range []Payload{nil, &LotCreated{}, stray{}} {
		_, err := Event{Payload: p}.Record()
		require.ErrorContains(t, err, "no row of the catalogue", "%T", p)
	}
}

type stray struct{}

func (stray) event() {}

func TestARoleOfASupplierIsSentToNoPortal(t *testing.T) {
	t.Parallel()
	for _, payload := range []Payload{
		RoleGiven{Role: models.RoleSupplier},
		RoleEnded{Role: models.RoleSupplier},
		RoleGiven{Role: models.RoleOpener},
	} {
		recorded, err := Event{Payload: payload}.Record()
		require.NoError(t, err)
		require.Equal(t, !strings.Contains(string(recorded.Data), `"supplier"`), Sent(recorded.Type, recorded.Data))
	}
	require.False(t, Sent("lot.dreamt", nil), "nobody knows who may be told")
	require.True(t, slices.Contains(Types(func(a Audience) bool { return a.Sealed }), "tender.refused"))
}
