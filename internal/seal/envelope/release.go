package envelope

import (
	"slices"

	"github.com/ppi-engine/ppi/internal/seal/pvss"
	"github.com/ppi-engine/ppi/models"
)

// A Release is what one opener does for the opening of all envelopes of a kind in a box: for each the opened share,
// with the proof that it follows from the opener's key. The proofs hold for this list of envelopes only.
type Release struct {
	Format string `json:"format"`
	Place

	Person    models.ID      `json:"person"`
	Key       pvss.Point     `json:"key"`
	Envelopes []ReleasedPart `json:"envelopes"`
}

// A ReleasedPart is the opened share of one envelope, which is named by the SHA-256 of its header. Parts stand in the
// order of these.
type ReleasedPart struct {
	named
	pvss.Opened
}

// named says which envelope a part is for: by the SHA-256 of its header, in hexadecimal.
type named struct {
	Header string `json:"header"`
}

func (n named) header() string { return n.Header }

func headersOf[P interface{ header() string }](parts []P) []string {
	all := make([]string, len(parts))
	for i, p := range parts {
		all[i] = p.header()
	}
	return all
}

// Headers lists the envelopes that are released, by the SHA-256 of their headers.
func (r Release) Headers() []string { return headersOf(r.Envelopes) }

// tag covers everything but the opened shares and their proofs.
func (r Release) tag() (pvss.Tag, error) {
	return tagOf(struct {
		Format string `json:"format"`
		Place

		Person  models.ID  `json:"person"`
		Key     pvss.Point `json:"key"`
		Headers []string   `json:"headers"`
	}{r.Format, r.Place, r.Person, r.Key, headersOf(r.Envelopes)})
}

// ReadRelease reads a release. Whether it holds, [Opening.Accept] tells.
func ReadRelease(text []byte) (Release, error) {
	var r Release
	return r, read(text, &r, models.CodeReleaseMalformed, "the release")
}

// Release makes the release of an opener. Before it computes anything, it compares the box with what the opener read in
// the notice, and for live tenders its own clock with the deadline; the proofs of the envelopes were checked when their
// headers were read.
func (o *Opening) Release(key Key, said Confirmation) (Release, error) {
	if err := o.confirm(key, said); err != nil {
		return Release{}, err
	}
	public := key.secret.Public()
	i := o.holding(public)
	if i < 0 || o.holders[i].Person != key.owner.Person {
		return Release{}, o.stranger(key.owner.Person)
	}
	r := Release{Format: formatRelease, Place: o.place(), Person: o.holders[i].Person, Key: public}
	for _, digest := range o.digests() {
		r.Envelopes = append(r.Envelopes, ReleasedPart{named: named{digest}})
	}
	tag, err := r.tag()
	if err != nil {
		return Release{}, err
	}
	for n := range r.Envelopes {
		part := &r.Envelopes[n]
		part.Opened = key.secret.Open(o.holders[i].shares[part.Header], tag)
	}
	return r, nil
}

func (o *Opening) stranger(person models.ID) *models.Refusal {
	return models.Refuse(models.CodeNotAnOpener, "", "%s opens nothing in this box with this key", person).
		Accepting("the key of one of its %d openers", len(o.holders))
}

// Accept checks a release and counts it. It refuses a release that is for other envelopes than these or not for all of
// them ([models.CodeReleaseIncomplete]), one that the key it names did not make ([models.CodeReleaseForged]), and a
// second one of the same opener.
func (o *Opening) Accept(r Release) error {
	if r.Format != formatRelease || r.Key.IsZero() {
		return malformed(models.CodeReleaseMalformed, "the release", "has an unknown format or no key")
	}
	i := o.holding(r.Key)
	if i < 0 || o.holders[i].Person != r.Person {
		return o.stranger(r.Person)
	}
	if err := o.whole(r.Place, headersOf(r.Envelopes)); err != nil {
		return err
	}
	if _, twice := o.released[i]; twice {
		return models.Refuse(models.CodeReleaseTwice, "", "%s has released these envelopes already", r.Person)
	}
	tag, err := r.tag()
	if err != nil {
		return err
	}
	for _, e := range r.Envelopes {
		if !e.Holds(r.Key, o.holders[i].shares[e.Header], tag) {
			return models.Refuse(models.CodeReleaseForged, "",
				"what %s released for the envelope %s was not made with its key", r.Person, e.Header).
				Accepting("the release that this opener's own program made")
		}
	}
	o.released[i] = r
	return nil
}

// whole refuses what an opener made for another place, or for other envelopes than all of these.
func (o *Opening) whole(place Place, headers []string) error {
	if place != o.place() {
		return models.Refuse(models.CodeReleaseIncomplete, "",
			"the file was made for another place: %s %s, %s, round %d", place.Mode, place.Box, place.Kind, place.Round).
			Accepting("one made for %s, %s", o.box.Box, o.kind)
	}
	if !slices.Equal(headers, o.digests()) {
		return models.Refuse(models.CodeReleaseIncomplete, "/envelopes",
			"the file covers %d envelopes, and not exactly the %d of kind %s in the box", len(headers), len(o.headers),
			o.kind).Accepting("every envelope of the kind, once, in the order of the digests of their headers")
	}
	return nil
}
