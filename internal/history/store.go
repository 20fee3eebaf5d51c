package history

// Store holds the revisions of one project on one engine.
type Store struct{ dir string }

// In returns the store in a folder, which is made when something is added.
func In(dir string) *Store { return &Store{dir: dir} }
