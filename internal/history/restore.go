package history

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/go-multierror"

	"github.com/stackctl/stack/state"
)

// What can be done about what is not as it was in a revision.
var (
	// ErrChanged is something that is another one now: that can be used.
	ErrChanged = errors.New("use what there is now with --with-current")
	// ErrGone is something that there is no more.
	ErrGone = errors.New("put it back first")
)

// Today is where what a revision does not hold is taken from: the project's
// files as they are now.
type Today struct {
	Desired state.Desired
	// Secrets are values that may be secret, as those given to [Store.Add].
	Secrets []string
	// Read reads a file of this machine that holds a config or secret; nil reads
	// none.
	Read func(name string) (state.File, error)
	// Instead takes what is not as it was then as it is now.
	Instead bool
}

// Restore returns what a revision wanted with all that is not held in it:
// values, and the contents of configs and secrets, each the one with the same
// digest. Services that are not named keep what they lack, unless none is. The
// error joins what cannot be had any more; with Instead, the warnings say what
// was taken in its place.
func (t Today) Restore(r Revision, services []string) (desired state.Desired, warnings []string, err error) {
	x := &restorer{today: t, revision: r, services: services, values: map[string]string{}, current: map[string]string{}, lost: map[string]bool{}}
	x.learn()
	desired = mapConfigs(r.Desired, x.text)
	x.restoreFiles(desired.Services)
	if err := x.hashAgain(desired); err != nil {
		return state.Desired{}, nil, err
	}
	return desired, x.warnings, x.errs.ErrorOrNil()
}

func (x *restorer) restoreFiles(services []state.Service) {
	for i := range services {
		s := &services[i]
		if !x.wants(s.Name) {
			continue
		}
		s.Files = x.files(s.Name, s.Files)
		for j := range s.PreStart {
			s.PreStart[j].Files = x.files(s.Name, s.PreStart[j].Files)
		}
		s.Inputs = inputsOf(*s)
	}
}

// hashAgain takes the hashes of what is not as it was then.
func (x *restorer) hashAgain(desired state.Desired) (err error) {
	for i, s := range desired.Services {
		if x.lost["service "+s.Name] {
			if desired.Services[i].Hash, err = state.ServiceHash(s.Written); err != nil {
				return err
			}
		}
	}
	for i, n := range desired.Networks {
		if x.lost["network "+n.Key] {
			if desired.Networks[i].Hash, err = state.NetworkHash(n.Config); err != nil {
				return err
			}
		}
	}
	for i, v := range desired.Volumes {
		if x.lost["volume "+v.Key] {
			if desired.Volumes[i].Hash, err = state.VolumeHash(v.Config); err != nil {
				return err
			}
		}
	}
	return nil
}

type restorer struct {
	today    Today
	revision Revision
	services []string
	values   map[string]string // today's, by what is in the place of them
	current  map[string]string // today's, by owner and path
	contents []state.File      // today's
	lost     map[string]bool   // owners of what is not as it was then
	warnings []string
	errs     *multierror.Error
}

func (x *restorer) wants(service string) bool {
	return len(x.services) == 0 || slices.Contains(x.services, service)
}

// learn notes today's values.
func (x *restorer) learn() {
	for _, value := range append(secretsOf(x.today.Desired, names{}), x.today.Secrets...) {
		x.values[seal(value)] = value
	}
	mapConfigs(x.today.Desired, func(owner string, t text) string {
		x.current[owner+" "+t.Path] = t.Value
		return t.Value
	})
	x.contents = filesOf(x.today.Desired)
}

// text puts back what is sealed in a text.
func (x *restorer) text(owner string, t text) string {
	kind, name, _ := strings.Cut(owner, " ")
	if kind == "service" && !x.wants(name) {
		return t.Value
	}
	lost := false
	if !hasSeal(t.Value) {
		return t.Value
	}
	restored := sealed.ReplaceAllStringFunc(t.Value, func(mark string) string {
		value, known := x.values[mark]
		lost = lost || !known
		return value
	})
	if !lost {
		return restored
	}
	now, there := x.current[owner+" "+t.Path]
	x.lost[owner] = true
	x.lose(fmt.Sprintf("%s: %s", owner, t.Path), there)
	return now
}

