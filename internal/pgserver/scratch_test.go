package pgserver

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/supervise"
)

func TestOnlyAbandonedScratchIsRemoved(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	made := func(name string, age time.Duration) string {
		dir := filepath.Join(parent, name)
		require.NoError(t, os.MkdirAll(filepath.Join(dir, "data"), 0o700))
		then := time.Now().Add(-age)
		require.NoError(t, os.Chtimes(dir, then, then))
		return dir
	}
	used, fresh, foreign := made("ppi-postgres-used", 0), made("ppi-postgres-fresh", 0), made("precious", time.Hour)
	lock, err := supervise.LockDir(used)
	require.NoError(t, err)
	defer func() { require.NoError(t, lock.Release()) }()
	require.NoError(t, os.Chtimes(used, time.Now().Add(-time.Hour), time.Now().Add(-time.Hour)))
	abandoned := made("ppi-postgres-abandoned", time.Hour)

	require.NoError(t, removeAbandoned(filepath.Join(parent, scratchPattern)))
	require.NoDirExists(t, abandoned)
	for _, dir := range []string{used, fresh, foreign} {
		require.DirExists(t, dir)
	}
}
