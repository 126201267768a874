// Package views holds whatever is read from the record: who sees what, and from when on. Every rule of disclosure is
// here; feeds, exports and payloads are made here, too.
package views

import (
	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/store"
)

// Views read the record in Store.
type Views struct {
	Store *store.Store
	// Checkpoints signs exports of the record, by the key that signs its checkpoints; it is zero where nothing is
	// exported.
	Checkpoints audit.Key
}
