package main

import (
	"fmt"
	"runtime"
)

// version is set by the linker.
var version = "devel"

type versionCommand struct{}

func (versionCommand) Run(inv *invocation) error {
	fmt.Fprintf(inv.stdout, "ppi %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}
