package api

import (
	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// An openingKey is an opening key for which envelopes can be sealed.
type openingKey struct {
	evaluation.OpeningKey
}

// Check refuses what is no public X25519 key of age.
func (k openingKey) Check() error {
	return gather(seal.CheckRecipient("/quality", k.Quality), seal.CheckRecipient("/price", k.Price))
}
