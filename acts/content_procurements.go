package acts

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/zone"
	"github.com/ppi-engine/ppi/rules/eligibility"
)

// A NewProcurement is a draft to be made.
type NewProcurement struct {
	Title, Description models.Text
	Languages          []string
	Mode               models.Mode
	// Clock is the procedure time at which a rehearsal begins; nil: now.
	Clock         *time.Time
	Profile, Zone string
}

func (in NewProcurement) check() error {
	var live *models.Refusal
	if in.Mode == models.ModeLive && in.Clock != nil {
		live = models.Refuse(models.CodeLiveClock, "/clock", "a live procurement runs on real time").
			Accepting("no clock, or mode rehearsal")
	}
	return models.Refusals([]*models.Refusal{
		models.CheckText("/title", in.Title, longestTitle), checkDescription(in.Description),
		checkLanguages(in.Languages),
		live, checkInstant("/clock", in.Clock), checkZone(in.Zone), eligibility.CheckProfile("/profile", in.Profile),
	})
}

// CreateProcurement makes a draft. Its author becomes lead procurer and the author's organisation lead buyer, so that
// there is somebody who can go on with it. Nothing starts before a representative has accepted for the organisation and
// given it a board.
func (a *Acts) CreateProcurement(ctx context.Context, by By, in NewProcurement) (Done[models.Seat], error) {
	if err := in.check(); err != nil {
		return Done[models.Seat]{}, err
	}
	return once(ctx, a, by, func(d *deed) (models.Seat, error) {
		if err := d.mustBuy(); err != nil {
			return models.Seat{}, err
		}
		now, err := d.tx.Now()
		if err != nil {
			return models.Seat{}, err
		}
		st := in.draft(d.Actor, now)
		if err := d.tx.CreateProcurement(&st.Procurement); err != nil {
			return st, err
		}
		// From here on the deed is about this procurement, as its events are.
		d.Seat = &st
		p := st.Procurement
		digest, err := p.TextDigest()
		if err != nil {
			return st, err
		}
		err = d.record(event.ProcurementCreated{
			Mode: p.Mode, Zone: p.Zone, Profile: p.Profile, Digest: digest, Edition: p.Edition,
		})
		if err != nil {
			return st, err
		}
		return st, d.settleAuthor()
	})
}

func (d *deed) mustBuy() error {
	if d.Actor.Administrator {
		return models.Refuse(models.CodeForbidden, "", "who runs the platform takes part in no procurement").
			Accepting("a person of a contracting authority who is no administrator")
	}
	o, err := d.tx.Organisation(d.Actor.OrganisationID)
	if err == nil && o.Kind != models.OrganisationContractingAuthority {
		return models.Refuse(models.CodeForbidden, "",
			"only people of a contracting authority may create procurements").
			Accepting("a person of a contracting authority")
	}
	return err
}

func (in NewProcurement) draft(author models.Actor, now time.Time) models.Seat {
	p := models.Procurement{
		ID: models.NewID(models.PrefixProcurement), Title: in.Title, Description: in.Description,
		Languages: in.Languages, Mode: in.Mode, Profile: in.Profile, Zone: in.Zone,
		Edition: models.EditionNow, Status: models.StatusDraft, Version: 1, CreatedBy: author.PersonID, CreatedAt: now,
	}
	if p.Description == nil {
		p.Description = models.Text{}
	}
	if in.Clock != nil {
		p.ClockOffset = utc(*in.Clock).Sub(now).Microseconds()
	}
	return models.Seat{Procurement: p, Now: p.Now(now), Roles: []models.Role{models.RoleLeadProcurer}}
}

func (d *deed) settleAuthor() error {
	m := models.Member{
		ProcurementID: d.procurement(), OrganisationID: d.Actor.OrganisationID, Kind: models.MemberBuyer, Lead: true,
		JoinedAt: d.Seat.Now,
	}
	var what event.Payload = event.MemberInvited(aboutMember(m))
	if d.Actor.Representative {
		m.AcceptedAt, m.AcceptedBy = &m.JoinedAt, &d.Actor.PersonID
		what = aboutMember(m)
	}
	if err := d.tx.PutMember(m); err != nil {
		return err
	}
	if err := d.record(what); err != nil {
		return err
	}
	a := models.RoleAssignment{
		ID: models.NewID(models.PrefixRole), ProcurementID: d.procurement(), PersonID: d.Actor.PersonID,
		OrganisationID: d.Actor.OrganisationID, Role: models.RoleLeadProcurer, ValidFrom: d.Seat.Now,
		CreatedAt: d.Seat.Procurement.CreatedAt,
	}
	if err := d.tx.GiveRole(&a); err != nil {
		return err
	}
	return d.record(aboutRole(a))
}

// A ProcurementChange holds new values for a draft; nil: unchanged.
type ProcurementChange struct {
	Title, Description *models.Text
	Languages          *[]string
	Profile            *string
	Zone               *string
}

// ChangeProcurement changes a draft.
func (a *Acts) ChangeProcurement(ctx context.Context, by By, in ProcurementChange) (models.Seat, error) {
	return change(ctx, a, by, func(d *deed) (models.Seat, error) {
		if err := d.enterDraft(); err != nil {
			return models.Seat{}, err
		}
		p := &d.Seat.Procurement
		if err := in.apply(p); err != nil {
			return *d.Seat, err
		}
		if err := d.tx.SaveDraft(p); err != nil {
			return *d.Seat, err
		}
		digest, err := p.TextDigest()
		if err != nil {
			return *d.Seat, err
		}
		return *d.Seat, d.record(event.ProcurementChanged{
			Version: p.Version, Zone: p.Zone, Profile: p.Profile, Digest: digest,
		})
	})
}

func (in ProcurementChange) apply(p *models.Procurement) error {
	setIf(&p.Title, in.Title)
	setIf(&p.Description, in.Description)
	setIf(&p.Languages, in.Languages)
	setIf(&p.Profile, in.Profile)
	setIf(&p.Zone, in.Zone)
	var profile *models.Refusal
	if in.Profile != nil {
		profile = eligibility.CheckProfile("/profile", p.Profile)
	}
	return models.Refusals([]*models.Refusal{
		profile,
		models.CheckText("/title", p.Title, longestTitle), checkDescription(p.Description),
		checkLanguages(p.Languages), checkZone(p.Zone),
	})
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
		return models.Refuse(models.CodeInvalidValue, "/zone", "this is not a time zone").
			Accepting("an IANA zone such as Europe/Paris")
	}
	return nil
}
