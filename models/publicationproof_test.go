package models

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Directive 2014/24/EU, Article 51: buyers can prove when a notice was dispatched.
func TestAConfirmationOfANoticeNamesItsNumberAndDays(t *testing.T) {
	t.Parallel()
	notice, other := NewID(PrefixNotice), NewID(PrefixNotice)
	d := Dossier{
		Procurement: Procurement{Zone: "Europe/Paris"}, Now: time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC),
		Tendering: Tendering{Notices: []Notice{
			{ID: notice, DispatchedAt: time.Date(2026, 3, 4, 23, 30, 0, 0, time.UTC)}, // the 5th in Paris
		}},
	}
	good := PublicationProof{Notice: notice, Number: "123456-2026", ReceivedOn: "2026-03-05"}
	for name, c := range map[string]struct {
		spoil func(*PublicationProof)
		field string
	}{
		"as it is":                  {func(*PublicationProof) {}, ""},
		"published":                 {func(p *PublicationProof) { p.PublishedOn = "2026-03-09" }, ""},
		"a number without its year": {func(p *PublicationProof) { p.Number = "123456" }, "/number"},
		"no day":                    {func(p *PublicationProof) { p.ReceivedOn = "" }, "/received_on"},
		"before it was dispatched":  {func(p *PublicationProof) { p.ReceivedOn = "2026-03-04" }, "/received_on"},
		"still to come":             {func(p *PublicationProof) { p.PublishedOn = "2026-03-11" }, "/received_on"},
		"published before received": {func(p *PublicationProof) { p.PublishedOn = "2026-03-01" }, "/published_on"},
		"of another notice":         {func(p *PublicationProof) { p.Notice = other }, "/notice"},
		"no digest":                 {func(p *PublicationProof) { p.Confirmation = "letter" }, "/confirmation"},
	} {
		p := good
		c.spoil(&p)
		err := p.Check()
		if err == nil {
			err = p.CheckAgainst(d, Entry{})
		}
		r, refused := RefusalOf(err)
		require.Equal(t, c.field != "", refused, name)
		if refused {
			require.Equal(t, c.field, r.Field, name)
		}
	}
	r, _ := RefusalOf(good.CheckAgainst(d, Entry{WithdrawnAt: &d.Now}))
	require.Equal(t, CodeEntryFinal, r.Code)
}
