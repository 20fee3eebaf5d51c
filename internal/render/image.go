package render

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/distribution/reference"
	units "github.com/docker/go-units"

	"github.com/stackctl/stack/state"
)

// ImageOptions say how the images of containers are listed. The zero value is
// the table that `stack images` prints.
type ImageOptions struct {
	// Format is table or json. Empty is table.
	Format string
	// Quiet prints the ids alone, each once.
	Quiet bool
	// Now is the time that ages are counted to.
	Now time.Time
}

// imageRow is the image of a container. The fields are those of `docker compose
// images`, in the order of its JSON.
type imageRow struct {
	ID            string
	ContainerName string
	Repository    string
	Tag           string
	Platform      string
	Size          int64
	Created       *time.Time `json:",omitempty"`
	LastTagTime   time.Time  `json:",omitzero"`
}

// Images lists the images of containers, sorted by the container's name, as
// `docker compose images` does. An image that is not known has its id alone.
func Images(w io.Writer, containers []state.Container, images map[string]state.Image, options ImageOptions) error {
	rows := []imageRow{}
	for _, c := range slices.SortedStableFunc(slices.Values(containers), byName) {
		rows = append(rows, newImageRow(c, images[c.ImageID]))
	}
	if options.Quiet {
		var ids []string
		for _, row := range rows {
			if id := strings.TrimPrefix(row.ID, "sha256:"); !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
		return printEach(w, ids, func(id string) string { return id })
	}
	switch options.Format {
	case "json":
		text, err := json.Marshal(rows)
		if err != nil {
			return fmt.Errorf("images: %w", err)
		}
		_, err = fmt.Fprintln(w, string(text))
		return err
	case "", "table":
		return imageTable(w, rows, options.Now)
	}
	return fmt.Errorf("unknown --format value %q: it is table or json", options.Format)
}

func newImageRow(c state.Container, image state.Image) imageRow {
	row := imageRow{
		ID: c.ImageID, ContainerName: c.Name, Platform: image.Platform, Size: image.Size, LastTagTime: image.LastTag,
	}
	if !image.Created.IsZero() {
		row.Created = &image.Created
	}
	row.Repository, row.Tag = repositoryAndTag(c.Image, image)
	return row
}

// repositoryAndTag are what a container's image was asked for by, if that is
// still a name of it.
func repositoryAndTag(asked string, image state.Image) (repository, tag string) {
	named, err := reference.ParseDockerRef(asked)
	if err != nil {
		return "", ""
	}
	tagged, is := named.(reference.Tagged)
	if !is {
		return reference.FamiliarName(named), ""
	}
	if !slices.Contains(image.Tags, reference.FamiliarString(named)) {
		return "", ""
	}
	return reference.FamiliarName(named), tagged.Tag()
}

func imageTable(w io.Writer, rows []imageRow, now time.Time) error {
	lines := [][]string{{"CONTAINER", "REPOSITORY", "TAG", "PLATFORM", "IMAGE ID", "SIZE", "CREATED"}}
	for _, row := range rows {
		id := strings.TrimPrefix(row.ID, "sha256:")
		created := "N/A"
		if row.Created != nil {
			created = units.HumanDuration(now.Sub(*row.Created)) + " ago"
		}
		lines = append(lines, []string{
			row.ContainerName, orNone(row.Repository), orNone(row.Tag), row.Platform, id[:min(12, len(id))],
			units.HumanSizeWithPrecision(float64(row.Size), 3), created,
		})
	}
	return wideTable(w, lines)
}

func orNone(text string) string {
	if text == "" {
		return "<none>"
	}
	return text
}
