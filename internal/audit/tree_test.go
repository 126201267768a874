package audit_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/ppi-engine/ppi/internal/audit"
)

func TestTheTreeIsThatOfTheLibrary(t *testing.T) {
	t.Parallel()
	var tree audit.Tree
	var stored []tlog.Hash
	nodes := map[audit.Place]tlog.Hash{}
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			hashes[i] = stored[index]
		}
		return hashes, nil
	})
	for n := range int64(300) {
		want, err := tlog.TreeHash(n, reader)
		require.NoError(t, err)
		require.Equal(t, want, tree.Root(), "root of %d leaves", n)

		edge := audit.Edge(n)
		hashes := make([]tlog.Hash, len(edge))
		for i, place := range edge {
			hashes[i] = nodes[place]
		}
		rebuilt, err := audit.NewTree(n, hashes)
		require.NoError(t, err)
		require.Equal(t, want, rebuilt.Root(), "root of %d leaves, rebuilt", n)

		leaf := tlog.RecordHash([]byte{byte(n), byte(n >> 8)})
		library, err := tlog.StoredHashesForRecordHash(n, leaf, reader)
		require.NoError(t, err)
		nodes[audit.Place{Level: 0, N: n}] = leaf
		grown, completed := rebuilt.Append(leaf)
		require.Len(t, completed, len(library)-1)
		for i, node := range completed {
			nodes[node.Place] = node.Hash
			require.Equal(t, library[i+1], node.Hash)
			require.Equal(t, tlog.StoredHashIndex(int(node.Level), node.N), int64(len(stored)+i+1))
		}
		stored = append(stored, library...)
		tree = grown
	}
}

func TestACopyOfATreeGrowsByItself(t *testing.T) {
	t.Parallel()
	leaf := func(b byte) tlog.Hash { return tlog.RecordHash([]byte{b}) }
	var tree audit.Tree
	for i := range 6 {
		tree, _ = tree.Append(leaf(byte(i)))
	}
	root := tree.Root()
	for i := range 3 {
		grown, _ := tree.Append(leaf(byte(100 + i)))
		require.NotEqual(t, root, grown.Root())
	}
	require.Equal(t, root, tree.Root())
	_, err := audit.NewTree(6, []tlog.Hash{leaf(1)})
	require.Error(t, err)
}
