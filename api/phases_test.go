package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// A run is a procurement whose phases a test opens and closes behind the API's back.
type run struct {
	*world
	lead    caller
	drafter caller
	p       procurement
}

// running makes a running procurement with the phases open.
func running(t *testing.T, phases ...models.Phase) *run {
	t.Helper()
	w := setup(t)
	r := &run{world: w, lead: w.buyer()}
	r.p = w.procurement(r.lead)
	r.drafter = r.person(models.RoleDrafter)
	w.exec("UPDATE procurements SET status = 'running', started_at = clock_timestamp() WHERE id = $1", r.p.ID)
	for _, phase := range phases {
		w.exec("INSERT INTO phase_rounds VALUES ($1, $2, 1, 'open', clock_timestamp())", r.p.ID, phase)
	}
	return r
}

// person is somebody of the lead buyer with roles.
func (r *run) person(held ...models.Role) caller {
	r.Helper()
	c := r.personOf(r.lead.organisation)
	for _, role := range held {
		r.give(r.lead, r.p, c.person, role)
	}
	return c
}

func (r *run) end(phase models.Phase) {
	r.Helper()
	r.exec("UPDATE phase_rounds SET status = 'closed', closed_at = clock_timestamp() WHERE procurement_id = $1 AND "+
		"phase = $2", r.p.ID, phase)
}

func (r *run) post(who caller, path string, body any) response {
	r.Helper()
	return r.do(who, POST, r.p.Self()+path, body)
}

// written writes an entry that must be taken.
func (r *run) written(who caller, path string, body any) EntryView {
	r.Helper()
	var v EntryView
	r.post(who, path, body).is(http.StatusCreated).into(&v)
	return v
}

// said is what an entry says.
func said[T any](t *testing.T, v EntryView) (content T) {
	t.Helper()
	require.NoError(t, json.Unmarshal(marshal(v.Content), &content))
	return content
}

func (r *run) agreement() map[string]any {
	text := models.Text{"en": "As settled."}
	return map[string]any{
		"lead": r.lead.organisation, "applicable_law": "FR", "decision_rule": "majority",
		"shares":           []map[string]any{{"organisation": r.lead.organisation, "percent": "100"}},
		"responsibilities": text, "internal_organisation": text, "distribution": text, "conclusion_of_contracts": text,
		"exit": text, "dispute": text,
	}
}

func TestAnAgreementIsAmendedAndSignedAnewAfterCapacityIsClosed(t *testing.T) {
	t.Parallel()
	r := running(t, models.PhaseCapacity)
	buyer := r.person(models.RoleBuyer)
	first := r.written(r.lead, "/agreement", r.agreement())
	r.post(r.lead, "/agreement", r.agreement()).is(http.StatusConflict).refused(models.CodeAlreadyExists)
	signature := map[string]any{"agreement": first.ID, "digest": first.Digest, "capacity": "director"}
	signed := r.written(buyer, "/agreement-signatures", signature)
	require.Equal(t, r.lead.organisation, signed.OrganisationID)
	r.post(buyer, "/agreement-signatures", signature).is(http.StatusConflict).refused(models.CodeAlreadyExists)
	r.do(buyer, DELETE, signed.Self(), nil).is(http.StatusMethodNotAllowed)

	r.end(models.PhaseCapacity)
	r.post(r.lead, "/role-plan", models.UsualRolePlan()).is(http.StatusConflict).refused(models.CodePhaseNotOpen)
	amended := r.agreement()
	amended["decision_rule"] = "lead_alone"
	var next EntryView
	r.do(r.lead, PUT, first.Self(), amended).is(http.StatusOK).into(&next)
	r.post(buyer, "/agreement-signatures", signature).refused(models.CodeInvalidValue)
	signature["digest"] = next.Digest
	r.written(buyer, "/agreement-signatures", signature)
}

