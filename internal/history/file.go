package history

import (
	"encoding/json"
	"fmt"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// format is the version of the files' form.
const format = 1

// document is a revision in its file.
type document struct {
	Format      int    `json:"format"`
	Fingerprint string `json:"fingerprint"` // of what is wanted
	Revision
	// Written are the services as the file says, of those whose hash may have to
	// be taken again: the ids of other containers take part in it, or a value
	// that is sealed.
	Written map[string]json.RawMessage `json:"written,omitempty"`
}

func encode(r Revision) ([]byte, error) {
	fingerprint, err := Fingerprint(r.Desired)
	if err != nil {
		return nil, err
	}
	d := document{Format: format, Fingerprint: fingerprint, Revision: r, Written: map[string]json.RawMessage{}}
	for _, s := range r.Desired.Services {
		text, err := json.Marshal(s.Written)
		if err != nil {
			return nil, fmt.Errorf("service %s: %w", s.Name, err)
		}
		if len(state.TiedTo(s.Config)) > 0 || sealed.Match(text) {
			d.Written[s.Name] = text
		}
	}
	text, err := json.MarshalIndent(d, "", " ")
	return append(text, '\n'), err
}

// Head is the little of a revision by which a run knows that it has changed
// nothing. It is read in a fraction of the time.
type Head struct {
	Number      int
	Fingerprint string   // of what was wanted: see [Fingerprint]
	Services    []string // that were wanted, those that programs provide too
}

func decodeHead(text []byte) (Head, error) {
	type named struct {
		Name string `json:"name"`
	}
	var d struct {
		Format      int    `json:"format"`
		Fingerprint string `json:"fingerprint"`
		Number      int    `json:"number"`
		Desired     struct {
			Services  []named `json:"services"`
			Providers []named `json:"providers"`
		} `json:"desired"`
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return Head{}, err
	}
	if d.Format != format {
		return Head{}, fmt.Errorf("expected format %d, found %d", format, d.Format)
	}
	head := Head{Number: d.Number, Fingerprint: d.Fingerprint}
	for _, s := range append(d.Desired.Services, d.Desired.Providers...) {
		head.Services = append(head.Services, s.Name)
	}
	return head, nil
}

func decode(text []byte) (Revision, error) {
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		return Revision{}, err
	}
	if d.Format != format {
		return Revision{}, fmt.Errorf("expected format %d, found %d", format, d.Format)
	}
	services := d.Desired.Services
	for i, s := range services {
		written := types.ServiceConfig{}
		if text, is := d.Written[s.Name]; is {
			var err error
			if written, err = state.DecodeServiceConfig(text); err != nil {
				return Revision{}, fmt.Errorf("service %s: %w", s.Name, err)
			}
			written.Name = s.Name
		}
		services[i].Written = written
	}
	return d.Revision, nil
}
