package audit

import (
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/ppi-engine/ppi/models/event"
)

// checkParts compares parts with what their event says of them.
func checkParts(of event.Recorded, shown []exportPart) error {
	if len(shown) == 0 {
		return nil
	}
	var says map[string]json.RawMessage
	if err := json.Unmarshal(of.Data, &says); err != nil {
		return fmt.Errorf("read payload of event %s: %w", of.ID, err)
	}
	for _, p := range shown {
		salt, err := hex.DecodeString(p.Salt)
		var digest string
		if err != nil || len(salt) != event.SaltSize || json.Unmarshal(says[p.Name], &digest) != nil ||
			event.PartDigest(salt, p.Content) != digest {
			return fmt.Errorf("the part %q is not the one that event %s names", p.Name, of.ID)
		}
	}
	return nil
}
