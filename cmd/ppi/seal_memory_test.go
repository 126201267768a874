package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// tellPeak names the file into which a ppi process under test writes how much memory it needed at most.
const tellPeak = "TEST_PEAK_INTO"

// runAndTellPeak runs ppi and has it tell its own peak. What the system accounts for a child when it ends
// (getrusage) counts the memory of the process that started it as well, until the child has become ppi; what the
// child reads of itself does not.
func runAndTellPeak(into string) int {
	code := run(context.Background(), os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
	status, err := os.ReadFile("/proc/self/status")
	if err == nil {
		err = os.WriteFile(into, status, 0o600)
	}
	if err != nil {
		panic(err)
	}
	return code
}

var ofProcess = regexp.MustCompile(`(VmHWM|RssFile):\s+(\d+) kB`)

// peakOfSealing runs ppi seal in a process of its own and returns what it printed. Less than 64 MiB are asked for. Some
// 40 of them are pages of the file of ppi that the system maps, so 24 are left for what ppi takes itself. The file of
// this test has more pages, and how many are mapped depends on the system's cache: they are told and not counted.
func (r *sealingRoom) peakOfSealing(what string, arguments ...string) []byte {
	r.t.Helper()
	const bar, mebi = 24, 1 << 10
	began := time.Now()
	p := startProgram(r.t, []string{tellPeak + "=" + r.at("peak")}, append([]string{"seal", what}, arguments...)...)
	require.Zero(r.t, p.wait(), p.stderr)
	took := time.Since(began)
	status, err := os.ReadFile(r.at("peak"))
	require.NoError(r.t, err)
	sizes := map[string]float64{}
	for _, line := range ofProcess.FindAllStringSubmatch(string(status), -1) {
		size, err := strconv.Atoi(line[2])
		require.NoError(r.t, err)
		sizes[line[1]] = float64(size) / mebi
	}
	require.Len(r.t, sizes, 2, "%s", status)
	own := sizes["VmHWM"] - sizes["RssFile"]
	r.t.Logf("ppi seal %s: %.1f MiB, and %.1f of the file that runs; %.2f s", what, own, sizes["RssFile"],
		took.Seconds())
	require.Less(r.t, own, float64(bar), "MiB that ppi seal %s took", what)
	printed, err := io.ReadAll(p.stdout)
	require.NoError(r.t, err)
	return printed
}

func TestATenderOf200MBIsSealedAndOpenedWithLittleMemory(t *testing.T) {
	t.Parallel()
	const size = 200 << 20
	r := sealingRoomOf(t, models.ModeRehearsal, time.Now().Add(time.Hour))
	offer, err := os.Create(r.at("offer"))
	require.NoError(t, err)
	require.NoError(t, offer.Truncate(size))
	require.NoError(t, offer.Close())
	inBox := []string{"--box", r.at("box.json"), "--kind", "quality"}
	asNoticed := slices.Concat(inBox, []string{"--fingerprint", r.fingerprint})

	r.peakOfSealing("tender", append(asNoticed, "--supplier", string(models.NewID(models.PrefixOrganisation)),
		r.at("offer"), r.at("offer.sealed"))...)
	require.NoError(t, os.Remove(r.at("offer")))
	r.peakOfSealing("check", r.at("offer.sealed"))
	for _, key := range []string{"key0", "key1"} {
		r.peakOfSealing("release", append(asNoticed, "--key", r.at(key), "-o", r.at(key+".release"),
			r.at("offer.sealed"))...)
	}
	printed := r.peakOfSealing("combine", append(inBox, "--release", r.at("key0.release"), "--release",
		r.at("key1.release"), "-o", r.dir, r.at("offer.sealed"))...)
	var opened openedFile
	require.NoError(t, json.Unmarshal(printed, &opened))
	require.True(t, opened.Readable)
	require.EqualValues(t, size, opened.Size)
	info, err := os.Stat(r.at("offer"))
	require.NoError(t, err)
	require.EqualValues(t, size, info.Size())
}
