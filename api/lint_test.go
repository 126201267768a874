package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

func TestAnyTextIsReadAsTheLinterDoesAndNothingIsKept(t *testing.T) {
	t.Parallel()
	w := setup(t)
	lead := w.buyer()
	var linted LintedView
	w.do(lead, POST, "/v1/neutrality-check", map[string]string{
		"language": "tr", "text": "Nötr bir satır.\nSunucular Intel işlemcili olacaktır.",
	}).is(http.StatusOK).into(&linted)
	require.True(t, linted.Checked)
	require.Len(t, linted.Items, 1)
	require.Equal(t, "line 2", linted.Items[0].Where)
	require.Equal(t, findingCode("brand"), linted.Items[0].Code)

	w.do(lead, POST, "/v1/neutrality-check", map[string]string{"language": "el", "text": "Κείμενο"}).
		is(http.StatusOK).into(&linted)
	require.False(t, linted.Checked, "there is no word list, and no verdict")
	require.Empty(t, linted.Items)
}

func TestAFileIsReadAsTheLinterDoes(t *testing.T) {
	t.Parallel()
	w := setup(t)
	lead := w.buyer()
	bytes := with("Content-Type", models.MediaTypeBytes)
	var linted LintedView
	w.do(lead, POST, "/v1/neutrality-check/file?language=de", "Neutral.\n\nServer von Dell", bytes).
		is(http.StatusOK).into(&linted)
	require.Equal(t, "line 3", linted.Items[0].Where)

	for _, c := range map[string]struct {
		path, body string
		status     int
		code       models.Code
	}{
		"bytes that are no text": {"?language=de", "a\x00b", http.StatusUnprocessableEntity, models.CodeTextUnreadable},
		"nothing":                {"?language=de", " ", http.StatusUnprocessableEntity, models.CodeTextUnreadable},
		"no language":            {"?language=klingon", "a", http.StatusUnprocessableEntity, models.CodeInvalidValue},
		"too much text": {
			"?language=de", strings.Repeat("a", 5<<20), http.StatusRequestEntityTooLarge, models.CodeBodyTooLarge,
		},
	} {
		w.do(lead, POST, "/v1/neutrality-check/file"+c.path, c.body, bytes).is(c.status).refused(c.code)
	}
}
