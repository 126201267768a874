package gate

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// A file is a dossier being put together.
type file struct {
	*testing.T
	models.Dossier
}

var today = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// newFile is the dossier of a running procurement of buyers in France, Spain and Germany.
func newFile(t *testing.T) *file {
	t.Helper()
	f := &file{t, models.Dossier{
		Procurement: models.Procurement{
			ID: models.NewID(models.PrefixProcurement), Languages: []string{"en"},
			Zone: "Europe/Paris", Status: models.StatusRunning,
		}, Organisations: map[models.ID]models.Organisation{},
		Authors: map[models.ID][]models.ID{},
		Now:     today,
	}}
	for i, country := range []string{"FR", "ES", "DE"} {
		id := models.NewID(models.PrefixOrganisation)
		f.Members = append(f.Members, models.Member{
			OrganisationID: id, Lead: i == 0,
			BudgetShare: []string{"80", "10", "10"}[i],
		})
		f.Organisations[id] = models.Organisation{
			ID: id, LegalName: "Buyer " + country, Country: country,
			Kind: models.OrganisationContractingAuthority,
		}
	}
	return f
}

func (f *file) buyer(n int) models.ID { return f.Members[n].OrganisationID }

// tick lets a second pass.
func (f *file) tick() time.Time {
	f.Now = f.Now.Add(time.Second)
	return f.Now
}

// write adds an entry by a person of nobody else's.
func (f *file) write(kind models.EntryKind, content any) models.Entry {
	return f.writeFor("", kind, content)
}

func (f *file) writeFor(buyer models.ID, kind models.EntryKind, content any) models.Entry {
	f.Helper()
	text, digest, err := models.Canonical(content)
	require.NoError(f, err)
	rule, ok := models.EntryRuleOf(kind)
	require.True(f, ok, "%s", kind)
	e := models.Entry{
		ID: models.NewID(models.PrefixEntry), Kind: kind, Phase: rule.Phase, Round: 1, OrganisationID: buyer,
		Version: 1, AuthorID: models.NewID(models.PrefixPerson), Body: text, Digest: digest, WrittenAt: today,
	}
	if kind == models.EntryAgreement || kind == models.EntrySignature {
		e.WrittenAt = f.tick()
	}
	f.Entries = append(f.Entries, e)
	f.Authors[e.ID] = []models.ID{e.AuthorID}
	return e
}

// change rewrites an entry.
func (f *file) change(id models.ID, change func(map[string]any)) models.Entry {
	f.Helper()
	for i, e := range f.Entries {
		if e.ID != id {
			continue
		}
		content := map[string]any{}
		require.NoError(f, json.Unmarshal(e.Body, &content))
		change(content)
		var err error
		e.Body, e.Digest, err = models.Canonical(content)
		require.NoError(f, err)
		e.Version++
		if e.Kind == models.EntryAgreement {
			e.WrittenAt = f.tick()
		}
		f.Earlier, f.Entries[i] = append(f.Earlier, f.Entries[i]), e
		return e
	}
	f.Fatalf("no entry %s", id)
	return models.Entry{}
}

func (f *file) withdraw(id models.ID) {
	for i := range f.Entries {
		if e := &f.Entries[i]; e.ID == id {
			at := f.tick()
			f.Earlier = append(f.Earlier, *e)
			e.Version, e.WithdrawnAt = e.Version+1, &at
		}
	}
}

// leave takes a member out.
func (f *file) leave(n int) {
	at := f.tick()
	f.Members[n].LeftAt = &at
}

// hire gives a new person of a buyer a role.
func (f *file) hire(buyer int, role models.Role) models.ID {
	person := models.NewID(models.PrefixPerson)
	f.give(person, buyer, role)
	return person
}

func (f *file) give(person models.ID, buyer int, role models.Role) {
	f.Roles = append(f.Roles, models.RoleAssignment{
		PersonID: person, OrganisationID: f.buyer(buyer), Role: role,
		ValidFrom: today.Add(-time.Hour),
	})
}

func (f *file) find(phase models.Phase, code string) models.Criterion {
	f.Helper()
	for _, c := range Judge(phase, f.Dossier).Criteria {
		if c.Code == code {
			return c
		}
	}
	f.Fatalf("no criterion %s", code)
	return models.Criterion{}
}

// A fault is what can be wrong with a dossier that is complete, and the criteria that must say so.
type fault struct {
	name string
	do   func(*file)
	code string
	says string
}

// blockedBy spoils a complete dossier by each fault in turn and asks that its criterion, and only those
// named with it, block.
func blockedBy(t *testing.T, phase models.Phase, complete func(*testing.T) *file, faults []fault) {
	t.Helper()
	whole := complete(t)
	for _, c := range Judge(phase, whole.Dossier).Criteria {
		require.Equal(t, models.FindingMet, c.Finding, "%s: %s", c.Code, c.Detail)
		require.NotEmpty(t, c.Source, c.Code)
	}
	for _, fault := range faults {
		t.Run(fault.name, func(t *testing.T) {
			t.Parallel()
			f := complete(t)
			fault.do(f)
			found := f.find(phase, fault.code)
			require.NotEqual(t, models.FindingMet, found.Finding, found.Detail)
			require.Contains(t, found.Detail, fault.says)
			require.False(t, Judge(phase, f.Dossier).Met())
		})
	}
}
