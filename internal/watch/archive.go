package watch

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// smallFile is the size up to which a file is read before its header is
// written: what is written to it meanwhile does no harm then.
const smallFile = 1 << 20

// owner is whom files belong to in a container.
type owner struct{ uid, gid int }

// archive makes a tar of files here while it is read. What cannot be read is
// left out, and told to skipped. Closing it early ends the making.
func archive(files []Mapping, owner owner, skipped func(error)) io.ReadCloser {
	reader, writer := io.Pipe()
	go func() {
		a := &archiver{to: tar.NewWriter(writer), owner: owner, skipped: skipped}
		for _, f := range files {
			if err := a.add(f); err != nil {
				writer.CloseWithError(fmt.Errorf("%s: %w", f.Host, err))
				return
			}
		}
		writer.CloseWithError(a.to.Close())
	}()
	return reader
}

type archiver struct {
	to      *tar.Writer
	owner   owner
	skipped func(error)
}

// add writes one file. The error is of the stream, or of a file that changed
// while it was sent.
func (a *archiver) add(f Mapping) error {
	found, err := os.Lstat(f.Host)
	if err != nil {
		a.skip(err)
		return nil
	}
	link := ""
	switch {
	case found.Mode()&fs.ModeSymlink != 0:
		if link, err = os.Readlink(f.Host); err != nil {
			a.skip(err)
			return nil
		}
	case !found.Mode().IsRegular() && !found.IsDir():
		return nil // a socket, pipe or device
	}
	header, err := a.header(f, found, link)
	if err != nil || !found.Mode().IsRegular() {
		return a.write(header, nil, err)
	}
	file, err := os.Open(f.Host)
	if err != nil {
		a.skip(err)
		return nil
	}
	defer file.Close()
	return a.content(header, file)
}

// skip leaves a file out. One that is gone meanwhile is the next batch's.
func (a *archiver) skip(err error) {
	if !absent(err) {
		a.skipped(err)
	}
}

func (a *archiver) content(header *tar.Header, file io.Reader) error {
	if header.Size > smallFile {
		return a.write(header, io.LimitReader(file, header.Size), nil)
	}
	content, err := io.ReadAll(io.LimitReader(file, 8*smallFile))
	if err != nil {
		a.skip(err)
		return nil
	}
	header.Size = int64(len(content))
	return a.write(header, bytes.NewReader(content), nil)
}

func (a *archiver) write(header *tar.Header, content io.Reader, err error) error {
	if err == nil {
		err = a.to.WriteHeader(header)
	}
	if err == nil && content != nil {
		_, err = io.Copy(a.to, content)
	}
	if err == nil {
		err = a.to.Flush() // it says if the file has become shorter
	}
	return err
}

func (a *archiver) header(f Mapping, found fs.FileInfo, link string) (*tar.Header, error) {
	header, err := tar.FileInfoHeader(found, filepath.ToSlash(link))
	if err != nil {
		return nil, err
	}
	header.Name = strings.TrimPrefix(f.Target, "/")
	header.Uid, header.Gid, header.Uname, header.Gname = a.owner.uid, a.owner.gid, "", ""
	header.AccessTime, header.ChangeTime = time.Time{}, time.Time{}
	header.Format = tar.FormatPAX // the only one with parts of seconds
	if runtime.GOOS == "windows" {
		header.Mode |= 0o111
	}
	return header, nil
}
