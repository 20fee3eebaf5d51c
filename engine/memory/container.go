package memory

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/stackctl/stack/state"
)

// container is a container and what makes it live.
type container struct {
	state.Container
	Serial    int
	Behavior  Behavior
	OneShot   bool
	Check     *check            // nil without a healthcheck
	Bindings  []binding         // the ports that it asks for
	Joined    map[string]*joint // its places in networks, by the network's name
	Anonymous []string          // its anonymous volumes
	Grace     time.Duration     // its stop_grace_period
	Signal    string            // its stop_signal
	Attempts  int               // restarts that on-failure allows, 0 is no limit
	Files     map[string]content
	ReadOnly  bool // its root cannot be written to
	// Elsewhere is true for a container on a node of a Swarm that is not the one
	// that answers.
	Elsewhere bool   `json:",omitempty"`
	User      string // that it runs as

	Env      []string
	Dir      string // the process's
	Listens  bool   // its process waits for what a session writes
	Removes  bool   // it is removed when it ends
	Traps    bool   // the process ignores its stop signal
	StopCode int    // what the process ends with at its stop signal
	Stopped  bool   // by a call: it is not restarted
	Backoff  time.Duration
	Due      []due // what will happen by itself, earliest first
	Frozen   []due // what would, had it not been paused
	PausedAt time.Time
	Log      []line

	agenda *agenda // nil before it is in the world
	task   *task   // of a service, nil for any other container
}

// content is a file in a container.
type content struct {
	Data []byte
	UID  int
	GID  int
	Mode uint32
	Dir  bool
	Link string // where a symbolic link leads
}

// line is a line that a container printed.
type line struct {
	At time.Time
	state.LogLine
}

// joint is a container's place in a network.
type joint struct {
	Network string // its id, once the container was started or connected while it ran
	Aliases []string
	Static  []string // the addresses that it asks for
	Address string   // while it runs
}

// due is something that will happen to a container by itself.
type due struct {
	At    time.Time
	What  happening
	Line  state.LogLine
	Path  string
	Code  int
	Quiet bool // nobody would notice
}

type happening string

const (
	prints   happening = "prints"
	writes   happening = "writes"
	deletes  happening = "deletes"
	exits    happening = "exits"
	checks   happening = "checks"
	restarts happening = "restarts"

	// What needs somebody at the other end: see session.
	copies    happening = "copies" // its input to its output
	takesLine happening = "takes a line"
	measures  happening = "measures" // prints the size of its terminal
)

// interactive is true for what needs somebody at the other end.
func (h happening) interactive() bool { return h == copies || h == takesLine || h == measures }

// schedule adds what will happen, after what happens at the same time.
func (c *container) schedule(d due) {
	i := slices.IndexFunc(c.Due, func(o due) bool { return o.At.After(d.At) })
	if i < 0 {
		i = len(c.Due)
	}
	c.Due = slices.Insert(c.Due, i, d)
	if c.agenda != nil {
		c.agenda.add(c, d)
	}
}

func (c *container) print(at time.Time, l state.LogLine) {
	if c.TTY {
		l.Stderr = false
	}
	c.Log = append(c.Log, line{at, l})
}

// setting is where its process runs.
func (c *container) setting() setting {
	return setting{env: c.Env, dir: cmp.Or(c.Dir, "/"), user: cmp.Or(c.User, "root"), tty: c.TTY}
}

// observed is the container as the engine describes it. It shares nothing with
// the container.
func (c *container) observed() state.Container {
	o := c.Container
	o.Labels = maps.Clone(c.Labels)
	if c.Check != nil {
		check := c.Check.Healthcheck
		check.Test = slices.Clone(check.Test)
		o.Healthcheck = &check
	}
	o.Command = slices.Clone(c.Command)
	o.HealthLog = slices.Clone(c.HealthLog)
	o.VolumesFrom = slices.Clone(c.VolumesFrom)
	o.Mounts = slices.Clone(c.Mounts)
	o.Ports = slices.Clone(c.Ports)
	if len(c.Joined) > 0 {
		o.Networks = map[string]state.Endpoint{}
	}
	for name, j := range c.Joined {
		o.Networks[name] = state.Endpoint{
			NetworkID: j.Network, Aliases: slices.Clone(j.Aliases), Address: j.Address,
		}
	}
	return o
}
