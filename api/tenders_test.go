package api

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/models"
)

func TestEconomicOperatorsRegisterOnceLotsArePublished(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	register := func(c caller) response { return d.do(c, POST, d.Self()+"/registrations", nil) }
	operator := d.organisation(models.OrganisationEconomicOperator)
	d.describe()
	for _, c := range []caller{operator, d.lead, d.admin} {
		register(c).is(http.StatusNotFound)
	}
	d.do(operator, POST, "/v1/procurements/"+string(models.NewID(models.PrefixProcurement))+"/registrations", nil).
		is(http.StatusNotFound)
	d.do(operator, GET, d.Self(), nil).is(http.StatusNotFound)

	d.publish()
	var r RegistrationView
	register(operator).is(http.StatusCreated).into(&r)
	require.Equal(t, operator.organisation, r.OrganisationID)
	d.do(operator, GET, d.Self(), nil).is(http.StatusOK)
	register(operator).is(http.StatusConflict).refused(models.CodeAlreadyExists)
	register(d.lead).refused(models.CodeNotAnOperator)
	register(d.admin).refused(models.CodeNotAnOperator)
	for _, r := range []models.Role{models.RoleSupplier, models.RoleSignatory} {
		require.Equal(t, 1, d.count(`SELECT count(*) FROM events WHERE procurement_id IS NULL
			AND type = 'supplier.role_given' AND actor_id = $1 AND data ->> 'role' = $2`, operator.person, r))
	}
	require.Zero(t, d.count("SELECT count(*) FROM events WHERE type = 'role.given' AND actor_id = $1", operator.person))

	// Who is on the buyers' side cannot be a supplier as well.
	observer := d.organisation(models.OrganisationEconomicOperator)
	d.give(d.lead, d.procurement, observer.person, models.RoleObserver)
	register(observer).is(http.StatusConflict).refused(models.CodeDeclaredNotToTender)
	d.exec("UPDATE procurements SET status = 'cancelled', ended_at = clock_timestamp() WHERE id = $1", d.ID)
	register(d.organisation(models.OrganisationEconomicOperator)).is(http.StatusConflict).refused(models.CodeEnded)
}

// Before a box is closed nobody but its supplier learns of a tender, not even that there is one.
func TestTendersAreSeenByTheirSupplierAndAfterClosingByTheBuyers(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	lot, supplier, other := d.openLot(), d.supplier(), d.supplier()
	content := d.envelope(supplier, models.EnvelopePrice, 500)
	envelope := d.upload(supplier, content, models.PurposeEnvelope)
	var r ReceiptView
	d.submit(supplier, lot.ID, TenderBody{Envelopes: []EnvelopeInput{{
		Kind: models.EnvelopePrice, Upload: envelope.ID,
		Digest: envelope.SHA256,
	}}}).into(&r)
	theirs := d.submitted(other, lot.ID)
	opener := d.personOf(d.lead.organisation)
	d.give(d.lead, d.procurement, opener.person, models.RoleOpener)
	path := tenderPath(d.ID, r.TenderID)

	listed := func(c caller) []models.ID {
		var page rest.Page[TenderView]
		d.do(c, GET, d.Self()+"/tenders?lot="+string(lot.ID), nil).is(http.StatusOK).into(&page)
		ids := []models.ID{}
		for _, t := range page.Items {
			ids = append(ids, t.ID)
		}
		return ids
	}
	unseen := func(c caller) {
		for _, below := range []string{"", "/receipt", "/withdrawal", "/changes", "/confirmation"} {
			d.do(c, GET, path+below, nil).is(http.StatusNotFound)
		}
	}
	require.Equal(t, []models.ID{r.TenderID}, listed(supplier))
	require.Equal(t, []models.ID{theirs.TenderID}, listed(other))
	require.Empty(t, listed(d.lead))
	require.Empty(t, listed(opener))
	for _, c := range []caller{other, d.lead, opener} {
		unseen(c)
	}
	d.do(opener, GET, path+"/envelopes/1/content", nil).is(http.StatusNotFound)
	d.do(other, POST, path+"/actions/withdraw", nil).is(http.StatusNotFound)
	d.replace(other, r.TenderID, d.tender(other)).is(http.StatusNotFound)
	require.Equal(t, content, d.do(supplier, GET, path+"/envelopes/1/content", nil).is(http.StatusOK).Body.Bytes())
	require.Zero(t, d.count("SELECT count(*) FROM events WHERE procurement_id = $1 AND type LIKE 'tender.%'", d.ID),
		"the procurement's log tells nothing")
	require.Zero(t, d.count("SELECT count(*) FROM events WHERE type LIKE 'tender.%' AND (actor_id IS NOT NULL OR "+
		"data::text ~ $1)", "lot_|org_|per_|prc_"))

	d.setDeadline(lot.ID, d.clock().Add(-time.Microsecond))
	require.Empty(t, listed(d.lead), "the deadline is over, but the box not closed")
	d.close(lot.ID)
	require.ElementsMatch(t, []models.ID{r.TenderID, theirs.TenderID}, listed(d.lead))
	require.ElementsMatch(t, []models.ID{r.TenderID, theirs.TenderID}, listed(opener))
	require.Equal(t, []models.ID{theirs.TenderID}, listed(other))
	unseen(other)
	var seen ReceiptView
	d.do(d.lead, GET, path+"/receipt", nil).is(http.StatusOK).into(&seen)
	require.Equal(t, r, seen)
	d.do(opener, GET, path+"/envelopes/1/content", nil).is(http.StatusConflict).refused(models.CodeNotUnsealed)
	d.do(opener, GET, path+"/envelopes/2/content", nil).is(http.StatusNotFound)
	d.do(d.lead, GET, path+"/envelopes/1/content", nil).is(http.StatusForbidden)
	d.exec("UPDATE procurements SET status = 'suspended' WHERE id = $1", d.ID)
	d.do(opener, GET, path+"/envelopes/1/content", nil).is(http.StatusConflict).refused(models.CodeSuspended)
}

