package replay

import "github.com/ppi-engine/ppi/models/event"

// record carries events about the record itself.
func (f fold) record(payload event.Payload) bool {
	switch p := payload.(type) {
	case event.RecordAdopted:
		for _, row := range p.Rows {
			if row.Absent {
				f.remove(row.Table, row.Key)
				continue
			}
			columns := told{}
			for _, c := range row.Columns {
				columns[c.Name] = c.Value
			}
			f.put(row.Table, row.Key, columns)
		}
	case event.PartErased:
		f.erased[p.EventID] = f.ID
	default:
		return false
	}
	return true
}
