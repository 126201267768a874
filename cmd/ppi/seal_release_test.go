package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/models"
)

// A sealingRoom is a directory in which everybody works, with the files that they hand to each other.
type sealingRoom struct {
	t           *testing.T
	dir         string
	buyers      []models.ID
	procurement models.ID
	fingerprint string
	deadline    time.Time
}

// sealingRoomOf makes keys of three openers of three buyers and a box, of which two open.
func sealingRoomOf(t *testing.T, mode models.Mode, deadline time.Time) *sealingRoom {
	t.Helper()
	r := &sealingRoom{t: t, dir: t.TempDir(), procurement: models.NewID(models.PrefixProcurement), deadline: deadline}
	for i := range 3 {
		r.buyers = append(r.buyers, models.NewID(models.PrefixOrganisation))
		r.key("key"+string(rune('0'+i)), mode, r.buyers[i])
	}
	r.keep("set.json", "set", "-k", "2", r.at("key0.announced"), r.at("key1.announced"), r.at("key2.announced"))
	r.keep("box.json", "box", "--set", r.at("set.json"), "--box", string(models.NewID(models.PrefixBox)),
		"--deadline", deadline.Format(time.RFC3339))
	shown := r.keep("openers.txt", "openers", r.at("box.json"))
	require.Contains(t, shown, "any 2 of these 3 open together")
	require.NotContains(t, shown, "warning")
	_, r.fingerprint, _ = strings.Cut(strings.SplitN(shown, "\n", 2)[0], " ")
	return r
}

func (r *sealingRoom) at(name string) string { return filepath.Join(r.dir, name) }

func (r *sealingRoom) key(name string, mode models.Mode, buyer models.ID) {
	r.t.Helper()
	r.keep(name+".announced", "key", "--mode", string(mode), "--procurement", string(r.procurement),
		"--buyer", string(buyer), "--person", string(models.NewID(models.PrefixPerson)), r.at(name))
	info, err := os.Stat(r.at(name))
	require.NoError(r.t, err)
	require.Equal(r.t, os.FileMode(0o600), info.Mode().Perm())
}

// keep runs ppi seal and writes what it prints into a file.
func (r *sealingRoom) keep(name string, arguments ...string) string {
	r.t.Helper()
	code, printed := sealing(r.t, arguments...)
	require.Zero(r.t, code, arguments)
	require.NoError(r.t, os.WriteFile(r.at(name), []byte(printed), 0o600))
	return printed
}

func (r *sealingRoom) tender(name, amount string, flags ...string) int {
	r.t.Helper()
	if _, err := os.Stat(r.at(name)); err != nil {
		code, _ := sealing(r.t, "price", "--amount", amount, "--currency", "EUR", r.at(name))
		require.Zero(r.t, code)
	}
	code, _ := sealing(r.t, append([]string{
		"tender", "--box", r.at("box.json"), "--supplier", string(models.NewID(models.PrefixOrganisation)),
		"--kind", "price", "--fingerprint", r.fingerprint, r.at(name), r.at(name + ".sealed"),
	}, flags...)...)
	return code
}

// opener runs a command of an opener on all tenders.
func (r *sealingRoom) opener(command []string, key, output string, more ...string) int {
	r.t.Helper()
	code, _ := sealing(r.t, append(append(command, "--box", r.at("box.json"), "--kind", "price", "--key", r.at(key),
		"--fingerprint", r.fingerprint, "-o", r.at(output), r.at("a.sealed"), r.at("b.sealed")), more...)...)
	return code
}

