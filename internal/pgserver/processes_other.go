//go:build !linux

package pgserver

// Without /proc we cannot tell whose a process is, so nothing is touched and
// PostgreSQL's own refusal stands.

func worksElsewhere(int, string) bool { return false }

func killServerProcesses(string) {}
