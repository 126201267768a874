package demo

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/internal/audit"
)

// readKeys reads the keys with which the platform's receipts and exports are verified.
func (p *play) readKeys() {
	var keys struct {
		Items []struct {
			Use      string `json:"use"`
			Verifier string `json:"verifier"`
		} `json:"items"`
	}
	p.sendAsAdmin(apiclient.Request{Method: http.MethodGet, Path: "/v1/keys", Out: &keys})
	p.verifiers = map[string]string{}
	for _, k := range keys.Items {
		if p.verifiers[k.Use] == "" { // the key in use comes first
			p.verifiers[k.Use] = k.Verifier
		}
	}
}

// audit exports the events with their proof and verifies them offline, as ppi audit verify does, by the key
// that the platform publishes.
func (p *play) audit() {
	p.screen.chapter("The record, verified offline")
	export := p.download(p.lead, "/events?export=1")
	if p.err != nil {
		return
	}
	report, err := audit.VerifyExport(bytes.NewReader(export),
		audit.Options{VerifierKeys: []string{p.verifiers["checkpoints"]}})
	if err != nil {
		p.err = fmt.Errorf("verify the export: %w", err)
		return
	}
	p.result.Audit = "invalid"
	if report.Valid {
		p.result.Audit = "valid"
	}
	p.screen.sayf("  exported %d events (%d KiB) and read them without the platform:", report.Events, len(export)>>10)
	var verdict strings.Builder
	if err := report.Print(&verdict); err != nil {
		p.err = err
		return
	}
	p.screen.wrap("  ppi audit verify: ", verdict.String())
}