// lose notes what is not as it was.
func (x *restorer) lose(what string, there bool) {
	number := x.revision.Number
	switch {
	case !there:
		x.fail(fmt.Errorf("%s is in none of today's files, and revision %d has but its digest: %w", what, number, ErrGone))
	case x.today.Instead:
		x.warn(fmt.Sprintf("%s is as it is now, not as it was in revision %d", what, number))
	default:
		x.fail(fmt.Errorf("%s is not what it was in revision %d, which has but its digest: put it back first, or %w", what, number, ErrChanged))
	}
}

// fail notes an error, once.
func (x *restorer) fail(err error) {
	if x.errs != nil && slices.ContainsFunc(x.errs.Errors, func(e error) bool { return e.Error() == err.Error() }) {
		return
	}
	x.errs = multierror.Append(x.errs, err)
}

// warn notes a warning, once.
func (x *restorer) warn(text string) {
	if !slices.Contains(x.warnings, text) {
		x.warnings = append(x.warnings, text)
	}
}

func (x *restorer) files(service string, files []state.File) []state.File {
	var restored []state.File
	for _, file := range files {
		restored = append(restored, x.file(service, file))
	}
	return restored
}

// file finds the content that a config or secret had. One whose content was not
// known then is mounted as it is.
func (x *restorer) file(service string, file state.File) state.File {
	if file.Digest == "" {
		return file
	}
	now, there := x.find(func(f state.File) bool { return f.Digest == file.Digest && f.Dir == file.Dir })
	if !there && file.Source != "" && x.today.Read != nil {
		read, err := x.today.Read(file.Source)
		now, there = read, err == nil && read.Digest == file.Digest
	}
	if !there {
		now, there = x.find(func(f state.File) bool { return f.Name == file.Name })
		x.lose("service "+service+": "+file.Name, there)
	}
	file.Digest, file.Content, file.Tree, file.Unread = now.Digest, now.Content, now.Tree, now.Unread
	file.Source, file.Dir = now.Source, now.Dir
	return file
}

func (x *restorer) find(is func(state.File) bool) (state.File, bool) {
	i := slices.IndexFunc(x.contents, is)
	if i < 0 {
		return state.File{}, false
	}
	return x.contents[i], true
}

// inputsOf are a service's inputs with the digests of its files.
func inputsOf(s state.Service) map[string]string {
	inputs := maps.Clone(s.Inputs)
	files := slices.Clone(s.Files)
	for _, hook := range s.PreStart {
		files = append(files, hook.Files...)
	}
	for _, file := range files {
		if _, has := inputs[file.Name]; has && file.Digest != "" {
			inputs[file.Name] = file.Digest
		}
	}
	return inputs
}

// WithImages returns what is desired with each of the named services (none is
// all) running the image that it ran in a revision, by its id where its
// reference names another one now. Images are those that are here, by reference
// and by id.
func (t Today) WithImages(desired state.Desired, r Revision, services []string, images map[string]state.Image) (state.Desired, []string, error) {
	x := &restorer{today: t, revision: r, services: services}
	ran := r.Images()
	desired.Services = mapEach(desired.Services, func(s *state.Service) {
		if x.wants(s.Name) {
			x.image(s, ran[s.Name], images)
		}
	})
	return desired, x.warnings, x.errs.ErrorOrNil()
}

func (x *restorer) image(s *state.Service, ran string, images map[string]state.Image) {
	s.ImageID = ""
	now, there := images[s.Config.Image]
	_, kept := images[ran]
	switch {
	case ran == "" || there && now.ID == ran || strings.Contains(s.Config.Image, "@sha256:"):
	case kept:
		s.ImageID = ran
		s.PreStart = slices.Clone(s.PreStart)
		for i, hook := range s.PreStart {
			if hook.Config.Image == s.Config.Image {
				s.PreStart[i].Config.Image = ran
			}
		}
	case x.today.Instead:
		x.warn(fmt.Sprintf("service %s: the image of revision %d (%s) is not here any more: it runs what %s names now",
			s.Name, x.revision.Number, short(ran), s.Config.Image))
	default:
		x.fail(fmt.Errorf("service %s: the image that it ran in revision %d (%s, then %s) is not here any more: load it again (docker load), or %w",
			s.Name, x.revision.Number, short(ran), s.Config.Image, ErrChanged))
	}
}

// short is an image's id as docker shows it.
func short(id string) string {
	id = strings.TrimPrefix(id, "sha256:")
	return id[:min(12, len(id))]
}
