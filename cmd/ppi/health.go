package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/store"
)

const (
	// checkTimeout is how long one readiness check may take.
	checkTimeout = 3 * time.Second
	// retryPause is the pause between two attempts to reach PostgreSQL.
	retryPause = 250 * time.Millisecond
)

// check tells whether something that the API needs is reachable.
type check func(ctx context.Context) error

// healthRoutes answers the two questions of an operator: /livez, whether this process should be restarted, and /readyz,
// whether it should get requests.
func healthRoutes(checks map[string]check) *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { writeHealth(w, nil) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		writeHealth(w, failing(r.Context(), checks))
	})
	return mux
}

// failing runs all checks at the same time and names those that fail. The answer has no reasons, because anybody may
// ask.
func failing(ctx context.Context, checks map[string]check) []string {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	var (
		mu    sync.Mutex
		names []string
		group sync.WaitGroup
	)
	for name, check := range checks {
		group.Go(func() {
			if check(ctx) != nil {
				mu.Lock()
				defer mu.Unlock()
				names = append(names, name)
			}
		})
	}
	group.Wait()
	return names
}

func writeHealth(w http.ResponseWriter, failing []string) {
	body := struct {
		Status  string   `json:"status"`
		Failing []string `json:"failing,omitempty"`
	}{"ok", failing}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if len(failing) > 0 {
		body.Status = "unavailable"
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(body) //nolint:errchkjson // a client that is gone needs no answer
}

// errNotYet is the error of a check before what it checks was reached for the first time.
var errNotYet = errors.New("not reached yet")

// checkSchema tells whether the database answers and has the schema of this version.
func checkSchema(ctx context.Context, record *store.Store) error {
	if record == nil {
		return errNotYet
	}
	pending, err := record.Pending(ctx)
	if err == nil && pending {
		err = errors.New("migrations are pending")
	}
	return err
}

// checkTemporal tells whether the Temporal server accepts connections.
func checkTemporal(ctx context.Context, temporal config.Temporal) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", temporal.Address())
	if err != nil {
		return fmt.Errorf("reach Temporal: %w", err)
	}
	defer conn.Close()
	return nil
}

// openRecord opens the record when PostgreSQL answers, with receiptConns connections for the receipt of tenders alone.
// It gives up only when ctx ends, or when PostgreSQL does not give as many connections as it is asked for.
func openRecord(ctx context.Context, a *app, receiptConns int) (*store.Store, error) {
	for attempt := 0; ; attempt++ {
		record, err := store.Open(ctx, store.Options{
			DSN: a.cfg.DatabaseURL.Reveal(), MaxConns: a.cfg.DatabaseMaxConns, ReceiptConns: receiptConns,
			Logger: a.log,
		})
		if err == nil {
			return record, nil
		}
		if is[*store.TooManyConnsError](err) {
			return nil, fmt.Errorf("open the record (PPI_DATABASE_MAX_CONNS, PPI_RECEIPT_MAX_CONNS): %w", err)
		}
		if attempt == 0 {
			a.log.WarnContext(ctx, "the record cannot be reached, will try again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("open the record: %w", context.Cause(ctx))
		case <-time.After(retryPause):
		}
	}
}
