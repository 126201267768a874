package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/auth"
	"github.com/ppi-engine/ppi/internal/rig"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

// administrator makes an administrator, as the command line does.
func (f *Fleet) administrator(ctx context.Context) (*apiclient.Client, error) {
	s, err := store.Open(ctx, store.Options{DSN: f.dsn()})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	token, err := auth.CreateAdministrator(ctx, s,
		auth.Administrator{Name: "Administrator", Organisation: "Platform", Country: "FR"})
	if err != nil {
		return nil, err
	}
	const idle = 256
	return &apiclient.Client{
		Base: f.base(), Key: token.Reveal(), HTTP: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: idle}},
	}, nil
}

// prepare makes procurements while nothing disturbs.
func (r *run) prepare(ctx context.Context) ([]story, error) {
	if err := r.fleet.ready(ctx); err != nil {
		return nil, err
	}
	stories := make([]story, 2*ofEachKind)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(ofEachKind)
	for n := range stories {
		random := rand.New(rand.NewPCG(r.random.Uint64(), r.random.Uint64())) //nolint:gosec // repeatable
		group.Go(func() (err error) {
			if n%2 == 0 {
				stories[n], err = r.prepareBox(ctx, random)
			} else {
				stories[n], err = r.prepareBoard(ctx, random)
			}
			if err != nil {
				return fmt.Errorf("prepare procurement %d: %w", n+1, err)
			}
			return nil
		})
	}
	return stories, group.Wait()
}

// ready waits until the API takes requests. What commands need besides is waited for when the first are sent.
func (f *Fleet) ready(ctx context.Context) error {
	for began := time.Now(); ; pause(ctx, againAfter) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, f.base()+"/readyz", http.NoBody)
		if err != nil {
			return fmt.Errorf("make request: %w", err)
		}
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		if time.Since(began) > stuckAfter || ctx.Err() != nil {
			return fmt.Errorf("the product is not ready after %v (%w)", time.Since(began), err)
		}
	}
}

func (r *run) started(ctx context.Context) (*rig.Consortium, error) {
	c, err := rig.NewConsortium(ctx, r.admin,
		rig.Draft{Mode: models.ModeRehearsal, Countries: []string{"FR", "ES", "DE"}[:buyers]})
	if err != nil {
		return nil, err
	}
	return c, command(ctx, c, models.VerbStart)
}

// command has the lead procurer send a command that must be carried out. What faults of the run before have left is
// waited for.
func command(ctx context.Context, c *rig.Consortium, verb models.Verb) error {
	code, err := ask(ctx, c.Lead, apiclient.Request{
		Method: http.MethodPost, Path: c.Path("/actions/" + string(verb)), IfMatch: "*", In: struct{}{},
	})
	if err == nil && code != "" {
		err = fmt.Errorf("%s is refused: %s", verb, code)
	}
	return err
}

