package models_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

func TestEveryRefusalHasARowThatSaysWhatItIs(t *testing.T) {
	t.Parallel()
	declared := constantsOf(t, "Code")
	titles := map[string]models.Code{}
	for _, row := range models.RefusalTypes() {
		require.Contains(t, declared, string(row.Code), "a row names a code that is no constant, or names it again")
		delete(declared, string(row.Code))
		require.Regexp(t, `^[a-z][a-z0-9_]{2,}$`, string(row.Code))
		require.Contains(t, models.RefusalKinds(), row.Kind, row.Code)
		require.Regexp(t, `^[A-Z].*[^.]$`, row.Title, row.Code)
		require.Regexp(t, `^[A-Z\x60].*\.$`, row.Doc, row.Code)
		require.NotContains(t, titles, row.Title, row.Code)
		titles[row.Title] = row.Code
		found, ok := models.RefusalTypeOf(row.Code)
		require.True(t, ok)
		require.Equal(t, row, found)
	}
	require.Empty(t, declared, "codes without a row")
	_, ok := models.RefusalTypeOf("no_such_code")
	require.False(t, ok)
}

func TestEveryRefusalIsMadeSomewhereAndNoneWithoutARow(t *testing.T) {
	t.Parallel()
	unused := map[string]bool{}
	for _, name := range constantsOf(t, "Code") {
		unused[name] = true
	}
	for path, file := range productFiles(t) {
		if strings.HasPrefix(path, filepath.Join("..", "models", "refusals_")) {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				delete(unused, n.Name)
			case *ast.CallExpr:
				if called := nameOf(n.Fun); called == "Refuse" || called == "Code" {
					_, literal := n.Args[0].(*ast.BasicLit)
					require.False(t, literal, "%s: a refusal's code is one of the constants", path)
				}
			}
			return true
		})
	}
	require.Empty(t, unused, "codes by which nothing is refused")
}

func TestEveryVerbIsListed(t *testing.T) {
	t.Parallel()
	declared := constantsOf(t, "Verb")
	require.True(t, slices.IsSorted(models.Verbs()))
	for _, verb := range models.Verbs() {
		require.Contains(t, declared, string(verb))
		delete(declared, string(verb))
	}
	require.Empty(t, declared, "verbs that nobody registers")
}

func TestEveryKindOfEntryHasOneRow(t *testing.T) {
	t.Parallel()
	declared, paths := constantsOf(t, "EntryKind"), map[string]models.EntryKind{}
	for _, rule := range models.EntryRules() {
		require.Contains(t, declared, string(rule.Kind), "a row names a kind that is no constant, or names it again")
		delete(declared, string(rule.Kind))
		require.Regexp(t, `^[a-z]+(-[a-z]+)*$`, rule.Path, rule.Kind)
		require.NotContains(t, paths, rule.Path)
		paths[rule.Path] = rule.Kind
		require.Regexp(t, `^[a-z].*[^.]$`, rule.What, rule.Kind)
		require.Contains(t, models.Phases(), rule.Phase, rule.Kind)
		require.Subset(t, models.BuyerSide(), rule.Writers, rule.Kind)
		require.NotEmpty(t, rule.Writers, rule.Kind)
		found, ok := models.EntryRuleOf(rule.Kind)
		require.True(t, ok)
		require.Equal(t, rule.Path, found.Path)
	}
	require.Empty(t, declared, "kinds without a row")
}

// constantsOf reads the constants of a type from the source of package models: their values, with their names.
func constantsOf(t *testing.T, kind string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for path, file := range productFiles(t) {
		if filepath.Dir(path) != filepath.Join("..", "models") {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || nameOf(spec.Type) != kind {
				return true
			}
			for i, name := range spec.Names {
				literal, ok := spec.Values[i].(*ast.BasicLit)
				require.True(t, ok, name.Name)
				value, err := strconv.Unquote(literal.Value)
				require.NoError(t, err)
				require.NotContains(t, found, value, "two constants are alike: %s", name.Name)
				found[value] = name.Name
			}
			return true
		})
	}
	require.Greater(t, len(found), 10, "constants of type %s", kind)
	return found
}

func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	default:
		return ""
	}
}

// productFiles parses the source of the whole product, tests apart.
func productFiles(t *testing.T) map[string]*ast.File {
	t.Helper()
	files := map[string]*ast.File{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "bin" || entry.Name() == ".git"):
			return fs.SkipDir
		case entry.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		files[path], err = parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		return err
	})
	require.NoError(t, err)
	return files
}
