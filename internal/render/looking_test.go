package render

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/stackctl/stack/state"
)

// The golden files compose-*.txt are what Docker Compose printed of the same.

// listed is a project as Docker Compose 2.40 listed it.
func listed() []state.Container {
	labels := map[string]string{state.LabelConfigFiles: "/tmp/lk/peerdir/compose.yaml"}
	return []state.Container{
		{Name: "lkpeer-job-1", Project: "lkpeer", Service: "job", Number: 1, Status: state.StatusExited, Labels: labels},
		{Name: "lkpeer-web-1", Project: "lkpeer", Service: "web", Number: 1, Status: state.StatusRunning, Labels: labels},
		{Name: "lkpeer-web-2", Project: "lkpeer", Service: "web", Number: 2, Status: state.StatusRunning, Labels: labels},
		{Name: "lkpeer-web-run-04a329dd9ee1", Project: "lkpeer", Service: "web", Number: 1, OneOff: true, Status: state.StatusRunning, Labels: labels},
	}
}

func processes(container state.Container, pids [2]string, parent, started, command string) ContainerProcesses {
	return ContainerProcesses{container, state.Processes{
		Titles: []string{"UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"},
		Rows: [][]string{
			{"root", pids[0], parent, "0", started, "?", "00:00:00", "/sbin/docker-init -- " + command},
			{"root", pids[1], pids[0], "0", started, "?", "00:00:00", command},
		},
	}}
}

func happening() state.Happening {
	return state.Happening{
		At: time.Date(2026, 11, 28, 15, 36, 40, 515094684, time.UTC), Action: "exec_die", Service: "web",
		Container: "caae9c519e60bee0fb53ae7acccc2dc59a21a7e61a89fd500a682f1731d8d5a6",
		Attributes: map[string]string{
			"execID": "7374bcd7", "image": "busybox", "name": "lkpeer-web-1", "exitCode": "0", "dev.stack.image.inputs": "3d9f2889d6782537",
			state.LabelProject: "lkpeer", state.LabelStackConfig: "a great deal", state.LabelStackInputs: "as much",
		},
	}
}

func TestListsAreDockerComposes(t *testing.T) {
	all := listed()
	used := []ContainerUsage{
		{ID: "36f15379a79180c42c8627e7280b950b512e09cb258c707404a21de086113836", Name: "lkpeer-web-run-04a329dd9ee1", Usage: state.Usage{Memory: 456 << 10, MemoryLimit: 25275901313, NetworkIn: 1080, PIDs: 2}},
		{ID: "8e3a3da1afda285ef4d5ef442908a5b5797e26e3bcc529aa7b495b6a105bce3e", Name: "lkpeer-web-2", Usage: state.Usage{Memory: 456 << 10, MemoryLimit: 25275901313, NetworkIn: 1600, PIDs: 2}},
		{ID: "892bea12963e14059e2ff2aabc7f4e67af82e331dfa0ad95f932132f6201eab3", Name: "lkpeer-job-1"},
	}
	volumes := []state.ObservedVolume{{
		Name: "lkpeer_data", Driver: "local", Scope: "local", Mountpoint: "/var/lib/docker/volumes/lkpeer_data/_data",
		Labels: map[string]string{
			"com.docker.compose.config-hash": "f464c07e4a61dfc224c5408e438ac7a05d8cf538e3a8e0fe5336dcb7010d23fa",
			state.LabelProject:               "lkpeer", state.LabelVersion: "2.40.3", state.LabelVolume: "data",
		},
	}}
	for name, print := range map[string]func(io.Writer) error{
		"ls":      func(w io.Writer) error { return Projects(w, all, ProjectOptions{}) },
		"ls-json": func(w io.Writer) error { return Projects(w, all, ProjectOptions{Format: "json"}) },
		"ls-none": func(w io.Writer) error { return Projects(w, nil, ProjectOptions{Format: "json"}) },
		"top": func(w io.Writer) error {
			return Processes(w, []ContainerProcesses{
				processes(all[1], [2]string{"12101", "12643"}, "12072", "15:15", "sleep 6000"),
				processes(all[2], [2]string{"11399", "11757"}, "11363", "15:15", "sleep 6000"),
				processes(all[3], [2]string{"12901", "13244"}, "12878", "15:15", "sleep 5000"),
			})
		},
		"stats":      func(w io.Writer) error { return Usage(w, used, UsageOptions{}) },
		"stats-full": func(w io.Writer) error { return Usage(w, used, UsageOptions{NoTrunc: true}) },
		"stats-none": func(w io.Writer) error { return Usage(w, nil, UsageOptions{Format: "table"}) },
		"stats-json": func(w io.Writer) error { return Usage(w, used[:1], UsageOptions{Format: "json"}) },
		"volumes":    func(w io.Writer) error { return Volumes(w, volumes, VolumeOptions{}) },
		"volumes-json": func(w io.Writer) error {
			return Volumes(w, volumes, VolumeOptions{Format: "json"})
		},
		"volumes-template": func(w io.Writer) error {
			return Volumes(w, volumes, VolumeOptions{Format: "table {{.Name}} {{.Links}}"})
		},
		"events-json": func(w io.Writer) error { return HappeningJSON(w, happening()) },
		"events":      func(w io.Writer) error { return Happening(w, happening()) },
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			assert.NilError(t, print(&out))
			golden.Assert(t, out.String(), "compose-"+name+".txt")
		})
	}
}

