package docker

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/containerd/errdefs"
)

// message is one entry of the JSON streams that pulls and builds answer with.
type message struct {
	ID       string `json:"id"`
	Status   string `json:"status"`
	Stream   string `json:"stream"`
	Error    string `json:"error"`
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
			return &brokenStream{err}
		}
		if m.Error != "" {
			return streamError(m.Error)
		}
		if err := each(m); err != nil {
			return err
		}
	}
}

// brokenStream is an answer that the engine did not finish.
type brokenStream struct{ cause error }

func (b *brokenStream) Error() string { return "the engine's answer broke off: " + b.cause.Error() }
func (b *brokenStream) Unwrap() error { return b.cause }

// streamError gives an error that came within a stream, without a status code,
// the kind that the code would have.
func streamError(text string) error {
	if says(text, "not found", "manifest unknown", "pull access denied", "does not exist locally", "tag does not exist") {
		return fmt.Errorf("%s%w", text, quiet{errdefs.ErrNotFound})
	}
	return errors.New(text)
}

// quiet is an error without a text of its own.
type quiet struct{ error }

func (quiet) Error() string   { return "" }
func (q quiet) Unwrap() error { return q.error }
