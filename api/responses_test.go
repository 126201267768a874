package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/internal/store/pgtest"
	"github.com/ppi-engine/ppi/models"
)

// A dialogue is a rehearsal whose consultation was announced, and is open.
type dialogue struct {
	*world
	procurement

	lead         caller
	announcement models.ID
}

// inDialogue announces a consultation that is open for an hour.
func inDialogue(t *testing.T) *dialogue {
	t.Helper()
	w := setup(t)
	d := &dialogue{world: w, lead: w.buyer()}
	w.server.engine = direct{w.acts}
	body := draft()
	body["mode"] = models.ModeRehearsal
	w.do(d.lead, POST, "/v1/procurements", body).is(http.StatusCreated).into(&d.procurement)
	d.exec("UPDATE procurements SET status = 'running', started_at = clock_timestamp() WHERE id = $1", d.ID)
	d.exec("INSERT INTO phase_rounds (procurement_id, phase, round, status, opened_at) VALUES ($1, 'needs', 1, "+
		"'open', clock_timestamp())", d.ID)
	d.adoptNeed()
	d.announce()
	return d
}

type written struct {
	ID     models.ID `json:"id"`
	Digest string    `json:"digest"`
}

func (d *dialogue) adoptNeed() {
	d.Helper()
	officer := d.personOf(d.lead.organisation)
	d.give(d.lead, d.procurement, officer.person, models.RoleBuyer)
	outcome := map[string]any{
		"outcome": models.Text{"en": "Less energy"}, "indicator": models.Text{"en": "Energy"}, "baseline": "48",
		"target": "30", "unit": "kWh", "priority": "must",
	}
	var statement written
	d.do(officer, POST, d.Self()+"/needs-statements", outcome).is(http.StatusCreated).into(&statement)
	delete(outcome, "priority")
	outcome["statements"] = []models.ID{statement.ID}
	d.do(d.lead, POST, d.Self()+"/common-need", outcome).is(http.StatusCreated)
	d.exec("UPDATE phase_rounds SET status = 'closed', closed_at = clock_timestamp() WHERE procurement_id = $1", d.ID)
	for _, phase := range []models.Phase{models.PhaseConsultation, models.PhaseEngagement} {
		d.exec("INSERT INTO phase_rounds (procurement_id, phase, round, status, opened_at) VALUES ($1, $2, 1, "+
			"'open', clock_timestamp())", d.ID, phase)
	}
}

func (d *dialogue) announce() {
	d.Helper()
	all := func(s string) models.Text {
		text := models.Text{}
		for _, language := range d.Languages {
			text[language] = s
		}
		return text
	}
	var announcement, questionnaire written
	d.do(d.lead, POST, d.Self()+"/consultation-announcements", map[string]any{
		"title": all("Dialogue"), "subject": all("Computing"), "how_to_take_part": all("Respond"),
		"places": []map[string]any{{"title": "TED"}}, "countries": []string{"FR"},
		"closes": models.LocalTime{Local: time.Now().Add(time.Hour).UTC().Format("2006-01-02T15:04:05"), Zone: "UTC"},
	}).is(http.StatusCreated).into(&announcement)
	d.do(d.lead, POST, d.Self()+"/questionnaires", map[string]any{
		"questions": []map[string]any{{"id": "means", "text": all("By what means?"), "answer": "text"}},
	}).is(http.StatusCreated).into(&questionnaire)
	d.do(d.lead, POST, d.Self()+"/actions/announce", map[string]any{
		"announcement":  map[string]any{"entry": announcement.ID, "digest": announcement.Digest},
		"questionnaire": map[string]any{"entry": questionnaire.ID, "digest": questionnaire.Digest},
	}).is(http.StatusOK)
	d.announcement = announcement.ID
}

func (d *dialogue) responses() string {
	return d.Self() + "/consultations/" + string(d.announcement) + "/responses"
}

func answer() map[string]any {
	return map[string]any{"language": "en", "answers": []map[string]any{{
		"question": "means", "answer": "Sea water",
		"confidential": true, "rationale": "secret",
	}}}
}

// pass lets the closing be over behind everybody's back, with nobody having closed.
func (d *dialogue) pass() {
	d.Helper()
	d.exec("ALTER TABLE consultations DISABLE TRIGGER kept")
	d.exec("UPDATE consultations SET announced_at = announced_at - interval '2 hours', opens_at = opens_at - " +
		"interval '2 hours', closes_at = closes_at - interval '2 hours'")
	d.exec("ALTER TABLE consultations ENABLE TRIGGER kept")
}

func TestAResponseIsLateByTheClockAlone(t *testing.T) {
	t.Parallel()
	d := inDialogue(t)
	seller := d.organisation(models.OrganisationEconomicOperator)
	d.do(seller, POST, d.responses(), answer()).is(http.StatusCreated)
	d.pass()
	d.do(seller, POST, d.responses(), answer()).is(http.StatusConflict).refused(models.CodeConsultationClosed)
	require.Equal(t, 1, d.count("SELECT count(*) FROM consultation_responses"))
	require.Equal(t, 0, d.count("SELECT count(*) FROM consultations WHERE closed_at IS NOT NULL"), "the clock decided")
}

