package e2e_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/docker/docker/client"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/driver"
)

// secondEngine is an engine of a test's own, of the same programs as the one of
// the tests, which it may stop and start. It has a network, mount and PID
// namespace of its own, and ends with the test.
type secondEngine struct {
	t      *testing.T
	dir    string
	cgroup string
	holder *exec.Cmd // the first process of its namespaces
	daemon *exec.Cmd // what entered them to run dockerd
	*client.Client
}

// namespaces is what the first process does, which holds them while dockerd
// comes and goes. The engine's view of the files may lack every program but the
// engine's own: $1 is a busybox, $2 the folder.
const namespaces = `
set -e
box=$1 dir=$2
$box mount --make-rprivate /
$box mount -t proc proc /proc
$box mkdir -p "$dir/cgroup" "$dir/lib" /var/lib/docker
$box mount --rbind /sys/fs/cgroup "$dir/cgroup"
$box mount -t sysfs sysfs /sys
$box mount --rbind "$dir/cgroup" /sys/fs/cgroup
$box mount -t tmpfs -o mode=755 tmpfs /run
$box mount --bind "$dir/lib" /var/lib/docker # Swarm writes there whatever --data-root says
$box mount --make-rshared /
$box ip link set lo up
$box touch "$dir/ready"
while :; do $box sleep 3600; done
`

// holding is a runtime of this engine, "holding", which does what runc does. Where
// there is a file "hold" in the folder, it calls it "held" and does not come to an
// end with the container that it is to create.
const holding = `#!%[1]s/busybox sh
for argument; do
	if [ "$argument" = create ] && %[1]s/busybox mv %[1]s/hold %[1]s/held 2>/dev/null; then
		exec %[1]s/busybox sleep 3600
	fi
done
exec runc "$@"
`

// newSecondEngine starts an engine that has the image of the tests.
func newSecondEngine(t *testing.T) *secondEngine {
	t.Helper()
	e := &secondEngine{t: t, dir: t.TempDir(), cgroup: fmt.Sprintf("stack-away-%d", os.Getpid())}
	box := filepath.Join(e.dir, "busybox")
	found, err := exec.LookPath("busybox") // that of scripts/images.sh, which is static
	assert.NilError(t, err)
	program, err := os.ReadFile(found)
	assert.NilError(t, err)
	assert.NilError(t, os.WriteFile(box, program, 0o700))
	assert.NilError(t, os.WriteFile(filepath.Join(e.dir, "holding"), fmt.Appendf(nil, holding, e.dir), 0o700))
	e.holder = exec.Command("nsenter", "--mount=/proc/"+enginePID(t)+"/ns/mnt", box, "unshare", "-m", box, "sh", "-c", namespaces, "sh", box, e.dir)
	e.holder.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWNET | syscall.CLONE_NEWUTS, Pdeathsig: syscall.SIGKILL,
	}
	e.holder.Stderr = os.Stderr
	assert.NilError(t, e.holder.Start())
	t.Cleanup(e.remove)
	driver.Eventually(t, "the namespaces of a second engine", func() bool {
		_, err := os.Stat(filepath.Join(e.dir, "ready"))
		return err == nil
	})
	e.Client, err = client.NewClientWithOpts(client.WithHost(e.host()), client.WithAPIVersionNegotiation())
	assert.NilError(t, err)
	e.start(t)
	image, err := docker.ImageSave(t.Context(), []string{"stack-e2e/dummy"})
	assert.NilError(t, err)
	defer image.Close()
	loaded, err := e.ImageLoad(t.Context(), image)
	assert.NilError(t, err)
	_, err = new(bytes.Buffer).ReadFrom(loaded.Body)
	assert.NilError(t, err)
	assert.NilError(t, loaded.Body.Close())
	return e
}

func (e *secondEngine) host() string { return "unix://" + e.dir + "/docker.sock" }

// start starts dockerd, and returns when it answers.
func (e *secondEngine) start(t *testing.T) {
	t.Helper()
	log, err := os.OpenFile(filepath.Join(e.dir, "dockerd.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	assert.NilError(t, err)
	defer log.Close()
	e.daemon = exec.Command("nsenter", "--target", strconv.Itoa(e.holder.Process.Pid), "--mount", "--net", "--pid", "--uts", "dockerd",
		"--host", e.host(), "--data-root", e.dir+"/data", "--exec-root", "/run/docker", "--pidfile", "/run/docker.pid",
		"--cgroup-parent", "/"+e.cgroup, "--iptables=false", "--ip6tables=false", "--bridge=none", "--add-runtime", "holding="+e.dir+"/holding", "--shutdown-timeout", "5")
	e.daemon.Stdout, e.daemon.Stderr = log, log
	assert.NilError(t, e.daemon.Start())
	driver.Eventually(t, "a second engine that answers: see "+log.Name(), func() bool {
		_, err := e.Ping(t.Context())
		return err == nil
	})
}

// stop ends dockerd with a signal, and returns when it has ended.
func (e *secondEngine) stop(t *testing.T, signal syscall.Signal) {
	t.Helper()
	pid, err := strconv.Atoi(child(t, e.daemon.Process.Pid))
	assert.NilError(t, err)
	assert.NilError(t, syscall.Kill(pid, signal))
	e.daemon.Wait() // its exit code is the signal's
}

// remove ends all processes of the engine, and removes what is left of it.
func (e *secondEngine) remove() {
	if e.t.Failed() {
		log, _ := exec.Command("tail", "-n", "40", filepath.Join(e.dir, "dockerd.log")).Output()
		e.t.Logf("dockerd: %s", log)
	}
	e.holder.Process.Kill() // and all that is in its namespaces
	e.holder.Wait()
	if e.daemon != nil {
		e.daemon.Wait()
	}
	exec.Command("find", "/sys/fs/cgroup", "-depth", "-type", "d", "(", "-name", e.cgroup, "-o", "-path", "*/"+e.cgroup+"/*", ")",
		"-exec", "rmdir", "{}", "+").Run()
}

// enginePID is the process that listens for the engine of the tests: its
// programs are those in that process's view of the files.
func enginePID(t *testing.T) string {
	t.Helper()
	path, local := strings.CutPrefix(docker.DaemonHost(), "unix://")
	assert.Assert(t, local, "a second engine needs the first on this machine, not at %s", docker.DaemonHost())
	conn, err := net.Dial("unix", path)
	assert.NilError(t, err)
	defer conn.Close()
	raw, err := conn.(*net.UnixConn).SyscallConn()
	assert.NilError(t, err)
	var peer *syscall.Ucred
	assert.NilError(t, raw.Control(func(fd uintptr) {
		peer, err = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	}))
	assert.NilError(t, err)
	return strconv.Itoa(int(peer.Pid))
}

// child is the one process that a process has started.
func child(t *testing.T, pid int) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	assert.NilError(t, err)
	children := strings.Fields(string(text))
	assert.Equal(t, len(children), 1, "children of %d", pid)
	return children[0]
}
