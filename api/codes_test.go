package api

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

func TestEveryCodeOfTheDomainHasAProblemType(t *testing.T) {
	t.Parallel()
	types := problemTypes()
	declared := codesOfModels(t)
	require.Greater(t, len(declared), 50)
	for code, name := range declared {
		kind, ok := types[code]
		if !assert.True(t, ok, "models.%s has no entry in problemTypes", name) {
			continue
		}
		require.True(t, kind.status >= 400 && kind.status < 600, name)
		require.NotEmpty(t, kind.title, name)
		require.True(t, strings.HasSuffix(kind.doc, "."), name)
		require.Regexp(t, `^[a-z][a-z0-9_]{2,}$`, string(code), name)
	}
	for code := range types {
		require.Contains(t, declared, code, "problemTypes has a code that models does not declare")
	}
}

// codesOfModels reads every constant of type Code from the source of package models, so that none can
// be added without this package knowing what it means over HTTP.
func codesOfModels(t *testing.T) map[models.Code]string {
	t.Helper()
	files, err := filepath.Glob("../models/*.go")
	require.NoError(t, err)
	codes := map[models.Code]string{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		parsed, err := parser.ParseFile(token.NewFileSet(), file, source, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || !isCode(spec) {
				return true
			}
			for i, name := range spec.Names {
				value, err := strconv.Unquote(spec.Values[i].(*ast.BasicLit).Value)
				require.NoError(t, err)
				require.NotContains(t, codes, models.Code(value), "two codes are alike")
				codes[models.Code(value)] = name.Name
			}
			return true
		})
	}
	return codes
}

func isCode(spec *ast.ValueSpec) bool {
	kind, ok := spec.Type.(*ast.Ident)
	return ok && kind.Name == "Code"
}