func TestAProjectOfUnknownFiles(t *testing.T) {
	var out bytes.Buffer
	assert.NilError(t, Projects(&out, []state.Container{{Project: "p", Status: state.StatusRunning}}, ProjectOptions{Format: "json"}))
	assert.Equal(t, out.String(), `[{"Name":"p","Status":"running(1)","ConfigFiles":"N/A"}]`+"\n")
}

func TestProcessesWithOtherColumns(t *testing.T) {
	var out bytes.Buffer
	web := state.Container{Service: "web", Number: 1}
	assert.NilError(t, Processes(&out, []ContainerProcesses{
		{web, state.Processes{Titles: []string{"PID", "CMD"}, Rows: [][]string{{"7", "a"}}}},
		{web, state.Processes{Titles: []string{"PID", "USER"}, Rows: [][]string{{"8", "me"}}}},
	}))
	assert.Equal(t, out.String(), "SERVICE  #   PID  CMD  USER\nweb      1   7    a    -\nweb      1   8    -    me\n")
}

func TestUsageThatIsNotKnown(t *testing.T) {
	var out bytes.Buffer
	assert.NilError(t, Usage(&out, []ContainerUsage{{ID: "1", Name: "a", Unknown: true}}, UsageOptions{Format: "{{.Name}} {{.CPUPerc}} {{.MemUsage}} {{.PIDs}}"}))
	assert.Equal(t, out.String(), "a -- -- / -- --\n")
}

func TestAScreenIsDrawnInPlaceOnATerminalOnly(t *testing.T) {
	draw := func(terminal bool) string {
		var out bytes.Buffer
		s := Screen{Out: &out, Terminal: terminal}
		for _, text := range []string{"a\nb\n", "c\n"} {
			assert.NilError(t, s.Draw(func() error { _, err := io.WriteString(&s, text); return err }))
		}
		return out.String()
	}
	assert.Equal(t, draw(false), "a\nb\nc\n")
	assert.Equal(t, draw(true), "\ra\x1b[K\nb\x1b[K\n\x1b[J"+"\x1b[A\x1b[A\rc\x1b[K\n\x1b[J")
	failed := errors.New("no template")
	assert.ErrorIs(t, (&Screen{}).Draw(func() error { return failed }), failed)
}

func TestSteps(t *testing.T) {
	show := func(s *Steps) string {
		var out bytes.Buffer
		s.Out = &out
		s.Show(Step{Op: "CopyFiles", Name: "web-1", Text: "copy a to web-1:/b", Status: "Copied", Done: true})
		return out.String()
	}
	assert.Equal(t, show(&Steps{Mode: Plain}), " web-1 copy a to web-1:/b Copied\n")
	assert.Equal(t, show(&Steps{Mode: TTY, Pretended: true}), " DRY-RUN MODE -  web-1 copy a to web-1:/b Copied\n")
	assert.Equal(t, show(&Steps{Mode: Quiet}), "")
}
