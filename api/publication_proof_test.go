package api

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// Case: a notice without proof of dispatch (Directive 2014/24/EU, Article 51). The confirmation comes after the
// dispatch, so a task asks for it, and nothing waits.
func TestAPublicationThatIsNotProvenIsATask(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	open := func() (notices []models.ID) {
		var page struct {
			Items []struct {
				Kind    string     `json:"kind"`
				Subject models.ID  `json:"subject_id"`
				DoneAt  *time.Time `json:"done_at"`
			} `json:"items"`
		}
		d.do(d.lead, GET, d.Self()+"/tasks", nil).is(http.StatusOK).into(&page)
		for _, x := range page.Items {
			if x.Kind == models.TaskPublicationProof && x.DoneAt == nil {
				notices = append(notices, x.Subject)
			}
		}
		return notices
	}
	d.openLot()
	require.Empty(t, open(), "a rehearsal is sent to nobody")

	d.procurement = d.draftIn(models.ModeLive)
	d.describe()
	notice := d.publish().Notice
	require.Equal(t, []models.ID{notice}, open())
	today := d.clock().Format(time.DateOnly)
	proof := map[string]any{"notice": models.NewID(models.PrefixNotice), "number": "123456-2026", "received_on": today}
	d.do(d.lead, POST, d.Self()+"/publication-proofs", proof).is(http.StatusUnprocessableEntity).
		refused(models.CodeInvalidValue)
	require.Equal(t, []models.ID{notice}, open())
	proof["notice"] = notice
	d.do(d.lead, POST, d.Self()+"/publication-proofs", proof).is(http.StatusCreated)
	require.Empty(t, open())
}
