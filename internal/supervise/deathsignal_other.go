//go:build !linux

package supervise

import "syscall"

// Other kernels have no parent death signal. There a child that must not outlive us watches for the end of its standard
// input.
func setParentDeathSignal(*syscall.SysProcAttr, syscall.Signal) {}
