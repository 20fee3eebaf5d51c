package project

import (
	"context"
	"slices"
	"sync"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// Project is a loaded project.
type Project struct {
	Name string
	// Model is the project in compose-go's types. Its Services are the ones
	// that are active and selected, its DisabledServices all others. With
	// Options.NoInterpolate it has names only.
	Model *types.Project
	// WorkingDir is what relative paths start from.
	WorkingDir string
	// Files are the compose files that were loaded, absolute, "-" for standard
	// input. Included files are not among them.
	Files []string
	// EnvFiles are the env files that were asked for. A .env that was found is
	// not among them.
	EnvFiles []string
	// Profiles are the active ones.
	Profiles []string
	// Warnings are what is odd but no error, one sentence each: a variable that
	// is not set, a default file that another one stands in for.
	Warnings []string

	compatibility bool
	workspace     *workspace
	configFiles   []types.ConfigFile
	// written are the documents that say all this, and where says where they do.
	written  func() *sources
	where    func() *whereabouts
	envFiles map[string][]types.EnvFile // that services' environments were read from
	raw      map[string]any             // with NoInterpolate only
}

// Load finds, reads, merges and checks a project.
//
// Without a file the error is [ErrNoFile]. What is wrong with the files is an
// [Errors]. It logs nothing: see Project.Warnings.
func Load(ctx context.Context, o Options) (*Project, error) {
	w, files, name, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	p := &Project{
		Name: name, WorkingDir: w.dir, Files: w.files, EnvFiles: w.explicitEnvFiles(),
		compatibility: o.Compatibility || w.on(envCompatibility), workspace: w, configFiles: files,
	}
	p.written = sync.OnceValue(func() *sources { return w.sources(files) })
	p.where = sync.OnceValue(func() *whereabouts { return p.written().whereabouts() })
	if o.NoInterpolate {
		if p.raw, p.Warnings, err = w.rawModel(ctx, name, files); err != nil {
			return nil, err
		}
		p.Model = nameOnly(name, p.raw, w.env)
		return p, nil
	}
	if err := p.load(ctx, files); err != nil {
		if !p.loadWithout(ctx, files) {
			return nil, err
		}
	}
	p.Warnings = slices.Concat(w.warnings, p.Warnings)
	return p, nil
}

// load reads the files and selects from what they say.
func (p *Project) load(ctx context.Context, files []types.ConfigFile) (err error) {
	if p.Model, p.Warnings, err = p.workspace.model(ctx, p.Name, files); err != nil {
		return err
	}
	return p.finish()
}

// model has compose-go parse, merge and interpolate the files.
func (w *workspace) model(ctx context.Context, name string, files []types.ConfigFile) (*types.Project, []string, error) {
	details := types.ConfigDetails{WorkingDir: w.dir, ConfigFiles: files, Environment: w.env}
	var model *types.Project
	warnings, err := captureWarnings(func() (err error) {
		model, err = loader.LoadWithContext(ctx, details, func(o *loader.Options) {
			w.configure(o, name, files)
			o.Profiles = []string{"*"} // they are applied in place, without another copy
			o.Interpolate.TypeCastMapping = possibleCasts(o.Interpolate.TypeCastMapping, files)
		})
		return err
	})
	if err != nil {
		return nil, nil, w.failed(ctx, name, err, files)
	}
	listSSH(model)
	for _, f := range files {
		model.ComposeFiles = append(model.ComposeFiles, f.Filename)
	}
	return model, warnings, nil
}

// warn adds a warning, once.
func (p *Project) warn(sentence string) {
	if !slices.Contains(p.Warnings, sentence) {
		p.Warnings = append(p.Warnings, sentence)
	}
}

func (w *workspace) configure(o *loader.Options, name string, files []types.ConfigFile) {
	for _, f := range files {
		o.MaxNodeVisits += len(f.Content) // its own limit is a bound on the size of projects
	}
	o.MaxNodeVisits = max(o.MaxNodeVisits, 100_000)
	o.SetProjectName(name, true)
	o.SkipConsistencyCheck = true // ours follows
	o.SkipResolveEnvironment = true
	o.SkipResolveLabels = true
	o.ResourceLoaders = w.loaders()
	o.SkipInterpolation = w.options.NoInterpolate
	if w.unset != nil {
		o.Interpolate.Substitute = w.unset.substitute
	}
	o.SkipNormalization = w.options.NoNormalize
	o.ResolvePaths = !w.options.NoPathResolution
	o.ConvertWindowsPaths = o.ResolvePaths && w.on(envWindowsPaths)
}

// finish activates profiles, checks, selects, prunes, and reads env files.
func (p *Project) finish() error {
	w := p.workspace
	p.activate(w.profiles())
	selected, err := p.selection(w.options.Services, w.options.NoDeps)
	if err != nil {
		return err
	}
	if !w.options.NoConsistency {
		if err := p.check(selected); err != nil {
			return err
		}
	}
	if selected != nil {
		p.restrict(selected)
	}
	if !w.options.AllResources {
		p.prune()
	}
	if !w.options.NoEnvResolution {
		return p.resolveFiles()
	}
	return nil
}

// open finds and reads the files, and the project's name.
func open(ctx context.Context, o Options) (*workspace, []types.ConfigFile, string, error) {
	w, err := newWorkspace(o)
	if err != nil {
		return nil, nil, "", err
	}
	if err := w.fetch(ctx); err != nil {
		return nil, nil, "", err
	}
	files, err := w.read(ctx)
	if err != nil {
		return nil, nil, "", err
	}
	if err := w.checkAliases(files); err != nil {
		return nil, nil, "", err
	}
	name, err := w.name(files)
	return w, files, name, err
}
