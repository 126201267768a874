package models

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func planned() ConformancePlan {
	text := Text{"en": "Bench"}
	return ConformancePlan{
		Tested: TestedAll, Conditions: text,
		Tests: []ConformanceTest{{ID: "energy", Title: text, Requirements: []string{"R-001"}, How: text, Passes: text}},
	}
}

func TestAPlanSaysWhatIsTestedAndHowItIsPassed(t *testing.T) {
	t.Parallel()
	require.NoError(t, planned().Check())
	for name, spoil := range map[string]func(*ConformancePlan){
		"no tests":        func(p *ConformancePlan) { p.Tests = nil },
		"twice":           func(p *ConformancePlan) { p.Tests = append(p.Tests, p.Tests[0]) },
		"no requirement":  func(p *ConformancePlan) { p.Tests[0].Requirements = nil },
		"no measure":      func(p *ConformancePlan) { p.Tests[0].Passes = nil },
		"whoever we like": func(p *ConformancePlan) { p.Tested = "some" },
	} {
		p := planned()
		spoil(&p)
		require.Error(t, p.Check(), name)
	}
}

func TestOnlyMinimumRequirementsAreTested(t *testing.T) {
	t.Parallel()
	d := followed(t, map[EntryKind]any{EntryRequirement: Requirement{Code: "R-001", Use: UseMinimum}})
	require.NoError(t, planned().CheckAgainst(d, Entry{}))
	d = followed(t, map[EntryKind]any{EntryRequirement: Requirement{Code: "R-001", Use: UseAward}})
	r, refused := RefusalOf(planned().CheckAgainst(d, Entry{}))
	require.True(t, refused)
	require.Equal(t, CodeConformanceUnfounded, r.Code)
	require.NoError(t, planned().CheckAgainst(d, Entry{WithdrawnAt: &d.Now}))
}

func TestWhatWasNotAnnouncedIsNotTested(t *testing.T) {
	t.Parallel()
	r, refused := RefusalOf(ConformanceResult{}.CheckAgainst(Dossier{}, Entry{}))
	require.True(t, refused)
	require.Equal(t, CodeConformanceUnannounced, r.Code)
}
