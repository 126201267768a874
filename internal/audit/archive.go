package audit

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

const (
	archiveSuffix = ".checkpoint"
	archiveLatest = "latest" + archiveSuffix
	archiveMode   = 0o644

	archiveDirectoryMode = 0o755
)

// An Archive is a directory outside the database where checkpoints are kept: a person who rewrites the database cannot
// rewrite them. The empty Archive keeps nothing.
type Archive string

// Public is where checkpoints of the public log are kept: in a directory of their own in the archive.
func (a Archive) Public() Archive {
	if a == "" {
		return ""
	}
	return Archive(filepath.Join(string(a), "public"))
}

// Keep writes a checkpoint to a file of its own, named by its size, and to latest.checkpoint. It may be repeated. It
// fails when the archive has another head of the same size.
func (a Archive) Keep(c Checkpoint) error {
	if a == "" {
		return nil
	}
	if err := os.MkdirAll(string(a), archiveDirectoryMode); err != nil {
		return fmt.Errorf("keep checkpoint: %w", err)
	}
	path := filepath.Join(string(a), archiveName(c.Size))
	kept, err := os.ReadFile(path)
	switch {
	case err == nil && !sameHead(kept, c.Note):
		return fmt.Errorf("keep checkpoint: %s has another head of the same size", path)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("keep checkpoint: %w", err)
	case err != nil:
		err = writeFile(path, c.Note)
	}
	if err == nil {
		err = writeFile(filepath.Join(string(a), archiveLatest), c.Note)
	}
	if err != nil {
		return fmt.Errorf("keep checkpoint: %w", err)
	}
	return nil
}

// sameHead compares the texts of two notes without their signatures, because a second key may have signed later.
func sameHead(one, other []byte) bool {
	text := func(signed []byte) []byte {
		text, _, _ := bytes.Cut(signed, []byte("\n\n"))
		return text
	}
	return bytes.Equal(text(one), text(other))
}

// Latest returns the newest checkpoint without verifying its signature; when the archive is empty, it returns the zero
// Checkpoint, of size 0.
func (a Archive) Latest() (Checkpoint, error) {
	if a == "" {
		return Checkpoint{}, nil
	}
	signed, err := os.ReadFile(filepath.Join(string(a), archiveLatest))
	if errors.Is(err, fs.ErrNotExist) {
		return Checkpoint{}, nil
	}
	if err != nil {
		return Checkpoint{}, fmt.Errorf("read checkpoint: %w", err)
	}
	return ReadCheckpoint(signed, nil)
}

// Heads returns all checkpoints of the archive without verifying their signatures, the smallest first.
func (a Archive) Heads() ([]Checkpoint, error) {
	if a == "" {
		return nil, nil
	}
	paths, err := filepath.Glob(filepath.Join(string(a), "[0-9]*"+archiveSuffix))
	if err != nil {
		return nil, fmt.Errorf("list checkpoints: %w", err)
	}
	heads := make([]Checkpoint, len(paths))
	for i, path := range paths { // names have as many digits each, so they are in order
		signed, err := os.ReadFile(path)
		if err == nil {
			heads[i], err = ReadCheckpoint(signed, nil)
		}
		if err != nil {
			return nil, fmt.Errorf("read checkpoint %s: %w", path, err)
		}
	}
	return heads, nil
}

// SetAside moves the checkpoints of more than size entries into a directory of the archive, where they stay as evidence
// that those entries were there. The newest of the others becomes the latest. It may be repeated.
func (a Archive) SetAside(size int64, directory string) error {
	heads, err := a.Heads()
	if err != nil {
		return err
	}
	aside := filepath.Join(string(a), directory)
	if err := os.MkdirAll(aside, archiveDirectoryMode); err != nil {
		return fmt.Errorf("set checkpoints aside: %w", err)
	}
	latest := filepath.Join(string(a), archiveLatest)
	kept := slices.DeleteFunc(slices.Clone(heads), func(c Checkpoint) bool { return c.Size > size })
	if len(kept) > 0 {
		err = writeFile(latest, kept[len(kept)-1].Note)
	} else if err = os.Remove(latest); errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	for _, lost := range heads[len(kept):] {
		name := archiveName(lost.Size)
		err = errors.Join(err, os.Rename(filepath.Join(string(a), name), filepath.Join(aside, name)))
	}
	if err == nil {
		err = errors.Join(syncDirectory(aside), syncDirectory(string(a)))
	}
	if err != nil {
		return fmt.Errorf("set checkpoints aside: %w", err)
	}
	return nil
}

func archiveName(size int64) string { return fmt.Sprintf("%020d%s", size, archiveSuffix) }

// writeFile replaces a file as a whole; the content is on the disk before it returns.
func writeFile(path string, content []byte) (err error) {
	directory := filepath.Dir(path)
	draft, err := os.CreateTemp(directory, ".draft-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(draft.Name())
		}
	}()
	_, wrote := draft.Write(content)
	if err := errors.Join(wrote, draft.Chmod(archiveMode), draft.Sync(), draft.Close()); err != nil {
		return err
	}
	if err := os.Rename(draft.Name(), path); err != nil {
		return err
	}
	return syncDirectory(directory)
}

func syncDirectory(path string) error {
	directory, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(directory.Sync(), directory.Close())
}
