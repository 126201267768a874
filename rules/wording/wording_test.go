package wording

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

type words struct {
	Hello string `yaml:"hello"`
}

func files(content map[string]string) fstest.MapFS {
	all := fstest.MapFS{}
	for name, text := range content {
		all["words/"+name+".yaml"] = &fstest.MapFile{Data: []byte(text)}
	}
	return all
}

func TestWordsAreFoundByTheWholeTagByItsFirstPartOrInEnglish(t *testing.T) {
	t.Parallel()
	load := Loader[words](files(map[string]string{
		"en": "hello: Hello", "de": "hello: Guten Tag", "de-CH": "hello: Grüezi",
	}))
	for tag, expected := range map[string]string{
		"de": "Guten Tag", "de-CH": "Grüezi", "de-AT": "Guten Tag", "en-GB": "Hello", "el": "Hello", "": "Hello",
	} {
		w, own, err := In(load, tag)
		require.NoError(t, err)
		require.Equal(t, expected, w.Hello, tag)
		require.Equal(t, tag != "el" && tag != "", own, tag)
	}
}

func TestBrokenWordsAreFoundWhenTheyAreRead(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]map[string]string{
		"no English":      {"de": "hello: Guten Tag"},
		"a word too many": {"en": "hello: Hello\nbye: Bye"},
		"no YAML":         {"en": ":"},
	} {
		_, _, err := In(Loader[words](files(content)), "en")
		require.Error(t, err, name)
	}
}

func TestNamesAreFilledInOnce(t *testing.T) {
	t.Parallel()
	require.Equal(t, "{b} and 2", Fill("{a} and {b}", "a", "{b}", "b", "2"), "a value is never filled in again")
	require.Equal(t, "{c}", Fill("{c}"))
}
