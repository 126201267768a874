package models

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnAddressHasStreetAndTownAndAnEmailThatIsOne(t *testing.T) {
	t.Parallel()
	whole := Address{
		Street: "6 bis, rue Auguste Vitu", Postcode: "75015", Town: "Paris", Email: "achat@example.org",
	}
	require.Empty(t, whole.Check("/address"))
	require.Equal(t, "6 bis, rue Auguste Vitu, 75015 Paris, achat@example.org", whole.Line())
	require.Equal(t, "Post box 1, Cork", Address{Street: "Post box 1", Town: "Cork"}.Line())
	require.Empty(t, Address{Street: "Post box 1", Town: "Cork"}.Check("/address"), "not everybody has a postcode")
	for field, spoil := range map[string]func(*Address){
		"/address/street":   func(a *Address) { a.Street = " " },
		"/address/town":     func(a *Address) { a.Town = strings.Repeat("x", 201) },
		"/address/postcode": func(a *Address) { a.Postcode = strings.Repeat("7", 21) },
		"/address/email":    func(a *Address) { a.Email = "Buyer <achat@example.org>" },
		"/address":          func(a *Address) { a.Town = "Paris\nCedex" },
	} {
		a := whole
		spoil(&a)
		faults := a.Check("/address")
		require.Len(t, faults, 1, field)
		require.Equal(t, field, faults[0].Field)
		require.NotEmpty(t, faults[0].Accepted)
	}
}

func TestAReviewBodyIsNamedWithItsAddressAndDeadlines(t *testing.T) {
	t.Parallel()
	whole := ReviewBody{
		Name: "Tribunal", Address: Address{Street: "1 Court", Town: "Nantes"}, Deadlines: Text{"en": "Eleven days."},
	}
	require.NoError(t, whole.Check())
	for field, spoil := range map[string]func(*ReviewBody){
		"/name":         func(b *ReviewBody) { b.Name = "" },
		"/address/town": func(b *ReviewBody) { b.Address.Town = "" },
		"/deadlines":    func(b *ReviewBody) { b.Deadlines = nil },
	} {
		b := whole
		spoil(&b)
		refusal, refused := RefusalOf(b.Check())
		require.True(t, refused, field)
		require.Equal(t, field, refusal.Field)
	}
}
