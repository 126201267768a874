package envelope_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/models"
)

// announce makes keys for openers of buyers, by their numbers.
func announce(t require.TestingT, buyers ...int) []envelope.Announcement {
	procurement := models.NewID(models.PrefixProcurement)
	ids := make(map[int]models.ID)
	all := make([]envelope.Announcement, len(buyers))
	for i, b := range buyers {
		if ids[b] == "" {
			ids[b] = models.NewID(models.PrefixOrganisation)
		}
		key, err := envelope.NewKey(envelope.Owner{
			Mode: models.ModeRehearsal, Procurement: procurement, Buyer: ids[b],
			Person: models.NewID(models.PrefixPerson),
		})
		require.NoError(t, err)
		all[i], err = key.Announce()
		require.NoError(t, err)
	}
	return all
}

func TestSetsThatOneBuyerCouldOpenOrThatOneLossWouldCloseAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		threshold int
		buyers    []int
		code      models.Code
		blocks    int
	}{
		"three buyers, 2 of 3":         {2, []int{1, 2, 3}, "", 0},
		"two buyers, 3 of 4":           {3, []int{1, 1, 2, 2}, "", 2},
		"two buyers, 2 of 3":           {2, []int{1, 1, 2}, models.CodeBuyerOpensAlone, 0},
		"two buyers, 2 of 4":           {2, []int{1, 1, 2, 2}, models.CodeBuyerOpensAlone, 0},
		"one buyer":                    {2, []int{1, 1, 1}, models.CodeBuyerOpensAlone, 0},
		"all are needed":               {3, []int{1, 2, 3}, models.CodeThresholdRefused, 0},
		"more than there are":          {4, []int{1, 2, 3}, models.CodeThresholdRefused, 0},
		"one is enough":                {1, []int{1, 2, 3}, models.CodeThresholdRefused, 0},
		"nobody is needed":             {0, []int{1, 2, 3}, models.CodeThresholdRefused, 0},
		"less than nobody":             {-1, []int{1, 2, 3}, models.CodeThresholdRefused, 0},
		"two openers":                  {2, []int{1, 2}, models.CodeThresholdRefused, 0},
		"no openers":                   {2, nil, models.CodeThresholdRefused, 0},
		"one buyer can block":          {3, []int{1, 1, 2, 3}, "", 1},
		"more openers than a set has":  {3, make([]int, envelope.MostOpeners+1), models.CodeOpenersRefused, 0},
		"as many openers as a set has": {3, []int{1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10}, "", 0},
	} {
		set, err := envelope.NewSet(c.threshold, announce(t, c.buyers...))
		if c.code != "" {
			refused(t, c.code, err)
			continue
		}
		require.NoError(t, err, name)
		require.Len(t, set.CanBlock(), c.blocks, name)
	}
}

func TestNoAcceptedSetLetsABuyerOpenOrNeedsEveryKey(t *testing.T) {
	t.Parallel()
	pool := announce(t, 0, 0, 0, 1, 1, 1, 2, 2, 2)
	rapid.Check(t, func(t *rapid.T) {
		chosen := rapid.SliceOfNDistinct(rapid.SampledFrom(pool), 0, len(pool),
			func(a envelope.Announcement) models.ID { return a.Person }).Draw(t, "openers")
		k := rapid.IntRange(-1, 10).Draw(t, "k")
		keys, most := make(map[models.ID]int), 0
		for _, a := range chosen {
			keys[a.Buyer]++
			most = max(most, keys[a.Buyer])
		}
		_, err := envelope.NewSet(k, chosen)
		require.Equal(t, k >= 2 && k < len(chosen) && most < k, err == nil, "%v", err)
	})
}

func TestAPersonOrAKeyCountsOnce(t *testing.T) {
	t.Parallel()
	all := announce(t, 1, 2, 3)
	_, err := envelope.NewSet(2, append(all, all[0]))
	refused(t, models.CodeOpenerTwice, err)
	set, err := envelope.NewSet(2, all)
	require.NoError(t, err)
	openers := []envelope.Opener{set.Openers[0].Opener, set.Openers[1].Opener, set.Openers[2].Opener}
	openers[2].Key = openers[0].Key
	refused(t, models.CodeOpenerTwice, envelope.CheckOpeners(openers, 2))
	openers[2].Key = set.Openers[2].Key
	openers[0], openers[1] = openers[1], openers[0]
	refused(t, models.CodeOpenersRefused, envelope.CheckOpeners(openers, 2))
}

func TestAKeyIsProvenForItsPersonBuyerProcurementAndMode(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(a *envelope.Announcement){
		"person":      func(a *envelope.Announcement) { a.Person = models.NewID(models.PrefixPerson) },
		"buyer":       func(a *envelope.Announcement) { a.Buyer = models.NewID(models.PrefixOrganisation) },
		"procurement": func(a *envelope.Announcement) { a.Procurement = models.NewID(models.PrefixProcurement) },
		"mode":        func(a *envelope.Announcement) { a.Mode = models.ModeLive },
		"format":      func(a *envelope.Announcement) { a.Format = "ppi-engine.org/opener/2" },
		"no key":      func(a *envelope.Announcement) { *a = envelope.Announcement{Format: a.Format, Owner: a.Owner} },
	} {
		a := announce(t, 1)[0]
		require.NoError(t, a.Check())
		change(&a)
		refused(t, models.CodeOpenerUnproven, a.Check())
		all := append(announce(t, 1, 2), a)
		_, err := envelope.NewSet(2, all)
		require.Error(t, err, name)
	}
	other := announce(t, 1)[0]
	_, err := envelope.NewSet(2, append(announce(t, 1, 2), other))
	refused(t, models.CodeOpenerUnproven, err)

	set, err := envelope.NewSet(2, announce(t, 1, 2, 3))
	require.NoError(t, err)
	set.Openers[0].Proof = set.Openers[1].Proof
	refused(t, models.CodeOpenerUnproven, set.Check())
}

