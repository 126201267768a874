package views

import (
	"context"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// A SigningKey is a public key that verifies what the installation signs, or signed, for one use.
type SigningKey struct {
	Use models.KeyUse
	// Verifier is the key with a name, as signed notes have it. A key that signed under several names is listed with
	// each.
	Verifier string
	// Since is nil where the record does not know the key yet.
	Since *time.Time
	// RetiredAt and Because are set once the key signs no more: what it signed before stays valid.
	RetiredAt *time.Time
	Because   models.KeyEnd
}

// SigningKeys lists the keys that sign now, each first under the name it has now, and after them all that signed
// before, the newest first: anybody may verify what anybody was given, whenever that was.
func (v *Views) SigningKeys(ctx context.Context, now []SigningKey) ([]SigningKey, error) {
	entries, err := v.Store.KeyEntries(ctx)
	if err != nil {
		return nil, err
	}
	known := map[string]SigningKey{}
	var former []SigningKey
	for _, k := range models.InstallationKeys(entries) {
		since := k.Since
		for _, verifier := range k.Verifiers {
			s := SigningKey{
				Use: k.Use, Verifier: verifier, Since: &since, RetiredAt: k.RetiredAt, Because: k.Because,
			}
			known[verifier], former = s, append([]SigningKey{s}, former...)
		}
	}
	all := make([]SigningKey, 0, len(now)+len(former))
	for _, k := range now {
		if s, is := known[k.Verifier]; is {
			k = s
		}
		all = append(all, k)
	}
	for _, k := range former {
		if !contains(now, k.Verifier) {
			all = append(all, k)
		}
	}
	return all, nil
}

func contains(keys []SigningKey, verifier string) bool {
	for _, k := range keys {
		if k.Verifier == verifier {
			return true
		}
	}
	return false
}
