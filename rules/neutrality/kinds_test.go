package neutrality

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// Directive 2014/24/EU, Article 42(2) to (4), in the words of officers: each kind of finding in each of six languages,
// and what looks like it and is none.
func TestWhatOfficersWriteIsFoundByItsKind(t *testing.T) {
	t.Parallel()
	for file, languages := range map[string][]string{
		"testdata/kinds.yaml": {"en", "de", "tr"}, "testdata/romance.yaml": {"fr", "es", "it"},
	} {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		var all map[string]map[Code]struct{ Found, Left []string }
		require.NoError(t, yaml.Unmarshal(content, &all))
		for _, language := range languages {
			for _, code := range []Code{
				CodeBrand, CodeOrigin, CodeStandard, CodeVague, CodeSolutionFirst, CodeOverspecified,
			} {
				require.NotEmpty(t, all[language][code].Found, "%s in %s", code, language)
				require.NotEmpty(t, all[language][code].Left, "%s in %s", code, language)
			}
			for code, examples := range all[language] {
				for _, text := range examples.Found {
					assert.Contains(t, codesIn(t, PartNeed, language, text), code, "%s: %s", language, text)
				}
				for _, text := range examples.Left {
					assert.NotContains(t, codesIn(t, PartNeed, language, text), code, "%s: %s", language, text)
				}
			}
		}
	}
}