func TestOpenersOpenABoxTogetherOnTheCommandLine(t *testing.T) {
	t.Parallel()
	r := sealingRoomOf(t, models.ModeLive, time.Now().Add(-time.Hour).Truncate(time.Second))
	notice := []string{"--deadline", r.deadline.Format(time.RFC3339)}
	require.Zero(t, r.tender("a", "100.00"))
	require.Zero(t, r.tender("b", "200.00"))
	require.Equal(t, exitFailed, r.tender("b", "300.00"), "an envelope is never overwritten")
	code, printed := sealing(t, "check", r.at("a.sealed"))
	require.Zero(t, code)
	require.Contains(t, printed, `"kind":"price"`)

	release := []string{"release"}
	require.Equal(t, exitFailed, r.opener(release, "key0", "none"), "a live box needs the notice's deadline")
	require.Zero(t, r.opener(release, "key0", "release0", notice...))
	code, _ = sealing(t, "combine", "--box", r.at("box.json"), "--kind", "price", "--release", r.at("release0"),
		r.at("a.sealed"), r.at("b.sealed"))
	require.Equal(t, exitFailed, code, "one of two is not enough")

	// The second opener hands over to a colleague.
	r.key("colleague", models.ModeLive, r.buyers[1])
	public := func(name string) string {
		a, err := fromFile(r.at(name+".announced"), envelope.ReadAnnouncement)
		require.NoError(t, err)
		return a.Key.String()
	}
	require.Zero(t, r.opener([]string{"handover", "ask"}, "colleague", "request",
		append(notice, "--from", public("key1"))...))
	require.Zero(t, r.opener([]string{"handover", "give"}, "key1", "handover",
		append(notice, "--request", r.at("request"), "--to", public("colleague"))...))
	require.Zero(t, r.opener(release, "colleague", "release1", append(notice, "--handover", r.at("handover"))...))

	require.NoError(t, os.Mkdir(r.at("out"), 0o700))
	code, printed = sealing(t, "combine", "--box", r.at("box.json"), "--kind", "price", "--handover", r.at("handover"),
		"--release", r.at("release0"), "--release", r.at("release1"), "--identities", r.at("identities"),
		"-o", r.at("out"), r.at("a.sealed"), r.at("b.sealed"))
	require.Zero(t, code)
	var opened openedFile
	require.NoError(t, json.NewDecoder(strings.NewReader(printed)).Decode(&opened))
	require.True(t, opened.Readable)
	require.Equal(t, digestOf(priceOf(t, "100.00")), opened.PlaintextDigest)
	content, err := os.ReadFile(r.at("out/b"))
	require.NoError(t, err)
	require.Equal(t, priceOf(t, "200.00"), content)

	kept, err := os.Open(r.at("identities"))
	require.NoError(t, err)
	defer kept.Close()
	identities, err := age.ParseIdentities(kept)
	require.NoError(t, err, "age reads the identities")
	require.Len(t, identities, 2)
}

func priceOf(t *testing.T, amount string) []byte {
	t.Helper()
	line, err := envelope.PriceLine(models.Money{Amount: amount, Currency: "EUR"})
	require.NoError(t, err)
	return line
}

func TestASupplierWithAnotherFingerprintInHandSealsNothing(t *testing.T) {
	t.Parallel()
	r := sealingRoomOf(t, models.ModeLive, time.Now().Add(time.Hour).Truncate(time.Second))
	right := r.fingerprint
	r.fingerprint = strings.Repeat("0000-", 8)
	require.Equal(t, exitFailed, r.tender("a", "100.00"))
	require.NoFileExists(t, r.at("a.sealed"))
	r.fingerprint = right
	require.Zero(t, r.tender("a", "100.00"))
	require.Zero(t, r.tender("b", "100.00"))
	require.Equal(t, exitFailed, r.opener([]string{"release"}, "key0", "early",
		"--deadline", r.deadline.Format(time.RFC3339)), "the clock of this machine decides for a live box")
	require.NoFileExists(t, r.at("early"))
	code, _ := sealing(t, "tender", "--box", r.at("box.json"), "--supplier", string(r.buyers[0]), "--kind", "test",
		"--fingerprint", r.fingerprint, r.at("a"), r.at("test.sealed"))
	require.Equal(t, exitFailed, code)

	// A test is opened before the deadline.
	code, _ = sealing(t, "test", "--box", r.at("box.json"), "--by", string(r.buyers[0]), "--fingerprint", r.fingerprint,
		r.at("test.sealed"))
	require.Zero(t, code)
	code, _ = sealing(t, "release", "--box", r.at("box.json"), "--kind", "test", "--key", r.at("key0"),
		"--fingerprint", r.fingerprint, "-o", r.at("tested"), r.at("test.sealed"))
	require.Zero(t, code)
	release, err := fromFile(r.at("tested"), envelope.ReadRelease)
	require.NoError(t, err)
	require.Equal(t, envelope.KindTest, release.Kind)
}

func TestASetThatOneBuyerCouldBlockIsAcceptedWithAWarning(t *testing.T) {
	t.Parallel()
	r := sealingRoomOf(t, models.ModeRehearsal, time.Now().Add(time.Hour))
	r.key("key3", models.ModeRehearsal, r.buyers[0])
	r.keep("set3.json", "set", "-k", "3", r.at("key0.announced"), r.at("key1.announced"), r.at("key2.announced"),
		r.at("key3.announced"))
	set, err := fromFile(r.at("set3.json"), envelope.ReadSet)
	require.NoError(t, err)
	require.Equal(t, []models.ID{r.buyers[0]}, set.CanBlock())
	code, _ := sealing(t, "set", "-k", "2", r.at("key0.announced"), r.at("key1.announced"), r.at("key3.announced"))
	require.Equal(t, exitFailed, code)
	require.Zero(t, r.tender("a", "100.00"))
	require.Zero(t, r.tender("b", "200.00"))
	require.Zero(t, r.opener([]string{"release"}, "key0", "release0"), "a rehearsal has a clock of its own")
}
