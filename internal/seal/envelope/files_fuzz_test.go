package envelope_test

import (
	"bytes"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/models"
)

// A again reads a file that somebody else made, and writes what it has read.
type again func([]byte) ([]byte, error)

func by[T any](read func([]byte) (T, error)) again {
	return func(text []byte) ([]byte, error) {
		v, err := read(text)
		if err != nil {
			return nil, err
		}
		return envelope.Render(v)
	}
}

func readers() []again {
	return []again{
		by(envelope.ReadSet), by(envelope.ReadBox), by(envelope.ReadAnnouncement), by(envelope.ReadRelease),
		by(envelope.ReadRequest), by(envelope.ReadHandover),
		func(text []byte) ([]byte, error) {
			key, err := envelope.ReadKey(text)
			if err != nil {
				return nil, err
			}
			return key.Keep()
		},
	}
}

// filesOf are files of every kind that the readers read.
func filesOf(f *testing.F) [][]byte {
	f.Helper()
	var files [][]byte
	for _, name := range []string{"box", "key-1", "release-1", "handover"} {
		file, err := os.ReadFile("testdata/kit/" + name + ".json")
		require.NoError(f, err)
		files = append(files, file)
	}
	box, err := envelope.ReadBox(files[0])
	require.NoError(f, err)
	handover, err := envelope.ReadHandover(files[3])
	require.NoError(f, err)
	key, err := envelope.ReadKey(files[1])
	require.NoError(f, err)
	announced, err := key.Announce()
	require.NoError(f, err)
	for _, v := range []any{box.Set, announced, handover.Request} {
		file, err := envelope.Render(v)
		require.NoError(f, err)
		files = append(files, file)
	}
	return files
}

// Whatever is handed over as a file of openers is refused, or read so that it reads the same once written.
func FuzzFilesOfOpeners(f *testing.F) {
	files := filesOf(f)
	for n, read := range readers() {
		known := 0
		for _, file := range files {
			f.Add(uint8(n), file)
			if _, err := read(file); err == nil {
				known++
			}
		}
		require.Equal(f, 1, known, "each reader reads its own files only")
		f.Add(uint8(n), []byte(`{"box":{"box":{}}}`))
		f.Add(uint8(n), []byte("null"))
	}
	f.Fuzz(func(t *testing.T, n uint8, file []byte) {
		read := readers()[int(n)%len(readers())]
		written, err := read(file)
		if err != nil {
			_, is := models.RefusalOf(err)
			require.True(t, is, "%v", err)
			return
		}
		same, err := read(written)
		require.NoError(t, err)
		require.Equal(t, string(written), string(same))
	})
}

// Whatever a price envelope holds, it is refused, or its price is one, and nothing is lost of what follows on it.
func FuzzReadPrice(f *testing.F) {
	line, err := envelope.PriceLine(models.Money{Amount: "1250000.10", Currency: "EUR"})
	require.NoError(f, err)
	f.Add(line)
	f.Add(append(line, "A breakdown"...))
	f.Add([]byte(`{"amount":"1e9","currency":"EUR","format":"ppi-engine.org/price/1"}` + "\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		price, rest, err := envelope.ReadPrice(bytes.NewReader(content))
		if err != nil {
			_, is := models.RefusalOf(err)
			require.True(t, is, "%v", err)
			return
		}
		line, err := envelope.PriceLine(price)
		require.NoError(t, err)
		after, err := io.ReadAll(rest)
		require.NoError(t, err)
		require.Equal(t, string(content), string(line)+string(after))
	})
}
