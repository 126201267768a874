// Package acts holds whatever changes the record. An act is a typed input, who may do it, what must hold, one
// transaction and one event, whoever asks for it: the API, a page, a workflow or the command line. It knows
// neither HTTP nor Temporal.
package acts

import (
	"log/slog"

	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/webhook"
)

// Acts change the record in Store.
type Acts struct {
	Store *store.Store
	Log   *slog.Logger
	// Receipts signs the receipts of tenders, by the same key wherever tenders are received; nil where none are.
	Receipts *seal.Signer
	// Courier makes the secrets of webhook endpoints and reaches them, by the same master key in all instances.
	// What does not register or ping an endpoint needs none.
	Courier *webhook.Courier
	// Address is where clients reach the API, without a slash at the end, for letters; empty: nobody knows.
	Address string
	// Limits bound what a person or an organisation may have kept.
	Limits Limits
}
