package receipt

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// check compares what the clients were told with what the table holds.
func (p *product) check(ctx context.Context, admin string, result *Result) error {
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return fmt.Errorf("connect to check: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var told []string
	for _, c := range p.clients {
		result.Refused += c.refused
		for _, tender := range c.acknowledged {
			told = append(told, string(tender))
		}
	}
	result.Received = int64(len(told))
	err = conn.QueryRow(ctx,
		`SELECT count(*) FROM unnest($1::text[]) told WHERE NOT EXISTS (SELECT FROM tenders WHERE id = told)`, told).
		Scan(&result.Lost)
	if err != nil {
		return fmt.Errorf("count lost tenders: %w", err)
	}
	var there, standing int64
	err = conn.QueryRow(ctx,
		`SELECT count(*) FILTER (WHERE t.received_at > b.deadline OR t.received_at > b.closed_at), count(*),
			count(DISTINCT organisation_id)
		FROM tenders t JOIN boxes b ON b.id = t.box_id WHERE b.id = $1`, boxID(0)).Scan(&result.Late, &there, &standing)
	if err != nil {
		return fmt.Errorf("count late tenders: %w", err)
	}
	if there != result.Received || standing != there {
		return fmt.Errorf("%d tenders of %d suppliers are there, %d were acknowledged", there, standing,
			result.Received)
	}
	if result.Refused == 0 {
		return errors.New("no tender came after the deadline: nothing was shown")
	}
	return nil
}
