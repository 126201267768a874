package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

const (
	// arrival is how long to wait for the last webhooks.
	arrival = 20 * time.Second
	// longestMessage is how many bytes of a webhook the portal reads.
	longestMessage = 1 << 20
	headerTimeout  = 5 * time.Second
)

// A portal receives webhooks on this machine, as a tender portal would, and verifies each with the public
// library of Standard Webhooks.
type portal struct {
	server *http.Server
	url    string
	// arrived is signalled when a message has come.
	arrived chan struct{}

	mu       sync.Mutex
	verifier *standardwebhooks.Webhook
	// verified has the distinct webhook-ids of each procurement.
	verified map[string]map[string]bool
	forged   int
}

// openPortal listens on a free port of the loopback interface.
func openPortal(ctx context.Context) (*portal, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for webhooks: %w", err)
	}
	p := &portal{
		url: "http://" + listener.Addr().String() + "/webhooks", arrived: make(chan struct{}, 1),
		verified: map[string]map[string]bool{},
	}
	p.server = &http.Server{Handler: http.HandlerFunc(p.receive), ReadHeaderTimeout: headerTimeout}
	go func() { _ = p.server.Serve(listener) }()
	return p, nil
}

func (p *portal) close() { _ = p.server.Close() }

// trust sets the secret with which messages are verified from now on.
func (p *portal) trust(secret string) error {
	verifier, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return fmt.Errorf("read the webhook secret: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.verifier = verifier
	return nil
}

func (p *portal) receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, longestMessage))
	if err != nil || !p.accept(r.Header, body) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
	select {
	case p.arrived <- struct{}{}:
	default: // a signal is waiting already
	}
}

// accept counts a message whose signature and timestamp are verified; a message that came before counts once.
func (p *portal) accept(header http.Header, body []byte) bool {
	var message struct {
		Data struct {
			Procurement string `json:"procurement"`
		} `json:"data"`
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.verifier == nil || p.verifier.Verify(body, header) != nil || json.Unmarshal(body, &message) != nil {
		p.forged++
		return false
	}
	ids := p.verified[message.Data.Procurement]
	if ids == nil {
		ids = map[string]bool{}
		p.verified[message.Data.Procurement] = ids
	}
	ids[header.Get(standardwebhooks.HeaderWebhookID)] = true
	return true
}

// heard counts the messages about a procurement that have arrived, and the messages that were not verified.
func (p *portal) heard(procurement string) (verified, forged int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.verified[procurement]), p.forged
}

// await waits until so many messages of a procurement have arrived, but not longer than arrival.
func (p *portal) await(ctx context.Context, procurement string, events int) {
	ctx, cancel := context.WithTimeout(ctx, arrival)
	defer cancel()
	for {
		if verified, _ := p.heard(procurement); verified >= events {
			return
		}
		select {
		case <-p.arrived:
		case <-ctx.Done():
			return
		}
	}
}

// registerPortal registers the portal before anything is drafted, so that it is told of everything.
func (p *play) registerPortal() {
	var endpoint made
	p.send(p.lead, apiclient.Request{Method: http.MethodPost, Path: "/v1/endpoints", Out: &endpoint, In: object{
		"url": p.portal.url, "description": "Tender portal of the rehearsal", "rehearsals": true,
	}})
	if p.err == nil {
		p.err = p.portal.trust(endpoint.Secret)
	}
	p.endpoint = endpoint.ID
}

// hearPortal waits until everything in the feed that is sent to endpoints has arrived at the portal.
func (p *play) hearPortal() {
	p.screen.chapter("Feed and webhooks")
	p.result.Events = p.countEvents()
	if p.err != nil {
		return
	}
	p.portal.await(p.ctx, p.procurement, p.result.Events)
	verified, forged := p.portal.heard(p.procurement)
	p.result.Webhooks = Webhooks{Delivered: verified, Failed: forged + p.failedAttempts()}
	p.tellf("portal", "has verified the signatures of %d webhooks; the feed has %d events for it, %d failed", verified,
		p.result.Events, p.result.Webhooks.Failed)
}

// countEvents reads the procurement's feed to its end, the completion, and counts the events that are sent to
// endpoints.
func (p *play) countEvents() int {
	sent, after, completed := 0, "", false
	for p.err == nil {
		var page struct {
			Items []struct {
				Type models.EventType `json:"type"`
				Data json.RawMessage  `json:"data"`
			} `json:"items"`
			NextCursor string `json:"next_cursor"`
		}
		p.get(p.lead, "/events?limit=1000&wait=5&after="+after, &page)
		for _, e := range page.Items {
			completed = completed || e.Type == event.TypeOf(event.ProcurementCompleted{})
			if event.Sent(e.Type, e.Data) {
				sent++
			}
		}
		after = page.NextCursor
		if completed {
			return sent
		}
		if len(page.Items) == 0 && p.err == nil {
			p.err = fmt.Errorf("the feed ends after %d events without the completion", sent)
		}
	}
	return sent
}

// failedAttempts counts attempts that did not reach the portal.
func (p *play) failedAttempts() int {
	failed, next := 0, "/v1/endpoints/"+p.endpoint+"/deliveries?limit=100"
	for next != "" && p.err == nil {
		var page struct {
			Items []struct {
				Attempts []struct {
					Fault string `json:"fault"`
				} `json:"attempts"`
			} `json:"items"`
			Next string `json:"next_cursor"`
		}
		p.send(p.lead, apiclient.Request{Method: http.MethodGet, Path: next, Out: &page})
		for _, d := range page.Items {
			for _, a := range d.Attempts {
				if a.Fault != "" {
					failed++
				}
			}
		}
		next = ""
		if page.Next != "" {
			next = "/v1/endpoints/" + p.endpoint + "/deliveries?limit=100&cursor=" + page.Next
		}
	}
	return failed
}
