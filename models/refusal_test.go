package models

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFaultsAreGatheredInOneListHoweverTheyWereGatheredBefore(t *testing.T) {
	t.Parallel()
	refuse := func(field string) *Refusal { return Refuse(CodeInvalidValue, field, "wrong") }
	fields := func(err error) (all []string) {
		for _, r := range Faults(err) {
			require.Empty(t, r.Others)
			all = append(all, r.Field)
		}
		return all
	}
	first, second := Refusals([]*Refusal{refuse("/a"), refuse("/b")}), Refusals([]*Refusal{refuse("/c"), refuse("/d")})
	inner, _ := RefusalOf(first)
	other, _ := RefusalOf(second)
	gathered := Refusals([]*Refusal{inner, refuse("/x"), other})
	require.Equal(t, []string{"/a", "/b", "/x", "/c", "/d"}, fields(gathered))
	shown, _ := RefusalOf(gathered)
	require.Len(t, shown.Others, 4, "the API shows one level")
	require.Equal(t, []string{"/a", "/b"}, fields(first), "what was gathered before is as it was")
	require.NoError(t, Refusals(nil))
	require.Empty(t, Faults(nil))
}

func TestARefusalWritesListsAsPeopleDo(t *testing.T) {
	t.Parallel()
	r := Refuse(CodeInvalidValue, "", "%v is missing in %d languages", []string{"en", "fr"}, 2).
		Accepting("one of %s", []Role{RoleBoard, RoleLegal})
	require.Equal(t, "en, fr is missing in 2 languages", r.Detail)
	require.Equal(t, "one of board, legal", r.Accepted)
}
