// Package publication says what everybody may read of a procurement from its publication on, and what is still missing
// of it before (Directive 2014/24/EU, Article 53(1)).
package publication

import (
	"cmp"
	"slices"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/rules/calendar"
	"github.com/ppi-engine/ppi/rules/evaluation"
	"github.com/ppi-engine/ppi/rules/procedure"
	"github.com/ppi-engine/ppi/rules/timelimit"
)

// Pack composes the tender pack of lots as the record is now, with all that the contract notice says of them: of lots
// that are published, with the deadline of their last box; of others, with the deadline that their first box is to
// have. The documents are those that were uploaded for tenderers; the address is that of the API, or empty for paths.
func Pack(d models.Dossier, lots []models.Lot, uploaded []models.Document, address string) models.TenderPack {
	p, n := d.Procurement, evaluation.ComposeContractNotice(d, lots)
	pack := models.TenderPack{
		Procurement: p.ID, Mode: p.Mode, Title: p.Title, Description: p.Description, Languages: p.Languages,
		Directive: n.TimeLimits.Directive, Claims: n.TimeLimits.Claims, PublishedAt: d.Now.UTC(), Openers: n.Openers,
		Law: n.ApplicableLaw, LotLimits: n.LotLimits, Conformance: n.Conformance, Follows: n.Follows, Review: n.Review,
		At: models.PackAt(address, p.ID),
	}
	for _, document := range uploaded {
		pack.Documents = append(pack.Documents, document.InPack(address))
	}
	way, err := procedure.Of(d)
	if err == nil {
		pack.Procedure, pack.Source = way.Name, way.Source
	}
	for _, b := range n.Buyers {
		pack.Buyers = append(pack.Buyers, models.PackBuyer(b))
	}
	for i, lot := range lots {
		pack.Lots = append(pack.Lots, packLot(d, way, lot, n.Lots[i]))
	}
	if decision, ok := latest[models.LotsDecision](d, models.EntryLotsDecision); ok && !decision.Divided {
		pack.NotDivided = decision.Reasons
	}
	pack.Requirements = packRequirements(d, lots)
	if clauses, ok := latest[models.Clauses](d, models.EntryClauses); ok {
		pack.Clauses = []models.Clauses{clauses}
	}
	for _, e := range d.Of(models.EntryGlossary) {
		if g, ok := models.BodyOf[models.Glossary](e); ok {
			pack.Glossary = append(pack.Glossary, g.Terms...)
		}
	}
	return pack
}

// Uploaded are the documents that were uploaded, without those that render the record.
func Uploaded(documents []models.Document) []models.Document {
	return slices.DeleteFunc(slices.Clone(documents), func(d models.Document) bool { return d.Rendering != "" })
}

func packLot(d models.Dossier, way models.Procedure, lot models.Lot, n evaluation.NoticeLot) models.PackLot {
	shown := models.PackLot{
		Lot: lot.ID, Number: lot.Number, Title: lot.Title, Description: lot.Description, Criteria: n.Criteria,
		Selection: n.Selection, Conduct: n.Conduct, Partnership: n.Partnership, Framework: n.Framework,
	}
	box := lot.Box()
	if !lot.Published() && len(way.Stages) > 0 {
		box = planned(d, way.First(), lot)
	}
	shown.HandsIn = box.HandsIn
	shown.Deadline, shown.Local, shown.Zone = box.Deadline.UTC(), box.DeadlineLocal, box.DeadlineZone
	if f, known := timelimit.Governing(d); known && !box.Deadline.IsZero() {
		if due, err := f.AnswersDue(box); err == nil {
			shown.AnswersBy = due.LastDay.String()
		}
		if over, err := f.QuestionsOver(box); err == nil {
			over = over.UTC()
			shown.QuestionsUntil = &over
		}
	}
	return shown
}

// planned is the box that the lot is to have; without a deadline that can be read, one without.
func planned(d models.Dossier, stage models.Stage, lot models.Lot) models.Box {
	box := models.Box{
		HandsIn: stage.HandsIn, OpenedAt: d.Now, DeadlineLocal: lot.DeadlineLocal, DeadlineZone: lot.DeadlineZone,
	}
	if at, err := calendar.Instant("/deadline", lot.DeadlineLocal, lot.DeadlineZone); err == nil {
		box.Deadline = at
	}
	return box
}

// packRequirements are those that are part of the tender and apply to one of the lots, by code.
func packRequirements(d models.Dossier, lots []models.Lot) []models.PackRequirement {
	all := []models.PackRequirement{}
	for _, r := range required(d) {
		var numbers []int
		for _, lot := range lots {
			if r.AppliesTo(lot.ID) {
				numbers = append(numbers, lot.Number)
			}
		}
		if len(numbers) == 0 {
			continue
		}
		all = append(all, models.PackRequirement{
			Code: r.Code, Statement: r.Statement, Type: r.Type, Use: r.Use, Minimum: r.Minimum,
			Verification: r.Verification, Lots: numbers,
		})
	}
	slices.SortFunc(all, func(a, b models.PackRequirement) int {
		return cmp.Or(cmp.Compare(len(a.Code), len(b.Code)), cmp.Compare(a.Code, b.Code))
	})
	return all
}

// required are the requirements that are part of the tender.
func required(d models.Dossier) []models.Requirement {
	var all []models.Requirement
	for _, r := range d.Requirements() {
		if r.Use != models.UseNone {
			all = append(all, r.Requirement)
		}
	}
	return all
}

func latest[T any](d models.Dossier, kind models.EntryKind) (T, bool) {
	e, ok := d.Latest(kind)
	if !ok {
		var none T
		return none, false
	}
	return models.BodyOf[T](e)
}
