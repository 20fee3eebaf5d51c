package docker

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/containerd/errdefs"

	"github.com/stackctl/stack/state"
)

// message is one entry of the JSON streams that pulls and builds answer with.
type message struct {
	ID       string          `json:"id"`
	Status   string          `json:"status"`
	Stream   string          `json:"stream"`
	Aux      json.RawMessage `json:"aux"`
	Error    string          `json:"error"`
	Progress struct {
		Current int64 `json:"current"`
		Total   int64 `json:"total"`
	} `json:"progressDetail"`
}

// readStream calls each for every message until one is an error.
func readStream(body io.Reader, each func(message) error) error {
	decoder := json.NewDecoder(body)
	for {
		var m message
		err := decoder.Decode(&m)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the engine's answer broke off: %w", err)
		}
		if m.Error != "" {
			return streamError(m.Error)
		}
		if err := each(m); err != nil {
			return err
		}
	}
}

// streamError gives an error that came within a stream, without a status code,
// the kind that the code would have.
func streamError(text string) error {
	if strings.Contains(text, "not found") || strings.Contains(text, "manifest unknown") || strings.Contains(text, "pull access denied") {
		return fmt.Errorf("%s%w", text, quiet{errdefs.ErrNotFound})
	}
	return errors.New(text)
}

// quiet is an error without a text of its own.
type quiet struct{ error }

func (quiet) Error() string   { return "" }
func (q quiet) Unwrap() error { return q.error }

// layers is how far the layers of a pull are.
type layers struct {
	downloaded map[string][2]int64 // current and total, by layer
}

// update takes a message in and returns the sum over all layers, and whether
// the message told anything.
func (l *layers) update(m message) (state.Progress, bool) {
	if l.downloaded == nil {
		l.downloaded = map[string][2]int64{}
	}
	switch m.Status {
	case "Downloading":
		l.downloaded[m.ID] = [2]int64{m.Progress.Current, m.Progress.Total}
	case "Download complete", "Pull complete":
		if d, ok := l.downloaded[m.ID]; ok {
			l.downloaded[m.ID] = [2]int64{d[1], d[1]}
		}
	case "":
		return state.Progress{}, false
	}
	sum := state.Progress{Detail: m.Status}
	for _, id := range slices.Sorted(maps.Keys(l.downloaded)) {
		sum.Bytes += l.downloaded[id][0]
		sum.Total += l.downloaded[id][1]
	}
	return sum, true
}
