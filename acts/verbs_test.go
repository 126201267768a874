package acts_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

func TestEveryVerbHasOneRowThatSaysAllOfIt(t *testing.T) {
	t.Parallel()
	var named []models.Verb
	payloads := map[reflect.Type]models.Verb{}
	for _, v := range acts.Verbs() {
		require.NotContains(t, named, v.Name, "two rows")
		named = append(named, v.Name)
		require.Regexp(t, `^[a-z]+(_[a-z]+)*$`, string(v.Name), "the record takes no other form")
		require.Regexp(t, `^[A-Z].*[^.]$`, v.Summary, v.Name)
		require.NotEmpty(t, v.By, v.Name)
		require.Subset(t, append(models.BuyerSide(), models.RoleRepresentative), v.By, v.Name)
		require.NotContains(t, payloads, v.Payload(), v.Name)
		payloads[v.Payload()] = v.Name

		// A caller sees which verb a payload is of, and a motion is answered by how the vote on it stands.
		require.Equal(t, strings.ReplaceAll(string(v.Name), "_", ""), strings.ToLower(v.Payload().Name()))
		if v.Moved() {
			require.Equal(t, reflect.TypeFor[acts.CommandView[process.MotionResult]](), v.View(), v.Name)
		}
	}
	slices.Sort(named)
	require.Equal(t, models.Verbs(), named, "those who only pass commands on know the same verbs")
}

func TestTheBoardDecidesOnWhatItsRowSays(t *testing.T) {
	t.Parallel()
	var moved []string
	for _, v := range acts.Verbs() {
		if v.Moved() {
			moved = append(moved, string(v.Name))
			require.Contains(t, v.By, models.RoleBoard, v.Name)
		}
	}
	require.ElementsMatch(t,
		strings.Fields("suspend resume return cancel invite award end_lot set_aside end_partnership_phase"), moved,
		"a decision on those who tender, or on the procurement as a whole, is the board's")
}

func TestAPayloadThatDoesNotFitItsVerbIsNotRead(t *testing.T) {
	t.Parallel()
	for _, v := range acts.Verbs() {
		_, err := v.Read([]byte(`[]`))
		require.Error(t, err, v.Name)
		in, err := v.Read([]byte(`{}`))
		require.NoError(t, err, v.Name)
		require.Equal(t, v.Payload(), reflect.TypeOf(in))
	}
}
