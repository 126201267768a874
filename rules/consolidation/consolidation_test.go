package consolidation

import (
	"math/big"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ppi-engine/ppi/models"
)

// A table is a dossier of buyers who state needs.
type table struct {
	testing.TB
	models.Dossier
}

func tableOf(t testing.TB, buyers ...string) *table {
	t.Helper()
	d := &table{t, models.Dossier{
		Procurement:   models.Procurement{Languages: []string{"en"}},
		Organisations: map[models.ID]models.Organisation{}, Authors: map[models.ID][]models.ID{},
		Now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
	}}
	for _, name := range buyers {
		id := models.NewID(models.PrefixOrganisation)
		d.Members = append(d.Members, models.Member{OrganisationID: id})
		d.Organisations[id] = models.Organisation{ID: id, LegalName: name}
	}
	return d
}

// put writes an entry for a buyer, by its number; -1: for all.
func (d *table) put(kind models.EntryKind, buyer int, content any) models.Entry {
	d.Helper()
	body, digest, err := models.Canonical(content)
	require.NoError(d, err)
	e := models.Entry{
		ID: models.NewID(models.PrefixEntry), Kind: kind, Version: 1, AuthorID: models.NewID(models.PrefixPerson),
		Body: body, Digest: digest,
	}
	if buyer >= 0 {
		e.OrganisationID = d.Members[buyer].OrganisationID
	}
	d.Entries = append(d.Entries, e)
	d.Authors[e.ID] = []models.ID{e.AuthorID}
	return e
}

func english(s string) models.Text { return models.Text{"en": s} }

func need(indicator, baseline, target, unit string) models.NeedsStatement {
	return models.NeedsStatement{Outcome: models.Outcome{
		Outcome: english("What " + indicator + " tells is better"), Indicator: english(indicator),
		Baseline: baseline, Target: target, Unit: unit,
	}, Priority: models.PriorityMust}
}

func (d *table) state(buyer int, s models.NeedsStatement) models.Entry {
	return d.put(models.EntryNeedsStatement, buyer, s)
}

// unite writes the common need that rests on statements.
func (d *table) unite(s models.NeedsStatement, on ...models.Entry) models.Entry {
	n := models.CommonNeed{Outcome: s.Outcome}
	for _, e := range on {
		n.Statements = append(n.Statements, e.ID)
	}
	return d.put(models.EntryCommonNeed, -1, n)
}

func (d *table) findings() []Finding {
	d.Helper()
	all, err := Findings(d.Dossier)
	require.NoError(d, err)
	return all
}

func (d *table) codes() []Code {
	d.Helper()
	codes := []Code{}
	for _, f := range d.findings() {
		require.Contains(d, Codes(), f.Code)
		codes = append(codes, f.Code)
	}
	return codes
}

func TestNeedsOfTwoBuyersAreCompared(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		a, b models.NeedsStatement
		code []Code
	}{
		"the same in other units": {
			need("Response time", "48", "4", "hours"), need("response times", "2880", "240", "min"),
			[]Code{CodeDuplicate},
		},
		"targets that exclude each other": {
			need("Temperature of the room", "30", "20", "degrees"),
			need("The room temperature", "20", "25", "degrees"),
			[]Code{CodeContradiction},
		},
		"a range that reaches both": {
			need("Temperature of the room", "30", "25", "degrees"),
			need("The room temperature", "18", "20", "degrees"), nil,
		},
		"one that is stricter": {
			need("Response time", "48", "4", "h"), need("Response time", "48", "24", "h"), nil,
		},
		"baselines far apart": {
			need("Response time", "48", "4", "h"), need("Response time", "1", "0.5", "days"), nil,
		},
		"baselines farther apart": {
			need("Response time", "48", "4", "h"), need("Response time", "23.9", "3", "h"), []Code{CodeBaselinesDiffer},
		},
		"money and its name": {
			need("Cost per case", "100", "60", "EUR"), need("Costs per case", "100", "60", "€"),
			[]Code{CodeDuplicate},
		},
		"units that cannot be compared": {
			need("Energy per result", "48", "30", "kWh"), need("Energy per result", "48", "30", "%"),
			[]Code{CodeUnitsDiffer},
		},
		"other indicators": {
			need("Response time", "48", "4", "h"), need("Cost per case", "100", "60", "EUR"), nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := tableOf(t, "Alba", "Bera")
			d.state(0, c.a)
			d.state(1, c.b)
			require.ElementsMatch(t, c.code, d.codes())
			e := tableOf(t, "Alba", "Bera")
			e.state(0, c.b)
			e.state(1, c.a)
			require.ElementsMatch(t, c.code, e.codes(), "whoever comes first")
		})
	}
}

