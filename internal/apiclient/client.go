// Package apiclient calls the REST API as any integrator would: only over HTTP and with a key.
package apiclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// longestAnswer is how many bytes of an answer are read.
const longestAnswer = 64 << 20

// A Client acts for the person whose API key it holds.
type Client struct {
	// Base is the API's address, such as http://127.0.0.1:8080.
	Base string
	Key  string
	HTTP *http.Client
}

// As returns a client for the holder of another key.
func (c *Client) As(key string) *Client { return &Client{Base: c.Base, Key: key, HTTP: c.HTTP} }

// A Problem is the answer of the API to what it refuses or cannot do (RFC 9457).
type Problem struct {
	Status    int    `json:"status"`
	Code      string `json:"code"`
	Title     string `json:"title"`
	Detail    string `json:"detail"`
	RequestID string `json:"request_id"`
	ErrorID   string `json:"error_id"`
	Errors    []struct {
		Pointer   string `json:"pointer"`
		Parameter string `json:"parameter"`
		Code      string `json:"code"`
		Detail    string `json:"detail"`
		Accepted  string `json:"accepted"`
	} `json:"errors"`
	// RetryAfter is the pause the API asks for; 0: none.
	RetryAfter time.Duration `json:"-"`
}

// Error gives status, code and detail.
func (p *Problem) Error() string { return fmt.Sprintf("%d %s: %s", p.Status, p.Code, p.Detail) }

// ProblemOf returns the problem in err's chain, if there is one.
func ProblemOf(err error) (*Problem, bool) {
	var p *Problem
	ok := errors.As(err, &p)
	return p, ok
}

// A Request is one request to the API. An empty Key is replaced by a new Idempotency-Key.
type Request struct {
	Method, Path string
	// In is sent as JSON; an io.Reader is sent as it is.
	In any
	// Out receives the answer, decoded from JSON; an io.Writer receives it as it is.
	Out     any
	Key     string
	IfMatch string
}

// An Answer is the part of an answer that is not in the body.
type Answer struct {
	Status   int
	ETag     string
	Location string
	Replayed bool
	Header   http.Header
}

// Get reads path into out.
func (c *Client) Get(ctx context.Context, path string, out any) (Answer, error) {
	return c.Do(ctx, Request{Method: http.MethodGet, Path: path, Out: out})
}

// Post sends in to path and reads the answer into out.
func (c *Client) Post(ctx context.Context, path string, in, out any) (Answer, error) {
	return c.Do(ctx, Request{Method: http.MethodPost, Path: path, In: in, Out: out})
}

// Act sends a command that applies to any version.
func (c *Client) Act(ctx context.Context, procurement, verb string, in, out any) (Answer, error) {
	if in == nil {
		in = struct{}{}
	}
	return c.Do(ctx, Request{
		Method: http.MethodPost, Path: "/v1/procurements/" + procurement + "/actions/" + verb,
		In: in, Out: out, IfMatch: "*",
	})
}

// Do sends one request. It returns a [*Problem] when the API answers with a problem.
func (c *Client) Do(ctx context.Context, r Request) (Answer, error) {
	request, err := c.build(ctx, r)
	if err != nil {
		return Answer{}, err
	}
	response, err := c.HTTP.Do(request)
	if err != nil {
		return Answer{}, fmt.Errorf("%s %s: %w", r.Method, r.Path, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	if err != nil {
		return Answer{}, fmt.Errorf("%s %s: read answer: %w", r.Method, r.Path, err)
	}
	answer := Answer{
		Status: response.StatusCode, ETag: response.Header.Get("ETag"), Location: response.Header.Get("Location"),
		Replayed: response.Header.Get("Idempotent-Replayed") == "true", Header: response.Header,
	}
	if response.StatusCode >= http.StatusBadRequest {
		return answer, fmt.Errorf("%s %s: %w", r.Method, r.Path, problem(response, body))
	}
	if r.Out == nil || len(body) == 0 {
		return answer, nil
	}
	if err := read(body, r.Out); err != nil {
		return answer, fmt.Errorf("%s %s: read answer: %w", r.Method, r.Path, err)
	}
	return answer, nil
}

func read(body []byte, out any) error {
	w, raw := out.(io.Writer)
	if !raw {
		return json.Unmarshal(body, out) //nolint:wrapcheck // the caller says which answer could not be read
	}
	_, err := w.Write(body)
	return err
}

func (c *Client) build(ctx context.Context, r Request) (*http.Request, error) {
	body, mediaType, err := render(r.In)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, r.Method, strings.TrimSuffix(c.Base, "/")+r.Path, body)
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	if mediaType != "" {
		request.Header.Set("Content-Type", mediaType)
	}
	if c.Key != "" {
		request.Header.Set("Authorization", "Bearer "+c.Key)
	}
	if r.Method == http.MethodPost {
		if r.Key == "" {
			r.Key = uuid.NewString()
		}
		request.Header.Set("Idempotency-Key", r.Key)
	}
	if r.IfMatch != "" {
		request.Header.Set("If-Match", r.IfMatch)
	}
	return request, nil
}

func render(in any) (io.Reader, string, error) {
	switch in := in.(type) {
	case nil:
		return nil, "", nil
	case io.Reader:
		return in, "application/octet-stream", nil
	}
	body, err := json.Marshal(in)
	if err != nil {
		return nil, "", fmt.Errorf("render request: %w", err)
	}
	return bytes.NewReader(body), "application/json", nil
}

func problem(response *http.Response, body []byte) *Problem {
	p := &Problem{}
	if json.Unmarshal(body, p) != nil || p.Code == "" {
		p = &Problem{Code: "no_problem", Detail: "the answer is not a problem document"}
	}
	p.Status = response.StatusCode
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil {
		p.RetryAfter = time.Duration(seconds) * time.Second
	}
	return p
}
