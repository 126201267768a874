package api

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
)

func TestWhatOpensTwentyThousandEnvelopesIsNotTooLarge(t *testing.T) {
	t.Parallel()
	fromKit := func(name string) []byte {
		content, err := os.ReadFile("../internal/seal/envelope/testdata/kit/" + name)
		require.NoError(t, err)
		return content
	}
	size := func(what string, file any) int {
		body, err := json.Marshal(map[string]any{what: file})
		require.NoError(t, err)
		return len(body)
	}
	r, err := envelope.ReadRelease(fromKit("release-1.json"))
	require.NoError(t, err)
	r.Envelopes = slices.Repeat(r.Envelopes[:1], mostOpenedAtOnce)
	require.LessOrEqual(t, size("release", r), longestRelease)
	h, err := envelope.ReadHandover(fromKit("handover.json"))
	require.NoError(t, err)
	h.Envelopes = slices.Repeat(h.Envelopes[:1], mostOpenedAtOnce)
	h.Request.Envelopes = slices.Repeat(h.Request.Envelopes[:1], mostOpenedAtOnce)
	require.LessOrEqual(t, size("handover", h), longestHandover)
}

func TestAReleaseThatIsTooLargeIsRefusedAsSuch(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	opener := d.personOf(d.lead.organisation)
	d.give(d.lead, d.procurement, opener.person, models.RoleOpener)
	box := d.Self() + "/boxes/" + string(pgtest.BoxOf(d.openLot().ID))
	for at, most := range map[string]int{"/releases": longestRelease, "/handovers": longestHandover} {
		body := `{"release":{},"handover":{}}`
		d.do(opener, POST, box+at, body+strings.Repeat(" ", most)).is(http.StatusRequestEntityTooLarge).
			refused(models.CodeBodyTooLarge)
		answer := d.do(opener, POST, box+at, body+strings.Repeat(" ", most-len(body)))
		require.NotEqual(t, http.StatusRequestEntityTooLarge, answer.Code, "it is read, and refused for what it says")
	}
}
