package memory

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

const (
	// pollInterval is how often a call that waits looks for what other
	// processes did to the file.
	pollInterval = 100 * time.Millisecond
	// keptEvents is how many events are saved, for the calls of Watch of other
	// processes.
	keptEvents = 256
)

// file is where an engine keeps its state.
type file struct {
	path string
	seen fs.FileInfo // nil before it was read or written
}

// Load returns an engine that keeps its state in a file, which need not exist.
// Every call reads the state that other processes left there and saves what it
// changed, under a lock, so that several processes can share an engine. The
// files that were written into containers are in it too: it is readable by its
// owner only.
func Load(path string, options Options) (*Memory, error) {
	if options.invalid != nil {
		return nil, options.invalid
	}
	m := New(options)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("engine's file: %w", err)
	}
	m.file = &file{path: path}
	unlock, err := m.file.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	m.world, err = m.file.refresh(m.world)
	return m, err
}

func (f *file) lock() (unlock func(), err error) {
	lock := flock.New(f.path + ".lock")
	if err := lock.Lock(); err != nil {
		return nil, fmt.Errorf("lock the engine's file: %w", err)
	}
	return func() { _ = lock.Close() }, nil
}

// refresh returns what the file has, or w when that is what it has.
func (f *file) refresh(w *world) (*world, error) {
	found, err := os.Stat(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return w, nil
	}
	if err != nil {
		return w, fmt.Errorf("engine's file: %w", err)
	}
	if f.seen != nil && os.SameFile(found, f.seen) && found.ModTime().Equal(f.seen.ModTime()) {
		return w, nil
	}
	data, err := os.ReadFile(f.path)
	if err != nil {
		return w, fmt.Errorf("engine's file: %w", err)
	}
	read := emptyWorld(w.options)
	if err := json.Unmarshal(data, read); err != nil {
		return w, fmt.Errorf("engine's file %s: %w", f.path, err)
	}
	f.seen = found
	read.index()
	return read, nil
}

// store replaces the file by one that has w, so that a reader never sees a
// part of it.
func (f *file) store(w *world) error {
	saved := *w
	saved.Events = saved.Events[max(0, len(saved.Events)-keptEvents):]
	data, err := json.Marshal(saved)
	if err != nil {
		return fmt.Errorf("save the engine's state: %w", err)
	}
	if err := f.replace(data); err != nil {
		return fmt.Errorf("save the engine's state: %w", err)
	}
	return nil
}

func (f *file) replace(data []byte) (err error) {
	temporary, err := os.CreateTemp(filepath.Dir(f.path), filepath.Base(f.path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temporary.Name()) // what failed first is told
		}
	}()
	_, err = temporary.Write(data)
	if closed := temporary.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(temporary.Name(), f.path)
	}
	if err == nil {
		f.seen, err = os.Stat(f.path)
	}
	return err
}
