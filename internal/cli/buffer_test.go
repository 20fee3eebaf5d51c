package cli_test

import (
	"strings"
	"sync"
)

// watchedBuffer keeps what is written, and lets a test wait for a text in it.
// The zero value is ready.
type watchedBuffer struct {
	mu      sync.Mutex
	text    strings.Builder
	waiters map[chan struct{}]string
}

func (b *watchedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text.Write(p)
	for found, text := range b.waiters {
		if strings.Contains(b.text.String(), text) {
			close(found)
			delete(b.waiters, found)
		}
	}
	return len(p), nil
}

func (b *watchedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func (b *watchedBuffer) Reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text.Reset()
}

// await returns when the text has been written.
func (b *watchedBuffer) await(text string) {
	b.mu.Lock()
	found := make(chan struct{})
	if strings.Contains(b.text.String(), text) {
		close(found)
	} else {
		if b.waiters == nil {
			b.waiters = map[chan struct{}]string{}
		}
		b.waiters[found] = text
	}
	b.mu.Unlock()
	<-found
}
