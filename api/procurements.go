package api

import (
	"context"
	"net/url"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/zone"
)

const (
	longestTitle       = 400
	longestDescription = 20_000
)

type procurement struct {
	ID          models.ID     `json:"id"`
	Title       models.Text   `json:"title"`
	Description models.Text   `json:"description"`
	Languages   []string      `json:"languages" doc:"Published text is complete in all of them; the first is the default"`
	Mode        models.Mode   `json:"mode" enum:"live,rehearsal"`
	Now         time.Time     `json:"now" doc:"Procedure time: real time when live, the rehearsal's own clock otherwise"`
	Status      models.Status `json:"status" enum:"draft,running,suspended,cancelled,completed"`
	Profile     string        `json:"profile,omitempty"`
	Zone        string        `json:"zone"`
	EndReason   string        `json:"end_reason,omitempty"`
	CreatedBy   models.ID     `json:"created_by"`
	CreatedAt   time.Time     `json:"created_at" doc:"Real time"`
	StartedAt   *time.Time    `json:"started_at,omitempty"`
	EndedAt     *time.Time    `json:"ended_at,omitempty"`
	Version     int64         `json:"version"`
}

func (p procurement) self() string   { return "/v1/procurements/" + string(p.ID) }
func (p procurement) version() int64 { return p.Version }

func showProcurement(st store.Standing) procurement {
	p := st.Procurement
	return procurement{
		ID: p.ID, Title: p.Title, Description: p.Description, Languages: p.Languages, Mode: p.Mode, Now: utc(st.Now), Status: p.Status,
		Profile: p.Profile, Zone: p.Zone, EndReason: p.EndReason, CreatedBy: p.CreatedBy, CreatedAt: utc(p.CreatedAt),
		StartedAt: utcOrNil(p.StartedAt), EndedAt: utcOrNil(p.EndedAt), Version: p.Version,
	}
}

type newProcurement struct {
	Body struct {
		Title       models.Text `json:"title"`
		Description models.Text `json:"description,omitempty"`
		Languages   []string    `json:"languages" minItems:"1" maxItems:"24" uniqueItems:"true" maxLength:"35" doc:"BCP 47"`
		Mode        models.Mode `json:"mode" enum:"live,rehearsal" doc:"Chosen for good"`
		Clock       *time.Time  `json:"clock,omitempty" doc:"Procedure time at which a rehearsal begins; absent: now"`
		Profile     string      `json:"profile,omitempty" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$" doc:"Call profile that eligibility is judged by"`
		Zone        string      `json:"zone" maxLength:"64" doc:"IANA zone of the lead buyer, in which days are counted, such as Europe/Paris"`
	}
}

func (in *newProcurement) check() error {
	b := in.Body
	var live *models.Refusal
	if b.Mode == models.ModeLive && b.Clock != nil {
		live = models.Refuse(models.CodeLiveClock, "/clock", "a live procurement runs on real time").Accepting("no clock, or mode rehearsal")
	}
	return gather(models.CheckText("/title", b.Title, longestTitle), checkDescription(b.Description), checkLanguages(b.Languages),
		live, checkInstant("/clock", b.Clock), checkZone(b.Zone))
}

// createProcurement makes a draft. Its author becomes lead procurer and the author's organisation
// lead buyer, so that there is somebody who can go on with it.
func (s *server) createProcurement(ctx context.Context, in *newProcurement) (*Answer[procurement], error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	return create(ctx, s, func(tx *store.Tx) (procurement, error) {
		if err := mustBuy(tx, callOf(ctx).actor); err != nil {
			return procurement{}, err
		}
		now, err := tx.Now()
		if err != nil {
			return procurement{}, err
		}
		st := in.draft(callOf(ctx).actor, now)
		if err := tx.CreateProcurement(&st.Procurement); err != nil {
			return procurement{}, err
		}
		// From here on the call is about this procurement, as its events are.
		callOf(ctx).standing = &st
		err = record(ctx, tx, models.EventProcurementCreated, map[string]any{"mode": st.Procurement.Mode, "zone": st.Procurement.Zone, "profile": st.Procurement.Profile})
		if err != nil {
			return procurement{}, err
		}
		return showProcurement(st), settleAuthor(ctx, tx, st)
	})
}

func mustBuy(tx *store.Tx, actor models.Actor) error {
	o, err := tx.Organisation(actor.OrganisationID)
	if err == nil && o.Kind != models.OrganisationContractingAuthority {
		return models.Refuse(models.CodeForbidden, "", "only people of a contracting authority create procurements")
	}
	return err
}

func (in *newProcurement) draft(author models.Actor, now time.Time) store.Standing {
	b := in.Body
	p := models.Procurement{
		ID: models.NewID(models.PrefixProcurement), Title: b.Title, Description: b.Description, Languages: b.Languages, Mode: b.Mode,
		Profile: b.Profile, Zone: b.Zone, Status: models.StatusDraft, Version: 1, CreatedBy: author.PersonID, CreatedAt: now,
	}
	if p.Description == nil {
		p.Description = models.Text{}
	}
	if b.Clock != nil {
		p.ClockOffset = utc(*b.Clock).Sub(now).Microseconds()
	}
	return store.Standing{Procurement: p, Now: p.Now(now), Roles: []models.Role{models.RoleLeadProcurer}}
}

