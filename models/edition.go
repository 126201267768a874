package models

// An Edition numbers what gates ask for. A procurement keeps the edition under which it was drafted until it ends: what
// a later release asks for is not asked of it, and its closed gates are shown as they were judged.
type Edition int

// The editions. New ones come last.
const (
	// EditionFirst is that of procurements drafted before editions were counted.
	EditionFirst Edition = iota
	// EditionNeeds also asks for end users, figures, searches, standards, a preliminary business case and an answer to
	// what differs between buyers; and for each buyer's budget approval before the notice and of the result.
	EditionNeeds
)

// EditionNow is the edition under which procurements are drafted.
const EditionNow = EditionNeeds
