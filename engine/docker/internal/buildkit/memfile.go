package buildkit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"io/fs"

	"github.com/tonistiigi/fsutil"
	fstypes "github.com/tonistiigi/fsutil/types"
)

// memFile is a folder with one file, which is in memory.
type memFile struct {
	name    string
	content []byte
}

func fileOf(name string, content []byte) fsutil.FS { return memFile{name, content} }

// Walk visits the file.
func (f memFile) Walk(_ context.Context, target string, visit fs.WalkDirFunc) error {
	if target != "" && target != "." && target != "/" && target != f.name {
		return nil
	}
	stat := &fstypes.Stat{Path: f.name, Mode: 0o644, Size: int64(len(f.content)), ModTime: f.modTime()}
	return visit(f.name, &fsutil.DirEntryInfo{Stat: stat}, nil)
}

// modTime is a time that only this content has: by size and time BuildKit tells
// whether the file that an earlier build sent is still good.
func (f memFile) modTime() int64 {
	sum := sha256.Sum256(f.content)
	return int64(binary.BigEndian.Uint64(sum[:8]) >> 2) // nanoseconds, before 2117
}

// Open opens the file.
func (f memFile) Open(name string) (io.ReadCloser, error) {
	if name != f.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return io.NopCloser(bytes.NewReader(f.content)), nil
}
