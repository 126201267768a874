package acts

import (
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// agreementInForce records that a signature was the last one, which brings a version of the agreement into force.
func (d *deed) agreementInForce(before models.Dossier, signature models.Entry) error {
	after := before
	after.Entries = append(append([]models.Entry{}, before.Entries...), signature)
	force, ok := after.AgreementInForce()
	if was, had := before.AgreementInForce(); !ok || (had && was.AgreementReference == force.AgreementReference) {
		return nil
	}
	about := event.AgreementInForce{
		EntryID: force.Entry, Version: force.Version, Digest: force.Digest, Terms: force.Agreement.VotingTerms,
	}
	if about.Terms.Rule == models.RuleWeighted {
		for _, m := range after.Buyers() {
			about.Weights = append(about.Weights, event.PartyWeight{
				OrganisationID: m.OrganisationID, Weight: force.Agreement.Weight(m.OrganisationID),
			})
		}
	}
	return d.record(about)
}
