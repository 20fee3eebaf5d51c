package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/reconciler"
	"github.com/stackctl/stack/state"
)

// checkSwarm finds what is asked of a run that no task of a Swarm has.
func (o *runOptions) checkSwarm(process Process) error {
	const instead = "'stack exec' joins a task that runs"
	if o.insists {
		return errors.New("-t and -i are not for a Swarm, whose tasks have no terminal and no input: " + instead)
	}
	if o.detach && o.rm {
		warn(process.Err, []string{"a Swarm does not remove what has ended: 'stack down' removes it"})
	}
	if o.detach || !o.interactive {
		return nil
	}
	if o.tty {
		warn(process.Err, []string{"a Swarm's tasks have no terminal and no input: " + instead})
		return nil
	}
	file, is := process.In.(*os.File)
	if !is {
		return nil
	}
	info, err := file.Stat()
	switch {
	case err != nil:
	case info.Mode().IsRegular() && info.Size() > 0:
		return fmt.Errorf("a Swarm's tasks have no input: %s would not be passed on. Mount it, or say '--interactive=false'; %s", file.Name(), instead)
	case info.Mode()&os.ModeNamedPipe != 0:
		warn(process.Err, []string{"a Swarm's tasks have no input: what is piped in is not passed on ('--interactive=false' says that this is known)"})
	}
	return nil
}

// job is a service of a Swarm that runs one command of `run`. It stands between
// the executor and the engine, to know its service.
type job struct {
	*convergence
	engine.Services
	name string
	id   string // of the service; empty before it is created

	printed int // lines
}

// CreateService remembers the id of the run's service.
func (j *job) CreateService(ctx context.Context, spec state.ServiceSpec, progress func(state.Progress)) (string, error) {
	id, err := j.Services.CreateService(ctx, spec, progress)
	if spec.Spec.Name == j.name {
		j.id = id
	}
	return id, err
}

// runJob carries the plan out, and stays with the run's task until it has ended.
func (a *app) runJob(c *convergence, first step, o runOptions, service state.Service) error {
	j := &job{convergence: c, Services: c.engine.Services, name: service.OneOff.Name}
	c.engine.Services = j
	view := c.progress(first.plan)
	err := c.finish(view, c.bringUp(first, view, service.Name))
	c.unlock()
	switch {
	case err != nil && j.id != "":
		return errors.Join(err, j.remove())
	case err != nil:
		return err
	case o.detach:
		_, err := fmt.Fprintln(a.process.Out, j.id)
		return err
	}
	err = j.stay()
	if o.rm || j.removes(err) {
		err = errors.Join(err, j.remove())
	}
	return err
}

// removes is true for a run that did not come to its end: nobody asked for it to
// go on.
func (j *job) removes(err error) bool {
	var exit *exitError
	return err != nil && !errors.As(err, &exit)
}

func (j *job) remove() error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(j.app.interrupt.hard), recordWithin)
	defer cancel()
	return j.Services.RemoveService(ctx, j.id)
}

// stay prints what the task prints, and ends as the task does.
func (j *job) stay() error {
	reading, stop := context.WithCancel(j.app.interrupt.hard)
	read := make(chan struct{})
	go func() {
		defer close(read)
		_ = j.engine.ServiceLogs(reading, state.LogSource{Service: j.id}, state.LogOptions{Follow: true}, func(_ string, line state.LogLine) { j.print(line) }) // what it could not read is read once more
	}()
	task, err := j.end()
	stop()
	<-read
	if task.ID != "" && task.ContainerID != "" {
		if unread := j.printRest(task); unread != nil {
			j.app.warn([]string{fmt.Sprintf("what %s printed cannot be read: %v", task.Name, unread)})
		}
	}
	if err != nil {
		return err
	}
	return taskExit(task)
}

func (j *job) print(line state.LogLine) {
	j.printed++
	out := j.app.process.Out
	if line.Stderr {
		out = j.app.process.Err
	}
	if !line.Partial {
		line.Text += "\n"
	}
	_, _ = fmt.Fprint(out, line.Text) // an output that is gone ends no program that runs elsewhere
}

// printRest prints what was not followed to the end.
func (j *job) printRest(task state.Task) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(j.app.interrupt.hard), recordWithin)
	defer cancel()
	skipped, printed := 0, j.printed
	return j.engine.ServiceLogs(ctx, state.LogSource{Task: task.ID}, state.LogOptions{}, func(_ string, line state.LogLine) {
		if skipped++; skipped > printed {
			j.print(line)
		}
	})
}

// placedWithin is how long a task may be without a place: others have to let go
// of what it needs.
const placedWithin = 20 * time.Second

// end waits for the task to end. An interrupt removes the service, and waits
// until the task has stopped.
func (j *job) end() (task state.Task, err error) {
	ctx, cancel := context.WithCancel(j.app.interrupt.hard)
	defer cancel()
	seen, followed := make(chan state.Cluster), make(chan error, 1)
	go func() {
		followed <- j.engine.Follow(ctx, j.desired.Project.Name, func(now state.Cluster) {
			select {
			case seen <- now:
			case <-ctx.Done():
			}
		})
	}()
	interrupted := j.app.interrupt.soft.Done()
	var homeless <-chan time.Time
	var why string // it is
	for {
		select {
		case now := <-seen:
			t, there := j.task(now)
			switch {
			case !there && (task.ID != "" || err != nil):
				if err == nil {
					err = fmt.Errorf("%s was removed by somebody else", j.name)
				}
				return task, err
			case !there:
				continue
			case t.Ended() || t.Lost:
				return t, err
			}
			task = t
			why = j.why(task, now)
			if !task.Unplaced() {
				homeless = nil
			} else if homeless == nil {
				homeless = time.After(placedWithin)
			}
		case <-homeless:
			return task, fmt.Errorf("%s has no place to run: %s", task.Name, why)
		case <-interrupted:
			interrupted, err = nil, errInterrupted
			if gone := j.remove(); gone != nil || task.ID == "" {
				return task, errors.Join(err, gone)
			}
		case err := <-followed:
			return task, errors.Join(err, j.app.interrupt.hard.Err())
		}
	}
}

// why says why a task has no place to run.
func (j *job) why(task state.Task, now state.Cluster) string {
	var spec swarm.ServiceSpec
	for _, s := range now.Services {
		if s.ID == j.id {
			spec = s.Spec
		}
	}
	return reconciler.WhyUnplaced(task, spec)
}

// task is the last one of the run's service.
func (j *job) task(now state.Cluster) (last state.Task, there bool) {
	for _, t := range now.Tasks {
		if t.ServiceID == j.id && (!there || t.Created.After(last.Created)) {
			last, there = t, true
		}
	}
	return last, there
}

// taskExit is how a task ended: with the code of its program, if that ran.
func taskExit(t state.Task) error {
	switch {
	case t.State == swarm.TaskStateComplete:
		return nil
	case t.Lost:
		return fmt.Errorf("%s ran on node %s, which is down", t.Name, t.Node)
	case t.ExitCode != 0 && strings.Contains(t.Error, "non-zero exit"):
		return &exitError{code: t.ExitCode}
	}
	err := commandExit(fmt.Errorf("%s: %s", t.Name, t.Error))
	var exit *exitError
	if t.ExitCode != 0 && !errors.As(err, &exit) {
		return &exitError{code: t.ExitCode, err: err}
	}
	return err
}
