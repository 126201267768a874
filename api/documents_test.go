package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

func documentBody(u UploadView, audience models.Audience) map[string]any {
	return map[string]any{"title": models.Text{"en": "Specification"}, "audience": audience, "upload": u.ID}
}

func TestADocumentKeepsItsVersions(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	first, second := []byte("first"), []byte("second")
	var doc DocumentView
	d.do(d.lead, POST, d.Self()+"/documents",
		documentBody(d.upload(d.lead, first, models.PurposeDocument), models.AudienceBuyers)).
		is(http.StatusCreated).into(&doc)
	require.Equal(t, int64(1), doc.Version)
	require.Equal(t, sha(first), doc.SHA256)
	next := documentBody(d.upload(d.lead, second, models.PurposeDocument), models.AudienceBuyers)
	d.do(d.lead, PUT, doc.Self(), next, with(headerIfMatch, `"2"`)).is(http.StatusPreconditionFailed)
	d.do(d.lead, PUT, doc.Self(), next, with(headerIfMatch, `"1"`)).is(http.StatusOK).into(&doc)
	require.Equal(t, int64(2), doc.Version)

	var versions struct{ Items []DocumentView }
	d.do(d.lead, GET, doc.Self()+"/versions", nil).is(http.StatusOK).into(&versions)
	require.Equal(t, []string{sha(first), sha(second)}, []string{versions.Items[0].SHA256, versions.Items[1].SHA256})
	require.Equal(t, second, d.do(d.lead, GET, doc.Self()+"/content", nil).is(http.StatusOK).Body.Bytes())
	require.Equal(t, first, d.do(d.lead, GET, doc.Self()+"/content?version=1", nil).is(http.StatusOK).Body.Bytes())
	d.do(d.lead, GET, doc.Self()+"/content?version=3", nil).is(http.StatusNotFound)
	require.Equal(t, 1,
		d.count(`SELECT count(*) FROM events
			WHERE type = 'document.written' AND data ->> 'digest' = $1 AND procurement_id = $2`, sha(second), d.ID))
	d.exec("UPDATE procurements SET status = 'suspended' WHERE id = $1", d.ID)
	d.do(d.lead, PUT, doc.Self(), next).is(http.StatusConflict).refused(models.CodeSuspended)
}

func TestWhatTenderersWereGivenStaysOnceTheirTendersAreIn(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	write := func(content string, audience models.Audience) map[string]any {
		return documentBody(d.upload(d.lead, []byte(content), models.PurposeDocument), audience)
	}
	var given, internal DocumentView
	d.do(d.lead, POST, d.Self()+"/documents", write("draft", models.AudienceTenderers)).is(http.StatusCreated).
		into(&given)
	d.do(d.lead, POST, d.Self()+"/documents", write("notes", models.AudienceBuyers)).is(http.StatusCreated).
		into(&internal)
	d.do(d.lead, PUT, given.Self(), write("still a draft", models.AudienceBuyers)).is(http.StatusOK)
	d.do(d.lead, PUT, given.Self(), write("published", models.AudienceTenderers)).is(http.StatusOK)
	lot := d.openLot()
	corrected := write("corrected", models.AudienceTenderers)
	d.do(d.lead, PUT, given.Self(), corrected).is(http.StatusUnprocessableEntity).refused(models.CodeInvalidValue)
	corrected["significant"], corrected["reason"] = false, "A word was misspelt."
	d.do(d.lead, PUT, given.Self(), corrected).is(http.StatusOK)
	d.do(d.lead, PUT, given.Self(), write("hidden", models.AudienceBuyers)).is(http.StatusConflict).
		refused(models.CodeFrozen)
	d.setDeadline(lot.ID, d.clock().Add(-time.Microsecond))
	d.close(lot.ID)
	d.do(d.lead, PUT, given.Self(), write("after the fact", models.AudienceTenderers)).is(http.StatusConflict).
		refused(models.CodeFrozen)
	d.do(d.lead, PUT, internal.Self(), write("more notes", models.AudienceBuyers)).is(http.StatusOK)
	require.Equal(t, "corrected", d.do(d.lead, GET, given.Self()+"/content", nil).is(http.StatusOK).Body.String())
}

// Directive 2014/24/EU, Article 47(3).
func TestASignificantChangeOfTheDocumentsTakesMoreTime(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	write := func(content string) map[string]any {
		body := documentBody(d.upload(d.lead, []byte(content), models.PurposeDocument), models.AudienceTenderers)
		body["significant"], body["reason"] = true, "The interface was described wrongly."
		return body
	}
	first := documentBody(d.upload(d.lead, []byte("published"), models.PurposeDocument), models.AudienceTenderers)
	var given DocumentView
	d.do(d.lead, POST, d.Self()+"/documents", first).is(http.StatusCreated).into(&given)
	lot := d.openLot()
	change := write("another interface")
	problem := d.do(d.lead, PUT, given.Self(), change).is(http.StatusConflict).refused(models.CodeDeadlineNotMoved)
	require.Contains(t, problem.Errors[0].Accepted, "move_deadline")
	d.do(d.lead, POST, d.Self()+"/actions/move_deadline", process.MoveDeadline{
		Lot: lot.ID, Deadline: d.deadlineIn(inTwoMonths + 240*time.Hour), Reason: "another interface",
	}).is(http.StatusOK)
	d.do(d.lead, PUT, given.Self(), change).is(http.StatusOK)
	d.do(d.lead, PUT, given.Self(), write("yet another")).is(http.StatusConflict).refused(models.CodeDeadlineNotMoved)
}

