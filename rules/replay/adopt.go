package replay

import (
	"strings"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
)

// record carries events about the record itself.
func (f fold) record(payload event.Payload) bool {
	switch p := payload.(type) {
	case event.RecordAdopted:
		if f.judgeAdoption(p) == "" {
			f.adopt(p)
		}
	case event.PartErased:
		if f.judgeErasure(p) == "" {
			f.erased[p.EventID] = f.ID
		}
	default:
		return false
	}
	return true
}

func (f fold) adopt(p event.RecordAdopted) {
	for _, row := range p.Rows {
		f.Adopted++
		if row.Absent {
			f.Contradicted++
			f.remove(row.Table, row.Key)
			continue
		}
		columns, otherwise := told{}, false
		if row.Table == Members && f.rows[Members][row.Key] == nil {
			columns["kind"] = kindOf("") // it was adopted before there were partners, or names its kind below
		}
		if row.Table == Procurements && f.rows[Procurements][row.Key] == nil {
			columns["edition"] = int(models.EditionFirst) // or names its edition below
		}
		for _, c := range row.Columns {
			columns[c.Name] = c.Value
			otherwise = otherwise || c.Contradicts
		}
		if otherwise {
			f.Contradicted++
		}
		f.put(row.Table, row.Key, columns)
		if locked, told := columns["quality_locked_at"]; told && row.Table == LotAwards {
			f.lockedEarlier(models.ID(row.Key), locked)
		}
	}
}

// lockedEarlier moves the lock on quality from the row of a lot, where earlier releases kept it, to that of its box.
func (f fold) lockedEarlier(lot models.ID, at any) {
	delete(f.rows[LotAwards][string(lot)], "quality_locked_at")
	if box := f.evaluated(lot); box != "" {
		f.put(Boxes, box, told{"quality_locked_at": at})
	}
}

// judgeAdoption takes an adoption only from the transaction in which the record of an earlier release was adopted.
func (f fold) judgeAdoption(p event.RecordAdopted) string {
	for _, row := range p.Rows {
		if strings.HasPrefix(row.Table, hidden) {
			return "what is no row of a table was adopted"
		}
	}
	if f.adoption == 0 || f.adoption != f.Transaction {
		return "rows were adopted that stood when no record of an earlier release was adopted"
	}
	return ""
}

// judgeErasure takes an erasure only after the end of the procurement, and of words of people only.
func (f fold) judgeErasure(p event.PartErased) string {
	ended := f.value(Procurements, string(f.ProcurementID), "ended_at")
	switch {
	case ended == "":
		return "a part was erased, and the procurement had not ended"
	case p.Part != "reason" && p.Part != "body":
		return "the part " + p.Part + " was erased, which is to be kept"
	}
	return ""
}
