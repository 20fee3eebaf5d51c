package project

import (
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/sirupsen/logrus"
)

// capturing guards compose-go's logger, which the whole process shares.
var capturing sync.Mutex

// captureWarnings runs load and returns what it logged, each message once, in
// place of printing it.
func captureWarnings(load func() error) ([]string, error) {
	capturing.Lock()
	defer capturing.Unlock()
	logger := logrus.StandardLogger()
	recorded := &recorder{}
	hooks := logger.ReplaceHooks(logrus.LevelHooks{})
	logger.AddHook(recorded)
	out := logger.Out
	logger.SetOutput(io.Discard)
	defer func() {
		logger.ReplaceHooks(hooks)
		logger.SetOutput(out)
	}()
	err := recovered(load)
	return recorded.messages, err
}

// recovered turns a panic into an error: compose-go takes some shapes for
// granted that a file need not have.
func recovered(load func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("this cannot be read as a compose file (%v)", cause)
		}
	}()
	return load()
}

// recorder is a logrus hook that keeps messages.
type recorder struct{ messages []string }

// Levels are those of warnings and worse.
func (*recorder) Levels() []logrus.Level {
	return []logrus.Level{logrus.PanicLevel, logrus.FatalLevel, logrus.ErrorLevel, logrus.WarnLevel}
}

// Fire keeps an entry's message.
func (r *recorder) Fire(entry *logrus.Entry) error {
	if !slices.Contains(r.messages, entry.Message) {
		r.messages = append(r.messages, entry.Message)
	}
	return nil
}
