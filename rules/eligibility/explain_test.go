package eligibility

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

func TestEveryRuleIsExplainedInSixLanguages(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"de", "en", "es", "fr", "it", "tr"}, Languages())
	profiles, err := Profiles()
	require.NoError(t, err)
	for _, p := range profiles {
		for _, r := range p.Rules {
			told := map[string]bool{}
			for _, language := range Languages() {
				sentence := r.Explain(language)
				require.NotEmpty(t, sentence, "%s %s %s", p.ID, r.ID, language)
				require.NotContains(t, sentence, "{", "%s %s", p.ID, r.ID)
				require.True(t, strings.HasSuffix(sentence, ".") || strings.Contains(sentence, ": "), sentence)
				told[sentence] = true
			}
			require.Len(t, told, 6, "%s %s", p.ID, r.ID)
		}
	}
}

// In every language the same names are filled in, and every sentence that the program says exists.
func TestEverySentenceSaysTheSameInEveryLanguage(t *testing.T) {
	t.Parallel()
	all, err := loadWords()
	require.NoError(t, err)
	name := regexp.MustCompile(`\{\w+\}`)
	names := func(s string) []string {
		found := name.FindAllString(s, -1)
		slices.Sort(found)
		return slices.Compact(found)
	}
	for language, w := range all {
		for i, part := range []map[string]string{w.Rules, w.Found, w.Needed, w.Things} {
			english := []map[string]string{all["en"].Rules, all["en"].Found, all["en"].Needed, all["en"].Things}[i]
			require.Equal(t, slices.Sorted(maps.Keys(english)), slices.Sorted(maps.Keys(part)), language)
			for key, sentence := range part {
				require.Equal(t, names(english[key]), names(sentence), "%s %s", language, key)
				require.Equal(t, strings.TrimSpace(sentence), sentence)
			}
		}
	}
	for kind := range kinds {
		require.True(t, slices.ContainsFunc(slices.Collect(maps.Keys(all["en"].Rules)), func(key string) bool {
			return strings.HasPrefix(key, string(kind))
		}), kind)
	}
}

// What the code says is in the words: a sentence that is missing would be told as nothing.
func TestEverySentenceOfTheCodeIsInTheWords(t *testing.T) {
	t.Parallel()
	sources, err := filepath.Glob("*.go")
	require.NoError(t, err)
	found := regexp.MustCompile(`\b(?:met|notMet|unknown|metIf|also|enough|not)` +
		`\((?:[^"()]*(?:\([^()]*\))?[^"()]*, )?"([a-z_]+)"`)
	needed := regexp.MustCompile(`\b(?:needing|mend)\((?:found, )?"([a-z_]+)"`)
	w := english()
	for _, file := range sources {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range found.FindAllStringSubmatch(string(content), -1) {
			if !strings.HasSuffix(m[1], "_") {
				_, whole := w.Found[m[1]]
				_, bounded := w.Found[m[1]+"_to"]
				require.True(t, whole || bounded, "%s: %s", file, m[1])
			}
		}
		for _, m := range needed.FindAllStringSubmatch(string(content), -1) {
			require.Contains(t, w.Needed, m[1], file)
		}
	}
}

func TestRulesAreExplainedByTheirValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ call, rule, language, want string }{
		{"COS-PPI-2020-2-04", "buyers", "tr", "En az 2 üye, alım yapan ihale makamıdır."},
		{
			"COS-CLUSTER-2020-3-03", "platform_membership", "tr",
			"Her üye, en geç 2021-02-02 17:00 (Brüksel saati) tarihinde şu kuruluşa üye olmuş veya üyelik " +
				"başvurusunda bulunmuştur: European Cluster Collaboration Platform.",
		},
		{"COS-PPI-2020-2-04", "grant", "de", "Die Finanzhilfe liegt zwischen 2000000 und 5000000 Euro."},
		{"COS-CLUSTER-2020-3-03", "grant", "fr", "La subvention est d’au plus 500000 euros."},
		{
			"COS-CLUSTER-2018-03-02", "co_financing", "en",
			"The European Union pays at most 75 % of the eligible costs, and at most 100 % of support that " +
				"is passed on to others.",
		},
		{"COS-LINKPP-2020-2-05", "most_members", "es", "El consorcio tiene como máximo 6 miembros."},
		{
			"HORIZON-PPI-2026-2027", "procurer_member_state", "it", "Almeno 1 dei paesi delle amministrazioni " +
				"aggiudicatrici sono Stati membri dell’Unione europea.",
		},
		{"COS-LINKPP-2020-2-05", "most_members", "xx", "The consortium has at most 6 members."},
	} {
		r, ok := profile(t, c.call).Rule(c.rule)
		require.True(t, ok, c.rule)
		require.Equal(t, c.want, r.Explain(c.language))
	}
	require.Error(t, CheckLanguage("lang", "xx"))
	require.NoError(t, CheckLanguage("lang", ""))
}

