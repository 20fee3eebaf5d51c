package render

import (
	_ "embed"
	"fmt"
	"strings"
	"time"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/internal/layout"
	"github.com/stackctl/stack/internal/timeline"
)

//go:embed timeline.css
var timelineCSS string

// Sizes of a timeline.
const (
	timelineWidth  = 1160
	timelineTop    = 96 // above the first lane
	rowHeight      = 22
	barHeight      = 14
	maxLabelWidth  = 220
	timelineMargin = 24
)

// timelineSVG is a run as a picture: a lane for each resource.
func timelineSVG(run timeline.Run, title string) string {
	p := newTimelinePicture(run)
	p.begin(timelineWidth, p.height, title, timelineCSS)
	p.text("heading", timelineMargin, 36, cut(title, 16, timelineWidth-2*timelineMargin))
	p.legend()
	p.grid()
	p.line(`<g id="plot" data-left="%d" data-width="%d" data-total="%s">`, p.left, p.width, milliseconds(p.total))
	for _, lane := range p.lanes {
		p.lane(lane)
	}
	p.path()
	p.endGroup()
	p.end()
	return p.out.String()
}

// timelinePicture is a timeline while it is drawn.
type timelinePicture struct {
	svg
	run    timeline.Run
	lanes  []timeline.Lane
	total  time.Duration
	left   int // of the plot
	width  int
	height int
	y      map[int]int // the upper side of each span
}

func newTimelinePicture(run timeline.Run) *timelinePicture {
	p := &timelinePicture{run: run, lanes: run.Lanes(), total: max(run.Ended.Sub(run.Began), time.Millisecond), y: map[int]int{}}
	labels, rows := 60, 0
	for _, lane := range p.lanes {
		labels = max(labels, textWidth(oneLine(lane.Label), 12))
		for _, row := range lane.Rows {
			for _, i := range row {
				p.y[i] = timelineTop + rows*rowHeight + (rowHeight-barHeight)/2
			}
			rows++
		}
	}
	p.left = timelineMargin + min(labels, maxLabelWidth) + 12
	p.width = timelineWidth - timelineMargin - p.left
	p.height = timelineTop + rows*rowHeight + timelineMargin
	return p
}

// x is where a moment is.
func (p *timelinePicture) x(at time.Time) int {
	return p.left + int(int64(p.width)*int64(at.Sub(p.run.Began))/int64(p.total))
}

func (p *timelinePicture) legend() {
	x := timelineMargin
	for _, k := range []key{
		{"work", "work"}, {"transfer", "pull, build"}, {"wait", "waiting"}, {"failed", "failed"}, {"undo", "undoing"}, {"canceled", "canceled"}, {"skipped", "skipped"},
	} {
		if !p.has(k.class) {
			continue
		}
		p.line(`<g class="%s">`, k.class)
		p.rect("bar", layout.Box{X: x, Y: 54, Width: 22, Height: barHeight - 2}, 2)
		p.endGroup()
		p.text("key", x+28, 64, k.text)
		x += 28 + textWidth(k.text, 11) + 18
	}
	if len(p.run.Path) > 0 {
		p.line(`<path class="path" d="M%d 60 h22"/>`, x)
		p.text("key", x+28, 64, "critical path: what the length of the run is made of")
	}
}

func (p *timelinePicture) has(class string) bool {
	for _, s := range p.run.Spans {
		if spanClass(s) == class {
			return true
		}
	}
	return false
}

// spanClass is how a span looks.
func spanClass(s timeline.Span) string {
	switch {
	case s.Phase == event.Failed:
		return "failed"
	case s.Phase == event.Canceled:
		return "canceled"
	case s.Phase == event.Skipped:
		return "skipped"
	case s.Undo:
		return "undo"
	case s.Wait:
		return "wait"
	case s.Op == "PullImage" || s.Op == "BuildImage" || s.Op == "PushImage":
		return "transfer"
	}
	return "work"
}

