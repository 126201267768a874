package audit

import (
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// A Tree is a Merkle tree (RFC 6962 §2.1) reduced to its right edge: enough to append leaves and to know the root. It
// is a value; the zero Tree is empty.
type Tree struct {
	size int64
	// edge is the roots of the complete subtrees of the tree, largest first: one for each bit that is set in size.
	edge []tlog.Hash
}

// A Node is an inner node that has become complete and will never change.
type Node struct {
	Place
	Hash tlog.Hash
}

// A Place is where a complete subtree is: its root is node N of the level; level 0 is the leaves.
type Place struct {
	Level int16
	N     int64
}

// Edge returns the places of the complete subtrees of a tree of the given size, largest first. Their hashes make a
// [Tree].
func Edge(size int64) []Place {
	const highest = 62
	var places []Place
	for level := int16(highest); level >= 0; level-- {
		if size>>level&1 == 1 {
			places = append(places, Place{Level: level, N: size>>level - 1})
		}
	}
	return places
}

// NewTree rebuilds a tree from the hashes at its [Edge].
func NewTree(size int64, edge []tlog.Hash) (Tree, error) {
	if size < 0 || len(edge) != len(Edge(size)) {
		return Tree{}, fmt.Errorf("rebuild tree of %d leaves: %d hashes do not make its edge", size, len(edge))
	}
	return Tree{size: size, edge: edge}, nil
}

// Size returns the number of leaves.
func (t Tree) Size() int64 { return t.size }

// EdgeHashes are the hashes at its [Edge].
func (t Tree) EdgeHashes() []tlog.Hash { return slices.Clone(t.edge) }

// Append returns the tree with one more leaf, and the inner nodes that the leaf completes, lowest first.
func (t Tree) Append(leaf tlog.Hash) (Tree, []Node) {
	var completed []Node
	hash, last := leaf, len(t.edge)
	for level := int16(1); t.size>>(level-1)&1 == 1; level++ {
		last--
		hash = tlog.NodeHash(t.edge[last], hash)
		completed = append(completed, Node{Place: Place{Level: level, N: t.size >> level}, Hash: hash})
	}
	return Tree{size: t.size + 1, edge: append(t.edge[:last:last], hash)}, completed
}

// Root returns the root hash; for the empty tree it is the hash of no bytes (RFC 6962 §2.1).
func (t Tree) Root() tlog.Hash {
	if t.size == 0 {
		empty, _ := tlog.TreeHash(0, nil)
		return empty
	}
	root := t.edge[len(t.edge)-1]
	for i := len(t.edge) - 2; i >= 0; i-- {
		root = tlog.NodeHash(t.edge[i], root)
	}
	return root
}