func settleAuthor(ctx context.Context, tx *store.Tx, st store.Standing) error {
	actor := callOf(ctx).actor
	m := models.Member{ProcurementID: st.Procurement.ID, OrganisationID: actor.OrganisationID, Lead: true, JoinedAt: st.Now}
	if err := tx.PutMember(m); err != nil {
		return err
	}
	if err := record(ctx, tx, models.EventMemberJoined, memberData(m)); err != nil {
		return err
	}
	a := models.RoleAssignment{
		ID: models.NewID(models.PrefixRole), ProcurementID: st.Procurement.ID, PersonID: actor.PersonID, OrganisationID: actor.OrganisationID,
		Role: models.RoleLeadProcurer, ValidFrom: st.Now, CreatedAt: st.Procurement.CreatedAt,
	}
	if err := tx.GiveRole(&a); err != nil {
		return err
	}
	return record(ctx, tx, models.EventRoleGiven, roleData(a))
}

type procurementsQuery struct {
	Paging

	Status models.Status `query:"status" enum:"draft,running,suspended,cancelled,completed" doc:"Only procurements that stand there"`
}

func (s *server) listProcurements(ctx context.Context, in *procurementsQuery) (*Listed[procurement], error) {
	filters := url.Values{}
	if in.Status != "" {
		filters.Set("status", string(in.Status))
	}
	call := callOf(ctx)
	read := func(after models.ID, limit int) ([]store.Standing, error) {
		return s.store.Standings(ctx, call.actor.PersonID, in.Status, after, limit)
	}
	return list(s, call, in.Paging, filters, read, func(st store.Standing) models.ID { return st.Procurement.ID }, showProcurement)
}

func (s *server) getProcurement(ctx context.Context, _ *struct{ ProcurementPath }) (*Answer[procurement], error) {
	return show(ctx, showProcurement(*callOf(ctx).standing)), nil
}

type procurementPatch struct {
	ProcurementPath

	Body struct {
		Title       *models.Text     `json:"title,omitempty"`
		Description *models.Text     `json:"description,omitempty"`
		Languages   *[]string        `json:"languages,omitempty" minItems:"1" maxItems:"24" uniqueItems:"true" maxLength:"35"`
		Profile     optional[string] `json:"profile,omitzero" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$"`
		Zone        *string          `json:"zone,omitempty" maxLength:"64"`
	}
}

func (s *server) changeProcurement(ctx context.Context, in *procurementPatch) (*Answer[procurement], error) {
	return change(ctx, s, func(tx *store.Tx) (procurement, error) {
		st, err := s.enterDraft(ctx, tx)
		if err != nil {
			return procurement{}, err
		}
		if err := in.apply(&st.Procurement); err != nil {
			return procurement{}, err
		}
		if err := tx.SaveDraft(&st.Procurement); err != nil {
			return procurement{}, err
		}
		return showProcurement(st), record(ctx, tx, models.EventProcurementChanged, map[string]any{"version": st.Procurement.Version})
	})
}

func (in *procurementPatch) apply(p *models.Procurement) error {
	setIf(&p.Title, in.Body.Title)
	setIf(&p.Description, in.Body.Description)
	setIf(&p.Languages, in.Body.Languages)
	setIf(&p.Zone, in.Body.Zone)
	if in.Body.Profile.given {
		p.Profile = ""
		setIf(&p.Profile, in.Body.Profile.value)
	}
	return gather(models.CheckText("/title", p.Title, longestTitle), checkDescription(p.Description), checkLanguages(p.Languages), checkZone(p.Zone))
}

// enterDraft locks a draft for a change of what its start will fix, made on its present version.
func (s *server) enterDraft(ctx context.Context, tx *store.Tx) (store.Standing, error) {
	st, err := s.enter(ctx, tx, alone)
	if err != nil {
		return st, err
	}
	if err := callOf(ctx).ifMatch.check(st.Procurement.Version); err != nil {
		return st, err
	}
	if st.Procurement.Status != models.StatusDraft {
		return st, models.Refuse(models.CodeNotDraft, "", "the procurement is %s; this is fixed by its start", st.Procurement.Status)
	}
	return st, nil
}

func checkDescription(t models.Text) *models.Refusal {
	if len(t) == 0 {
		return nil
	}
	return models.CheckText("/description", t, longestDescription)
}

func checkLanguages(languages []string) *models.Refusal {
	for _, tag := range languages {
		if r := models.CheckLanguage("/languages", tag); r != nil {
			return r
		}
	}
	return nil
}

func checkZone(name string) *models.Refusal {
	if _, known := zone.Load(name); !known {
		return models.Refuse(models.CodeInvalidValue, "/zone", "this is not a time zone").Accepting("an IANA zone such as Europe/Paris")
	}
	return nil
}
