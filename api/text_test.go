package api

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

func TestTextIsStoredComposedHoweverItCame(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, body := range []string{
		"{\"legal_name\":\"Dra\u0308ger\",\"country\":\"DE\",\"kind\":\"other\"}",
		`{"legal_name":"Dra\u0308ger","country":"DE","kind":"other"}`,
		`{"legal_name":"Dr\u00e4ger","country":"DE","kind":"other"}`,
		`{"legal_name":"Dräger","country":"DE","kind":"other"}`,
	} {
		var o organisation
		w.do(w.admin, POST, "/v1/organisations", body).is(http.StatusCreated).into(&o)
		require.Equal(t, "Dräger", o.LegalName)
	}
	require.Equal(t, 4, w.count("SELECT count(*) FROM organisations WHERE legal_name = 'Dräger'"))
	title := map[string]any{"title": models.Text{"de": "Gera\u0308te", "en": "cafe\u0301"}}
	leader := w.buyer()
	p := w.procurement(leader)
	var changed procurement
	w.do(leader, PATCH, p.Self(), title).is(http.StatusOK).into(&changed)
	require.Equal(t, models.Text{"de": "Geräte", "en": "café"}, changed.Title)
}

func TestTextThatReadsInAnotherOrderIsRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, r := range "\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069" {
		for _, c := range []struct {
			body  map[string]any
			field string
		}{
			{map[string]any{"legal_name": "a" + string(r) + "b", "country": "DE", "kind": "other"}, "/legal_name"},
			{map[string]any{"legal_name": "a", "country": "DE", "kind": "other", "x": []string{"", string(r)}}, "/x/1"},
			{map[string]any{"legal_name" + string(r): "a"}, ""},
		} {
			p := w.do(w.admin, POST, "/v1/organisations", c.body).is(http.StatusUnprocessableEntity).
				refused(models.CodeInvalidText)
			require.Equal(t, c.field, p.Errors[0].Pointer)
			require.Contains(t, p.Detail, "another order")
		}
		w.do(w.admin, GET, "/v1/organisations?after="+url.QueryEscape(string(r)), nil).
			is(http.StatusUnprocessableEntity).refused(models.CodeInvalidText)
	}
	for _, fine := range []string{"a\u200eb", "שלום\u200f!", "\u061cمرحبا", "soft\u00adhyphen", "zero\u200dwidth"} {
		var o organisation
		w.do(w.admin, POST, "/v1/organisations", map[string]any{"legal_name": fine, "country": "DE", "kind": "other"}).
			is(http.StatusCreated).into(&o)
		require.Equal(t, fine, o.LegalName, "what is not seen is kept as it was written")
	}
}
