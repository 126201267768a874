package e2e

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/zone"
)

type object = map[string]any

// consultMarket fills the consultation phase so that its gate is met.
func (b *bundle) consultMarket(t *testing.T) {
	t.Helper()
	announcement := b.announce(t, b.noon(t, 30))
	response := b.respond(t, b.supplier(t, "FR"), announcement)
	event := b.post(t, b.Drafter, "/consultation-events", b.eventOf(t, announcement))
	b.post(t, b.Buyers[0].Officer, "/market-contacts", object{
		"operator": "Machines SA", "date": b.day(t), "with": []models.ID{b.person(t, b.Lead)},
		"shared":          "The schedule, as announced",
		"shared_with_all": "It stands in the announcement", "involvement": "none",
	})
	b.advance(t, b.noonAt(t, b.noon(t, 30)).Add(time.Minute))
	report := b.post(t, b.Drafter, "/consultation-reports", object{
		"summary": models.Text{"en": "The market can meet the need at scale within a year."}, "register_complete": true,
		"inputs": []object{
			{"input": response, "used": true, "reason": "target confirmed"},
			{"input": event.ID, "used": false, "reason": "nothing that was not in the responses"},
		},
	})
	b.release(t, report)
	require.NoError(t, b.UpdateCase(t.Context()))
	b.post(t, b.Lead, "/route", object{"route": "ppi", "reason": "Offers exist in small quantity"})
}

// announce announces a consultation of everyone's market that closes at the given local time in Paris.
func (b *bundle) announce(t *testing.T, closes string) models.ID {
	t.Helper()
	announcement := b.post(t, b.Drafter, "/consultation-announcements", announcementUntil(closes))
	questionnaire := b.post(t, b.Drafter, "/questionnaires", questionnaire())
	b.act(t, b.Lead, models.VerbAnnounce, object{
		"announcement":  named(announcement),
		"questionnaire": named(questionnaire),
	})
	return announcement.ID
}

func announcementUntil(closes string) object {
	return object{
		"title":            models.Text{"en": "Open dialogue"},
		"subject":          models.Text{"en": "Computing at less energy per result"},
		"how_to_take_part": models.Text{"en": "Respond to the questions"},
		"closes":           object{"local": closes, "zone": "Europe/Paris"},
		"places":           []object{{"title": "TED", "address": "https://ted.europa.eu"}},
		"countries":        []string{"FR", "ES", "DE", "IT", "PL"},
	}
}

func questionnaire() object {
	return object{"questions": []object{
		{
			"id": "energy", "text": models.Text{"en": "Which energy per result can be reached?"}, "answer": "number",
			"required": true,
		},
		{"id": "means", "text": models.Text{"en": "By what means?"}, "answer": "text"},
	}}
}

func named(e entry) object { return object{"entry": e.ID, "digest": e.Digest} }

func (b *bundle) release(t *testing.T, e entry) {
	t.Helper()
	b.act(t, b.Lead, models.VerbRelease, named(e))
}

func (b *bundle) eventOf(t *testing.T, announcement models.ID) object {
	t.Helper()
	return object{
		"announcement": announcement, "format": "meeting", "title": models.Text{"en": "Open dialogue event"},
		"date": b.day(t), "place": "Brussels",
		"participants": 2, "organisations": []object{{"name": "Machines SA", "country": "FR", "sme": true}},
		"minutes": object{"note": "All were told the same."},
	}
}

// supplier registers a person of an economic operator.
func (b *bundle) supplier(t *testing.T, country string) *apiclient.Client {
	t.Helper()
	operator, err := b.Organisation(t.Context(), "Machines "+country, country, models.OrganisationEconomicOperator)
	require.NoError(t, err)
	_, client, err := b.Person(t.Context(), operator, "Seller")
	require.NoError(t, err)
	return client
}

func (b *bundle) respond(t *testing.T, who *apiclient.Client, announcement models.ID) models.ID {
	t.Helper()
	return b.post(t, who, "/consultations/"+string(announcement)+"/responses", response()).ID
}

const secret = "Our coolant is sea water from two hundred metres"

func response() object {
	return object{"language": "en", "sme": true, "answers": []object{
		{"question": "energy", "answer": "28.5"},
		{"question": "means", "answer": secret, "confidential": true, "rationale": "trade secret"},
	}}
}

// noon is what clocks in Paris show at noon so many days from now.
func (b *bundle) noon(t *testing.T, days int) string {
	t.Helper()
	return b.now(t).In(paris(t)).AddDate(0, 0, days).Format(time.DateOnly) + "T12:00"
}