func TestNeedsAreComparedInTheLanguageTheyShare(t *testing.T) {
	t.Parallel()
	for language, pair := range map[string][2]string{
		"fr": {"Délai de réponse", "délais de réponse"}, "de": {"Die Antwortzeit", "Antwortzeiten"},
		"it": {"Tempo di risposta", "Tempi di risposta"}, "es": {"El tiempo de respuesta", "Tiempos de respuesta"},
		"tr": {"Yanıt süresi", "YANIT SÜRESİ"}, "de-AT": {"Antwortzeit", "antwortzeit"},
	} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			d := tableOf(t, "Alba", "Bera")
			a, b := need("x", "48", "4", "h"), need("y", "48", "4", "h")
			a.Indicator, b.Indicator = models.Text{language: pair[0]}, models.Text{language: pair[1]}
			a.Outcome.Outcome, b.Outcome.Outcome = models.Text{language: "Eins"}, models.Text{language: "Zwei"}
			d.state(0, a)
			d.state(1, b)
			require.Equal(t, []Code{CodeDuplicate}, d.codes())
		})
	}
	d := tableOf(t, "Alba", "Bera")
	a, b := need("Time", "48", "4", "h"), need("Time", "48", "4", "h")
	b.Indicator, b.Outcome.Outcome = models.Text{"de": "Time"}, models.Text{"de": "Anders"}
	d.state(0, a)
	d.state(1, b)
	require.Empty(t, d.codes(), "nobody reads one language as another")
}

func TestNearlyTheSameWordsAreADuplicateUnlessTheCommonNeedUnitesThem(t *testing.T) {
	t.Parallel()
	d := tableOf(t, "Alba", "Bera")
	a, b := need("Delay", "48", "4", "h"), need("Share of late answers", "50", "5", "%")
	a.Outcome.Outcome = english("Patients are told the result of the test on the same day")
	b.Outcome.Outcome = english("Patients are told the results of a test on the same day")
	x, y := d.state(0, a), d.state(1, b)
	require.Equal(t, []Code{CodeDuplicate}, d.codes())
	d.unite(a, x, y)
	require.Empty(t, d.codes(), "what the common need rests on is united")
}

func TestWhatABuyerWillNotHaveContradictsNobody(t *testing.T) {
	t.Parallel()
	d := tableOf(t, "Alba", "Bera")
	wont := need("Room temperature", "18", "26", "degrees")
	wont.Priority = models.PriorityWont
	d.state(0, wont)
	d.state(1, need("Room temperature", "30", "20", "degrees"))
	require.Empty(t, d.codes())
}

