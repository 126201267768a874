package pack

import (
	"slices"
	"strings"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/notices/paper"
)

// ofLots is a section with a part for each lot of which something is announced; parts returns nil where nothing is.
func (b builder) ofLots(key string, parts func(models.PackLot) []paper.Block) paper.Section {
	s := b.section(key)
	for _, lot := range b.Lots {
		if blocks := parts(lot); len(blocks) > 0 {
			s.Sections = append(s.Sections, paper.Section{Title: b.lotTitle(lot), Blocks: blocks})
		}
	}
	return s
}

// valueIf is what a code means, if the condition holds.
func (b builder) valueIf(condition bool, code string) string {
	if !condition {
		return ""
	}
	return b.value(code)
}

// countIf is a number that is not 0.
func (builder) countIf(n int) string {
	if n == 0 {
		return ""
	}
	return count(n)
}

func (b builder) talks() paper.Section {
	return b.ofLots("talks", func(lot models.PackLot) []paper.Block {
		c := lot.Conduct
		if c == nil {
			return nil
		}
		return []paper.Block{b.facts(
			"conducted", b.text(c.Method), "reduction", b.valueIf(c.Reduction, "reduced"),
			"remain", b.countIf(c.Remain), "award_initial", b.valueIf(c.AwardInitial, "award_reserved"),
			"payments", b.text(c.Payments),
		)}
	})
}

func (b builder) partnership() paper.Section {
	return b.ofLots("partnership", func(lot models.PackLot) []paper.Block {
		p := lot.Partnership
		if p == nil {
			return nil
		}
		rows := make([][]string, len(p.Phases))
		for i, phase := range p.Phases {
			rows[i] = []string{b.text(phase.Title), b.text(phase.Targets), count(phase.Months), b.text(phase.Payment)}
		}
		ends := []string{b.valueIf(p.Reduction, "ends_single"), b.valueIf(p.Stop, "ends_all")}
		return []paper.Block{
			b.facts(
				"partners", count(p.Partners), "performance", b.text(p.Performance),
				"maximum_cost", money(p.MaximumCost),
				"ends", strings.Join(slices.DeleteFunc(ends, func(s string) bool { return s == "" }), "\n"),
				"conditions", b.text(p.Conditions),
			),
			b.table(b.name("phases"), []float64{0.2, 0.4, 0.1, 0.3}, rows, "phase", "targets", "months", "payment"),
		}
	})
}

func (b builder) framework() paper.Section {
	return b.ofLots("framework", func(lot models.PackLot) []paper.Block {
		f := lot.Framework
		if f == nil {
			return nil
		}
		var buyers []string
		for _, buyer := range b.Buyers {
			if slices.Contains(f.Buyers, buyer.Organisation) {
				buyers = append(buyers, buyer.Name)
			}
		}
		return []paper.Block{b.facts(
			"operators", count(f.Operators), "months", count(f.Months), "longer", b.text(f.Longer),
			"expected", money(f.Estimate), "maximum", money(f.Maximum),
			"quantity", strings.TrimSpace(f.Quantity+" "+f.Unit), "may_call_off", strings.Join(buyers, "\n"),
			"call_offs", b.value(f.CallOffs), "how_called", b.text(f.How),
		)}
	})
}

func (b builder) limits() paper.Section {
	l := b.LotLimits
	if l == nil {
		return paper.Section{}
	}
	return b.section("limits", b.facts(
		"most_tendered", b.countIf(l.MostTendered), "most_awarded", b.countIf(l.MostAwarded),
		"all_lots", b.valueIf(l.AllLots, "all_required"), "lots_rule", b.valueIf(l.Rule != "", string(l.Rule)),
	))
}

func (b builder) tests() paper.Section {
	plan := b.Conformance
	if plan == nil {
		return paper.Section{}
	}
	s := b.section("tests", b.facts("tested", b.value(plan.Tested), "conditions", b.text(plan.Conditions)))
	for _, t := range plan.Tests {
		s.Sections = append(s.Sections, paper.Section{
			Title: b.text(t.Title),
			Blocks: []paper.Block{b.facts(
				"requirement", strings.Join(t.Requirements, ", "), "carried_out", b.text(t.How),
				"passes", b.text(t.Passes),
			)},
		})
	}
	return s
}

func (b builder) follows() paper.Section {
	s := b.section("follows")
	for _, f := range b.Follows {
		contractors := make([]string, len(f.Contractors))
		for i, c := range f.Contractors {
			contractors[i] = c.Name + " (" + c.Country + ")"
		}
		s.Sections = append(s.Sections, paper.Section{
			Title: f.Reference,
			Blocks: []paper.Block{b.facts("ended_on", f.EndedOn, "contractors", strings.Join(contractors, "\n"),
				"results", b.text(f.Results))},
		})
	}
	return s
}

func money(m models.Money) string { return m.Amount + " " + m.Currency }