func (b *bundle) noonAt(t *testing.T, local string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02T15:04", local, paris(t))
	require.NoError(t, err)
	return at
}

// day is today's date in Paris.
func (b *bundle) day(t *testing.T) string {
	t.Helper()
	return b.now(t).In(paris(t)).Format(time.DateOnly)
}

func paris(t *testing.T) *time.Location {
	t.Helper()
	there, known := zone.Load("Europe/Paris")
	require.True(t, known)
	return there
}

// refusedPost writes something that must be refused with the code.
func (b *bundle) refusedPost(t *testing.T, code models.Code, who *apiclient.Client, path string, in any) {
	t.Helper()
	_, problem := do(t, who, apiclient.Request{Path: b.Path(path), In: in})
	require.NotNil(t, problem, "POST %s must be refused", path)
	require.Equal(t, string(code), problem.Code, problem.Detail)
}

// dialogue is a procurement whose consultation phase is open, in rehearsal.
func dialogue(t *testing.T) *bundle {
	t.Helper()
	b := setup(t, options{draft: rig.Draft{Mode: models.ModeRehearsal}})
	b.reach(t, models.PhaseConsultation)
	return b
}

func TestAnyOperatorRespondsUntilTheConsultationCloses(t *testing.T) {
	t.Parallel()
	b := dialogue(t)
	seller, other := b.supplier(t, "PL"), b.supplier(t, "IT")
	closes := b.noon(t, 30)

	draft := announcementUntil(closes)
	draft["opens"] = object{"local": b.noon(t, 2), "zone": "Europe/Paris"}
	announcement := b.post(t, b.Drafter, "/consultation-announcements", draft)
	asked := b.post(t, b.Drafter, "/questionnaires", questionnaire())
	responses := "/consultations/" + string(announcement.ID) + "/responses"
	b.refusedPost(t, models.CodeNotFound, seller, responses, response())

	b.act(t, b.Lead, models.VerbAnnounce, object{"announcement": named(announcement), "questionnaire": named(asked)})
	b.refusedPost(t, models.CodeConsultationNotOpen, seller, responses, response())
	b.advance(t, b.noonAt(t, b.noon(t, 2)))
	id := b.respond(t, seller, announcement.ID)
	b.refusedPost(t, models.CodeNotAnOperator, b.Buyers[0].Officer, responses, response())
	unanswered := response()
	unanswered["answers"] = []object{{"question": "means", "answer": "better", "confidential": true}}
	b.refusedPost(t, models.CodeInvalidValue, seller, responses, unanswered)

	move := func(to string) object {
		return object{
			"announcement": announcement.ID, "closes": object{"local": to, "zone": "Europe/Paris"},
			"reason": "holidays",
		}
	}
	b.refused(t, models.CodeDeadlineEarlier, b.Lead, models.VerbExtendConsultation, move(b.noon(t, 10)))
	extended := b.noon(t, 40)
	b.act(t, b.Lead, models.VerbExtendConsultation, move(extended))
	b.advance(t, b.noonAt(t, closes).Add(time.Hour))
	b.respond(t, other, announcement.ID)

	b.advance(t, b.noonAt(t, extended))
	b.refusedPost(t, models.CodeConsultationClosed, seller, responses, response())
	b.refused(t, models.CodeConsultationClosed, b.Lead, models.VerbExtendConsultation, move(b.noon(t, 50)))
	require.Equal(t, 1, b.countEvents(t, event.ConsultationClosed{}))

	var own, all struct {
		Items []struct {
			ID models.ID `json:"id"`
		} `json:"items"`
	}
	b.get(t, seller, responses, &own)
	require.Len(t, own.Items, 1)
	require.Equal(t, id, own.Items[0].ID)
	b.get(t, b.Lead, "/consultation-responses", &all)
	require.Len(t, all.Items, 2)
	_, problem := do(t, seller, apiclient.Request{
		Method: http.MethodGet,
		Path:   b.Path("/consultation-responses/" + string(id)),
	})
	require.NotNil(t, problem)
	require.Equal(t, string(models.CodeNotFound), problem.Code)
}

