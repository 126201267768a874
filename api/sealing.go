package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// What an opener sends has a part for each envelope: of a release less than 256 bytes, of a handover less than 512. The
// bounds let 20,000 envelopes of a kind in a box be opened together.
const (
	mostOpenedAtOnce = 20_000
	longestRelease   = mostOpenedAtOnce*256 + 1<<16
	longestHandover  = mostOpenedAtOnce*512 + 1<<16
	// releaseWithin is how long the check of all proofs may take, those of earlier releases included.
	releaseWithin = 10 * time.Minute
)

// BoxPath names a box.
type BoxPath struct {
	ProcurementPath

	Box string `path:"box" doc:"ID of the box of a lot"`
}

func (in BoxPath) id() (models.ID, error) { return pathID(models.PrefixBox, "box", in.Box) }

// SealingView describes a box to whoever seals for it or opens it. It is the file that ppi seal and the sealing page
// ask for, with its fingerprint.
type SealingView struct {
	Box         json.RawMessage `json:"box" doc:"The description of the box (docs/sealing.md): give it to ppi seal"`
	Fingerprint string          `json:"fingerprint" doc:"Compare it with that of the published notice"`
}

type sealingQuery struct {
	BoxPath

	Openers string `query:"openers" maxLength:"80" doc:"Fingerprint of openers; none: those for whom one seals now"`
}

func (s *server) getSealing(ctx context.Context, in *sealingQuery) (*rest.Shown[SealingView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	box, err := s.views.Sealing(ctx, rest.Reader(ctx), id, in.Openers)
	if err != nil {
		return nil, err
	}
	return showSealing(box)
}

func showSealing(box views.BoxDescription) (*rest.Shown[SealingView], error) {
	text, _, err := models.Canonical(box)
	if err != nil {
		return nil, err
	}
	fingerprint, err := box.Set.Fingerprint()
	return &rest.Shown[SealingView]{Body: SealingView{text, fingerprint}}, err
}

type headersQuery struct {
	BoxPath

	Kind models.EnvelopeKind `query:"kind" required:"true" doc:"Which envelopes are opened" example:"quality"`

	Openers string `query:"openers" maxLength:"80" doc:"Fingerprint of the openers, where they were changed"`
}

// getHeaders serves what an opener's program reads. A request that comes too early is recorded.
func (s *server) getHeaders(ctx context.Context, in *headersQuery) (*huma.StreamResponse, error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	lines, err := s.views.Headers(ctx, rest.Reader(ctx), id, in.Kind, in.Openers)
	if early, ok := errors.AsType[*views.TooEarly](err); ok {
		return nil, errors.Join(
			s.acts.RecordReleaseTooEarly(ctx, rest.By(ctx), early.Box, early.Kind, early.Refusal.Code), early.Refusal)
	}
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		c := humagin.Unwrap(hc)
		c.Header("Content-Disposition", `attachment; filename="`+string(id)+`-`+string(in.Kind)+`.headers"`)
		c.Data(http.StatusOK, "application/octet-stream", lines)
	}}, nil
}

// ReleaseBody is what an opener's program made.
type ReleaseBody struct {
	Release json.RawMessage `json:"release" doc:"The file that ppi seal release or the sealing page made"`
}

type newRelease struct {
	BoxPath
	Body ReleaseBody
}

// OpenerReleaseView is what an opener released.
type OpenerReleaseView struct {
	ProcurementID  models.ID           `json:"procurement_id"`
	BoxID          models.ID           `json:"box_id"`
	Kind           models.EnvelopeKind `json:"kind"`
	PersonID       models.ID           `json:"person_id"`
	OrganisationID models.ID           `json:"organisation_id" doc:"The buyer whose opener it is"`
	Openers        string              `json:"openers,omitempty" doc:"Fingerprint of those for whom they are sealed"`
	Digest         string              `json:"digest" doc:"SHA-256 of the release, in canonical form"`
	ReleasedAt     time.Time           `json:"released_at" doc:"Procedure time"`
	Have           int                 `json:"have,omitempty" doc:"How many openers have released them by now"`
	Needed         int                 `json:"needed,omitempty" doc:"How many are needed"`
}

func (v OpenerReleaseView) Self() string { return releasesPath(v.ProcurementID, v.BoxID) }

// AtVersion is always 1: what was released is never changed.
func (OpenerReleaseView) AtVersion() int64 { return 1 }

func releasesPath(procurement, box models.ID) string {
	return "/v1/procurements/" + string(procurement) + "/boxes/" + string(box) + "/releases"
}

