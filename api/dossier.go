package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// entries makes the operations of a kind of entry from its row. The content of an entry has the type of its kind.
func (s *server) entries(kind acts.EntryKind) []rest.Operation {
	h := entryHandler{s, kind}
	writers, readers := rest.Roles(kind.Writers...), reads(views.OfEntries)
	all := ofProcurement + "/" + kind.Path
	name, content := huma.DefaultSchemaNamer(kind.Content(), ""), rest.SchemaOf(kind.Content())
	view := rest.In[EntryView]("EntryView"+name, "content", content)
	rows := []rest.Operation{
		rest.Post(all, writers, "Write "+kind.What, h.write, rest.Takes(content), rest.Gives(view)),
		rest.Get(all, readers, "List every entry: "+kind.What, h.list,
			rest.Gives(rest.In[rest.Page[any]]("PageEntryView"+name, "items", view))),
		rest.Get(all+"/{entry}", readers, "Read "+kind.What, h.get, rest.Gives(view)),
	}
	if !kind.Final {
		rows = append(rows,
			rest.Put(all+"/{entry}", writers, "Write the next version of "+kind.What, h.rewrite, rest.Takes(content),
				rest.Gives(view)),
			rest.Delete(all+"/{entry}", writers, "Withdraw "+kind.What, h.withdraw, rest.Gives(view)),
		)
	}
	if kind.Importable {
		rows = append(rows, rest.Post(all+"/actions/import", writers,
			"Write up to 200 entries, all or none: "+kind.What, h.importAll,
			rest.Takes(rest.In[importBody]("EntriesImport"+name+"Body", "items", content)),
			rest.Gives(rest.In[EntriesView]("EntriesView"+name, "items", view))))
	}
	return rows
}

// An EntryView is one entry of the dossier in its latest version.
type EntryView struct {
	ID             models.ID        `json:"id"`
	ProcurementID  models.ID        `json:"procurement_id"`
	Kind           models.EntryKind `json:"kind"`
	Phase          models.Phase     `json:"phase"`
	Round          int              `json:"round" doc:"Round of the phase in which this version was written"`
	OrganisationID models.ID        `json:"organisation_id,omitempty" doc:"Of this buyer; absent: of the consortium"`
	Version        int64            `json:"version"`
	AuthorID       models.ID        `json:"author_id" doc:"Who wrote this version"`
	Digest         string           `json:"digest" doc:"SHA-256 of the content's canonical form (RFC 8785)"`
	WrittenAt      time.Time        `json:"written_at" doc:"Procedure time"`
	WithdrawnAt    *time.Time       `json:"withdrawn_at,omitempty" doc:"Procedure time; kept, but no longer counts"`
	Content        any              `json:"content"`
}

func (v EntryView) Self() string {
	return "/v1/procurements/" + string(v.ProcurementID) + "/" + entryPath(v.Kind) + "/" + string(v.ID)
}

func (v EntryView) AtVersion() int64 { return v.Version }

// EntryInput writes an entry. The kind says what its body must be.
type EntryInput struct {
	ProcurementPath
	Body json.RawMessage
}

// EntryPath names an entry.
type EntryPath struct {
	ProcurementPath
	Entry string `path:"entry" doc:"The entry's ID"`
}

// EntryChange writes the next version of an entry.
type EntryChange struct {
	EntryPath
	Body json.RawMessage
}

// EntriesInput lists entries of a kind.
type EntriesInput struct {
	ProcurementPath
	rest.Paging
}

// EntriesAnswer answers with a page of entries.
type EntriesAnswer struct {
	Link string `header:"Link" doc:"The next page, as rel=next (RFC 8288)"`
	Body any
}

func entryPath(kind models.EntryKind) string {
	rule, _ := models.EntryRuleOf(kind)
	return rule.Path
}

// An entryHandler answers the operations of one kind of entry.
type entryHandler struct {
	*server

	kind acts.EntryKind
}

// An entryAnswer shows an entry, or several.
type entryAnswer = rest.Answer[rest.Resource]

func (h entryHandler) write(ctx context.Context, in *EntryInput) (*entryAnswer, error) {
	content, err := h.read(in.Body)
	if err != nil {
		return nil, err
	}
	done, err := h.kind.Write(ctx, h.acts, rest.By(ctx), content)
	view, err := h.show(done.Result, err)
	return rest.Created(ctx, acts.Done[EntryView]{Result: view, Again: done.Again}, err, asIs)
}

func (h entryHandler) rewrite(ctx context.Context, in *EntryChange) (*entryAnswer, error) {
	content, err := h.read(in.Body)
	if err != nil {
		return nil, err
	}
	e, err := h.kind.Rewrite(ctx, h.acts, rest.By(ctx), models.ID(in.Entry), content)
	view, err := h.show(e, err)
	return rest.Changed(ctx, view, err, asIs)
}

func (h entryHandler) withdraw(ctx context.Context, in *EntryPath) (*entryAnswer, error) {
	e, err := h.kind.Withdraw(ctx, h.acts, rest.By(ctx), models.ID(in.Entry))
	view, err := h.show(e, err)
	return rest.Changed(ctx, view, err, asIs)
}

func (h entryHandler) get(ctx context.Context, in *EntryPath) (*entryAnswer, error) {
	e, err := h.views.Entry(ctx, rest.Reader(ctx), h.kind.Kind, models.ID(in.Entry))
	view, err := h.show(e, err)
	return rest.Got(ctx, view, err, asIs)
}

func (h entryHandler) list(ctx context.Context, in *EntriesInput) (*EntriesAnswer, error) {
	read := func(after models.ID, limit int) ([]models.Entry, error) {
		return h.views.Entries(ctx, rest.Reader(ctx), h.kind.Kind, after, limit)
	}
	var broken error
	page, err := rest.List(ctx, in.Paging, nil, read, func(e models.Entry) models.ID { return e.ID },
		func(e models.Entry) EntryView {
			view, err := h.show(e, nil)
			broken = errors.Join(broken, err)
			return view
		})
	if err := errors.Join(err, broken); err != nil {
		return nil, err
	}
	return &EntriesAnswer{Link: page.Link, Body: page.Body}, nil
}

// read reads the content of an entry from the body of a request.
func (h entryHandler) read(body []byte) (acts.Content, error) {
	content, err := h.kind.Read(body)
	if err != nil {
		return nil, rest.DoesNotFit()
	}
	return content, nil
}

// show shows an entry, unless err says that it could not be read or written.
func (h entryHandler) show(e models.Entry, err error) (EntryView, error) {
	if err != nil {
		return EntryView{}, err
	}
	content, err := h.kind.Read(e.Body)
	if err != nil {
		return EntryView{}, fmt.Errorf("read entry %s: %w", e.ID, err)
	}
	return EntryView{
		ID: e.ID, ProcurementID: e.ProcurementID, Kind: e.Kind, Phase: e.Phase, Round: e.Round,
		OrganisationID: e.OrganisationID, Version: e.Version, AuthorID: e.AuthorID, Digest: e.Digest,
		WrittenAt: e.WrittenAt, WithdrawnAt: e.WithdrawnAt, Content: content,
	}, nil
}

// asIs shows a value that is already a view.
func asIs[T rest.Resource](view T) rest.Resource { return view }
