// Package eligibility judges a consortium by the rules of the call that co-finances it.
//
// The rules of a call are dated data, one file under profiles/ for each call. The engine knows kinds of rule (a least
// number of contracting authorities, a membership by a date, a share of activities…) and nothing of any call. Every
// rule names its source; what no source says is absent, never invented, and a file with a rule that lacks one, or with
// a field the engine does not know, is refused.
//
// What a call says of the consortium itself applies at every gate, because a member may leave at any time ([Judge]).
// What it says of the action applied for and of quotas is bound to the gate of the phase that settles it, mostly
// capacity ([JudgeAt]). What the record does not say is unknown, which blocks a gate like a condition that is not met.
package eligibility
