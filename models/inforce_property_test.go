package models

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// What is in force is told step by step here, as it happens; the dossier tells it at the end, for every instant.
func TestWhatIsInForceFollowsFromWhatWasWrittenAndSigned(t *testing.T) {
	t.Parallel()
	came := 0
	rapid.Check(t, func(rt *rapid.T) {
		s := newSigning(t)
		type instant struct {
			at    time.Time
			force int64
		}
		var (
			told   []instant
			force  int64
			signed = map[int]bool{}
			active = map[int]bool{0: true, 1: true, 2: true}
			party  = map[int]bool{0: true, 1: true, 2: true}
		)
		all := func(has map[int]bool) bool {
			for m := range s.Members {
				if active[m] && !has[m] {
					return false
				}
			}
			return true
		}
		steps := []string{"write", "sign", "sign", "sign", "sign", "leave", "wait"}
		for range rapid.IntRange(1, 20).Draw(rt, "steps") {
			switch rapid.SampledFrom(steps).Draw(rt, "step") {
			case "write":
				s.writeBetween(rt, active)
				signed, party = map[int]bool{}, map[int]bool{}
				for m := range active {
					party[m] = active[m]
				}
			case "sign":
				m := rapid.IntRange(0, 2).Draw(rt, "signer")
				if !active[m] || signed[m] {
					continue
				}
				s.sign(s.entry, []int64{0, s.entry.Version}[rapid.IntRange(0, 1).Draw(rt, "names the version")], m)
				signed[m] = true
				if all(signed) && party[0] == active[0] && party[1] == active[1] && party[2] == active[2] {
					force = s.entry.Version
					came++
				}
			case "leave":
				m := rapid.IntRange(1, 2).Draw(rt, "who")
				if !active[m] {
					continue
				}
				left := s.tick()
				s.Members[m].LeftAt, active[m] = &left, false
			case "wait":
				s.tick()
			}
			told = append(told, instant{s.Now, force})
		}
		for _, then := range told {
			found, ok := s.AgreementInForceAt(then.at)
			require.Equal(rt, then.force > 0, ok)
			require.Equal(rt, then.force, found.Version)
		}
	})
	require.Positive(t, came)
}

// writeBetween writes the next version of the agreement, between the members there are, with one of two rules: texts
// come again.
func (s *signing) writeBetween(rt *rapid.T, active map[int]bool) {
	var shares []Share
	for i, m := range s.Members {
		if active[i] {
			shares = append(shares, Share{Organisation: m.OrganisationID, Percent: "1"})
		}
	}
	s.agreement.Shares = shares
	s.rewrite(rapid.SampledFrom([]DecisionRule{RuleMajority, RuleLeadAlone}).Draw(rt, "rule"))
}
