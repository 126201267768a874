package temporalserver

import (
	"os"
	"os/exec"
	"path/filepath"
)

const program = "ppi-temporal"

// NotFoundError says that ppi-temporal was not found.
type NotFoundError struct{ Looked string }

func (e *NotFoundError) Error() string {
	return "no Temporal server: " + program + " is neither at " + e.Looked + " nor in PATH. " +
		"Build it in a checkout with: make build (the first time 5 to 10 minutes), or give the address of a running " +
		"Temporal server in TEMPORAL_ADDRESS"
}

// Find returns the path of ppi-temporal: configured if it is not empty, else the one beside self, the path of our own
// binary, else the one in PATH. It returns a *NotFoundError when there is none.
func Find(configured, self string) (string, error) {
	candidate := configured
	if candidate == "" {
		candidate = filepath.Join(filepath.Dir(self), program)
	}
	if info, err := os.Stat(candidate); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
		return candidate, nil
	}
	if configured == "" {
		if path, err := exec.LookPath(program); err == nil {
			return path, nil
		}
	}
	return "", &NotFoundError{Looked: candidate}
}
