package terminal_test

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/internal/terminal"
)

// screen is what a terminal was sent.
type screen struct {
	mu   sync.Mutex
	sent strings.Builder
}

func (s *screen) Write(part []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent.Write(part)
}

// take is what came since the last take.
func (s *screen) take() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.sent.Reset()
	return s.sent.String()
}

func TestAFooterGetsOutOfTheWayAndComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s screen
		write := func(w interface{ Write([]byte) (int, error) }, text string) {
			_, err := w.Write([]byte(text))
			assert.NilError(t, err)
		}
		settle := func() string {
			<-time.After(time.Second)
			synctest.Wait()
			return s.take()
		}
		label := "keys"
		f := terminal.NewFooter(&s, func() string { return label })
		assert.Equal(t, settle(), "keys")
		above := f.Above(&s)
		write(above, "one\n")
		write(above, "two\n")
		assert.Equal(t, s.take(), "\r\x1b[2Kone\ntwo\n", "not with every line")
		assert.Equal(t, settle(), "keys")
		write(above, "half ")
		assert.Equal(t, settle(), "\r\x1b[2Khalf ", "not within a line")
		write(above, "a line\n")
		assert.Equal(t, settle(), "a line\nkeys")
		label = "others"
		f.Redraw()
		assert.Equal(t, s.take(), "\r\x1b[2Kothers")
		f.Close()
		write(above, "last\n")
		assert.Equal(t, settle(), "\r\x1b[2Klast\n")
	})
}