func showRelease(procurement models.ID, r models.BoxRelease) OpenerReleaseView {
	return OpenerReleaseView{
		ProcurementID: procurement, BoxID: r.BoxID, Kind: r.Kind, PersonID: r.PersonID,
		OrganisationID: r.OrganisationID, Digest: r.Digest, ReleasedAt: utc(r.ReleasedAt),
	}
}

func (s *server) release(ctx context.Context, in *newRelease) (*rest.Answer[OpenerReleaseView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	content, err := canonicalFile("/release", in.Body.Release)
	if err != nil {
		return nil, err
	}
	done, err := s.acts.Release(ctx, rest.By(ctx), id, content)
	return rest.Created(ctx, done, err, func(r acts.Released) OpenerReleaseView {
		view := showRelease(rest.Procurement(ctx), r.BoxRelease)
		view.Openers, view.Have, view.Needed = r.Openers, r.Have, r.Needed
		return view
	})
}

// canonicalFile gives a file that stands in a request its one form: on the way it may have been written anew.
func canonicalFile(field string, content json.RawMessage) ([]byte, error) {
	text, _, err := models.Canonical(content)
	if err != nil || bytes.Equal(text, []byte("null")) {
		return nil, models.Refuse(models.CodeInvalidValue, field, "this is no file of an opener's program").
			Accepting("the JSON that ppi seal or the sealing page made")
	}
	return text, nil
}

// HandoverBody is what an opener's program made.
type HandoverBody struct {
	Handover json.RawMessage `json:"handover" doc:"The file that ppi seal handover give made"`
}

type newHandover struct {
	BoxPath
	Body HandoverBody
}

// HandoverView is a handover of shares.
type HandoverView struct {
	ProcurementID  models.ID           `json:"procurement_id"`
	BoxID          models.ID           `json:"box_id"`
	Kind           models.EnvelopeKind `json:"kind"`
	PersonID       models.ID           `json:"person_id" doc:"Who handed over"`
	ToPersonID     models.ID           `json:"to_person_id" doc:"Who releases from now on"`
	OrganisationID models.ID           `json:"organisation_id" doc:"The buyer of both"`
	Digest         string              `json:"digest" doc:"SHA-256 of the handover, in canonical form"`
	HandedAt       time.Time           `json:"handed_at" doc:"Procedure time"`
}

func (v HandoverView) Self() string { return releasesPath(v.ProcurementID, v.BoxID) }

// AtVersion is always 1: a handover is never changed.
func (HandoverView) AtVersion() int64 { return 1 }

func showHandover(procurement models.ID, h models.BoxHandover) HandoverView {
	return HandoverView{
		ProcurementID: procurement, BoxID: h.BoxID, Kind: h.Kind, PersonID: h.PersonID, ToPersonID: h.ToPersonID,
		OrganisationID: h.OrganisationID, Digest: h.Digest, HandedAt: utc(h.HandedAt),
	}
}

func (s *server) handOver(ctx context.Context, in *newHandover) (*rest.Answer[HandoverView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	content, err := canonicalFile("/handover", in.Body.Handover)
	if err != nil {
		return nil, err
	}
	done, err := s.acts.HandOver(ctx, rest.By(ctx), id, content)
	return rest.Created(ctx, done, err, func(h models.BoxHandover) HandoverView {
		return showHandover(rest.Procurement(ctx), h)
	})
}

// OpeningStateView says how far the opening of the envelopes of a kind has come.
type OpeningStateView struct {
	Kind       models.EnvelopeKind `json:"kind"`
	Openers    string              `json:"openers" doc:"Fingerprint of the openers for whom they are sealed"`
	Envelopes  int                 `json:"envelopes" doc:"How many are in the box"`
	Read       int                 `json:"read" doc:"How many were opened, and what was in them recorded"`
	Unreadable int                 `json:"unreadable" doc:"How many of these the recovered secret does not open"`
	Reading    bool                `json:"reading" doc:"Some are released, and are being read"`
	Turn       int                 `json:"turn" doc:"From 2 on: prices that come among the best after the others"`
	Needed     int                 `json:"needed" doc:"How many openers open together"`
	Releases   []OpenerReleaseView `json:"releases" doc:"Of all turns"`
	Handovers  []HandoverView      `json:"handovers"`
	Awaited    []models.ID         `json:"awaited" doc:"Openers who have not released in this turn"`
	Lost       []models.ID         `json:"lost" doc:"Those of them who cannot any more"`
}

func (s *server) listOpenerReleases(ctx context.Context, in *BoxPath) (*rest.Shown[itemsOf[OpeningStateView]], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	states, err := s.views.OpeningStates(ctx, rest.Reader(ctx), id)
	if err != nil {
		return nil, err
	}
	p, items := rest.Procurement(ctx), make([]OpeningStateView, len(states))
	for i, state := range states {
		items[i] = OpeningStateView{
			Kind: state.Kind, Openers: state.Openers, Envelopes: state.Envelopes, Read: state.Read,
			Unreadable: state.Unreadable,
			Reading:    state.Reading, Turn: state.Turn, Needed: state.Needed, Releases: []OpenerReleaseView{},
			Handovers: []HandoverView{}, Awaited: orEmpty(state.Awaited), Lost: orEmpty(state.Lost),
		}
		for _, r := range state.Releases {
			view := showRelease(p, r)
			view.Openers = state.Openers
			items[i].Releases = append(items[i].Releases, view)
		}
		for _, h := range state.Handovers {
			items[i].Handovers = append(items[i].Handovers, showHandover(p, h))
		}
	}
	return &rest.Shown[itemsOf[OpeningStateView]]{Body: itemsOf[OpeningStateView]{items}}, nil
}

// OpenerTestPath names a test envelope.
type OpenerTestPath struct {
	ProcurementPath

	Test string `path:"test" doc:"ID of the test envelope"`
}

func (in OpenerTestPath) id() (models.ID, error) { return pathID(models.PrefixBox, "test", in.Test) }

// OpenerTestView is a test envelope.
type OpenerTestView struct {
	ID            models.ID   `json:"id"`
	ProcurementID models.ID   `json:"procurement_id"`
	Fingerprint   string      `json:"fingerprint" doc:"Of the openers for whom it is sealed"`
	MadeAt        time.Time   `json:"made_at" doc:"Procedure time"`
	Passed        []models.ID `json:"passed" doc:"Openers who have released it"`
	// Box and Header are what an opener's program asks for.
	Box    json.RawMessage `json:"box,omitempty" doc:"The description of its box: give it to ppi seal release"`
	Header string          `json:"header,omitempty" doc:"Its header, one line: what ppi seal release reads"`
}

func (v OpenerTestView) Self() string {
	return "/v1/procurements/" + string(v.ProcurementID) + "/opener-tests/" + string(v.ID)
}

// AtVersion is always 1.
func (OpenerTestView) AtVersion() int64 { return 1 }

func showTest(procurement models.ID, t models.OpenerTest) OpenerTestView {
	passed := t.Passed
	if passed == nil {
		passed = []models.ID{}
	}
	return OpenerTestView{
		ID: t.ID, ProcurementID: procurement, Fingerprint: t.Fingerprint, MadeAt: utc(t.MadeAt), Passed: passed,
		Header: t.Header,
	}
}

func (s *server) makeOpenerTest(ctx context.Context, _ *ProcurementPath) (*rest.Answer[OpenerTestView], error) {
	done, err := s.acts.MakeOpenerTest(ctx, rest.By(ctx))
	return rest.Created(ctx, done, err, func(t models.OpenerTest) OpenerTestView {
		return showTest(rest.Procurement(ctx), t)
	})
}

type newTestRelease struct {
	OpenerTestPath
	Body ReleaseBody
}

func (s *server) passOpenerTest(ctx context.Context, in *newTestRelease) (*rest.Answer[OpenerTestView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	content, err := canonicalFile("/release", in.Body.Release)
	if err != nil {
		return nil, err
	}
	done, err := s.acts.PassOpenerTest(ctx, rest.By(ctx), id, content)
	return rest.Created(ctx, done, err, func(t models.OpenerTest) OpenerTestView {
		return showTest(rest.Procurement(ctx), t)
	})
}

func (s *server) listOpenerTests(
	ctx context.Context, _ *ProcurementPath,
) (*rest.Shown[itemsOf[OpenerTestView]], error) {
	tests, err := s.views.OpenerTests(ctx, rest.Reader(ctx))
	if err != nil {
		return nil, err
	}
	items := make([]OpenerTestView, len(tests))
	for i, t := range tests {
		items[i] = showTest(rest.Procurement(ctx), t)
	}
	return &rest.Shown[itemsOf[OpenerTestView]]{Body: itemsOf[OpenerTestView]{items}}, nil
}

func (s *server) getOpenerTest(ctx context.Context, in *OpenerTestPath) (*rest.Shown[OpenerTestView], error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	test, err := s.views.OpenerTest(ctx, rest.Reader(ctx), id)
	if err != nil {
		return nil, err
	}
	view := showTest(rest.Procurement(ctx), test.OpenerTest)
	view.Box, _, err = models.Canonical(test.Described)
	return &rest.Shown[OpenerTestView]{Body: view}, err
}