func TestAResponseThatWaitedForTheClosingIsLate(t *testing.T) {
	t.Parallel()
	d := inDialogue(t)
	seller := d.organisation(models.OrganisationEconomicOperator)
	release := d.hold("SELECT 1 FROM procurements WHERE id = $1 FOR NO KEY UPDATE", d.ID)
	answered := d.begin(func() response { return d.do(seller, POST, d.responses(), answer()) })
	d.untilWaiting(1)
	d.exec("UPDATE consultations SET closed_at = clock_timestamp() WHERE announcement_id = $1", d.announcement)
	release()
	answered().is(http.StatusConflict).refused(models.CodeConsultationClosed)
}

func TestWhatAnOperatorRespondsIsForTheBuyersOnly(t *testing.T) {
	t.Parallel()
	d := inDialogue(t)
	seller, rival := d.organisation(models.OrganisationEconomicOperator),
		d.organisation(models.OrganisationEconomicOperator)
	var own ResponseView
	d.do(seller, POST, d.responses(), answer()).is(http.StatusCreated).into(&own)

	var list rest.Page[ResponseView]
	d.do(rival, GET, d.responses(), nil).is(http.StatusOK).into(&list)
	require.Empty(t, list.Items)
	d.do(rival, GET, own.Self(), nil).is(http.StatusNotFound)
	d.do(seller, GET, d.responses(), nil).is(http.StatusOK).into(&list)
	require.Len(t, list.Items, 1)
	d.do(d.lead, GET, own.Self(), nil).is(http.StatusOK).into(&own)
	require.True(t, own.Content.Answers[0].Confidential)

	require.Equal(t, 1, d.count("SELECT count(*) FROM events WHERE type = 'consultation.response_received' AND "+
		"actor_id IS NULL"))
	require.Equal(t, 0, d.count("SELECT count(*) FROM events WHERE type = 'consultation.response_received' AND "+
		"convert_from(canonical, 'UTF8') ~ $1",
		string(seller.organisation)+"|"+string(seller.person)))
}

func TestARepeatedResponseIsReceivedOnce(t *testing.T) {
	t.Parallel()
	d := inDialogue(t)
	seller := d.organisation(models.OrganisationEconomicOperator)
	same := with(headerIdempotencyKey, "once")
	first := d.do(seller, POST, d.responses(), answer(), same).is(http.StatusCreated)
	d.pass()
	again := d.do(seller, POST, d.responses(), answer(), same).is(http.StatusCreated)
	require.Equal(t, first.Body.String(), again.Body.String(), "who was received in time learns it again, however late")
}

func TestAnOperatorRespondsManyTimesButNotForEver(t *testing.T) {
	t.Parallel()
	d := inDialogue(t)
	d.acts.Limits.Responses = 2
	seller, rival := d.organisation(models.OrganisationEconomicOperator),
		d.organisation(models.OrganisationEconomicOperator)
	for range 2 {
		d.do(seller, POST, d.responses(), answer()).is(http.StatusCreated)
	}
	d.do(seller, POST, d.responses(), answer()).is(http.StatusConflict).refused(models.CodeResponseLimit)
	d.do(rival, POST, d.responses(), answer()).is(http.StatusCreated)
}

func TestReleasesAreReadByAllAndBelongToOneProcurement(t *testing.T) {
	t.Parallel()
	d := inDialogue(t)
	stranger := d.organisation(models.OrganisationEconomicOperator)
	var told rest.Page[ReleaseView]
	d.do(stranger, GET, d.Self()+"/releases", nil).is(http.StatusOK).into(&told)
	require.Len(t, told.Items, 2)
	var open rest.Page[ConsultationView]
	d.do(stranger, GET, d.Self()+"/consultations", nil).is(http.StatusOK).into(&open)
	require.Len(t, open.Items, 1)
	require.Nil(t, open.Items[0].ClosedAt)

	other := d.world.procurement(d.lead)
	d.do(stranger, GET, other.Self()+"/releases", nil).is(http.StatusNotFound)
	d.do(stranger, POST, strings.Replace(d.responses(), string(d.ID), string(other.ID), 1), answer()).
		is(http.StatusNotFound)
}

func TestWhatWasAnnouncedOutlivesEveryStatement(t *testing.T) {
	t.Parallel()
	d := inDialogue(t)
	d.do(d.organisation(models.OrganisationEconomicOperator), POST, d.responses(), answer()).is(http.StatusCreated)
	conn := pgtest.Connect(t, d.db.Superuser)
	for _, statement := range []string{
		"UPDATE consultations SET opens_at = opens_at - interval '1 hour'",
		"UPDATE consultations SET closes_at = closes_at - interval '1 minute'",
		"DELETE FROM consultations", "UPDATE releases SET digest = repeat('0', 64)",
		"DELETE FROM consultation_responses",
	} {
		_, err := conn.Exec(t.Context(), statement)
		require.Error(t, err, statement)
	}
}
