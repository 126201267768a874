package zone_test

import (
	"archive/zip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models/zone"
)

func TestOnlyNamesOfTheDatabaseAreZones(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"Europe/Paris", "Europe/Brussels", "America/Argentina/Ushuaia", "UTC", "Etc/GMT+5",
		"CET", "GB-Eire", "Asia/Calcutta", "EST5EDT",
	} {
		found, ok := zone.Load(name)
		require.True(t, ok, name)
		require.Equal(t, name, found.String())
	}
	for _, name := range []string{
		"", "Local", "localtime", "posixrules", "Factory", "right/Europe/Paris", "posix/Europe/Paris", "right/UTC",
		"posix/UTC", "Europe",
		"Europe/", "/Europe/Paris", "Europe//Paris", "./Europe/Paris", "Europe/../Europe/Paris", "europe/paris",
		" Europe/Paris", "Europe/Paris\n",
		"Europe/Paris\x00", "Europe\\Paris", "zone.tab", "tzdata.zi", "leapseconds", "leap-seconds.list", "CEST",
		"GMT+2", "+02:00", "Europe/Bonn",
		"Mars/Olympus", "../../../etc/localtime", "/etc/localtime", "Éurope/Paris", "#", "CET-1CEST",
	} {
		_, ok := zone.Load(name)
		require.False(t, ok, "%q", name)
	}
}

// The table shows what the database says that comes with Go, at every change and around it.
func TestTheTableSaysWhatTheDatabaseSays(t *testing.T) {
	t.Parallel()
	goroot, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	require.NoError(t, err)
	root := filepath.Join(strings.TrimSpace(string(goroot)), "lib", "time")
	update, err := os.ReadFile(filepath.Join(root, "update.bash"))
	require.NoError(t, err)
	release := regexp.MustCompile(`(?m)^DATA=(\S+)`).FindSubmatch(update)[1]
	table, err := os.ReadFile("zones.txt")
	require.NoError(t, err)
	require.Contains(t, string(table), "release "+string(release)+",",
		"Go has another release: run go generate ./models/zone")

	archive, err := zip.OpenReader(filepath.Join(root, "zoneinfo.zip"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = archive.Close() })
	const step = 10 * 24 * time.Hour
	for _, file := range archive.File {
		if file.Name == "Factory" || strings.HasSuffix(file.Name, "/") {
			continue
		}
		in, err := file.Open()
		require.NoError(t, err)
		data, err := io.ReadAll(in)
		require.NoError(t, err)
		want, err := time.LoadLocationFromTZData(file.Name, data)
		require.NoError(t, err)
		got, ok := zone.Load(file.Name)
		require.True(t, ok, file.Name)
		for at := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2060; at = at.Add(step) {
			same(t, want, got, at)
			if _, change := at.In(want).ZoneBounds(); !change.IsZero() && change.Sub(at) < step {
				same(t, want, got, change)
				same(t, want, got, change.Add(-time.Second))
			}
		}
	}
}

func same(t *testing.T, want, got *time.Location, at time.Time) {
	t.Helper()
	w, g := at.In(want), at.In(got)
	abbreviation, offset := w.Zone()
	if a, o := g.Zone(); a != abbreviation || o != offset || w.IsDST() != g.IsDST() {
		require.Equal(t, w.String(), g.String(), "%s at %s", want, at)
		require.Equal(t, w.IsDST(), g.IsDST(), "%s at %s", want, at)
	}
}

// What the machine has does not count: the test runs itself again with files of its own making in ZONEINFO.
func TestTheMachineDoesNotDecide(t *testing.T) {
	t.Parallel()
	const child = "ZONE_TEST_CHILD"
	noonInParis := time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC)
	paris, ok := zone.Load("Europe/Paris")
	require.True(t, ok)
	require.Equal(t, 12, noonInParis.In(paris).Hour())
	_, ok = zone.Load("Europe/Invented")
	require.False(t, ok)
	if os.Getenv(child) != "" {
		machine, err := time.LoadLocation("Europe/Paris") //nolint:forbidigo // to see that the machine was deceived
		require.NoError(t, err)
		require.Equal(t, 10, noonInParis.In(machine).Hour())
		return
	}
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "Europe"), 0o700))
	empty := "TZif2" + strings.Repeat("\x00", 39)
	utc := empty + "TZif2" + strings.Repeat("\x00", 34) + "\x01\x00\x00\x00\x04" + "\x00\x00\x00\x00\x00\x00UTC\x00" +
		"\nUTC0\n"
	for _, name := range []string{"Europe/Paris", "Europe/Invented"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(utc), 0o600))
	}
	again := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v")
	again.Env = append(os.Environ(), "ZONEINFO="+dir, "TZ=Asia/Tokyo", child+"=1")
	out, err := again.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "--- PASS")
}
