package history

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
)

// ErrNone is a revision that is not there.
var ErrNone = errors.New("no such revision")

const (
	suffix    = ".json"
	temporary = ".revision-*"
	lockName  = ".lock"
)

// Store holds the revisions of one project on one engine. Several processes may
// use one folder at once.
type Store struct{ dir string }

// In returns the store in a folder, which is made when something is added.
func In(dir string) *Store { return &Store{dir: dir} }

// Dir is the store's folder.
func (s *Store) Dir() string { return s.dir }

// Add writes a revision, without what is secret in it: what its fields' names
// say and the secrets that are given, wherever they occur. The revision gets
// the number after the last one's; of all, the last [Keep] stay.
func (s *Store) Add(r Revision, secrets []string) (Revision, error) {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return r, fmt.Errorf("history: %w", err)
	}
	lock := flock.New(filepath.Join(s.dir, lockName))
	if err := lock.Lock(); err != nil {
		return r, fmt.Errorf("history: lock %s: %w", s.dir, err)
	}
	defer func() { _ = lock.Close() }()
	numbers, err := s.numbers()
	if err != nil {
		return r, err
	}
	r.Number = 1
	if len(numbers) > 0 {
		r.Number = numbers[len(numbers)-1] + 1
	}
	last, _, err := s.Last()
	if err != nil {
		return r, err
	}
	r = Seal(r, last.Desired, secrets)
	if err := s.write(r); err != nil {
		return r, fmt.Errorf("history: %w", err)
	}
	return r, s.prune(append(numbers, r.Number))
}

// write puts the file there at once, or not at all.
func (s *Store) write(r Revision) error {
	text, err := encode(r)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(s.dir, temporary) // its owner's only
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), s.file(r.Number))
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// prune removes revisions that are too old, and what a run left that was killed
// while it wrote.
func (s *Store) prune(numbers []int) error {
	left, err := filepath.Glob(filepath.Join(s.dir, temporary))
	if err != nil {
		return fmt.Errorf("history: %w", err)
	}
	for _, number := range numbers[:max(0, len(numbers)-Keep)] {
		left = append(left, s.file(number))
	}
	for _, file := range left {
		if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("history: %w", err)
		}
	}
	return nil
}

// List returns the revisions, newest first, and why files in the folder are
// none.
func (s *Store) List() (all []Revision, skipped []error) {
	numbers, err := s.numbers()
	if err != nil {
		return nil, []error{err}
	}
	for _, number := range slices.Backward(numbers) {
		r, err := s.read(number)
		if err != nil {
			skipped = append(skipped, err)
			continue
		}
		all = append(all, r)
	}
	return all, append(skipped, s.foreign()...)
}

// Last returns the newest revision that can be read, and false if there is
// none. The error is of a folder that cannot be read.
func (s *Store) Last() (Revision, bool, error) {
	numbers, err := s.numbers()
	for _, number := range slices.Backward(numbers) {
		if r, err := s.read(number); err == nil {
			return r, true, nil
		}
	}
	return Revision{}, false, err
}

// Head returns the head of the newest revision that can be read, and false if
// there is none.
func (s *Store) Head() (Head, bool, error) {
	numbers, err := s.numbers()
	for _, number := range slices.Backward(numbers) {
		if head, err := read(s.file(number), number, decodeHead); err == nil && head.Number == number {
			return head, true, nil
		}
	}
	return Head{}, false, err
}

func (s *Store) read(number int) (Revision, error) {
	r, err := read(s.file(number), number, decode)
	if err == nil && r.Number != number {
		err = fmt.Errorf("revision %d: %s says that it is revision %d", number, s.file(number), r.Number)
	}
	return r, err
}

func read[T any](file string, number int, decode func([]byte) (T, error)) (T, error) {
	var none T
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return none, fmt.Errorf("revision %d: %w", number, ErrNone) // pruned a moment ago
	}
	if err != nil {
		return none, fmt.Errorf("revision %d: %w", number, err)
	}
	r, err := decode(text)
	if err != nil {
		return none, fmt.Errorf("revision %d: %s is not what stack wrote: %w", number, file, err)
	}
	return r, nil
}

// numbers are those of the files in the folder, sorted.
func (s *Store) numbers() ([]int, error) {
	entries, err := s.entries()
	if err != nil {
		return nil, err
	}
	var numbers []int
	for _, name := range entries {
		if number, is := numberOf(name); is {
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

// foreign names the files that are no revisions.
func (s *Store) foreign() []error {
	entries, err := s.entries()
	if err != nil {
		return []error{err}
	}
	var all []error
	for _, name := range entries {
		if _, is := numberOf(name); !is && !strings.HasPrefix(name, ".") {
			all = append(all, fmt.Errorf("%s is no revision: its name is no number", filepath.Join(s.dir, name)))
		}
	}
	return all
}

func (s *Store) entries() ([]string, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("history: %w", err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names, nil
}

func (s *Store) file(number int) string { return filepath.Join(s.dir, strconv.Itoa(number)+suffix) }

func numberOf(name string) (int, bool) {
	text, is := strings.CutSuffix(name, suffix)
	number, err := strconv.Atoi(text)
	return number, is && err == nil && number > 0 && strconv.Itoa(number) == text
}