func TestTheCommonNeedTakesUpWhatMustBeAndNothingElse(t *testing.T) {
	t.Parallel()
	must := need("Response time", "48", "4", "h")
	with := func(priority, indicator string) models.NeedsStatement {
		s := need(indicator, "10", "5", "%")
		s.Priority = priority
		return s
	}
	for name, c := range map[string]struct {
		do   func(d *table)
		code []Code
	}{
		"all of it": {func(d *table) { d.unite(must, d.state(0, must), d.state(1, must)) }, nil},
		"what a buyer will not have": {func(d *table) {
			d.unite(must, d.state(0, must), d.state(1, must), d.state(0, with(models.PriorityWont, "Colour")))
		}, []Code{CodeWontTakenUp}},
		"not what a buyer must have": {func(d *table) {
			d.state(0, with(models.PriorityMust, "Noise"))
			d.unite(must, d.state(0, must), d.state(1, must))
		}, []Code{CodeMustLeftOut}},
		"not what a buyer should have": {func(d *table) {
			d.state(0, with(models.PriorityShould, "Noise"))
			d.unite(must, d.state(0, must), d.state(1, must))
		}, nil},
		"nothing of one buyer": {func(d *table) {
			d.state(1, with(models.PriorityMust, "Noise"))
			d.unite(must, d.state(0, must))
		}, []Code{CodeNotShared}},
		"a target that is too weak": {func(d *table) {
			d.unite(need("Response time", "48", "6", "h"), d.state(0, must), d.state(1, must))
		}, []Code{CodeTargetMissed, CodeTargetMissed}},
		"a target in other units": {func(d *table) {
			d.unite(need("Response time", "2880", "240", "min"), d.state(0, must), d.state(1, must))
		}, nil},
		"a wish that is called a must": {func(d *table) {
			wish := must
			wish.Outcome.Outcome = english("Ideally, answers come on the same day")
			d.unite(must, d.state(0, must), d.state(1, wish))
		}, []Code{CodeWishAsMust}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := tableOf(t, "Alba", "Bera")
			c.do(d)
			require.ElementsMatch(t, c.code, d.codes())
		})
	}
}

func TestAWishIsReadInSixLanguages(t *testing.T) {
	t.Parallel()
	for language, words := range map[string]string{
		"en": "It would be good to know the reason.", "fr": "La réponse arrive, si possible, le jour même.",
		"de": "Die Antwort kommt nach Möglichkeit am selben Tag.",
		"it": "La risposta arriva preferibilmente in giornata.",
		"es": "La respuesta llega preferentemente el mismo día.", "tr": "Yanıt mümkünse aynı gün gelir.",
	} {
		d := tableOf(t, "Alba")
		s := need("x", "48", "4", "h")
		s.Outcome.Outcome = models.Text{language: words}
		d.state(0, s)
		require.Equal(t, []Code{CodeWishAsMust}, d.codes(), language)
	}
}

func TestOnlyBuyersNeedsAreCompared(t *testing.T) {
	t.Parallel()
	d := tableOf(t, "Alba", "Bera")
	d.state(0, need("Response time", "48", "4", "h"))
	d.state(1, need("Response time", "48", "4", "h"))
	left := d.Now
	d.Members[1].LeftAt = &left
	require.Empty(t, d.codes(), "Bera has left")
}

func (d *table) resolve(f Finding, outcome string, into, by models.ID) error {
	r := Resolution{models.NeedResolution{
		Finding: f.Key, Digest: f.Digest, Outcome: outcome, Into: into, Reason: "settled",
	}}
	if err := r.CheckAgainst(d.Dossier, models.Entry{AuthorID: by}); err != nil {
		return err
	}
	d.put(models.EntryNeedResolution, -1, r)
	d.Entries[len(d.Entries)-1].AuthorID = by
	return nil
}

func TestAFindingIsResolvedByAnotherPersonAndOpenAgainOnceAWordChanges(t *testing.T) {
	t.Parallel()
	d := tableOf(t, "Alba", "Bera")
	a := d.state(0, need("Room temperature", "30", "20", "degrees"))
	b := d.state(1, need("Room temperature", "18", "26", "degrees"))
	found := d.findings()
	require.Len(t, found, 1)
	f, other := found[0], models.NewID(models.PrefixPerson)
	require.Equal(t, []models.ID{a.ID, b.ID}, f.Entries)
	refused := func(err error) models.Code {
		r, ok := models.RefusalOf(err)
		require.True(t, ok)
		return r.Code
	}
	require.Equal(t, models.CodeOwnWork, refused(d.resolve(f, models.ResolvedLot, "", b.AuthorID)))
	require.Equal(t, models.CodeInvalidValue, refused(d.resolve(f, models.ResolvedMerged, a.ID, other)),
		"no duplicates")
	stale := f
	stale.Digest = "0"
	require.Equal(t, models.CodeInvalidValue, refused(d.resolve(stale, models.ResolvedLot, "", other)))
	stale.Key = "none"
	require.Equal(t, models.CodeInvalidValue, refused(d.resolve(stale, models.ResolvedLot, "", other)))
	require.True(t, d.findings()[0].Open())
	require.NoError(t, d.resolve(f, models.ResolvedLot, "", other))
	require.False(t, d.findings()[0].Open())

	body, digest, err := models.Canonical(need("Room temperature", "18", "27", "degrees"))
	require.NoError(t, err)
	d.Entries[1].Body, d.Entries[1].Digest = body, digest
	again := d.findings()[0]
	require.Equal(t, f.Key, again.Key)
	require.NotEqual(t, f.Digest, again.Digest)
	require.True(t, again.Open(), "the text has changed")
}

