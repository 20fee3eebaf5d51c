package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	units "github.com/docker/go-units"

	"github.com/stackctl/stack/event"
)

// frame draws a view at a moment, as lines that fit the size: a summary, then
// a line for each resource. What there is no room for is counted.
func (v *view) frame(width, height int, now time.Time, s style) []string {
	width, height = max(width, 10), max(height, 2)
	lines := []string{v.summary(width, now, s)}
	rows, left := fit(v.rows, height-1)
	names := 0
	for _, r := range rows {
		names = max(names, cells(r.subject.String()))
	}
	for _, r := range rows {
		lines = append(lines, v.line(r, min(names, width*2/5), width, now, s))
	}
	if left != "" {
		lines = append(lines, s.dim(ellipsis("   "+left, width)))
	}
	return lines
}

// summary is the first line: "shop: 3 of 9 done, 2 running, 4 waiting  1.2s".
func (v *view) summary(width int, now time.Time, s style) string {
	counts := map[status]int{}
	for _, r := range v.rows {
		st, _ := r.status()
		counts[st]++
	}
	var parts []string
	add := func(n int, text string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, text))
		}
	}
	if v.ended.IsZero() {
		parts = append(parts, fmt.Sprintf("%d of %d done", counts[done], len(v.rows)))
	} else {
		now = v.ended
		add(counts[done], "done")
	}
	add(counts[running], "running")
	add(counts[waiting], "waiting")
	add(counts[failed], "failed")
	add(counts[tolerated], "failed but not required")
	add(counts[skipped], "skipped")
	add(counts[canceled], "canceled")
	add(v.unchanged, "unchanged")
	if len(parts) == 0 {
		parts = append(parts, "nothing to do")
	}
	text := v.project + ": " + strings.Join(parts, ", ") + "  " + seconds(now.Sub(v.began))
	text = ellipsis(text, width)
	if counts[failed] > 0 {
		return s.paint(red, text)
	}
	return s.bold(text)
}

// fit picks the rows that there is room for, and says what is left out: those
// that are done first, the longest done first of all.
func fit(rows []*row, room int) (shown []*row, left string) {
	if len(rows) <= room {
		return rows, ""
	}
	byNeed := slices.SortedStableFunc(slices.Values(rows), func(a, b *row) int {
		sa, ta := a.status()
		sb, tb := b.status()
		if sa == done && sb == done {
			return tb.to.Compare(ta.to)
		}
		return cmp.Compare(sa, sb)
	})
	keep := map[*row]bool{}
	for _, r := range byNeed[:max(0, room-1)] {
		keep[r] = true
	}
	counts := map[status]int{}
	for _, r := range rows {
		if keep[r] {
			shown = append(shown, r)
			continue
		}
		st, _ := r.status()
		counts[st]++
	}
	var parts []string
	for st, text := range [...]string{failed: "failed", tolerated: "failed but not required", running: "running", waiting: "waiting", skipped: "skipped", canceled: "canceled", done: "done"} {
		if n := counts[status(st)]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, text))
		}
	}
	return shown, "and " + strings.Join(parts, ", ")
}

// line is one row: a mark, the resource, what is going on, and for how long.
func (v *view) line(r *row, names, width int, now time.Time, s style) string {
	l := v.look(r, now)
	took := ""
	if l.took > 0 && width >= 40 {
		took = "  " + seconds(l.took)
	}
	name := pad(ellipsis(r.subject.String(), names), names)
	rest := ellipsis("  "+l.text, width-cells(" x "+name+took))
	room := width - cells(" x "+name+rest+took)
	detail := ""
	if room > 6 && l.detail != "" {
		detail = ellipsis("  "+l.detail, room)
	}
	gap := strings.Repeat(" ", max(0, room-cells(detail)))
	left := " " + s.paint(l.color, l.mark)
	if l.whole {
		left += s.paint(l.color, " "+name+rest)
	} else {
		left += " " + name + rest
	}
	return strings.TrimRight(left+s.dim(detail)+gap+s.dim(took), " ")
}

// look is how a row looks at a moment.
type look struct {
	mark, color  string
	whole        bool // the colour is for all of the line
	text, detail string
	took         time.Duration
}