func TestTheFingerprintIsOfWhoOpensAndIsTypedLeniently(t *testing.T) {
	t.Parallel()
	all := announce(t, 1, 1, 2, 2, 3)
	set, err := envelope.NewSet(3, all)
	require.NoError(t, err)
	own, err := set.Fingerprint()
	require.NoError(t, err)
	require.Regexp(t, `^([0-9A-HJKMNP-TV-Z]{4}-){7}[0-9A-HJKMNP-TV-Z]{4}$`, own)

	typed := strings.NewReplacer("0", "o", "1", "l", "-", " ").Replace(strings.ToLower(own))
	require.NoError(t, set.Confirm(" "+typed+"\n"))
	last := "0"
	if strings.HasSuffix(own, "0") {
		last = "2"
	}
	for _, wrong := range []string{"", own[:len(own)-5], own[:len(own)-1] + last, own + "0"} {
		refused(t, models.CodeFingerprintDiffers, set.Confirm(wrong))
	}

	reordered, err := envelope.NewSet(3, []envelope.Announcement{all[4], all[0], all[3], all[1], all[2]})
	require.NoError(t, err)
	same, err := reordered.Fingerprint()
	require.NoError(t, err)
	require.Equal(t, own, same, "a set has no first opener")
	stricter, err := envelope.NewSet(4, all)
	require.NoError(t, err)
	other, err := stricter.Fingerprint()
	require.NoError(t, err)
	require.NotEqual(t, own, other)
}

func TestSetsKeysAndBoxesAreReadWithAnySpacingButNothingElse(t *testing.T) {
	t.Parallel()
	w := setup(t, 2, 1, 2, 3)
	text, err := envelope.Render(w.box)
	require.NoError(t, err)
	spaced := strings.ReplaceAll(string(text), ",", ",\n  ")
	back, err := envelope.ReadBox([]byte(spaced))
	require.NoError(t, err)
	require.True(t, back.Deadline.Equal(deadline))
	for name, wrong := range map[string]string{
		"unknown member": `{"more":1,` + string(text[1:]),
		"twice":          `{"round":1,` + string(text[1:]),
		"other case":     strings.Replace(string(text), `"round"`, `"Round"`, 1),
		"no round":       strings.Replace(string(text), `"round":1`, `"round":0`, 1),
		"other version":  strings.Replace(string(text), "/box/1", "/box/2", 1),
		"local time":     strings.Replace(string(text), ".000000Z", "+01:00", 1),
		"nothing":        "",
		"more after it":  string(text) + "{}",
	} {
		_, err := envelope.ReadBox([]byte(wrong))
		require.Error(t, err, name)
	}
	set, err := envelope.Render(w.box.Set)
	require.NoError(t, err)
	_, err = envelope.ReadSet(set)
	require.NoError(t, err)
	_, err = envelope.ReadSet(text)
	refused(t, models.CodeOpenersRefused, err)
	_, err = envelope.NewBox(models.NewID(models.PrefixLot), 1, deadline, w.box.Set)
	refused(t, models.CodeInvalidID, err)
}

func TestAKeyFileIsReadBackAndADamagedOneIsNeverRepeated(t *testing.T) {
	t.Parallel()
	w := setup(t, 2, 1, 2, 3)
	kept, err := w.keys[0].Keep()
	require.NoError(t, err)
	back, err := envelope.ReadKey(kept)
	require.NoError(t, err)
	require.Equal(t, w.keys[0].Owner(), back.Owner())
	require.Contains(t, string(kept), envelope.SecretPrefix)
	other, err := w.keys[1].Keep()
	require.NoError(t, err)
	secret := func(k []byte) string {
		_, s, _ := strings.Cut(string(k), envelope.SecretPrefix)
		return s[:43]
	}
	for _, wrong := range []string{
		"", string(kept[:len(kept)-1]), strings.Replace(string(kept), secret(kept), secret(other), 1),
		strings.Replace(string(kept), secret(kept), strings.Repeat("A", 43), 1),
		strings.Replace(string(kept), "opener-key/1", "opener-key/2", 1),
		strings.Replace(string(kept), envelope.SecretPrefix, "", 1),
	} {
		_, err := envelope.ReadKey([]byte(wrong))
		require.NotContains(t, refused(t, models.CodeNotAnOpenerKey, err).Detail, secret(kept)[:10])
	}
	_, err = envelope.NewKey(envelope.Owner{Mode: "test"})
	require.Error(t, err)
	announced, err := w.keys[0].Announce()
	require.NoError(t, err)
	text, err := envelope.Render(announced)
	require.NoError(t, err)
	require.NotContains(t, string(text), secret(kept))
	_, err = envelope.ReadAnnouncement(text)
	require.NoError(t, err)
	_, err = envelope.ReadAnnouncement(text[1:])
	refused(t, models.CodeOpenerUnproven, err)
}
