package render

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/distribution/reference"

	"github.com/stackctl/stack/state"
)

// taskImageRow is an image that tasks of a service run.
type taskImageRow struct {
	Service    string
	Repository string
	Tag        string
	Digest     string
	Tasks      int
	Nodes      []string
}

// TaskImages lists the images of a Swarm's tasks, each once for each service, with
// how many tasks run it and on which nodes. An image that the Swarm did not pin
// has no digest: each node runs what its name stands for there.
func TaskImages(w io.Writer, tasks []state.Container, options ImageOptions) error {
	rows := taskImages(tasks)
	switch {
	case options.Quiet:
		var digests []string
		for _, row := range rows {
			if !slices.Contains(digests, row.id()) {
				digests = append(digests, row.id())
			}
		}
		return printEach(w, digests, func(digest string) string { return digest })
	case options.Format == "json":
		text, err := json.Marshal(rows)
		if err != nil {
			return fmt.Errorf("images: %w", err)
		}
		_, err = fmt.Fprintln(w, string(text))
		return err
	}
	lines := [][]string{{"SERVICE", "REPOSITORY", "TAG", "DIGEST", "TASKS", "NODES"}}
	for _, row := range rows {
		digest := strings.TrimPrefix(row.Digest, "sha256:")
		lines = append(lines, []string{
			row.Service, row.Repository, orNone(row.Tag), orNone(digest[:min(12, len(digest))]), strconv.Itoa(row.Tasks), strings.Join(row.Nodes, ", "),
		})
	}
	return wideTable(w, lines)
}

func taskImages(tasks []state.Container) []taskImageRow {
	rows := []taskImageRow{}
	for _, c := range tasks {
		row := newTaskImageRow(c)
		i := slices.IndexFunc(rows, row.same)
		if i < 0 {
			i, rows = len(rows), append(rows, row)
		}
		rows[i].Tasks++
		if c.Node != "" && !slices.Contains(rows[i].Nodes, c.Node) {
			rows[i].Nodes = append(rows[i].Nodes, c.Node)
		}
	}
	slices.SortFunc(rows, func(a, b taskImageRow) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Repository, b.Repository), cmp.Compare(a.Tag, b.Tag), cmp.Compare(a.Digest, b.Digest))
	})
	for _, row := range rows {
		slices.Sort(row.Nodes)
	}
	return rows
}

func newTaskImageRow(c state.Container) taskImageRow {
	row := taskImageRow{Service: c.Service, Repository: c.Image, Nodes: []string{}}
	named, err := reference.ParseNormalizedNamed(c.Image)
	if err != nil {
		return row // by an id
	}
	row.Repository = reference.FamiliarName(named)
	if tagged, is := named.(reference.Tagged); is {
		row.Tag = tagged.Tag()
	}
	if pinned, is := named.(reference.Digested); is {
		row.Digest = pinned.Digest().String()
	}
	return row
}

// unpinned is the reference of an image as a person writes it, and the beginning of
// the digest that it is pinned to, if it is. One without a tag is told from others
// by that alone.
func unpinned(image string) (name, digest string) {
	row := newTaskImageRow(state.Container{Image: image})
	name, digest = row.Repository, short(row.Digest)
	switch {
	case row.Tag != "":
		name += ":" + row.Tag
	case digest != "":
		name += "@sha256:" + digest
	}
	return name, digest
}

func (r taskImageRow) same(o taskImageRow) bool {
	return r.Service == o.Service && r.Repository == o.Repository && r.Tag == o.Tag && r.Digest == o.Digest
}

// id is what tells the image from others.
func (r taskImageRow) id() string {
	if r.Digest != "" {
		return r.Digest
	}
	if r.Tag != "" {
		return r.Repository + ":" + r.Tag
	}
	return r.Repository
}
