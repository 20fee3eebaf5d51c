package render

import (
	"cmp"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/stackctl/stack/state"
)

// Ports lists a container's ports as docker does: "80/tcp,
// 127.0.0.1:8080->80/tcp". Consecutive ports that are not published, or that
// have the same number outside, are one range; others are listed one by one,
// after them.
func Ports(ports []state.Port) string {
	ports = slices.SortedFunc(slices.Values(ports), func(a, b state.Port) int {
		return cmp.Or(
			cmp.Compare(a.TargetPort, b.TargetPort),
			cmp.Compare(a.HostIP, b.HostIP),
			cmp.Compare(a.PublishedPort, b.PublishedPort),
			cmp.Compare(a.Protocol, b.Protocol),
		)
	})
	var closed, moved []string
	var open []*portRange
	for _, p := range ports {
		if p.HostIP != "" && p.PublishedPort != p.TargetPort {
			host := net.JoinHostPort(p.HostIP, strconv.Itoa(p.PublishedPort))
			moved = append(moved, fmt.Sprintf("%s->%d/%s", host, p.TargetPort, p.Protocol))
			continue
		}
		i := slices.IndexFunc(open, func(r *portRange) bool { return r.hostIP == p.HostIP && r.protocol == p.Protocol })
		switch {
		case i < 0:
			open = append(open, &portRange{p.HostIP, p.Protocol, p.TargetPort, p.TargetPort})
		case open[i].last+1 == p.TargetPort:
			open[i].last++
		default:
			closed = append(closed, open[i].String())
			open[i].first, open[i].last = p.TargetPort, p.TargetPort
		}
	}
	for _, r := range open {
		closed = append(closed, r.String())
	}
	return strings.Join(append(closed, moved...), ", ")
}

type portRange struct {
	hostIP, protocol string
	first, last      int
}

// String returns 80-82/tcp, or 127.0.0.1:80-82->80-82/tcp.
func (r portRange) String() string {
	text := strconv.Itoa(r.first)
	if r.first != r.last {
		text += "-" + strconv.Itoa(r.last)
	}
	if r.hostIP != "" {
		text = net.JoinHostPort(r.hostIP, text) + "->" + text
	}
	return text + "/" + r.protocol
}
