package rig

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/views/audit"
)

// Follow compares tables of the record with its events.
func (r *Rig) Follow(ctx context.Context, tables ...string) (audit.Report, error) {
	return audit.Follow(ctx, r.Store, tables...)
}

// CheckFollowed tells of the first rows of the record that do not follow from its events. Rows of the tables that a
// test prepared without events do not count.
func (r *Rig) CheckFollowed(ctx context.Context, prepared ...string) (audit.Report, error) {
	return CheckFollowed(ctx, r.Store, prepared...)
}

// CheckFollowed does the same for a record without a rig.
func CheckFollowed(ctx context.Context, record *store.Store, prepared ...string) (audit.Report, error) {
	var others []string
	platform, procurement := store.FollowedTables()
	for _, t := range slices.Concat(platform, procurement) {
		if !slices.Contains(prepared, t.Name) {
			others = append(others, t.Name)
		}
	}
	report, err := audit.Follow(ctx, record, others...)
	if err == nil {
		err = report.CompareReleases(ctx, record)
	}
	if err == nil {
		err = report.CompareFiles(ctx, record, func(audit.Files) {})
	}
	if err != nil || report.Valid() {
		return report, err
	}
	shown, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return report, fmt.Errorf("render report: %w", err)
	}
	return report, fmt.Errorf("the record does not follow from its events: %s", shown)
}
