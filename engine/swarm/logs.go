package swarm

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/swarm"
	timetypes "github.com/docker/docker/api/types/time"
	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/stdcopy"

	"github.com/stackctl/stack/state"
)

const (
	// longLine is how much of a line is waited for. What is longer is given in parts.
	longLine = 1 << 20
	// taskDetail is the detail of a line that names its task.
	taskDetail = "com.docker.swarm.task.id"
)

// ServiceLogs reads what tasks printed, a line at a time.
func (c cluster) ServiceLogs(ctx context.Context, of state.LogSource, options state.LogOptions, each func(task string, line state.LogLine)) error {
	api, err := c.reach(ctx)
	if err != nil {
		return ended(ctx, err)
	}
	what := "service " + of.Service
	if of.Task != "" {
		what = "task " + of.Task
	}
	tty, body, err := openLogs(ctx, api, of, options)
	if err != nil {
		return ended(ctx, c.Translate(err, "logs of %s", what))
	}
	defer body.Close()
	lines := &taskLines{each: each, stamped: options.Timestamps || options.Until != "", show: options.Timestamps, pending: map[source]*bytes.Buffer{}}
	if lines.until, err = moment(options.Until); err != nil {
		return fmt.Errorf("logs of %s: %w", what, err)
	}
	if tty {
		err = lines.readTerminal(body)
	} else {
		_, err = stdcopy.StdCopy(taskStream{lines, false}, taskStream{lines, true}, body)
	}
	lines.flush()
	if err == nil && options.Follow && of.Task == "" {
		err = errors.New("the engine closed the log stream")
	}
	return ended(ctx, c.Translate(err, "logs of %s", what))
}

func openLogs(ctx context.Context, api *client.Client, of state.LogSource, options state.LogOptions) (tty bool, body io.ReadCloser, err error) {
	request := container.LogsOptions{
		ShowStdout: true, ShowStderr: true, Details: true, Follow: options.Follow, Timestamps: options.Timestamps || options.Until != "",
		Since: options.Since, Tail: options.Tail,
	}
	if request.Tail == "" {
		request.Tail = "all"
	}
	if of.Task != "" {
		task, _, err := api.TaskInspectWithRaw(ctx, of.Task)
		if err != nil {
			return false, nil, err
		}
		body, err = api.TaskLogs(ctx, of.Task, request)
		return terminal(task.Spec), body, err
	}
	service, _, err := api.ServiceInspectWithRaw(ctx, of.Service, swarm.ServiceInspectOptions{})
	if err != nil {
		return false, nil, err
	}
	body, err = api.ServiceLogs(ctx, of.Service, request)
	return terminal(service.Spec.TaskTemplate), body, err
}

func terminal(task swarm.TaskSpec) bool { return task.ContainerSpec != nil && task.ContainerSpec.TTY }

// source is one stream of a task.
type source struct {
	task   string
	stderr bool
}

// taskLines makes lines of what comes from several tasks at once. Each entry
// has the time, if that was asked for, and the details in front.
type taskLines struct {
	each    func(task string, line state.LogLine)
	stamped bool      // the entries have times
	show    bool      // so do the lines
	until   time.Time // what is later is left out; zero is no limit
	pending map[source]*bytes.Buffer
}

// taskStream takes an entry with each Write.
type taskStream struct {
	lines  *taskLines
	stderr bool
}

func (s taskStream) Write(entry []byte) (int, error) {
	return len(entry), s.lines.entry(entry, s.stderr)
}

// readTerminal reads the log of tasks with a terminal: it has no frames, and its
// lines end with a carriage return too.
func (l *taskLines) readTerminal(body io.Reader) error {
	reader := bufio.NewReader(body)
	for {
		line, err := reader.ReadBytes('\n')
		if len(line) > 0 {
			ending := []byte("\r\n")
			if bytes.HasSuffix(line, ending) {
				line = append(line[:len(line)-len(ending)], '\n')
			}
			if err := l.entry(line, false); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// entry takes the next entry of the log: a line, or a part of a long one.
func (l *taskLines) entry(entry []byte, stderr bool) error {
	stamp := []byte(nil)
	if l.stamped {
		stamp, entry, _ = bytes.Cut(entry, []byte{' '})
	}
	if at, err := time.Parse(time.RFC3339Nano, string(stamp)); err == nil && !l.until.IsZero() && at.After(l.until) {
		return nil
	}
	details, text, found := bytes.Cut(entry, []byte{' '})
	task := taskOf(string(details))
	if !found || task == "" {
		return fmt.Errorf("the log has a line without its task: %q", entry)
	}
	from := source{task, stderr}
	line := l.pending[from]
	if line == nil {
		line = &bytes.Buffer{}
		l.pending[from] = line
	}
	if l.show && line.Len() == 0 {
		line.Write(stamp)
		line.WriteByte(' ')
	}
	text, ends := bytes.CutSuffix(text, []byte{'\n'})
	line.Write(text)
	if ends || line.Len() >= longLine {
		l.each(task, state.LogLine{Stderr: stderr, Text: line.String(), Partial: !ends})
		line.Reset()
	}
	return nil
}

// moment reads a time, or a duration back from now: a Swarm has no end of a span.
func moment(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	stamp, err := timetypes.GetTimestamp(text, time.Now())
	if err != nil {
		return time.Time{}, err
	}
	seconds, nanoseconds, err := timetypes.ParseTimestamps(stamp, 0)
	return time.Unix(seconds, nanoseconds), err
}

// flush gives the last lines, which may have no end.
func (l *taskLines) flush() {
	for from, line := range l.pending {
		if line.Len() > 0 {
			l.each(from.task, state.LogLine{Stderr: from.stderr, Text: line.String()})
			line.Reset()
		}
	}
}

// taskOf finds the task among the details of a line: KEY=VALUE,KEY=VALUE, both
// escaped as in a query.
func taskOf(details string) string {
	for detail := range strings.SplitSeq(details, ",") {
		key, value, _ := strings.Cut(detail, "=")
		if key == taskDetail {
			id, err := url.QueryUnescape(value)
			if err != nil {
				return ""
			}
			return id
		}
	}
	return ""
}
