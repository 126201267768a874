// Package acts holds whatever changes the record. An act takes a typed input, checks who may do it and under which
// conditions, and commits one transaction with its event, whoever asks for it: the API, a page, a workflow or the
// command line. It knows neither HTTP nor Temporal.
package acts

import (
	"log/slog"

	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/webhook"
)

// Acts change the record in Store. They must not be copied.
type Acts struct {
	Store *store.Store
	Log   *slog.Logger
	// Receipts signs the receipts of tenders. All instances that receive tenders use the same key; nil where none are
	// received.
	Receipts *seal.Signer
	// Courier makes the secrets of webhook endpoints and sends to them. All instances use the same master key; nil
	// where endpoints are neither registered nor pinged.
	Courier *webhook.Courier
	// Address is the URL of the API that letters name, without a slash at the end; empty: unknown.
	Address string
	// Limits bound what a person or an organisation may store.
	Limits Limits

	checks checks
}
