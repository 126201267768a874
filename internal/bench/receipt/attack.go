package receipt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/internal/seal/envelope"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/ppi-engine/ppi/internal/bench/stack"
	"github.com/ppi-engine/ppi/models"
)

// AttackBar is how much longer the slowest hundredth of the tenders may take under attack.
const AttackBar = 3.0

const (
	// completions are sent at once by another supplier, all of one file of so many chunks, whose digest is wrong.
	completions = 40
	chunks      = 600
	// inTime is how long before the deadline a tender is sent in time: by then it must be received.
	inTime = time.Second
)

// An AttackResult compares receipt without and with the attack.
type AttackResult struct {
	// Without and With are the times below which 99 of 100 answers came, over all rounds.
	Without, With time.Duration
	Ratio         float64
	// Missed counts tenders that were sent in time and refused as late: it must be 0.
	Missed int64
	Result
}

// RunAttack measures on a server of its own. The product has the connections and the limits that serve has by default.
func RunAttack(ctx context.Context, o Options) (result AttackResult, err error) {
	o.setDefaults()
	o.Suppliers *= 2 // each round has two slices of the product
	s, err := stack.Start(ctx, false, o.Log)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, s.Close(context.WithoutCancel(ctx))) }()
	fmt.Fprintf(o.Out, "receipt under attack: preparing %d suppliers, and %d files of %d MiB of another\n", o.Suppliers,
		o.Rounds+1, chunks)
	// One more supplier is there, who attacks.
	if err := prepare(ctx, s.Admin, o.Suppliers+1, 0); err != nil {
		return result, err
	}
	for n := range o.Rounds + 1 {
		if err := prepareWrongFile(ctx, s.Admin, n, o.Suppliers+1); err != nil {
			return result, err
		}
	}
	p, err := startProduct(ctx, s.DSN, o, receiptConns)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if err := p.measure(ctx, o, &result); err != nil {
		return result, err
	}
	if err := p.check(ctx, s.Admin, &result.Result); err != nil {
		return result, err
	}
	result.print(o)
	if result.Missed > 0 {
		return result, fmt.Errorf("%d tenders that were sent in time were refused", result.Missed)
	}
	return result, result.sound()
}

// measure takes turns without and with the attack, and lets the deadline pass under attack.
func (p *product) measure(ctx context.Context, o Options, result *AttackResult) error {
	if err := p.warmUp(ctx); err != nil {
		return err
	}
	var without, with []time.Duration
	for round := range o.Rounds {
		p.times()
		if _, err := p.slice(ctx, o.Slice); err != nil {
			return err
		}
		calm := p.times()
		if err := p.attacked(ctx, o, round, func() error {
			_, err := p.slice(ctx, o.Slice)
			return err
		}); err != nil {
			return err
		}
		stormy := p.times()
		fmt.Fprintf(o.Out, "receipt under attack, round %d: p99 %v without, %v with; %d and %d tenders\n", round+1,
			p99(calm), p99(stormy), len(calm), len(stormy))
		without, with = append(without, calm...), append(with, stormy...)
	}
	result.Without, result.With = p99(without), p99(with)
	result.Ratio = result.With.Seconds() / result.Without.Seconds()
	if err := p.attacked(ctx, o, o.Rounds, func() error { return p.passDeadline(ctx) }); err != nil {
		return err
	}
	return p.countMissed(ctx, result)
}

// attacked does something while another supplier sends completions of a file that nobody has checked yet.
func (p *product) attacked(ctx context.Context, o Options, file int, do func() error) error {
	attackers := make([]*client, completions)
	for i := range attackers {
		var err error
		if attackers[i], err = dial(ctx, p.address); err != nil {
			return err
		}
		defer attackers[i].conn.Close()
	}
	answers := make([]string, completions)
	var group errgroup.Group
	begin := time.Now()
	for i, a := range attackers {
		group.Go(func() error {
			request := post(o.Suppliers+1, fmt.Sprintf("uploads/%s/actions/complete", wrongFile(file)),
				fmt.Sprintf("complete-%d-%d", file, i), "")
			told, err := a.ask(request)
			if err != nil {
				return err
			}
			answers[i] = strconv.Itoa(told.status)
			if told.status == http.StatusUnprocessableEntity {
				answers[i] += fmt.Sprintf(" after %v", time.Since(begin).Round(time.Millisecond))
			}
			if told.status < http.StatusBadRequest {
				return fmt.Errorf("a wrong file was completed: %s", told.body)
			}
			return nil
		})
	}
	err := errors.Join(do(), group.Wait())
	fmt.Fprintf(o.Out, "receipt under attack: %d completions were answered %s\n", completions, tally(answers))
	return err
}

