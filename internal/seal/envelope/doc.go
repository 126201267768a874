// Package envelope is the format of sealed tenders: how a supplier seals one, what anybody can check without a key, and
// how openers open the envelopes of a box together. No key opens a box, and nobody ever holds one.
//
// docs/sealing.md is the description that counts. The package runs in the server, in the command line and, compiled to
// WebAssembly, in a page that opens no connection; it keeps nothing and asks nobody.
//
// What it refuses it refuses as [models.Refusal]; every other error is one of reading or writing.
package envelope

// The first member of each kind of file says what it is, and in which version.
const (
	formatEnvelope = "ppi-engine.org/envelope/1"
	formatOpener   = "ppi-engine.org/opener/1"
	formatKey      = "ppi-engine.org/opener-key/1"
	formatSet      = "ppi-engine.org/opener-set/1"
	formatBox      = "ppi-engine.org/box/1"
	formatRelease  = "ppi-engine.org/release/1"
	formatRequest  = "ppi-engine.org/handover-request/1"
	formatHandover = "ppi-engine.org/handover/1"
)

// MostOpeners is how many openers a set has at most.
const MostOpeners = 20
