package ppi4hpc

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models/zone"
)

func TestWhateverTheSourcesLackIsAssumedAndSaysSo(t *testing.T) {
	t.Parallel()
	f, err := Load()
	require.NoError(t, err)
	var raw struct {
		Sources map[string]string `json:"sources"`
	}
	require.NoError(t, json.Unmarshal(facts, &raw))
	require.Contains(t, f.Dates, "contract_notice")
	all := map[string]Fact{
		"call": f.Call, "investment": f.TotalInvestment, "subject": f.Subject, "procedure": f.Procedure,
		"law":  f.ApplicableLaw,
		"lots": f.Tender.LotCount, "event": f.Consultation.Event.Name, "interval": f.Engagement.Interval,
	}
	for name, date := range f.Dates {
		all["date "+name] = date.Fact
	}
	for played, procedure := range f.Procedures {
		for name, date := range procedure.Dates {
			all["date "+name+" of "+played] = date.Fact
		}
	}
	for _, lot := range f.Tender.Lots {
		all["lot of "+lot.Buyer] = lot.Title
	}
	for name, fact := range all {
		require.Equal(t, fact.Played != "", fact.Assumed, "%s: what is played instead is assumed, and nothing else",
			name)
		require.Equal(t, fact.Value != "", len(fact.Source) > 0, "%s: a value has a source", name)
		require.NotEmpty(t, fact.Text(), name)
		for _, source := range fact.Source {
			require.Contains(t, raw.Sources, source, name)
		}
	}
}

func TestTheDatesAreThoseOfTheSources(t *testing.T) {
	t.Parallel()
	f, err := Load()
	require.NoError(t, err)
	there, known := zone.Load(f.Zone)
	require.True(t, known)
	for name, want := range map[string]string{
		"kick_off": "2017-07-11T07:00:00Z", "open_dialogue_event": "2017-09-06T07:00:00Z",
		"contract_notice": "2018-05-12T07:00:00Z", "deadline": "2018-07-09T10:00:00Z",
	} {
		at, err := f.Dates[name].At(there)
		require.NoError(t, err)
		require.Equal(t, want, at.UTC().Format(time.RFC3339), name)
		require.False(t, f.Dates[name].Assumed, name)
	}
	for _, name := range slices.Sorted(maps.Keys(f.Dates)) {
		_, err := f.Dates[name].At(there)
		require.NoError(t, err)
	}
	require.Equal(t, 16, f.Consultation.Event.Companies)
	require.Len(t, f.Buyers, 4)
	require.Len(t, f.Tender.Lots, 4)
}

// Whatever is played, the notice and the first deadline are those of the sources, and time only goes forward.
func TestEveryProcedureIsPlayedOnDatesInTheirOrder(t *testing.T) {
	t.Parallel()
	f, err := Load()
	require.NoError(t, err)
	there, known := zone.Load(f.Zone)
	require.True(t, known)
	_, _, err = f.ProcedureOf("lottery")
	require.ErrorContains(t, err, "dialogue, negotiated, open, partnership, restricted")
	for name := range f.Procedures {
		played, procedure, err := f.ProcedureOf(name)
		require.NoError(t, err)
		require.Equal(t, name == AsItWas, procedure.Name == f.Procedure.Value, name)
		require.Equal(t, "2018-07-09T12:00", played.Dates["deadline"].Value, name)
		require.Equal(t, []string{"S3", "S4"}, played.Dates["deadline"].Source, name)
		last, err := played.Dates["report"].At(there)
		require.NoError(t, err)
		for what, date := range played.Dates {
			at, err := date.At(there)
			require.NoError(t, err, what)
			require.False(t, at.After(last), "%s of %s is after the end", what, name)
		}
	}
}
