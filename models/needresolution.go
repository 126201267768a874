package models

import "slices"

// EntryNeedResolution says what the buyers do about needs that contradict or repeat each other.
const EntryNeedResolution EntryKind = "need_resolution"

// What is done about a finding on the needs of several buyers. Needs that are restated or withdrawn are no finding any
// more, and need no resolution.
const (
	ResolvedMerged = "merged"
	ResolvedKept   = "kept"
	ResolvedLot    = "lot"
	ResolvedOption = "option"
)

// A NeedResolution says what is done about a finding. It holds for the texts that the finding names by its digest: once
// one of them changes, the finding is open again.
type NeedResolution struct {
	Finding string `json:"finding" minLength:"1" maxLength:"400" doc:"Key of the finding"`
	Digest  string `json:"digest" pattern:"^[0-9a-f]{64}$" doc:"Digest of the finding, as read"`
	Outcome string `json:"outcome" enum:"merged,kept,lot,option" doc:"What is done about it"`
	Into    ID     `json:"into,omitempty" doc:"Of a merger: the need that covers both"`
	Reason  string `json:"reason" minLength:"1" maxLength:"8000"`
}

// Check refuses a resolution without reason, and a merger into nothing.
func (r NeedResolution) Check() error {
	faults := slices.Concat(
		compact(checkWord("/finding", r.Finding, 400), checkWord("/reason", r.Reason, 8000)),
		checkDigest("/digest", r.Digest),
		checkOneOf("/outcome", r.Outcome, ResolvedMerged, ResolvedKept, ResolvedLot, ResolvedOption))
	switch {
	case r.Outcome == ResolvedMerged:
		faults = append(faults, checkID("/into", r.Into, PrefixEntry)...)
	case r.Into != "":
		faults = append(faults, Refuse(CodeInvalidValue, "/into", "only a merger is into another need").
			Accepting("no ID, or the outcome %s", ResolvedMerged))
	}
	return Refusals(faults)
}

// Subject names the finding and the texts that it is on: it is resolved once.
func (r NeedResolution) Subject() string { return r.Finding + "@" + r.Digest }
