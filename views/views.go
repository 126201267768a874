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

// ForReceipt are the same views on the connections for the receipt of tenders; see [store.Store.ForReceipt].
func (v *Views) ForReceipt() *Views {
	return &Views{Store: v.Store.ForReceipt(), Checkpoints: v.Checkpoints}
}
