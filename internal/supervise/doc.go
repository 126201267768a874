// Package supervise keeps the parts of a standalone engine running: it starts
// them in the order of what they need, restarts one that dies, and stops all of
// them in reverse order within bounded times.
package supervise
