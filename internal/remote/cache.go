package remote

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// cached is the folder of what is kept of an address under a name, which stands
// for one content for good. What is not there is made by fill, in a folder
// beside it, so that nobody sees half of it.
func (o Options) cached(address, kind, name string, fill func(dir string) error) (string, error) {
	folder, err := o.kept(kind)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(folder, name)
	if isDir(dir) {
		return dir, nil
	}
	if o.Offline {
		return "", errors.New("it is not in the cache, and nobody may be asked for it now")
	}
	if o.Say != nil {
		o.Say("fetching " + redactURLs(address))
	}
	sweep(folder)
	making, err := os.MkdirTemp(folder, unfinished)
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(making) }() // after the rename there is none
	if err := fill(making); err != nil {
		return "", err
	}
	// Containers of other users may be given what is in it.
	if err := os.Chmod(making, 0o755); err != nil {
		return "", err
	}
	if err := os.Rename(making, dir); err != nil && !isDir(dir) { // somebody else was quicker
		return "", err
	}
	return dir, nil
}

// unfinished is the pattern of folders that are being made.
const unfinished = ".making-*"

// sweep removes what runs that were killed have left unfinished.
func sweep(folder string) {
	left, _ := filepath.Glob(filepath.Join(folder, unfinished))
	for _, dir := range left {
		if found, err := os.Stat(dir); err == nil && time.Since(found.ModTime()) > 24*time.Hour {
			_ = os.RemoveAll(dir) // it is tried again the next time
		}
	}
}

// kept is the folder of one kind of copies. Nobody else may write there: what
// is in it decides what is run.
func (o Options) kept(kind string) (string, error) {
	folder := filepath.Join(o.Cache, kind)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", fmt.Errorf("cache of compose files: %w", err)
	}
	for _, dir := range []string{o.Cache, folder} {
		found, err := os.Stat(dir)
		if err != nil {
			return "", fmt.Errorf("cache of compose files: %w", err)
		}
		if !ours(found) {
			return "", fmt.Errorf("cache of compose files: others can write to %s: remove it, or set XDG_CACHE_HOME", dir)
		}
	}
	return folder, nil
}

func isDir(path string) bool {
	found, err := os.Stat(path)
	return err == nil && found.IsDir()
}

// isFile is true for a file, and for a link to one.
func isFile(path string) bool {
	found, err := os.Stat(path)
	return err == nil && !found.IsDir()
}
