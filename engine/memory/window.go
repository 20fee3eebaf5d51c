package memory

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/stackctl/stack/state"
)

// logTime is how the engine writes the time of a line.
const logTime = "2006-01-02T15:04:05.000000000Z07:00"

// window says which lines of a log are wanted, and how.
type window struct {
	since, until time.Time // zero is no limit
	tail         int       // -1 is all
	follow       bool
	timestamps   bool
	times        bool
}

func parseWindow(options state.LogOptions, at time.Time) (w window, err error) {
	w = window{tail: -1, follow: options.Follow, timestamps: options.Timestamps, times: options.Times}
	if options.Tail != "" && options.Tail != "all" {
		if w.tail, err = strconv.Atoi(options.Tail); err != nil {
			return w, fmt.Errorf("tail: %w", err)
		}
	}
	if w.since, err = parseMoment(options.Since, at); err != nil {
		return w, err
	}
	w.until, err = parseMoment(options.Until, at)
	return w, err
}

// parseMoment reads a time, seconds since 1970, or a duration back from at.
func parseMoment(text string, at time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(text); err == nil {
		return at.Add(-d), nil
	}
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		whole, part := math.Modf(seconds)
		return time.Unix(int64(whole), int64(part*1e9)), nil
	}
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.Parse(form, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is neither a time nor a duration", text)
}

// first is the index of the first line that is wanted.
func (w window) first(log []line) int {
	from := max(0, slices.IndexFunc(log, w.has))
	if w.tail < 0 {
		return from
	}
	for i, left := len(log), w.tail; i > from; i-- {
		if left == 0 {
			return i
		}
		if w.has(log[i-1]) {
			left--
		}
	}
	if w.tail == 0 {
		return len(log)
	}
	return from
}

func (w window) has(l line) bool {
	return !l.At.Before(w.since) && (w.until.IsZero() || !l.At.After(w.until))
}

func (w window) show(l line) state.LogLine {
	shown := l.LogLine
	stamp := l.At.UTC().Format(logTime)
	if w.timestamps {
		shown.Text = stamp + " " + shown.Text
	}
	if w.times {
		shown.Time = stamp
	}
	return shown
}
