//go:build !linux

package pgserver

import "os"

func scratchParents() []string { return []string{os.TempDir()} }