func TestOthersThanTheLeadBuyerDoNotLead(t *testing.T) {
	t.Parallel()
	r := running(t, models.PhaseCapacity)
	outside := r.agreement()
	outside["lead"] = r.buyer().organisation
	require.Equal(t, "/lead", r.post(r.lead, "/agreement", outside).refused(models.CodeInvalidValue).Errors[0].Pointer)
}

func TestADocumentThatIsNamedMustBeThere(t *testing.T) {
	t.Parallel()
	r := running(t, models.PhaseCapacity)
	in := r.agreement()
	in["document"] = strings.Repeat("a", 64)
	r.post(r.lead, "/agreement", in).is(http.StatusConflict).refused(models.CodeDocumentUnknown)
	in["document"] = r.document(r.lead, "The agreement, signed on paper").SHA256
	delete(in, "exit")
	r.written(r.lead, "/agreement", in)

	training := map[string]any{
		"activity": "training", "topic": "law", "title": models.Text{"en": "Law"}, "date": "2020-01-01",
		"provider":     "School",
		"participants": []map[string]any{{"person": r.lead.person}},
		"proof":        map[string]any{"document": strings.Repeat("b", 64)},
	}
	r.post(r.lead, "/activities", training).refused(models.CodeDocumentUnknown)
	training["proof"] = map[string]any{"document": in["document"]}
	r.written(r.lead, "/activities", training)
}

func TestADeclarationIsOnesOwn(t *testing.T) {
	t.Parallel()
	r := running(t, models.PhaseCapacity)
	evaluator := r.person(models.RoleEvaluator)
	mine := map[string]any{"person": evaluator.person, "conflict": false, "statement": "none"}
	r.post(r.lead, "/interest-declarations", mine).is(http.StatusForbidden).refused(models.CodeForbidden)
	declared := r.written(evaluator, "/interest-declarations", mine)
	mine["conflict"], mine["statement"] = true, "My sister works for a supplier."
	for _, who := range []caller{r.lead, evaluator} {
		r.do(who, PUT, declared.Self(), mine).is(http.StatusMethodNotAllowed)
		r.do(who, DELETE, declared.Self(), nil).is(http.StatusMethodNotAllowed)
	}
	further := r.written(evaluator, "/interest-declarations", mine)
	require.NotEqual(t, declared.ID, further.ID, "a correction is a further entry")
	var all rest.Page[EntryView]
	r.do(r.lead, GET, r.p.Self()+"/interest-declarations", nil).is(http.StatusOK).into(&all)
	require.Len(t, all.Items, 2)
}

// document uploads a text and writes it to the procurement.
func (r *run) document(who caller, text string) DocumentView {
	r.Helper()
	d := &tendering{world: r.world, lead: r.lead, procurement: r.p}
	var v DocumentView
	r.post(who, "/documents", DocumentBody{
		Title: models.Text{"en": text}, Audience: models.AudienceBuyers,
		Upload: d.upload(who, []byte(text), models.PurposeDocument).ID,
	}).is(http.StatusCreated).into(&v)
	return v
}

// need writes a common need and answers its ID.
func (r *run) need() models.ID {
	r.Helper()
	buyer := r.person(models.RoleBuyer)
	outcome := map[string]any{
		"outcome": models.Text{"en": "Less energy per result"}, "indicator": models.Text{"en": "Energy"},
		"baseline": "48", "target": "30", "unit": "kWh",
	}
	common := map[string]any{}
	maps.Copy(common, outcome)
	outcome["priority"] = "must"
	common["statements"] = []models.ID{r.written(buyer, "/needs-statements", outcome).ID}
	return r.written(r.drafter, "/common-need", common).ID
}

func (r *run) requirement(n int, need models.ID) map[string]any {
	return map[string]any{
		"code": fmt.Sprintf("R-%03d", n), "statement": models.Text{"en": fmt.Sprintf("Job %d needs at most 30 kWh.",
			n)}, "type": "performance",
		"priority": "must", "use": "minimum", "minimum": models.Text{"en": "30 kWh"}, "traces": []models.ID{need},
		"verification": map[string]any{"method": "test", "how": models.Text{"en": "Run it and read the meter."}},
	}
}

