package history_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/internal/history"
	"github.com/stackctl/stack/state"
)

func newStore(t *testing.T) *history.Store {
	t.Helper()
	return history.In(filepath.Join(t.TempDir(), "state", "shop"))
}

func add(t *testing.T, s *history.Store, command string) int {
	t.Helper()
	r, err := s.Add(history.Revision{Command: command, Desired: state.Desired{Project: state.Project{Name: "shop"}}}, nil)
	assert.NilError(t, err)
	return r.Number
}

func numbers(s *history.Store) []int {
	var all []int
	revisions, _ := s.List()
	for _, r := range revisions {
		all = append(all, r.Number)
	}
	return all
}

func TestAStoreWithoutAFolderIsEmpty(t *testing.T) {
	s := newStore(t)
	revisions, skipped := s.List()
	assert.Check(t, is.Len(revisions, 0))
	assert.Check(t, is.Len(skipped, 0))
	_, any, err := s.Last()
	assert.Check(t, err)
	assert.Check(t, !any)
	_, err = os.Stat(s.Dir())
	assert.ErrorIs(t, err, os.ErrNotExist) // reading makes nothing
}

func TestTheLastTenAreKeptAndNoNumberIsUsedTwice(t *testing.T) {
	s := newStore(t)
	for n := 1; n <= 13; n++ {
		assert.Equal(t, add(t, s, "up"), n)
	}
	assert.DeepEqual(t, numbers(s), []int{13, 12, 11, 10, 9, 8, 7, 6, 5, 4})
	last, any, err := s.Last()
	assert.Check(t, err)
	assert.Check(t, any)
	assert.Equal(t, last.Number, 13)
}

func TestFilesAreTheirOwnersOnly(t *testing.T) {
	s := newStore(t)
	add(t, s, "up")
	for path, mode := range map[string]os.FileMode{s.Dir(): 0o700, filepath.Join(s.Dir(), "1.json"): 0o600} {
		info, err := os.Stat(path)
		assert.NilError(t, err)
		assert.Equal(t, info.Mode().Perm(), mode, path)
	}
}

func TestWhatIsNoRevisionIsNamedAndLeftOut(t *testing.T) {
	for content, why := range map[string]string{
		"":                            "EOF",
		"{":                           "EOF",
		"[]":                          "cannot unmarshal",
		"null":                        "expected format 1, found 0",
		`{"format": 2}`:               "expected format 1, found 2",
		`{"format": 1} {"number": 3}`: "says that it is revision 3",
		`{"format": 1} {"number": 2, "desired": {"services": [{"name": "web", "config": {"ports": 1}}]}}`: "cannot unmarshal",
	} {
		s := newStore(t)
		add(t, s, "up")
		assert.NilError(t, os.WriteFile(filepath.Join(s.Dir(), "2.json"), []byte(content), 0o600))
		assert.NilError(t, os.Mkdir(filepath.Join(s.Dir(), "3.json"), 0o700))
		assert.NilError(t, os.WriteFile(filepath.Join(s.Dir(), "01.json"), nil, 0o600))
		revisions, skipped := s.List()
		assert.Check(t, is.Len(revisions, 1))
		assert.Assert(t, is.Len(skipped, 3), "%v", skipped)
		assert.Check(t, is.ErrorContains(skipped[0], "revision 3: "))
		assert.Check(t, is.ErrorContains(skipped[1], why), content)
		assert.Check(t, is.ErrorContains(skipped[1], filepath.Join(s.Dir(), "2.json")))
		assert.Check(t, is.ErrorContains(skipped[2], "01.json is no revision"))
		last, any, err := s.Last()
		assert.Check(t, err)
		assert.Check(t, any)
		assert.Check(t, is.Equal(last.Number, 1))
		assert.Equal(t, add(t, s, "up"), 4)
	}
}

func TestWhatAKilledRunLeftIsRemoved(t *testing.T) {
	s := newStore(t)
	add(t, s, "up")
	left := filepath.Join(s.Dir(), ".revision-123")
	assert.NilError(t, os.WriteFile(left, []byte("{"), 0o600))
	_, skipped := s.List()
	assert.Check(t, is.Len(skipped, 0))
	add(t, s, "up")
	_, err := os.Stat(left)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestRunsAtOnceLoseNoneOfEachOthersRevisions(t *testing.T) {
	s := newStore(t)
	var all sync.WaitGroup
	for range history.Keep {
		all.Go(func() {
			_, err := history.In(s.Dir()).Add(history.Revision{Command: "up"}, nil)
			assert.Check(t, err)
		})
	}
	all.Wait()
	assert.DeepEqual(t, numbers(s), []int{10, 9, 8, 7, 6, 5, 4, 3, 2, 1})
}

func TestAFolderThatCannotBeMadeIsAnError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	assert.NilError(t, os.WriteFile(file, nil, 0o600))
	s := history.In(filepath.Join(file, "shop"))
	_, err := s.Add(history.Revision{}, nil)
	assert.ErrorContains(t, err, "history: ")
	_, skipped := s.List()
	assert.Assert(t, len(skipped) > 0 && strings.Contains(skipped[0].Error(), "history: "))
}
