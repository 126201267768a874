package webhook

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ppi-engine/ppi/models"
)

// keptOfAnswer is how many bytes of an answer are kept, to help find out what went wrong.
const keptOfAnswer = 1024

// A Report is the result of one attempt.
type Report struct {
	StartedAt time.Time
	Latency   time.Duration
	// Status is the HTTP status; 0: there was no answer.
	Status int
	// Fault is empty when the receiver accepted the message.
	Fault models.DeliveryFault
	// Answer is the beginning of the receiver's answer. It is empty when the receiver is in an internal network,
	// because the owner of an endpoint must not read what is said there.
	Answer string
	// Asked is the pause the receiver asked for; 0: none.
	Asked time.Duration
}

// Delivered tells whether the receiver accepted the message.
func (r Report) Delivered() bool { return r.Fault == "" }

func (c *Courier) send(ctx context.Context, target string, secrets []Secret, m Message) (Report, error) {
	u, err := url.Parse(target)
	if err != nil {
		return Report{}, fmt.Errorf("read URL of endpoint: %w", err)
	}
	client, ok := c.clients[u.Scheme]
	if !ok {
		return Report{}, fmt.Errorf("send message: no way to send by %q", u.Scheme)
	}
	started := time.Now()
	var internal atomic.Bool
	request, err := http.NewRequestWithContext(c.watch(ctx, &internal), http.MethodPost, target,
		bytes.NewReader(m.Body))
	if err != nil {
		return Report{}, fmt.Errorf("make request: %w", err)
	}
	request.Header = header(secrets, m, started)
	response, err := client.Do(request)
	report := Report{StartedAt: started.UTC()}
	if err != nil {
		report.Fault = faultOf(err)
	} else {
		report.answered(response, internal.Load())
	}
	if report.Fault == models.FaultAddress {
		return report, nil // how long it took to find out would tell about the name
	}
	report.Latency = time.Since(started)
	return report, nil
}

// HeaderReplay is only on messages that somebody asked to be sent again, or after all, and counts how often. It is not
// signed: it explains why a message comes again, and a receiver still decides by the webhook-id.
const HeaderReplay = "Webhook-Replay"

func header(secrets []Secret, m Message, at time.Time) http.Header {
	h := http.Header{}
	h.Set("Content-Type", "application/json")
	h.Set("User-Agent", "ppi-engine")
	h.Set("Webhook-Id", string(m.ID))
	h.Set("Webhook-Timestamp", strconv.FormatInt(at.Unix(), 10))
	h.Set("Webhook-Signature", signatures(secrets, string(m.ID), at, m.Body))
	if m.Replay > 0 {
		h.Set(HeaderReplay, strconv.Itoa(m.Replay))
	}
	return h
}

// watch notes whether the connection leads to an internal network.
func (c *Courier) watch(ctx context.Context, internal *atomic.Bool) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		tcp, ok := got.Conn.RemoteAddr().(*net.TCPAddr)
		ip, _ := netip.AddrFromSlice(tcpIP(tcp))
		internal.Store(!ok || c.guard.internal(ip.Unmap()))
	}})
}

func tcpIP(a *net.TCPAddr) net.IP {
	if a == nil {
		return nil
	}
	return a.IP
}

// answered reads an answer; of its body only as much as is kept.
func (r *Report) answered(response *http.Response, internal bool) {
	defer response.Body.Close()
	r.Status = response.StatusCode
	r.Fault = faultOfStatus(r.Status)
	r.Asked = retryAfter(response.Header, r.StartedAt)
	start, _ := io.ReadAll(io.LimitReader(response.Body, keptOfAnswer)) // show what came, even if reading failed
	if !internal {
		r.Answer = printable(start)
	}
}

func faultOfStatus(status int) models.DeliveryFault {
	switch {
	case status >= 200 && status < 300:
		return ""
	case status == http.StatusGone:
		return models.FaultGone
	case status >= 300 && status < 400:
		return models.FaultRedirect
	}
	return models.FaultStatus
}

// printable makes a text that the database and a screen accept, with at most as many characters as raw has bytes.
func printable(raw []byte) string {
	return strings.Map(func(r rune) rune {
		if r == 0 {
			return -1
		}
		return r
	}, strings.ToValidUTF8(string(raw), "?"))
}

// retryAfter reads Retry-After (RFC 9110 §10.2.3): seconds, or a date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(0, date.Sub(now))
	}
	return 0
}
