package models

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestACommentIsOnAPartOfTheSpecificationAndItsAuthorsOwn(t *testing.T) {
	t.Parallel()
	part, mine := NewID(PrefixEntry), NewID(PrefixEntry)
	d := Dossier{
		Entries: []Entry{{ID: part, Kind: EntryRequirement, Version: 2}, {ID: mine, Kind: EntrySpecificationComment}},
		Authors: map[ID][]ID{mine: {"psn_a"}},
	}
	c := SpecificationComment{Entry: part, Text: "Why?"}
	require.NoError(t, c.Check())
	require.Equal(t, int64(2), c.Drawn(d).Version)
	require.Equal(t, string(part), c.Subject())
	require.NoError(t, c.CheckAgainst(d, Entry{ID: NewID(PrefixEntry), Version: 1, AuthorID: "psn_b"}))
	for name, refused := range map[string]struct {
		comment SpecificationComment
		entry   Entry
		code    Code
	}{
		"somebody else's":         {c, Entry{ID: mine, Version: 2, AuthorID: "psn_b"}, CodeForbidden},
		"on a comment":            {SpecificationComment{Entry: mine}, Entry{Version: 1}, CodeInvalidValue},
		"on a version to come":    {SpecificationComment{Entry: part, Version: 3}, Entry{Version: 1}, CodeInvalidValue},
		"withdrawn by a stranger": {c, Entry{ID: mine, Version: 2, WithdrawnAt: &d.Now}, CodeForbidden},
	} {
		r, ok := RefusalOf(refused.comment.CheckAgainst(d, refused.entry))
		require.True(t, ok, name)
		require.Equal(t, refused.code, r.Code, name)
	}
	require.NoError(t, c.CheckAgainst(d, Entry{ID: mine, Version: 2, AuthorID: "psn_a", WithdrawnAt: &d.Now}))
	faults := Faults(SpecificationComment{Entry: "x", Field: "statement"}.Check())
	require.Len(t, faults, 3)
	faults = Faults(CommentResolution{}.Check())
	require.Len(t, faults, 4)
}

func TestAMeasureHasABoundThatAValueCanKeep(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		measure Measure
		field   string
	}{
		"no bound":     {Measure{Indicator: "noise", Unit: "dB"}, "/measure/at_most"},
		"no unit":      {Measure{Indicator: "noise", AtMost: "40"}, "/measure/unit"},
		"no indicator": {Measure{Unit: "dB", AtMost: "40"}, "/measure/indicator"},
		"no number":    {Measure{Indicator: "noise", Unit: "dB", AtMost: "forty"}, "/measure/at_most"},
		"bounds that exclude": {
			Measure{Indicator: "noise", Unit: "dB", AtLeast: "40.1", AtMost: "40"}, "/measure/at_most",
		},
		"one value": {Measure{Indicator: "noise", Unit: "dB", AtLeast: "40", AtMost: "40.0"}, ""},
	} {
		faults := c.measure.check()
		if c.field == "" {
			require.Empty(t, faults, name)
			continue
		}
		require.Len(t, faults, 1, name)
		require.Equal(t, c.field, faults[0].Field, name)
	}
}

func TestAnAwardCriterionNamesRequirementsThatAreScoredInItsLot(t *testing.T) {
	t.Parallel()
	d := Dossier{}
	for code, r := range map[string]Requirement{
		"R-001": {Use: UseAward}, "R-002": {Use: UseMinimum}, "R-003": {Use: UseAward, Lots: []ID{"lot_2"}},
	} {
		r.Code = code
		body, _, err := Canonical(r)
		require.NoError(t, err)
		d.Entries = append(d.Entries, Entry{ID: NewID(PrefixEntry), Kind: EntryRequirement, Body: body})
	}
	for code, founded := range map[string]bool{"R-001": true, "R-002": false, "R-003": false, "R-004": false} {
		c := AwardCriteria{Lot: "lot_1", Criteria: []AwardCriterion{{ID: "a"}, {ID: "b", Requirements: []string{code}}}}
		refusal := c.Unfounded(d)
		require.Equal(t, founded, refusal == nil, code)
		if refusal != nil {
			require.Equal(t, "/criteria/1/requirements", refusal.Field)
			require.Equal(t, "codes of requirements of use award: R-001", refusal.Accepted)
		}
	}
}