// tally counts equal answers.
func tally(answers []string) string {
	counts := map[string]int{}
	for _, a := range answers {
		counts[a]++
	}
	var parts []string
	for a, n := range counts {
		parts = append(parts, fmt.Sprintf("%d × %s", n, a))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// times takes how long the answers took since it was called last.
func (p *product) times() (all []time.Duration) {
	for _, c := range p.clients {
		all, c.took = append(all, c.took...), nil
	}
	return all
}

// p99 is the time below which 99 of 100 are.
func p99(all []time.Duration) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)*99/100].Round(10 * time.Microsecond)
}

// countMissed counts the refused tenders that were sent in time. Clients and PostgreSQL read the same clock.
func (p *product) countMissed(ctx context.Context, result *AttackResult) error {
	lot, err := p.store.Lot(ctx, procurementID(), lotID(0))
	if err != nil {
		return err
	}
	for _, c := range p.clients {
		for _, sent := range c.refusedOf {
			if sent.Before(lot.Box().Deadline.Add(-inTime)) {
				result.Missed++
			}
		}
	}
	return nil
}

func (r AttackResult) print(o Options) {
	fmt.Fprintf(o.Out, "receipt under attack, %d clients, %d × %v: p99 %v without, %v while another supplier sends %d "+
		"completions of %d MiB with a wrong digest, ratio %.2f (bar %.1f); %d acknowledged, %d after the deadline "+
		"refused; %d refused that were sent %v before it or earlier; %d accepted late, %d acknowledged but absent\n",
		o.Clients, o.Rounds, o.Slice, r.Without, r.With, completions, chunks, r.Ratio, AttackBar, r.Received, r.Refused,
		r.Missed, inTime, r.Late, r.Lost)
}

// wrongFile is an upload of the attacker.
func wrongFile(n int) models.ID { return id(models.PrefixUpload, wrong, n) }

// prepareWrongFile makes an upload whose bytes have all arrived and are others than announced. It begins as a sealed
// envelope does, so that only the digest gives it away.
func prepareWrongFile(ctx context.Context, admin string, n, supplier int) error {
	begins, err := sealedBeginning()
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return fmt.Errorf("connect to prepare: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, s := range []struct {
		sql       string
		arguments []any
	}{
		{
			`INSERT INTO uploads (id, procurement_id, organisation_id, person_id, purpose, filename, media_type, size,
				digest) VALUES ($1, $2, $3, $4, 'envelope', 'offer.age', 'application/octet-stream', $5, $6)`,
			[]any{
				wrongFile(n), procurementID(), id(models.PrefixOrganisation, 0, supplier),
				id(models.PrefixPerson, 0, supplier), int64(chunks) * models.ChunkSize, envelopeDigest,
			},
		},
		{
			`INSERT INTO upload_chunks (upload_id, n, content, digest) SELECT $1, n, c, sha256(c) FROM
				(SELECT n, decode(repeat(md5(n::text), 65536), 'hex') c FROM generate_series(1, $2::int - 1) n
					UNION ALL SELECT 0, $3::bytea) all_chunks`,
			[]any{wrongFile(n), chunks, begins},
		},
	} {
		if _, err := conn.Exec(ctx, s.sql, s.arguments...); err != nil {
			return fmt.Errorf("prepare a wrong file: %w", err)
		}
	}
	return nil
}

// sealedBeginning is the first chunk of a sealed envelope.
func sealedBeginning() ([]byte, error) {
	announced := make([]envelope.Announcement, 3)
	for i := range announced {
		key, err := envelope.NewKey(envelope.Owner{
			Mode: models.ModeLive, Procurement: procurementID(), Buyer: models.NewID(models.PrefixOrganisation),
			Person: models.NewID(models.PrefixPerson),
		})
		if err != nil {
			return nil, fmt.Errorf("make key: %w", err)
		}
		if announced[i], err = key.Announce(); err != nil {
			return nil, fmt.Errorf("make key: %w", err)
		}
	}
	set, err := envelope.NewSet(2, announced)
	if err != nil {
		return nil, fmt.Errorf("name openers: %w", err)
	}
	box, err := envelope.NewBox(boxID(0), 1, time.Now(), set)
	if err != nil {
		return nil, fmt.Errorf("describe box: %w", err)
	}
	var sealed bytes.Buffer
	_, err = envelope.Seal(&sealed, bytes.NewReader(make([]byte, models.ChunkSize)),
		box.For(models.NewID(models.PrefixOrganisation), models.EnvelopeQuality))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return sealed.Bytes()[:models.ChunkSize], nil
}
