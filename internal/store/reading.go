package store

import (
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// A Reading is what was read of a procurement at one instant, in one statement.
type Reading struct {
	// Dossier is whole, or has only what shows the state of the process: rounds, members, lots with their awards,
	// consultations, releases, and those engagement plans and bulletins that were released.
	Dossier models.Dossier
	Whole   bool
	// Votes are the standing votes, on any subject, oldest first.
	Votes []models.Vote
	// Motions and Tasks are those that are open, oldest first.
	Motions []models.Motion
	Tasks   []models.Task
	// Answers are the limits for answers that were not looked at yet.
	Answers []AnswerLimit
}

// A part is a column of the statement: the rows of one table for procurement p, or of a table joined to it.
type part struct {
	query string
	into  sql.Scanner
}

// Read reads a procurement at the procedure time now: whole, or only the state of its process. The procurement must be
// locked or shared, so that nothing of it changes meanwhile.
func (tx *Tx) Read(p models.Procurement, now time.Time, whole bool) (Reading, error) {
	r := Reading{Dossier: models.Dossier{Procurement: p, Now: now}, Whole: whole}
	columns, into, assemble := r.columns()
	err := tx.Ask("SELECT "+columns+"\nFROM procurements p WHERE p.id = $1", []any{p.ID}, into...)
	if err != nil {
		return r, fmt.Errorf("read procurement's dossier: %w", err)
	}
	assemble()
	return r, nil
}

// columns returns what a statement selects of procurement p, what its columns are scanned into, and a function that
// then assembles the reading. Because it is one statement, everything is from the same moment.
func (r *Reading) columns() (columns string, into []any, assemble func()) {
	var (
		organisations, tenderers []models.Organisation
		awards                   []models.LotAward
		envelopes                []models.Envelope
		authors                  []authorship
		asked                    []models.RoleAssignment
	)
	d := &r.Dossier
	parts := []part{
		{roundsOf, rowsOf[models.PhaseRound]{&d.Rounds}},
		{membersOf, rowsOf[models.Member]{&d.Members}},
		{organisationsOf, rowsOf[models.Organisation]{&organisations}},
		{lotsOf, rowsOf[models.Lot]{&d.Tendering.Lots}},
		{awardsOf, rowsOf[models.LotAward]{&awards}},
		{consultationsOf, rowsOf[models.Consultation]{&d.Market.Consultations}},
		{releasesOf, rowsOf[models.Release]{&d.Market.Releases}},
		{standingVotesOf, rowsOf[models.Vote]{&r.Votes}},
		{openMotionsOf, rowsOf[models.Motion]{&r.Motions}},
		{openTasksOf, rowsOf[models.Task]{&r.Tasks}},
		{answerLimitsOf, rowsOf[AnswerLimit]{&r.Answers}},
		{testsOf, rowsOf[models.OpenerTest]{&d.Tendering.Tests}},
	}
	if r.Whole {
		t := &d.Tendering
		parts = append(parts,
			part{entriesOf, rowsOf[models.Entry]{&d.Entries}},
			part{earlierOf, rowsOf[models.Entry]{&d.Earlier}},
			part{authorsOf, rowsOf[authorship]{&authors}},
			part{rolesOf, rowsOf[models.RoleAssignment]{&d.Roles}},
			part{responsesOf, rowsOf[models.ConsultationResponse]{&d.Market.Responses}},
			part{receivedOf, rowsOf[models.Tender]{&t.Received}},
			part{envelopesOf, rowsOf[models.Envelope]{&envelopes}},
			part{tenderersOf, rowsOf[models.Organisation]{&tenderers}},
			part{languagesOf, rowsOf[models.RoleAssignment]{&asked}},
			part{phasesOf, rowsOf[models.EndedPhase]{&t.Phases}},
			part{setAsidesOf, rowsOf[models.SetAside]{&t.SetAsides}},
			part{sheetsOf, rowsOf[models.ScoreSheet]{&t.Sheets}},
			part{lettersOf, rowsOf[models.Letter]{&t.Letters}},
			part{noticesOf, rowsOf[models.Notice]{&t.Notices}},
		)
		parts = append(parts, openingParts(t)...)
	} else {
		parts = append(parts, part{toldOf, rowsOf[models.Entry]{&d.Entries}})
	}
	queries := make([]string, len(parts))
	for i, part := range parts {
		queries[i], into = "("+part.query+")", append(into, part.into)
	}
	return strings.Join(queries, ",\n"), into, func() {
		d.Organisations, d.Tendering.Tenderers = byID(organisations), byID(tenderers)
		d.Tendering.Languages = map[models.ID]string{}
		for _, role := range asked {
			d.Tendering.Languages[role.OrganisationID] = role.Language
		}
		d.Authors = byEntry(d.Entries, authors)
		d.Tendering.Awards, d.Tendering.FormerAwards = models.LastAwards(awards)
		putInto(d.Tendering.Received, envelopes)
	}
}

// openingParts are how far boxes were opened, and what was found in them.
func openingParts(t *models.Tendering) []part {
	return []part{
		{boxReleasesOf, rowsOf[models.BoxRelease]{&t.Releases}},
		{handoversOf, rowsOf[models.BoxHandover]{&t.Handovers}},
		{unreadOf, rowsOf[models.UnreadBox]{&t.Unread}},
		{openingsOf, rowsOf[models.Opening]{&t.Openings}},
		{resumedOf, rowsOf[models.Motion]{&t.Resumed}},
		{sealedEndsOf, rowsOf[models.LeftSealed]{&t.SealedEnds}},
	}
}

// Dossier reads everything by which the gates of a procurement are judged; see [Tx.Read].
func (tx *Tx) Dossier(p models.Procurement, now time.Time) (models.Dossier, error) {
	r, err := tx.Read(p, now, true)
	return r.Dossier, err
}

// Tendering reads what a dossier holds of lots and tenders. The procurement must be locked or shared.
func (tx *Tx) Tendering(procurement models.ID) (models.Tendering, error) {
	d, err := tx.Dossier(models.Procurement{ID: procurement}, time.Time{})
	return d.Tendering, err
}

// These parts show the state of the process of procurement p.
const (
	roundsOf = `SELECT json_agg(x ORDER BY x.opened_at, x.phase, x.round)
		FROM phase_rounds x WHERE x.procurement_id = p.id`
	// The lead buyer is first. The share is read as text, because only text is exact for a decimal.
	membersOf = `SELECT json_agg(json_build_object('procurement_id', m.procurement_id,
			'organisation_id', m.organisation_id, 'kind', m.kind, 'lead', m.lead,
			'budget_share', trim_scale(m.budget_share)::text, 'joined_at', m.joined_at,
			'accepted_at', m.accepted_at, 'accepted_by', m.accepted_by, 'left_at', m.left_at)
			ORDER BY m.lead DESC, m.joined_at, m.organisation_id)
		FROM consortium_members m WHERE m.procurement_id = p.id`
	organisationsOf = `SELECT json_agg(o) FROM organisations o
		WHERE o.id IN (SELECT m.organisation_id FROM consortium_members m WHERE m.procurement_id = p.id)`
	lotsOf = "SELECT json_agg(x ORDER BY x.number) FROM (SELECT " + withBoxes +
		" FROM lots WHERE lots.procurement_id = p.id) x"
	awardsOf = `SELECT json_agg(x ORDER BY x.lot_id, x.n) FROM lot_awards x JOIN lots l ON l.id = x.lot_id
		WHERE l.procurement_id = p.id`
	setAsidesOf = `SELECT json_agg(x ORDER BY x.set_aside_at, x.lot_id, x.n)
		FROM set_asides x JOIN lots l ON l.id = x.lot_id WHERE l.procurement_id = p.id`
	consultationsOf = `SELECT json_agg(x ORDER BY x.announced_at, x.announcement_id) FROM consultations x
		WHERE x.procurement_id = p.id`
	releasesOf = `SELECT json_agg(x ORDER BY x.released_at, x.entry_id) FROM releases x
		WHERE x.procurement_id = p.id`
	standingVotesOf = `SELECT json_agg(x ORDER BY x.cast_at, x.id) FROM votes x
		WHERE x.procurement_id = p.id AND x.voided_at IS NULL`
	openMotionsOf = `SELECT json_agg(x ORDER BY x.id) FROM motions x
		WHERE x.procurement_id = p.id AND x.status = 'open'`
	openTasksOf    = "SELECT json_agg(x ORDER BY x.id) FROM tasks x WHERE x.procurement_id = p.id AND x.done_at IS NULL"
	answerLimitsOf = `SELECT json_agg(x ORDER BY x.due_at, x.box_id) FROM answer_limits x
		WHERE x.procurement_id = p.id AND x.checked_at IS NULL`
	toldOf = `SELECT json_agg(x ORDER BY x.id) FROM entries x
		WHERE x.procurement_id = p.id AND x.kind IN ('engagement_plan', 'bulletin')
			AND x.id IN (SELECT r.entry_id FROM releases r)`
)

// These parts are the rest of the dossier. They tell nothing of what an open box received, nor from whom.
const (
	entriesOf = "SELECT json_agg(x ORDER BY x.id) FROM entries x WHERE x.procurement_id = p.id"
	// One of the earlier versions of an agreement may be in force; its clauses are not needed. A box may have been
	// sealed for the openers of an earlier version.
	earlierOf = `SELECT json_agg(x ORDER BY x.id, x.version) FROM (SELECT e.id, e.procurement_id, e.kind, e.phase,
		v.version, v.author_id, v.digest, v.written_at, v.withdrawn_at, v.body - '{responsibilities,
			internal_organisation,distribution,conclusion_of_contracts,exit,dispute}'::text[] AS body
		FROM entries e JOIN entry_versions v ON v.entry_id = e.id AND v.version < e.version
		WHERE e.procurement_id = p.id AND e.kind IN ('agreement', 'opener_set')) x`
	// The author of the latest version is in the entry's own row.
	authorsOf = `SELECT json_agg(x ORDER BY x.entry_id, x.author_id) FROM (SELECT DISTINCT v.entry_id, v.author_id
		FROM entry_versions v JOIN entries e ON e.id = v.entry_id AND e.author_id <> v.author_id
		WHERE e.procurement_id = p.id) x`
	rolesOf = `SELECT json_agg(x ORDER BY x.id) FROM role_assignments x
		WHERE x.procurement_id = p.id AND x.role NOT IN ` + ofSuppliers
	responsesOf = `SELECT json_agg(x ORDER BY x.id) FROM (SELECT id, procurement_id, announcement_id, organisation_id,
		person_id, received_at, recorded_at, digest FROM consultation_responses WHERE procurement_id = p.id) x`
	standsIn = `FROM tenders t JOIN boxes b ON b.id = t.box_id
		WHERE b.procurement_id = p.id AND b.closed_at IS NOT NULL AND t.ended_at IS NULL`
	receivedOf  = "SELECT json_agg(x ORDER BY x.id) FROM (SELECT t.*, b.procurement_id, b.hands_in " + standsIn + ") x"
	envelopesOf = `SELECT json_agg(x ORDER BY x.tender_id, x.n) FROM (SELECT e.*, u.fingerprint
		FROM tender_envelopes e JOIN uploads u ON u.id = e.upload_id
		WHERE e.tender_id IN (SELECT t.id ` + standsIn + ")) x"
	ofAnyLot    = "(SELECT t.id FROM tenders t JOIN lots l ON l.id = t.lot_id WHERE l.procurement_id = p.id)"
	tenderersOf = `SELECT json_agg(o) FROM organisations o
		WHERE o.id IN (SELECT t.organisation_id FROM tenders t JOIN boxes b ON b.id = t.box_id
			WHERE b.procurement_id = p.id AND b.closed_at IS NOT NULL)`
	testsOf = `SELECT json_agg(x ORDER BY x.made_at, x.id) FROM (SELECT t.id, t.fingerprint, t.due, t.made_at,
			(SELECT coalesce(json_agg(r.person_id ORDER BY r.person_id), '[]') FROM opener_test_releases r
				WHERE r.test_id = t.id) AS passed
		FROM opener_tests t WHERE t.procurement_id = p.id) x`
	// For whose prices a release or handover r in the box b is, where only the prices of the best are opened.
	pricedIn = `CASE WHEN r.kind = 'price' AND EXISTS (SELECT FROM entries c WHERE c.procurement_id = p.id
			AND c.kind = 'award_criteria' AND c.subject = b.lot_id AND (c.body ->> 'best')::int > 0)
		THEN (SELECT json_agg(DISTINCT e.tender_id) FROM tenders t JOIN tender_envelopes e ON e.tender_id = t.id
			JOIN uploads u ON u.id = e.upload_id WHERE t.box_id = r.box_id AND u.header IN (SELECT h ->> 'header' FROM
				jsonb_array_elements(coalesce(r.content::jsonb #> '{request,envelopes}',
					r.content::jsonb -> 'envelopes')) h)) END AS tenders`
	// All else that openers computed is read where it is needed.
	boxReleasesOf = `SELECT json_agg(x ORDER BY x.released_at, x.person_id) FROM (SELECT r.box_id, r.kind, r.turn,
			r.person_id, r.organisation_id, r.digest, r.released_at, ` + pricedIn + `
		FROM box_releases r JOIN boxes b ON b.id = r.box_id
		WHERE b.procurement_id = p.id) x`
	handoversOf = `SELECT json_agg(x ORDER BY x.id) FROM (SELECT r.id, r.box_id, r.kind, r.turn, r.person_id,
			r.to_person_id, r.organisation_id, r.digest, r.handed_at, ` + pricedIn + `
		FROM box_handovers r JOIN boxes b ON b.id = r.box_id
		WHERE b.procurement_id = p.id) x`
	unreadOf = `SELECT json_agg(x ORDER BY x.box_id, x.kind) FROM (SELECT u.box_id, u.kind FROM unread_boxes u
		JOIN boxes b ON b.id = u.box_id WHERE b.procurement_id = p.id) x`
	resumedOf = `SELECT json_agg(x ORDER BY x.decided_at, x.id) FROM motions x
		WHERE x.procurement_id = p.id AND x.verb = 'resume' AND x.status = 'carried'`
	sealedEndsOf = `SELECT json_agg(x ORDER BY x.lot_id) FROM sealed_ends x
		WHERE x.lot_id IN (SELECT l.id FROM lots l WHERE l.procurement_id = p.id)`
	// In which language each of them asked for its letters, the last time that it registered.
	languagesOf = `SELECT json_agg(x) FROM (SELECT DISTINCT ON (r.organisation_id) r.organisation_id, r.language
		FROM role_assignments r WHERE r.procurement_id = p.id AND r.language <> '' AND r.organisation_id IN (
			SELECT t.organisation_id FROM tenders t JOIN boxes b ON b.id = t.box_id
			WHERE b.procurement_id = p.id AND b.closed_at IS NOT NULL)
		ORDER BY r.organisation_id, r.created_at DESC) x`
	phasesOf = `SELECT json_agg(x ORDER BY x.ended_at, x.phase) FROM partnership_phases x
		WHERE x.lot_id IN (SELECT l.id FROM lots l WHERE l.procurement_id = p.id)`
	openingsOf = "SELECT json_agg(x ORDER BY x.id) FROM openings x WHERE x.tender_id IN " + ofAnyLot
	sheetsOf   = `SELECT json_agg(x ORDER BY x.tender_id, x.person_id)
		FROM (SELECT DISTINCT ON (s.tender_id, s.person_id) s.* FROM score_sheets s
			WHERE s.tender_id IN ` + ofAnyLot + `
			ORDER BY s.tender_id, s.person_id, s.version DESC) x`
	lettersOf = `SELECT json_agg(x ORDER BY x.tender_id, x.sent_at) FROM letters x
		WHERE x.lot_id IN (SELECT l.id FROM lots l WHERE l.procurement_id = p.id)`
	noticesOf = "SELECT json_agg(x ORDER BY x.id) FROM notices x WHERE x.procurement_id = p.id"
)

// An authorship tells who wrote an earlier version of an entry.
type authorship struct{ EntryID, AuthorID models.ID }

func byEntry(entries []models.Entry, earlier []authorship) map[models.ID][]models.ID {
	of := make(map[models.ID][]models.ID, len(entries))
	for _, e := range entries {
		of[e.ID] = []models.ID{e.AuthorID}
	}
	for _, a := range earlier {
		of[a.EntryID] = append(of[a.EntryID], a.AuthorID)
	}
	return of
}

func byID(organisations []models.Organisation) map[models.ID]models.Organisation {
	of := make(map[models.ID]models.Organisation, len(organisations))
	for _, o := range organisations {
		of[o.ID] = o
	}
	return of
}

// putInto gives each tender its envelopes.
func putInto(tenders []models.Tender, envelopes []models.Envelope) {
	at := make(map[models.ID]*models.Tender, len(tenders))
	for i := range tenders {
		at[tenders[i].ID] = &tenders[i]
	}
	for _, e := range envelopes {
		if t := at[e.TenderID]; t != nil {
			t.Envelopes = append(t.Envelopes, e)
		}
	}
}