func TestTheReasonIsToldInTheLanguageOfTheReader(t *testing.T) {
	t.Parallel()
	f := FactsOf(dossierOf(authority("GENCI", "FR"), authority("CEA", "FR")))
	j := Explained(profile(t, "COS-PPI-2020-2-04"), f, "tr")
	require.Equal(t, "1 farklı ülke (FR); en az 2 gerekir", j[1].Reason)
	require.Equal(t, "Başka 1 ülkeden birer kuruluş.", j[1].Needed)
	require.Equal(t, isMet, j[0].Finding)
	require.Equal(t, "2 ihale makamı; en az 2 gerekir", j[0].Reason)
	require.Equal(t, "kayıtlı değil: hibe", Rule{Kind: KindGrant}.reason(Facts{Action: &Action{}}, "tr"))
}

// reason tells what is found on a rule alone.
func (r Rule) reason(f Facts, language string) string {
	return wordsIn(language).tellAll(r.find(f).says)
}

func TestTheValuesOfARuleAreWhatItsFileGives(t *testing.T) {
	t.Parallel()
	r, _ := profile(t, "COS-CLUSTER-2020-3-03").Rule("platform_membership")
	values, err := r.Values()
	require.NoError(t, err)
	require.JSONEq(t, `{"body": "European Cluster Collaboration Platform", "or_applied": true,
		"deadline": {"local": "2021-02-02T17:00", "zone": "Europe/Brussels"}}`, string(values))
	r, _ = profile(t, "COS-CLUSINT-2020-3-01-A").Rule("member_states")
	values, err = r.Values()
	require.NoError(t, err)
	require.JSONEq(t, `{"at_least": 2, "on": "2020-12-02"}`, string(values))
	var object map[string]any
	require.NoError(t, json.Unmarshal(values, &object))
}

func TestAProfileThatDoesNotExistIsRefusedWithThoseNear(t *testing.T) {
	t.Parallel()
	require.Nil(t, CheckProfile("/profile", ""))
	require.Nil(t, CheckProfile("/profile", "COS-PPI-2020-2-04"))
	for asked, first := range map[string]string{
		"COS-PPI-2020-2-4":            "COS-PPI-2020-2-04",
		"cos-ppi-2018-2-01":           "COS-PPI-2018-2-01",
		"COS-CLUSTER-2018-3-02":       "COS-CLUSTER-2018-03-02",
		"HORIZON-HLTH-2026-CARE":      "HORIZON-HLTH-2026-01-CARE-01",
		"COS-CLUSINT-2020-3-01":       "COS-CLUSINT-2020-3-01-A",
		"COS-PPI-2020-2-04/":          "COS-PPI-2020-2-04",
		"COS-PPI-2020-2-04\u200b\x00": "COS-PPI-2020-2-04",
	} {
		refusal := CheckProfile("/profile", asked)
		require.Equal(t, models.CodeInvalidValue, refusal.Code)
		require.Equal(t, "/profile", refusal.Field)
		require.True(t, strings.HasPrefix(refusal.Accepted, "one of "+first), "%q: %s", asked, refusal.Accepted)
		require.Contains(t, refusal.Accepted, "GET /v1/call-profiles")
	}
}

func TestAConsortiumIsJudgedAsItWas(t *testing.T) {
	t.Parallel()
	d := ppi4hpc()
	then := d.Now.AddDate(0, -6, 0)
	left := then.AddDate(0, 1, 0)
	d.Members[0].LeftAt = &left
	d.Members[1].JoinedAt = left
	closed := then.AddDate(0, 2, 0)
	d.Rounds = []models.PhaseRound{
		{Phase: models.PhaseNeeds, Round: 1, Status: models.PhaseClosed, ClosedAt: &closed},
		{Phase: models.PhaseTender, Round: 1, Status: models.PhaseOpen, OpenedAt: closed},
	}
	write(t, &d, EntryActivity, "", Activity{Activity: "exchange", Date: day("2020-11-30")})
	write(t, &d, EntryActivity, "", Activity{Activity: "exchange", Date: day("2020-12-02")})
	write(t, &d, EntryMembership, "BSC", Membership{Body: "b", Since: day("2020-12-02")})
	write(t, &d, models.EntryNetworkMember, "", models.NetworkMember{Since: "2020-12-02"})

	now, was := FactsOf(d), FactsOf(AsOf(d, then))
	require.Equal(t, day("2020-12-01"), was.Today)
	require.Len(t, now.Members, 3)
	require.Equal(t, "GENCI", was.Members[0].LegalName, "it had not left")
	require.Len(t, was.Members, 3, "BSC had not joined")
	require.Equal(t, []models.Phase{models.PhaseNeeds}, now.Closed)
	require.Empty(t, was.Closed)
	require.Len(t, was.Activities, 1)
	require.Empty(t, was.Memberships)
	require.Empty(t, was.Network)
	require.Len(t, now.Network, 1)
	require.WithinDuration(t, time.Date(2021, time.June, 1, 9, 0, 0, 0, time.UTC), d.Now, 0, "the dossier is as it was")
}