func (v *view) look(r *row, now time.Time) look {
	st, t := r.status()
	switch st {
	case failed:
		text := "Error "
		if t.undone {
			text = "Undone after an error: "
		}
		return look{mark: "✘", color: red, whole: true, text: text + r.shortError(t), took: r.took()}
	case tolerated:
		return look{mark: "!", color: yellow, whole: true, text: "Not required: " + t.error, took: r.took()}
	case running:
		detail := t.detail
		if t.total > 0 {
			detail = strings.TrimSpace(bar(t.bytes, t.total) + " " + detail)
		}
		text := activity(operationOf(t.node), t.condition)
		return look{mark: spinner(now.Sub(v.began)), color: cyan, text: text, detail: detail, took: now.Sub(t.from)}
	case waiting:
		return look{mark: "·", color: dim, whole: true, text: v.waitText(r), took: now.Sub(v.since(r))}
	case skipped:
		return look{mark: "-", color: yellow, whole: true, text: "Skipped, because of " + t.cause}
	case canceled:
		return look{mark: "-", color: yellow, whole: true, text: "Canceled"}
	case done:
	}
	return look{mark: "✔", color: green, text: r.doneText(), took: r.took()}
}

// shortError is a failure without what the row says already.
func (r *row) shortError(t *task) string {
	text := strings.TrimPrefix(t.error, "dependency failed to start: ")
	if what, ours := strings.CutPrefix(text, "service "+r.name+": "); ours {
		return what
	}
	rest, ours := strings.CutPrefix(text, "container "+r.name)
	if !ours {
		return text
	}
	if _, what, more := strings.Cut(rest, " "); more { // behind .next-1a2b3c4d
		return what
	}
	return text
}

// waitText says what a row waits for.
func (v *view) waitText(r *row) string {
	var purposes []string
	who := map[string][]string{}
	for _, t := range v.blockers(r) {
		p := purpose(t.node.Op.Kind(), t.condition)
		if who[p] == nil {
			purposes = append(purposes, p)
		}
		if !slices.Contains(who[p], t.row.label) {
			who[p] = append(who[p], t.row.label)
		}
	}
	if len(purposes) == 0 {
		return "queued"
	}
	var all []string
	for _, p := range purposes {
		names := who[p]
		if len(names) > 3 {
			names = append(names[:2], fmt.Sprintf("%d more", len(names)-2))
		}
		all = append(all, enumerate(names)+" "+p)
	}
	return "waits for " + strings.Join(all, ", ")
}

// doneText says what became of a row whose tasks have all succeeded.
func (r *row) doneText() string {
	if len(r.back) > 0 {
		return "Rolled back"
	}
	text, last := "Done", (*task)(nil)
	created, removed := false, false
	for _, t := range r.tasks {
		op := operationOf(t.node)
		created = created || op == "CreateContainer"
		removed = removed || op == "RemoveContainer"
		word := wordsOf(op, t.condition).done
		if word != "" && op != "RenameContainer" && t.phase == event.Succeeded && (last == nil || !t.to.Before(last.to)) {
			text, last = word, t
		}
	}
	if created && removed && text != "Healthy" {
		return "Recreated"
	}
	return text
}

func spinner(elapsed time.Duration) string {
	frames := []rune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")
	return string(frames[int(max(0, elapsed)/redrawEvery)%len(frames)])
}

// bar is how much of a transfer is done: [=====>     ]  31% 12.3MB/40MB.
func bar(bytes, total int64) string {
	const width = 20
	n := int(min(width, width*max(0, bytes)/total))
	body := strings.Repeat("=", n)
	if n < width {
		body += ">"
	}
	return fmt.Sprintf("[%s] %3d%% %s/%s", pad(body, width), min(100, 100*max(0, bytes)/total), units.HumanSize(float64(bytes)), units.HumanSize(float64(total)))
}

// seconds prints a duration with a tenth of a second, as 0.3s or 2m05s.
func seconds(d time.Duration) string {
	d = max(0, d)
	if d < time.Minute {
		return fmt.Sprintf("%.1fs", d.Truncate(100*time.Millisecond).Seconds())
	}
	return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
}
