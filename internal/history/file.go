package history

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// format is the version of the files' form.
const format = 1

// Head is the little of a revision by which a run knows that it has changed
// nothing. It is the first value of the file, and read in a fraction of the time
// that the second takes.
type Head struct {
	Format      int      `json:"format"`
	Number      int      `json:"number"`
	Fingerprint string   `json:"fingerprint"`        // of what was wanted: see [Fingerprint]
	Services    []string `json:"services,omitempty"` // that were wanted, those that programs provide too
}

func headOf(r Revision) (Head, error) {
	fingerprint, err := Fingerprint(r.Desired, nil)
	head := Head{Format: format, Number: r.Number, Fingerprint: fingerprint}
	for i := range r.Desired.Services {
		head.Services = append(head.Services, r.Desired.Services[i].Name)
	}
	for i := range r.Desired.Providers {
		head.Services = append(head.Services, r.Desired.Providers[i].Name)
	}
	return head, err
}

// document is a revision in its file.
type document struct {
	Revision
	// Written are the services as the file says, of those whose hash may have to
	// be taken again: the ids of other containers take part in it, or a value
	// that is sealed.
	Written map[string]json.RawMessage `json:"written,omitempty"`
}

func encode(r Revision) ([]byte, error) {
	head, err := headOf(r)
	if err != nil {
		return nil, err
	}
	d := document{Revision: r, Written: map[string]json.RawMessage{}}
	for _, s := range r.Desired.Services {
		text, err := json.Marshal(s.Written)
		if err != nil {
			return nil, fmt.Errorf("service %s: %w", s.Name, err)
		}
		if len(state.TiedTo(s.Config)) > 0 || sealed.Match(text) {
			d.Written[s.Name] = text
		}
	}
	first, err := json.Marshal(head)
	if err != nil {
		return nil, err
	}
	second, err := json.MarshalIndent(d, "", " ")
	return slices.Concat(first, []byte("\n"), second, []byte("\n")), err
}

func decodeHead(text []byte) (Head, error) { return nextHead(json.NewDecoder(bytes.NewReader(text))) }

func nextHead(decoder *json.Decoder) (Head, error) {
	var head Head
	if err := decoder.Decode(&head); err != nil {
		return Head{}, err
	}
	if head.Format != format {
		return Head{}, fmt.Errorf("expected format %d, found %d", format, head.Format)
	}
	return head, nil
}

func decode(text []byte) (Revision, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if _, err := nextHead(decoder); err != nil {
		return Revision{}, err
	}
	var d document
	if err := decoder.Decode(&d); err != nil {
		return Revision{}, err
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
