package buildkit

import (
	"strings"

	"github.com/moby/buildkit/client"
)

// take tells what one report of a solve says.
func (s *Steps) take(status *client.SolveStatus) {
	for _, v := range status.Vertexes {
		id := v.Digest.String()
		switch {
		case v.Cached:
			s.Begin(id, v.Name, " (cached)")
		case v.Started != nil:
			s.Begin(id, v.Name, "")
		}
		if v.Error != "" && !strings.Contains(v.Error, "context canceled") {
			s.of(id).name = v.Name
			s.Fail(id)
		}
	}
	for _, part := range status.Statuses {
		switch {
		case part.Current > 0:
			s.Transfer(part.Vertex.String(), part.Current, part.Total)
		case part.Completed != nil:
			s.Note(part.Vertex.String(), part.ID+" done")
		}
	}
	for _, l := range status.Logs {
		s.Write(l.Vertex.String(), l.Data)
	}
	for _, w := range status.Warnings {
		s.Warn(string(w.Short))
	}
}
