package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/ppi-engine/ppi/rules/award"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

type awardRankCommand struct {
	File string `arg:"" type:"existingfile" help:"Scheme and tenders, as docs/evaluation.md describes; - is stdin."`
	JSON bool   `name:"json" help:"Write JSON, of the form that ppi award recompute reads."`
}

// Run asks no server and no database.
func (c awardRankCommand) Run(inv *invocation) error {
	asked, err := readRanking(c.File)
	if err != nil {
		return err
	}
	ranked, applied, err := evaluation.RankFile(asked)
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(inv.stdout, ranked)
	}
	return printRanking(inv.stdout, ranked, applied)
}

// printRanking explains each place of a ranking, line by line.
func printRanking(to io.Writer, e evaluation.Evaluation, applied []string) error {
	var out strings.Builder
	for _, rule := range applied {
		fmt.Fprintf(&out, "applied: %s\n", rule)
	}
	for _, p := range e.Ranking.Places {
		fmt.Fprintf(&out, "%s\n", placeSaid(p))
		for _, line := range p.Lines {
			fmt.Fprintf(&out, "    %s: %s of %s", line.Criterion, line.Points, line.How)
			if line.Exact != "" {
				fmt.Fprintf(&out, " = %s", line.Exact)
			}
			fmt.Fprintln(&out)
		}
		for _, cost := range p.Costs {
			fmt.Fprintf(&out, "    cost of %s: %s of %s\n", cost.Item, cost.Amount, cost.How)
		}
		for _, said := range [][2]string{
			{"price with costs", p.Cost},
			{"quality", p.Quality.String()},
			{"total", totalSaid(p.Total.String(), p.TotalHow)},
			{"low price", p.AskAboutPrice},
		} {
			if said[1] != "" {
				fmt.Fprintf(&out, "    %s: %s\n", said[0], said[1])
			}
		}
	}
	fmt.Fprintf(&out, "digest %s\n", e.Digest)
	_, err := io.WriteString(to, out.String())
	return err
}

func placeSaid(p award.Place) string {
	switch {
	case p.Excluded != "":
		return fmt.Sprintf("excluded  tender %s: %s", p.Tender, p.Excluded)
	case p.Tied:
		return fmt.Sprintf("rank %d  tender %s, tied: nothing decides", p.Rank, p.Tender)
	case p.DecidedBy != "":
		return fmt.Sprintf("rank %d  tender %s, behind the one before by %s", p.Rank, p.Tender, p.DecidedBy)
	}
	return "rank " + strconv.Itoa(p.Rank) + "  tender " + string(p.Tender)
}

func totalSaid(total, how string) string {
	if how == "" {
		return total
	}
	return total + ", rounded: " + how
}
