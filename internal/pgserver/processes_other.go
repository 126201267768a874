//go:build !linux

package pgserver

// Without /proc we cannot tell to which server a process belongs, so nothing is killed and PostgreSQL refuses to start.

func worksElsewhere(int, string) bool { return false }

func killServerProcesses(string) {}
