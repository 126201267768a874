package rest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/url"
	"strconv"

	"github.com/ppi-engine/ppi/models"
)

// Paging is embedded by the input of every list.
type Paging struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many items at most"`
	Cursor string `query:"cursor" maxLength:"400" doc:"The next_cursor of the page before; empty for the first page"`
}

// A Page is one part of a list, in the order of IDs, which is the order of creation.
type Page[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"next_cursor,omitempty" doc:"Leads to the next page; absent on the last"`
}

// Listed answers with a page.
type Listed[T any] struct {
	Link string `header:"Link" doc:"The next page, as rel=next (RFC 8288)"`
	Body Page[T]
}

// cursors makes and reads the cursors of lists. A cursor is the ID that the page before ended with, signed together
// with the name of the list: it serves this list only, and nobody can make one up.
type cursors struct {
	key []byte
}

const macBytes = 16

func (c cursors) seal(list string, last models.ID) string {
	return base64.RawURLEncoding.EncodeToString(append(c.mac(list, last), last...))
}

func (c cursors) open(list, cursor string) (models.ID, error) {
	if cursor == "" {
		return "", nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err == nil && len(raw) > macBytes {
		last := models.ID(raw[macBytes:])
		if hmac.Equal(raw[:macBytes], c.mac(list, last)) {
			return last, nil
		}
	}
	return "", models.Refuse(models.CodeInvalidCursor, "cursor",
		"the cursor does not belong to this list with these filters").
		Accepting("the next_cursor of the page before, unaltered, or no cursor")
}

func (c cursors) mac(list string, last models.ID) []byte {
	h := hmac.New(sha256.New, c.key)
	h.Write([]byte(strconv.Itoa(len(list)) + ":" + list + string(last)))
	return h.Sum(nil)[:macBytes]
}

// List answers one page. filters narrow the list, by the names of their query parameters. read returns what comes after
// an ID, at most limit items.
func List[M, T any](ctx context.Context, p Paging, filters url.Values,
	read func(after models.ID, limit int) ([]M, error), id func(M) models.ID, show func(M) T,
) (*Listed[T], error) {
	req := requestOf(ctx)
	cursors := req.router.cursors
	name := req.path + "?" + filters.Encode() + "#" + string(req.actor.PersonID)
	after, unusable := cursors.open(name, p.Cursor)
	// Reading judges access: a caller who may not see the list is told that first, whatever the cursor.
	found, err := read(after, p.Limit+1)
	if err != nil {
		return nil, err
	}
	if unusable != nil {
		return nil, unusable
	}
	out := &Listed[T]{Body: Page[T]{Items: []T{}}}
	for _, m := range found[:min(p.Limit, len(found))] {
		out.Body.Items = append(out.Body.Items, show(m))
	}
	if len(found) > p.Limit {
		out.Body.NextCursor = cursors.seal(name, id(found[p.Limit-1]))
		out.Link = nextLink(req.path, p.Limit, out.Body.NextCursor, filters)
	}
	return out, nil
}

func nextLink(path string, limit int, cursor string, filters url.Values) string {
	query := url.Values{"limit": {strconv.Itoa(limit)}, "cursor": {cursor}}
	maps.Copy(query, filters)
	return "<" + path + "?" + query.Encode() + `>; rel="next"`
}
