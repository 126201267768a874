package pack

import (
	"strconv"
	"strings"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/notices/paper"
	"github.com/ppi-engine/ppi/rules/wording"
)

func (b builder) requirements() paper.Section {
	s := b.section("requirements")
	for _, r := range b.Requirements {
		verified := ""
		if r.Verification.Stated() {
			verified = b.value(r.Verification.Method) + ": " + b.text(r.Verification.How)
		}
		lots := make([]string, len(r.Lots))
		for i, n := range r.Lots {
			lots[i] = count(n)
		}
		s.Sections = append(s.Sections, paper.Section{
			Title: r.Code,
			Blocks: []paper.Block{b.facts(
				"statement", b.text(r.Statement), "use", b.value(r.Use), "minimum", b.text(r.Minimum),
				"type", b.value(r.Type), "verification", verified, "for_lots", strings.Join(lots, ", "),
			)},
		})
	}
	return s
}

func (b builder) selection() paper.Section {
	s := b.section("selection")
	for _, lot := range b.Lots {
		c := lot.Selection
		if c == nil {
			continue
		}
		most := b.name("all_invited")
		if c.Most > 0 {
			most = count(c.Most)
		}
		ties := ""
		if c.Ties != "" {
			ties = b.value(c.Ties)
		}
		rows := make([][]string, len(c.Criteria))
		for i, k := range c.Criteria {
			rows[i] = []string{b.text(k.Title), b.text(k.Requirement)}
		}
		s.Sections = append(s.Sections, paper.Section{
			Title: b.lotTitle(lot),
			Blocks: []paper.Block{
				b.facts("least", count(c.Least), "most", most, "ties", ties, "rule", b.text(c.Rule)),
				b.table(b.Sections["selection"], []float64{0.3, 0.7}, rows, "criterion", "shown"),
			},
		})
	}
	return s
}

func (b builder) award() paper.Section {
	s := b.section("award")
	for _, lot := range b.Lots {
		c := lot.Criteria
		rows := [][]string{{b.name("price"), "", c.PriceWeight, "", ""}}
		for _, k := range c.Criteria {
			rows = append(rows, []string{b.text(k.Title), b.text(k.Link), k.Weight, k.Max, k.Minimum})
		}
		s.Sections = append(s.Sections, paper.Section{
			Title: b.lotTitle(lot),
			Blocks: []paper.Block{
				b.table(b.Sections["award"], []float64{0.26, 0.35, 0.13, 0.13, 0.13}, rows,
					"criterion", "link", "weight", "scale", "threshold"),
				b.facts(
					"method", b.value(string(c.Method)), "currency", c.Currency, "factor", c.Factor, "from", c.From,
					"to", c.To, "minimum_quality", c.MinimumQuality, "digits", count(c.Digits),
					"rounding", b.value(c.Rounding), "tie", b.tie(c), "consensus", b.value(c.Consensus),
					"low", b.low(c),
				),
			},
		})
	}
	return s
}

// tie names what breaks a tie, in order, as the table of criteria does.
func (b builder) tie(c models.AwardCriteria) string {
	var order []string
	for i, by := range c.TieBreak {
		name := b.value(by)
		for _, k := range c.Criteria {
			if k.ID == by {
				name = b.text(k.Title)
			}
		}
		order = append(order, count(i+1)+". "+name)
	}
	return strings.Join(order, "\n")
}

func (b builder) low(c models.AwardCriteria) string {
	if c.Low == nil {
		return ""
	}
	return wording.Fill(b.value(c.Low.Against), "percent", c.Low.Percent)
}

func count[N int | int64](n N) string { return strconv.FormatInt(int64(n), 10) }

func utc(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05") }