func TestRequirementsAreImportedAllOrNone(t *testing.T) {
	t.Parallel()
	r := running(t, models.PhaseNeeds, models.PhaseSpecification)
	need := r.need()
	var items []map[string]any
	for n := range 200 {
		items = append(items, r.requirement(n+1, need))
	}
	const path = "/requirements/actions/import"
	broken := r.requirement(7, need)
	broken["use"] = "award"
	elsewhere := r.requirement(8, models.NewID(models.PrefixEntry))
	require.Equal(t, "/items/1/use", r.post(r.drafter, path, map[string]any{"items": []any{items[0], broken}}).
		refused(models.CodeInvalidValue).Errors[0].Pointer)
	require.Equal(t, "/items/1/traces", r.post(r.drafter, path, map[string]any{"items": []any{items[0], elsewhere}}).
		refused(models.CodeInvalidValue).Errors[0].Pointer)
	r.post(r.drafter, path, map[string]any{"items": []any{items[0], items[0]}}).refused(models.CodeAlreadyExists)
	require.Zero(t, r.count("SELECT count(*) FROM entries WHERE kind = 'requirement'"), "all or none")

	body := map[string]any{"items": items}
	var view EntriesView
	again := with(headerIdempotencyKey, "import")
	r.do(r.drafter, POST, r.p.Self()+path, body, again).is(http.StatusCreated).into(&view)
	require.Len(t, view.Items, 200)
	require.Equal(t, "R-200", said[models.Requirement](t, view.Items[199]).Code)
	require.Equal(t, "true", r.do(r.drafter, POST, r.p.Self()+path, body, again).is(http.StatusCreated).Header().
		Get("Idempotent-Replayed"))
	require.Equal(t, 200, r.count("SELECT count(*) FROM entries WHERE kind = 'requirement'"))
	require.Equal(t, 200, r.count("SELECT count(*) FROM events WHERE type = $1 AND data->>'kind' = 'requirement'",
		event.TypeOf(event.EntryWritten{})))
	r.post(r.drafter, path, map[string]any{"items": append(items, items[0])}).refused(models.CodeInvalidValue)
}

func TestACodeIsGivenToOneRequirementForGood(t *testing.T) {
	t.Parallel()
	r := running(t, models.PhaseNeeds, models.PhaseSpecification)
	need := r.need()
	first := r.written(r.drafter, "/requirements", r.requirement(1, need))
	r.post(r.drafter, "/requirements", r.requirement(1, need)).is(http.StatusConflict).refused(models.CodeAlreadyExists)
	r.do(r.drafter, PUT, first.Self(), r.requirement(2, need)).refused(models.CodeInvalidValue)
	r.do(r.drafter, DELETE, first.Self(), nil).is(http.StatusOK)
	r.written(r.drafter, "/requirements", r.requirement(1, need))
}

