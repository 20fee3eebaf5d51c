package project

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/stackctl/stack/state"
)

const (
	// defaultMode is the mode of a config or secret that has none of its own.
	defaultMode = 0o444
	// folderMode is that of a folder, and of a file that can be executed.
	folderMode = 0o555
	// heldLimit is how much of a config or secret is kept to be written into
	// containers: what is larger can be mounted only.
	heldLimit = 16 << 20
)

// heldFile is a file that is made of its content alone.
func heldFile(content []byte) state.File {
	return state.File{Mode: defaultMode, Digest: digestOf(content), Content: content}
}

// withMode gives a file, or all that is in a directory, another mode. Whoever
// may read a directory may enter it.
func withMode(file state.File, mode uint32) state.File {
	file.Mode = mode
	if file.Dir {
		file.Mode |= mode & defaultMode >> 2
	}
	tree := file.Tree
	file.Tree = nil
	for _, entry := range tree {
		file.Tree = append(file.Tree, withMode(entry, mode))
	}
	return file
}

// readSource reads a file or directory of this machine. The error is of one
// that cannot be found; one that cannot be read says so itself.
//
// A file that may be executed here can be executed there.
func readSource(name string) (state.File, error) {
	s, err := os.Stat(name)
	if err != nil {
		return state.File{Source: name, Mode: defaultMode}, err
	}
	r := &reader{left: heldLimit}
	var file state.File
	if s.IsDir() {
		file = r.directory(name)
	} else {
		file = r.regular(name, s)
	}
	file.Source, file.Unread = name, r.unread
	return file, nil
}

// ReadFile reads a file or directory that holds a config or secret.
func ReadFile(name string) (state.File, error) { return readSource(name) }

// reader reads files until it has kept enough.
type reader struct {
	left   int64
	unread string // the first reason why something cannot be copied
}

func (r *reader) refuse(format string, args ...any) {
	if r.unread == "" {
		r.unread = fmt.Sprintf(format, args...)
	}
}

// regular reads a file and takes its digest, which stays empty if it cannot be
// read. It keeps the content of one that is not too large.
func (r *reader) regular(name string, s fs.FileInfo) state.File {
	file := state.File{Mode: defaultMode}
	if s.Mode().Perm()&0o111 != 0 {
		file.Mode = folderMode
	}
	if !s.Mode().IsRegular() {
		r.refuse("%s is not a regular file", name)
		return file
	}
	f, err := os.Open(name)
	if err != nil {
		r.refuse("%v", err)
		return file
	}
	defer f.Close()
	h := sha256.New()
	file.Content, err = io.ReadAll(io.TeeReader(io.LimitReader(f, r.left+1), h))
	if r.left -= int64(len(file.Content)); r.left < 0 {
		r.left, file.Content = 0, nil
		r.refuse("%s is larger than %d MiB", name, heldLimit>>20)
		if err == nil {
			_, err = io.Copy(h, f)
		}
	}
	if err != nil {
		r.refuse("%v", err)
		return file
	}
	file.Digest = sum(h)
	return file
}

// directory reads all that is in a directory. Its digest is made of the names
// and digests of the files, and stays empty if one of them has none.
func (r *reader) directory(root string) state.File {
	dir := state.File{Dir: true, Mode: folderMode}
	h := sha256.New()
	blind := false
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, found fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		if found.IsDir() {
			dir.Tree = append(dir.Tree, state.File{Target: name, Dir: true, Mode: folderMode})
			return nil
		}
		full := filepath.Join(root, filepath.FromSlash(name))
		s, err := os.Stat(full)
		if err != nil || !s.Mode().IsRegular() { // a link to nowhere, a socket, …
			r.refuse("%s is not a regular file", full)
			return nil
		}
		entry := r.regular(full, s)
		entry.Target = name
		dir.Tree = append(dir.Tree, entry)
		blind = blind || entry.Digest == ""
		_, err = fmt.Fprintf(h, "%q %s\n", name, entry.Digest)
		return err
	})
	if err != nil {
		r.refuse("%v", err)
		blind = true
	}
	if !blind {
		dir.Digest = sum(h)
	}
	return dir
}

func digestOf(content []byte) string {
	h := sha256.New()
	_, _ = h.Write(content) // a hash never fails to write
	return sum(h)
}

func sum(h hash.Hash) string { return "sha256:" + hex.EncodeToString(h.Sum(nil)) }
