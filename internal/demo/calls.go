package demo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/ppi-engine/ppi/internal/apiclient"
	"github.com/ppi-engine/ppi/models"
)

// object is a body of a request.
type object = map[string]any

// made is what the API answers when something was made.
type made struct {
	ID      string `json:"id"`
	Digest  string `json:"digest"`
	Version int64  `json:"version"`
	Secret  string `json:"secret"`
}

// named refers to an entry in the version that was read.
func (m made) named() object { return object{"entry": m.ID, "digest": m.Digest} }

// post makes something below the procurement.
func (p *play) post(who *person, path string, in any) made {
	var out made
	p.send(who, apiclient.Request{Method: http.MethodPost, Path: p.path(path), In: in, Out: &out})
	return out
}

// put writes the next version of something below the procurement.
func (p *play) put(who *person, path string, in any) {
	p.send(who, apiclient.Request{Method: http.MethodPut, Path: p.path(path), In: in, IfMatch: "*"})
}

// get reads something below the procurement.
func (p *play) get(who *person, path string, out any) {
	p.send(who, apiclient.Request{Method: http.MethodGet, Path: p.path(path), Out: out})
}

// act carries out a command on the procurement and reads its result, if out is not nil.
func (p *play) act(who *person, verb models.Verb, in, out any) {
	if in == nil {
		in = struct{}{}
	}
	var answer struct {
		Result any `json:"result"`
	}
	answer.Result = out
	r := p.command(verb, in, "*")
	r.Out = &answer
	p.send(who, r)
}

func (p *play) command(verb models.Verb, in any, ifMatch string) apiclient.Request {
	return apiclient.Request{
		Method: http.MethodPost, Path: p.path("/actions/" + string(verb)),
		In: in, IfMatch: ifMatch,
	}
}

// writing is a request that writes something below the procurement.
func (p *play) writing(path string, in any) apiclient.Request {
	return apiclient.Request{Method: http.MethodPost, Path: p.path(path), In: in}
}

func (p *play) send(who *person, r apiclient.Request) {
	if p.err == nil {
		p.err = p.do(who, r)
	}
}

// patience is how long a request that has no outcome yet is repeated.
const patience = 30 * time.Second

// do sends a request. While a request has no outcome, it is sent again with the same Idempotency-Key, as the API asks
// for; it is carried out only once.
func (p *play) do(who *person, r apiclient.Request) error {
	if r.Key == "" {
		r.Key = uuid.NewString()
	}
	_, stream := r.In.(io.Reader) // cannot be sent twice
	for until := time.Now().Add(patience); ; {
		_, err := who.Do(p.ctx, r)
		problem, ok := apiclient.ProblemOf(err)
		if !ok || problem.Status != http.StatusServiceUnavailable || stream || time.Now().After(until) {
			return err
		}
		p.pause(problem.RetryAfter)
	}
}

// pause waits, unless the play is interrupted.
func (p *play) pause(d time.Duration) {
	select {
	case <-p.ctx.Done():
		p.err = p.ctx.Err()
	case <-time.After(d):
	}
}

func (p *play) path(rest string) string { return "/v1/procurements/" + p.procurement + rest }

// refused sends a request that must be refused with the code, and shows the refusal.
func (p *play) refused(code models.Code, who *person, r apiclient.Request, name, tried string) {
	if p.err != nil || p.procedureOnly {
		return
	}
	err := p.do(who, r)
	problem, ok := apiclient.ProblemOf(err)
	switch {
	case err == nil:
		p.err = fmt.Errorf("%s %s: was not refused, but must be with %s", name, tried, code)
		return
	case !ok || problem.Code != string(code):
		p.err = fmt.Errorf("%s %s: must be refused with %s: %w", name, tried, code, err)
		return
	}
	p.result.Refusals = append(p.result.Refusals, Refusal{Code: problem.Code, Expected: string(code)})
	p.screen.refusal(name, tried, problem)
}

// tellf tells a step of the story.
func (p *play) tellf(name, format string, args ...any) {
	if p.err == nil {
		p.screen.step(p.day(), name, fmt.Sprintf(format, args...))
	}
}

// upload uploads a file for a purpose and returns the ID of the upload.
func (p *play) upload(who *person, content []byte, filename, purpose string) string {
	file := p.post(who, "/uploads", object{
		"size": len(content), "sha256": models.Digest(content), "media_type": "application/octet-stream",
		"filename": filename, "purpose": purpose,
	}).ID
	p.send(who, apiclient.Request{
		Method: http.MethodPut, Path: p.path("/uploads/" + file + "/chunks/0"),
		In: bytes.NewReader(content), IfMatch: "*",
	})
	p.send(who, apiclient.Request{
		Method: http.MethodPost,
		Path:   p.path("/uploads/" + file + "/actions/complete"), IfMatch: "*",
	})
	return file
}

// document writes a document for buyers or tenderers and returns its digest.
func (p *play) document(who *person, title, text string, audience models.Audience) string {
	file := p.upload(who, []byte(text), "document.txt", "document")
	p.post(who, "/documents", object{"title": en(title), "audience": audience, "upload": file})
	return models.Digest([]byte(text))
}

// download reads a file as it is.
func (p *play) download(who *person, path string) []byte {
	var content bytes.Buffer
	p.get(who, path, &content)
	return content.Bytes()
}

// short is the beginning of a digest, enough to recognise it.
func short(digest string) string { return digest[:min(len(digest), 12)] }

// en is a text in English, the procurement's language.
func en(text string) models.Text { return models.Text{"en": text} }

// read reads JSON that somebody has written.
func (p *play) read(content []byte, into any) {
	if p.err != nil {
		return
	}
	if err := json.Unmarshal(content, into); err != nil {
		p.err = fmt.Errorf("read what was in an envelope: %w", err)
	}
}