func (r *run) prepareBoard(ctx context.Context, random *rand.Rand) (*boardStory, error) {
	c, err := r.started(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.WriteNeeds(ctx); err != nil {
		return nil, err
	}
	var gate struct {
		Digest string `json:"digest"`
		Met    bool   `json:"met"`
	}
	if _, err := c.Lead.Get(ctx, c.Path("/phases/"+string(models.PhaseNeeds)+"/gate"), &gate); err != nil {
		return nil, err
	}
	if !gate.Met {
		return nil, fmt.Errorf("the gate of %s is not met", c.Procurement)
	}
	return &boardStory{Consortium: c, history: history{run: r}, random: random, gate: gate.Digest}, nil
}

func (r *run) prepareBox(ctx context.Context, random *rand.Rand) (*boxStory, error) {
	c, err := r.started(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.fleet.skipToTender(ctx, c); err != nil {
		return nil, err
	}
	now := time.Now().UTC().Truncate(time.Minute)
	b := &boxStory{
		Consortium: c, history: history{run: r}, random: random, clock: now, deadline: now.Add(deadlineIn * day),
	}
	b.began = boxState{clock: b.clock.Unix(), deadline: b.deadline.Unix()}
	if err := b.publish(ctx); err != nil {
		return nil, err
	}
	for n := range b.supplier {
		if b.supplier[n], err = b.register(ctx, n); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (f *Fleet) skipToTender(ctx context.Context, c *rig.Consortium) error {
	conn, err := pgx.Connect(ctx, f.admin())
	if err != nil {
		return fmt.Errorf("connect to prepare: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "SET session_replication_role = replica"); err != nil {
		return fmt.Errorf("put triggers aside: %w", err)
	}
	return rig.SkipToTender(c.Procurement, func(statement string, arguments ...any) error {
		if _, err := conn.Exec(ctx, statement, arguments...); err != nil {
			return fmt.Errorf("skip to the tender: %w", err)
		}
		return nil
	}, func() error { return errors.Join(c.ApproveBudgets(ctx), c.WriteRequirement(ctx)) })
}

// publish describes a lot and publishes it, sealed for openers of three buyers.
func (b *boxStory) publish(ctx context.Context) error {
	var lot rig.Entry
	if _, err := b.Lead.Post(ctx, b.Path("/lots"), map[string]any{
		"title": models.Text{"en": "Nodes"}, "deadline": localTime(b.deadline),
	}, &lot); err != nil {
		return err
	}
	b.lot = lot.ID
	if _, err := b.Lead.Post(ctx, b.Path("/award-criteria"), rig.AwardCriteria(lot.ID), nil); err != nil {
		return err
	}
	openers, err := b.Openers(ctx, b.Buyers[0].Organisation, b.Buyers[1].Organisation, b.Buyers[2].Organisation)
	if err != nil {
		return err
	}
	if _, err := b.SealFor(ctx, 2, openers...); err != nil {
		return err
	}
	if err := b.Test(ctx, openers...); err != nil {
		return err
	}
	return command(ctx, b.Consortium, models.VerbPublish)
}

func localTime(at time.Time) map[string]any {
	return map[string]any{"local": at.UTC().Format("2006-01-02T15:04"), "zone": "Etc/UTC"}
}

// register has a supplier register and upload the envelopes that it hands in again and again.
func (b *boxStory) register(ctx context.Context, n int) (*tenderer, error) {
	organisation, err := b.Organisation(ctx, fmt.Sprintf("Supplier %d", n+1), "NL",
		models.OrganisationEconomicOperator)
	if err != nil {
		return nil, err
	}
	s := &tenderer{Client: b.Voice(organisation)}
	if _, err := s.Post(ctx, b.Path("/registrations"), nil, nil); err != nil {
		return nil, err
	}
	for _, kind := range []models.EnvelopeKind{models.EnvelopeQuality, models.EnvelopePrice} {
		file, err := b.Seal(ctx, s.Client, organisation, b.lot, kind, []byte("100.00"))
		if err != nil {
			return nil, err
		}
		upload, err := b.Upload(ctx, s.Client, file, models.PurposeEnvelope)
		if err != nil {
			return nil, err
		}
		s.envelopes = append(s.envelopes, map[string]any{"kind": kind, "upload": upload, "digest": rig.Digest(file)})
	}
	return s, nil
}

// tick asks to move the clock of a rehearsal to where it is or was: a command that is carried out or refused, and
// changes nothing that decides, whatever others do at the same time.
func tick(ctx context.Context, c *rig.Consortium) error {
	code, err := ask(ctx, c.Lead, apiclient.Request{
		Method: http.MethodPost, Path: c.Path("/actions/advance"), IfMatch: "*",
		In: map[string]any{"to": time.Now().UTC()},
	})
	if err == nil && code != "" && code != models.CodeClockBackwards {
		return fmt.Errorf("the next command was refused: %s", code)
	}
	return err
}
