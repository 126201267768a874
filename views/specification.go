package views

import (
	"context"
	"slices"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/notices/sheet"
	"github.com/ppi-engine/ppi/rules/specification"
)

// MediaTypeSheet is the media type of a workbook, and MostSheetBytes how large one may be that is imported.
const (
	MediaTypeSheet = sheet.MediaType
	MostSheetBytes = sheet.MostBytes
)

// RequirementSheet renders the requirements that stand as a workbook, with the words of a language, or English ones.
func (v *Views) RequirementSheet(ctx context.Context, r Reader, language string) (Rendering, error) {
	if err := sheet.CheckLanguage(language); err != nil {
		return Rendering{}, err
	}
	var whole models.Dossier
	err := v.dossier(ctx, r, OfEntries, func(_ *store.Tx, d models.Dossier) error {
		whole = d
		return nil
	})
	if err != nil {
		return Rendering{}, err
	}
	content, err := sheet.Write(whole, language)
	return Rendering{Name: "requirements.xlsx", MediaType: sheet.MediaType, Content: content, Saved: true}, err
}

// Trace follows the specification in both directions, from needs to what shows that they are met, and back.
func (v *Views) Trace(ctx context.Context, r Reader) (SpecificationTrace, error) {
	var trace specification.Trace
	err := v.dossier(ctx, r, OfEntries, func(_ *store.Tx, d models.Dossier) error {
		trace = specification.TraceOf(d)
		return nil
	})
	return trace, err
}

type (
	// SpecificationTrace says what comes from what in a specification.
	SpecificationTrace = specification.Trace
	// SpecificationDifference is what differs in one part of two versions.
	SpecificationDifference = specification.Difference
)

// A Comparison is what has changed between two versions of the specification.
type Comparison struct {
	From, To FrozenVersion
	Changes  []SpecificationDifference
}

// A FrozenVersion is a version that was frozen. Without a digest it is the specification as it stands, or, on the old
// side, nothing: there was no version before.
type FrozenVersion struct {
	Digest   string
	Entry    models.ID
	Version  int64
	FrozenAt time.Time
}

// CompareSpecifications compares two frozen versions by their digests, part by part and word by word. Without the
// digest of the new one, it is the specification as it stands; without that of the old one, the version that was
// frozen last before the new one.
func (v *Views) CompareSpecifications(ctx context.Context, r Reader, from, to string) (Comparison, error) {
	var c Comparison
	err := v.dossier(ctx, r, OfEntries, func(tx *store.Tx, d models.Dossier) error {
		var err error
		c, err = compared(tx, d, from, to)
		return err
	})
	return c, err
}

func compared(tx *store.Tx, d models.Dossier, from, to string) (Comparison, error) {
	frozen, err := frozenOf(tx, d)
	if err != nil {
		return Comparison{}, err
	}
	newer := len(frozen)
	if to != "" {
		if newer = latest(frozen, to); newer < 0 {
			return Comparison{}, noSuchVersion("to")
		}
	}
	older := newer - 1
	if from != "" {
		if older = latest(frozen, from); older < 0 {
			return Comparison{}, noSuchVersion("from")
		}
	}
	c := Comparison{From: versionAt(frozen, older), To: versionAt(frozen, newer)}
	before, after := []models.Reference{}, d.Specification()
	if older >= 0 {
		before = itemsOf(frozen[older])
	}
	if newer < len(frozen) {
		after = itemsOf(frozen[newer])
	}
	old, now, err := parts(tx, d, before, after)
	if err != nil {
		return Comparison{}, err
	}
	c.Changes, err = specification.Compare(old, now)
	return c, err
}

func noSuchVersion(parameter string) *models.Refusal {
	return models.Refuse(models.CodeNotFound, parameter,
		"no version of the specification was frozen under this digest").
		Accepting("the digest of a version of the specification, or none")
}

// frozenOf lists all versions of the specification that were ever frozen, in the order in which they were.
func frozenOf(tx *store.Tx, d models.Dossier) ([]models.Entry, error) {
	var ids []models.ID
	for _, e := range d.Entries {
		if e.Kind == models.EntrySpecificationVersion {
			ids = append(ids, e.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	all, err := tx.Versions(d.Procurement.ID, ids)
	all = slices.DeleteFunc(all, func(e models.Entry) bool { return e.WithdrawnAt != nil })
	slices.SortStableFunc(all, func(a, b models.Entry) int { return a.WrittenAt.Compare(b.WrittenAt) })
	return all, err
}

// latest is the place of the last version with a digest; -1: there is none.
func latest(frozen []models.Entry, digest string) int {
	for i, e := range slices.Backward(frozen) {
		if e.Digest == digest {
			return i
		}
	}
	return -1
}

func versionAt(frozen []models.Entry, i int) FrozenVersion {
	if i < 0 || i >= len(frozen) {
		return FrozenVersion{}
	}
	e := frozen[i]
	return FrozenVersion{e.Digest, e.ID, e.Version, e.WrittenAt}
}

func itemsOf(e models.Entry) []models.Reference {
	v, _ := models.BodyOf[models.SpecificationVersion](e)
	return v.Items
}

// parts finds the contents of the parts of two versions, each under its digest.
func parts(
	tx *store.Tx, d models.Dossier, before, after []models.Reference,
) (old, now []specification.Part, err error) {
	var ids []models.ID
	for _, ref := range slices.Concat(before, after) {
		ids = append(ids, ref.Entry)
	}
	if len(ids) == 0 {
		return nil, nil, nil
	}
	all, err := tx.Versions(d.Procurement.ID, ids)
	if err != nil {
		return nil, nil, err
	}
	written := map[models.Reference]models.Entry{}
	for _, e := range all {
		written[models.Reference{Entry: e.ID, Kind: e.Kind, Digest: e.Digest}] = e
	}
	find := func(refs []models.Reference) []specification.Part {
		found := make([]specification.Part, len(refs))
		for i, ref := range refs {
			found[i] = specification.Part{Reference: ref, Name: d.PartNamed(written[ref]), Body: written[ref].Body}
		}
		return found
	}
	return find(before), find(after), nil
}