func TestTheEngineListsWhatAVersionConsistsOf(t *testing.T) {
	t.Parallel()
	r := running(t, models.PhaseNeeds, models.PhaseSpecification)
	r.post(r.lead, "/specification-versions", map[string]any{}).refused(models.CodeInvalidValue)
	first := r.written(r.drafter, "/requirements", r.requirement(1, r.need()))
	forged := []map[string]any{{
		"entry": models.NewID(models.PrefixEntry), "kind": "requirement",
		"digest": strings.Repeat("0", 64),
	}}
	var v EntryView
	r.post(r.lead, "/specification-versions", map[string]any{"items": forged}).is(http.StatusCreated).into(&v)
	require.Equal(t, []models.Reference{{Entry: first.ID, Kind: models.EntryRequirement, Digest: first.Digest}},
		said[models.SpecificationVersion](t, v).Items)

	buyer, lawyer := r.person(models.RoleBuyer), r.person(models.RoleLegal)
	named := map[string]any{"entry": v.ID, "digest": v.Digest}
	own := r.person(models.RoleBuyer, models.RoleLeadProcurer)
	r.do(own, PUT, v.Self(), map[string]any{"note": models.Text{"en": "again"}}).is(http.StatusOK).into(&v)
	r.post(buyer, "/specification-approvals", named).refused(models.CodeInvalidValue)
	named["digest"] = v.Digest
	r.post(own, "/specification-approvals", named).is(http.StatusForbidden).refused(models.CodeOwnWork)
	r.written(buyer, "/specification-approvals", named)
	r.written(lawyer, "/legal-certifications",
		map[string]any{"entry": v.ID, "digest": v.Digest, "statement": "neutral"})

	changed := r.requirement(1, r.furtherNeed())
	r.do(r.drafter, PUT, first.Self(), changed).is(http.StatusOK)
	r.post(r.person(models.RoleBuyer), "/specification-approvals", named).is(http.StatusConflict).
		refused(models.CodeNotFrozen)
}

// furtherNeed is a need of another buyer's officer.
func (r *run) furtherNeed() models.ID {
	r.Helper()
	return r.written(r.person(models.RoleBuyer), "/needs-statements", map[string]any{
		"outcome": models.Text{"en": "Less noise"}, "indicator": models.Text{"en": "Noise"}, "baseline": "60",
		"target": "40", "unit": "dB", "priority": "should",
	}).ID
}

func TestFindingsAreListedAndAnsweredByOthers(t *testing.T) {
	t.Parallel()
	r := running(t, models.PhaseNeeds, models.PhaseSpecification)
	in := r.requirement(1, r.need())
	in["statement"] = models.Text{"en": "It runs on NVIDIA processors and is user-friendly."}
	e := r.written(r.drafter, "/requirements", in)
	var found NeutralityFindingsView
	r.do(r.lead, GET, r.p.Self()+"/neutrality-findings", nil).is(http.StatusOK).into(&found)
	require.Equal(t, 2, found.Open)
	require.Equal(t, []string{"brand", "vague"}, []string{string(found.Items[0].Code), string(found.Items[1].Code)})
	require.Equal(t, e.ID, found.Items[0].Entry)

	r.end(models.PhaseNeeds) // an answer is taken in whatever phase the words stand
	answer := map[string]any{
		"entry": e.ID, "code": "vague", "language": "en", "text": found.Items[1].Text,
		"reason": "measured by R-002",
	}
	r.post(r.drafter, "/neutrality-answers", answer).is(http.StatusForbidden).refused(models.CodeOwnWork)
	given := r.written(r.lead, "/neutrality-answers", answer)
	answer["text"] = "modern"
	r.post(r.lead, "/neutrality-answers", answer).refused(models.CodeInvalidValue)
	r.do(r.lead, GET, r.p.Self()+"/neutrality-findings", nil).is(http.StatusOK).into(&found)
	require.Equal(t, 1, found.Open)
	require.Equal(t, given.ID, found.Items[1].Answer)
}

func TestRequirementsApplyToLotsThereAre(t *testing.T) {
	t.Parallel()
	r := running(t, models.PhaseNeeds, models.PhaseSpecification)
	in := r.requirement(1, r.need())
	in["lots"] = []models.ID{models.NewID(models.PrefixLot)}
	require.Equal(t, "/lots", r.post(r.drafter, "/requirements", in).refused(models.CodeInvalidValue).Errors[0].Pointer)
	var lot LotView
	r.post(r.lead, "/lots", map[string]any{"title": models.Text{"en": "One"}}).is(http.StatusCreated).into(&lot)
	in["lots"] = []models.ID{lot.ID}
	r.written(r.drafter, "/requirements", in)
}
