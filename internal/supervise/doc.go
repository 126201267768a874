// Package supervise keeps the parts of a standalone engine running: it starts each part after those that it needs,
// restarts one that dies, and stops all of them in reverse order within bounded times.
package supervise
