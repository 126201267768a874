package event

import (
	"fmt"

	"github.com/ppi-engine/ppi/models"
)

// RecordAdopted is the payload of record.adopted.
type RecordAdopted struct {
	Rows []AdoptedRow `json:"rows" doc:"The rows that stood, or were missing, when it was recorded"`

	parts []KeptPart
}

// Withhold adopts a column of which events tell only the salted digest, which it returns.
func (p *RecordAdopted) Withhold(content any) (string, error) {
	part, err := NewPart(content)
	if err != nil {
		return "", err
	}
	p.parts = append(p.parts, KeptPart{fmt.Sprintf("part%d", len(p.parts)+1), part.salt, part.content})
	return part.digest, nil
}

// An AdoptedRow is a row of a table that did not follow from the events before.
type AdoptedRow struct {
	Table   string          `json:"table" doc:"The table"`
	Key     string          `json:"key" doc:"The row's key"`
	Columns []AdoptedColumn `json:"columns,omitempty" doc:"What its columns hold"`
	Absent  bool            `json:"absent,omitempty" doc:"Whether earlier events tell of the row, and it is not there"`
}

// An AdoptedColumn is what a column of an adopted row holds.
type AdoptedColumn struct {
	Name  string `json:"name" doc:"The column"`
	Value string `json:"value" doc:"What it holds as text, or the salted digest of what is withheld"`

	Contradicts bool `json:"contradicts,omitempty" doc:"Whether an earlier event told otherwise"`
}

// PartErased is the payload of part.erased.
type PartErased struct {
	EventID models.ID `json:"event_id" doc:"The event whose part was erased"`
	Part    string    `json:"part" doc:"The name of the part in the payload of the event"`
	Basis   string    `json:"basis" doc:"Code of why it was erased: retention_over"`
}

// BasisRetentionOver is why a part is erased once its procurement's record need not be kept any more.
const BasisRetentionOver = "retention_over"

func (RecordAdopted) event() {}
func (PartErased) event()    {}
