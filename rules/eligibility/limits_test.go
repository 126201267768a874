package eligibility

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/models"
)

// Call COS-PPI-2018-2-01: EUR 0.8 to 1.5 million per project; both are grants that can be had.
func TestAGrantMayBeTheSmallestAndTheLargestOfTheCall(t *testing.T) {
	t.Parallel()
	for grant, want := range map[string]models.Finding{
		"799999.99":  models.FindingNotMet,
		"800000":     models.FindingMet,
		"800000.00":  models.FindingMet,
		"1500000":    models.FindingMet,
		"1500000.01": models.FindingNotMet,
		"a lot":      models.FindingUnknown,
	} {
		d := ppi4hpc()
		write(t, &d, EntryAction, "", Action{Grant: grant})
		require.Equal(t, want, findingOf(t, JudgeAt(profile(t, "COS-PPI-2018-2-01"), models.PhaseCapacity, d), "grant").
			Finding, grant)
	}
}

// A year that the action does not fill asks for nothing, however long ago it ended.
func TestEventsAreDueInFullYearsOfTheActionOnly(t *testing.T) {
	t.Parallel()
	p := profile(t, "COS-CLUSTER-2020-3-03")
	for months, years := range map[int]string{
		11: "each of the 0 full years", 12: "each of the 1 full years",
		23: "each of the 1 full", 24: "each of the 2 full",
	} {
		d := ppi4hpc()
		d.Now = time.Date(2030, time.January, 1, 0, 0, 0, 0, time.UTC)
		write(t, &d, EntryAction, "", Action{Starts: day("2022-02-01"), Months: months})
		for _, date := range []string{"2022-02-01", "2023-01-31", "2023-02-01", "2024-01-31"} {
			write(t, &d, EntryActivity, "", Activity{Activity: "cluster_event", Date: day(date)})
		}
		criterion := findingOf(t, JudgeAt(p, models.PhaseCapacity, d), "cluster_events")
		require.Equal(t, models.FindingMet, criterion.Finding, criterion.Detail)
		require.Contains(t, criterion.Detail, years)
	}
}

func TestARuleOfACallIsFoundByItsID(t *testing.T) {
	t.Parallel()
	p := profile(t, "COS-PPI-2018-2-01")
	for _, want := range p.Rules {
		got, ok := p.Rule(want.ID)
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	_, ok := p.Rule("coffee")
	require.False(t, ok)
}

func TestARuleThatAsksForNothingIsNoRule(t *testing.T) {
	t.Parallel()
	const head = "{id: X, title: T, programme: P, opens: '2020-01-01', rules: [{id: a, source: s, "
	for rule, asks := range map[string]bool{
		"kind: contracting_authorities, at_least: 1":                                   true,
		"kind: contracting_authorities":                                                false,
		"kind: legal_entities, at_least: 0":                                            false,
		"kind: consultation_states, at_least: -1":                                      false,
		"kind: activity_count, activity: x, at_least: 1":                               true,
		"kind: activity_count, activity: x":                                            false,
		"kind: eligible_countries, countries: [AT, ZA]":                                true,
		"kind: eligible_countries, countries: []":                                      false,
		"kind: duration, months: {from: 24, to: 24}":                                   true,
		"kind: duration, months: {from: 1, to: 24}":                                    true,
		"kind: duration, months: {to: 24}":                                             false,
		"kind: co_financing, percent: '100'":                                           true,
		"kind: co_financing, percent: '0'":                                             false,
		"kind: activity_share, activity: x, percent: '100.01', participants: sme":      false,
		"kind: activity_share, activity: x, percent: '100', participants: outside":     true,
		"kind: grant, amount: {from: '1'}":                                             true,
		"kind: grant, amount: {to: '1'}":                                               true,
		"kind: grant, amount: {}":                                                      false,
		"kind: phases_closed, phases: [needs]":                                         true,
		"kind: phases_closed, phases: []":                                              false,
		"kind: phases_closed, phases: [needs, lunch]":                                  false,
		"kind: membership, body: X, deadline: {local: '2021-01-26T17:00', zone: UTC}":  true,
		"kind: membership, body: X":                                                    false,
		"kind: membership, body: X, deadline: {local: '2021-01-26', zone: UTC}":        true,
		"kind: membership, body: X, deadline: {local: '2021-01-32', zone: UTC}":        false,
		"kind: membership, body: X, deadline: {local: '2021-01-26', zone: Mars}":       false,
		"kind: max_members, at_most: 6":                                                true,
		"kind: max_members, at_least: 6":                                               false,
		"kind: members_of_kind, kinds: [sme], at_least: 1":                             true,
		"kind: members_of_kind, kinds: [sme], every: true":                             true,
		"kind: members_of_kind, kinds: [sme], every: true, at_least: 1":                false,
		"kind: members_of_kind, kinds: [sme]":                                          false,
		"kind: members_of_kind, kinds: [giant], at_least: 1":                           false,
		"kind: members_of_kind, at_least: 1":                                           false,
		"kind: members_do_not_supply":                                                  true,
		"kind: member_states, at_least: 1, of: contracting_authorities":                true,
		"kind: member_states, at_least: 1, of: grant":                                  false,
		"kind: member_states":                                                          false,
		"kind: submission, stage: 2, deadline: {local: '2021-01-26T17:00', zone: UTC}": true,
		"kind: submission, stage: 3, deadline: {local: '2021-01-26T17:00', zone: UTC}": false,
		"kind: starts, days: {from: '2021-01-01'}":                                     true,
		"kind: starts, days: {to: '2021-01-01'}":                                       true,
		"kind: starts, days: {from: '2021-01-02', to: '2021-01-01'}":                   false,
		"kind: starts": false,
		"kind: co_financing, percent: '75', passed_on: '100'":                                 true,
		"kind: co_financing, percent: '75', passed_on: '101'":                                 false,
		"kind: cost_share, percent: '50'":                                                     true,
		"kind: cost_share":                                                                    false,
		"kind: target_countries, at_least: 2":                                                 true,
		"kind: target_countries":                                                              false,
		"kind: network_members, network: buyers, kinds: [public_buyer], at_least: 1":          true,
		"kind: network_members, network: friends, kinds: [public_buyer], at_least: 1":         false,
		"kind: network_countries, network: suppliers, at_least: 1":                            true,
		"kind: network_countries, network: suppliers":                                         false,
		"kind: activity_valid, activity: x, working_days: 3, longest_months: 1":               true,
		"kind: activity_valid, activity: x, longest_months: 1":                                false,
		"kind: activity_valid, activity: x, working_days: 3":                                  false,
		"kind: activity_periodic, activity: x, at_least: 1, every_months: 6":                  true,
		"kind: activity_periodic, activity: x, at_least: 1":                                   false,
		"kind: activity_periodic, activity: x, at_least: 1, every_months: 6, within_days: -1": false,
		"kind: countries, at_least: 2, countries: [FR, Narnia]":                               false,
	} {
		_, err := parse([]byte(head + rule + "}]}"))
		require.Equal(t, asks, err == nil, "%s: %v", rule, err)
	}
}
