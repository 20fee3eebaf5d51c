package render

import (
	"fmt"
	"io"
	"sync"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// plain prints one line for each thing that happens, as Docker Compose does
// without a terminal.
type plain struct {
	options Options
	mark    string // what each line begins with
	// tell takes what is said of a resource; nil prints it.
	tell func(about subject, text string)

	mu      sync.Mutex
	cast    cast
	shown   map[subject]bool      // that it runs, or that something happened to it
	skipped map[string]bool       // lines
	parts   map[state.Ref]int     // of a replacement, that have not succeeded
	begun   map[state.Ref]bool    // replacements
	details map[planner.ID]string // the last one printed
}

func newPlain(options Options) *plain {
	if options.Builds == nil {
		options.Builds = options.Out
	}
	return &plain{options: options, shown: map[subject]bool{}, skipped: map[string]bool{}, details: map[planner.ID]string{}}
}

// Next prints the containers and services that run already, and the images that are left
// out.
func (p *plain) Next(plan planner.Plan) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cast = p.cast.next(plan)
	p.parts, p.begun = map[state.Ref]int{}, map[state.Ref]bool{}
	for _, node := range plan.Nodes {
		if p.cast.replacing[node.Ref] && replaces(node.Op.Kind()) {
			p.parts[node.Ref]++
		}
	}
	for _, change := range plan.Changes {
		s := subject{change.Ref.Kind, change.Name}
		if change.Action != planner.NoOp || p.shown[s] {
			continue
		}
		// A reason says why something that does not run is left alone.
		switch why := change.Reasons; {
		case (s.kind == state.KindContainer || s.kind == state.KindService) && len(why) == 0:
			p.say(s, "Running")
		case s.kind == state.KindImage && len(why) > 0:
			p.say(s, "Skipped "+why[0].Text)
		}
	}
}

// Event prints an event's line, if it has one.
func (p *plain) Event(e event.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.cast.of(e)
	switch e.Phase {
	case event.Started, event.Succeeded:
		switch text := p.text(e); {
		case text == "":
		case e.Op == "AwaitContainer", e.Op == "AwaitService": // several wait for one
			p.once(s, text)
		default:
			p.say(s, text)
			for _, image := range p.cast.twins[planner.ID(e.Node)] {
				p.say(subject{s.kind, image}, text)
			}
		}
	case event.Progress:
		p.progress(s, e)
	case event.Failed:
		if !p.cast.nodes[planner.ID(e.Node)].Optional { // else a warning follows
			p.say(s, "Error "+oneLine(e.Error))
		}
	case event.Skipped:
		if cause := p.cast.cause(e.Cause); cause != s.name { // else its error is told
			p.once(s, "Skipped, because of "+cause)
		}
	case event.Canceled:
		p.once(s, "Canceled")
	case event.Undone:
		if e.Op != "CreateNetwork" {
			s.kind = state.KindContainer // also where the node is a network's
		}
		p.say(s, fmt.Sprintf("Undone: %s %s", e.Name, undoneWord(e.Op)))
	case event.Warning:
		switch {
		case e.Ref == (state.Ref{}) && p.tell != nil: // it is of no resource
		case e.Ref == (state.Ref{}):
			p.line(p.options.Out, "Warning "+e.Detail)
		default:
			p.say(s, "Warning "+oneLine(e.Detail))
		}
	}
}

// Done prints nothing: the error is the command's to print.
func (p *plain) Done(error) {}

// text is what is said of a node that starts or has succeeded.
func (p *plain) text(e event.Event) string {
	back := p.cast.back[planner.ID(e.Node)]
	if p.cast.replacing[e.Ref] && replaces(e.Op) && !back {
		return p.replacement(e)
	}
	if p.cast.marks(e) {
		return ""
	}
	w := wordsOf(p.cast.operation(e), e.Condition)
	started := e.Phase == event.Started
	switch {
	case back:
	case p.cast.restarts[e.Ref] && e.Op == "StopContainer":
		w = words{doing: "Restarting"}
	case p.cast.restarts[e.Ref] && e.Op == "StartContainer":
		w.doing = ""
	}
	if started {
		return w.doing
	}
	return w.done
}

// replaces is true for the operations that together are a replacement.
func replaces(op string) bool {
	switch op {
	case "CreateContainer", "StopContainer", "RemoveContainer", "RenameContainer":
		return true
	}
	return false
}

// replacement tells of all the steps of a replacement as one.
func (p *plain) replacement(e event.Event) string {
	switch {
	case e.Phase == event.Started && !p.begun[e.Ref]:
		p.begun[e.Ref] = true
		return "Recreate"
	case e.Phase == event.Succeeded:
		if p.parts[e.Ref]--; p.parts[e.Ref] == 0 {
			return "Recreated"
		}
	}
	return ""
}

// talks is true for an operation whose progress is what a person reads, also
// where it is not redrawn.
func talks(op string) bool {
	switch op {
	case "BuildImage", "RunProvider", "StopProvider", "RemoveProvider", "AwaitService", "AwaitServiceGone":
		return true
	}
	return false
}

// progress prints a build's steps, what providers say, how far a Swarm's services
// are, the steps of an image's layers, and the transfers that begin again. How
// many bytes have come, and what probes say, is not told in lines.
func (p *plain) progress(s subject, e event.Event) {
	if e.Layer != "" {
		p.say(subject{name: e.Layer}, e.Detail)
		return
	}
	if !e.Again && (!talks(e.Op) || e.Total > 0 || e.Bytes > 0) {
		return
	}
	text := oneLine(e.Detail)
	if id := planner.ID(e.Node); text != "" && p.details[id] != text {
		p.details[id] = text
		if e.Op == "BuildImage" {
			p.sayTo(p.options.Builds, s, text)
			return
		}
		p.say(s, text)
	}
}

// once is say for what is true of several nodes of a resource.
func (p *plain) once(s subject, text string) {
	if line := s.String() + text; !p.skipped[line] {
		p.skipped[line] = true
		p.say(s, text)
	}
}

func (p *plain) say(s subject, text string) { p.sayTo(p.options.Out, s, text) }

func (p *plain) sayTo(out io.Writer, s subject, text string) {
	p.shown[s] = true
	if p.tell != nil {
		p.tell(s, text)
		return
	}
	p.line(out, s.String()+" "+text)
}

// line prints one line. That it cannot be printed is no reason to end a run.
func (p *plain) line(out io.Writer, text string) {
	_, _ = fmt.Fprintln(out, " "+p.mark+text)
}
