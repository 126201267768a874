package api

import (
	"time"

	"github.com/ppi-engine/ppi/models"
)

// ProcurementPath is embedded by the inputs of operations on a procurement. The guard has already read and judged the
// ID; see [rest.Procurement].
type ProcurementPath struct {
	Procurement string `path:"procurement" doc:"ID of the procurement"`
}

// utc is an instant as it is stored and shown: in UTC, to the microsecond.
func utc(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

func utcOrNil(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := utc(*t)
	return &u
}

// pathID reads an ID from the path; it refuses what is not an ID as a resource that does not exist.
func pathID(prefix models.Prefix, parameter, s string) (models.ID, error) {
	id, err := models.ParseID(prefix, parameter, s)
	if err != nil {
		return "", models.Refuse(models.CodeNotFound, parameter, "there is no such resource").
			Accepting("%s_ followed by a UUID version 7 in lower case", prefix)
	}
	return id, nil
}