// What the closing of a box records binds the single entries of the log to the lot.
func TestTheClosingBindsWhatWasReceived(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	lot, supplier, second := d.openLot(), d.supplier(), d.supplier()
	first := d.submitted(supplier, lot.ID)
	var replaced, withdrawn ReceiptView
	d.replace(supplier, first.TenderID, d.tender(supplier)).is(http.StatusCreated).into(&replaced)
	third := d.submitted(second, lot.ID)
	d.withdraw(second, third.TenderID).is(http.StatusOK).into(&withdrawn)
	d.setDeadline(lot.ID, d.clock().Add(-time.Microsecond))
	d.close(lot.ID)

	lines := string(first.TenderID) + " " + models.Digest([]byte(first.Note)) + "\n" +
		string(replaced.TenderID) + " " + models.Digest([]byte(replaced.Note)) + "\n" +
		string(third.TenderID) + " " + models.Digest([]byte(third.Note)) + " " + models.Digest([]byte(withdrawn.Note)) +
		"\n"
	sum := sha256.Sum256([]byte(lines))
	var received, standing int
	var digest string
	d.read(`SELECT (data ->> 'received')::int, (data ->> 'standing')::int, data ->> 'digest'
		FROM events WHERE type = 'lot.closed' AND procurement_id = $1`,
		[]any{d.ID}, &received, &standing, &digest)
	require.Equal(t, 3, received)
	require.Equal(t, 1, standing)
	require.Equal(t, hex.EncodeToString(sum[:]), digest)
	for _, r := range []ReceiptView{first, replaced, third, withdrawn} {
		require.Equal(t, 1, d.count("SELECT count(*) FROM events WHERE data ->> 'receipt' = $1 AND data ->> "+
			"'tender_id' = $2", models.Digest([]byte(r.Note)), r.TenderID))
	}
}

func TestAReceiptVerifiesOfflineAndAnAlteredOneDoesNot(t *testing.T) {
	t.Parallel()
	d := inTender(t)
	lot := d.openLot()
	r := d.submitted(d.supplier(), lot.ID)
	public := d.acts.Receipts.PublicKey()
	signed, err := seal.Verify(r.Note, public)
	require.NoError(t, err)
	require.Equal(t, r.Manifest, signed.Manifest)
	earlier := []byte(r.Note)
	earlier[strings.Index(r.Note, "procedure_time ")+len("procedure_time 20")]++
	_, err = seal.Verify(string(earlier), public)
	require.Error(t, err)
}
