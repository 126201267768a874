package neutrality_test

import (
	"fmt"

	"github.com/ppi-engine/ppi/rules/neutrality"
)

func ExampleLint() {
	findings, _ := neutrality.Lint([]neutrality.Requirement{{ID: "REQ-7", Statement: map[string]string{
		"en": "The cluster is modern, has NVIDIA accelerators and follows ISO 50001.",
	}}})
	for _, f := range findings {
		fmt.Printf("%s %s: %q %s (%s)\n", f.Requirement, f.Severity, f.Text, f.Reason, f.Source)
	}
	// Output:
	// REQ-7 medium: "modern" cannot be verified, nor compared between tenders (Directive 2014/24/EU, Article 42(3)(a))
	// REQ-7 high: "NVIDIA" names a product or its maker, which favours it (Directive 2014/24/EU, Article 42(4))
	// REQ-7 high: "ISO 50001" cites a standard without "or equivalent" (Directive 2014/24/EU, Article 42(3)(b))
}