// grid draws the axis of time.
func (p *timelinePicture) grid() {
	rows := 0
	for i, lane := range p.lanes {
		if i%2 == 1 {
			p.rect("stripe", layout.Box{X: timelineMargin - 8, Y: timelineTop + rows*rowHeight, Width: timelineWidth - 2*timelineMargin + 16, Height: len(lane.Rows) * rowHeight}, 0)
		}
		rows += len(lane.Rows)
	}
	p.line(`<g id="grid" data-top="%d" data-bottom="%d">`, timelineTop-6, p.height-timelineMargin)
	every := tickEvery(p.total)
	for at := time.Duration(0); at <= p.total; at += every {
		x := p.x(p.run.Began.Add(at))
		p.line(`<path class="grid" d="M%d %d V%d"/>`, x, timelineTop-6, p.height-timelineMargin)
		p.line(`<text class="tick" x="%d" y="%d" text-anchor="middle">%s</text>`, x, timelineTop-12, tickText(at))
	}
	p.endGroup()
}

// tickEvery is a round duration of which there are some ten in the whole.
func tickEvery(total time.Duration) time.Duration {
	for _, unit := range []time.Duration{time.Millisecond, 10 * time.Millisecond, 100 * time.Millisecond, time.Second, 10 * time.Second, 100 * time.Second} {
		for _, n := range []time.Duration{1, 2, 5} {
			if total <= 12*n*unit {
				return n * unit
			}
		}
	}
	return (total / 10).Round(time.Minute)
}

func tickText(at time.Duration) string { return fmt.Sprintf("%g s", at.Seconds()) }

func (p *timelinePicture) lane(lane timeline.Lane) {
	first := p.y[lane.Rows[0][0]]
	p.line(`<text class="lane" x="%d" y="%d"><title>%s</title>%s</text>`, timelineMargin, first+11,
		escape(p.run.Spans[lane.Rows[0][0]].Name), escape(cut(oneLine(lane.Label), 12, maxLabelWidth)))
	for _, row := range lane.Rows {
		for i, span := range row {
			before, next := p.run.Began, p.run.Ended
			if i > 0 {
				before = p.run.Spans[row[i-1]].To
			}
			if i+1 < len(row) {
				next = p.run.Spans[row[i+1]].From
			}
			p.span(span, before, next)
		}
	}
}

// span draws one bar. before is when the one before it in its row ended, and
// next when the following one begins: up to there is room for a text.
func (p *timelinePicture) span(i int, before, next time.Time) {
	s := p.run.Spans[i]
	x, y := p.x(s.From), p.y[i]
	end := max(x+2, p.x(s.To))
	p.line(`<g class="span %s" data-from="%s" data-to="%s" data-before="%s" data-next="%s"><title>%s</title>`,
		spanClass(s), p.offset(s.From), p.offset(s.To), p.offset(before), p.offset(next), escape(spanText(s)))
	p.rect("bar", layout.Box{X: x, Y: y, Width: end - x, Height: barHeight}, 2)
	text := shortWord(s.Op, s.Condition) + " " + tookText(s.Took())
	width := textWidth(text, 11)
	class, at, visibility := "took", end+5, "visible"
	switch {
	case !s.Ran():
		text, visibility = "", "hidden"
	case width+10 < end-x:
		class, at = "inside", x+5
	case width+8 < p.x(next)-end:
	case width+14 < x-p.x(before):
		at = x - 5 - width
	default:
		visibility = "hidden"
	}
	p.line(`<text class="%s" x="%d" y="%d" data-width="%d" visibility="%s">%s</text>`, class, at, y+11, width, visibility, escape(text))
	p.endGroup()
}

// path marks the critical path: below its bars, and from the end of each to the
// begin of the next.
func (p *timelinePicture) path() {
	var d, moments []string
	for _, step := range p.run.Path {
		if step.Span < 0 {
			continue
		}
		y := p.y[step.Span] + barHeight + 2
		for _, at := range []time.Time{step.From, step.To} {
			d = append(d, fmt.Sprintf("%d %d", p.x(at), y))
			moments = append(moments, fmt.Sprintf("%s %d", p.offset(at), y))
		}
	}
	if len(d) > 0 {
		p.line(`<path class="path" d="M%s" data-path="%s"/>`, strings.Join(d, " L"), strings.Join(moments, ","))
	}
}

// offset is how long after the begin of the run a moment is, in milliseconds.
func (p *timelinePicture) offset(at time.Time) string { return milliseconds(at.Sub(p.run.Began)) }

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f", float64(d)/float64(time.Millisecond))
}