func TestAMergerCountsAsLongAsWhatItIsIntoStands(t *testing.T) {
	t.Parallel()
	d := tableOf(t, "Alba", "Bera")
	d.state(0, need("Response time", "48", "4", "h"))
	d.state(1, need("Response time", "48", "4", "h"))
	other := models.NewID(models.PrefixPerson)
	f := d.findings()[0]
	require.Error(t, d.resolve(f, models.ResolvedMerged, models.NewID(models.PrefixEntry), other))
	third := d.state(0, need("Unrelated", "1", "2", "pieces"))
	require.NoError(t, d.resolve(f, models.ResolvedMerged, third.ID, other))
	require.False(t, d.findings()[0].Open())
	for i := range d.Entries {
		if d.Entries[i].ID == third.ID {
			d.Entries[i].WithdrawnAt = &d.Now
		}
	}
	require.True(t, d.findings()[0].Open())
}

func TestAResolutionThatGoesAwayIsNotJudged(t *testing.T) {
	t.Parallel()
	d := tableOf(t)
	require.NoError(t, Resolution{}.CheckAgainst(d.Dossier, models.Entry{WithdrawnAt: &d.Now}))
}

// Whatever two buyers want of one thing, some value reaches both, or a contradiction is found: never both, never
// neither.
func TestAContradictionIsFoundExactlyWhereNoValueReachesBoth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		draw := func(name string) (baseline, target int) {
			baseline = rapid.IntRange(-20, 20).Draw(r, name)
			target = rapid.IntRange(-20, 20).Filter(func(n int) bool { return n != baseline }).Draw(r, name+" target")
			return baseline, target
		}
		ab, at := draw("a")
		bb, bt := draw("b")
		d := tableOf(t, "Alba", "Bera")
		d.state(0, need("Level", strconv.Itoa(ab), strconv.Itoa(at), "points"))
		d.state(1, need("Level", strconv.Itoa(bb), strconv.Itoa(bt), "points"))
		reaches := func(x, baseline, target int) bool { return (target > baseline) == (x >= target) || x == target }
		possible := false
		for x := -30; x <= 30; x++ {
			possible = possible || reaches(x, ab, at) && reaches(x, bb, bt)
		}
		found := false
		for _, f := range d.findings() {
			found = found || f.Code == CodeContradiction
		}
		require.Equal(r, !possible, found)
	})
}

func TestBrokenTablesAreRefused(t *testing.T) {
	t.Parallel()
	k, err := load()
	require.NoError(t, err)
	require.Equal(t, 0, k.unitOf(" Hours ").factor.Cmp(big.NewRat(3600, 1)))
	for name, units := range map[string]string{
		"no number": "[{quantity: time, units: [{factor: x, names: [s]}]}]",
		"zero":      `[{quantity: time, units: [{factor: "0", names: [s]}]}]`,
		"twice":     `[{quantity: time, units: [{factor: "1", names: [s, S]}]}]`,
		"unknown":   "[{quantity: time, unit: s}]",
	} {
		_, err := read(wordsFile, []byte(units))
		require.Error(t, err, name)
	}
	_, err = read([]byte("[{language: en, large: [x]}]"), unitsFile)
	require.Error(t, err)
}
