package neutrality

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// All that is embedded is read, in each language.
func TestTheEmbeddedDataOfEachLanguageIsWhole(t *testing.T) {
	t.Parallel()
	k, err := newKnowledge()
	require.NoError(t, err)
	for tag := range k.languages {
		_, err := k.language(tag)
		require.NoError(t, err, tag)
	}
	unknown, err := k.language("xx")
	require.NoError(t, err)
	require.Nil(t, unknown)
}

// BenchmarkLoad tells what the first text costs: names, and one language.
func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		k, err := newKnowledge()
		require.NoError(b, err)
		_, err = k.language("tr")
		require.NoError(b, err)
	}
}

// BenchmarkLintOf100kB tells what a long document costs.
func BenchmarkLintOf100kB(b *testing.B) {
	const sentence = "The pumps shall be made in Germany, weigh at most 12 kg and follow EN 301 549 or equivalent; " +
		"the portal is modern. "
	text := strings.Repeat(sentence, 100_000/len(sentence))
	for b.Loop() {
		_, err := Lint([]Requirement{{ID: "R", Statement: map[string]string{"en": text}}})
		require.NoError(b, err)
	}
}
