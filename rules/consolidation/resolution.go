package consolidation

import (
	"slices"

	"github.com/ppi-engine/ppi/models"
)

// A Resolution says what is done about a finding that there is.
type Resolution struct {
	models.NeedResolution
}

// CheckAgainst refuses a resolution of what is not found, or of texts that have changed; one by an author of the texts
// ([models.CodeOwnWork]); and a merger of what are no duplicates, or into what is no need.
func (r Resolution) CheckAgainst(d models.Dossier, e models.Entry) error {
	if e.WithdrawnAt != nil {
		return nil
	}
	all, err := Findings(d)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(f Finding) bool { return f.Key == r.Finding })
	switch {
	case i < 0:
		return models.Refuse(models.CodeInvalidValue, "/finding", "there is no such finding").
			Accepting("the key of a finding on the needs as they stand")
	case all[i].Digest != r.Digest:
		return models.Refuse(models.CodeInvalidValue, "/digest", "the needs have changed since you read the finding").
			Accepting("%s, after reading it", all[i].Digest)
	case wrote(d, all[i], e.AuthorID):
		return models.Refuse(models.CodeOwnWork, "", "you wrote one of the needs that the finding is on").
			Accepting("a resolution by another person, or other words")
	case r.Outcome == models.ResolvedMerged && all[i].Code != CodeDuplicate:
		return models.Refuse(models.CodeInvalidValue, "/outcome", "only duplicates are merged").
			Accepting("one of %v", []string{models.ResolvedKept, models.ResolvedLot, models.ResolvedOption})
	case r.Outcome == models.ResolvedMerged && !isNeed(d, r.Into):
		return models.Refuse(models.CodeInvalidValue, "/into", "%s is no standing need", r.Into).
			Accepting("the ID of a needs statement or of the common need")
	}
	return nil
}

// wrote tells whether a person wrote any version of one of the needs.
func wrote(d models.Dossier, f Finding, person models.ID) bool {
	return slices.ContainsFunc(f.Entries, func(id models.ID) bool { return slices.Contains(d.Authors[id], person) })
}

func isNeed(d models.Dossier, id models.ID) bool {
	_, ok := d.Standing(id, models.EntryNeedsStatement, models.EntryCommonNeed)
	return ok
}

// resolved finds what is done about a finding on the texts as they are. A resolution by somebody who has written one of
// the texts since, and a merger into what no longer stands, do not count.
func resolved(d models.Dossier, f Finding) *models.Entry {
	for _, e := range d.Of(models.EntryNeedResolution) {
		r, ok := models.BodyOf[models.NeedResolution](e)
		if ok && r.Finding == f.Key && r.Digest == f.Digest && !wrote(d, f, e.AuthorID) &&
			(r.Outcome != models.ResolvedMerged || isNeed(d, r.Into)) {
			return &e
		}
	}
	return nil
}