// A document that is added while tenders come in is a change, too: whoever has tendered is asked, and the public reads
// why.
func TestADocumentThatIsAddedWhileTendersComeInAsksWhoHasTendered(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	lot := d.openLot()
	supplier := d.supplier()
	r := d.submitted(supplier, lot.ID)
	annex := documentBody(d.upload(d.lead, []byte("annex"), models.PurposeDocument), models.AudienceTenderers)
	problem := d.do(d.lead, POST, d.Self()+"/documents", annex).is(http.StatusUnprocessableEntity).
		refused(models.CodeInvalidValue)
	require.Equal(t, "/significant", problem.Errors[0].Pointer)
	require.Equal(t, "/reason", problem.Errors[1].Pointer, "all that is missing is said at once")
	require.Empty(t, d.changes(supplier, r.TenderID))

	annex["significant"], annex["reason"] = false, "The annex was forgotten."
	var added DocumentView
	d.do(d.lead, POST, d.Self()+"/documents", annex).is(http.StatusCreated).into(&added)
	asked := d.changes(supplier, r.TenderID)
	require.Len(t, asked, 1)
	var notices rest.Page[struct {
		ID      models.ID                  `json:"id"`
		Content map[string]json.RawMessage `json:"content"`
	}]
	d.do(caller{}, GET, d.Self()+"/tender-pack/notices", nil).is(http.StatusOK).into(&notices)
	told := notices.Items[len(notices.Items)-1]
	require.Equal(t, asked[0].Notice, told.ID)
	require.JSONEq(t, `"The annex was forgotten."`, string(told.Content["reason"]))
	require.Contains(t, string(told.Content["document_after"]), added.SHA256)
	require.NotContains(t, told.Content, "document_before")
	d.confirm(supplier, r.TenderID, told.ID).is(http.StatusOK)
}

func TestOnlyACompleteDocumentOfOnesOwnIsWritten(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	d.openLot()
	supplier, buyer := d.supplier(), d.buyer()
	d.exec("INSERT INTO consortium_members (procurement_id, organisation_id, joined_at) VALUES ($1, $2, "+
		"clock_timestamp())", d.ID, buyer.organisation)
	d.give(d.lead, d.procurement, buyer.person, models.RoleBuyer)
	envelope := d.upload(supplier, d.envelope(supplier, models.EnvelopeQuality, 10), models.PurposeEnvelope)
	others := d.upload(buyer, []byte("x"), models.PurposeDocument)
	begun := d.announce(d.lead, []byte("x"), models.PurposeDocument)
	for name, c := range map[string]struct {
		upload models.ID
		code   models.Code
	}{
		"a supplier's envelope": {envelope.ID, models.CodeIncompatibleDocument},
		"another buyer's":       {others.ID, models.CodeIncompatibleDocument},
		"nobody's":              {models.NewID(models.PrefixUpload), models.CodeIncompatibleDocument},
		"unfinished":            {begun.ID, models.CodeUploadIncomplete},
		"no upload at all":      {begun.ProcurementID, models.CodeInvalidID},
	} {
		r := d.do(d.lead, POST, d.Self()+"/documents", documentBody(UploadView{ID: c.upload}, models.AudienceBuyers))
		require.Equal(t, c.code, r.refused(c.code).Code, name)
	}
	require.Zero(t, d.count("SELECT count(*) FROM documents WHERE rendering = ''"))
}

func TestSuppliersReadWhatIsMeantForTenderersOncePublished(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	var inner, outer DocumentView
	d.do(d.lead, POST, d.Self()+"/documents",
		documentBody(d.upload(d.lead, []byte("inner"), models.PurposeDocument), models.AudienceBuyers)).into(&inner)
	d.do(d.lead, POST, d.Self()+"/documents",
		documentBody(d.upload(d.lead, []byte("outer"), models.PurposeDocument), models.AudienceTenderers)).into(&outer)
	early := d.organisation(models.OrganisationEconomicOperator)
	d.give(d.lead, d.procurement, early.person, models.RoleSupplier)
	d.do(early, GET, d.Self()+"/documents", nil).is(http.StatusNotFound)
	d.do(early, GET, outer.Self(), nil).is(http.StatusNotFound)

	d.openLot()
	supplier := d.supplier()
	for _, c := range []caller{early, supplier} {
		var page rest.Page[DocumentView]
		d.do(c, GET, d.Self()+"/documents", nil).is(http.StatusOK).into(&page)
		require.Len(t, page.Items, 4, "the tender pack, in three forms, is there as well")
		uploaded := slices.DeleteFunc(page.Items, func(v DocumentView) bool { return v.Rendering != "" })
		require.Equal(t, []DocumentView{outer}, uploaded)
		require.Equal(t, "outer", d.do(c, GET, outer.Self()+"/content", nil).is(http.StatusOK).Body.String())
		for _, path := range []string{"", "/content", "/versions"} {
			d.do(c, GET, inner.Self()+path, nil).is(http.StatusNotFound)
		}
	}
	// A version that was not for them stays hidden, also behind one that is.
	now := documentBody(d.upload(d.lead, []byte("now outer"), models.PurposeDocument), models.AudienceTenderers)
	now["significant"], now["reason"] = false, "Suppliers asked for it."
	d.do(d.lead, PUT, inner.Self(), now).is(http.StatusOK)
	d.do(supplier, GET, inner.Self()+"/content?version=1", nil).is(http.StatusNotFound)
	versions := d.do(supplier, GET, inner.Self()+"/versions", nil).is(http.StatusOK).Body.String()
	require.Equal(t, 1, strings.Count(versions, `"version"`))
	var all rest.Page[DocumentView]
	d.do(d.lead, GET, d.Self()+"/documents", nil).is(http.StatusOK).into(&all)
	require.Len(t, all.Items, 5, "with the three forms of the tender pack")
}
