// Package contract judges what follows the award: how contracts are modified, how framework agreements are called off,
// and how long what was written down is kept. The numbers of the law are data (limits.yaml).
package contract

import (
	"bytes"
	_ "embed" // the limits
	"fmt"
	"slices"
	"sync"

	"gopkg.in/yaml.v3"

	"github.com/ppi-engine/ppi/models"
)

//go:embed limits.yaml
var limitsFile []byte

// Limits are what a directive allows after the award.
type Limits struct {
	Directive     string      `yaml:"directive"`
	ValidFrom     string      `yaml:"valid_from"`
	Source        string      `yaml:"source"`
	Framework     Term        `yaml:"framework"`
	Modifications []GroundRow `yaml:"modifications"`
	// Documentation and Contracts are kept for so long at least.
	Documentation Keeping `yaml:"documentation"`
	Contracts     Keeping `yaml:"contracts"`
}

// A Keeping says for how many years something is kept; 0: as long as the contract is performed.
type Keeping struct {
	Article string `yaml:"article"`
	Years   int    `yaml:"years"`
}

// A Term is how long a framework agreement lasts unless a longer one is justified.
type Term struct {
	Article string `yaml:"article"`
	Months  int    `yaml:"months"`
}

// A GroundRow is a ground on which a contract may be modified without a new procedure.
type GroundRow struct {
	Ground  models.ModificationGround `yaml:"ground"`
	Article string                    `yaml:"article"`
	// Needs names the field by which the ground is shown.
	Needs string `yaml:"needs"`
	// AtMost is the percentage that each increase does not exceed; empty: there is no such limit.
	AtMost string `yaml:"at_most"`
	// Below are the percentages below which all modifications on the ground together stay, for works and for others;
	// they also stay below the threshold of the Directive.
	Below map[string]string `yaml:"below"`
	// Notice tells that a notice of the modification is published (Directive 2014/24/EU, Article 72(1), second
	// subparagraph).
	Notice bool `yaml:"notice"`
}

var limits = sync.OnceValues(func() ([]Limits, error) {
	var all []Limits
	decoder := yaml.NewDecoder(bytes.NewReader(limitsFile))
	decoder.KnownFields(true)
	if err := decoder.Decode(&all); err != nil {
		return nil, fmt.Errorf("read the limits of contracts: %w", err)
	}
	return all, nil
})

// LimitsOf are what the law allows after the award of a procurement, by the directive under which it is. It refuses a
// directive whose limits are not known with [models.CodeRuleUnknown].
func LimitsOf(d models.Dossier) (Limits, error) {
	all, err := limits()
	if err != nil {
		return Limits{}, err
	}
	under := d.TimeLimits().Directive
	for _, l := range all {
		if l.Directive == under {
			return l, nil
		}
	}
	return Limits{}, models.Refuse(models.CodeRuleUnknown, "",
		"what Directive %q allows after the award is not known here", under)
}

// Of returns the row of a ground.
func (l Limits) Of(ground models.ModificationGround) (GroundRow, bool) {
	i := slices.IndexFunc(l.Modifications, func(r GroundRow) bool { return r.Ground == ground })
	if i < 0 {
		return GroundRow{}, false
	}
	return l.Modifications[i], true
}
