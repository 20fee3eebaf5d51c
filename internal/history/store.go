package history

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// Store holds the revisions of one project on one engine.
type Store struct{ dir string }

// In returns the store in a folder, which is made when something is added.
func In(dir string) *Store { return &Store{dir: dir} }

// Last returns the newest revision, and false if there is none.
func (s *Store) Last() (Revision, bool, error) {
	files, err := filepath.Glob(filepath.Join(s.dir, "[0-9]*.json"))
	if err != nil || len(files) == 0 {
		return Revision{}, false, err
	}
	var r Revision
	text, err := os.ReadFile(files[len(files)-1])
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	return r, err == nil, err
}
