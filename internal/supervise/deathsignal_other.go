//go:build !linux

package supervise

import "syscall"

// Other kernels have no parent death signal: there a child that must not outlive
// us watches the end of its standard input.
func setParentDeathSignal(*syscall.SysProcAttr, syscall.Signal) {}
