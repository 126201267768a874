package evaluation

import (
	"slices"

	"github.com/ppi-engine/ppi/models"
)

// MayFetch refuses the ciphertext of an envelope to openers: before two of them have opened the lot
// together, and for prices before quality is locked; where only the prices of the best are opened, for those of the
// others.
func MayFetch(d models.Dossier, tender models.ID, e models.Envelope) error {
	t, ok := d.Tendering.Tender(tender)
	if !ok {
		return models.Refuse(models.CodeNotUnsealed, "", "the tender does not stand in a closed box")
	}
	if err := d.Unsealed(t); err != nil {
		return err
	}
	if e.Kind != models.EnvelopePrice {
		return nil
	}
	if d.Tendering.BoxOf(t).QualityLockedAt == nil {
		return models.Refuse(models.CodeQualityOpen, "", "prices are opened after quality is locked").
			Accepting("the other envelopes")
	}
	return mayPrice(d, t)
}

// mayPrice refuses the price of a tender that is out before prices are opened, where only those of the best are.
func mayPrice(d models.Dossier, t models.Tender) error {
	criteria, _, _ := d.CriteriaFor(t.LotID)
	if criteria.Best == 0 {
		return nil
	}
	standing, err := QualityOf(d, t.LotID)
	if err != nil {
		return err
	}
	for _, s := range standing.Tenders {
		if s.Tender == t.ID && s.Out != "" {
			return models.Refuse(models.CodePriceSealed, "", "the price of %s is not opened: %s", s.Tenderer, s.Out).
				Accepting("the prices of the other tenders")
		}
	}
	return nil
}

// CheckOpening refuses a record by a person who did not take part in opening the lot, one of an envelope that may not
// be opened yet, a price where none belongs, and a price envelope without a price.
func CheckOpening(d models.Dossier, o models.Opening) error {
	t, _ := d.Tendering.Tender(o.TenderID)
	e, ok := t.Envelope(o.N)
	if !ok {
		return models.Refuse(models.CodeInvalidValue, "/envelope", "the tender has no envelope %d", o.N).
			Accepting("the number of an envelope of the tender")
	}
	if err := MayFetch(d, o.TenderID, e); err != nil {
		return err
	}
	decided, lot := d.Tendering.Awards[t.LotID], t.LotID
	took := slices.ContainsFunc(d.Tendering.Openers,
		func(x models.BoxOpener) bool { return x.BoxID == t.BoxID && x.PersonID == o.PersonID })
	switch {
	case !took:
		return models.Refuse(models.CodeForbidden, "", "you did not take part in opening the lot").
			Accepting("an opener who did")
	case decided.Awarded():
		return models.Refuse(models.CodeAlreadyAwarded, "", "the award of the lot is decided")
	case d.Later(t):
		return models.Refuse(models.CodeFrozen, "",
			"the candidates of the lot are decided on, so the records of the requests can no longer change")
	case e.Kind != models.EnvelopePrice && d.Tendering.BoxOf(t).QualityLockedAt != nil:
		return models.Refuse(models.CodeQualityLocked, "",
			"quality is locked, so the record of this envelope can no longer change")
	}
	return models.Refusals(append(checkFound(o), checkPrice(d, lot, e.Kind, o)...))
}

func checkFound(o models.Opening) []*models.Refusal {
	if o.Readable && !models.ValidDigest(o.PlaintextDigest) {
		return []*models.Refusal{models.Refuse(models.CodeInvalidValue, "/plaintext_digest", "this is not a digest").
			Accepting("the SHA-256 of the plaintext, in hexadecimal")}
	}
	if !o.Readable && (o.PlaintextDigest != "" || o.UploadID != "" || o.Size != 0) {
		return []*models.Refusal{models.Refuse(models.CodeInvalidValue, "/unreadable",
			"an envelope that cannot be read has no plaintext").
			Accepting("no digest, size or upload for an envelope that cannot be read")}
	}
	return nil
}

func checkPrice(d models.Dossier, lot models.ID, kind models.EnvelopeKind, o models.Opening) []*models.Refusal {
	criteria, _, _ := d.CriteriaFor(lot)
	switch {
	case kind != models.EnvelopePrice && o.Price != nil, !o.Readable && o.Price != nil:
		return []*models.Refusal{models.Refuse(models.CodeInvalidPrice, "/price",
			"a price belongs only to a price envelope that can be read").
			Accepting("no price")}
	case kind != models.EnvelopePrice || !o.Readable:
		return nil
	case o.Price == nil:
		return []*models.Refusal{models.Refuse(models.CodePriceMissing, "/price", "the price is missing").
			Accepting("the price in %s; or the exclusion of a tender without one", criteria.Currency)}
	case o.Price.Currency != criteria.Currency:
		return []*models.Refusal{models.Refuse(models.CodeInvalidPrice, "/price/currency", "prices are in %s",
			criteria.Currency)}
	}
	if refusal := o.Price.Check("/price"); refusal != nil {
		return []*models.Refusal{refusal}
	}
	return nil
}
