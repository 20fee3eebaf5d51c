package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
	"time"
)

// lockOwner is what a run leaves beside the lock that it holds, for those who
// wait. It says who, and nothing more: that somebody holds the lock, only the
// lock says.
type lockOwner struct {
	User    string    `json:"user"`
	Host    string    `json:"host"`
	PID     int       `json:"pid"`
	Command string    `json:"command"` // without its arguments
	Since   time.Time `json:"since"`
}

// note is where the owner of the lock signs.
func (l *projectLock) note() string { return l.path + ".owner" }

// sign leaves a note. Without one the others wait for somebody unknown.
func (l *projectLock) sign() {
	owner := lockOwner{
		User: l.app.process.user(), Host: hostName(), PID: os.Getpid(), Command: l.app.command, Since: time.Now(),
	}
	text, err := json.Marshal(owner)
	if err == nil {
		err = os.WriteFile(l.note(), text, 0o600)
	}
	if err != nil {
		_ = os.Remove(l.note()) // it is the last owner's
	}
}

// owner reads the note. The zero value is an owner who left none, or one who
// was killed and so does not hold the lock.
func (l *projectLock) owner() lockOwner {
	text, err := os.ReadFile(l.note())
	if err != nil {
		return lockOwner{}
	}
	var owner lockOwner
	if json.Unmarshal(text, &owner) != nil || !owner.lives() {
		return lockOwner{}
	}
	return owner
}

// lives is false for a process that is known to have ended.
func (o lockOwner) lives() bool {
	if hostName() != o.Host {
		return true // nobody here knows
	}
	process, err := os.FindProcess(o.PID)
	if err != nil {
		return false
	}
	err = process.Signal(syscall.Signal(0))
	return err == nil || os.IsPermission(err)
}

func (o lockOwner) key() string { return fmt.Sprint(o.Host, o.PID, o.Since.UnixNano()) }

// describe is the owner in a sentence.
func (o lockOwner) describe(now time.Time) string {
	if o.PID == 0 {
		return "another run of stack"
	}
	return fmt.Sprintf("`%s` of %s (pid %d on %s, for %s)", o.Command, o.User, o.PID, o.Host, now.Sub(o.Since).Round(time.Second))
}

// user is whom this process runs for: with sudo, who called it.
func (p Process) user() string {
	name := cmp.Or(p.getenv("SUDO_USER"), p.getenv("USER"))
	if found, err := user.Current(); name == "" && err == nil {
		name = found.Username
	}
	return cmp.Or(name, "user "+strconv.Itoa(os.Getuid()))
}

// hostName is this machine's name, or a question mark.
func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		return "?"
	}
	return name
}
