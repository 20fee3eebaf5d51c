//go:build unix

package scale_test

import (
	"fmt"
	"math"
	"strings"
	"time"
)

const (
	width, height = 640, 360
	margin        = 50
)

// draw is the curve of each column, with both axes logarithmic: what grows as
// the services do is parallel to the dashed line.
func draw(rows []row) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", width, height)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="white"/>`+"\n", width, height)
	for decade := -2; decade <= 3; decade++ {
		at := y(time.Duration(math.Pow10(decade) * float64(time.Second)))
		fmt.Fprintf(&b, `<line x1="%d" y1="%.0f" x2="%d" y2="%.0f" stroke="#ddd"/><text x="4" y="%.0f">%g s</text>`+"\n",
			margin, at, width-margin, at, at+4, math.Pow10(decade))
	}
	for _, r := range rows {
		fmt.Fprintf(&b, `<text x="%.0f" y="%d" text-anchor="middle">%d services</text>`+"\n", x(r), height-8, r.services)
	}
	lines := []struct {
		name, color string
		of          func(row) time.Duration
	}{
		{"carry out", "#c33", func(r row) time.Duration { return r.up }},
		{"plan a change", "#36c", func(r row) time.Duration { return r.changed }},
		{"plan", "#3a3", func(r row) time.Duration { return r.plan }},
		{"load", "#888", func(r row) time.Duration { return r.load }},
	}
	for i, line := range lines {
		polyline(&b, rows, line.color, "", line.of)
		fmt.Fprintf(&b, `<text x="%d" y="%d" fill="%s">%s</text>`+"\n", margin+10, 20+16*i, line.color, line.name)
	}
	polyline(&b, rows, "#999", ` stroke-dasharray="4"`, func(r row) time.Duration { return time.Duration(r.services) * time.Millisecond / 10 })
	b.WriteString("</svg>\n")
	return b.String()
}

func polyline(b *strings.Builder, rows []row, color, style string, of func(row) time.Duration) {
	var points []string
	for _, r := range rows {
		points = append(points, fmt.Sprintf("%.0f,%.0f", x(r), y(of(r))))
	}
	fmt.Fprintf(b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2"%s/>`+"\n", strings.Join(points, " "), color, style)
}

// x is where a number of services is, from 10 to 10,000.
func x(r row) float64 {
	return margin*1.5 + (math.Log10(float64(r.services))-1)/3*(width-3*margin)
}

// y is where a time is, from 10 ms to 1,000 s.
func y(took time.Duration) float64 {
	decades := math.Log10(max(took, 10*time.Millisecond).Seconds()) + 2
	return height - margin - decades/5*(height-2*margin)
}
