package gate

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/decision"
)

// Count counts the votes on a ballot by the collaboration agreement that is in force, by unanimity while none is; votes
// that are voided, on another digest or by a person who may not vote do not count. A member weighs what the agreement
// says; its budget share in the draft does not count. Where no vote could carry, the count says why. It refuses what
// else [decision.Decide] refuses.
func Count(d models.Dossier, b Ballot, votes []models.Vote) (models.VoteCount, error) {
	terms := models.VotingTerms{Rule: models.RuleUnanimous}
	c := models.VoteCount{Decision: models.DecisionOpen, Buyers: b.buyers(d, votes)}
	if a, ok := d.AgreementInForce(); ok {
		terms, c.Agreement = a.Agreement.VotingTerms, &a.AgreementReference
		for i, buyer := range c.Buyers {
			if terms.Rule == models.RuleWeighted {
				c.Buyers[i].Weight = a.Agreement.Weight(buyer.Organisation)
			}
		}
	}
	c.Terms = terms
	verdict, err := decision.Decide(terms, counted(c.Buyers))
	if refusal, refused := models.RefusalOf(err); refused && refusal.Code == models.CodeNobodyMayDecide {
		c.Undecidable = models.Sentence("%s", refusal.Detail)
		return c, nil
	}
	if err != nil {
		return c, fmt.Errorf("apply the rule %s: %w", terms.Rule, err)
	}
	c.Decision = verdict
	return c, nil
}

func counted(buyers []models.CountedBuyer) []decision.Buyer {
	all := make([]decision.Buyer, len(buyers))
	for i, b := range buyers {
		all[i] = decision.Buyer{
			ID: b.Organisation, Lead: b.Lead, Weight: b.Weight, Recused: len(b.Recused) > 0, Choice: b.Choice,
		}
	}
	return all
}

// buyers says of each member how it voted, or that it is recused.
func (b Ballot) buyers(d models.Dossier, votes []models.Vote) []models.CountedBuyer {
	standing := b.standing(d, votes)
	all := []models.CountedBuyer{}
	for _, m := range d.Buyers() {
		buyer := models.CountedBuyer{Organisation: m.OrganisationID, Lead: m.Lead}
		if v, voted := standing[m.OrganisationID]; voted {
			buyer.Vote, buyer.Choice = v.ID, v.Choice
		} else {
			buyer.Recused = b.Recused(d, m.OrganisationID)
		}
		all = append(all, buyer)
	}
	return all
}

// standing returns the last vote of each organisation that counts.
func (b Ballot) standing(d models.Dossier, votes []models.Vote) map[models.ID]models.Vote {
	cast := slices.DeleteFunc(slices.Clone(votes), func(v models.Vote) bool {
		return v.VoidedAt != nil || v.Digest != b.Digest || !b.Counts(d, v.PersonID)
	})
	slices.SortFunc(cast, func(a, b models.Vote) int {
		return cmp.Or(a.CastAt.Compare(b.CastAt), cmp.Compare(a.ID, b.ID))
	})
	last := map[models.ID]models.Vote{}
	for _, v := range cast {
		last[v.OrganisationID] = v
	}
	return last
}

// Recused lists the board of a member if a conflict of interest keeps everybody on it from voting. A member without a
// board is not recused, nor is one whose board wrote what is decided on: it can give another person the role.
func (b Ballot) Recused(d models.Dossier, member models.ID) []models.ID {
	var board []models.ID
	for _, a := range d.Holding(models.RoleBoard) {
		if a.OrganisationID != member || slices.Contains(board, a.PersonID) {
			continue
		}
		if d.MayDecide(a.PersonID, b.Lot) == nil {
			return nil
		}
		board = append(board, a.PersonID)
	}
	return board
}