func TestWhatWasAnnouncedIsFixedForAll(t *testing.T) {
	t.Parallel()
	b := dialogue(t)
	stranger := b.supplier(t, "FR")
	_, problem := do(t, stranger, apiclient.Request{Method: http.MethodGet, Path: b.Path("/releases")})
	require.Equal(t, string(models.CodeNotFound), problem.Code, "nothing was told yet")

	named1 := questionnaire()
	named1["questions"].([]object)[0]["text"] = models.Text{"en": "Would an NVIDIA A100 do?"}
	b.refusedPost(t, models.CodeProductNamed, b.Drafter, "/questionnaires", named1)
	b.refusedPost(t, models.CodeInvalidLocalTime, b.Drafter, "/consultation-announcements",
		announcementUntil("2027-03-28T02:30"))

	announcement := b.post(t, b.Drafter, "/consultation-announcements", announcementUntil(b.noon(t, 30)))
	asked := b.post(t, b.Drafter, "/questionnaires", questionnaire())
	stale := named(announcement)
	stale["digest"] = asked.Digest
	b.refused(t, models.CodeEntryChanged, b.Lead, models.VerbAnnounce,
		object{"announcement": stale, "questionnaire": named(asked)})
	both := object{"announcement": named(announcement), "questionnaire": named(asked)}
	b.act(t, b.Lead, models.VerbAnnounce, both)
	b.refused(t, models.CodeConsultationRunning, b.Lead, models.VerbAnnounce, both)

	_, problem = do(t, b.Drafter, apiclient.Request{
		Method: http.MethodPut, Path: b.Path("/consultation-announcements/" + string(announcement.ID)),
		In: announcementUntil(b.noon(t, 60)), IfMatch: "*",
	})
	require.NotNil(t, problem)
	require.Equal(t, string(models.CodeFrozen), problem.Code)

	var told struct {
		Items []struct {
			Kind models.EntryKind `json:"kind"`
		} `json:"items"`
	}
	b.get(t, stranger, "/releases", &told)
	require.Len(t, told.Items, 2, "the announcement and the questions")
}

func TestTheReportCoversEverythingAndKeepsSecrets(t *testing.T) {
	t.Parallel()
	b := dialogue(t)
	announcement := b.announce(t, b.noon(t, 30))
	id := b.respond(t, b.supplier(t, "PL"), announcement)
	report := func(summary string, inputs ...object) entry {
		return b.post(t, b.Drafter, "/consultation-reports", object{
			"summary": models.Text{"en": summary}, "register_complete": true, "inputs": append([]object{}, inputs...),
		})
	}
	used := object{"input": id, "used": true, "reason": "target confirmed"}
	b.refused(t, models.CodeConsultationRunning, b.Lead, models.VerbRelease, named(report("Done", used)))
	b.advance(t, b.noonAt(t, b.noon(t, 30)))
	b.refused(t, models.CodeInputsMissing, b.Lead, models.VerbRelease, named(report("Nobody said anything")))
	b.refused(t, models.CodeConfidential, b.Lead, models.VerbRelease,
		named(report("One operator says: "+secret+".", used)))
	b.refusedPost(t, models.CodeInvalidValue, b.Drafter, "/consultation-reports", object{
		"summary": models.Text{"en": "x"}, "register_complete": true,
		"inputs": []object{{"input": models.NewID(models.PrefixResponse), "used": false, "reason": "no"}},
	})
	early := b.eventOf(t, announcement)
	early["date"] = "2020-01-01"
	b.refusedPost(t, models.CodeInvalidValue, b.Drafter, "/consultation-events", early)
	b.refusedPost(t, models.CodeRouteInconsistent, b.Lead, "/route", object{"route": "pcp", "reason": "research"})

	fair := report("One operator confirms the target.", used)
	b.release(t, fair)
	b.refused(t, models.CodeAlreadyReleased, b.Lead, models.VerbRelease, named(fair))
	b.post(t, b.Lead, "/route", object{"route": "ppi", "reason": "Offers exist in small quantity"})
	require.Equal(t, "preliminary_case_updated", b.gate(t, models.PhaseConsultation).open())
	require.NoError(t, b.UpdateCase(t.Context()))
	require.True(t, b.gate(t, models.PhaseConsultation).Met, b.gate(t, models.PhaseConsultation).open())
}

func TestAConsultationOnANeedThatChangedIsHeldAnew(t *testing.T) {
	t.Parallel()
	b := dialogue(t)
	b.announce(t, b.noon(t, 30))
	b.move(t, models.VerbReturn, object{"to": "needs", "reason": "the target is too low"})
	b.advance(t, b.now(t).AddDate(0, 0, 31))
	require.Equal(t, 1, b.countEvents(t, event.ConsultationClosed{}),
		"what was announced closes on its date in any phase")

	b.rewriteNeed(t)
	b.approve(t, models.PhaseNeeds)
	require.Contains(t, b.gate(t, models.PhaseConsultation).open(), "consultation_announced")
	b.consultMarket(t)
	b.approve(t, models.PhaseConsultation)
	b.requirePhase(t, models.PhaseConsultation, "closed")
}
