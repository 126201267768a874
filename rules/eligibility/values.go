package eligibility

import (
	"encoding/json"
	"fmt"

	"gopkg.in/yaml.v3"
)

// Values is what a rule is given beside what every rule has, as a JSON object with the names of the profile's file.
func (r Rule) Values() (json.RawMessage, error) {
	text, err := yaml.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("render rule %s: %w", r.ID, err)
	}
	values := map[string]any{}
	if err := yaml.Unmarshal(text, &values); err != nil {
		return nil, fmt.Errorf("read rule %s: %w", r.ID, err)
	}
	for _, common := range []string{"id", "kind", "phase", "source", "note"} {
		delete(values, common)
	}
	object, err := json.Marshal(values)
	if err != nil {
		return nil, fmt.Errorf("render rule %s: %w", r.ID, err)
	}
	return object, nil
}
